"""Tables for people: as text in a terminal, as HTML in a notebook."""

from __future__ import annotations

import unicodedata
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def cell(value: Any) -> str:
    """Return a value as the text of a cell: nothing for None, numbers in groups of three."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else plain(str(value))


def plain(text: str) -> str:
    """Return `text` with escapes for what would break the table or command the terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def width_of(text: str) -> int:
    """Return the columns that `text` takes in a terminal: Chinese letters take two, accents none.

    `text` went through `plain`, so that nothing in it moves the cursor.
    """
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me") or "\u1160" <= char <= "\u11ff":
        return 0  # drawn over the letter before, as the second part of a Korean one is
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return rows in columns; those of numbers are flush right."""
    if not rows:
        return "nothing found"
    texts = [[cell(value) for value in row] for row in rows]
    widths = [max(map(width_of, column)) for column in zip(head, *texts, strict=True)]
    numbers = [
        all(text.replace(",", "").isdecimal() for text in column if text)
        for column in zip(*texts, strict=True)
    ]
    lines = []
    for row in (head, *texts):
        cells = zip(row, widths, numbers, strict=True)
        aligned = [_padded(text, width, number) for text, width, number in cells]
        lines.append("  ".join(aligned).rstrip())
    return "\n".join(lines)


def _padded(text: str, width: int, number: bool) -> str:
    space = " " * (width - width_of(text))
    return space + text if number else text + space


def html_table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return the same as an HTML table, in which every text is escaped."""

    def line(tag: str, values: Sequence[Any]) -> str:
        style = ' style="text-align:left"'
        cells = (f"<{tag}{style}>{escape(cell(value))}</{tag}>" for value in values)
        return f"<tr>{''.join(cells)}</tr>"

    body = "".join(line("td", row) for row in rows)
    return f"<table><thead>{line('th', head)}</thead><tbody>{body}</tbody></table>"


def html_lines(lines: Sequence[str]) -> str:
    """Return lines of text as an HTML paragraph."""
    return f"<p>{'<br>'.join(escape(plain(line)) for line in lines)}</p>" if lines else ""


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
