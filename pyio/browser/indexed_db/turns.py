"""The turn of a transaction, which comes once earlier ones that write the same stores have ended.

The other may be one of a tab that is stopped, or of another program that leaves it open, and then
the turn never comes. So the wait for a transaction's first answer has an end.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from pyio import limits
from pyio.browser.ffi import JsException
from pyio.browser.timers import call_later
from pyio.errors import LockTimeoutError, StorageError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from pyio.browser.ffi import JSObject

_GRACE = 0.5
"""Seconds more. A page that was busy finds the timer due before an answer that came long ago."""

_TICK = 0.1
"""Seconds between two looks at the transactions that wait for their turn."""


class _Watch:
    """Calls functions that are due, at the same ticks for all transactions under way.

    A timer for each transaction would take a sixth of the time of a small load.
    """

    def __init__(self) -> None:
        self._waiting: dict[object, tuple[float, Callable[[], None]]] = {}
        self._stop_timer: Callable[[], None] | None = None

    def call_later(self, seconds: float, function: Callable[[], None]) -> Callable[[], None]:
        """Call a function at a tick, when these seconds are over; return what prevents that."""
        key = object()
        self._waiting[key] = (time.monotonic() + seconds, function)
        if self._stop_timer is None:
            self._stop_timer = call_later(_TICK, self._tick)
        return partial(self._forget, key)

    def _forget(self, key: object) -> None:
        self._waiting.pop(key, None)

    def _tick(self) -> None:
        if self._stop_timer is not None:
            self._stop_timer()
            self._stop_timer = None
        now = time.monotonic()
        for key, (due, function) in list(self._waiting.items()):
            if due <= now:
                del self._waiting[key]
                function()
        if self._waiting and self._stop_timer is None:
            self._stop_timer = call_later(_TICK, self._tick)


_WATCH = _Watch()


def first_request(transaction_js: JSObject, store: str) -> JSObject:
    """Return a request that is answered as soon as it is the transaction's turn."""
    return transaction_js.objectStore(store).getKey("")


def limit(
    transaction_js: JSObject, first_js: JSObject, ended: asyncio.Future[str], database: str
) -> Callable[[], None]:
    """Give `ended` an error if the transaction's turn does not come; return what prevents that.

    That is LockTimeoutError, after `pyio.limits.LOCK_SECONDS`. A transaction that has begun may
    take any time.
    """
    seconds = limits.LOCK_SECONDS

    def look_again() -> None:
        stops.append(_WATCH.call_later(_GRACE, give_up))

    def give_up() -> None:
        if first_js.readyState == "pending" and not ended.done():
            error = LockTimeoutError(database, "another tab or worker of this origin", seconds)
            try:
                transaction_js.abort()
            except JsException:  # its commit is on the way already
                ended.set_exception(_uncertain(database, seconds))
            else:
                ended.set_exception(error)

    def stop() -> None:
        for each in stops:
            each()

    stops = [_WATCH.call_later(seconds, look_again)]
    return stop


def _uncertain(database: str, seconds: float) -> StorageError:
    return StorageError(
        f"the browser has not begun to store this for {seconds:.0f} seconds, because another tab "
        f"or worker of this origin is using the database {database!r}. It may be suspended, or "
        "wait in a loop; close it. What was to be stored may be stored then",
        "TimeoutError",
    )
