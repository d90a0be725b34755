// Python in a worker, module or classic; answers {id, name, args} with {id, result} or {id, error}.
const boot = async (wheel, folder, jspi) => {
  const { removeJSPI, settingsOf, start } = await import("/python.js");
  if (!jspi) removeJSPI();
  await import("/raw.js");
  const settings = await settingsOf(folder);
  const { indexURL } = settings.options;
  let load;
  try {
    importScripts(`${indexURL}pyodide.js`);
    load = globalThis.loadPyodide;
  } catch (error) { // a module worker has no importScripts
    if (!(error instanceof TypeError)) throw error;
    load = (await import(`${indexURL}pyodide.mjs`)).loadPyodide;
  }
  await start(load, settings, wheel);
};

// Calls a function of the page, for tests that use its storage without pyio.
const waiting = new Map();
globalThis.onPage = (page, ...args) => new Promise((resolve) => {
  waiting.set(waiting.size, resolve);
  postMessage({ page, args, id: waiting.size - 1 });
});

onmessage = async ({ data: { id, name, args, page, result } }) => {
  if (page !== undefined) {
    waiting.get(page)(result);
    return;
  }
  try {
    const result = await (name === "boot" ? boot : globalThis[name])(...args);
    postMessage({ id, result });
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
};
