// A folder on this computer that the person has chosen, as a place for models. Only Chromium lets a
// page write into a folder; elsewhere there are downloads and drops.
"use strict";
globalThis.computerFolder = (() => {
  let folder = null;

  const filesIn = async (directory) => {
    const files = [];
    for await (const handle of directory.values()) {
      if (handle.kind === "file") files.push(await handle.getFile());
    }
    return files;
  };
  const write = async (directory, name, parts) => {
    const handle = await directory.getFileHandle(name, { create: true });
    const stream = await handle.createWritable(); // takes the old file's place when it is closed
    for (const part of parts) await stream.write(part);
    await stream.close();
  };

  return {
    possible: () => "showDirectoryPicker" in globalThis,
    chosen: () => folder?.name ?? null,
    choose: async () => {
      folder = await showDirectoryPicker({ id: "models", mode: "readwrite" });
    },
    // Resolves to [name, bytes, time in milliseconds] of each folder that has a model.json.
    list: async () => {
      const found = [];
      for await (const directory of folder.values()) {
        if (directory.kind !== "directory") continue;
        const files = await filesIn(directory);
        const json = files.find((file) => file.name === "model.json");
        const bytes = files.reduce((sum, file) => sum + file.size, 0);
        if (json) found.push([directory.name, bytes, json.lastModified]);
      }
      return found.sort();
    },
    // Resolves to the files of a model, none if there is no such model.
    files: async (name) => {
      try {
        return await filesIn(await folder.getDirectoryHandle(name));
      } catch (error) {
        if (error.name === "NotFoundError" || error.name === "TypeError") return [];
        throw error;
      }
    },
    // The weights get a new name, and model.json, which names them, comes last: a reader finds the
    // old model or the new one. Then what is not named any more is removed.
    save: async (name, json, weightsName, weights) => {
      const directory = await folder.getDirectoryHandle(name, { create: true });
      const before = (await filesIn(directory)).map((file) => file.name);
      await write(directory, weightsName, weights);
      await write(directory, "model.json", [json]);
      const ours = before.filter((each) => /^weights-[0-9a-f]+\.bin$/.test(each));
      for (const old of ours.filter((each) => each !== weightsName)) await directory.removeEntry(old);
    },
    remove: (name) => folder.removeEntry(name, { recursive: true }),
  };
})();
