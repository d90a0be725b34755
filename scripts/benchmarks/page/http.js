// The contenders of scripts/benchmarks/http.py: each loads the model at /models/PATH and returns milliseconds.
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";

const pyodide = await loadPyodide();
await pyodide.loadPackage(["micropip", "numpy"], { messageCallback: () => {} });
const wheel = new URLSearchParams(location.search).get("wheel");
await pyodide.pyimport("micropip").install(`${location.origin}/wheels/${wheel}`);
await pyodide.runPythonAsync(`
import gc
import pyio

async def load(url):
    artifacts = await pyio.load_artifacts(url)
    return artifacts.weight_data_bytes

def copy(data_js):
    data_js.to_memoryview()

collect = gc.collect
`);
const python = Object.fromEntries(["load", "copy", "collect"].map(
  (name) => [name, pyodide.globals.get(name)]));

const files = async (url) => {
  const model = await (await fetch(url)).json();
  const paths = model.weightsManifest.flatMap((group) => group.paths);
  return Promise.all(paths.map(async (path) =>
    (await fetch(new URL(path, url))).arrayBuffer()));
};

const sizes = {};

const actions = {
  fetch: async (url) => {
    const buffers = await files(url);
    sizes[url] = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  },
  pyio: async (url) => {
    const size = await python.load(url);
    if (sizes[url] && size !== sizes[url]) throw new Error(`${size} bytes`);
  },
  tfjs: async (url) => {
    const requestInit = { signal: AbortSignal.timeout(20_000) };
    return (await tf.io.http(url, { requestInit }).load()).weightData;
  },
};

window.wasm = () => pyodide._module.HEAPU8.length;
// Null for a contender that does not finish in time.
window.bench = async (name, path) => {
  const url = `${location.origin}/models/${path}`;
  const data = name === "copy" ? new Uint8Array(sizes[url] ?? 1000) : null;
  python.collect();
  const start = performance.now();
  if (data) python.copy(data);
  else {
    try {
      await actions[name](url);
    } catch (error) {
      if (error.name !== "TimeoutError") throw error;
      return null;
    }
  }
  return performance.now() - start;
};
