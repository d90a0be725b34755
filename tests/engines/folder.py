"""Downloads of browsers that tell nobody about them: the folder they land in is watched."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_UNFINISHED = (".part", ".wkdownload")


def downloads(folder: Path, count: int, action: Callable[[], Any]) -> dict[str, bytes]:
    """Return name -> content of the `count` files that come to `folder`, and empty it again."""
    action()
    deadline = time.monotonic() + 60
    while not _complete(folder, count):
        there = [file.name for file in folder.iterdir()]
        assert time.monotonic() < deadline, f"wanted {count} downloads, got {there}"
        time.sleep(0.02)
    # In the order of their arrival, which is the order in which they were offered.
    files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
    found = {file.name: file.read_bytes() for file in files}
    for file in files:
        file.unlink()
    return found


def _complete(folder: Path, count: int) -> bool:
    files = list(folder.iterdir())
    # Firefox makes an empty file of the final name, fills a second one and renames that.
    unfinished = [file for file in files if file.name.endswith(_UNFINISHED)]
    return not unfinished and len([file for file in files if file.stat().st_size]) >= count
