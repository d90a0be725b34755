"""Tables as text and as HTML, and sizes and texts for their cells."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows in columns; those of numbers are flush right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    numbers = [
        all(cell.replace(",", "").isdecimal() for cell in column if cell)
        for column in zip(*rows, strict=True)
    ]
    lines = []
    for row in (head, *rows):
        cells = zip(row, widths, numbers, strict=True)
        aligned = [cell.rjust(w) if number else cell.ljust(w) for cell, w, number in cells]
        lines.append("  ".join(aligned).rstrip())
    return "\n".join(lines)


def html_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the same as an HTML table, everything escaped."""
    style = ' style="text-align:left"'
    headings = "".join(f"<th{style}>{escape(heading)}</th>" for heading in head)
    body = "".join(
        "<tr>" + "".join(f"<td{style}>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{headings}</tr></thead><tbody>{body}</tbody></table>"


def plain(text: str) -> str:
    """Return `text` with escapes for what would break the table or command the terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


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
