"""The third way to the bytes: promises alone, where there are no synchronous handles.

Slower, and the browser does not promise that a file is on disk when its stream is closed.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from pyio.browser.ffi import JsException, JSObject, array_buffer, copy_in, js, options
from pyio.browser.opfs.directories import folder
from pyio.browser.opfs.pieces import arrived, require_read
from pyio.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyio.browser.opfs.directories import Path
    from pyio.browser.opfs.pieces import NewFile, Targets

_SLICE, _FLYING = 4 * 1024 * 1024, 4
"""Bytes that are read at once, and how many reads wait for the browser together."""


async def write(path: Path, new: Sequence[NewFile]) -> None:
    """Write new files; each appears whole, when its stream is closed. Raises JsException."""
    folder_js = await folder(path, create=True)
    for file in new:
        await _write(folder_js, file)


async def _write(folder_js: JSObject, file: NewFile) -> None:
    file_js = await folder_js.getFileHandle(file.name, options(create=True))
    if not hasattr(file_js, "createWritable"):  # Safari before 26
        raise StorageError(
            "this browser writes files in workers alone, and this page may have none of its own; "
            "add 'worker-src blob:' to its Content-Security-Policy"
        )
    stream_js = await file_js.createWritable()
    try:
        for coming in file.content.pieces:
            piece = await arrived(coming)
            await stream_js.write(array_buffer([piece]))
            file.moved(piece.nbytes)
        await stream_js.close()
    except BaseException:
        with suppress(JsException):
            await stream_js.abort()
        raise


async def read_into(
    path: Path, name: str, start: int, target: memoryview, moved: Callable[[int], None]
) -> None:
    """Fill `target` with the bytes of a file from `start` on. Raises JsException."""
    file_js = await (await (await folder(path)).getFileHandle(name)).getFile()
    await _fill(file_js, start, target, moved)


async def read_whole(
    path: Path,
    name: str,
    targets: Targets,
    expected: int,  # noqa: ARG001 - the same way for all sizes
    moved: Callable[[int], None],
) -> Sequence[memoryview]:
    """Read a whole file into `targets` of its size. Raises JsException."""
    file_js = await (await (await folder(path)).getFileHandle(name)).getFile()
    found, start = targets(int(file_js.size)), 0
    for target in found:
        await _fill(file_js, start, target, moved)
        start += target.nbytes
    return found


async def _fill(
    file_js: JSObject, start: int, target: memoryview, moved: Callable[[int], None]
) -> None:
    offsets = iter(range(0, target.nbytes, _SLICE))

    async def one() -> None:
        for offset in offsets:
            part = target[offset : offset + _SLICE]
            end = start + offset + part.nbytes
            bytes_js = await file_js.slice(start + offset, end).arrayBuffer()
            require_read(bytes_js.byteLength, part.nbytes)
            copy_in(js.Uint8Array.new(bytes_js), part)
            moved(part.nbytes)

    workers = [
        asyncio.ensure_future(one()) for _ in range(min(_FLYING, -(-target.nbytes // _SLICE)))
    ]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
