// Boots Pyodide with the built wheel, on a page or in a worker.
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";

// Resolves to the Pyodide and to `call(source, name, arguments)`, which runs the function `name`
// that `source` defines; arguments and result are JSON text.
export const start = async (wheel) => {
  const pyodide = await loadPyodide();
  await pyodide.loadPackage("micropip", { messageCallback: () => {} });
  await pyodide.runPythonAsync(await (await fetch("/harness.py")).text());
  await pyodide.globals.get("install")(`${location.origin}/wheels/${wheel}`);
  return { pyodide, call: pyodide.globals.get("call") };
};
