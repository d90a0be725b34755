// Python in a worker: what it prints goes to the page.
import { loadPyodide } from "https://cdn.jsdelivr.net/pyodide/v314.0.3/full/pyodide.mjs";

const print = (line) => postMessage(line);
const pyodide = await loadPyodide({ stdout: print, stderr: print });
await pyodide.loadPackage("micropip", { messageCallback: () => {} });
await pyodide.pyimport("micropip").install("pyio-web");
await pyodide.runPythonAsync(await (await fetch("./worker.py")).text());
