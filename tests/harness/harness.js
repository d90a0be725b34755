// Runs Python functions that a test sends as source text, on this page or in a worker of it.
import { start } from "/python.js";

window.boot = async (wheel) => {
  const { pyodide, call } = await start(wheel);
  window.callPython = call;
  window.pyodide = pyodide;
};

// Start a worker with Python in it. One message is answered by one, so calls take turns.
window.bootWorker = async (wheel) => {
  const worker = new Worker("/worker.js", { type: "module" });
  const ask = (data) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data: { result, error } }) =>
      error === undefined ? resolve(result) : reject(new Error(error));
    worker.onerror = (event) => reject(new Error(event.message ?? "the worker did not start"));
    worker.postMessage(data);
  });
  await ask(wheel);
  window.callWorker = (...call) => ask(call);
  window.endWorker = () => worker.terminate();
};

// How many proxies of Python objects JavaScript holds: what a test may not leave behind.
window.proxiesBegin = () => pyodide._module.enable_pyproxy_allocation_tracing();
window.proxiesEnd = () => {
  const left = [...pyodide._module.pyproxy_alloc_map.values()].map(String);
  pyodide._module.disable_pyproxy_allocation_tracing();
  return left;
};

const loadScript = (source) => new Promise((resolve, reject) => {
  const script = document.createElement("script");
  script.src = source;
  script.onload = resolve;
  script.onerror = () => reject(new Error(`${source} did not load`));
  document.head.append(script);
});

window.loadTensorFlow = async () => {
  if (window.tf) return;
  await loadScript("/vendor/tfjs/tf.min.js");
  await tf.setBackend("cpu");
  await loadScript("/interop.js");
};

window.ready = true;
