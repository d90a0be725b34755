// tfjs-node's own file handler with the real TensorFlow.js; the native part is not needed.
// node file_system.js VENDOR write|read DIRECTORY: prints what the model predicts, and more, as JSON.
const Module = require("module");
const path = require("path");

const [vendor, action, directory] = process.argv.slice(2);
const tfjs = path.join(vendor, "tfjs", "tf.min.js");
const resolve = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) =>
  name === "@tensorflow/tfjs" ? tfjs : resolve(name, ...rest);

const tf = require(tfjs);
const { NodeFileSystem } = require(path.join(vendor, "tfjs-node", "file_system.js"));

const build = async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 5, inputShape: [4], activation: "tanh" }),
      tf.layers.dense({ units: 3, activation: "softmax" }),
    ],
  });
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  await model.fit(tf.ones([2, 4]), tf.ones([2, 3]), { verbose: 0 });
  model.setUserDefinedMetadata({ author: "Zoë" });
  await model.save(new NodeFileSystem(directory), { includeOptimizer: true });
  return model;
};

(async () => {
  await tf.setBackend("cpu");
  const model = action === "write"
    ? await build()
    : await tf.loadLayersModel(new NodeFileSystem(path.join(directory, "model.json")));
  const state = await model.optimizer.getWeights();
  console.log(JSON.stringify({
    predicted: model.predict(tf.tensor2d([[1, 2, 3, 4], [-1, 0, 1, 0.5]])).arraySync(),
    metadata: model.getUserDefinedMetadata(),
    optimizer: state.map(({ tensor }) => Array.from(tensor.dataSync())),
  }));
})();
