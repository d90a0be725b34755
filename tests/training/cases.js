// Trainings that TensorFlow.js records for tests/training/record.js: name -> function that makes one.
// Each has a model, x, y (by default drawn at random), a loss, and what differs from the defaults of record.js.
"use strict";

module.exports = (tf) => {
  const L = tf.layers;
  const N = 10; // examples

  // ------------------------------------------------------------ numbers that are the same every time
  let state = 1;
  function uniform() {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 16777216;
  }
  const normal = () => Math.sqrt(-2 * Math.log(uniform() + 1e-9)) * Math.cos(2 * Math.PI * uniform());
  const size = (shape) => shape.reduce((product, side) => product * side, 1);
  function drawn(shape, seed, draw, dtype = "float32") {
    state = seed * 7919 + 17;
    for (let i = 0; i < 5; i++) uniform();
    return tf.tensor(Array.from({ length: size(shape) }, draw), shape, dtype);
  }
  const floats = (shape, seed, scale = 1) => drawn(shape, seed, () => normal() * scale);
  const shares = (shape, seed) => drawn(shape, seed, () => 0.05 + 0.9 * uniform());
  const signs = (shape, seed) => drawn(shape, seed, () => (uniform() < 0.5 ? -1 : 1));
  const whole = (shape, seed, most, dtype = "int32") => drawn(shape, seed, () => Math.floor(uniform() * most), dtype);
  const numbers = (shape, seed, most) => whole(shape, seed, most, "float32");
  const chosen = (shape, seed) => tf.oneHot(whole(shape.slice(0, -1), seed, shape.at(-1)), shape.at(-1)).toFloat();
  const distributions = (shape, seed) => tf.softmax(floats(shape, seed));

  // Weights that break every symmetry, and variances above 0.
  function fill(model, zero) {
    model.weights.forEach((weight, index) => {
      const value = zero ? tf.zeros(weight.shape) : floats(weight.shape, 3 + index, 0.4);
      weight.write(/variance|gamma/.test(weight.originalName) ? value.abs().add(0.5) : value);
    });
  }

  const CASES = {};
  const add = (name, make) => { CASES[name] = make; };
  const stack = (layers) => tf.sequential({ layers });
  // Adds a stack of layers behind an input of `shape`.
  function plain(name, shape, layers, more = {}) {
    add(name, () => ({ model: stack(layers()), x: [more.input ? more.input() : floats([N, ...shape], 50)], ...more }));
  }
  // Adds a graph: `make` gets the inputs.
  function graph(name, shapes, make, more = {}) {
    add(name, () => {
      const inputs = shapes.map((shape) => tf.input({ shape }));
      const x = shapes.map((shape, index) => floats([N, ...shape], 71 + index));
      return { model: tf.model({ inputs, outputs: make(...inputs) }), x, ...more };
    });
  }
  const dense = (units, options) => L.dense({ units, ...options });

  // ------------------------------------------------------------ optimizers
  const OPTIMIZERS = {
    sgd: () => tf.train.sgd(0.07),
    momentum: () => tf.train.momentum(0.03, 0.5),
    nesterov: () => tf.train.momentum(0.02, 0.8, true),
    adagrad: () => tf.train.adagrad(0.05, 0.5),
    adadelta: () => tf.train.adadelta(0.1, 0.9, 1e-6),
    adam: () => tf.train.adam(0.01, 0.8, 0.99, 1e-6),
    adamax: () => tf.train.adamax(0.02, 0.8, 0.95, 1e-6, 0.05),
    rmsprop: () => tf.train.rmsprop(0.005, 0.8, 0.5, 1e-6),
    centered: () => tf.train.rmsprop(0.002, 0.85, 0.3, 1e-10, true),
  };
  const bodies = {
    dense: [[4], () => [dense(5, { activation: "tanh", inputShape: [4] }), dense(3)]],
    conv: [[6, 6, 2], () => [
      L.conv2d({ filters: 3, kernelSize: 3, activation: "elu", inputShape: [6, 6, 2] }),
      L.maxPooling2d({ poolSize: 2 }), L.flatten(), dense(2),
    ]],
    lstm: [[5, 3], () => [L.lstm({ units: 4, inputShape: [5, 3] }), dense(2)]],
    table: [[5], () => [
      L.embedding({ inputDim: 7, outputDim: 4, inputLength: 5 }), L.globalAveragePooling1d(), dense(2),
    ], { input: () => whole([N, 5], 51, 7) }],
  };
  for (const [name, optimizer] of Object.entries(OPTIMIZERS)) {
    for (const [body, [shape, layers, more]] of Object.entries(bodies)) {
      plain(`optimizer ${name} ${body}`, shape, layers, { ...more, optimizer });
    }
  }
  for (const optimizer of ["sgd", "adam", "rmsprop", "adagrad", "adamax", "Adam", "RMSProp"]) {
    plain(`optimizer by name ${optimizer}`, [4], bodies.dense[1], { optimizer: () => optimizer });
  }
  const short = () => [dense(3, { activation: "tanh", inputShape: [4] }), dense(2)];
  for (const name of ["sgd", "momentum", "adam", "rmsprop", "adagrad", "adadelta"]) {
    plain(`schedule ${name}`, [4], short, { optimizer: OPTIMIZERS[name], epochs: 5, schedule: { 1: 0.05, 3: 0.001 } });
  }
  for (const name of ["adam", "momentum", "centered"]) {
    const optimizer = OPTIMIZERS[name];
    plain(`another rate ${name}`, [4], short, { optimizer, learningRateResumed: 0.001 });
    plain(`many steps ${name}`, [4], short, { optimizer, epochs: 25 });
    plain(`frozen ${name}`, [4], () => [
      dense(5, { trainable: false, activation: "tanh", inputShape: [4] }), dense(4), dense(2),
    ], { optimizer });
  }

  // ------------------------------------------------------------ losses and metrics
  const LOSSES = {
    meanSquaredError: ["linear", floats],
    meanAbsoluteError: ["linear", floats],
    meanAbsolutePercentageError: ["linear", shares],
    meanSquaredLogarithmicError: ["softplus", shares],
    squaredHinge: ["tanh", signs],
    hinge: ["tanh", signs],
    categoricalHinge: ["softmax", chosen],
    logcosh: ["linear", floats],
    categoricalCrossentropy: ["softmax", chosen],
    sparseCategoricalCrossentropy: ["softmax", (shape, seed) => numbers([...shape.slice(0, -1), 1], seed, shape.at(-1))],
    binaryCrossentropy: ["sigmoid", (shape, seed) => numbers(shape, seed, 2)],
    kullbackLeiblerDivergence: ["softmax", distributions],
    poisson: ["softplus", (shape, seed) => numbers(shape, seed, 4)],
    cosineProximity: ["linear", floats],
  };
  for (const [loss, [activation, target]] of Object.entries(LOSSES)) {
    const steep = loss === "meanAbsolutePercentageError";
    for (const name of ["momentum", "adam", "rmsprop"]) {
      const optimizer = steep && name === "momentum" ? () => tf.train.momentum(1e-4, 0.5) : OPTIMIZERS[name];
      plain(`loss ${loss} ${name}`, [5], () => [dense(6, { activation: "relu", inputShape: [5] }), dense(3, { activation })],
        { y: [target([N, 3], 53)], loss, optimizer });
    }
    // Outputs outside of where the loss is meant: its bounds and corners. Poisson has no number there.
    if (loss !== "poisson") plain(`loss ${loss} of any numbers`, [5], () => [dense(6, { activation: "selu", inputShape: [5] }), dense(4)],
      { y: [target([N, 4], 55)], loss, optimizer: () => tf.train.sgd(1e-4) });
    plain(`loss ${loss} of zeros`, [5], () => [dense(6, { inputShape: [5] }), dense(4, { activation: "relu" })],
      { y: [target([N, 4], 55)], loss, optimizer: () => tf.train.sgd(1e-5) });
    if (!loss.startsWith("sparse")) {
      plain(`loss ${loss} of sequences`, [3, 2], () => [
        L.simpleRNN({ units: 4, returnSequences: true, inputShape: [3, 2] }),
        L.timeDistributed({ layer: dense(3, { activation }) }),
      ], { y: [target([N, 3, 3], 57)], loss, optimizer: () => tf.train.adam(0.005) });
    }
  }
  const ends = (input) => [
    dense(3, { activation: "softmax", name: "kind" }).apply(input), dense(1, { activation: "sigmoid", name: "flag" }).apply(input),
  ];
  const answers = () => [chosen([N, 3], 61), numbers([N, 1], 62, 2)];
  const two = ["categoricalCrossentropy", "binaryCrossentropy"];
  graph("losses as a list", [[4]], ends, { y: answers(), loss: two, metrics: ["accuracy", "mse"] });
  graph("losses by name", [[4]], ends,
    { y: answers(), loss: { kind: two[0], flag: two[1] }, metrics: { kind: "acc", flag: "MAE" } });
  graph("one loss for all", [[4]], ends, { y: answers(), loss: "meanAbsoluteError", metrics: ["mae"] });
  const softmax = (units) => () => [dense(units, { activation: "softmax", inputShape: [4] })];
  plain("metrics of classes", [4], softmax(3), {
    y: [chosen([N, 3], 64)], loss: "categoricalCrossentropy", fit: { validationSplit: 0.3 },
    metrics: ["accuracy", "binaryAccuracy", "categoricalAccuracy", "precision", "categoricalCrossentropy", "mse", "mae", "mape", "cosine", "ce"],
  });
  plain("metrics of numbers of classes", [4], softmax(4), {
    y: [numbers([N, 1], 64, 4)], loss: "sparseCategoricalCrossentropy", fit: { validationSplit: 0.2 },
    metrics: ["acc", "ce", "sparseCategoricalCrossentropy"],
  });
  plain("metrics of a flag", [4], () => [dense(1, { activation: "sigmoid", inputShape: [4] })],
    { y: [numbers([N, 1], 59, 2)], loss: "binaryCrossentropy", metrics: ["accuracy", "precision", "crossentropy"] });
  plain("metrics of sequences", [4, 2], () => [L.gru({ units: 3, returnSequences: true, activation: "sigmoid", inputShape: [4, 2] })],
    { y: [chosen([N, 4, 3], 64)], loss: "categoricalCrossentropy", metrics: ["acc", "mae"], fit: { validationSplit: 0.25 } });

  // ------------------------------------------------------------ activations
  const ACTIVATIONS = [
    "elu", "selu", "relu", "relu6", "linear", "sigmoid", "hardSigmoid", "softplus", "softsign", "tanh", "softmax", "logSoftmax",
    "swish", "mish", "gelu",
  ];
  for (const activation of ACTIVATIONS) {
    plain(`activation ${activation}`, [4], () => [
      dense(6, { activation, inputShape: [4], useBias: false }), L.activation({ activation }), dense(3),
    ]);
    plain(`activation ${activation} of images`, [5, 3], () => [
      L.conv1d({ filters: 4, kernelSize: 2, activation, inputShape: [5, 3] }), L.activation({ activation }), L.flatten(), dense(2),
    ]);
    if (!/softmax/i.test(activation)) {
      plain(`activation ${activation} of states`, [4, 3], () => [
        L.lstm({ units: 3, activation, recurrentActivation: "sigmoid", returnSequences: true, inputShape: [4, 3] }),
        L.gru({ units: 3, activation }), dense(2),
      ], { optimizer: () => tf.train.adam(0.002) });
    }
  }
  const bent = { leakyReLU: { alpha: 0.1 }, elu: {}, reLU: { maxValue: 1 }, prelu: {}, softmax: {} };
  for (const [kind, options] of Object.entries(bent)) {
    plain(`layer ${kind}`, [4], () => [dense(5, { inputShape: [4] }), L[kind](options), dense(3)]);
  }
  plain("layer thresholdedReLU", [4], () => [L.thresholdedReLU({ theta: 0.2, inputShape: [4] }), dense(3)]);
  plain("layer prelu of images", [4, 4, 2], () => [
    L.conv2d({ filters: 3, kernelSize: 2, inputShape: [4, 4, 2] }), L.prelu({ sharedAxes: [1, 2] }), L.flatten(), dense(2),
  ]);

  // ------------------------------------------------------------ images
  const gently = { optimizer: () => tf.train.adam(0.005) };
  const image = (name, shape, layers, more) => plain(name, shape, () => [...layers(), L.flatten(), dense(2)], { ...gently, ...more });
  for (const padding of ["valid", "same"]) {
    for (const strides of [1, 2]) {
      const end = `${padding} ${strides}`;
      image(`conv1d ${end}`, [7, 2], () => [L.conv1d({ filters: 4, kernelSize: 3, padding, strides, activation: "tanh", inputShape: [7, 2] })]);
      image(`conv2d ${end}`, [5, 6, 2], () => [
        L.conv2d({ filters: 4, kernelSize: [3, 2], padding, strides, inputShape: [5, 6, 2] }),
        L.conv2d({ filters: 2, kernelSize: 1, activation: "relu" }),
      ]);
      image(`conv3d ${end}`, [3, 4, 3, 2], () => [L.conv3d({ filters: 2, kernelSize: 2, padding, strides, inputShape: [3, 4, 3, 2] })]);
      image(`depthwise ${end}`, [5, 6, 2], () => [
        L.conv2d({ filters: 2, kernelSize: 1, inputShape: [5, 6, 2] }),
        L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding, strides, activation: "sigmoid" }),
      ]);
      image(`separable ${end}`, [5, 6, 2], () => [L.separableConv2d({ filters: 3, kernelSize: 2, padding, strides, inputShape: [5, 6, 2] })]);
      image(`transposed ${end}`, [3, 4, 2], () => [
        L.conv2dTranspose({ filters: 3, kernelSize: 3, padding, strides, activation: "tanh", inputShape: [3, 4, 2] }),
        L.conv2dTranspose({ filters: 2, kernelSize: 2, padding, strides }),
      ]);
      // The gradient of padded averages is wrong in TensorFlow.js.
      for (const kind of padding === "same" ? ["max"] : ["max", "average"]) {
        image(`${kind}Pooling1d ${end}`, [8, 2], () => [
          L.conv1d({ filters: 3, kernelSize: 2, inputShape: [8, 2] }), L[`${kind}Pooling1d`]({ poolSize: 3, strides, padding }),
        ]);
        image(`${kind}Pooling2d ${end}`, [6, 7, 2], () => [
          L.conv2d({ filters: 3, kernelSize: 2, activation: "relu", inputShape: [6, 7, 2] }),
          L[`${kind}Pooling2d`]({ poolSize: [3, 2], strides, padding }),
        ]);
        image(`${kind}Pooling3d ${end}`, [4, 4, 3, 2], () => [
          L.conv3d({ filters: 2, kernelSize: 1, inputShape: [4, 4, 3, 2] }), L[`${kind}Pooling3d`]({ poolSize: 2, strides, padding }),
        ]);
      }
    }
  }
  const first = { dataFormat: "channelsFirst" };
  image("channels first", [2, 5, 5], () => [
    L.conv2d({ filters: 3, kernelSize: 2, ...first, inputShape: [2, 5, 5] }), L.maxPooling2d({ poolSize: 2, ...first }),
  ]);
  image("channels first, transposed", [2, 3, 3], () => [
    L.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2, ...first, inputShape: [2, 3, 3] }),
    L.globalAveragePooling2d(first), L.repeatVector({ n: 2 }),
  ]);
  for (const kind of ["Average", "Max"]) {
    plain(`global${kind}Pooling2d`, [4, 5, 2], () => [
      L.conv2d({ filters: 3, kernelSize: 2, inputShape: [4, 5, 2] }), L[`global${kind}Pooling2d`]({}), dense(2),
    ]);
    plain(`global${kind}Pooling1d`, [5, 2], () => [
      L.conv1d({ filters: 3, kernelSize: 2, inputShape: [5, 2] }), L[`global${kind}Pooling1d`](), dense(2),
    ]);
  }
  const image2 = () => L.conv2d({ filters: 2, kernelSize: 2, inputShape: [5, 5, 2] });
  image("borders", [5, 5, 2], () => [image2(), L.zeroPadding2d({ padding: [[1, 0], [2, 1]] }), L.cropping2D({ cropping: [[0, 1], [1, 0]] })]);
  image("enlarged", [5, 5, 2], () => [image2(), L.upSampling2d({ size: [2, 2], interpolation: "bilinear" }), L.conv2d({ filters: 1, kernelSize: 2 })]);
  // The gradient of several images is wrong in TensorFlow.js.
  image("enlarged one by one", [5, 5, 2], () => [image2(), L.upSampling2d({ size: [2, 3] })], { batchSize: 1 });
  image("scaled", [5, 5, 2], () => [L.rescaling({ scale: 0.5, offset: 0.1, inputShape: [5, 5, 2] }), L.conv2d({ filters: 2, kernelSize: 2 })]);
  plain("other shapes", [4], () => [
    dense(12, { inputShape: [4] }), L.reshape({ targetShape: [3, 4] }), L.permute({ dims: [2, 1] }), L.flatten(),
    L.repeatVector({ n: 3 }), L.simpleRNN({ units: 2 }),
  ]);

  // ------------------------------------------------------------ sequences
  for (const kind of ["simpleRNN", "gru", "lstm"]) {
    const gates = kind === "simpleRNN" ? {} : { recurrentActivation: "hardSigmoid" };
    const options = {
      alone: {}, backwards: { goBackwards: true, returnSequences: true }, "without bias": { useBias: false },
      unrolled: { returnSequences: true, unroll: true }, softsign: { activation: "softsign", ...gates },
      ...(kind === "simpleRNN" ? {} : { "implementation 1": { implementation: 1 }, "implementation 2": { implementation: 2 } }),
    };
    for (const [name, given] of Object.entries(options)) {
      plain(`${kind} ${name}`, [5, 3], () => [
        L[kind]({ units: 4, inputShape: [5, 3], ...given }), ...(given.returnSequences ? [L.globalMaxPooling1d()] : []), dense(2),
      ], gently);
    }
    plain(`${kind} masked`, [5, 3], () => [
      L.masking({ maskValue: 0, inputShape: [5, 3] }), L[kind]({ units: 4, returnSequences: true }), L[kind]({ units: 3 }),
    ], { input: () => floats([N, 5, 3], 50).mul(numbers([N, 5, 1], 65, 2)) });
    plain(`${kind} of words`, [5], () => [
      L.embedding({ inputDim: 6, outputDim: 3, maskZero: true, inputLength: 5 }), L[kind]({ units: 4, goBackwards: true }), dense(2),
    ], { input: () => whole([N, 5], 66, 6) });
    plain(`${kind} stateful`, [4, 2], () => [L[kind]({ units: 3, stateful: true, batchInputShape: [5, 4, 2] }), dense(2)],
      { batchSize: 5, validation: () => [floats([5, 4, 2], 68), floats([5, 2], 69)] });
    graph(`${kind} with its states`, [[4, 3]], (input) => {
      const [output, ...states] = L[kind]({ units: 3, returnState: true, returnSequences: true }).apply(input);
      return dense(2).apply(L.concatenate().apply([L.flatten().apply(output), ...states]));
    });
    for (const mergeMode of ["sum", "mul", "ave", "concat"]) {
      const returnSequences = mergeMode !== "mul";
      plain(`both ways ${kind} ${mergeMode}`, [4, 2], () => [
        L.bidirectional({ layer: L[kind]({ units: 3, returnSequences }), mergeMode, inputShape: [4, 2] }),
        ...(returnSequences ? [L.flatten()] : []), dense(2),
      ]);
    }
  }
  const films = [3, 4, 5, 2];
  image("convLstm2d", films, () => [
    L.convLstm2d({ filters: 2, kernelSize: 3, padding: "same", returnSequences: true, inputShape: films }),
    L.convLstm2d({ filters: 2, kernelSize: 2, recurrentActivation: "sigmoid", activation: "relu" }),
  ]);
  image("convLstm2d in steps", films, () => [L.convLstm2d({ filters: 2, kernelSize: 2, strides: 2, useBias: false, inputShape: films })]);
  plain("cells", [4, 3], () => [
    L.rnn({ cell: [L.gruCell({ units: 3 }), L.lstmCell({ units: 4 }), L.simpleRNNCell({ units: 2 })], returnSequences: true, inputShape: [4, 3] }),
    L.rnn({ cell: L.lstmCell({ units: 2 }) }),
  ]);
  plain("each step an image", [3, 4, 4, 1], () => [
    L.timeDistributed({ layer: L.conv2d({ filters: 2, kernelSize: 2 }), inputShape: [3, 4, 4, 1] }),
    L.timeDistributed({ layer: L.flatten() }), L.lstm({ units: 3 }),
  ]);
  plain("each step a model", [3, 4], () => [
    L.timeDistributed({ layer: stack([dense(3, { activation: "tanh", inputShape: [4] }), dense(2)]), inputShape: [3, 4] }),
    L.flatten(), dense(2),
  ]);

  // ------------------------------------------------------------ normalization
  // A bias before it has a gradient of 0 but for rounding, which Adam and its like make a whole step of.
  for (const [name, options] of Object.entries({ usual: {}, slow: { momentum: 0.7, epsilon: 0.01 }, exact: { epsilon: 1e-4 } })) {
    plain(`batchNormalization ${name}`, [3], () => [
      dense(4, { inputShape: [3], useBias: false }), L.batchNormalization(options), L.activation({ activation: "tanh" }), dense(2),
    ]);
    image(`batchNormalization of images ${name}`, [4, 4, 2], () => [
      L.conv2d({ filters: 3, kernelSize: 2, useBias: false, inputShape: [4, 4, 2] }), L.batchNormalization(options),
    ]);
  }
  plain("batchNormalization validated", [3], () => [
    dense(4, { inputShape: [3], useBias: false }), L.batchNormalization({ momentum: 0.5 }), dense(2),
  ], { fit: { validationSplit: 0.3 }, metrics: ["mae"] });
  const steady = { optimizer: () => tf.train.sgd(0.05) };
  plain("batchNormalization frozen", [3], () => [dense(4, { inputShape: [3] }), L.batchNormalization({ trainable: false }), dense(2)], steady);
  plain("batchNormalization of steps", [3, 4], () => [
    L.timeDistributed({ layer: dense(3), inputShape: [3, 4] }), L.timeDistributed({ layer: L.batchNormalization({ momentum: 0.8 }) }),
    L.flatten(), dense(2),
  ], steady);
  for (const axis of [-1, 1, [1, 2]]) {
    plain(`layerNormalization along ${axis}`, [3, 3], () => [dense(4, { inputShape: [3, 3] }), L.layerNormalization({ axis }), L.flatten(), dense(2)]);
  }
  plain("layerNormalization epsilon", [3], () => [dense(4, { inputShape: [3] }), L.layerNormalization({ epsilon: 0.01 }), dense(2)]);

  // ------------------------------------------------------------ graphs
  for (const kind of ["add", "multiply", "average", "maximum", "minimum", "concatenate"]) {
    graph(kind, [[4], [4]], (one, other) => {
      const below = (input) => dense(3, { activation: "relu" }).apply(input);
      return dense(2).apply(L[kind]().apply([below(one), below(other), below(one)]));
    });
  }
  graph("equal numbers", [[4]], (input) => {
    const below = dense(3, { activation: "relu" }).apply(input);
    return dense(2).apply(L.maximum().apply([below, L.reLU().apply(below)]));
  });
  graph("concatenate along steps", [[3, 2]], (input) =>
    dense(2).apply(L.flatten().apply(L.concatenate({ axis: 1 }).apply([dense(2).apply(input), input, dense(2).apply(input)]))));
  for (const axes of [1, -1]) {
    graph(`dot ${axes}`, [[4], [4]], (one, other) =>
      dense(2).apply(L.dot({ axes, normalize: axes === -1 }).apply([dense(3).apply(one), dense(3).apply(other)])));
  }
  for (const axes of [[2, 1], [1, 2], [2, 2]]) {
    graph(`dot ${axes}`, [[3, 3], [3, 3]], (one, other) =>
      L.flatten().apply(L.dot({ axes }).apply([dense(3).apply(one), dense(3).apply(other)])));
  }
  graph("shared", [[4], [4]], (one, other) => {
    const shared = dense(4, { activation: "tanh", kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }) });
    const normal = L.batchNormalization({ momentum: 0.6 });
    return dense(2).apply(L.add().apply([normal.apply(shared.apply(shared.apply(one))), normal.apply(shared.apply(other))]));
  }, steady);
  graph("twins", [[4], [4]], (one, other) => {
    const inner = stack([dense(4, { activation: "tanh", inputShape: [4] }), dense(3)]);
    return dense(1, { activation: "sigmoid" }).apply(L.multiply().apply([inner.apply(one), inner.apply(other)]));
  }, { y: [numbers([N, 1], 73, 2)], loss: "binaryCrossentropy", metrics: ["acc"] });
  graph("models in models", [[4]], (input) => {
    const inner = stack([dense(4, { activation: "relu", inputShape: [4], kernelRegularizer: "l1l2" }), dense(3)]);
    const between = tf.input({ shape: [4] });
    const outer = tf.model({ inputs: between, outputs: dense(4).apply(inner.apply(between)) });
    return dense(2).apply(outer.apply(input));
  });
  graph("ways around", [[4, 4, 3]], (input) => {
    let x = input;
    for (let i = 0; i < 2; i++) {
      x = L.add().apply([x, L.conv2d({ filters: 3, kernelSize: 3, padding: "same", activation: "relu" }).apply(x)]);
    }
    return dense(2).apply(L.flatten().apply(x));
  }, gently);
  graph("attention by hand", [[4, 3]], (input) => {
    const [query, key, value] = [3, 3, 3].map((units) => dense(units).apply(input));
    const scores = L.activation({ activation: "softmax" }).apply(L.dot({ axes: [2, 2] }).apply([query, key]));
    const around = L.add().apply([input, L.dot({ axes: [2, 1] }).apply([scores, value])]);
    return dense(2).apply(L.globalAveragePooling1d().apply(L.layerNormalization().apply(around)));
  });

  // ------------------------------------------------------------ penalties
  const REGULARIZERS = {
    l1: () => tf.regularizers.l1({ l1: 0.02 }), l2: () => tf.regularizers.l2({ l2: 0.03 }),
    both: () => tf.regularizers.l1l2({ l1: 0.01, l2: 0.02 }), name: () => "l1l2",
  };
  for (const [name, penalty] of Object.entries(REGULARIZERS)) {
    const both = { kernelRegularizer: penalty(), biasRegularizer: penalty() };
    plain(`penalty ${name}`, [3], () => [dense(4, { ...both, inputShape: [3] }), dense(2)]);
    plain(`penalty ${name} at 0`, [3], () => [dense(3, { ...both, inputShape: [3] })], { zero: true });
    image(`penalty ${name} of images`, [4, 4, 2], () => [
      L.conv2d({ filters: 3, kernelSize: 2, ...both, inputShape: [4, 4, 2] }), // a depthwise one cannot be loaded again there
      L.conv2dTranspose({ filters: 2, kernelSize: 2, ...both }),
    ]);
    plain(`penalty ${name} of scales`, [3], () => [
      dense(4, { inputShape: [3] }), L.prelu({ alphaRegularizer: penalty() }),
      L.layerNormalization({ gammaRegularizer: penalty(), betaRegularizer: penalty() }), dense(2),
    ]);
    plain(`penalty ${name} of batches`, [3], () => [
      dense(4, { useBias: false, inputShape: [3] }), L.batchNormalization({ gammaRegularizer: penalty(), betaRegularizer: penalty() }), dense(2),
    ]);
    plain(`penalty ${name} of words`, [4], () => [
      L.embedding({ inputDim: 5, outputDim: 3, inputLength: 4, embeddingsRegularizer: penalty() }), L.flatten(), dense(2),
    ], { input: () => whole([N, 4], 74, 5) });
    plain(`penalty ${name} of steps`, [3, 4], () => [
      L.timeDistributed({ layer: dense(3, { kernelRegularizer: penalty() }), inputShape: [3, 4] }), L.flatten(), dense(2),
    ]);
    plain(`penalty ${name} frozen`, [3], () => [
      dense(4, { trainable: false, kernelRegularizer: penalty(), inputShape: [3] }), dense(2, { kernelRegularizer: penalty() }),
    ]);
  }

  // ------------------------------------------------------------ arguments of fit
  const line = () => [dense(2, { inputShape: [4] })];
  const apart = () => [floats([7, 4], 75), floats([7, 2], 76)];
  plain("split off", [4], line, { fit: { validationSplit: 0.35 }, metrics: ["mae"] });
  plain("validated", [4], line, { validation: apart, batchSize: 3, metrics: ["mse", "cosine"] });
  plain("validated, not split", [4], line, { validation: apart, fit: { validationSplit: 0.2 }, batchSize: 3 });
  graph("validated, two inputs", [[4], [3]], (one, other) => dense(2).apply(L.concatenate().apply([one, other])),
    { validation: () => [floats([4, 4], 75), floats([4, 3], 76), floats([4, 2], 77)] });
  for (const batchSize of [1, 7, 32]) plain(`batches of ${batchSize}`, [4], line, { batchSize });
  plain("later epochs", [4], line, { fit: { epochs: 5, initialEpoch: 2 }, resumed: { epochs: 9, initialEpoch: 6 } });
  plain("weights of classes", [4], softmax(3), {
    y: [chosen([N, 3], 73)], loss: "categoricalCrossentropy", metrics: ["acc"],
    fit: { classWeight: { 0: 1, 1: 2.5, 2: 0.3 }, validationSplit: 0.3 },
  });
  plain("weights of numbers of classes", [4], softmax(3),
    { y: [numbers([N, 1], 73, 3)], loss: "sparseCategoricalCrossentropy", fit: { classWeight: { 0: 1, 1: 0, 2: 3 } } });
  plain("weights of a flag", [4], () => [dense(1, { activation: "sigmoid", inputShape: [4] })],
    { y: [numbers([N, 1], 73, 2)], loss: "binaryCrossentropy", metrics: ["acc"], fit: { classWeight: { 0: 1, 1: 4 } } });
  graph("weights of both outputs", [[4]], ends,
    { y: answers(), loss: two, fit: { classWeight: [{ 0: 1, 1: 2, 2: 3 }, { 0: 2, 1: 0.5 }] } });
  graph("weights of one output", [[4]], ends,
    { y: answers(), loss: { kind: two[0], flag: two[1] }, fit: { classWeight: { kind: { 0: 1, 1: 2, 2: 3 } } } });
  plain("ended by a callback", [4], line, { epochs: 6, stopAfter: 2 });
  plain("ended early", [4], line, { epochs: 12, early: { monitor: "loss", patience: 2, minDelta: 0.05 }, ...steady });
  plain("one number each", [4], () => [dense(1, { inputShape: [4] })], { y: [floats([N], 61)] });
  plain("whole numbers", [4], line, { input: () => whole([N, 4], 60, 5), ...steady, optimizer: () => tf.train.sgd(0.005) });
  plain("large numbers", [4], softmax(3), { input: () => floats([N, 4], 60, 40), y: [chosen([N, 3], 61)], loss: "categoricalCrossentropy" });
  plain("large numbers, numbers of classes", [4], softmax(3),
    { input: () => floats([N, 4], 60, 40), y: [numbers([N, 1], 61, 3)], loss: "sparseCategoricalCrossentropy" });
  plain("rows without use", [2], () => [L.embedding({ inputDim: 20, outputDim: 3, inputLength: 2 }), L.flatten(), dense(2)],
    { input: () => whole([N, 2], 74, 5), optimizer: OPTIMIZERS.adam });

  const targets = (model) => model.outputs.map((output, index) => floats([N, ...output.shape.slice(1)], 80 + index));
  return { CASES, fill, targets };
};
