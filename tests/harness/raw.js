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

// The origin private file system: path -> bytes of every file, directories with a slash at the end.
globalThis.rawFiles = async () => {
  const found = [];
  const walk = async (folder, path) => {
    for await (const [name, entry] of folder.entries()) {
      if (entry.kind === "directory") {
        found.push([`${path}${name}/`, ""]);
        await walk(entry, `${path}${name}/`);
      } else {
        const bytes = new Uint8Array(await (await entry.getFile()).arrayBuffer());
        found.push([path + name, bytes.join()]);
      }
    }
  };
  await walk(await navigator.storage.getDirectory(), "");
  return JSON.stringify(found.sort());
};

// Cuts a file of a model of pyio's to `size` bytes, counted from its end if that is negative, and
// writes `text` at its end.
globalThis.rawChangeFile = async (model, name, size, text = "") => {
  let folder = await navigator.storage.getDirectory();
  for (const part of ["pyio-models", model]) folder = await folder.getDirectoryHandle(part);
  for await (const generation of folder.values()) {
    const file = await generation.getFileHandle(name);
    const old = await (await file.getFile()).arrayBuffer();
    const stream = await file.createWritable();
    await stream.write(new Blob([old.slice(0, size), text]));
    await stream.close();
  }
};

globalThis.rawEmptyFiles = async () => {
  let root;
  try {
    root = await navigator.storage.getDirectory();
  } catch {
    return; // a private window of some engines
  }
  for await (const name of root.keys()) await root.removeEntry(name, { recursive: true });
};
