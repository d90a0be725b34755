"""What the demo page needs: the wheel beside the runtime, and a server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scripts.support import runtime
from scripts.support.environment import ROOT
from scripts.support.server import Site
from scripts.support.wheel import build_wheel

if TYPE_CHECKING:
    from pathlib import Path


def add_wheel(folder: Path) -> None:
    """Build the wheel into `folder`, with the ``index.json`` in which the page finds its name."""
    wheel = build_wheel(folder)
    (folder / "index.json").write_text(json.dumps({"pyio": wheel.name}), encoding="utf-8")


def serve(port: int) -> Site:
    """Serve the page on `port`, or on a free one if that is taken."""
    directories = {"/": ROOT / "web", "/vendor/": runtime.VENDOR}
    try:
        return Site(directories, port=port)
    except (OSError, OverflowError) as error:
        print(f"Port {port} cannot be used ({error}); taking a free one.")
        return Site(directories)
