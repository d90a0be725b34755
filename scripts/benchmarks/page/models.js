// TensorFlow.js's backends, ONNX Runtime and Python in one page. `bench.prepare` makes a model for all
// of them, and the others measure one sample: as many calls as take `least` milliseconds.
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";

import { NETWORKS } from "/networks.js";

const pyodide = await loadPyodide();
await pyodide.loadPackage(["micropip", "numpy"], { messageCallback: () => {} });
const wheel = new URLSearchParams(location.search).get("wheel");
await pyodide.pyimport("micropip").install(`${location.origin}/wheels/${wheel}`);
for (const file of ["/support/onnx_models.py", "/predicting.py"]) {
  await pyodide.runPythonAsync(await (await fetch(file)).text());
}
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = new URL("/vendor/onnxruntime/", location.href).href;
tf.wasm.setWasmPaths("/vendor/tfjs-wasm/");

const prepare = pyodide.globals.get("prepare");
const sample = pyodide.globals.get("sample");
const toOnnx = pyodide.globals.get("to_onnx");
let model = null;
let x = null;
let session = null;
let given = null;

const bytes = (typed) => new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
const predict = () => tf.tidy(() => model.predict(x, { batchSize: x.shape[0] }).dataSync());

// The result's data are in JavaScript then, as those of the others are.
const runOnnx = async () => Object.values(await session.run(given))[0].data;

// Returns the largest relative difference between the predictions of ONNX Runtime and `wanted`.
async function prepareOnnx(wanted) {
  await session?.release();
  const [content, dtype, shape, numbers] = toOnnx();
  const Kind = dtype === "int32" ? Int32Array : Float32Array;
  session = await ort.InferenceSession.create(content, { executionProviders: ["wasm"] });
  given = { x: new ort.Tensor(dtype, new Kind(numbers.slice().buffer), shape) };
  const found = await runOnnx();
  const largest = wanted.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  return found.reduce((most, each, n) => Math.max(most, Math.abs(each - wanted[n])), 0) / largest;
}

window.bench = {
  names: () => Object.keys(NETWORKS),

  // Returns the largest relative difference between the predictions of the others and those of TF.js.
  async prepare(name, batch) {
    tf.disposeVariables();
    await tf.setBackend("wasm");
    [model, x] = NETWORKS[name](tf, batch);
    pyioModels.fill(tf, model);
    let saved;
    await model.save(tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
    }));
    const described = { topology: saved.modelTopology, specs: saved.weightSpecs, shape: x.shape };
    const wanted = predict();
    const ours = prepare(JSON.stringify(described), new Uint8Array(saved.weightData), bytes(x.dataSync()), bytes(wanted));
    return Math.max(ours, await prepareOnnx(wanted));
  },

  async theirs(backend, least) {
    await tf.setBackend(backend);
    predict(); // moves the weights to the backend
    predict();
    const begin = performance.now();
    let calls = 0;
    while (performance.now() - begin < least || calls === 0) {
      predict();
      calls++;
    }
    return (performance.now() - begin) / calls;
  },

  async onnx(least) {
    await runOnnx();
    const begin = performance.now();
    let calls = 0;
    while (performance.now() - begin < least || calls === 0) {
      await runOnnx();
      calls++;
    }
    return (performance.now() - begin) / calls;
  },

  ours: (withKernel, least) => sample(withKernel, least),
};
