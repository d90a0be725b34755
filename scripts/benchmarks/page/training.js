// The contenders of scripts/benchmarks/training.py: two backends of TensorFlow.js, and Python, in one page.
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";

const pyodide = await loadPyodide();
await pyodide.loadPackage(["micropip", "numpy"], { messageCallback: () => {} });
const wheel = new URLSearchParams(location.search).get("wheel");
await pyodide.pyimport("micropip").install(`${location.origin}/wheels/${wheel}`);
await pyodide.runPythonAsync(await (await fetch("/stepping.py")).text());
const python = Object.fromEntries(["prepare", "train"].map((name) => [name, pyodide.globals.get(name)]));
tf.wasm.setWasmPaths("/vendor/tfjs-wasm/");

const BATCH = 32;
const { layers } = tf;
const classes = () => layers.dense({ units: 10, activation: "softmax" });

// One block: attention with one head, and two dense layers, each with a way around and a normalization.
function transformer() {
  const input = tf.input({ shape: [32, 32] });
  const dense = (units, x, activation) => layers.dense({ units, activation }).apply(x);
  const scores = layers.activation({ activation: "softmax" }).apply(layers.dot({ axes: [2, 2] }).apply([dense(32, input), dense(32, input)]));
  const attended = dense(32, layers.dot({ axes: [2, 1] }).apply([scores, dense(32, input)]));
  const middle = layers.layerNormalization().apply(layers.add().apply([input, attended]));
  const further = dense(32, dense(64, middle, "relu"));
  const top = layers.layerNormalization().apply(layers.add().apply([middle, further]));
  return tf.model({ inputs: input, outputs: classes().apply(layers.globalAveragePooling1d().apply(top)) });
}

const MODELS = {
  "MLP 784-128-64-10": () => tf.sequential({ layers: [
    layers.dense({ units: 128, activation: "relu", inputShape: [784] }),
    layers.dense({ units: 64, activation: "relu" }),
    classes(),
  ] }),
  "CNN 28x28, two convolutions": () => tf.sequential({ layers: [
    layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 16, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    classes(),
  ] }),
  "LSTM 28x28, 32 units": () => tf.sequential({ layers: [
    layers.lstm({ units: 32, inputShape: [28, 28] }),
    classes(),
  ] }),
  "transformer 32x32, one block": transformer,
};

const started = {};

async function artifactsOf(model) {
  let found;
  await model.save(tf.io.withSaveHandler(async (artifacts) => {
    found = artifacts;
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  }), { includeOptimizer: true });
  return found;
}

const compiled = (model) => {
  model.compile({ optimizer: tf.train.adam(0.001), loss: "categoricalCrossentropy" });
  return model;
};

// Every contender starts from the same weights. Returns the backends that can train the model.
async function start(name) {
  await tf.setBackend("cpu");
  const first = compiled(MODELS[name]());
  const artifacts = await artifactsOf(first);
  const x = tf.randomUniform([BATCH, ...first.inputs[0].shape.slice(1)], -1, 1, "float32", 1);
  const values = await x.data();
  const answers = Array.from({ length: BATCH }, (_, index) => (index * 7) % 10);
  python.prepare(
    JSON.stringify({ topology: artifacts.modelTopology, specs: artifacts.weightSpecs,
      training: artifacts.trainingConfig, shape: x.shape, answers }),
    new Uint8Array(artifacts.weightData), new Uint8Array(values.buffer),
  );
  const able = [];
  for (const backend of ["cpu", "wasm"]) {
    await tf.setBackend(backend);
    const model = compiled(await tf.loadLayersModel(tf.io.fromMemory(artifacts)));
    const data = [tf.tensor(values, x.shape), tf.oneHot(answers, 10).toFloat()];
    started[backend] = { model, data };
    try {
      await compiled(await tf.loadLayersModel(tf.io.fromMemory(artifacts))).trainOnBatch(...data);
      able.push(backend);
    } catch (error) {
      if (!/not registered for/.test(error.message)) throw error;
    }
  }
  return able;
}

async function theirs(name, backend, steps) {
  await tf.setBackend(backend);
  const { model, data } = started[backend];
  const milliseconds = [];
  const losses = [];
  for (let i = 0; i < steps; i++) {
    const begin = performance.now();
    losses.push(await model.trainOnBatch(...data));
    milliseconds.push(performance.now() - begin);
  }
  return { milliseconds, losses };
}

window.bench = {
  names: () => Object.keys(MODELS),
  start,
  theirs,
  ours: (steps) => JSON.parse(python.train(steps)),
};
