"""Runs inside Pyodide: calls functions that arrive as source text, and installs NumPy for them."""

import __future__

import importlib
import json
import linecache
import sys
import types
from importlib.machinery import ModuleSpec, PathFinder
from itertools import count
from typing import Any

import js

_numbers = count(1)


class NumPyFinder:
    """Unpacks NumPy when it is imported by a function whose source does not name it."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return where NumPy is, once it is unpacked; None for other modules."""
        if name != "numpy":
            return None
        import io
        import site
        import zipfile

        (folder,) = site.getsitepackages()
        zipfile.ZipFile(io.BytesIO(js.numpyWheel.to_bytes())).extractall(folder)
        importlib.invalidate_caches()
        return PathFinder.find_spec(name, path, target)


sys.meta_path.append(NumPyFinder())  # asked after the other finders


async def call(source: str, name: str, arguments: str) -> str:
    """Return the JSON text of what the function `name` in `source` returns."""
    if "numpy" in source and "numpy" not in sys.modules:
        await js.installNumPy()
    file = f"<test {next(_numbers)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    module = types.ModuleType("inside")
    module.__file__ = file
    sys.modules["inside"] = module
    # Annotations use imports of the test's module, which are absent here; only 3.14 is lazy.
    exec(compile(source, file, "exec", __future__.annotations.compiler_flag), module.__dict__)
    result = getattr(module, name)(*json.loads(arguments))
    if hasattr(result, "__await__"):
        result = await result
    return json.dumps(result)
