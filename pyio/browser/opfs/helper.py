"""The second way to the bytes: a page's Python has a worker of its own move them (`page_worker`).

Pieces travel as ArrayBuffers that change hands and are not copied. So a model takes its own memory
and a few pieces. The worker is made when it is first needed, and ends when it has been idle.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from pyio.browser.ffi import (
    JsException,
    JSObject,
    array_of,
    copy_in,
    copy_out,
    js,
)
from pyio.browser.opfs import slices
from pyio.browser.opfs.handles import PROBE
from pyio.browser.opfs.page_worker import Helper, Sent, opening, page_worker
from pyio.browser.opfs.pieces import arrived
from pyio.errors import StorageError
from pyio.progress import CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyio.browser.opfs.directories import Path
    from pyio.browser.opfs.pieces import NewFile, Targets

_PATIENCE = 10.0
"""Seconds in which a new worker must answer; a page may forbid it without any event."""

_PIECE, _SAVING, _LOADING = 4 * 1024 * 1024, 4, 3
"""Bytes of a buffer that changes hands, and how many are on their way at once.

Larger ones are no faster, and it takes time to make them.
"""

_WORTH_IT = 1024 * 1024
"""Bytes from which on a read goes through the worker."""


async def works(place: Path) -> bool:
    """Whether this page may have a worker, and that worker gets handles; tried in `place`."""
    if not hasattr(js, "Worker") or not hasattr(js, "Window"):
        return False
    try:
        async with page_worker() as helper:
            name = PROBE + secrets.token_hex(8)
            answer = helper.send("works", array_of(place), name)
            return bool(await asyncio.wait_for(helper.result(answer), _PATIENCE))
    except (JsException, StorageError, TimeoutError):
        return False  # its Content-Security-Policy, for instance


async def write(path: Path, new: Sequence[NewFile]) -> None:
    """Write new files, and return when they are on disk; see `pyio.browser.opfs.handles`."""
    if sum(file.content.size for file in new) <= CHUNK:
        await _put(path, new)
        return
    answers: list[Sent] = []
    # All is sent before the first answer is awaited, so that pieces are copied while the files are
    # opened. After an error the worker writes nothing more.
    async with opening(path, [file.name for file in new], writing=True) as (helper, opened):
        for number, file in enumerate(new):
            sending = _Sending(helper, opened, number)
            for coming in file.content.pieces:
                piece = await arrived(coming)
                await sending.add(piece)
                file.moved(piece.nbytes)
            answers += [*sending.rest(), helper.send("flush", number)]
    await helper.result(opened)
    for each in answers:
        await helper.moved(each)


class _Sending:
    """Fills buffers one after another, and sends each to one of the open files when it is full."""

    def __init__(self, helper: Helper, opened: Sent, number: int) -> None:
        self._helper, self._opened, self._number = helper, opened, number
        self._flying: deque[Sent] = deque()
        self._buffer_js: JSObject = None
        self._start = self._filled = 0

    async def add(self, piece: memoryview) -> None:
        """Copy a piece to where the one before it ends."""
        while piece.nbytes:
            if self._buffer_js is None:
                self._buffer_js = await self._empty()
            part = piece[: _PIECE - self._filled]
            copy_out(part, js.Uint8Array.new(self._buffer_js, self._filled, part.nbytes))
            self._filled += part.nbytes
            piece = piece[part.nbytes :]
            if self._filled == _PIECE:
                self._send()

    async def _empty(self) -> JSObject:
        if len(self._flying) < _SAVING:
            return js.ArrayBuffer.new(_PIECE)
        await self._helper.result(self._opened)
        return await self._helper.moved(self._flying.popleft())

    def _send(self) -> None:
        given = (self._number, self._start, self._filled)
        self._flying.append(self._helper.move("write", *given, buffer_js=self._buffer_js))
        self._start += self._filled
        self._buffer_js, self._filled = None, 0

    def rest(self) -> Iterable[Sent]:
        """Send what is left, and return the messages whose answers are not known yet."""
        if self._filled:
            self._send()
        return self._flying


async def _put(path: Path, new: Sequence[NewFile]) -> None:
    """Write small files in one step: each answer of a worker may wait for other tasks."""
    new = [replace(file, content=await file.content.measured()) for file in new]
    total = sum(file.content.size for file in new)
    buffer_js, start = js.ArrayBuffer.new(total), 0
    for file in new:
        for coming in file.content.pieces:
            piece = await arrived(coming)
            copy_out(piece, js.Uint8Array.new(buffer_js, start, piece.nbytes))
            start += piece.nbytes
        file.moved(file.content.size)  # before anything is written: it may raise
    sizes = array_of([array_of([file.name, file.content.size]) for file in new])
    async with page_worker() as helper:
        sent = helper.send("put", array_of(path), sizes, buffer_js=buffer_js)
        sent.length = total
        await helper.moved(sent)


async def read_into(
    path: Path, name: str, start: int, target: memoryview, moved: Callable[[int], None]
) -> None:
    """Fill `target` with the bytes of a file from `start` on."""
    if target.nbytes < _WORTH_IT:
        await slices.read_into(path, name, start, target, moved)
        return
    try:
        async with opening(path, [name], writing=False) as (helper, opened):
            await helper.result(opened)
            await _read(helper, start, target, moved)
    except StorageError as error:
        if error.reason != "NoModificationAllowedError":
            raise
        await slices.read_into(path, name, start, target, moved)  # another tab reads it too


async def read_whole(
    path: Path,
    name: str,
    targets: Targets,
    expected: int,
    moved: Callable[[int], None],
) -> Sequence[memoryview]:
    """Read a whole file into `targets` of its size."""
    if expected >= _WORTH_IT:
        try:
            async with opening(path, [name], writing=False) as (helper, opened):
                found, start = targets(int(await helper.result(opened))), 0
                for target in found:
                    await _read(helper, start, target, moved)
                    start += target.nbytes
                return found
        except StorageError as error:
            if error.reason != "NoModificationAllowedError":
                raise  # else another tab reads it too
    return await slices.read_whole(path, name, targets, expected, moved)


async def _read(
    helper: Helper, start: int, target: memoryview, moved: Callable[[int], None]
) -> None:
    largest = min(target.nbytes, _PIECE)
    flying: deque[tuple[Sent, memoryview]] = deque()
    spare: list[JSObject] = []

    async def land() -> None:
        sent, part = flying.popleft()
        buffer_js = await helper.moved(sent)
        copy_in(js.Uint8Array.new(buffer_js, 0, part.nbytes), part)
        spare.append(buffer_js)
        moved(part.nbytes)

    for offset in range(0, target.nbytes, largest):
        if len(flying) == _LOADING:
            await land()
        part = target[offset : offset + largest]
        buffer_js = spare.pop() if spare else js.ArrayBuffer.new(largest)
        flying.append((helper.move("read", start + offset, part.nbytes, buffer_js=buffer_js), part))
    while flying:
        await land()
