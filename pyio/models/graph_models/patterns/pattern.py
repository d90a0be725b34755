"""A pattern that is ready to use: replacing and full matches, as RE2 does them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pyio.errors import InvalidModelError
from pyio.models.graph_models.patterns.letters import Letters
from pyio.models.graph_models.patterns.machine import Machine, Places
from pyio.models.graph_models.patterns.syntax import Node, Repeat, Sequence, parse

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN_PARTS = 100
"""The most characters of a plain pattern, and the most repetitions that it asks for at least."""


class Pattern:
    """A compiled pattern. Make it with `Pattern.of`."""

    def __init__(self, source: bytes) -> None:
        try:
            tree, self.groups = parse(source.decode())
        except UnicodeDecodeError as error:
            raise InvalidModelError(f"the pattern {source!r:.80} is not UTF-8") from error
        self._machine = Machine(tree, self.groups)
        plain = _as_python(tree)
        self._search: Callable[[str, int], Places | None] = self._machine.search
        if plain is not None:
            compiled = re.compile(plain)

            def search(text: str, start: int) -> Places | None:
                found = compiled.search(text, start)
                return None if found is None else found.span()

            self._search = search

    @staticmethod
    @lru_cache(maxsize=100)
    def of(source: bytes) -> Pattern:
        """Return the pattern, compiled once. Raises InvalidModelError for what RE2 refuses."""
        return Pattern(source)

    def begin(self) -> None:
        """Count the work of the next texts from 0."""
        self._machine.work = 0

    def matches(self, data: bytes) -> bool:
        """Whether the pattern matches the whole text."""
        text = data.decode("utf-8", "surrogateescape")
        return self._machine.search(text, 0, whole=True) is not None

    def replace(self, data: bytes, rewrite: bytes, everywhere: bool) -> bytes:
        """Return the text with the first match replaced, or all of them (``GlobalReplace``)."""
        text = data.decode("utf-8", "surrogateescape")
        parts = _rewrite_parts(rewrite, self.groups)
        result: list[str] = []
        position, last_end = 0, -1
        while position <= len(text):
            found = self._search(text, position)
            if found is None:
                break
            begin, end = found[:2]
            result.append(text[position:begin])
            if begin == end == last_end:  # no empty match right behind a match
                result.append(text[begin : begin + 1])
                position = begin + 1
                continue
            result += [part if isinstance(part, str) else _of(text, found, part) for part in parts]
            position = last_end = end
            if not everywhere:
                break
        result.append(text[position:])
        return "".join(result).encode("utf-8", "surrogateescape")


def _of(text: str, places: Places, group: int) -> str:
    begin, end = places[2 * group : 2 * group + 2]
    return text[begin:end] if begin >= 0 else ""


def _rewrite_parts(rewrite: bytes, groups: int) -> list[str | int]:
    """Return a rewrite as texts and numbers of groups. Raises InvalidModelError."""
    parts: list[str | int] = []
    text = rewrite.decode("utf-8", "surrogateescape")
    for index, piece in enumerate(re.split(r"\\(.?)", text, flags=re.DOTALL)):
        if index % 2 == 0 or piece == "\\":
            parts.append(piece)
        elif piece.isdecimal() and piece.isascii() and int(piece) <= groups:
            parts.append(int(piece))
        else:
            raise InvalidModelError(
                f"the rewrite {text!r:.80} has \\{piece}; a number up to {min(groups, 9)} or a "
                "second backslash may follow a backslash"
            )
    return parts


def _as_python(tree: Node) -> str | None:
    """Return a plain pattern as one of Python's `re`, or None for any other.

    Plain is a run of characters of which only the last repeats, greedily. There `re` finds the
    same in linear time, and much faster.
    """
    parts = tree.parts if isinstance(tree, Sequence) else (tree,)
    if not parts or len(parts) > _PLAIN_PARTS:
        return None
    written = []
    for index, part in enumerate(parts):
        bounds = ""
        if isinstance(part, Repeat) and index == len(parts) - 1 and part.greedy:
            if part.low > _PLAIN_PARTS:
                return None
            bounds = f"{{{part.low},{'' if part.high is None else part.high}}}"
            part = part.part
        letters = part.as_python if isinstance(part, Letters) else None
        if letters is None:
            return None
        written.append(letters + bounds)
    return "".join(written)
