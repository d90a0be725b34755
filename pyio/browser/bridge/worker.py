"""The worker's side of the bridge to its page; ``page.js`` is the other.

One BroadcastChannel with a random name joins this Python and one page. Each side holds a Web Lock
while it exists, and waits for the other side's lock: getting it means that the other side is gone.
A request waits for as long as its page exists, even if the page is busy. Once the page is gone, the
request can no longer take effect::

    worker                                     page
      | -- script by the notebook, or claim --> |     `hosts`, or `handshake`
      | <-------------- hello ----------------- |     the page holds "<channel> page"
      | ---------- {id, calls} ---------------> |
      | <--------- {id, answers} -------------- |
      | <--------------- bye ------------------ |     when the page is closed

The first request looks for a page, and so does the first one after that page is gone.
"""

from __future__ import annotations

import asyncio
from functools import cache
from itertools import count
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from pyio.browser import hosts
from pyio.browser.bridge.handshake import Meeting
from pyio.browser.bridge.protocol import Retry
from pyio.browser.bridge.script import script
from pyio.browser.ffi import (
    JSObject,
    array_of,
    create_once_callable,
    create_proxy,
    js,
    optional,
    options,
)
from pyio.errors import StorageError, UnsupportedEnvironmentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.browser.bridge.protocol import Call

_HOST_PATIENCE = 10.0
"""Seconds in which a notebook must run a script; it may be busy starting."""

_PATIENCE = 2.0
"""Seconds in which a page that has the script must answer. A late answer still counts: after one,
the next listing searches again."""

_ATTEMPTS = 3


@cache
def the_bridge() -> Bridge:
    """Return the bridge of this Python."""
    return Bridge()


class Bridge:
    """Finds the page at the first request, and has it call functions."""

    def __init__(self) -> None:
        self._name = f"pyio-{token_hex(16)}"
        self._numbers = count(1)
        self._answers: dict[int, asyncio.Future[JSObject]] = {}
        self._greeted = _future()
        self._gone = _future()
        self._looking: asyncio.Task[str] | None = None
        self._silent = False
        self._meeting = Meeting(self._name, self._noticed)
        self._locks_js = optional(getattr(js.navigator, "locks", None))
        self._locked = False
        self._channel_js = js.BroadcastChannel.new(self._name)
        self._listener = create_proxy(self._heard)  # needed as long as this Python runs
        self._channel_js.onmessage = self._listener

    async def ask(self, calls: Sequence[Call], what: str, retry: Retry) -> list[JSObject]:
        """Have the page make `calls`; see `pyio.browser.page.functions`."""
        for attempt in range(1 if retry in (Retry.ONCE, Retry.PERSON) else _ATTEMPTS):
            try:
                await self._connect(what, patient=retry is not Retry.LISTING)
            except UnsupportedEnvironmentError:
                if not attempt:
                    raise
                break
            number, gone = next(self._numbers), self._gone
            answer = self._answers[number] = _future()
            try:
                calls_js = array_of([array_of(call) for call in calls])
                self._channel_js.postMessage(options(id=number, calls=calls_js))
                await _first(answer, gone)
            except asyncio.CancelledError:
                if retry is not Retry.PERSON:
                    await _first(answer, gone)
                raise
            finally:
                del self._answers[number]
            if answer.done():
                return [_outcome(outcome_js) for outcome_js in answer.result()]
        raise StorageError(
            f"{what} failed: the page went away before it answered, and whether it was done is "
            "not known",
            "lost",
        )

    async def _connect(self, what: str, *, patient: bool) -> None:
        """Return when a page serves the channel. Raises UnsupportedEnvironmentError."""
        if self._connected():
            return
        host = hosts.find()
        why = "none answered before"
        if patient or not self._silent:
            # The search goes on if its caller is cancelled: others may wait for it as well.
            self._looking = self._looking or asyncio.ensure_future(self._look(host))
            why = await asyncio.shield(self._looking)
        if not self._connected():
            self._silent = True
            raise _unreachable(what, why, host)

    def _connected(self) -> bool:
        return self._greeted.done() and not self._gone.done()

    async def _look(self, host: hosts.Host | None) -> str:
        """Find a page; return why none was found, or ""."""
        try:
            await self._lock()
            self._greeted = _future()
            if host is not None:
                undo = host.run(script(self._name))
                try:
                    if await self._greeted_within(_HOST_PATIENCE):
                        return ""
                finally:
                    undo()
            why = await self._meeting.claim(_PATIENCE)
            if not why and not await self._greeted_within(_PATIENCE):
                why = f"the page answered, and then not again within {_PATIENCE:.0f} seconds"
            return why
        finally:
            self._looking = None

    async def _greeted_within(self, seconds: float) -> bool:
        await asyncio.wait({self._greeted}, timeout=seconds)
        return self._greeted.done()

    async def _lock(self) -> None:
        """Hold the lock that tells the page that this Python exists."""
        if self._locked or self._locks_js is None:
            return
        held = _future()

        def granted(_lock_js: JSObject) -> JSObject:
            held.set_result(None)
            return js.Promise.race(array_of([]))  # which never settles

        self._locks_js.request(f"{self._name} python", create_once_callable(granted))
        await held
        self._locked = True

    def _heard(self, event_js: JSObject) -> None:
        data_js = event_js.data
        if hasattr(data_js, "hello"):
            self._greet()
        elif hasattr(data_js, "bye"):
            if not self._gone.done():
                self._gone.set_result(None)
        else:
            answer = self._answers.get(getattr(data_js, "id", 0))
            if answer is not None and not answer.done():
                answer.set_result(data_js.answers)

    def _greet(self) -> None:
        if self._connected():
            return
        if not self._greeted.done():
            self._greeted.set_result(None)
        self._silent = False
        self._meeting.close()
        self._gone = _future()
        if self._locks_js is not None:
            # Any function serves as the callback: only the end of the lock matters.
            ended = self._locks_js.request(f"{self._name} page", js.Object)
            self._gone = asyncio.ensure_future(ended)

    def _noticed(self) -> None:
        self._silent = False


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


async def _first(answer: asyncio.Future[Any], gone: asyncio.Future[Any]) -> None:
    await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)


def _outcome(outcome_js: JSObject) -> JSObject:
    """Return the result of a call, or the exception that it threw."""
    if not hasattr(outcome_js, "error"):
        return outcome_js.result
    name, message = outcome_js.error
    return js.DOMException.new(message, name)


def _unreachable(what: str, why: str, host: hosts.Host | None) -> UnsupportedEnvironmentError:
    advice = (
        f"{host.name} did not run the script that pyio gave it; run this in a cell of the notebook"
        if host is not None
        else "the page has to include pyio's bridge, one script that `python -m pyio bridge` "
        "prints (see help(pyio.bridge))"
    )
    return UnsupportedEnvironmentError(
        f"{what} needs the page, which this Python in a worker does not reach: {why}. {advice}. "
        "indexeddb:// needs no page"
    )
