// Records the trainings of cases.js in TensorFlow.js: node record.js TF.MIN.JS FOLDER record
// Each gets a folder: the model before ("init"), after ("final") and after a resumed training, and run.json.
// With "go-on" instead, resumes from each model in "ours", which pyio has trained, and writes "theirs".
"use strict";

const fs = require("fs");
const path = require("path");
const tf = require(path.resolve(process.argv[2]));
const { CASES, fill, targets } = require("./cases.js")(tf);

const [folder, action] = process.argv.slice(3);
const oneOrAll = (values) => (values.length > 1 ? values : values[0]);

function encode(tensor) {
  const whole = tensor.dtype === "int32";
  const data = (whole ? Int32Array : Float32Array).from(tensor.dataSync());
  return { shape: tensor.shape, dtype: whole ? "<i4" : "<f4", base64: Buffer.from(data.buffer).toString("base64") };
}

async function artifactsOf(model, includeOptimizer) {
  let found;
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    found = artifacts;
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  });
  await model.save(handler, { includeOptimizer });
  return found;
}

function write(where, { modelTopology, weightSpecs, weightData, trainingConfig }) {
  fs.mkdirSync(where, { recursive: true });
  fs.writeFileSync(`${where}/weights.bin`, Buffer.from(weightData));
  const weightsManifest = [{ paths: ["weights.bin"], weights: weightSpecs }];
  fs.writeFileSync(`${where}/model.json`, JSON.stringify({ modelTopology, weightsManifest, trainingConfig }));
}

async function load(where) {
  const { modelTopology, weightsManifest, trainingConfig } = JSON.parse(fs.readFileSync(`${where}/model.json`));
  const [{ paths: [file], weights: weightSpecs }] = weightsManifest;
  const weightData = Uint8Array.from(fs.readFileSync(`${where}/${file}`)).buffer;
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData, trainingConfig }));
}

function setRate(model, rate) {
  const { optimizer } = model;
  if (typeof optimizer.setLearningRate === "function") optimizer.setLearningRate(rate);
  else optimizer.learningRate = rate;
}

async function trained(model, given, fit, validation) {
  const batchLosses = [];
  const callbacks = [new tf.CustomCallback({
    onBatchEnd: (_, { loss }) => { batchLosses.push(loss); },
    onEpochBegin: (epoch) => { if (given.schedule?.[epoch] !== undefined) setRate(model, given.schedule[epoch]); },
    onEpochEnd: (epoch) => { if (given.stopAfter === epoch) model.stopTraining = true; },
  })];
  if (given.early) callbacks.push(tf.callbacks.earlyStopping(given.early));
  const options = { ...fit, verbose: 0, yieldEvery: "never", callbacks };
  if (validation.length) {
    const count = given.x.length;
    options.validationData = [validation.slice(0, count), validation.slice(count)].map(oneOrAll);
  }
  const { history, epoch } = await model.fit(oneOrAll(given.x), oneOrAll(given.y), options);
  return { history, epoch, batchLosses };
}

const settings = (given) => ({ epochs: given.epochs || 2, batchSize: given.batchSize || 4, shuffle: false, ...given.fit });

async function record(name, given) {
  const { model } = given;
  fill(model, given.zero);
  given = { loss: "meanSquaredError", y: targets(model), ...given };
  const { loss, metrics, schedule, stopAfter, early } = given;
  model.compile({ optimizer: (given.optimizer || (() => tf.train.momentum(0.05, 0.6)))(), loss, metrics });
  const validation = given.validation ? given.validation() : [];
  const fit = settings(given);
  const className = model.optimizer.getClassName();
  const saveable = className !== "Adamax";
  const where = `${folder}/${name}`;
  write(`${where}/init`, await artifactsOf(model, saveable));
  if (model.stateful) model.resetStates();
  const run = {
    compile: { optimizer: { className, config: model.optimizer.getConfig() }, loss, metrics: metrics || null }, fit,
    x: given.x.map(encode), y: given.y.map(encode), validationData: validation.map(encode), schedule, stopAfter, early,
    ...await trained(model, given, fit, validation),
  };
  write(`${where}/final`, await artifactsOf(model, saveable));
  if (saveable) {
    run.learningRateResumed = given.learningRateResumed;
    const again = await load(`${where}/final`);
    run.resume = await resumed(again, given, fit, validation);
    write(`${where}/resumed`, await artifactsOf(again, true));
  }
  fs.writeFileSync(`${where}/run.json`, JSON.stringify(run));
}

async function resumed(model, given, before, validation) {
  if (given.learningRateResumed !== undefined) setRate(model, given.learningRateResumed);
  const fit = { ...before, epochs: before.epochs + 2, initialEpoch: before.epochs, ...given.resumed };
  return { fit, ...await trained(model, { ...given, stopAfter: undefined, early: undefined }, fit, validation) };
}

async function goOn(name, given) {
  const where = `${folder}/${name}`;
  if (!fs.existsSync(`${where}/ours`)) return;
  const model = await load(`${where}/ours`);
  const validation = given.validation ? given.validation() : [];
  await resumed(model, { y: targets(model), ...given }, settings(given), validation);
  write(`${where}/theirs`, await artifactsOf(model, true));
}

(async () => {
  await tf.setBackend("cpu");
  const failed = {};
  for (const [name, make] of Object.entries(CASES)) {
    try {
      await (action === "record" ? record : goOn)(name, make());
    } catch (error) {
      failed[name] = String(error.message || error);
    }
  }
  console.log(JSON.stringify(failed));
})();
