"""The one way to open a file: regular, of bounded size, and inside its own directory.

Directories come from anywhere. A pipe under the name of a file would block for ever. A
sparse file takes no disk and all memory. A link can lead to any file of this user. A test walks
the code of pyio and finds every file that is opened elsewhere.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from pyio.errors import InvalidModelError, WeightsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_WARY = 0
if sys.platform not in ("win32", "emscripten"):  # both know no pipes by path
    # A pipe that took the file's place after it was looked at then opens at once, and is refused.
    _WARY = os.O_NONBLOCK

_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def require_inside(file: Path, directory: Path) -> Path:
    """Return where `file` is, its links followed. Raises WeightsError outside of `directory`."""
    if file.parent == directory and not file.is_symlink():
        return file  # nearly always, and one look instead of one for each folder above it
    where = _resolved(file)
    if not where.is_relative_to(_resolved(directory)):
        raise WeightsError(
            f"{file.name!r} is a link to {str(where)!r}, which is outside of the model's "
            "directory; only files inside are read. Put a copy in the place of the link"
        )
    return where


def size_of(file: Path, directory: Path) -> int:
    """Return the bytes of a regular file.

    Raises FileNotFoundError without one, and WeightsError where it is a directory, a pipe or a
    device, or a link that leaves `directory`.
    """
    about = require_inside(file, directory).stat()
    _require_regular(about, file)
    return about.st_size


@contextmanager
def opened(file: Path, directory: Path) -> Iterator[BufferedReader]:
    """Open a regular file inside `directory` for reading; raises as `size_of` does."""
    where = require_inside(file, directory)
    _require_regular(where.stat(), file)  # before it is opened: a device may act on that
    number = os.open(where, _READING | _WARY)
    with os.fdopen(number, "rb") as content:
        _require_regular(os.fstat(number), file)
        yield content


def read_file(file: Path, directory: Path, most: int, limit: str = "") -> bytes:
    """Return a regular file whole. Raises InvalidModelError if it has more than `most` bytes."""
    with opened(file, directory) as content:
        size = os.fstat(content.fileno()).st_size
        found = b"" if size > most else content.read(size + 1)
        if len(found) > most or size > most:  # it may grow while it is read
            raise InvalidModelError(
                f"{file.name} has {max(size, len(found)):,} bytes; at most {most:,} are read"
                + (f" ({limit})" if limit else "")
            )
        return found


def created(file: Path) -> IO[Any]:
    """Create a file and open it for writing. Raises FileExistsError if there is one, or a link."""
    return file.open("xb")


def opened_directory(directory: Path) -> int:
    """Return the descriptor of a directory, to lock or to flush it. Raises OSError."""
    return os.open(directory, os.O_RDONLY | _WARY)


def _require_regular(about: os.stat_result, file: Path) -> None:
    if not stat.S_ISREG(about.st_mode):
        kind = _KINDS.get(stat.S_IFMT(about.st_mode), "something else")
        raise WeightsError(f"{file.name!r} is {kind}, not a file")


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError as error:  # links in a circle, up to Python 3.12
        raise OSError(str(error)) from error
