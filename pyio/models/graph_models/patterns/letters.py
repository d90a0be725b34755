"""Sets of characters: one character of a pattern, a class in brackets, or a class by name."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Range = tuple[int, int]

LAST = 0x10FFFF

DIGITS: tuple[Range, ...] = ((48, 57),)
SPACES: tuple[Range, ...] = ((9, 10), (12, 13), (32, 32))
"""White space of RE2: without the vertical tab, which Python's has."""
WORD: tuple[Range, ...] = ((48, 57), (65, 90), (95, 95), (97, 122))

POSIX: dict[str, tuple[Range, ...]] = {
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "alpha": ((65, 90), (97, 122)),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": DIGITS,
    "graph": ((33, 126),),
    "lower": ((97, 122),),
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": ((65, 90),),
    "word": WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}
"""The classes ``[:name:]``, all of them ASCII."""

_REMEMBERED = 4096


class Letters:
    """A set of characters: ranges of code points and Unicode categories, perhaps turned around."""

    __slots__ = ("_known", "categories", "fold", "negated", "ranges")

    def __init__(
        self,
        ranges: Iterable[Range] = (),
        *,
        negated: bool = False,
        fold: bool = False,
        categories: Iterable[tuple[str, bool]] = (),
    ) -> None:
        self.ranges = tuple(ranges)
        self.negated = negated
        self.fold = fold
        self.categories = tuple(categories)
        self._known: dict[str, bool] = {}

    def __contains__(self, character: str) -> bool:
        known = self._known.get(character)
        if known is None:
            known = self._has(character) is not self.negated
            if len(self._known) < _REMEMBERED:
                self._known[character] = known
        return known

    def _has(self, character: str) -> bool:
        forms = {character}
        if self.fold:
            forms |= {each for each in (character.lower(), character.upper()) if len(each) == 1}
        codes = [ord(each) for each in forms]
        if any(low <= code <= high for code in codes for low, high in self.ranges):
            return True
        category = unicodedata.category(character) if self.categories else ""
        return any(category.startswith(name) is not no for name, no in self.categories)

    @property
    def as_python(self) -> str | None:
        """The set as a class of Python's `re`, or None where that has no such class."""
        if self.fold or self.categories or not self.ranges:
            return None
        parts = "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in self.ranges)
        return f"[{'^' if self.negated else ''}{parts}]"


def without(ranges: Iterable[Range]) -> list[Range]:
    """Return all characters but those of `ranges`."""
    rest: list[Range] = []
    start = 0
    for low, high in sorted(ranges):
        if start < low:
            rest.append((start, low - 1))
        start = max(start, high + 1)
    return [*rest, (start, LAST)] if start <= LAST else rest
