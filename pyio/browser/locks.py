"""Web Locks: one holder at a time among all tabs and workers of an origin.

A browser has no transaction over localStorage, nor over two media, so pyio uses locks for both.
Without Web Locks (a page over plain http, Node) nothing is locked. TensorFlow.js takes no lock.

A holder may be a tab that is suspended, loops in a callback or belongs to another program. So each
wait ends with LockTimeoutError after `pyio.limits.LOCK_SECONDS` for every request that comes first.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from pyio import limits
from pyio.browser.ffi import (
    IN_PYODIDE,
    JSObject,
    create_once_callable,
    create_proxy,
    is_nothing,
    js,
    options,
    translated,
)
from pyio.browser.timers import milliseconds
from pyio.errors import LockTimeoutError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    Acquired = Callable[[], Awaitable[None]]
    """Returns once the lock is held."""

_held: ContextVar[tuple[asyncio.Task[object] | None, frozenset[str]]] = ContextVar(
    "held", default=(None, frozenset())
)
"""A task and the locks that it holds. A task that it starts inherits the value, not the locks, so
the value names its task."""

_HELD_HERE: Counter[str] = Counter()
"""The locks that this Python holds, all of its tasks together."""

_WAITING_HERE: Counter[str] = Counter()
"""The locks that this Python waits for."""

_HOLDERS: dict[str, _Request] = {}
"""Lock -> the request by which this Python holds it."""


@asynccontextmanager
async def exclusive(name: str, settle: float = 0) -> AsyncIterator[None]:
    """Hold the lock `name` inside the block. Raises LockTimeoutError.

    Re-entrant within a task. Take several locks in alphabetical order to avoid deadlock. If the
    lock was busy, wait another `settle` seconds, so that the previous holder's writes are visible
    here.
    """
    with request_lock(name, settle) as acquired:
        await acquired()
        yield


@asynccontextmanager
async def if_free(*names: str) -> AsyncIterator[bool]:
    """Hold the locks `names` inside the block, or none of them if another holder has one.

    Yields whether they are held. It never waits, and a task that holds one of them gets none.
    """
    task = asyncio.current_task()
    holder, held = _held.get()
    if not _available():
        yield True
        return
    if holder is task and held & set(names):
        yield False
        return
    requests: list[_Request] = []
    token = None
    try:
        free = True
        for name in names:
            requests.append(_Request(f"pyio {name}", at_once=True))
            free = free and await requests[-1].granted
        if free:
            token = _held.set((task, frozenset(names)))
        yield free
    finally:
        if token is not None:
            _held.reset(token)
        for request in requests:
            request.release()


@contextmanager
def request_lock(name: str, settle: float = 0) -> Iterator[Acquired]:
    """Request the lock `name`; it is held from ``await acquired()`` to the end of the block.

    The browser takes a millisecond to answer, in which work that needs no lock can be done. All
    else is as in `exclusive`.
    """
    task = asyncio.current_task()
    holder, names = _held.get()
    if holder is not task:
        names = frozenset()
    if name in names or not _available():
        yield _at_once
        return
    requests = [_Request(f"pyio {name}", at_once=True)]
    tokens = []

    async def acquired() -> None:
        waited = not await requests[0].granted
        if waited:
            await _wait(f"pyio {name}", requests)
        tokens.append(_held.set((task, names | {name})))
        if waited:
            await asyncio.sleep(settle)

    try:
        yield acquired
    finally:
        for token in tokens:
            _held.reset(token)
        for request in requests:
            request.release()


async def _at_once() -> None:
    pass


async def _wait(name: str, requests: list[_Request]) -> None:
    """Append a request for the lock `name` and wait until it is granted.

    Raises LockTimeoutError.
    """
    here = _WAITING_HERE[name]
    _WAITING_HERE[name] += 1
    try:
        with translated(f"waiting for the lock {name!r}"):
            waiting_js = (await js.navigator.locks.query()).pending
        ahead = sum(str(request_js.name) == name for request_js in waiting_js)
        seconds = limits.LOCK_SECONDS * (1 + max(here, ahead))
        requests.append(_Request(name, seconds=seconds))
        if not await requests[-1].granted:
            raise LockTimeoutError(name, _holder(name), seconds)
    finally:
        _WAITING_HERE[name] -= 1


def _holder(name: str) -> str:
    if _HELD_HERE[name]:
        return "another task of this Python"
    return "another tab or worker of this origin"


def keep_until(name: str, begin: Callable[[], JSObject]) -> bool:
    """Keep the lock `name` after its block until a promise is settled, which `begin` returns.

    The browser releases it then, even if Python is busy. Returns false, and begins nothing, if this
    Python does not hold the lock.
    """
    request = _HOLDERS.get(f"pyio {name}")
    if request is None:
        return False
    request.until_js = begin()
    return True


def _available() -> bool:
    return IN_PYODIDE and not is_nothing(getattr(getattr(js, "navigator", None), "locks", None))


class _Request:
    """One request for a lock, until it is released.

    Args:
        name: The lock.
        at_once: Do not wait while another holds it.
        seconds: How long to wait otherwise.

    Attributes:
        granted: True once the lock is held, and where the browser refuses locks; false if another
            holds it, or has held it for too long.
        until_js: A promise before which a released lock is not free, or None.
    """

    def __init__(self, name: str, *, at_once: bool = False, seconds: float = 0) -> None:
        self._name = name
        self._holds = False
        self._timer_js: JSObject = None
        self.until_js: JSObject = None
        self.granted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._held_js, self._release_js = _promise()
        self._abort_js = None if at_once else js.AbortController.new()
        self._grant_js = create_proxy(self._grant)
        # The browser does not take both of them.
        how = (
            {"signal": self._abort_js.signal}
            if self._abort_js is not None
            else {"ifAvailable": True}
        )
        request_js = js.navigator.locks.request(name, options(**how), self._grant_js)
        request_js.then(self._ended, self._ended)
        if self._abort_js is not None:
            # A function of JavaScript's own: a Python one would be a proxy until it is called.
            abort_js = self._abort_js.abort.bind(self._abort_js)
            self._timer_js = js.setTimeout(abort_js, milliseconds(seconds))

    def release(self) -> None:
        """Release the lock, or stop waiting for it."""
        if self.until_js is None:
            self._release_js()  # this also releases a lock that is granted from now on
        else:
            self.until_js.then(self._release_js, self._release_js)
        if self._abort_js is not None:
            js.clearTimeout(self._timer_js)
            self._abort_js.abort()

    def _grant(self, lock_js: JSObject) -> JSObject:
        if not self.granted.done():
            self.granted.set_result(not is_nothing(lock_js))
        if is_nothing(lock_js):
            return None
        self._holds = True
        _HELD_HERE[self._name] += 1
        _HOLDERS[self._name] = self
        return self._held_js

    def _ended(self, result_js: JSObject) -> None:
        self._grant_js.destroy()
        if self._holds:
            _HELD_HERE[self._name] -= 1
            if _HOLDERS.get(self._name) is self:
                del _HOLDERS[self._name]
        if not self.granted.done():  # out of time, or refused, as all storage is on such a page
            self.granted.set_result(getattr(result_js, "name", "") != "AbortError")


def _promise() -> tuple[JSObject, JSObject]:
    """Return a promise and the function that fulfils it."""
    functions: list[JSObject] = []

    def executor(resolve_js: JSObject, _reject_js: JSObject) -> None:
        functions.append(resolve_js)

    return js.Promise.new(create_once_callable(executor)), functions[0]
