// TensorFlow.js's backends and Python in one page. `bench.prepare` makes a model for all of them,
// and the other two measure one sample: as many calls as take `least` milliseconds.
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";

import { NETWORKS } from "/networks.js";

const pyodide = await loadPyodide();
await pyodide.loadPackage(["micropip", "numpy"], { messageCallback: () => {} });
const wheel = new URLSearchParams(location.search).get("wheel");
await pyodide.pyimport("micropip").install(`${location.origin}/wheels/${wheel}`);
await pyodide.runPythonAsync(await (await fetch("/predicting.py")).text());
tf.wasm.setWasmPaths("/vendor/tfjs-wasm/");

const prepare = pyodide.globals.get("prepare");
const sample = pyodide.globals.get("sample");
let model = null;
let x = null;

const bytes = (typed) => new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
const predict = () => tf.tidy(() => model.predict(x, { batchSize: x.shape[0] }).dataSync());

window.bench = {
  names: () => Object.keys(NETWORKS),

  // Returns the largest relative difference between Python's predictions and those of TF.js.
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
    return prepare(JSON.stringify(described), new Uint8Array(saved.weightData), bytes(x.dataSync()), bytes(predict()));
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

  ours: (withKernel, least) => sample(withKernel, least),
};
