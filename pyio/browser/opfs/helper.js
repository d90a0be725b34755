// A worker of a page whose Python wants synchronous access handles, which only workers get.
// A message is [number, command, arguments, buffer]; its answer has the number, the result, the
// buffer, and the name and message of an error. Commands are carried out in order.
let handle = null;

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
  // A whole new file in one step.
  put: async (path, name, length, buffer) => {
    await commands.open(path, name, true);
    try {
      const count = commands.write(0, length, buffer);
      handle.flush();
      return count;
    } finally {
      commands.close();
    }
  },
  open: async (path, name, writing) => {
    const file = await (await folderOf(path, writing)).getFileHandle(name, { create: writing });
    handle = await file.createSyncAccessHandle(writing ? {} : { mode: "read-only" });
    return handle.getSize();
  },
  write: (at, length, buffer) => handle.write(new Uint8Array(buffer, 0, length), { at }),
  read: (at, length, buffer) => handle.read(new Uint8Array(buffer, 0, length), { at }),
  flush: () => handle.flush(),
  close: () => {
    handle?.close();
    handle = null;
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
      postMessage([number, null, buffer, error.name, error.message], moved);
    }
  });
};
