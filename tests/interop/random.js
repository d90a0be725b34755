// Random models from a seed, for combinations of options that no hand-written test has.
(function (root) {
  "use strict";

  const ACTIVATIONS = ["elu", "selu", "relu", "relu6", "linear", "sigmoid", "hardSigmoid", "softplus", "softsign", "tanh",
    "softmax", "logSoftmax", "gelu", "mish", "swish"];
  const PADDINGS = ["same", "valid"];

  function dice(seed) {
    let state = (seed * 2654435761) >>> 0;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 4294967296;
    };
    const int = (low, high) => low + Math.floor(next() * (high - low + 1));
    return { int, pick: (list) => list[int(0, list.length - 1)], maybe: (share) => next() < share };
  }

  function images(tf, { int, pick, maybe }) {
    const first = maybe(0.3);
    const dataFormat = first ? "channelsFirst" : "channelsLast";
    const channels = int(1, 3), sides = [int(9, 14), int(9, 14)];
    const inputShape = first ? [channels, ...sides] : [...sides, channels];
    const pair = (low, high) => [int(low, high), int(low, high)];
    const common = () => ({ padding: pick(PADDINGS), dataFormat, activation: pick(ACTIVATIONS), useBias: maybe(0.7) });
    const kinds = [
      (o) => tf.layers.conv2d({ filters: int(1, 5), kernelSize: pair(1, 3), strides: pair(1, 2), ...common(), ...o }),
      (o) => tf.layers.conv2d({ filters: int(1, 5), kernelSize: pair(1, 3), dilationRate: int(1, 2), ...common(), ...o }),
      (o) => tf.layers.depthwiseConv2d({ kernelSize: int(1, 3), strides: int(1, 2), depthMultiplier: int(1, 3), ...common(), ...o }),
      (o) => tf.layers.conv2dTranspose({ filters: int(1, 4), kernelSize: pair(1, 4), strides: pair(1, 3), ...common(), ...o }),
      (o) => tf.layers.maxPooling2d({ poolSize: pair(1, 3), strides: pair(1, 2), padding: pick(PADDINGS), dataFormat, ...o }),
      (o) => tf.layers.averagePooling2d({ poolSize: pair(1, 3), strides: pair(1, 2), padding: pick(PADDINGS), dataFormat, ...o }),
      (o) => tf.layers.zeroPadding2d({ padding: [pair(0, 2), pair(0, 2)], dataFormat, ...o }),
      (o) => tf.layers.upSampling2d({ size: pair(1, 2), interpolation: pick(["nearest", "bilinear"]), dataFormat, ...o }),
    ];
    if (!first) {
      kinds.push((o) => tf.layers.separableConv2d({ filters: int(1, 4), kernelSize: int(1, 3), strides: int(1, 2), ...common(), ...o }));
      kinds.push((o) => tf.layers.batchNormalization({ epsilon: 0.01, center: maybe(0.5), scale: maybe(0.5), ...o }));
    }
    const layers = Array.from({ length: int(1, 3) }, (_, i) => pick(kinds)(i ? {} : { inputShape }));
    return [tf.sequential({ layers }), [[int(1, 3), ...inputShape]]];
  }

  function sequences(tf, { int, pick, maybe }) {
    const steps = int(2, 7), size = int(1, 4), batch = int(1, 4);
    const masked = maybe(0.5), words = masked && maybe(0.5);
    const layers = [words ? tf.layers.embedding({ inputDim: 5, outputDim: size, maskZero: true })
      : masked ? tf.layers.masking({ inputShape: [steps, size] }) : tf.layers.inputLayer({ inputShape: [maybe(0.5) ? null : steps, size] })];
    const length = int(1, 3);
    for (let i = 0; i < length; i++) {
      const returnSequences = i < length - 1 || maybe(0.4);
      const options = () => ({ units: int(1, 6), returnSequences, useBias: maybe(0.8), goBackwards: maybe(0.3),
        activation: pick(["tanh", "relu", "sigmoid", "softsign"]) });
      const gated = () => ({ ...options(), recurrentActivation: pick(["hardSigmoid", "sigmoid"]) });
      const one = () => pick([() => tf.layers.simpleRNN(options()), () => tf.layers.gru(gated()), () => tf.layers.lstm(gated())])();
      const cells = () => [tf.layers.lstmCell({ units: int(1, 4) }), tf.layers.gruCell({ units: int(1, 4) }), tf.layers.simpleRNNCell({ units: int(1, 4) })];
      layers.push(pick([one, one,
        () => tf.layers.bidirectional({ layer: one(), mergeMode: pick(["concat", "sum", "mul", "ave"]) }),
        () => tf.layers.rnn({ cell: cells().slice(0, int(1, 3)), returnSequences, goBackwards: maybe(0.3) }),
        () => tf.layers.timeDistributed({ layer: tf.layers.dense({ units: int(1, 5), activation: pick(ACTIVATIONS) }) }),
      ])());
    }
    return [tf.sequential({ layers }), [words ? [batch, steps] : [batch, steps, size]], { words, masked }];
  }

  function volumes(tf, { int, pick }) {
    // With "same", TensorFlow.js is wrong in three dimensions where a stride is larger than the window.
    const inputShape = [int(4, 7), int(4, 7), int(4, 7), int(1, 2)];
    const kinds = [
      (o) => tf.layers.conv3d({ filters: int(1, 3), kernelSize: [2, int(1, 2), int(1, 3)], strides: [int(1, 2), 1, 1], padding: pick(PADDINGS), activation: pick(ACTIVATIONS), ...o }),
      (o) => tf.layers.conv3dTranspose({ filters: int(1, 3), kernelSize: int(2, 3), strides: int(1, 2), padding: pick(PADDINGS), ...o }),
      (o) => tf.layers[pick(["maxPooling3d", "averagePooling3d"])]({ poolSize: 2, strides: int(1, 2), padding: pick(PADDINGS), ...o }),
    ];
    const layers = Array.from({ length: int(1, 2) }, (_, i) => pick(kinds)(i ? {} : { inputShape }));
    return [tf.sequential({ layers }), [[2, ...inputShape]]];
  }

  function graphs(tf, { int, pick, maybe }) {
    const inputs = Array.from({ length: int(1, 3) }, () => tf.input({ shape: [4] }));
    const tensors = [...inputs];
    const shared = [tf.layers.dense({ units: 4, activation: pick(ACTIVATIONS) }), tf.layers.dense({ units: 4 })];
    const start = tf.input({ shape: [4] });
    const inner = tf.model({ inputs: start, outputs: tf.layers.dense({ units: 4, activation: "tanh" }).apply(tf.layers.dense({ units: 4 }).apply(start)) });
    for (let i = int(2, 8); i > 0; i--) {
      // Each tensor is used once: TensorFlow.js disposes a tensor too early if a layer gets it
      // twice.
      const a = pick(tensors);
      const [b, c] = [pick(tensors), pick(tensors)].map((tensor) => tf.layers.dense({ units: 4 }).apply(tensor));
      tensors.push(pick([
        () => tf.layers.dense({ units: 4, activation: pick(ACTIVATIONS) }).apply(a),
        () => pick(shared).apply(a),
        () => inner.apply(a),
        () => tf.layers[pick(["add", "multiply", "average", "maximum", "minimum"])]().apply([a, b]),
        () => tf.layers.dense({ units: 4 }).apply(tf.layers.concatenate().apply([a, b, c])),
        () => tf.layers.add().apply([a, tf.layers.dot({ axes: 1, normalize: maybe(0.5) }).apply([a, b])]),
        () => tf.layers.batchNormalization({}).apply(a),
      ])());
    }
    const outputs = [tensors[tensors.length - 1], ...tensors.slice(inputs.length, -1).filter(() => maybe(0.3)),
      ...inputs.map((input) => tf.layers.activation({ activation: "linear" }).apply(input))];
    return [tf.model({ inputs, outputs }), inputs.map(() => [3, 4])];
  }

  const FAMILIES = { images, sequences, volumes, graphs };

  async function random(tf, family, seed) {
    const { floats, integers, fill, toData, predict, artifactsOf } = root.pyioModels;
    const [model, shapes, kind = {}] = FAMILIES[family](tf, dice(seed));
    fill(tf, model);
    const inputs = shapes.map((shape, i) => {
      if (kind.words) return integers(tf, shape, seed, 5);
      const values = floats(tf, shape, seed + i);
      return kind.masked ? values.mul(integers(tf, [...shape.slice(0, 2), 1], seed, 2)) : values;
    });
    return { text: model.toJSON(), artifacts: await artifactsOf(tf, model), inputs: inputs.map(toData), outputs: predict(tf, model, inputs) };
  }

  root.pyioRandom = { random, families: Object.keys(FAMILIES) };
})(globalThis);
