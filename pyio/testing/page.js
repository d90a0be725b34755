// Reads and writes the models of the page's origin: in TensorFlow.js's layout (tfjs-core
// local_storage.ts and indexed_db.ts), and in pyio's own for opfs:// (handlers/opfs/layout.py).
// Called with [action, scheme, path, given].
async ([action, scheme, path, given]) => {
  const PREFIX = "tensorflowjs_models/";
  const PARTS = ["info", "model_topology", "weight_specs", "weight_data", "model_metadata"];
  const [MODELS, INFOS] = ["models_store", "model_info_store"];

  const toBase64 = (buffer) => {
    const bytes = new Uint8Array(buffer);
    let text = "";
    for (let start = 0; start < bytes.length; start += 0x8000) {
      text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
    }
    return btoa(text);
  };
  const fromBase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer;

  const ended = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const committed = (transaction) => new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  // Only a save creates the database; otherwise the upgrade that would do so is refused.
  const open = async (create) => {
    const request = indexedDB.open("tensorflowjs", 1);
    request.onupgradeneeded = () => {
      if (!create) request.transaction.abort();
      else {
        for (const store of [MODELS, INFOS]) {
          request.result.createObjectStore(store, { keyPath: "modelPath" });
        }
      }
    };
    try {
      return await ended(request);
    } catch (error) {
      if (!create && error.name === "AbortError") return null;
      throw error;
    }
  };
  const within = async (mode, work, create = false) => {
    const database = await open(create);
    if (!database) return null;
    try {
      const transaction = database.transaction([MODELS, INFOS], mode);
      const done = committed(transaction);
      done.catch(() => {}); // the error of `work` comes first
      const result = await work(transaction.objectStore(MODELS), transaction.objectStore(INFOS));
      await done;
      return result;
    } finally {
      database.close();
    }
  };
  // pyio keeps the records of a model that it has moved away until the copy is on disk.
  const isThere = (record) => record !== undefined && record.pyioMoved === undefined;
  // Weights are an ArrayBuffer, a view or a Blob, or a list of these.
  const bytesOf = async (value) => {
    const parts = Array.isArray(value) ? value : [value];
    return await new Blob(parts).arrayBuffer();
  };

  const indexeddb = {
    save: () => within("readwrite", (models, infos) => {
      const info = JSON.parse(given.info);
      info.dateSaved = new Date(info.dateSaved);
      const artifacts = JSON.parse(given.record);
      if ("weightData" in artifacts) artifacts.weightData = fromBase64(given.weights);
      infos.put({ modelPath: path, modelArtifactsInfo: info });
      models.put({ modelPath: path, modelArtifacts: artifacts, modelArtifactsInfo: info });
    }, true),
    load: async () => {
      const found = await within("readonly", (models) => ended(models.get(path)));
      if (!found || !isThere(found)) return null;
      const artifacts = found.modelArtifacts ?? null;
      const data = artifacts?.weightData;
      const weights = data == null ? null : toBase64(await bytesOf(data));
      if (data != null) artifacts.weightData = null;
      return { record: JSON.stringify(artifacts), weights };
    },
    list: async () => {
      const found = await within("readonly", (_, infos) => ended(infos.getAll()));
      const own = (record) => isThere(record) && !record.modelPath.startsWith("pyio://");
      return (found ?? []).filter(own).map((record) => [record.modelPath, JSON.stringify(record)]);
    },
    exists: async () => Boolean(await within("readonly", async (models, infos) => {
      const info = await ended(infos.get(path));
      return isThere(info) && (await ended(models.getKey(path))) !== undefined;
    })),
    remove: () => within("readwrite", (models, infos) => {
      models.delete(path);
      infos.delete(path);
    }),
  };

  const key = (part) => `${PREFIX}${path}/${part}`;
  const localstorage = {
    save: () => {
      const order = [...PARTS.slice(1), "info"]; // readers look for the info
      for (const part of order) localStorage.setItem(key(part), given[part]);
    },
    load: () => {
      if (localStorage.getItem(key("info")) === null) return null;
      return Object.fromEntries(PARTS.map((part) => [part, localStorage.getItem(key(part))]));
    },
    list: () => Object.keys(localStorage)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => [name, localStorage.getItem(name)]),
    exists: () => localStorage.getItem(key("info")) !== null,
    remove: () => PARTS.forEach((part) => localStorage.removeItem(key(part))),
  };

  const absent = (error) => {
    if (error.name !== "NotFoundError") throw error;
    return null;
  };
  const folderOf = async (names, create) => {
    let folder = await navigator.storage.getDirectory();
    for (const name of names) {
      folder = await folder.getDirectoryHandle(name, { create }).catch(absent);
      if (!folder) return null;
    }
    return folder;
  };
  const contentOf = async (folder, name) => {
    const handle = await folder.getFileHandle(name).catch(absent);
    return handle && await handle.getFile();
  };
  const namesIn = async (folder) => {
    const names = [];
    for await (const name of folder.keys()) names.push(name);
    return names;
  };
  const generations = (names) =>
    names.filter((name) => /^[1-9]\d{0,15}$/.test(name)).sort((a, b) => b - a);
  // The highest generation with a model.json is the model, unless it has moved away.
  const newest = async (folder) => {
    const names = folder ? await namesIn(folder) : [];
    for (const number of generations(names)) {
      const inside = await folder.getDirectoryHandle(number);
      const json = await contentOf(inside, "model.json");
      if (!json?.size) continue;
      const moved = names.some((name) => name.startsWith(`${number}-moved-`));
      return moved ? null : { inside, json: await json.text() };
    }
    return null;
  };
  const ROOT = "pyio-models";
  const opfs = {
    save: async () => {
      const folder = await folderOf([ROOT, path], true);
      const before = await namesIn(folder);
      const number = Math.max(Date.now(), ...generations(before).map((name) => Number(name) + 1));
      const inside = await folder.getDirectoryHandle(String(number), { create: true });
      const write = async (name, content) => {
        const handle = await inside.getFileHandle(name, { create: true });
        const stream = await handle.createWritable();
        await stream.write(content);
        await stream.close();
      };
      if (given.weights !== null) await write("weights.bin", fromBase64(given.weights));
      await write("model.json", given.json); // with it the save has happened
      for (const name of before) await folder.removeEntry(name, { recursive: true });
    },
    load: async () => {
      const found = await newest(await folderOf([ROOT, path], false));
      if (!found) return null;
      const weights = await contentOf(found.inside, "weights.bin");
      return { json: found.json, weights: weights && toBase64(await weights.arrayBuffer()) };
    },
    list: async () => {
      if (!globalThis.navigator?.storage?.getDirectory) return []; // not https, or an old browser
      const root = await folderOf([ROOT], false);
      const found = [];
      for (const name of root ? await namesIn(root) : []) {
        const model = await newest(await root.getDirectoryHandle(name));
        if (model) found.push([name, model.json]);
      }
      return found;
    },
    exists: async () => Boolean(await newest(await folderOf([ROOT, path], false))),
    remove: async () => (await folderOf([ROOT], false))?.removeEntry(path, { recursive: true }),
  };

  const medium = { indexeddb, localstorage, opfs }[scheme];
  if (action !== "wait") return await medium[action]();
  const deadline = performance.now() + given;
  while (!(await medium.exists())) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
