"""The text of the script by which a page serves Python in a worker."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from importlib.resources import files

FILES = (
    "page/local_storage.js",
    "page/downloads.js",
    "page/persistence.js",
    "page/picker.js",
)
"""The functions that a worker can call: each file evaluates to an object of functions."""


@cache
def mark() -> str:
    """Return a digest that identifies this version of the functions."""
    return sha256(_text().encode()).hexdigest()[:16]


def script(channel: str | None = None) -> str:
    """Return a classic script for the page: for one `channel`, or for all Pythons that ask."""
    return f"{_text()}, {json.dumps(mark())}, {json.dumps(channel)});\n"


@cache
def _text() -> str:
    functions = "".join(f"...(\n{_file(name)}),\n" for name in FILES)
    return f"({_file('bridge/page.js')})({{{functions}}}"


def _file(name: str) -> str:
    return files("pyio.browser").joinpath(name).read_text("utf-8")
