"""The directories and small files of the origin private file system.

A path is a sequence of names from the root, or from a directory whose handle comes first. What is
absent is None. A file may be removed by another tab at any moment; then reading it is a
StorageError, and never other bytes, because pyio opens no file for writing that exists.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pyio.browser import locks
from pyio.browser.ffi import (
    JsException,
    JSObject,
    array_of,
    copy_bytes,
    js,
    options,
    storage_error,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence

    Path: TypeAlias = Sequence[Any]

_T = TypeVar("_T")

ROOT = "pyio-models"
"""The directory in the origin's root that has everything of pyio's."""

_ABSENT = ("NotFoundError", "TypeMismatchError")
"""A file where a directory is looked for counts as no directory."""

_BUSY = "NoModificationAllowedError"
_ATTEMPTS, _PAUSE = 10, 0.05


@dataclass(frozen=True, slots=True)
class Entries:
    """What is in a directory.

    Attributes:
        folders: The handle of each directory by its name.
        files: The names of files.
        here: The handle of the directory itself, which is a path to it without a look-up.
    """

    folders: Mapping[str, Any]
    files: Sequence[str]
    here: Any


_root: list[JSObject] = []
"""The handle of `ROOT`, once it is known: a look-up of it takes two questions to the browser."""


async def folder(path: Path, *, create: bool = False) -> JSObject:
    """Return the handle of a directory. Raises JsException."""
    if path and not isinstance(path[0], str):
        return await _below(path[0], path[1:], create=create)
    if _root and len(path) > 1:
        try:
            return await _below(_root[0], path[1:], create=create)
        except JsException:  # absent, or the site's data were cleared, and with them the root
            _root.clear()
    top_js = await js.navigator.storage.getDirectory()
    if not path:
        return top_js
    root_js = await _below(top_js, path[:1], create=create)
    _root[:] = [root_js]
    return await _below(root_js, path[1:], create=create)


async def _below(folder_js: JSObject, names: Sequence[str], *, create: bool) -> JSObject:
    for name in names:
        folder_js = await folder_js.getDirectoryHandle(name, options(create=create))
    return folder_js


async def entries(path: Path, what: str) -> Entries | None:
    """Return what is in a directory, or None if it is absent."""

    async def found() -> Entries:
        return await _entries(await folder(path))

    return await _unless_absent(found(), what)


async def _entries(here_js: JSObject) -> Entries:
    folders, files = dict[str, Any](), list[str]()
    # Not `async for`: Pyodide 314 fails later if a task is cancelled in one.
    entries_js = here_js.values()
    while not (step_js := await entries_js.next()).done:
        entry_js = step_js.value
        name = str(entry_js.name)
        if entry_js.kind == "directory":
            folders[name] = entry_js
        else:
            files.append(name)
    return Entries(folders, files, here_js)


async def read(path: Path, name: str, what: str) -> memoryview | None:
    """Return the bytes of a small file, or None if it is absent."""

    async def found() -> memoryview:
        file_js = await (await (await folder(path)).getFileHandle(name)).getFile()
        return copy_bytes(await file_js.arrayBuffer())

    return await _unless_absent(found(), what)


async def size(path: Path, name: str, what: str) -> int | None:
    """Return the bytes of a file, or None if it is absent."""

    async def found() -> int:
        return int((await (await (await folder(path)).getFileHandle(name)).getFile()).size)

    return await _unless_absent(found(), what)


async def make(path: Path, what: str) -> JSObject:
    """Make a directory and those that it is in, and return its handle; it may be there already."""
    try:
        return await folder(path, create=True)
    except JsException as error:
        raise storage_error(error, what) from error


async def make_in(path: Path, name: str, what: str) -> tuple[JSObject, Entries]:
    """Make a directory, and return its handle and what is in the one that it is in.

    Both at once: each question to the browser takes 0.5 to 1 ms. The new directory may be among the
    entries.
    """

    async def made(here_js: JSObject) -> JSObject:
        return await here_js.getDirectoryHandle(name, options(create=True))

    try:
        here_js = await folder(path, create=True)
        making = asyncio.ensure_future(made(here_js))
        try:
            found = await _entries(here_js)
        finally:
            made_js = await making
    except JsException as error:
        raise storage_error(error, what) from error
    return made_js, found


async def remove(path: Path, name: str, what: str, *, only_empty: bool = False) -> bool:
    """Remove a file or a directory; return whether it was there.

    Args:
        path: The directory that it is in.
        name: Its name.
        what: What is being done, for errors.
        only_empty: Leave a directory that has something in it.

    Raises StorageError if it stays, because it is open elsewhere.
    """
    if only_empty:  # engines have different errors for one that is not
        found = await entries([*path, name], what)
        if found is None or found.folders or found.files:
            return found is not None
    for attempt in range(_ATTEMPTS):
        try:
            await (await folder(path)).removeEntry(name, options(recursive=not only_empty))
        except JsException as error:
            if error.name in _ABSENT:
                return False
            if error.name != _BUSY or attempt == _ATTEMPTS - 1:
                raise storage_error(error, what) from error
        else:
            return True
        await asyncio.sleep(_PAUSE)
    return True


def remove_later(path: Path, names: Sequence[str], lock: str) -> bool:
    """Begin to remove directories, and keep `lock` until it is done.

    `path` is the handle of the directory that they are in. Those that are open elsewhere stay.
    Returns false, and begins nothing, if this Python does not hold the lock.
    """

    def begin() -> JSObject:
        (here_js,) = path
        how_js = options(recursive=True)
        removals = [here_js.removeEntry(name, how_js) for name in names]
        return js.Promise.allSettled(array_of(removals))

    return locks.keep_until(lock, begin)


async def _unless_absent(found: Awaitable[_T], what: str) -> _T | None:
    try:
        return await found
    except JsException as error:
        if error.name in _ABSENT:
            return None
        raise storage_error(error, what) from error
