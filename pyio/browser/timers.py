"""Timers of the browser, which leave nothing behind when they are stopped."""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from pyio.browser.ffi import create_proxy, js

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyio.browser.ffi import JSObject

_LONGEST = 2**31 - 1
"""Milliseconds. A browser's timer that should be later fires at once."""


def milliseconds(seconds: float | None) -> float | None:
    """Return a time as timers take it; None stays None."""
    return None if seconds is None else min(seconds * 1000, _LONGEST)


def call_later(seconds: float, function: Callable[[], None]) -> Callable[[], None]:
    """Call a function later, and return what prevents that."""
    number = next(_numbers)
    _waiting[number] = function
    timer_js = js.setTimeout(_proxy(), milliseconds(seconds), number)

    def stop() -> None:
        if _waiting.pop(number, None) is not None:
            js.clearTimeout(timer_js)

    return stop


_waiting: dict[int, Callable[[], None]] = {}
_numbers = count()


def _fire(number: int) -> None:
    _waiting.pop(number)()


@cache
def _proxy() -> JSObject:
    """Return the one function that all timers call: a proxy for each would take twice the time."""
    return create_proxy(_fire)
