// Boots Pyodide with the built wheel and runs Python functions that a test sends as source text.
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";

const PROLOGUE = await (await fetch("/harness.py")).text();

window.boot = async (wheel) => {
  const pyodide = await loadPyodide();
  await pyodide.loadPackage("micropip", { messageCallback: () => {} });
  await pyodide.runPythonAsync(PROLOGUE);
  await pyodide.globals.get("install")(`${location.origin}/wheels/${wheel}`);
  // callPython runs `name(*arguments)`, defined by `source`; arguments and result are JSON text.
  window.callPython = pyodide.globals.get("call");
  window.pyodide = pyodide;
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
