// Models that together use every layer class and most options, built by TensorFlow.js itself.
//
// Runs in a page and in Node. Weights and inputs come from a small generator, so every run gives
// the same numbers. `pyioModels.describe(tf, name)` returns everything that a comparison needs as
// JSON.
(function (root) {
  "use strict";

  function generator(seed) {
    let state = seed >>> 0;
    return () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 4294967296;
    };
  }

  function floats(tf, shape, seed, low = -1, high = 1) {
    const next = generator(seed);
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(Float32Array.from({ length: size }, () => low + (high - low) * next()), shape);
  }

  function integers(tf, shape, seed, below, dtype = "float32") {
    const next = generator(seed);
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(Array.from({ length: size }, () => Math.floor(next() * below)), shape, dtype);
  }

  // Every weight gets values that are small enough to keep activations out of saturation.
  function fill(tf, model) {
    let seed = 7;
    model.setWeights(model.weights.map((weight) => {
      seed += 1;
      if (/variance/.test(weight.originalName)) return floats(tf, weight.shape, seed, 0.5, 1.5);
      const fan = weight.shape.slice(0, -1).reduce((a, b) => a * b, 1) || 1;
      const reach = Math.min(0.9, 1.8 / Math.sqrt(fan));
      return floats(tf, weight.shape, seed, -reach, reach);
    }));
    return model;
  }

  function stack(tf, layers, name) {
    return tf.sequential({ layers, name });
  }

  const MODELS = {};
  function model(name, build) {
    MODELS[name] = build;
  }

  model("mlp", (tf) => [stack(tf, [
    tf.layers.dense({ units: 16, activation: "relu", inputShape: [8],
      kernelInitializer: tf.initializers.heNormal({ seed: 3 }), kernelRegularizer: tf.regularizers.l2({ l2: 0.02 }),
      biasConstraint: tf.constraints.maxNorm({ maxValue: 3 }) }),
    tf.layers.dropout({ rate: 0.4, seed: 5 }),
    tf.layers.dense({ units: 12, activation: "tanh", useBias: false, kernelConstraint: "unitNorm",
      kernelInitializer: tf.initializers.orthogonal({ gain: 1.1 }), kernelRegularizer: tf.regularizers.l1({ l1: 0.03 }) }),
    tf.layers.dense({ units: 3, activation: "softmax", biasInitializer: "ones", name: "scores" }),
  ]), [floats(tf, [5, 8], 1)]]);

  model("initializers", (tf) => {
    const kinds = [
      tf.initializers.zeros(), tf.initializers.ones(), tf.initializers.constant({ value: 0.25 }),
      tf.initializers.randomUniform({ minval: -0.3, maxval: 0.7, seed: 1 }),
      tf.initializers.randomNormal({ mean: 0.1, stddev: 0.2 }),
      tf.initializers.truncatedNormal({ mean: 0.1, stddev: 0.3, seed: 9 }),
      tf.initializers.identity({ gain: 2 }), tf.initializers.varianceScaling({ scale: 3, mode: "fanOut", distribution: "uniform" }),
      tf.initializers.varianceScaling({ scale: 0.5, mode: "fanAvg", distribution: "truncatedNormal" }),
      tf.initializers.glorotNormal({ seed: 4 }), tf.initializers.glorotUniform(), tf.initializers.heNormal(),
      tf.initializers.heUniform({ seed: 2 }), tf.initializers.leCunNormal(), tf.initializers.leCunUniform({}),
      "orthogonal",
    ];
    const constraints = [tf.constraints.minMaxNorm({ minValue: 0.5, rate: 0.9 }), tf.constraints.nonNeg(),
      tf.constraints.unitNorm({ axis: 1 }), tf.constraints.maxNorm({})];
    return [stack(tf, kinds.map((kernelInitializer, i) => tf.layers.dense({
      units: 4, kernelInitializer, kernelConstraint: constraints[i % 5] || null,
      kernelRegularizer: i % 3 ? null : tf.regularizers.l1l2({ l1: 0.001, l2: 1e-7 }),
      ...(i ? {} : { inputShape: [4] }),
    }))), [floats(tf, [3, 4], 2)]];
  });

  model("activations", (tf) => {
    const names = ["elu", "selu", "relu", "relu6", "linear", "sigmoid", "hardSigmoid", "softplus", "softsign",
      "tanh", "softmax", "logSoftmax", "gelu", "mish", "swish"];
    const input = tf.input({ shape: [6] });
    const outputs = names.map((activation) => tf.layers.activation({ activation })
      .apply(tf.layers.dense({ units: 5, activation }).apply(input)));
    return [tf.model({ inputs: input, outputs }), [floats(tf, [4, 6], 3, -3, 3)]];
  });

  model("activation_layers", (tf) => [stack(tf, [
    tf.layers.dense({ units: 24, inputShape: [6] }),
    tf.layers.reLU({ maxValue: 3 }),
    tf.layers.dense({ units: 24 }),
    tf.layers.leakyReLU({ alpha: 0.2 }),
    tf.layers.reshape({ targetShape: [2, 3, 4] }),
    tf.layers.prelu({ sharedAxes: [1, 2] }),
    tf.layers.elu({}),
    tf.layers.prelu({}),
    tf.layers.thresholdedReLU({ theta: 0.05 }),
    tf.layers.softmax({ axis: -1 }),
    tf.layers.leakyReLU({}),
    tf.layers.reLU(),
  ]), [floats(tf, [3, 6], 4)]]);

  model("softmax_axes", (tf) => {
    // TensorFlow.js computes softmax along the last axis alone, or along several.
    const flat = tf.input({ shape: [4] });
    const deep = tf.input({ shape: [3, 4] });
    const outputs = [tf.layers.softmax().apply(flat), tf.layers.softmax({ axis: 2 }).apply(deep), tf.layers.softmax({ axis: [1, 2] }).apply(deep)];
    return [tf.model({ inputs: [flat, deep], outputs }), [floats(tf, [2, 4], 5), floats(tf, [2, 3, 4], 5)]];
  });

  model("conv2d", (tf) => [stack(tf, [
    tf.layers.conv2d({ filters: 6, kernelSize: 3, padding: "same", strides: 2, activation: "relu", inputShape: [9, 11, 3] }),
    tf.layers.conv2d({ filters: 5, kernelSize: [2, 3], strides: [1, 2], activation: "sigmoid", useBias: false }),
    tf.layers.conv2d({ filters: 4, kernelSize: 1, activation: "linear" }),
    tf.layers.conv2d({ filters: 4, kernelSize: [3, 1], dilationRate: [1, 2], padding: "same" }),
    tf.layers.flatten(),
  ]), [floats(tf, [2, 9, 11, 3], 6)]]);

  model("conv2d_channels_first", (tf) => [stack(tf, [
    tf.layers.conv2d({ filters: 4, kernelSize: 3, dataFormat: "channelsFirst", dilationRate: 2, inputShape: [2, 9, 8] }),
    tf.layers.conv2d({ filters: 3, kernelSize: 2, dataFormat: "channelsFirst", padding: "same", strides: [2, 1], activation: "softmax" }),
    tf.layers.flatten({ dataFormat: "channelsFirst" }),
  ]), [floats(tf, [2, 2, 9, 8], 7)]]);

  model("conv1d", (tf) => [stack(tf, [
    tf.layers.conv1d({ filters: 6, kernelSize: 3, activation: "relu", inputShape: [20, 4] }),
    tf.layers.maxPooling1d({ poolSize: 2 }),
    tf.layers.conv1d({ filters: 5, kernelSize: 2, padding: "same", dilationRate: 2 }),
    tf.layers.averagePooling1d({ poolSize: 3, strides: 2, padding: "same" }),
    tf.layers.conv1d({ filters: 4, kernelSize: 2, strides: 2, padding: "same", useBias: false }),
    tf.layers.globalAveragePooling1d(),
  ]), [floats(tf, [3, 20, 4], 8)]]);

  model("conv1d_global_max", (tf) => [stack(tf, [
    tf.layers.inputLayer({ inputShape: [null, 4], name: "sequence" }),
    tf.layers.conv1d({ filters: 6, kernelSize: [3], activation: "elu" }),
    tf.layers.spatialDropout1d({ rate: 0.3 }),
    tf.layers.globalMaxPooling1d({}),
  ]), [floats(tf, [3, 13, 4], 9)]]);

  model("conv3d", (tf) => [stack(tf, [
    tf.layers.conv3d({ filters: 4, kernelSize: 2, padding: "same", activation: "relu", inputShape: [6, 7, 6, 2] }),
    tf.layers.maxPooling3d({ poolSize: 2 }),
    tf.layers.conv3d({ filters: 3, kernelSize: [1, 2, 3], strides: [1, 1, 2] }),
    tf.layers.averagePooling3d({ poolSize: [2, 1, 1], strides: [1, 1, 1] }),
    tf.layers.flatten(),
  ]), [floats(tf, [2, 6, 7, 6, 2], 10)]]);

  model("conv3d_channels_first", (tf) => [stack(tf, [
    tf.layers.conv3d({ filters: 3, kernelSize: 2, dataFormat: "channelsFirst", inputShape: [2, 5, 5, 5] }),
    tf.layers.maxPooling3d({ poolSize: 2, strides: 1, dataFormat: "channelsFirst" }),
    tf.layers.averagePooling3d({ poolSize: 2, strides: 1, padding: "valid", dataFormat: "channelsFirst" }),
  ]), [floats(tf, [2, 2, 5, 5, 5], 11)]]);

  model("conv2d_transpose", (tf) => [stack(tf, [
    tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: "same", activation: "tanh", inputShape: [4, 3, 2] }),
    tf.layers.conv2dTranspose({ filters: 3, kernelSize: [2, 4], strides: [1, 3] }),
    tf.layers.conv2dTranspose({ filters: 2, kernelSize: 1, strides: 2, padding: "same", useBias: false }),
  ]), [floats(tf, [2, 4, 3, 2], 12)]]);

  model("conv2d_transpose_channels_first", (tf) => [stack(tf, [
    tf.layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, dataFormat: "channelsFirst", inputShape: [2, 4, 3] }),
  ]), [floats(tf, [2, 2, 4, 3], 13)]]);

  model("conv3d_transpose", (tf) => [stack(tf, [
    tf.layers.conv3dTranspose({ filters: 3, kernelSize: 2, strides: 2, inputShape: [3, 2, 3, 2] }),
    tf.layers.conv3dTranspose({ filters: 2, kernelSize: 3, padding: "same", activation: "relu" }),
  ]), [floats(tf, [2, 3, 2, 3, 2], 14)]]);

  model("separable_depthwise", (tf) => [stack(tf, [
    tf.layers.separableConv2d({ filters: 6, kernelSize: 3, padding: "same", activation: "relu", inputShape: [8, 7, 3],
      depthwiseRegularizer: tf.regularizers.l2(), pointwiseConstraint: tf.constraints.nonNeg() }),
    tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides: 2, activation: "relu6" }),
    tf.layers.separableConv2d({ filters: 4, kernelSize: [2, 1], dilationRate: 2, useBias: false }),
    tf.layers.depthwiseConv2d({ kernelSize: [1, 2], padding: "same", depthwiseRegularizer: tf.regularizers.l1() }),
  ]), [floats(tf, [2, 8, 7, 3], 15)]]);

  model("depthwise_channels_first", (tf) => [stack(tf, [
    tf.layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, dataFormat: "channelsFirst", inputShape: [3, 6, 5] }),
    tf.layers.globalAveragePooling2d({ dataFormat: "channelsFirst" }),
  ]), [floats(tf, [2, 3, 6, 5], 16)]]);

  model("pooling2d", (tf) => {
    const input = tf.input({ shape: [7, 8, 3] });
    const first = tf.layers.permute({ dims: [3, 1, 2] }).apply(input);
    const outputs = [
      tf.layers.maxPooling2d({ poolSize: 2 }).apply(input),
      tf.layers.maxPooling2d({ poolSize: [3, 2], strides: [2, 1], padding: "same" }).apply(input),
      tf.layers.averagePooling2d({ poolSize: 3, padding: "same" }).apply(input),
      tf.layers.averagePooling2d({ poolSize: [2, 3], strides: 1 }).apply(input),
      tf.layers.maxPooling2d({ poolSize: 2, dataFormat: "channelsFirst" }).apply(first),
      tf.layers.averagePooling2d({ poolSize: 2, padding: "same", strides: 2, dataFormat: "channelsFirst" }).apply(first),
      tf.layers.globalMaxPooling2d({}).apply(input),
      tf.layers.globalAveragePooling2d({}).apply(input),
      tf.layers.globalMaxPooling2d({ dataFormat: "channelsFirst" }).apply(first),
    ];
    return [tf.model({ inputs: input, outputs }), [floats(tf, [2, 7, 8, 3], 17)]];
  });

  model("spatial", (tf) => [stack(tf, [
    tf.layers.zeroPadding2d({ padding: [[1, 2], [0, 3]], inputShape: [5, 6, 2] }),
    tf.layers.cropping2D({ cropping: [[2, 0], [1, 1]] }),
    tf.layers.upSampling2d({ size: [2, 3] }),
    tf.layers.zeroPadding2d(),
    tf.layers.upSampling2d({ size: [2, 2], interpolation: "bilinear" }),
    tf.layers.cropping2D({ cropping: 2 }),
    tf.layers.permute({ dims: [3, 1, 2] }),
    tf.layers.cropping2D({ cropping: [1, 2], dataFormat: "channelsFirst" }),
    tf.layers.zeroPadding2d({ padding: [1, 0], dataFormat: "channelsFirst" }),
    tf.layers.upSampling2d({ dataFormat: "channelsFirst" }),
  ]), [floats(tf, [2, 5, 6, 2], 18)]]);

  model("normalization", (tf) => [stack(tf, [
    tf.layers.conv2d({ filters: 4, kernelSize: 2, inputShape: [5, 5, 2] }),
    tf.layers.batchNormalization({ epsilon: 0.01, momentum: 0.8, gammaRegularizer: tf.regularizers.l2() }),
    tf.layers.layerNormalization({ axis: [1, 2, 3] }),
    tf.layers.batchNormalization({ center: false }),
    tf.layers.layerNormalization({ center: false, epsilon: 1e-5 }),
    tf.layers.batchNormalization({ scale: false, axis: 3 }),
    tf.layers.flatten(),
    tf.layers.batchNormalization(),
    tf.layers.dense({ units: 3 }),
    tf.layers.layerNormalization({ scale: false }),
  ]), [floats(tf, [3, 5, 5, 2], 19)]]);

  model("shapes", (tf) => [stack(tf, [
    tf.layers.dense({ units: 12, inputDim: 4 }),
    tf.layers.repeatVector({ n: 3 }),
    tf.layers.reshape({ targetShape: [6, 6] }),
    tf.layers.permute({ dims: [2, 1] }),
    tf.layers.dense({ units: 2 }),
    tf.layers.flatten(),
    tf.layers.reshape({ targetShape: [-1, 4] }),
  ]), [floats(tf, [3, 4], 20)]]);

  model("noise", (tf) => [stack(tf, [
    tf.layers.gaussianNoise({ stddev: 0.5, inputShape: [6] }),
    tf.layers.gaussianDropout({ rate: 0.4 }),
    tf.layers.alphaDropout({ rate: 0.2 }),
    tf.layers.dropout({ rate: 0.5, noiseShape: [null, 1] }),
    tf.layers.dense({ units: 2 }),
  ]), [floats(tf, [3, 6], 21)]]);

  model("merges", (tf) => {
    const a = tf.input({ shape: [4, 3], name: "a" });
    const b = tf.input({ shape: [4, 3], name: "b" });
    const c = tf.input({ shape: [3], name: "c" });
    const outputs = [
      tf.layers.add().apply([a, b, a]),
      tf.layers.multiply().apply([a, b]),
      tf.layers.average().apply([a, b]),
      tf.layers.maximum().apply([a, b]),
      tf.layers.minimum().apply([a, b]),
      tf.layers.add().apply([a, c]),
      tf.layers.concatenate().apply([a, b]),
      tf.layers.concatenate({ axis: 1 }).apply([a, b]),
      tf.layers.dot({ axes: 1 }).apply([a, b]),
      tf.layers.dot({ axes: [2, 2], normalize: true }).apply([a, b]),
      tf.layers.dot({ axes: -1, normalize: true }).apply([c, tf.layers.dense({ units: 3 }).apply(c)]),
      tf.layers.dot({ axes: [2, 1] }).apply([a, c]),
    ];
    return [tf.model({ inputs: [a, b, c], outputs }),
      [floats(tf, [2, 4, 3], 22), floats(tf, [2, 4, 3], 23), floats(tf, [2, 3], 24)]];
  });

  model("attention", (tf) => {
    const words = tf.input({ shape: [5], dtype: "int32", name: "words" });
    const embedded = tf.layers.embedding({ inputDim: 11, outputDim: 6, inputLength: 5 }).apply(words);
    const query = tf.layers.dense({ units: 6 }).apply(embedded);
    const scores = tf.layers.dot({ axes: [2, 2] }).apply([query, embedded]);
    const weights = tf.layers.softmax({ axis: 2 }).apply(scores);
    const seen = tf.layers.dot({ axes: [2, 1] }).apply([weights, embedded]);
    return [tf.model({ inputs: words, outputs: tf.layers.globalAveragePooling1d({}).apply(seen), name: "attention" }),
      [integers(tf, [3, 5], 25, 11, "int32")]];
  });

  model("embedding_lstm", (tf) => [stack(tf, [
    tf.layers.embedding({ inputDim: 20, outputDim: 8, embeddingsRegularizer: tf.regularizers.l2({ l2: 1e-4 }) }),
    tf.layers.lstm({ units: 7, returnSequences: true }),
    tf.layers.lstm({ units: 5, recurrentActivation: "sigmoid", unitForgetBias: true, dropout: 0.2, recurrentDropout: 0.1 }),
    tf.layers.dense({ units: 1, activation: "sigmoid" }),
  ]), [integers(tf, [4, 9], 26, 20)]]);

  model("embedding_masked", (tf) => [stack(tf, [
    tf.layers.embedding({ inputDim: 6, outputDim: 5, maskZero: true, inputLength: 8 }),
    tf.layers.dropout({ rate: 0.1 }),
    tf.layers.lstm({ units: 6, returnSequences: true }),
    tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 4, activation: "relu" }) }),
    tf.layers.gru({ units: 5, returnSequences: true }),
    tf.layers.simpleRNN({ units: 4 }),
    tf.layers.dense({ units: 2 }),
  ]), [integers(tf, [5, 8], 27, 4)]]);

  model("masking_rnn", (tf) => {
    const x = floats(tf, [3, 6, 4], 28).mul(tf.tensor([1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1], [3, 6, 1]));
    return [stack(tf, [
      tf.layers.masking({ inputShape: [6, 4] }),
      tf.layers.gru({ units: 5, goBackwards: true, returnSequences: true, useBias: false }),
      tf.layers.lstm({ units: 4, activation: "relu", implementation: 2 }),
    ]), [x]];
  });

  model("simple_rnn", (tf) => [stack(tf, [
    tf.layers.simpleRNN({ units: 6, activation: "relu", goBackwards: true, returnSequences: true, inputShape: [null, 3] }),
    tf.layers.simpleRNN({ units: 4, useBias: false, recurrentInitializer: "glorotUniform" }),
  ]), [floats(tf, [2, 7, 3], 29)]]);

  model("gru", (tf) => [stack(tf, [
    tf.layers.gru({ units: 6, recurrentActivation: "sigmoid", returnSequences: true, inputShape: [5, 3] }),
    tf.layers.gru({ units: 4, activation: "softsign", goBackwards: true, kernelRegularizer: "l1l2" }),
  ]), [floats(tf, [2, 5, 3], 30)]]);

  model("rnn_cells", (tf) => [stack(tf, [
    tf.layers.rnn({ cell: tf.layers.lstmCell({ units: 5 }), returnSequences: true, inputShape: [6, 3] }),
    tf.layers.rnn({ cell: tf.layers.gruCell({ units: 4, recurrentActivation: "sigmoid" }), returnSequences: true, goBackwards: true }),
    tf.layers.rnn({ cell: tf.layers.simpleRNNCell({ units: 3 }) }),
  ]), [floats(tf, [2, 6, 3], 31)]]);

  model("stacked_cells", (tf) => {
    const input = tf.input({ shape: [5, 3] });
    const cells = [tf.layers.lstmCell({ units: 4 }), tf.layers.gruCell({ units: 3 }), tf.layers.simpleRNNCell({ units: 6 })];
    const cell = tf.layers.stackedRNNCells({ cells });
    const outputs = tf.layers.rnn({ cell, returnState: true, returnSequences: true }).apply(input);
    return [tf.model({ inputs: input, outputs }), [floats(tf, [2, 5, 3], 32)]];
  });

  model("stacked_masked", (tf) => [stack(tf, [
    tf.layers.embedding({ inputDim: 5, outputDim: 4, maskZero: true }),
    tf.layers.rnn({ cell: [tf.layers.lstmCell({ units: 4 }), tf.layers.lstmCell({ units: 3 })] }),
  ]), [integers(tf, [4, 6], 33, 3)]]);

  model("bidirectional", (tf) => {
    const input = tf.input({ shape: [6, 3] });
    const modes = ["concat", "sum", "ave", "mul"];
    const outputs = modes.map((mergeMode, i) => tf.layers.bidirectional({
      layer: i % 2 ? tf.layers.gru({ units: 4, returnSequences: true }) : tf.layers.lstm({ units: 4, returnSequences: i === 2 }),
      mergeMode,
    }).apply(input));
    return [tf.model({ inputs: input, outputs }), [floats(tf, [2, 6, 3], 34)]];
  });

  model("bidirectional_masked", (tf) => [stack(tf, [
    tf.layers.embedding({ inputDim: 6, outputDim: 4, maskZero: true, inputShape: [7] }),
    tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 3, returnSequences: true }), mergeMode: "concat" }),
    tf.layers.bidirectional({ layer: tf.layers.simpleRNN({ units: 3, goBackwards: true }), mergeMode: "sum", name: "both" }),
  ]), [integers(tf, [4, 7], 35, 4)]]);

  model("bidirectional_separate", (tf) => {
    const input = tf.input({ shape: [6, 3] });
    const outputs = tf.layers.bidirectional({ layer: tf.layers.gru({ units: 4, returnSequences: true }), mergeMode: null }).apply(input);
    return [tf.model({ inputs: input, outputs }), [floats(tf, [2, 6, 3], 36)]];
  });

  model("bidirectional_states", (tf) => {
    const input = tf.input({ shape: [6, 3] });
    const outputs = tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 4, returnState: true }), mergeMode: "concat" }).apply(input);
    return [tf.model({ inputs: input, outputs }), [floats(tf, [2, 6, 3], 37)]];
  });

  model("conv_lstm", (tf) => [stack(tf, [
    tf.layers.convLstm2d({ filters: 3, kernelSize: 3, padding: "same", returnSequences: true, unitForgetBias: true, inputShape: [4, 6, 5, 2] }),
    tf.layers.convLstm2d({ filters: 2, kernelSize: [2, 3], strides: [1, 1], activation: "relu", recurrentActivation: "sigmoid" }),
  ]), [floats(tf, [2, 4, 6, 5, 2], 38)]]);

  model("conv_lstm_cell", (tf) => [stack(tf, [
    tf.layers.convLstm2d({ filters: 2, kernelSize: 3, strides: 2, padding: "same", goBackwards: true, useBias: false, inputShape: [3, 6, 6, 1] }),
  ]), [floats(tf, [2, 3, 6, 6, 1], 39)]]);

  model("conv_lstm_states", (tf) => {
    const input = tf.input({ shape: [3, 5, 5, 2] });
    const outputs = tf.layers.convLstm2d({ filters: 2, kernelSize: 2, returnState: true, dilationRate: 2 }).apply(input);
    return [tf.model({ inputs: input, outputs }), [floats(tf, [2, 3, 5, 5, 2], 40)]];
  });

  model("conv_lstm_channels_first", (tf) => [stack(tf, [
    tf.layers.convLstm2d({ filters: 3, kernelSize: 2, dataFormat: "channelsFirst", inputShape: [3, 2, 5, 4] }),
  ]), [floats(tf, [2, 3, 2, 5, 4], 41)]]);

  model("time_distributed", (tf) => [stack(tf, [
    tf.layers.timeDistributed({ layer: tf.layers.conv2d({ filters: 3, kernelSize: 2, activation: "relu" }), inputShape: [4, 5, 5, 2] }),
    tf.layers.timeDistributed({ layer: tf.layers.batchNormalization() }),
    tf.layers.timeDistributed({ layer: tf.layers.flatten() }),
    tf.layers.timeDistributed({ layer: stack(tf, [tf.layers.dense({ units: 4, inputShape: [48], activation: "tanh" }), tf.layers.dense({ units: 3 })]) }),
    tf.layers.lstm({ units: 3 }),
  ]), [floats(tf, [2, 4, 5, 5, 2], 42)]]);

  model("several_ends", (tf) => {
    const image = tf.input({ shape: [6, 6, 1], name: "image" });
    const facts = tf.input({ batchShape: [null, 3], name: "facts" });
    const seen = tf.layers.flatten().apply(tf.layers.conv2d({ filters: 2, kernelSize: 3, activation: "relu" }).apply(image));
    const both = tf.layers.concatenate().apply([seen, facts]);
    const hidden = tf.layers.dense({ units: 8, activation: "relu", name: "hidden" }).apply(both);
    const outputs = [
      tf.layers.dense({ units: 3, activation: "softmax", name: "kind" }).apply(hidden),
      tf.layers.dense({ units: 1, name: "value" }).apply(tf.layers.add().apply([hidden, tf.layers.dense({ units: 8 }).apply(facts)])),
    ];
    return [tf.model({ inputs: [image, facts], outputs }), [floats(tf, [3, 6, 6, 1], 43), floats(tf, [3, 3], 44)]];
  });

  model("shared", (tf) => {
    const a = tf.input({ shape: [5] });
    const b = tf.input({ shape: [5] });
    const twin = tf.layers.dense({ units: 4, activation: "tanh", name: "twin" });
    const again = tf.layers.dense({ units: 4, name: "again" });
    const one = again.apply(twin.apply(a));
    const two = again.apply(again.apply(twin.apply(b)));
    return [tf.model({ inputs: [a, b], outputs: tf.layers.concatenate().apply([one, two, a]) }),
      [floats(tf, [3, 5], 45), floats(tf, [3, 5], 46)]];
  });

  model("part_of_graph", (tf) => {
    // The layers have calls outside the model, so node numbers in the model differ from the
    // layers'.
    const a = tf.input({ shape: [4] });
    const layer = tf.layers.dense({ units: 4, name: "used_thrice" });
    const once = layer.apply(a);
    const twice = layer.apply(once);
    layer.apply(twice);
    const other = tf.input({ shape: [4], name: "other" });
    return [tf.model({ inputs: other, outputs: layer.apply(layer.apply(other)) }), [floats(tf, [2, 4], 47)]];
  });

  model("nested_functional", (tf) => {
    const x = tf.input({ shape: [4], name: "x" });
    const y = tf.input({ shape: [4], name: "y" });
    const sum = tf.layers.add().apply([tf.layers.dense({ units: 3, name: "left" }).apply(x), tf.layers.dense({ units: 3, name: "right" }).apply(y)]);
    const inner = tf.model({ inputs: [x, y], outputs: [sum, tf.layers.activation({ activation: "relu" }).apply(sum)], name: "inner" });
    const a = tf.input({ shape: [4], name: "a" });
    const b = tf.input({ shape: [4], name: "b" });
    const [p, q] = inner.apply([a, b]);
    const [r] = inner.apply([b, b]);
    return [tf.model({ inputs: [a, b], outputs: [tf.layers.multiply().apply([p, r]), q], name: "outer" }),
      [floats(tf, [3, 4], 48), floats(tf, [3, 4], 49)]];
  });

  model("nested_sequential", (tf) => {
    const inner = stack(tf, [tf.layers.dense({ units: 5, activation: "relu", inputShape: [4] }), tf.layers.batchNormalization()], "encoder");
    const head = stack(tf, [tf.layers.dense({ units: 3, inputShape: [5] })], "head");
    return [stack(tf, [inner, tf.layers.dense({ units: 5 }), head], "whole"), [floats(tf, [3, 4], 50)]];
  });

  model("sequential_in_functional", (tf) => {
    const inner = stack(tf, [tf.layers.dense({ units: 4, activation: "relu", inputShape: [4] }), tf.layers.dense({ units: 4 })]);
    const a = tf.input({ shape: [4] });
    return [tf.model({ inputs: a, outputs: tf.layers.add().apply([inner.apply(a), inner.apply(inner.apply(a))]) }), [floats(tf, [3, 4], 51)]];
  });

  model("sequence_to_sequence", (tf) => {
    const source = tf.input({ shape: [null, 3], name: "source" });
    const target = tf.input({ shape: [null, 2], name: "target" });
    const [, h, c] = tf.layers.lstm({ units: 5, returnState: true, name: "encoder" }).apply(source);
    const decoded = tf.layers.lstm({ units: 5, returnSequences: true, name: "decoder" }).apply(target, { initialState: [h, c] });
    return [tf.model({ inputs: [source, target], outputs: tf.layers.dense({ units: 2, activation: "softmax" }).apply(decoded) }),
      [floats(tf, [2, 6, 3], 52), floats(tf, [2, 4, 2], 53)]];
  });

  model("stateful", (tf) => [stack(tf, [
    tf.layers.lstm({ units: 4, stateful: true, returnSequences: true, batchInputShape: [2, 5, 3] }),
    tf.layers.gru({ units: 3, stateful: true }),
  ]), [floats(tf, [2, 5, 3], 54)]]);

  model("frozen", (tf) => [stack(tf, [
    tf.layers.dense({ units: 4, inputShape: [3], trainable: false, name: "frozen" }),
    tf.layers.batchNormalization({ name: "norm" }),
    tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 2, trainable: false }), mergeMode: "concat" }),
  ].slice(0, 2).concat(tf.layers.dense({ units: 2, name: "free" }))), [floats(tf, [2, 3], 55)]]);

  model("preprocessing", (tf) => {
    const image = tf.input({ shape: [8, 10, 3], name: "image" });
    const tokens = tf.input({ shape: [4], dtype: "int32", name: "tokens" });
    const outputs = [
      tf.layers.rescaling({ scale: 1 / 255, offset: -0.5 }).apply(image),
      tf.layers.categoryEncoding({ numTokens: 7, outputMode: "multiHot" }).apply(tf.layers.reshape({ targetShape: [4] }).apply(tokens)),
      tf.layers.categoryEncoding({ numTokens: 7, outputMode: "count" }).apply(tf.layers.reshape({ targetShape: [4] }).apply(tokens)),
    ];
    return [tf.model({ inputs: [image, tokens], outputs }), [floats(tf, [2, 8, 10, 3], 56, 0, 255), integers(tf, [2, 4], 57, 7, "int32")]];
  });

  // These layers cannot be computed inside of a model by TensorFlow.js: Resizing and RandomWidth
  // take the list of inputs for the input, and CenterCrop changes the shape of its input in place
  // (hence the padding by nothing). By themselves they work, which is what the comparison uses.
  function direct(name, layer) {
    model(name, (tf) => {
      const input = tf.input({ shape: [8, 10, 3] });
      const made = layer(tf);
      const x = floats(tf, [2, 8, 10, 3], 58);
      const built = tf.model({ inputs: input, outputs: made.apply(tf.layers.zeroPadding2d({ padding: 0 }).apply(input)) });
      return [built, [x], () => layer(tf).apply(x)];
    });
  }
  direct("resizing", (tf) => tf.layers.resizing({ height: 5, width: 13 }));
  direct("resizing_nearest", (tf) => tf.layers.resizing({ height: 12, width: 4, interpolation: "nearest" }));
  direct("resizing_cropped", (tf) => tf.layers.resizing({ height: 4, width: 5, cropToAspectRatio: true }));
  direct("center_crop", (tf) => tf.layers.centerCrop({ height: 4, width: 6 }));
  direct("center_crop_larger", (tf) => tf.layers.centerCrop({ height: 12, width: 15 }));
  direct("random_width", (tf) => tf.layers.randomWidth({ factor: [0, 0], seed: 3 }));

  model("mnist_cnn", (tf) => [stack(tf, [
    tf.layers.conv2d({ filters: 8, kernelSize: 5, activation: "relu", kernelInitializer: "varianceScaling", inputShape: [28, 28, 1] }),
    tf.layers.maxPooling2d({ poolSize: [2, 2], strides: [2, 2] }),
    tf.layers.conv2d({ filters: 16, kernelSize: 5, strides: 1, activation: "relu" }),
    tf.layers.maxPooling2d({ poolSize: [2, 2], strides: [2, 2] }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 10, activation: "softmax" }),
  ]), [floats(tf, [3, 28, 28, 1], 60, 0, 1)]]);

  model("mobilenet_like", (tf) => {
    const input = tf.input({ shape: [32, 32, 3] });
    let x = input;
    for (const [filters, strides] of [[8, 2], [16, 1], [24, 2]]) {
      x = tf.layers.depthwiseConv2d({ kernelSize: 3, strides, padding: "same", useBias: false }).apply(x);
      x = tf.layers.reLU({ maxValue: 6 }).apply(tf.layers.batchNormalization().apply(x));
      x = tf.layers.conv2d({ filters, kernelSize: 1, useBias: false }).apply(x);
      const y = tf.layers.batchNormalization().apply(x);
      x = tf.layers.add().apply([y, tf.layers.reLU({ maxValue: 6 }).apply(y)]);
    }
    x = tf.layers.dense({ units: 5, activation: "softmax" }).apply(tf.layers.globalAveragePooling2d({}).apply(x));
    return [tf.model({ inputs: input, outputs: x }), [floats(tf, [2, 32, 32, 3], 61)]];
  });

  // Models that TensorFlow.js cannot read back or computes wrongly; tests check them by other
  // means.
  const SPECIAL = {
    separable_multiplier: (tf) => [stack(tf, [
      tf.layers.separableConv2d({ filters: 4, kernelSize: 2, depthMultiplier: 3, inputShape: [5, 5, 2] }),
    ]), [floats(tf, [2, 5, 5, 2], 62)]],
    gelu_new: (tf) => [stack(tf, [
      tf.layers.dense({ units: 4, activation: "gelu_new", inputShape: [3] }),
    ]), [floats(tf, [2, 3], 63)]],
  };

  // Models for which TensorFlow.js gives wrong results; pyio must not agree with them.
  const DIFFERENT = {
    batch_normalization_axis: (tf) => [stack(tf, [tf.layers.batchNormalization({ axis: 1, inputShape: [3, 4] })]), [floats(tf, [2, 3, 4], 90)]],
    mask_that_stays: (tf) => [stack(tf, [
      tf.layers.masking({ inputShape: [5, 2] }), tf.layers.simpleRNN({ units: 3 }), tf.layers.repeatVector({ n: 5 }), tf.layers.simpleRNN({ units: 3 }),
    ]), [floats(tf, [3, 5, 2], 91).mul(integers(tf, [3, 5, 1], 92, 2))]],
    depthwise_dilation: (tf) => [stack(tf, [
      tf.layers.depthwiseConv2d({ kernelSize: 3, padding: "same", dilationRate: 2, inputShape: [6, 6, 2] }),
    ]), [floats(tf, [2, 6, 6, 2], 93)]],
    volume_strides: (tf) => [stack(tf, [
      tf.layers.averagePooling3d({ poolSize: 1, strides: 2, padding: "same", inputShape: [6, 4, 2, 1] }),
    ]), [floats(tf, [2, 6, 4, 2, 1], 94)]],
    centre_of_an_odd_difference: (tf) => {
      const x = floats(tf, [2, 6, 7, 1], 95);
      return [stack(tf, [tf.layers.zeroPadding2d({ padding: 0, inputShape: [6, 7, 1] }), tf.layers.centerCrop({ height: 5, width: 6 })]), [x],
        () => tf.layers.centerCrop({ height: 5, width: 6 }).apply(x)];
    },
    proportions: (tf) => {
      const x = floats(tf, [2, 4, 8, 1], 96);
      const layer = () => tf.layers.resizing({ height: 2, width: 2, cropToAspectRatio: true });
      const input = tf.input({ shape: [4, 8, 1] });
      return [tf.model({ inputs: input, outputs: layer().apply(tf.layers.zeroPadding2d({ padding: 0 }).apply(input)) }), [x], () => layer().apply(x)];
    },
    joined_masks: (tf) => {
      const inputs = [tf.input({ shape: [4, 2] }), tf.input({ shape: [4, 2] }), tf.input({ shape: [4, 2] })];
      const sum = tf.layers.add().apply(inputs.map((input) => tf.layers.masking().apply(input)));
      const x = [97, 98, 99].map((seed) => floats(tf, [3, 4, 2], seed).mul(integers(tf, [3, 4, 1], seed, 2)));
      return [tf.model({ inputs, outputs: tf.layers.simpleRNN({ units: 2 }).apply(sum) }), x];
    },
  };

  function toData(tensor) {
    return { shape: tensor.shape, dtype: tensor.dtype, data: Array.from(tensor.dataSync()) };
  }

  function fromData(tf, value) {
    return tf.tensor(value.data, value.shape, value.dtype);
  }

  function outputs(result) {
    return (Array.isArray(result) ? result : [result]).map(toData);
  }

  function predict(tf, model, inputs) {
    const x = inputs.length === 1 ? inputs[0] : inputs;
    // A second prediction shows the state that a stateful model kept.
    const times = model.stateful ? 2 : 1;
    return Array.from({ length: times }, () => outputs(model.predict(x, { batchSize: inputs[0].shape[0] }))).flat();
  }

  function toBase64(buffer) {
    let text = "";
    for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
    return btoa(text);
  }

  function fromBase64(text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  }

  async function artifactsOf(tf, model, config) {
    let found;
    await model.save(tf.io.withSaveHandler(async (artifacts) => {
      found = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
    }), config);
    return {
      topology: found.modelTopology,
      specs: found.weightSpecs,
      data: toBase64(tf.io.concatenateArrayBuffers([].concat(found.weightData))),
      trainingConfig: found.trainingConfig === undefined ? null : found.trainingConfig,
    };
  }

  // The same as describe, where computing may fail: then `outputs` is the message.
  async function attempt(tf, name) {
    const [model, inputs, compute] = DIFFERENT[name](tf);
    fill(tf, model);
    let found;
    try {
      found = compute ? outputs(compute()) : predict(tf, model, inputs);
    } catch (error) {
      found = error.message;
    }
    return { artifacts: await artifactsOf(tf, model), inputs: inputs.map(toData), outputs: found };
  }

  // Null if TensorFlow.js opens the artifacts and predicts with them, otherwise its error message.
  async function refusal(tf, artifacts, inputs) {
    try {
      await reopen(tf, artifacts, inputs);
      return null;
    } catch (error) {
      return error.message;
    }
  }

  async function describe(tf, name) {
    const [model, inputs, compute] = (MODELS[name] || SPECIAL[name] || DIFFERENT[name])(tf);
    fill(tf, model);
    return {
      text: model.toJSON(),
      artifacts: await artifactsOf(tf, model),
      inputs: inputs.map(toData),
      outputs: compute ? outputs(compute()) : predict(tf, model, inputs),
      computable: !compute,
    };
  }

  async function open(tf, artifacts) {
    return tf.loadLayersModel(tf.io.fromMemory({
      modelTopology: artifacts.topology,
      weightSpecs: artifacts.specs,
      weightData: fromBase64(artifacts.data),
      ...(artifacts.trainingConfig ? { trainingConfig: artifacts.trainingConfig } : {}),
    }));
  }

  // TensorFlow.js's description of artifacts that pyio wrote.
  async function reopen(tf, artifacts, inputs) {
    const model = await open(tf, artifacts);
    const computed = inputs ? predict(tf, model, inputs.map((value) => fromData(tf, value))) : [];
    return { text: model.toJSON(), outputs: computed };
  }

  // The written config of each layer, made with only the required arguments.
  const REQUIRED = {
    InputLayer: { inputShape: [3] }, Dense: { units: 3 }, Activation: { activation: "relu" }, Dropout: { rate: 0.5 },
    SpatialDropout1D: { rate: 0.5 }, Flatten: {}, RepeatVector: { n: 2 }, Reshape: { targetShape: [2, -1] }, Permute: { dims: [2, 1] },
    Masking: {}, Embedding: { inputDim: 4, outputDim: 2 }, ReLU: {}, LeakyReLU: {}, PReLU: {}, ELU: {}, ThresholdedReLU: {}, Softmax: {},
    Conv1D: { filters: 2, kernelSize: 3 }, Conv2D: { filters: 2, kernelSize: 3 }, Conv3D: { filters: 2, kernelSize: 3 },
    Conv2DTranspose: { filters: 2, kernelSize: 3 }, Conv3DTranspose: { filters: 2, kernelSize: 3 }, SeparableConv2D: { filters: 2, kernelSize: 3 },
    DepthwiseConv2D: { kernelSize: 3 }, Cropping2D: { cropping: 1 }, UpSampling2D: {}, ZeroPadding2D: {},
    MaxPooling1D: {}, MaxPooling2D: {}, MaxPooling3D: {}, AveragePooling1D: {}, AveragePooling2D: {}, AveragePooling3D: {},
    GlobalMaxPooling1D: {}, GlobalMaxPooling2D: {}, GlobalAveragePooling1D: {}, GlobalAveragePooling2D: {},
    BatchNormalization: {}, LayerNormalization: {}, GaussianNoise: { stddev: 1 }, GaussianDropout: { rate: 0.5 }, AlphaDropout: { rate: 0.5 },
    Add: {}, Multiply: {}, Average: {}, Maximum: {}, Minimum: {}, Concatenate: {}, Dot: { axes: 1 },
    SimpleRNN: { units: 2 }, GRU: { units: 2 }, LSTM: { units: 2 }, SimpleRNNCell: { units: 2 }, GRUCell: { units: 2 }, LSTMCell: { units: 2 },
    ConvLSTM2D: { filters: 2, kernelSize: 3 }, ConvLSTM2DCell: { filters: 2, kernelSize: 3 }, Rescaling: { scale: 2 }, Resizing: { height: 2, width: 3 },
    CenterCrop: { height: 2, width: 3 }, CategoryEncoding: { numTokens: 4 }, RandomWidth: { factor: 0.2 },
  };
  const FACTORIES = { ReLU: "reLU", PReLU: "prelu", ELU: "elu", GRU: "gru", LSTM: "lstm", GRUCell: "gruCell", LSTMCell: "lstmCell",
    Cropping2D: "cropping2D", ConvLSTM2D: "convLstm2d", ConvLSTM2DCell: "convLstm2dCell" };

  function toText(tf, layer) {
    return tf.Sequential.prototype.toJSON.call({ updatedConfig: () => layer.getConfig() }, null, true);
  }

  function defaults(tf) {
    return Object.entries(REQUIRED).map(([className, required]) => {
      const usual = className[0].toLowerCase() + className.slice(1);
      const factory = [FACTORIES[className], usual, usual.replace(/D(?=$|T)/, "d")].find((name) => name && tf.layers[name]);
      return { className, required, text: toText(tf, tf.layers[factory]({ ...required, name: "it" })) };
    });
  }

  const OPTIMIZERS = {
    sgd: (tf) => tf.train.sgd(0.02),
    momentum: (tf) => tf.train.momentum(0.02, 0.8, true),
    adagrad: (tf) => tf.train.adagrad(0.02),
    adadelta: (tf) => tf.train.adadelta(0.5, 0.9),
    adam: (tf) => tf.train.adam(0.01, 0.8),
    rmsprop: (tf) => tf.train.rmsprop(0.01, 0.9, 0.1, null, true),
    text: () => "rmsprop",
  };

  function classifier(tf) {
    return fill(tf, stack(tf, [
      tf.layers.dense({ units: 6, activation: "relu", inputShape: [4] }),
      tf.layers.batchNormalization(),
      tf.layers.dense({ units: 3, activation: "softmax" }),
    ]));
  }

  // A model after one step of training, with its optimizer and TensorFlow.js's evaluation.
  async function trained(tf, optimizer) {
    const model = classifier(tf);
    model.compile({ optimizer: OPTIMIZERS[optimizer](tf), loss: "categoricalCrossentropy", metrics: ["accuracy", "mse"] });
    const x = floats(tf, [7, 4], 70);
    const y = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 1], "int32"), 3).toFloat();
    await model.fit(x, y, { epochs: 1, verbose: 0, shuffle: false });
    return { artifacts: await artifactsOf(tf, model, { includeOptimizer: true }), evaluated: evaluated(model, x, y, 3),
      x: toData(x), y: toData(y) };
  }

  function evaluated(model, x, y, batchSize) {
    const result = model.evaluate(x, y, { batchSize });
    return (Array.isArray(result) ? result : [result]).map((value) => value.dataSync()[0]);
  }

  const LOSSES = ["meanSquaredError", "meanAbsoluteError", "meanAbsolutePercentageError", "meanSquaredLogarithmicError",
    "squaredHinge", "hinge", "categoricalHinge", "logcosh", "categoricalCrossentropy", "sparseCategoricalCrossentropy",
    "binaryCrossentropy", "kullbackLeiblerDivergence", "poisson", "cosineProximity"];
  const METRICS = ["binaryAccuracy", "categoricalAccuracy", "precision", "categoricalCrossentropy", "mse", "MAE", "mape", "cosine"];

  // TensorFlow.js's results for every loss and metric, and the training config that it saves.
  async function evaluations(tf) {
    const found = [];
    const x = floats(tf, [7, 4], 71);
    const hot = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 1], "int32"), 3).toFloat();
    const numbers = tf.tensor2d([0, 1, 2, 0, 1, 2, 1], [7, 1]);
    for (const loss of LOSSES) {
      const sparse = loss.startsWith("sparse");
      const y = sparse ? numbers : hot;
      const metrics = sparse ? ["accuracy", "ce"] : ["acc", "crossentropy", ...METRICS];
      const model = classifier(tf);
      model.compile({ optimizer: "sgd", loss, metrics });
      found.push({ loss, metrics, names: model.metricsNames, values: evaluated(model, x, y, 4), x: toData(x), y: toData(y),
        artifacts: await artifactsOf(tf, model, { includeOptimizer: true }) });
    }
    return found;
  }

  // The training state in TensorFlow.js after opening a model with its training config.
  async function reopenTrained(tf, artifacts, x, y) {
    const model = await open(tf, artifacts);
    const state = await model.optimizer.getWeights();
    return {
      evaluated: evaluated(model, fromData(tf, x), fromData(tf, y), 3),
      optimizer: model.optimizer.getClassName(), config: model.optimizer.getConfig(),
      state: state.map((weight) => toData(weight.tensor)),
    };
  }

  root.pyioModels = {
    attempt, different: Object.keys(DIFFERENT), refusal, defaults, trained, evaluations, reopenTrained, optimizers: Object.keys(OPTIMIZERS),
    names: Object.keys(MODELS), special: Object.keys(SPECIAL), MODELS, describe, reopen, open, artifactsOf, fill, floats, integers,
    predict, toData, fromData, outputs,
  };
})(globalThis);
