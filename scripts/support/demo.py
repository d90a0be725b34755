"""What the site has beside its pages: the wheel, an index of packages, the bridge; and a server."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from scripts.support import runtime
from scripts.support.environment import ROOT
from scripts.support.hosts import write_index
from scripts.support.server import Site
from scripts.support.site import MANUAL
from scripts.support.wheel import build_wheel

if TYPE_CHECKING:
    from pathlib import Path


PACKAGES = ROOT / "build/packages"
"""What `add_packages` writes for the server of the demo page."""


def add_wheel(folder: Path) -> Path:
    """Build the wheel into `folder`, with the ``index.json`` in which the page finds its name."""
    wheel = build_wheel(folder)
    (folder / "index.json").write_text(json.dumps({"pyio": wheel.name}), encoding="utf-8")
    return wheel


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


def open_site(port: int) -> Site:
    """Return the site on `port`, or on a free port if that one is in use."""
    directories = {
        "/": ROOT / "web",
        "/vendor/": runtime.VENDOR,
        "/manual/": MANUAL,
        "/simple/": PACKAGES / "simple",
    }
    try:
        return Site(directories, port=port)
    except (OSError, OverflowError) as error:
        print(f"Port {port} is in use ({error}); using a free one.")
        return Site(directories)
