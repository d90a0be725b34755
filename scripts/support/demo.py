"""What the demo page needs: the wheel next to the runtime, and a server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scripts.support import runtime
from scripts.support.environment import ROOT
from scripts.support.server import Site
from scripts.support.site import MANUAL
from scripts.support.wheel import build_wheel

if TYPE_CHECKING:
    from pathlib import Path


def add_wheel(folder: Path) -> None:
    """Build the wheel into `folder`, with the ``index.json`` in which the page finds its name."""
    wheel = build_wheel(folder)
    (folder / "index.json").write_text(json.dumps({"pyio": wheel.name}), encoding="utf-8")


def open_site(port: int) -> Site:
    """Return the site on `port`, or on a free port if that one is in use."""
    directories = {"/": ROOT / "web", "/vendor/": runtime.VENDOR, "/manual/": MANUAL}
    try:
        return Site(directories, port=port)
    except (OSError, OverflowError) as error:
        print(f"Port {port} is in use ({error}); using a free one.")
        return Site(directories)
