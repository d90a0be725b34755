// Reads and writes the browser's storage without pyio.
const settled = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const inDatabase = async (mode, action) => {
  const database = await settled(indexedDB.open("tensorflowjs", 1));
  try {
    return await action((name) => database.transaction(name, mode).objectStore(name));
  } finally {
    database.close();
  }
};

const plain = (key, value) =>
  value instanceof ArrayBuffer ? [...new Uint8Array(value)].join() : value;

globalThis.rawSnapshot = async () => {
  const found = await indexedDB.databases();
  if (!found.some(({ name }) => name === "tensorflowjs")) return "[[],[]]";
  return inDatabase("readonly", async (store) => JSON.stringify([
    await settled(store("models_store").getAll()),
    await settled(store("model_info_store").getAll()),
  ], plain));
};

globalThis.rawPut = (name, text) =>
  inDatabase("readwrite", (store) => settled(store(name).put(JSON.parse(text))));

globalThis.rawDelete = (name, key) =>
  inDatabase("readwrite", (store) => settled(store(name).delete(key)));

// Replaces a model's stored weights by the result of `change`, which gets their ArrayBuffer.
globalThis.rawChangeWeights = (path, change) => inDatabase("readwrite", async (store) => {
  const record = await settled(store("models_store").get(path));
  record.modelArtifacts.weightData = change(record.modelArtifacts.weightData);
  await settled(store("models_store").put(record));
});

globalThis.rawCutWeights = (path) =>
  globalThis.rawChangeWeights(path, (buffer) => buffer.slice(0, buffer.byteLength - 1));
