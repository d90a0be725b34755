// Reads the stored models without pyio, and runs the same tests with TensorFlow.js.
(() => {
  const PARTS = ["info", "model_topology", "weight_specs", "weight_data", "model_metadata"];

  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  const sha256 = async (bytes) =>
    [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))]
      .map((byte) => byte.toString(16).padStart(2, "0")).join("");

  const bytesOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

  // The id of a model whose parts belong together, or what is wrong.
  const identify = async (topology, specs, metadata, bytes, info) => {
    if (topology.id !== metadata.id) return `half: topology ${topology.id}, metadata ${metadata.id}`;
    if (await sha256(bytes) !== metadata.sha256) return `half: not the weights of ${topology.id}`;
    if (specs[0].shape[0] !== bytes.byteLength) return `half: not the specs of ${topology.id}`;
    if (info.weightDataBytes !== bytes.byteLength) return `half: not the info of ${topology.id}`;
    return topology.id;
  };

  // Applies pyio's journal as pyio does: it is a single item, so it is written in one step.
  const local = async (name) => {
    const journal = localStorage.getItem("pyio_journal")?.trim();
    const items = { ...localStorage, ...(journal ? JSON.parse(journal) : {}) };
    const texts = PARTS.map((part) => items[`tensorflowjs_models/${name}/${part}`] ?? null);
    if (texts.every((text) => text === null)) return "nothing";
    if (texts.includes(null)) return `half: no ${PARTS[texts.indexOf(null)]}`;
    const [info, topology, specs, data, metadata] = texts;
    const [a, b, c, d] = [topology, specs, metadata, info].map(JSON.parse);
    return identify(a, b, c.userDefinedMetadata, bytesOf(data), d);
  };

  const withDatabase = async (action, version) => {
    const found = await indexedDB.databases();
    if (!found.some(({ name }) => name === "tensorflowjs")) return null;
    const database = await settled(indexedDB.open("tensorflowjs", version));
    try {
      return await action(database.transaction(["models_store", "model_info_store"], "readonly"));
    } finally {
      database.close();
    }
  };

  const moved = (move) => JSON.parse(localStorage.getItem("pyio_moves") ?? "{}")[move]?.done === 1;

  const indexed = async (name, version) => {
    const found = await withDatabase((transaction) => Promise.all(
      ["models_store", "model_info_store"].map(
        (store) => settled(transaction.objectStore(store).get(name)))), version);
    const [record, about] = found ?? [];
    if (!record && !about) return "nothing";
    // Moved to localStorage: for pyio it is gone, and its records are kept for a while.
    if (record && moved(record.pyioMoved)) return "nothing";
    if (!record || !about) return `half: no ${record ? "info" : "model"}`;
    const { modelTopology, weightSpecs, weightData, userDefinedMetadata } = record.modelArtifacts;
    const dates = [record, about].map(({ modelArtifactsInfo }) => +modelArtifactsInfo.dateSaved);
    if (dates[0] !== dates[1]) return "half: the two stores have different dates";
    return identify(modelTopology, weightSpecs, userDefinedMetadata, new Uint8Array(weightData),
      about.modelArtifactsInfo);
  };

  const directory = async (...path) => {
    let folder = await navigator.storage.getDirectory();
    for (const part of path) folder = await folder.getDirectoryHandle(part);
    return folder;
  };

  const read = async (folder, name) =>
    (await (await folder.getFileHandle(name)).getFile()).arrayBuffer();

  // The highest generation with a whole model.json is the model.
  const inFiles = async (name) => {
    let numbers;
    try {
      const found = await Array.fromAsync((await directory("pyio-models", name)).keys());
      numbers = found.filter((key) => /^\d+$/.test(key)).map(Number).sort((a, b) => b - a);
    } catch {
      return "nothing";
    }
    for (const number of numbers) {
      const folder = await directory("pyio-models", name, `${number}`);
      let json;
      try {
        json = JSON.parse(new TextDecoder().decode(await read(folder, "model.json")));
      } catch {
        continue;
      }
      const moving = (await Array.fromAsync((await directory("pyio-models", name)).keys()))
        .find((key) => key.startsWith(`${number}-moved-`));
      if (moving && moved(moving.split("-")[2])) return "nothing";
      const { modelTopology, weightsManifest, userDefinedMetadata, pyioInfo } = json;
      const bytes = await read(folder, "weights.bin").catch(() => null);
      if (!bytes) return `half: no weights of ${modelTopology.id}`;
      return identify(modelTopology, weightsManifest[0].weights, userDefinedMetadata,
        new Uint8Array(bytes), pyioInfo);
    }
    return "nothing";
  };

  const strayFiles = async () => {
    const found = [];
    let root;
    try {
      root = await directory("pyio-models");
    } catch {
      return found;
    }
    for await (const [name, folder] of root.entries()) {
      if (folder.kind === "file") found.push(`opfs file ${name}`);
      else {
        const keys = await Array.fromAsync(folder.keys());
        // A generation that has moved is kept until its destination is on disk.
        const marks = keys.filter((key) => moved(key.split("-moved-")[1]));
        const kept = new Set(marks.flatMap((key) => [key, key.split("-")[0]]));
        if (keys.filter((key) => !kept.has(key)).length > 1 || !keys.length) found.push(`opfs ${name}: ${keys}`);
      }
    }
    return found;
  };

  // Everything left behind that is not a model: other databases, other items, object URLs.
  const strays = async () => {
    const databases = (await indexedDB.databases()).map(({ name }) => name);
    const model = /^tensorflowjs_models\/.+\/(info|model_topology|weight_(specs|data)|model_metadata)$/;
    return [
      ...databases.filter((name) => name !== "tensorflowjs").map((name) => `database ${name}`),
      ...Object.keys(localStorage).filter((key) => !model.test(key) && key !== "pyio_moves")
        .map((key) => `item ${key}`),
      ...[...urls].map((url) => `object URL ${url}`),
      ...await strayFiles(),
    ];
  };

  const urls = new Set();
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (blob) => {
    const url = createObjectURL.call(URL, blob);
    urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    urls.delete(url);
    revokeObjectURL.call(URL, url);
  };

  // Leaves about `room` code units free in localStorage.
  const fill = (room) => {
    localStorage.removeItem("filler");
    let size = 0;
    for (let step = 1 << 23; step; step >>= 1) {
      try {
        localStorage.setItem("filler", "x".repeat(size + step));
        size += step;
      } catch { /* too much */ }
    }
    localStorage.setItem("filler", "x".repeat(size - room));
  };

  const random = (size) => {
    const bytes = new Uint8Array(size);
    for (let start = 0; start < size; start += 65536) {
      crypto.getRandomValues(bytes.subarray(start, Math.min(start + 65536, size)));
    }
    return bytes;
  };

  const saveMany = async (save, [url, sizes, start, times]) => {
    const found = [];
    for (let number = 0; number < times; number += 1) {
      const id = `${start}-${number}`;
      const error = await save([url, id, sizes[number % sizes.length]]);
      if (!error) navigator.sendBeacon("/done", `${url} ${id}`);
      window.saves = number + 1;
      found.push(error);
      await new Promise((done) => setTimeout(done, 100));  // for the other medium
    }
    return found;
  };

  const tensorflow = {
    model: async (id, size, pad) => {
      const bytes = random(size);
      return {
        modelTopology: { id, pad: "x".repeat(pad) }, format: "layers-model", generatedBy: "faults",
        convertedBy: null, weightData: bytes.buffer,
        userDefinedMetadata: { id, sha256: await sha256(bytes), pad: "x".repeat(pad) },
        weightSpecs: [{ name: "w".repeat(pad), shape: [size], dtype: "bool" }],
      };
    },
    save: async ([url, id, size, pad = 3000]) => {
      try {
        await tf.io.getSaveHandlers(url)[0].save(await tensorflow.model(id, size, pad));
        return null;
      } catch (error) {
        return error.name;
      }
    },
    // The label of a model whose parts belong together, or the name of the error.
    load: async ([url]) => {
      try {
        const { modelTopology: { id }, userDefinedMetadata, weightData } =
          await tf.io.getLoadHandlers(url)[0].load();
        const digest = await sha256(new Uint8Array(weightData));
        const whole = id === userDefinedMetadata.id && digest === userDefinedMetadata.sha256;
        return whole ? id : "a mixture";
      } catch (error) {
        return error.name;
      }
    },
    list: async () => {
      try {
        return Object.keys(await tf.io.listModels());
      } catch (error) {
        return error.name;
      }
    },
    save_many: (given) => saveMany(tensorflow.save, given),
    // Like pyio's storm in inside.py, with the operations that TensorFlow.js has.
    storm: async ([, tab, addresses, operations]) => {
      const record = [];
      const any = () => addresses[Math.floor(Math.random() * addresses.length)];
      let size = 20 * (1 + tab * 3000);
      const actions = [
        async () => {
          const url = any();
          size += 20;
          await tf.io.getSaveHandlers(url)[0].save(await tensorflow.model(`${size}`, size, 3000));
          record.push(["put", url, size]);
        },
        async () => {
          const url = any();
          const { modelTopology: { id }, userDefinedMetadata, weightData } =
            await tf.io.getLoadHandlers(url)[0].load();
          const digest = await sha256(new Uint8Array(weightData));
          const whole = id === userDefinedMetadata.id && digest === userDefinedMetadata.sha256;
          record.push(whole ? ["seen", url, Number(id)] : ["mixture", url, Number(id)]);
        },
        async () => {
          const [source, destination] = [any(), any()];
          const info = await tf.io.copyModel(source, destination);
          record.push(["put", destination, info.weightDataBytes]);
        },
        async () => {
          const [source, destination] = [any(), any()];
          const info = await tf.io.moveModel(source, destination);
          record.push(["put", destination, info.weightDataBytes]);
          record.push(["gone", source, info.weightDataBytes]);
        },
        async () => {
          const url = any();
          record.push(["gone", url, (await tf.io.removeModel(url)).weightDataBytes]);
        },
        async () => {
          for (const [url, info] of Object.entries(await tf.io.listModels())) {
            record.push(["seen", url, info.weightDataBytes]);
          }
        },
      ];
      const turns = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5];
      for (let number = 0; number < operations; number += 1) {
        try {
          await actions[turns[Math.floor(Math.random() * turns.length)]]();
        } catch (error) {
          record.push(["error", error.name, String(error.message).slice(0, 80)]);
        }
      }
      return record;
    },
    move: async ([source, destination]) => {
      try {
        await tf.io.moveModel(source, destination);
        return null;
      } catch (error) {
        return error.name;
      }
    },
  };

  const border = {
    items: (path, { modelTopology, weightSpecs, weightData, userDefinedMetadata }, info) => [
      JSON.stringify(modelTopology), JSON.stringify(weightSpecs), new Uint8Array(weightData),
      JSON.stringify({ userDefinedMetadata }), JSON.stringify(info),
    ],
    put: (path, modelArtifacts, modelArtifactsInfo) => new Promise((resolve, reject) => {
      const opening = indexedDB.open("tensorflowjs", 1);
      opening.onupgradeneeded = () => ["models_store", "model_info_store"].forEach((store) =>
        opening.result.createObjectStore(store, { keyPath: "modelPath" }));
      opening.onsuccess = () => {
        const stores = ["model_info_store", "models_store"];
        const options = { durability: "strict" };
        const transaction = opening.result.transaction(stores, "readwrite", options);
        transaction.objectStore(stores[0]).put({ modelPath: path, modelArtifactsInfo });
        transaction.objectStore(stores[1]).put(
          { modelPath: path, modelArtifacts, modelArtifactsInfo });
        transaction.oncomplete = () => { opening.result.close(); resolve(); };
        transaction.onabort = () => { opening.result.close(); reject(transaction.error); };
      };
    }),
    save: async ([url, id, size, pad = 3000]) => {
      const [scheme, path] = url.split("://");
      const artifacts = await tensorflow.model(id, size, pad);
      const info = { dateSaved: new Date(), weightDataBytes: size };
      if (scheme === "indexeddb") await border.put(path, artifacts, info);
      else {
        const parts = ["model_topology", "weight_specs", "weight_data", "model_metadata", "info"];
        const keys = parts.map((part) => `tensorflowjs_models/${path}/${part}`);
        if (border.page.unfinished()) border.page.finish();
        border.page.replace(keys, border.items(path, artifacts, info));
      }
      return null;
    },
    save_many: (given) => saveMany(border.save, given),
    list: async () => {
      const keys = await withDatabase((transaction) =>
        settled(transaction.objectStore("model_info_store").getAllKeys())) ?? [];
      const local = Object.keys(localStorage).filter((key) => key.endsWith("/info"));
      return [
        ...keys.map((key) => `indexeddb://${key}`),
        ...local.map((key) => `localstorage://${key.split("/")[1]}`),
      ];
    },
  };

  // Stop this page for good after a number of changes of localStorage, as a crash would. The items
  // written so far reach the disk, and a kill of the browser ends the page.
  const stopAfter = (changes) => {
    let left = changes;
    for (const name of ["setItem", "removeItem"]) {
      const original = Storage.prototype[name];
      Storage.prototype[name] = function change(...given) {
        original.apply(this, given);
        left -= 1;
        while (left <= 0);
      };
    }
  };

  window.faults = {
    state: ([scheme, name, version]) => {
      if (scheme === "opfs") return inFiles(name);
      return scheme === "indexeddb" ? indexed(name, version) : local(name);
    },
    strays, fill, stopAfter, tfjs: tensorflow, border,
  };
})();
