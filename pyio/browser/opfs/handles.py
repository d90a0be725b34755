"""The first way to the bytes: synchronous access handles, where Python runs in a worker.

One copy, between the disk's cache and WebAssembly memory. A handle admits no second one, and keeps
its file from being removed. So it is closed at once.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from pyio.browser.ffi import JsException, JSObject, js, low_steps, options, view_of
from pyio.browser.opfs import slices
from pyio.browser.opfs.directories import folder
from pyio.browser.opfs.pieces import arrived, require_read, require_written
from pyio.progress import chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyio.browser.opfs.directories import Path
    from pyio.browser.opfs.pieces import NewFile, Targets

PROBE = "probe-"
"""What the name of an empty file begins with by which `works` tries a handle."""


async def works(place: Path) -> bool:
    """Whether this worker gets handles; tried in `place` with a file that is removed again.

    WebKitGTK 2.50 has the method and refuses, and then the file is of no use to this page.
    """
    if not hasattr(js, "FileSystemFileHandle"):
        return False
    if not hasattr(js.FileSystemFileHandle.prototype, "createSyncAccessHandle"):
        return False
    name = PROBE + secrets.token_hex(8)
    place_js = await folder(place, create=True)
    try:
        (await _open(place_js, name, writing=True)).close()
    except JsException:
        return False
    finally:
        with suppress(JsException):
            await place_js.removeEntry(name)
    return True


async def write(path: Path, new: Sequence[NewFile]) -> None:
    """Write new files, and return when they are on disk.

    Raises JsException, or StorageError for a full disk.
    """
    folder_js = await folder(path, create=True)
    # All at once: each question to the browser takes 0.5 to 1 ms.
    opening = asyncio.gather(
        *(_open(folder_js, file.name, writing=True) for file in new), return_exceptions=True
    )
    try:
        opened = await asyncio.shield(opening)
    except asyncio.CancelledError:
        # A file stays locked as long as its handle is open, also if a second cancel ends the wait.
        opening.add_done_callback(lambda done: _close(done.result()))
        await asyncio.wait([opening])
        raise
    try:
        for handle in opened:
            if isinstance(handle, BaseException):
                raise handle
        for file, handle_js in zip(new, opened, strict=True):
            await _write(handle_js, file)
    finally:
        _close(opened)


async def _write(handle_js: JSObject, file: NewFile) -> None:
    start = 0
    for coming in file.content.pieces:
        piece = await arrived(coming)
        for part, low in low_steps(piece):
            if low is not part:
                low[:] = part
            with view_of(low) as view_js:
                count = handle_js.write(view_js, options(at=start))
            require_written(count, part.nbytes)
            start += part.nbytes
        file.moved(piece.nbytes)
    handle_js.flush()


def _close(opened: Sequence[JSObject | BaseException]) -> None:
    for handle in opened:
        if not isinstance(handle, BaseException):
            handle.close()


async def read_into(
    path: Path, name: str, start: int, target: memoryview, moved: Callable[[int], None]
) -> None:
    """Fill `target` with the bytes of a file from `start` on. Raises as `write` does."""
    handle_js = await _open_to_read(path, name)
    if handle_js is None:
        await slices.read_into(path, name, start, target, moved)
        return
    try:
        _fill(handle_js, start, target, moved)
    finally:
        handle_js.close()


async def read_whole(
    path: Path,
    name: str,
    targets: Targets,
    expected: int,
    moved: Callable[[int], None],
) -> Sequence[memoryview]:
    """Read a whole file into `targets` of its size. Raises as `write` does."""
    handle_js = await _open_to_read(path, name)
    if handle_js is None:
        return await slices.read_whole(path, name, targets, expected, moved)
    try:
        found, start = targets(int(handle_js.getSize())), 0
        for target in found:
            _fill(handle_js, start, target, moved)
            start += target.nbytes
    finally:
        handle_js.close()
    return found


def _fill(
    handle_js: JSObject, start: int, target: memoryview, moved: Callable[[int], None]
) -> None:
    for piece in chunks(target):
        for part, low in low_steps(piece):
            with view_of(low) as view_js:
                count = handle_js.read(view_js, options(at=start))
            require_read(count, part.nbytes)
            if low is not part:
                part[:] = low
            start += part.nbytes
        moved(piece.nbytes)


async def _open_to_read(path: Path, name: str) -> JSObject | None:
    """Return a handle, or None if another tab reads the file too and this one has to do without."""
    try:
        return await _open(await folder(path), name, writing=False)
    except JsException as error:
        if error.name != "NoModificationAllowedError":
            raise
        return None


async def _open(folder_js: JSObject, name: str, *, writing: bool) -> JSObject:
    file_js = await folder_js.getFileHandle(name, options(create=writing))
    if writing:
        return await file_js.createSyncAccessHandle()
    # Several tabs may read at once. Firefox 153 ignores the mode.
    return await file_js.createSyncAccessHandle(options(mode="read-only"))
