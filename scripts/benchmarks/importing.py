"""The time of ``import pyio`` in a fresh Pyodide, and of what a page does next.

Each turn is a new process of Node with its own Pyodide, as a page that was just opened: no module
of pyio is imported or compiled. Prints medians; ``--against OTHER.whl`` measures another wheel by
turns, such as that of the last release.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from scripts.support import runtime
from scripts.support.wheel import build_wheel

STEPS = """
from time import perf_counter
times = [perf_counter()]
import pyio
times.append(perf_counter())
specs = [pyio.WeightSpec("w", (1,), "float32")]
model = pyio.ModelArtifacts(model_topology={"t": 1}, weight_specs=specs, weight_data=bytes(4))
await pyio.save_artifacts(model, "memory://m")
times.append(perf_counter())
await pyio.list_models()
times.append(perf_counter())
import json
json.dumps([1000 * (after - before) for before, after in zip(times, times[1:])])
"""
NAMES = ("import pyio", "first save", "first list")

DRIVER = """
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
const [folder, wheel, code] = process.argv.slice(1);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const pyodide = await loadPyodide({ indexURL: `${folder}/` });
pyodide.unpackArchive((await readFile(wheel)).buffer, "wheel");
console.log(await pyodide.runPythonAsync(code));
"""


def measure(wheel: Path) -> list[float]:
    """Return the milliseconds of each step, in a new Pyodide."""
    command = ["node", "--input-type=module", "-e", DRIVER, "--"]
    arguments = [str(runtime.VENDOR / "pyodide"), str(wheel), STEPS]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(turns: int, against: Path | None = None) -> None:
    """Measure this source tree, and by turns with it the wheel `against`; print medians."""
    runtime.ensure(runtime.VENDOR)
    with tempfile.TemporaryDirectory() as folder:
        wheels = [build_wheel(Path(folder)), *([against] if against else [])]
        times: list[list[list[float]]] = [[] for _ in wheels]
        for _ in range(turns):
            for number, wheel in enumerate(wheels):
                times[number].append(measure(wheel))
        for wheel, found in zip(wheels, times, strict=True):
            steps = zip(NAMES, map(median, zip(*found, strict=True)), strict=True)
            whole = median(map(sum, found))
            words = "  ".join(f"{name} {time:.0f} ms" for name, time in steps)
            print(f"{wheel.name}: {words}  in all {whole:.0f} ms")
