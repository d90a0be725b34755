"""Tables for people: as text in a terminal, as HTML in a notebook."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pyio.format.words import size_text as size_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = re.compile(r"[\d,]+")
_NUMBER_OR_SIZE = re.compile(r"[\d,.]+( (bytes|kB|MB|GB))?|\?|unknown")


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
    return sum(map(_width, text))


def _width(char: str) -> int:
    import unicodedata  # late: most texts are ASCII

    if unicodedata.category(char) in ("Mn", "Me") or "\u1160" <= char <= "\u11ff":
        return 0  # drawn over the letter before, as the second part of a Korean one is
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return rows in columns; those of numbers are flush right."""
    if not rows:
        return "nothing found"
    texts = [[cell(value) for value in row] for row in rows]
    widths = [max(map(width_of, column)) for column in zip(head, *texts, strict=True)]
    numbers = _matching(_NUMBER, texts)
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
    from html import escape  # late: most tables are never shown

    texts = [[cell(value) for value in row] for row in rows]
    sides = ["right" if number else "left" for number in _matching(_NUMBER_OR_SIZE, texts)]
    sides = sides or ["left"] * len(head)  # without rows

    def line(tag: str, values: Sequence[str]) -> str:
        cells = (
            # Here, because marimo has no style of its own for tables, and others align cells.
            f'<{tag} style="text-align:{side};padding:0.2em 0.6em">{escape(value)}</{tag}>'
            for value, side in zip(values, sides, strict=True)
        )
        return f"<tr>{''.join(cells)}</tr>"

    body = "".join(line("td", row) for row in texts)
    heading = line("th", [cell(value) for value in head])
    return f"<table><thead>{heading}</thead><tbody>{body}</tbody></table>"


def _matching(pattern: re.Pattern[str], texts: Sequence[Sequence[str]]) -> list[bool]:
    """Return for each column whether all texts in it, but empty ones, match `pattern`."""
    return [
        any(column) and all(pattern.fullmatch(text) for text in column if text)
        for column in zip(*texts, strict=True)
    ]


def html_lines(lines: Sequence[str]) -> str:
    """Return lines of text as an HTML paragraph."""
    from html import escape

    return f"<p>{'<br>'.join(escape(plain(line)) for line in lines)}</p>" if lines else ""
