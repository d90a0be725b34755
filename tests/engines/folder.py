"""Downloads of browsers that send no event for them: the download folder is watched."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_UNFINISHED = (".part", ".wkdownload")


def downloads(folder: Path, count: int, action: Callable[[], Any]) -> dict[str, bytes]:
    """Wait for `count` files in `folder`, empty it, and return name -> content."""
    action()
    deadline = time.monotonic() + 60
    before: dict[str, int] = {}
    while (there := _sizes(folder)) != before or not _complete(there, count):
        assert time.monotonic() < deadline, f"wanted {count} downloads, got {there}"
        before = there
        time.sleep(0.1)  # until two listings agree: a browser renames files
    # Sorted by time of arrival, which is the order in which they were offered.
    files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
    found = {file.name: file.read_bytes() for file in files}
    for file in files:
        file.unlink()
    return found


def _sizes(folder: Path) -> dict[str, int]:
    sizes = {}
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # renamed since it was listed
            sizes[file.name] = file.stat().st_size
    return sizes


def _complete(sizes: dict[str, int], count: int) -> bool:
    # Firefox creates an empty file with the final name, writes a second one and renames that.
    unfinished = any(name.endswith(_UNFINISHED) for name in sizes)
    return not unfinished and len([size for size in sizes.values() if size]) >= count
