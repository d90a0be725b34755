"""Compile the Python files of a Pyodide for the tests, whose tabs then start sooner.

A Pyodide compiles the modules of its standard library and of NumPy each time it starts. In
Chromium that is two thirds of a start with NumPy. The copies in ``web/vendor/compiled/`` have the
same modules as ``.pyc`` files. Only a Pyodide of the same version can make them, so it runs in
Node. Users' pages do not have these copies, so tests of whole pages and of notebooks start Pyodide
as it is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "compiled"
"""Below the vendor folder; has a folder with `FILES` for each Pyodide."""

FILES = "files.json"
"""Names the two archives, ``{"stdlib": ..., "numpy": ...}``, or why they are missing."""

# Hashes that are never checked take the place of dates: the archives have no `.py` files.
COMPILE = """
import importlib.util
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc

for source, target in jobs:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.infolist():
            name, content = member.filename, old.read(member)
            if name.endswith(".py"):
                code = compile(content, name, "exec", dont_inherit=True)
                content = _code_to_hash_pyc(code, importlib.util.source_hash(content), False)
                name += "c"
            new.writestr(name, content)
"""

DRIVER = """
import { pathToFileURL } from "node:url";
const [folder, jobs, code] = process.argv.slice(1);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const pyodide = await loadPyodide({ indexURL: `${folder}/` });
pyodide.FS.mkdirTree("/disk");
pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: "/" }, "/disk");
pyodide.globals.set("jobs", pyodide.toPy(JSON.parse(jobs)));
pyodide.runPython(code);
"""


def ensure_compiled(vendor: Path, name: str) -> None:
    """Compile the Python files of the Pyodide in the folder `name`, if that is not done yet.

    Without a Node that can run this Pyodide, tabs start from the files as they are.
    """
    folder, target = vendor / name, vendor / FOLDER / name
    stdlib, (numpy,) = folder / "python_stdlib.zip", folder.glob("numpy-*.whl")
    done, node = target / FILES, shutil.which("node")
    newest = max(file.stat().st_mtime for file in (stdlib, numpy))
    if done.is_file() and done.stat().st_mtime > newest:
        return
    target.mkdir(parents=True, exist_ok=True)
    if node is None:
        done.write_text(json.dumps({"missing": "Node is not installed"}))
        return
    jobs = [[f"/disk{file}", f"/disk{target / file.name}"] for file in (stdlib, numpy)]
    command = [node, "--input-type=module", "-e", DRIVER, "--", str(folder), json.dumps(jobs)]
    ended = subprocess.run([*command, COMPILE], capture_output=True, text=True, check=False)
    if ended.returncode:
        done.write_text(json.dumps({"missing": f"Node failed: {ended.stderr}"}))
        return
    # Written last: after an interruption they are compiled again.
    done.write_text(json.dumps({"stdlib": stdlib.name, "numpy": numpy.name}))
