// Functions of the interop tests that use the real TensorFlow.js and the browser's own storage.
const LOCAL_PARTS = ["info", "model_topology", "weight_specs", "weight_data", "model_metadata"];

const filled = (shape, seed) => {
  const size = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(seed + i * 0.7)), shape);
};

// A small classifier with every kind of thing that a saved layers model holds: optimizer state,
// user metadata with text and numbers that JSON writers disagree on, non-trainable weights.
const buildModel = async () => {
  const model = tf.sequential({
    name: "digits",
    layers: [
      tf.layers.dense({ units: 5, inputShape: [4], activation: "relu", name: "hidden" }),
      tf.layers.batchNormalization({ name: "norm", epsilon: 1e-7 }),
      tf.layers.dense({ units: 3, activation: "softmax", name: "out" }),
    ],
  });
  model.setWeights(model.getWeights().map((weight, index) =>
    weight.shape.length === 2 ? filled(weight.shape, index) : filled(weight.shape, index).abs()));
  model.compile({ optimizer: tf.train.adam(0.001), loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  await model.fit(filled([6, 4], 9), tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], "int32"), 3),
    { epochs: 1, verbose: 0 });
  model.setUserDefinedMetadata({
    author: "Zoë “λ” \u2028 😀 \u0007\"\\/", 10: "ten", 9: "nine", b: [1e21, 1e-7, 0.1, -0, 123456789012345680000],
    nothing: null, deep: { yes: true, no: false },
  });
  return model;
};

// One model for a page: TensorFlow.js numbers the names in its optimizer state as they are made.
let built = null;
const theModel = () => (built ??= buildModel());

const INPUT = () => filled([2, 4], 3);

const request = (action) => new Promise((resolve, reject) => {
  action.onsuccess = () => resolve(action.result);
  action.onerror = () => reject(action.error);
});

const openDatabase = () => request(indexedDB.open("tensorflowjs", 1));

// The first difference between two values, as a path and both values, or null. Ignores dates.
const difference = (a, b, path = "$") => {
  const kinds = [a, b].map((value) => Object.prototype.toString.call(value));
  if (kinds[0] !== kinds[1]) return `${path}: ${kinds}`;
  if (kinds[0] === "[object Date]") return null;
  if (kinds[0] === "[object ArrayBuffer]") {
    const [x, y] = [new Uint8Array(a), new Uint8Array(b)];
    const at = x.length !== y.length ? "length" : x.findIndex((byte, index) => byte !== y[index]);
    return at === -1 ? null : `${path}: bytes differ at ${at}`;
  }
  if (a === null || typeof a !== "object") return a === b ? null : `${path}: ${a} ${b}`;
  const keys = [Object.keys(a), Object.keys(b)];
  if (String(keys[0]) !== String(keys[1])) return `${path}: keys ${keys[0]} | ${keys[1]}`;
  for (const key of keys[0]) {
    const found = difference(a[key], b[key], `${path}.${key}`);
    if (found) return found;
  }
  return null;
};

window.interop = {
  saveModel: async (url) => (await (await theModel()).save(url, { includeOptimizer: true })) && null,

  saveOther: async (url) => {
    const layers = [tf.layers.flatten({ inputShape: [2, 2] })];
    return (await tf.sequential({ layers }).save(url)) && null;
  },

  // Random weights, because Chromium compresses IndexedDB records.
  saveNoise: async (url, bytes) => {
    const weightData = new ArrayBuffer(bytes);
    for (let start = 0; start < bytes; start += 65536) {
      crypto.getRandomValues(new Uint8Array(weightData, start, Math.min(65536, bytes - start)));
    }
    const weightSpecs = [{ name: "w", shape: [bytes], dtype: "bool" }];
    await tf.io.getSaveHandlers(url)[0].save({ modelTopology: {}, weightSpecs, weightData });
  },

  // Saves a value that IndexedDB cannot clone, and expects the failure.
  saveUncloneable: async (url) => {
    const weightSpecs = [{ name: "w", shape: [0], dtype: "bool", quantize: () => {} }];
    const artifacts = { modelTopology: {}, weightSpecs, weightData: new ArrayBuffer(0) };
    const failed = await tf.io.getSaveHandlers(url)[0].save(artifacts).then(() => false, () => true);
    if (!failed) throw new Error("a function was cloned");
  },

  predictBuilt: async () => Array.from((await theModel()).predict(INPUT()).dataSync()),

  input: () => INPUT().arraySync(),

  predictStored: async (url) =>
    Array.from((await tf.loadLayersModel(url)).predict(INPUT()).dataSync()),

  predictFiles: async (files) => {
    const picked = files.map(([name, base64]) =>
      new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    const model = await tf.loadLayersModel(tf.io.browserFiles(picked));
    return Array.from(model.predict(INPUT()).dataSync());
  },

  // The training state that TensorFlow.js restores from a stored model.
  restored: async (url) => {
    const model = await tf.loadLayersModel(url);
    const state = await model.optimizer.getWeights();
    return {
      metadata: JSON.stringify(model.getUserDefinedMetadata()),
      loss: model.loss,
      optimizer: state.map(({ tensor }) => Array.from(tensor.dataSync())),
    };
  },

  list: async () => Object.keys(await tf.io.listModels()).sort(),
  remove: async (url) => (await tf.io.removeModel(url)) && null,

  localItems: (path) => Object.fromEntries(LOCAL_PARTS.map((part) =>
    [part, localStorage.getItem(`tensorflowjs_models/${path}/${part}`)])),

  recordsDiffer: async (first, second) => {
    const database = await openDatabase();
    const stores = ["models_store", "model_info_store"];
    const transaction = database.transaction(stores, "readonly");
    const found = [];
    for (const name of stores) {
      const store = transaction.objectStore(name);
      const [a, b] = await Promise.all([request(store.get(first)), request(store.get(second))]);
      found.push(difference({ ...a, modelPath: "" }, { ...b, modelPath: "" }, name));
    }
    database.close();
    return found.filter(Boolean);
  },

  describeRecord: async (path) => {
    const database = await openDatabase();
    const record = await request(database.transaction("models_store").objectStore("models_store").get(path));
    database.close();
    const data = record.modelArtifacts.weightData;
    return {
      date: record.modelArtifactsInfo.dateSaved instanceof Date,
      buffer: Object.prototype.toString.call(data), bytes: data.byteLength,
    };
  },
};
