"""The second way to the bytes: a page's Python has a worker of its own move them (``helper.js``).

Pieces travel as ArrayBuffers that change hands and are not copied. So a model takes its own memory
and a few pieces. The worker is made when it is first needed, and ends when it has been idle.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.resources import files
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from pyio.browser.ffi import (
    JsException,
    JSObject,
    array_of,
    copy_in,
    copy_out,
    create_proxy,
    is_nothing,
    js,
    options,
    storage_error,
)
from pyio.browser.opfs import slices
from pyio.browser.opfs.handles import PROBE
from pyio.browser.opfs.pieces import arrived, require_read, require_written
from pyio.errors import StorageError
from pyio.progress import CHUNK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence

    from pyio.browser.opfs.directories import Path
    from pyio.browser.opfs.pieces import NewFile, Targets

_PATIENCE = 10.0
"""Seconds in which a new worker must answer; a page may forbid it without any event."""

_IDLE = 10.0
"""Seconds after which an idle worker ends."""

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
        async with _helper() as helper:
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
    answers: list[_Sent] = []
    # All is sent before the first answer is awaited, so that pieces are copied while the files are
    # opened. After an error the worker writes nothing more.
    async with _opening(path, [file.name for file in new], writing=True) as (helper, opened):
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

    def __init__(self, helper: _Helper, opened: _Sent, number: int) -> None:
        self._helper, self._opened, self._number = helper, opened, number
        self._flying: deque[_Sent] = deque()
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

    def rest(self) -> Iterable[_Sent]:
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
    async with _helper() as helper:
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
        async with _opening(path, [name], writing=False) as (helper, opened):
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
            async with _opening(path, [name], writing=False) as (helper, opened):
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
    helper: _Helper, start: int, target: memoryview, moved: Callable[[int], None]
) -> None:
    largest = min(target.nbytes, _PIECE)
    flying: deque[tuple[_Sent, memoryview]] = deque()
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


class _Sent:
    """A message on its way: its answer, the bytes that it moves, and the check of their number."""

    __slots__ = ("answer", "check", "length")

    def __init__(self, answer: asyncio.Future[JSObject], command: str) -> None:
        self.answer = answer
        self.length = 0
        self.check = {"read": require_read, "write": require_written, "put": require_written}.get(
            command
        )


class _Helper:
    """A worker, while it is used; it answers in the order in which it was asked."""

    def __init__(self, worker_js: JSObject) -> None:
        self._worker_js = worker_js
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[JSObject]] = {}
        self._ended = False
        self._listeners = [create_proxy(self._heard), create_proxy(self._failed)]
        worker_js.onmessage, worker_js.onerror = self._listeners

    def send(self, command: str, *given: Any, buffer_js: JSObject = None) -> _Sent:
        """Send a command with the buffer that goes there and comes back."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        if self._ended:
            answer.set_result(None)
        message_js = array_of([number, command, array_of(given), buffer_js])
        self._worker_js.postMessage(message_js, array_of([] if buffer_js is None else [buffer_js]))
        return _Sent(answer, command)

    def move(self, command: str, *given: int, buffer_js: JSObject) -> _Sent:
        """Send "read" or "write" of some bytes; their number is the last of what is given."""
        sent = self.send(command, *given, buffer_js=buffer_js)
        sent.length = given[-1]
        return sent

    async def result(self, sent: _Sent) -> Any:
        """Return the result of a command. Raises StorageError."""
        return (await self._answer(sent))[1]

    async def moved(self, sent: _Sent) -> JSObject:
        """Return the buffer, once the command is done and moved all bytes. Raises StorageError."""
        answer_js = await self._answer(sent)
        if sent.check is not None:
            sent.check(answer_js[1], sent.length)
        return answer_js[2]

    async def ask(self, command: str, *given: Any) -> Any:
        """Send a command and return its result."""
        return await self.result(self.send(command, *given))

    async def _answer(self, sent: _Sent) -> JSObject:
        answer_js = await sent.answer
        if is_nothing(answer_js):
            raise StorageError("the page's worker that moves bytes has ended", "lost")
        name, message = str(answer_js[3]), str(answer_js[4])
        if name:
            raise storage_error(SimpleNamespace(name=name, message=message), "moving bytes")
        return answer_js

    def _heard(self, event_js: JSObject) -> None:
        answer = self._waiting.pop(int(event_js.data[0]), None)
        if answer is not None and not answer.done():
            answer.set_result(event_js.data)

    def _failed(self, _event_js: JSObject) -> None:
        self._ended = True
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_result(None)

    def leave(self) -> None:
        """Let go of the worker; what it still answers is not heard."""
        self._worker_js.onmessage = self._worker_js.onerror = None
        for listener in self._listeners:
            listener.destroy()


@asynccontextmanager
async def _opening(
    path: Path, names: Sequence[str], *, writing: bool
) -> AsyncIterator[tuple[_Helper, _Sent]]:
    """Give a helper that opens files, and the command, whose result is the size of the first.

    What is sent to it before that result is done afterwards, or fails. It closes the files after
    the block.
    """
    async with _helper() as helper:
        opened = helper.send("open", array_of(path), array_of(names), writing)
        try:
            yield helper, opened
        finally:
            await helper.ask("close")  # after all that was sent before


class _Idle:
    """The worker that waits to be used again, and when its timer ends it."""

    def __init__(self) -> None:
        self.worker_js: JSObject = None
        self._timer_js: JSObject = None
        self._until = 0.0

    def take(self) -> JSObject:
        """Return the waiting worker, or None."""
        worker_js, self.worker_js = self.worker_js, None
        if worker_js is None:
            return None
        js.clearTimeout(self._timer_js)
        if time.monotonic() < self._until:
            return worker_js
        worker_js.terminate()
        return None

    def keep(self, worker_js: JSObject) -> None:
        """Let a worker wait, or end it if another one waits."""
        if self.worker_js is not None:
            worker_js.terminate()
            return
        self.worker_js = worker_js
        self._until = time.monotonic() + _IDLE * 0.9
        # A function of JavaScript's own: a Python one would be a proxy until it is called.
        self._timer_js = js.setTimeout(worker_js.terminate.bind(worker_js), _IDLE * 1000)


_IDLE_WORKER = _Idle()


@asynccontextmanager
async def _helper() -> AsyncIterator[_Helper]:
    """Give a worker to one operation; it waits for the next one afterwards."""
    worker_js, url = _IDLE_WORKER.take(), ""
    if worker_js is None:
        text = files("pyio.browser").joinpath("opfs/helper.js").read_text("utf-8")
        blob_js = js.Blob.new(array_of([text]), options(type="text/javascript"))
        url = str(js.URL.createObjectURL(blob_js))
    sound = False
    helper = None
    try:
        if worker_js is None:
            worker_js = js.Worker.new(url)
        helper = _Helper(worker_js)
        yield helper
        sound = True
    except StorageError as error:
        sound = error.reason != "lost"
        raise
    finally:
        if url:
            js.URL.revokeObjectURL(url)  # it has been fetched by now
        if helper is not None:
            helper.leave()
        if worker_js is not None and sound:
            _IDLE_WORKER.keep(worker_js)
        elif worker_js is not None:
            worker_js.terminate()
