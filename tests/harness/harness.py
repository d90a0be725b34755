"""Runs inside Pyodide: calls functions that arrive as source text."""

import __future__

import json
import linecache
import sys
import types
from itertools import count

_numbers = count(1)


async def call(source: str, name: str, arguments: str) -> str:
    """Return the JSON text of what the function `name` in `source` returns."""
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
