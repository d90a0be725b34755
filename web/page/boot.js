// Starts Python in the page: Pyodide, NumPy, the pyio wheel and the page's own Python files.
// A classic script: a module would not run, and so could not explain the problem, in a page that is
// opened from a folder.
"use strict";
(async () => {
  const MODULES = [
    "__init__", "anatomy", "compatibility", "computer", "dialogs", "digits", "dissection", "drawing",
    "lessons", "links", "model", "opening", "panels", "places", "prediction", "reasons", "rows", "saving", "server",
    "sharing", "sight", "start", "stored", "teaching", "tensorflow", "words",
  ];
  const RERUN = "Run “python3 scripts/demo.py” in the repository. It fetches what is missing, " +
    "serves this page and prints its address.";
  const words = document.getElementById("boot-words");
  const progress = document.getElementById("boot-progress");
  const started = performance.now();
  let todo = RERUN;

  const fetched = async (path) => {
    const response = await fetch(path, { cache: "no-cache" });
    if (!response.ok) throw new Error(`${path} is not there (${response.status})`);
    return response;
  };

  // Counts the bytes that arrive, as the bar shows them. `sizes` has the bytes of the large files by
  // the end of their address: a server that compresses does not tell them.
  const counted = (sizes) => {
    const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
    const plain = globalThis.fetch;
    let received = 0;
    progress.max = total;
    const show = (count) => {
      received += count;
      progress.value = Math.min(received, total);
      words.textContent = received < total
        ? `Fetching Python: ${Math.floor((100 * received) / total)} %. You can draw meanwhile.`
        : "Starting Python. You can draw meanwhile.";
    };
    globalThis.fetch = async (target, options) => {
      const response = await plain(target, options);
      const path = new URL(target?.url ?? target, location.href).pathname;
      const known = Object.keys(sizes).some((name) => path.endsWith(name));
      if (!known || !response.ok || !response.body) return response;
      const counter = new TransformStream({
        transform: (chunk, controller) => {
          show(chunk.byteLength);
          controller.enqueue(chunk);
        },
      });
      return new Response(response.body.pipeThrough(counter), {
        status: response.status,
        headers: { "Content-Type": response.headers.get("Content-Type") ?? "" },
      });
    };
    return () => { globalThis.fetch = plain; };
  };

  const python = async () => {
    const { loadPyodide } = await import("../vendor/pyodide/pyodide.mjs");
    const pyodide = globalThis.pyodide = await loadPyodide({ packages: ["numpy"] });
    if (!pyodide.loadedPackages.numpy) throw new Error("NumPy is not in vendor/pyodide");
    return pyodide;
  };

  const boot = async () => {
    if (location.protocol === "file:") throw new Error("browsers do not run Python in a page that is opened from a folder");
    if (typeof WebAssembly !== "object") {
      todo = "Use a current browser, or allow WebAssembly for this page where it is blocked.";
      throw new Error("this browser has no WebAssembly, which Python needs");
    }
    await fetched("./vendor/pyodide/pyodide-lock.json");
    const made = await (await fetched("./vendor/wheels/index.json")).json();
    const done = counted(made.bytes);
    const files = MODULES.map(async (name) => [name, await (await fetched(`./page/${name}.py`)).text()]);
    const wheel = fetched(`./vendor/wheels/${made.pyio}`).then((response) => response.arrayBuffer());
    const [pyodide, archive, ...sources] = await Promise.all([python(), wheel, ...files]);
    done();
    progress.value = progress.max;
    words.textContent = "Python is here. Starting the page …";
    pyodide.unpackArchive(archive, "wheel");
    pyodide.FS.mkdirTree("web/page");
    for (const [name, text] of sources) pyodide.FS.writeFile(`web/page/${name}.py`, text);
    const page = pyodide.pyimport("web.page.start");
    await page.start();
    page.destroy();
    const pyio = pyodide.pyimport("pyio");
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    words.textContent =
      `Ready in ${seconds} s: Pyodide ${pyodide.version} and pyio ${pyio.__version__} run here. ` +
      "Nothing you draw or save leaves this page.";
    pyio.destroy();
    document.getElementById("boot").dataset.state = "ready";
    keepForOffline();
  };

  try {
    await boot();
  } catch (error) {
    const box = document.getElementById("boot-failure");
    const text = String(error.message ?? error).trim();
    const last = text.split("\n").at(-1).replace(/\.$/, "");
    box.querySelector(".why").textContent = `${last[0].toUpperCase()}${last.slice(1)}. ${todo}`;
    if (last !== text) {
      box.querySelector("pre").textContent = text;
      box.querySelector("details").hidden = false;
    }
    document.getElementById("boot").dataset.state = "failed";
    document.body.dataset.state = "failed";
    box.hidden = false;
  }
})();
