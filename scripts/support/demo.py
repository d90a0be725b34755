"""What the site has beside its pages: the wheel, an index of packages, the bridge; and a server."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from scripts.support import runtime
from scripts.support.compact import compact, stored
from scripts.support.compression import install_brotli
from scripts.support.environment import ROOT
from scripts.support.hosts import write_index
from scripts.support.server import Site
from scripts.support.site import MANUAL
from scripts.support.wheel import build_wheel

if TYPE_CHECKING:
    from pathlib import Path


PACKAGES = ROOT / "build/packages"
"""What `add_packages` writes for the server of the demo page."""

LARGE = 400_000
"""Bytes from which the page shows how much of a file has arrived."""


def add_wheel(folder: Path) -> Path:
    """Build the wheel into `folder`, with an ``index.json`` for the page."""
    wheel = build_wheel(folder)
    _describe(wheel, runtime.VENDOR / "pyodide")
    return wheel


def _describe(wheel: Path, pyodide: Path) -> None:
    """Write the name of the wheel, and the sizes of the large files that the page fetches."""
    fetched = [*sorted(pyodide.glob("*.wasm")), pyodide / "python_stdlib.zip"]
    fetched += [*sorted(pyodide.glob("numpy-*.whl")), wheel]
    sizes = {path.name: path.stat().st_size for path in fetched if path.is_file()}
    large = {name: size for name, size in sizes.items() if size >= LARGE}
    index = json.dumps({"pyio": wheel.name, "bytes": large})
    (wheel.parent / "index.json").write_text(index, encoding="utf-8")


def add_packages(site: Path, wheel: Path) -> None:
    """Add what other pages load from the site: the wheel in an index of its own, and the bridge.

    The wheel of a version keeps its address, ``simple/pyio-web/`` and its name. micropip and pip
    find the newest one by the index ``simple/`` (PEP 503).
    """
    import pyio.bridge  # late: --help works without the package

    index = site / "simple/pyio-web"
    shutil.rmtree(index, ignore_errors=True)
    write_index(index, wheel)
    (site / "bridge").mkdir(exist_ok=True)
    (site / "bridge/pyio-bridge.js").write_text(pyio.bridge.script(), "utf-8")


def prepare() -> None:
    """Build the wheel, and make everything that the page fetches small on the wire."""
    print("Building the wheel ...", flush=True)
    wheel = add_wheel(runtime.VENDOR / "wheels")
    add_packages(PACKAGES, wheel)
    install_brotli()
    wheel.write_bytes(stored(wheel))  # the one of the page alone
    _describe(wheel, compact(runtime.VENDOR / "pyodide"))


def open_site(port: int) -> Site:
    """Return the site on `port`, or on a free port if that one is in use. Call `prepare` first."""
    directories = {
        "/": ROOT / "web",
        "/vendor/": runtime.VENDOR,
        "/vendor/pyodide/": compact(runtime.VENDOR / "pyodide"),
        "/manual/": MANUAL,
        "/simple/": PACKAGES / "simple",
    }
    try:
        return Site(directories, port=port, compressed=True)
    except (OSError, OverflowError) as error:
        print(f"Port {port} is in use ({error}); using a free one.")
        return Site(directories, compressed=True)
