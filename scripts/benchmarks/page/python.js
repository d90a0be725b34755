// Python with pyio, on the page and in a worker.
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";

const NAMES = ["prepare", "make", "save", "save_many", "load", "copy", "forget"];

export const startPython = async (wheel) => {
  const pyodide = await loadPyodide();
  await pyodide.loadPackage(["micropip", "numpy"], { messageCallback: () => {} });
  await pyodide.pyimport("micropip").install(`${location.origin}/wheels/${wheel}`);
  await pyodide.runPythonAsync(await (await fetch("/inside.py")).text());
  const python = Object.fromEntries(NAMES.map((name) => [name, pyodide.globals.get(name)]));
  return { pyodide, python };
};
