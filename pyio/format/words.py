"""Values in words for people: sizes and dates, and one line for a whole result."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class OneLine:
    """A result whose ``repr`` is one line, which notebooks show as it is."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from html import escape  # late: most results are never shown as HTML

        return f"<p>{escape(repr(self))}</p>"


def size_text(count: int) -> str:
    """Return a number of bytes for people: "999 bytes", "1.0 kB", "104.9 MB"."""
    if count < 1000:
        return f"{count} bytes"
    size = float(count)
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 999.95 or unit == "GB":
            break
    return f"{size:,.1f} {unit}"


def date_text(date: datetime | None) -> str:
    """Return a date for people: "2026-11-20 09:05 UTC", or "?" where it is not known."""
    return "?" if date is None else f"{date:%Y-%m-%d %H:%M} UTC"
