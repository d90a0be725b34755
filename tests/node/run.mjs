// Runs a Python module with Pyodide in Node and prints what its main() returns as JSON:
// node run.mjs PYODIDE_FOLDER WHEEL DISK_FOLDER SCRIPT [ARGUMENT]
// DISK_FOLDER is a folder of the real disk, which Python sees as /disk.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [folder, wheel, disk, script, argument] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
try {
  const pyodide = await loadPyodide({ indexURL: `${folder}/` });
  pyodide.unpackArchive((await readFile(wheel)).buffer, "wheel");
  pyodide.mountNodeFS("/disk", disk);
  await pyodide.runPythonAsync(await readFile(script, "utf8"));
  console.log(await pyodide.globals.get("main")(argument ?? ""));
} catch (error) {
  console.log(String(error)); // Node itself would print all of Pyodide's code with it
  process.exitCode = 1;
}
