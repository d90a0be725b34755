// Trains models in TensorFlow.js from where pyio stopped, and the first half for pyio to go on with.
(function (root) {
  const pyioModels = root.pyioModels;

  function array(tf, value) {
    const bytes = Uint8Array.from(atob(value.base64), (letter) => letter.charCodeAt(0)).buffer;
    const data = value.dtype === "int32" ? new Int32Array(bytes) : new Float32Array(bytes);
    return tf.tensor(data, value.shape, value.dtype);
  }

  function arrays(tf, values) {
    const made = values.map((value) => array(tf, value));
    return made.length > 1 ? made : made[0];
  }

  async function trained(tf, artifacts, run, fit, learningRate) {
    const model = await pyioModels.open(tf, artifacts);
    if (learningRate !== undefined) model.optimizer.learningRate = learningRate;
    const options = { ...fit, verbose: 0, yieldEvery: "never" };
    if (run.validationData && run.validationData.length) {
      const inputs = run.x.length;
      const data = run.validationData;
      options.validationData = [arrays(tf, data.slice(0, inputs)), arrays(tf, data.slice(inputs))];
    }
    await model.fit(arrays(tf, run.x), arrays(tf, run.y), options);
    return pyioModels.artifactsOf(tf, model, { includeOptimizer: true });
  }

  // For each run: TensorFlow.js ends what pyio began, and begins what pyio will end.
  async function inTurns(tf, begun) {
    const halves = {};
    const wholes = {};
    for (const [name, { start, half, run }] of Object.entries(begun)) {
      halves[name] = await trained(tf, start, run, run.fit);
      wholes[name] = await trained(tf, half, run, run.resume.fit, run.learningRateResumed);
    }
    return { halves, wholes };
  }

  // Each model of models.js, trained by TensorFlow.js; or why it cannot be trained there.
  async function everyModel(tf, names) {
    const one = (values) => (values.length > 1 ? values : values[0]);
    const found = {};
    for (const name of names) {
      try {
        const [model, inputs] = pyioModels.MODELS[name](tf);
        pyioModels.fill(tf, model);
        const y = model.outputs.map((_, index) => {
          const all = model.predict(one(inputs), { batchSize: inputs[0].shape[0] });
          const predicted = [].concat(all)[index];
          return pyioModels.floats(tf, predicted.shape, 40 + index);
        });
        model.compile({ optimizer: tf.train.sgd(0.02), loss: "meanSquaredError" });
        if (model.stateful) model.resetStates();
        const start = await pyioModels.artifactsOf(tf, model, { includeOptimizer: true });
        const batchSize = inputs[0].shape[0];
        await model.fit(one(inputs), one(y), { epochs: 2, batchSize, shuffle: false, verbose: 0, yieldEvery: "never" });
        const end = await pyioModels.artifactsOf(tf, model, { includeOptimizer: true });
        found[name] = { start, end, x: inputs.map(pyioModels.toData), y: y.map(pyioModels.toData) };
      } catch (error) {
        found[name] = { error: String(error.message || error) };
      }
    }
    return found;
  }

  root.pyioTraining = { inTurns, everyModel };
})(globalThis);
