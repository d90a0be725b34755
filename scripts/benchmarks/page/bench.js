// One page with three contenders: the browser alone ("floor"), TensorFlow.js, and pyio.
// Every action saves or loads the same bytes once; `bench.run` returns milliseconds.
import { startPython } from "/python.js";

const wheel = new URLSearchParams(location.search).get("wheel");
const { pyodide, python } = await startPython(wheel);
await tf.setBackend("cpu");

const worker = new Worker(`/worker.js?wheel=${wheel}`, { type: "module" });
let asked = 0;
const inWorker = (name, ...given) => new Promise((resolve, reject) => {
  const number = asked += 1;
  const heard = ({ data: [answered, result, error] }) => {
    if (answered !== number) return;
    worker.removeEventListener("message", heard);
    if (error) reject(new Error(error));
    else resolve(result);
  };
  worker.addEventListener("message", heard);
  worker.postMessage([number, name, given]);
});

const settled = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const completed = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = resolve;
  transaction.onabort = () => reject(transaction.error);
});

const opening = indexedDB.open("floor", 1);
opening.onupgradeneeded = () => {
  opening.result.createObjectStore("store");
  opening.result.createObjectStore("records", { keyPath: "modelPath" });
  opening.result.createObjectStore("infos", { keyPath: "modelPath" });
};
const floor = await settled(opening);

let buffer = null;
let artifacts = null;

// pyio's actions are timed in Python, because its users call them from Python.
const timed = async (action) => {
  const start = performance.now();
  const measured = await action();
  return typeof measured === "number" ? measured : performance.now() - start;
};

// Random bytes, because Chromium compresses IndexedDB records. All three contenders use them.
const prepare = async (size, withWorker) => {
  buffer = new ArrayBuffer(size);
  for (let start = 0; start < size; start += 65536) {
    crypto.getRandomValues(new Uint8Array(buffer, start, Math.min(65536, size - start)));
  }
  const weightSpecs = JSON.parse(python.prepare(new Uint8Array(buffer)));
  artifacts = () => ({ modelTopology: { a: 1 }, weightSpecs, weightData: buffer });
  if (withWorker) await inWorker("make", size);
};

const handler = (scheme, kind) => tf.io[`get${kind}Handlers`](`${scheme}://tfjs`)[0];

// The read waits for the commit of the save, which may happen after the save has returned.
const readBack = async () => {
  const database = await settled(indexedDB.open("tensorflowjs", 1));
  const store = database.transaction("models_store").objectStore("models_store");
  await settled(store.getKey("tfjs"));
  database.close();
};

const actions = {
  "floor save indexeddb": () => {
    const transaction = floor.transaction("store", "readwrite", { durability: "strict" });
    transaction.objectStore("store").put(buffer, "floor");
    return completed(transaction);
  },
  // The same work as pyio's, in bare JavaScript: one copy of the bytes, and one transaction that
  // puts two records in TensorFlow.js's layout. The layout has the key inside the record, so
  // browsers read the whole record back.
  "javascript save indexeddb": () => {
    const how = { durability: "strict" };
    const transaction = floor.transaction(["records", "infos"], "readwrite", how);
    const record = { ...artifacts(), weightData: buffer.slice() };
    const modelArtifactsInfo = { dateSaved: new Date(), weightDataBytes: buffer.byteLength };
    const common = { modelPath: "floor", modelArtifactsInfo };
    transaction.objectStore("records").put({ ...common, modelArtifacts: record });
    transaction.objectStore("infos").put(common);
    return completed(transaction);
  },
  "floor load indexeddb": () =>
    settled(floor.transaction("store").objectStore("store").get("floor")),
  "copy load indexeddb": () => python.copy(new Uint8Array(buffer)),
};
for (const scheme of ["indexeddb", "localstorage", "opfs"]) {
  actions[`pyio save ${scheme}`] = () => python.save(`${scheme}://pyio`);
  actions[`pyio load ${scheme}`] = () => python.load(`${scheme}://pyio`);
  actions[`many save ${scheme}`] = () => python.save_many(`${scheme}://many`);
  actions[`worker save ${scheme}`] = () => inWorker("save", `${scheme}://worker`);
  actions[`worker load ${scheme}`] = () => inWorker("load", `${scheme}://worker`);
  actions[`tfjs save ${scheme}`] = async () => {
    const start = performance.now();
    await handler(scheme, "Save").save(artifacts());
    const milliseconds = performance.now() - start;
    if (scheme === "indexeddb") await readBack();  // else it delays the next action
    return milliseconds;
  };
  actions[`tfjs load ${scheme}`] = () => handler(scheme, "Load").load();
}
actions["tfjs committed indexeddb"] = async () => {
  await handler("indexeddb", "Save").save(artifacts());
  await readBack();
};

const forget = async () => {
  localStorage.clear();
  await completed((() => {
    const stores = ["store", "records", "infos"];
    const transaction = floor.transaction(stores, "readwrite");
    stores.forEach((store) => transaction.objectStore(store).clear());
    return transaction;
  })());
  await python.forget();
  try { await tf.io.removeModel("indexeddb://tfjs"); } catch { /* not there in this turn */ }
};

const memory = () => ({
  wasm: pyodide._module.HEAPU8.length,
  js: performance.memory?.usedJSHeapSize ?? null,
});

window.bench = { prepare, forget, memory, run: (name) => timed(actions[name]) };
