// The test page: runs Python in the page or in a worker; the functions of python.js call it.
import { removeJSPI, settingsOf, start } from "/python.js";

// thread: "page", or the type of the worker to run Python in: "module" or "classic".
window.boot = async (wheel, { folder = "pyodide", thread = "page", jspi = true } = {}) => {
  if (thread !== "page") {
    const ask = await startWorker(thread, [wheel, folder, jspi]);
    for (const name of ["callPython", "proxiesBegin", "proxiesEnd"]) {
      window[name] = (...args) => ask(name, ...args);
    }
    return;
  }
  if (!jspi) removeJSPI();
  const settings = await settingsOf(folder);
  const { loadPyodide } = await import(`${settings.options.indexURL}pyodide.mjs`);
  await start(loadPyodide, settings, wheel);
};

// Starts a worker with Python and resolves to a function that calls functions in it. The worker has
// the name by which it knows its page, unless the page's address forbids that.
window.startWorker = async (type, args) => {
  const name = location.search === "?unnamed" ? "" : globalThis.pyioBridge?.workerName;
  const worker = new Worker("/worker.js", { type, name });
  const waiting = new Map();
  worker.onmessage = async ({ data: { id, result, error, page, args } }) => {
    if (page) { // a request of the worker to its page
      worker.postMessage({ page: id, result: await window[page](...args) });
      return;
    }
    const [resolve, reject] = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(error));
  };
  worker.onerror = ({ message }) => waiting.forEach(([, reject]) => reject(new Error(message)));
  let last = 0;
  const ask = (name, ...args) => new Promise((resolve, reject) => {
    waiting.set(++last, [resolve, reject]);
    worker.postMessage({ id: last, name, args });
  });
  await ask("boot", ...args);
  ask.terminate = () => worker.terminate();
  return ask;
};

// Workers have this function as well.
window.onPage = async (name, ...args) => window[name](...args);

window.localItems = () => ({ ...localStorage });
window.localItem = (key, value) =>
  value === undefined ? localStorage.getItem(key) : localStorage.setItem(key, value);

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
