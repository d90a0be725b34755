"""The turn of a transaction, which comes once earlier ones that write the same stores have ended.

The other may be one of a tab that is stopped, or of another program that leaves it open, and then
the turn never comes. So the wait for a transaction's first answer has an end.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pyio import limits
from pyio.browser.ffi import JsException
from pyio.browser.timers import call_later
from pyio.errors import LockTimeoutError, StorageError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from pyio.browser.ffi import JSObject

_GRACE = 0.5
"""Seconds more. A page that was busy finds the timer due before an answer that came long ago."""


def first_request(transaction_js: JSObject, store: str) -> JSObject:
    """Return a request that is answered as soon as it is the transaction's turn."""
    return transaction_js.objectStore(store).getKey("")


@contextmanager
def limited(
    transaction_js: JSObject, first_js: JSObject, ended: asyncio.Future[str], database: str
) -> Iterator[None]:
    """Give `ended`, which the block awaits, an error if the transaction's turn does not come.

    That is LockTimeoutError, after `pyio.limits.LOCK_SECONDS`. A transaction that has begun may
    take any time.
    """
    seconds = limits.LOCK_SECONDS

    def look_again() -> None:
        stops.append(call_later(_GRACE, give_up))

    def give_up() -> None:
        if first_js.readyState == "pending" and not ended.done():
            error = LockTimeoutError(database, "another tab or worker of this origin", seconds)
            try:
                transaction_js.abort()
            except JsException:  # its commit is on the way already
                ended.set_exception(_uncertain(database, seconds))
            else:
                ended.set_exception(error)

    stops = [call_later(seconds, look_again)]
    try:
        yield
    finally:
        for stop in stops:
            stop()


def _uncertain(database: str, seconds: float) -> StorageError:
    return StorageError(
        f"the browser has not begun to store this for {seconds:.0f} seconds, because another tab "
        f"or worker of this origin is using the database {database!r}. It may be suspended, or "
        "wait in a loop; close it. What was to be stored may be stored then",
        "TimeoutError",
    )
