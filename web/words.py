"""Numbers, dates and addresses in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import js

if TYPE_CHECKING:
    from datetime import datetime

PLACES = {"indexeddb": "IndexedDB", "localstorage": "localStorage", "memory": "this tab's memory"}
"""Scheme -> the name of the medium on the page."""

_DATES = js.Intl.DateTimeFormat.new(
    [], js.JSON.parse('{"dateStyle": "medium", "timeStyle": "short"}')
)


def size(count: float) -> str:
    """Return a number of bytes, such as "68.9 kB"."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} bytes" if unit == "bytes" else f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def percent(part: float) -> str:
    """Return a probability such as "98 %". Even the highest is never shown as 100 %."""
    if 0 < part < 0.005:
        return "< 1\N{NO-BREAK SPACE}%"
    if part >= 0.995:
        return "> 99\N{NO-BREAK SPACE}%"
    return f"{100 * part:.0f}\N{NO-BREAK SPACE}%"


def date(time: datetime) -> str:
    """Return a date and time as this browser's language writes them, in its time zone."""
    return str(_DATES.format(js.Date.new(time.timestamp() * 1000)))


def split(url: str) -> tuple[str, str]:
    """Return scheme and name of an address."""
    scheme, _, name = url.partition("://")
    return scheme, name


def place(url: str) -> str:
    scheme, _ = split(url)
    return PLACES.get(scheme, scheme)


def described(url: str) -> str:
    """Return an address in words: “digits” in IndexedDB."""
    return f"“{split(url)[1]}” in {place(url)}"
