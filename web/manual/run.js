// The example of the first page runs in the page itself. The button loads Python when it is pressed, so
// that readers load nothing that they do not ask for.
(() => {
  const place = document.getElementById("run-here");
  const code = place?.previousElementSibling?.querySelector("code");
  if (!code) return;
  const button = document.createElement("button");
  button.className = "md-button";
  button.textContent = "Run it here";
  const output = document.createElement("pre");
  output.setAttribute("role", "status");
  output.hidden = true;
  place.append(button, output);

  let python;
  const say = (line) => output.append(`${line}\n`);
  const start = async () => {
    const { loadPyodide } = await import("../vendor/pyodide/pyodide.mjs");
    const pyodide = await loadPyodide({ stdout: say, stderr: say });
    await pyodide.loadPackage(["numpy", "micropip"], { messageCallback: () => {} });
    const wheels = "../vendor/wheels/";
    const { pyio } = await (await fetch(`${wheels}index.json`, { cache: "no-cache" })).json();
    await pyodide.pyimport("micropip").install(new URL(wheels + pyio, location.href).href);
    return pyodide;
  };

  button.onclick = async () => {
    button.disabled = true;
    output.hidden = false;
    output.textContent = "";
    if (!python) say("Loading Python, 17 MB the first time …");
    try {
      python ??= await start();
      output.textContent = "";
      await python.runPythonAsync(code.textContent);
    } catch (error) {
      say(error.message);
    }
    button.disabled = false;
  };
})();
