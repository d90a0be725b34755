// Python in a worker, without the help of the test driver, which would itself need eval here.
const worker = new Worker("/worker.js", { type: "module", name: pyioBridge.workerName });
const ask = (name, ...args) => new Promise((resolve) => {
  worker.onmessage = ({ data: { result, error } }) => resolve(error ?? result);
  worker.postMessage({ id: 0, name, args });
});
await ask("boot", new URLSearchParams(location.search).get("wheel"), "pyodide", true);
document.title = await ask("callPython", await (await fetch("/strict.py")).text(), "main", "[]");
