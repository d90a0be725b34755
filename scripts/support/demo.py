"""What the demo page needs: the wheel next to the runtime, and a server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scripts.support import runtime
from scripts.support.compact import compact, stored
from scripts.support.compression import install_brotli
from scripts.support.environment import ROOT
from scripts.support.server import Site
from scripts.support.site import MANUAL
from scripts.support.wheel import build_wheel

if TYPE_CHECKING:
    from pathlib import Path


LARGE = 400_000
"""Bytes from which the page shows how much of a file has arrived."""


def add_wheel(
    folder: Path, pyodide: Path = runtime.VENDOR / "pyodide", *, small: bool = False
) -> None:
    """Build the wheel into `folder`, with an ``index.json`` for the page.

    The page finds the wheel's name in it, and the sizes of the large files that it fetches: those
    in `pyodide` and the wheel. A `small` wheel is one for a server that compresses.
    """
    wheel = build_wheel(folder)
    if small:
        wheel.write_bytes(stored(wheel))
    fetched = [*sorted(pyodide.glob("*.wasm")), pyodide / "python_stdlib.zip"]
    fetched += [*sorted(pyodide.glob("numpy-*.whl")), wheel]
    sizes = {path.name: path.stat().st_size for path in fetched if path.is_file()}
    index = {
        "pyio": wheel.name,
        "bytes": {name: size for name, size in sizes.items() if size >= LARGE},
    }
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")


def prepare() -> None:
    """Build the wheel, and make everything that is fetched as small as our server can send it."""
    print("Building the wheel ...", flush=True)
    install_brotli()
    wheels = runtime.VENDOR / "wheels"
    add_wheel(wheels, compact(runtime.VENDOR / "pyodide"), small=True)


def open_site(port: int) -> Site:
    """Return the site on `port`, or on a free port if that one is in use. Call `prepare` first."""
    directories = {
        "/": ROOT / "web",
        "/vendor/": runtime.VENDOR,
        "/vendor/pyodide/": compact(runtime.VENDOR / "pyodide"),
        "/manual/": MANUAL,
    }
    try:
        return Site(directories, port=port, compressed=True)
    except (OSError, OverflowError) as error:
        print(f"Port {port} is in use ({error}); using a free one.")
        return Site(directories, compressed=True)
