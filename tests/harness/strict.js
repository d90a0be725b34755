// Boots without the help of the test driver, which would itself need eval here.
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";

const pyodide = await loadPyodide();
await pyodide.loadPackage("micropip", { messageCallback: () => {} });
const wheel = new URLSearchParams(location.search).get("wheel");
await pyodide.pyimport("micropip").install(`${location.origin}/wheels/${wheel}`);
const text = await (await fetch("/strict.py")).text();
await pyodide.runPythonAsync(text);
document.title = await pyodide.globals.get("main")();
