"""Timers of the browser, which leave nothing behind when they are stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.browser.ffi import create_proxy, js

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 2**31 - 1
"""Milliseconds. A browser's timer that should be later fires at once."""


def milliseconds(seconds: float | None) -> float | None:
    """Return a time as timers take it; None stays None."""
    return None if seconds is None else min(seconds * 1000, _LONGEST)


def call_later(seconds: float, function: Callable[[], None]) -> Callable[[], None]:
    """Call a function later, and return what prevents that."""
    function_js = create_proxy(function)
    timer_js = js.setTimeout(function_js, milliseconds(seconds))

    def stop() -> None:
        js.clearTimeout(timer_js)
        function_js.destroy()

    return stop
