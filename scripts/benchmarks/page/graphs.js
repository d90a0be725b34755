// Graph models in TensorFlow.js and in Python, in one page.
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";

const pyodide = await loadPyodide();
await pyodide.loadPackage(["micropip", "numpy"], { messageCallback: () => {} });
const wheel = new URLSearchParams(location.search).get("wheel");
await pyodide.pyimport("micropip").install(`${location.origin}/wheels/${wheel}`);
await pyodide.runPythonAsync(await (await fetch("/graph_predicting.py")).text());
tf.wasm.setWasmPaths(`${location.origin}/vendor/tfjs-wasm/`);

const predict = pyodide.globals.get("predict");

// What the last model was given and what it returned, for Python.
let described = null;

// Waves, in the range of what the model takes; a side that may be any is 1.
const inputOf = ({ shape, dtype }) => {
  const sides = shape.map((side) => (side > 0 ? side : 1));
  const size = sides.reduce((product, side) => product * side, 1);
  const wave = (i) => Math.sin(i * 0.05) / 3 + Math.sin(i * 0.00011) / 2;
  const values = Float32Array.from({ length: size }, (_, i) => wave(i));
  return dtype === "int32"
    ? { values: Int32Array.from(values, (value) => Math.round(100 + 100 * value)), sides, dtype }
    : { values, sides, dtype };
};

window.bench = {
  // Milliseconds of each prediction: up to `most` of them, in about `seconds`.
  theirs: async (url, backend, most, seconds) => {
    await tf.setBackend(backend);
    await tf.ready();
    const model = await tf.loadGraphModel(url);
    const given = model.inputs.map((each) => ({ name: each.name, ...inputOf(each) }));
    const tensors = Object.fromEntries(
      given.map(({ name, values, sides, dtype }) => [name, tf.tensor(values, sides, dtype)]));
    const milliseconds = [];
    const began = performance.now();
    while (milliseconds.length < most + 1 && (milliseconds.length < 2 || performance.now() - began < 1000 * seconds)) {
      const start = performance.now();
      const found = [await model.executeAsync(tensors)].flat();
      const data = await Promise.all(found.map((each) => each.data()));
      milliseconds.push(performance.now() - start);
      const outputs = data.map((values) => Array.from(values));
      described = { given: given.map((each) => ({ ...each, values: Array.from(each.values) })), outputs };
      tf.dispose(found);
    }
    tf.dispose(tensors);
    model.dispose();
    return milliseconds.slice(1); // the first one warms up
  },
  ours: async (url, most, seconds) =>
    JSON.parse(await predict(`${location.origin}${url}`, JSON.stringify(described), most, seconds)),
};
