"""Whole files, by the best of the three ways to the bytes that this Python has.

1. Python in a worker opens them itself (`handles`).
2. Python on a page has a worker open them (`helper`).
3. Where there are no synchronous handles, or a page may have no worker, promises do (`slices`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.browser.environment import in_worker
from pyio.browser.ffi import JsException, storage_error
from pyio.browser.opfs import handles, helper, slices
from pyio.browser.opfs.directories import ROOT
from pyio.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyio.browser.opfs.directories import Path
    from pyio.browser.opfs.pieces import NewFile, Targets

_found: list[Any] = []
"""The way that was found, once it was looked for."""


async def way() -> Any:
    """Return the module whose functions serve here; it is tried once, in `ROOT`."""
    if not _found:
        first = handles if in_worker() else helper
        _found.append(first if await first.works((ROOT,)) else slices)
    return _found[0]


async def write(path: Path, new: Sequence[NewFile], what: str) -> None:
    """Write new files, each of which is on disk before the next begins, and their directories.

    All may be there from the beginning, empty. They are on disk when this returns, but with
    `slices` as soon as the browser writes them. Raises StorageError, and then some of the bytes may
    be there.

    Args:
        path: The directory.
        new: The files.
        what: What is being done, for errors.
    """
    try:
        await (await way()).write(path, new)
    except (JsException, StorageError) as error:
        raise _told(error, what) from error


async def read_into(
    path: Path,
    name: str,
    target: memoryview,
    what: str,
    *,
    start: int = 0,
    moved: Callable[[int], None] | None = None,
) -> None:
    """Fill `target` with the bytes of a file from `start` on. Raises StorageError."""
    if not target.nbytes:
        return
    try:
        await (await way()).read_into(path, name, start, target, moved or _unheard)
    except (JsException, StorageError) as error:
        raise _told(error, what) from error


async def read_whole(
    path: Path,
    name: str,
    targets: Targets,
    what: str,
    *,
    expected: int,
    moved: Callable[[int], None] | None = None,
) -> Sequence[memoryview]:
    """Read a whole file; a file that is opened tells its size, so that it need not be asked before.

    Args:
        path: The directory.
        name: The file.
        targets: Returns memory for the bytes that there are, in one buffer or several.
        what: What is being done, for errors.
        expected: How many bytes there should be.
        moved: Called with the bytes of each part.

    Returns what `targets` returned. Raises StorageError, whose reason is "NotFoundError" without
    such a file.
    """
    try:
        read = (await way()).read_whole
        found: Sequence[memoryview] = await read(path, name, targets, expected, moved or _unheard)
    except (JsException, StorageError) as error:
        raise _told(error, what) from error
    return found


def _told(error: Any, what: str) -> StorageError:
    if isinstance(error, StorageError):
        return StorageError(f"{what} failed: {error}", error.reason)
    return storage_error(error, what)


def _unheard(_count: int) -> None:
    pass
