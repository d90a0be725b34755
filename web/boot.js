// Starts Python in the page: Pyodide, NumPy, the pyio wheel and the page's own Python files.
// A classic script: a module would not run, and so could not explain the problem, in a page that is
// opened from a folder.
"use strict";
(async () => {
  const MODULES = [
    "demo", "dialogs", "digits", "drawing", "model", "page", "prediction", "saving", "stored",
    "words",
  ];
  const RERUN = "Run “python3 scripts/demo.py” in the repository. It fetches what is missing, " +
    "serves this page and prints its address.";
  const words = document.getElementById("boot-words");
  const progress = document.getElementById("boot-progress");
  const started = performance.now();
  let todo = RERUN;

  const step = (number, what) => {
    progress.value = number - 1;
    words.textContent = `Step ${number} of ${progress.max}: ${what} …`;
  };

  const fetched = async (path) => {
    const response = await fetch(path, { cache: "no-cache" });
    if (!response.ok) throw new Error(`${path} is not there (${response.status})`);
    return response;
  };

  const boot = async () => {
    if (location.protocol === "file:") throw new Error("browsers do not run Python in a page that is opened from a folder");
    if (typeof WebAssembly !== "object") {
      todo = "Use a current browser, or allow WebAssembly for this page where it is blocked.";
      throw new Error("this browser has no WebAssembly, which Python needs");
    }
    step(1, "Python (Pyodide, 13 MB the first time)");
    await fetched("./vendor/pyodide/pyodide-lock.json");
    const { loadPyodide } = await import("./vendor/pyodide/pyodide.mjs");
    const pyodide = globalThis.pyodide = await loadPyodide();
    step(2, "NumPy (3 MB)");
    const quiet = { messageCallback: () => {} };
    const loaded = await pyodide.loadPackage(["numpy", "micropip"], quiet);
    if (loaded.length < 2) throw new Error("NumPy or micropip is not in vendor/pyodide");
    step(3, "pyio");
    const wheels = await (await fetched("./vendor/wheels/index.json")).json();
    const micropip = pyodide.pyimport("micropip");
    await micropip.install(new URL(`./vendor/wheels/${wheels.pyio}`, location.href).href);
    micropip.destroy();
    step(4, "the program of this page");
    pyodide.FS.mkdirTree("web");
    await Promise.all(MODULES.map(async (name) => {
      pyodide.FS.writeFile(`web/${name}.py`, await (await fetched(`./${name}.py`)).text());
    }));
    const demo = pyodide.pyimport("web.demo");
    step(5, "the trained model");
    await demo.start();
    demo.destroy();
    const pyio = pyodide.pyimport("pyio");
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    words.textContent =
      `Ready in ${seconds} s: Pyodide ${pyodide.version} and pyio ${pyio.__version__} run here. ` +
      "Nothing you draw or save leaves this page.";
    pyio.destroy();
    progress.value = progress.max;
    document.getElementById("boot").dataset.state = "ready";
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
