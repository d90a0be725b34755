// The models of the benchmark, in the sizes that people use: name -> batch -> [model, input].
const { floats, integers, MODELS } = pyioModels;

function mobileNet(alpha) {
  // MobileNet V1 (Howard et al. 2017, table 1), with `alpha` times as many filters.
  return (tf, batch) => {
    const input = tf.input({ shape: [224, 224, 3] });
    const normalized = (x) => tf.layers.reLU({ maxValue: 6 }).apply(tf.layers.batchNormalization().apply(x));
    const options = { padding: "same", useBias: false };
    let x = tf.layers.conv2d({ filters: 32 * alpha, kernelSize: 3, strides: 2, ...options }).apply(input);
    x = normalized(x);
    const blocks = [[64, 1], [128, 2], [128, 1], [256, 2], [256, 1], [512, 2],
      [512, 1], [512, 1], [512, 1], [512, 1], [512, 1], [1024, 2], [1024, 1]];
    for (const [filters, strides] of blocks) {
      x = normalized(tf.layers.depthwiseConv2d({ kernelSize: 3, strides, ...options }).apply(x));
      x = normalized(tf.layers.conv2d({ filters: filters * alpha, kernelSize: 1, ...options }).apply(x));
    }
    x = tf.layers.globalAveragePooling2d({}).apply(x);
    x = tf.layers.dense({ units: 1000, activation: "softmax" }).apply(x);
    return [tf.model({ inputs: input, outputs: x }), floats(tf, [batch, 224, 224, 3], 83)];
  };
}

function stack(tf, layers) {
  return tf.sequential({ layers });
}

export const NETWORKS = {
  "MLP 784-256-128-10": (tf, batch) => [stack(tf, [
    tf.layers.dense({ units: 256, activation: "relu", inputShape: [784] }),
    tf.layers.dense({ units: 128, activation: "relu" }),
    tf.layers.dense({ units: 10, activation: "softmax" }),
  ]), floats(tf, [batch, 784], 80)],
  "MNIST CNN": (tf, batch) => [MODELS.mnist_cnn(tf)[0], floats(tf, [batch, 28, 28, 1], 81)],
  "embedding + LSTM": (tf, batch) => [stack(tf, [
    tf.layers.embedding({ inputDim: 5000, outputDim: 32, inputLength: 80 }),
    tf.layers.lstm({ units: 64 }),
    tf.layers.dense({ units: 1, activation: "sigmoid" }),
  ]), integers(tf, [batch, 80], 82, 5000)],
  "MobileNet 0.25, 224x224": mobileNet(0.25),
  "MobileNet 1.0, 224x224": mobileNet(1),
};
