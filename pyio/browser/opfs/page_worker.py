"""The worker of a page that moves bytes for it (``page_worker.js``): its messages and its life.

It is made when it is first needed, and ends when it has been idle.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from importlib.resources import files
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from pyio.browser.ffi import (
    JSObject,
    array_of,
    create_proxy,
    is_nothing,
    js,
    options,
    storage_error,
)
from pyio.browser.opfs.pieces import require_read, require_written
from pyio.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from pyio.browser.opfs.directories import Path

_IDLE = 10.0
"""Seconds after which an idle worker ends."""


class Sent:
    """A message on its way: its answer, the bytes that it moves, and the check of their number."""

    __slots__ = ("answer", "check", "length")

    def __init__(self, answer: asyncio.Future[JSObject], command: str) -> None:
        self.answer = answer
        self.length = 0
        self.check = {"read": require_read, "write": require_written, "put": require_written}.get(
            command
        )


class Helper:
    """A worker, while it is used; it answers in the order in which it was asked."""

    def __init__(self, worker_js: JSObject) -> None:
        self._worker_js = worker_js
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[JSObject]] = {}
        self._ended = False
        self._listeners = [create_proxy(self._heard), create_proxy(self._failed)]
        worker_js.onmessage, worker_js.onerror = self._listeners

    def send(self, command: str, *given: Any, buffer_js: JSObject = None) -> Sent:
        """Send a command with the buffer that goes there and comes back."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        if self._ended:
            answer.set_result(None)
        message_js = array_of([number, command, array_of(given), buffer_js])
        self._worker_js.postMessage(message_js, array_of([] if buffer_js is None else [buffer_js]))
        return Sent(answer, command)

    def move(self, command: str, *given: int, buffer_js: JSObject) -> Sent:
        """Send "read" or "write" of some bytes; their number is the last of what is given."""
        sent = self.send(command, *given, buffer_js=buffer_js)
        sent.length = given[-1]
        return sent

    async def result(self, sent: Sent) -> Any:
        """Return the result of a command. Raises StorageError."""
        return (await self._answer(sent))[1]

    async def moved(self, sent: Sent) -> JSObject:
        """Return the buffer, once the command is done and moved all bytes. Raises StorageError."""
        answer_js = await self._answer(sent)
        if sent.check is not None:
            sent.check(answer_js[1], sent.length)
        return answer_js[2]

    async def ask(self, command: str, *given: Any) -> Any:
        """Send a command and return its result."""
        return await self.result(self.send(command, *given))

    async def _answer(self, sent: Sent) -> JSObject:
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
async def opening(
    path: Path, names: Sequence[str], *, writing: bool
) -> AsyncIterator[tuple[Helper, Sent]]:
    """Give a helper that opens files, and the command, whose result is the size of the first.

    What is sent to it before that result is done afterwards, or fails. It closes the files after
    the block.
    """
    async with page_worker() as helper:
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
async def page_worker() -> AsyncIterator[Helper]:
    """Give a worker to one operation; it waits for the next one afterwards."""
    worker_js, url = _IDLE_WORKER.take(), ""
    if worker_js is None:
        text = files("pyio.browser").joinpath("opfs/page_worker.js").read_text("utf-8")
        blob_js = js.Blob.new(array_of([text]), options(type="text/javascript"))
        url = str(js.URL.createObjectURL(blob_js))
    sound = False
    helper = None
    try:
        if worker_js is None:
            worker_js = js.Worker.new(url)
        helper = Helper(worker_js)
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
