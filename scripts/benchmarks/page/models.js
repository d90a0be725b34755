// TensorFlow.js's models (of models.js, which the tests use too) and Python, in one page.
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";

const pyodide = await loadPyodide();
await pyodide.loadPackage(["micropip", "numpy"], { messageCallback: () => {} });
const wheel = new URLSearchParams(location.search).get("wheel");
await pyodide.pyimport("micropip").install(`${location.origin}/wheels/${wheel}`);
await pyodide.runPythonAsync(await (await fetch("/predicting.py")).text());
await tf.setBackend("cpu");

const predict = pyodide.globals.get("predict");

window.bench = {
  names: () => pyioModels.benchmarks,
  theirs: (name, batch, times) => pyioModels.benchmark(tf, name, batch, times),
  ours: (described, times) => JSON.parse(predict(JSON.stringify(described), times)),
};
