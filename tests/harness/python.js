// Starts Pyodide with the built wheel, on a page or in a worker, and lets tests call Python in it.
const text = async (name) => (await fetch(name)).text();

// How to start the Pyodide in the folder `name`. The tests use a site that all test sites share, so
// that the browser caches the files and the compiled code. Its Python files are compiled already, see
// scripts/support/compiled.py. Otherwise Pyodide is beside the page.
export const settingsOf = async (name) => {
  const shared = await fetch("/wheels/vendor.txt");
  const vendor = `${shared.ok ? await shared.text() : location.origin}/vendor`;
  const compiled = await fetch(`${vendor}/compiled/${name}/files.json`);
  const { stdlib, numpy = "numpy" } = compiled.ok ? await compiled.json() : {};
  const indexURL = `${vendor}/${name}/`;
  if (!stdlib) return { options: { indexURL }, numpy };
  const folder = `${vendor}/compiled/${name}/`;
  return { options: { indexURL, stdLibURL: `${folder}${stdlib}` }, numpy: `${folder}${numpy}` };
};

export const start = async (loadPyodide, { options, numpy }, wheel) => {
  const wheelOfNumPy = numpy.startsWith("http") && fetch(numpy).then((it) => it.arrayBuffer());
  const pyodide = await loadPyodide(options);
  // Not with micropip, which takes a fifth of the start; `strict.js` and others install with it.
  const install = (name) => pyodide.loadPackage([name], { messageCallback: () => {} });
  await install(`${location.origin}/wheels/${wheel}`);
  // NumPy takes more than a quarter of a start in Firefox and WebKit, and not all tests need it.
  let installed;
  globalThis.installNumPy = () => (installed ??= install(numpy));
  globalThis.numpyWheel = await wheelOfNumPy;
  if (!numpyWheel) await installNumPy();
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
