// A worker of a page whose Python wants synchronous access handles, which only workers get.
// A message is [number, command, arguments, buffer]; its answer has the number, the result, the
// buffer, and the name and message of an error. Commands are carried out in order. One that fails
// closes the files, so that those after it fail too: all can be sent without waiting for answers.
let handles = [];

// A path is names from the root, or from a directory whose handle comes first.
const folderOf = async (path, create) => {
  const relative = path.length > 0 && typeof path[0] !== "string";
  let folder = relative ? path[0] : await navigator.storage.getDirectory();
  for (const name of relative ? path.slice(1) : path) {
    folder = await folder.getDirectoryHandle(name, { create });
  }
  return folder;
};

const commands = {
  // Whether the browser gives handles: WebKitGTK has the method and refuses.
  works: async (path, name) => {
    const folder = await folderOf(path, true);
    try {
      const file = await folder.getFileHandle(name, { create: true });
      (await file.createSyncAccessHandle()).close();
      return true;
    } catch {
      return false;
    } finally {
      await folder.removeEntry(name).catch(() => {});
    }
  },
  // Whole new files, [name, length] each, one after another in the buffer; returns what was written.
  put: async (path, files, buffer) => {
    let written = 0;
    try {
      await commands.open(path, files.map(([name]) => name), true);
      for (const [number, [, length]] of files.entries()) {
        const part = new Uint8Array(buffer, written, length);
        written += handles[number].write(part, { at: 0 });
        if (written < part.byteOffset + length) break;
        handles[number].flush();
      }
    } finally {
      commands.close();
    }
    return written;
  },
  // Opens files, all at once, and returns the size of the first.
  open: async (path, names, writing) => {
    const folder = await folderOf(path, writing);
    const opened = await Promise.allSettled(names.map(async (name) => {
      const file = await folder.getFileHandle(name, { create: writing });
      return file.createSyncAccessHandle(writing ? {} : { mode: "read-only" });
    }));
    handles = opened.map(({ value }) => value);
    for (const { status, reason } of opened) if (status === "rejected") throw reason;
    return handles[0].getSize();
  },
  write: (number, at, length, buffer) => {
    const count = handles[number].write(new Uint8Array(buffer, 0, length), { at });
    if (count < length) commands.close(); // Firefox 153 writes fewer when the quota is reached
    return count;
  },
  read: (at, length, buffer) => handles[0].read(new Uint8Array(buffer, 0, length), { at }),
  flush: (number) => handles[number].flush(),
  close: () => {
    for (const handle of handles) handle?.close();
    handles = [];
  },
};

let turn = Promise.resolve();

onmessage = ({ data: [number, command, given, buffer] }) => {
  const moved = buffer ? [buffer] : [];
  turn = turn.then(async () => {
    try {
      const result = await commands[command](...given, buffer);
      postMessage([number, result, buffer, "", ""], moved);
    } catch (error) {
      commands.close();
      postMessage([number, null, buffer, error.name, error.message], moved);
    }
  });
};
