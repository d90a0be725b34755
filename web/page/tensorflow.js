// TensorFlow.js beside Python: the same model and the same picture.
"use strict";
globalThis.inTensorFlow = (() => {
  let model = null;

  const script = (address) => new Promise((done, failed) => {
    const element = document.createElement("script");
    element.src = address;
    element.onload = done;
    element.onerror = () => failed(new Error(`${address} is not there`));
    document.head.append(element);
  });

  return {
    // Load TensorFlow.js if it is not there, and the model from its two files in memory.
    load: async (json, weights) => {
      if (!globalThis.tf) {
        await script("./vendor/tfjs/tf.min.js");
        await tf.setBackend("cpu"); // a graphics card has numbers of its own
      }
      const files = JSON.parse(json);
      const { modelTopology, weightsManifest, ...rest } = files;
      const artifacts = {
        ...rest, modelTopology, weightSpecs: weightsManifest.flatMap((group) => group.weights),
        weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
      };
      model?.dispose();
      const read = modelTopology.node ? tf.loadGraphModel : tf.loadLayersModel;
      model = await read(tf.io.fromMemory(artifacts));
      return tf.version_core;
    },
    // Return the numbers that the model gives for one picture.
    predict: (values, shape) => tf.tidy(() => [...model.predict(tf.tensor(values, shape)).dataSync()]),
  };
})();
