// Starts Pyodide with the built wheel, on a page or in a worker, and lets tests call Python in it.
const text = async (name) => (await fetch(name)).text();

// The address of a Pyodide. The tests use a site that all test sites share, so that the browser
// caches the files and the compiled code. Otherwise Pyodide is beside the page.
export const folderOf = async (name) => {
  const shared = await fetch("/wheels/vendor.txt");
  return `${shared.ok ? await shared.text() : location.origin}/vendor/${name}/`;
};

// `loadPyodide` comes from `indexURL`, the address of a folder.
export const start = async (loadPyodide, indexURL, wheel) => {
  const pyodide = await loadPyodide({ indexURL });
  // Not with micropip, which takes a fifth of the start; `strict.js` and others install with it.
  const packages = ["numpy", `${location.origin}/wheels/${wheel}`];
  await pyodide.loadPackage(packages, { messageCallback: () => {} });
  await pyodide.runPythonAsync(await text("/harness.py"));
  const module = pyodide._module;
  Object.assign(globalThis, {
    pyodide,
    // callPython runs `name(*arguments)`, defined by `source`; arguments and result are JSON text.
    callPython: pyodide.globals.get("call"),
    // The number of Python proxies that JavaScript holds; a test must not leave any.
    proxiesBegin: () => {
      module.pyproxy_alloc_map.clear();
      module.enable_pyproxy_allocation_tracing();
    },
    proxiesEnd: async () => {
      // Some proxies are freed a moment later, such as those of a released lock.
      for (let pause = 0; pause < 50 && module.pyproxy_alloc_map.size; pause++) {
        await new Promise((done) => setTimeout(done, 20));
      }
      const left = [...module.pyproxy_alloc_map.values()].map(String);
      module.disable_pyproxy_allocation_tracing();
      return left;
    },
  });
};

// Remove what browsers without JSPI (such as Safari) lack, before Pyodide checks for it.
export const removeJSPI = () => {
  for (const name of ["Suspending", "SuspendError", "promising"]) delete WebAssembly[name];
};
