"""Numbers, dates and addresses in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import js

from pyio.format.words import size_text

if TYPE_CHECKING:
    from datetime import datetime

PLACES = {
    "indexeddb": "IndexedDB",
    "localstorage": "localStorage",
    "opfs": "OPFS",
    "computer": "the folder",
    "server": "the server",
    "memory": "this tab's memory",
}
"""Scheme -> the name of the medium on the page."""

_DATES = js.Intl.DateTimeFormat.new(
    [], js.JSON.parse('{"dateStyle": "medium", "timeStyle": "short"}')
)


def size(count: float) -> str:
    """Return a number of bytes, such as "68.9 kB"."""
    return size_text(round(count))


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


def count(number: int, thing: str) -> str:
    """Return "1 model" or "2 models"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def place(url: str) -> str:
    scheme, _ = split(url)
    return PLACES.get(scheme, scheme)


def described(url: str) -> str:
    """Return an address in words: “digits” in IndexedDB."""
    scheme, name = split(url)
    return f"“{name}” {'on' if scheme == 'server' else 'in'} {place(url)}"
