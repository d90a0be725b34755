// The files of a drop, also those in folders. Python cannot do this: a browser forgets the entries of
// a drop as soon as its event is over, and File objects do not know the folder that they lie in.
"use strict";
globalThis.droppedFiles = (() => {
  const MOST = 2000; // a folder with more is no model, but perhaps a whole disk

  const placed = (file, path) => {
    Object.defineProperty(file, "webkitRelativePath", { value: path });
    return file;
  };
  const entriesOf = async (folder) => {
    const reader = folder.createReader();
    const found = [];
    for (;;) { // a reader gives at most 100 entries at a time
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (some.length === 0) return found;
      found.push(...some);
    }
  };
  const collect = async (entries, files) => {
    for (const entry of entries) {
      if (files.length >= MOST) throw new Error(`there are more than ${MOST} files in it`);
      if (entry.isDirectory) {
        await collect(await entriesOf(entry), files);
      } else {
        const file = await new Promise((done, failed) => entry.file(done, failed));
        const path = entry.fullPath.replace(/^\//, "");
        files.push(path.includes("/") ? placed(file, path) : file);
      }
    }
    return files;
  };
  // Must be called while the event runs; resolves to an array of File.
  return (transfer) => {
    const items = [...transfer.items].filter((item) => item.kind === "file");
    const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
    if (entries.includes(null)) return Promise.resolve([...transfer.files]);
    return collect(entries, []);
  };
})();
