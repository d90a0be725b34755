"""One at a time among all tabs and workers of an origin, by the Web Locks of the browser.

A browser has no transaction over localStorage, nor over two media. Where it has no Web Locks (a
page over plain http, Node) nothing is locked. TensorFlow.js takes no lock either.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from pyio.browser.javascript import (
    IN_PYODIDE,
    JSObject,
    create_once_callable,
    create_proxy,
    is_nothing,
    js,
    options,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_held: ContextVar[tuple[asyncio.Task[object] | None, frozenset[str]]] = ContextVar(
    "held", default=(None, frozenset())
)
"""A task and the locks that it holds: a task that it starts inherits this value, not the locks."""


@asynccontextmanager
async def alone(name: str, settle: float = 0) -> AsyncIterator[None]:
    """Keep all others who ask for the lock `name` waiting until the block ends.

    A task that holds it may ask again. Whoever takes several does so in alphabetical order. Who had
    to wait for another waits `settle` seconds more before the block begins.
    """
    task = asyncio.current_task()
    holder, names = _held.get()
    if holder is not task:
        names = frozenset()
    if name in names or not _available():
        yield
        return
    release_js: JSObject = await _acquire(f"pyio {name}", at_once=True)
    waited = release_js is None
    if waited:
        release_js = await _acquire(f"pyio {name}")
    token = _held.set((task, names | {name}))
    try:
        if waited:
            await asyncio.sleep(settle)
        yield
    finally:
        _held.reset(token)
        release_js()


def _available() -> bool:
    return IN_PYODIDE and not is_nothing(getattr(getattr(js, "navigator", None), "locks", None))


async def _acquire(name: str, *, at_once: bool = False) -> JSObject | None:
    """Return the function that gives the lock back; it does nothing where locks are refused.

    None means that another holds the lock and that nobody waited for it.
    """
    granted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    held_js, release_js = _promise()
    abort_js = js.AbortController.new()

    def grant(lock_js: JSObject) -> JSObject:
        if not granted.done():
            granted.set_result(not is_nothing(lock_js))
        return None if is_nothing(lock_js) else held_js

    def ended(_result_js: JSObject) -> None:
        grant_js.destroy()
        if not granted.done():  # refused, as all storage is on such a page
            granted.set_result(True)

    grant_js = create_proxy(grant)
    # The browser does not take both of them.
    how = options(ifAvailable=True) if at_once else options(signal=abort_js.signal)
    request_js = js.navigator.locks.request(name, how, grant_js)
    request_js.then(ended, ended)
    try:
        return release_js if await granted else None
    except asyncio.CancelledError:
        release_js()  # in case that it was granted at this moment
        abort_js.abort()
        raise


def _promise() -> tuple[JSObject, JSObject]:
    """Return a promise and the function that fulfils it."""
    functions: list[JSObject] = []

    def executor(resolve_js: JSObject, _reject_js: JSObject) -> None:
        functions.append(resolve_js)

    return js.Promise.new(create_once_callable(executor)), functions[0]
