// TensorFlow.js and Python make the same stored model. Each action returns milliseconds.
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";

import { NETWORKS } from "/networks.js";

const URL_OF_MODEL = "indexeddb://mobilenet";
const pyodide = await loadPyodide();
await pyodide.loadPackage(["micropip", "numpy"], { messageCallback: () => {} });
const wheel = new URLSearchParams(location.search).get("wheel");
await pyodide.pyimport("micropip").install(`${location.origin}/wheels/${wheel}`);
await pyodide.runPythonAsync(await (await fetch("/building.py")).text());

await tf.setBackend("cpu");
const [model] = NETWORKS["MobileNet 0.25, 224x224"](tf, 1);
await pyioModels.fill(tf, model).save(URL_OF_MODEL);
model.dispose();
const stored = await tf.io.getLoadHandlers(URL_OF_MODEL)[0].load();
await pyodide.globals.get("prepare")(URL_OF_MODEL);

const timed = async (load) => {
  const start = performance.now();
  const made = await load();
  const milliseconds = performance.now() - start;
  made.dispose();
  return milliseconds;
};

window.bench = {
  tfjs_build: () => timed(() => tf.loadLayersModel(tf.io.fromMemory(stored))),
  tfjs_load: () => timed(() => tf.loadLayersModel(URL_OF_MODEL)),
  pyio_build: () => pyodide.globals.get("build")(),
  pyio_load: () => pyodide.globals.get("load")(URL_OF_MODEL),
};
