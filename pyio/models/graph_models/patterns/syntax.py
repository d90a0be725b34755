"""RE2's syntax -> a tree. What RE2 has no word for is an error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from pyio import limits
from pyio.errors import InvalidModelError
from pyio.models.graph_models.patterns.letters import (
    DIGITS,
    LAST,
    POSIX,
    SPACES,
    WORD,
    Letters,
    Range,
    without,
)


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts one after another."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several parts, the first that matches."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part so often; `high` is None for any number."""

    part: Node
    low: int
    high: int | None
    greedy: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A part whose place is remembered."""

    part: Node
    index: int


@dataclass(frozen=True, slots=True)
class Assertion:
    """A place: begin, end, line begin, line end, border of a word, no border of a word."""

    kind: str


Node: TypeAlias = "Sequence | Choice | Repeat | Group | Assertion | Letters"

_CLASSES: dict[str, tuple[Range, ...]] = {"d": DIGITS, "s": SPACES, "w": WORD}
_CHARACTERS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "a": 7}
_PLACES = {"A": "begin", "z": "end", "b": "border", "B": "no border"}
_REPEATS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_MOST_REPEATS = 1000
"""RE2's own limit for ``{n,m}``."""


@dataclass(frozen=True, slots=True)
class Flags:
    """What ``(?ims)`` and ``(?U)`` set."""

    fold: bool = False
    lines: bool = False
    dot_all: bool = False
    lazy: bool = False


def parse(pattern: str) -> tuple[Node, int]:
    """Return the tree of a pattern and the number of its groups. Raises InvalidModelError."""
    if len(pattern) > limits.PATTERN_LENGTH:
        raise InvalidModelError(
            f"a pattern has {len(pattern):,} characters; the most is {limits.PATTERN_LENGTH:,}"
        )
    parser = _Parser(pattern)
    tree = parser.choice(Flags(), 0)
    if parser.place < len(pattern):
        raise parser.error("a ) without (")
    return tree, parser.groups


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.groups = 0
        self.flags = Flags()

    def error(self, problem: str) -> InvalidModelError:
        return InvalidModelError(
            f"the pattern {self.text!r:.120} cannot be used: {problem} at {self.place}; patterns "
            "have the syntax of RE2"
        )

    def take(self, text: str) -> bool:
        """Go behind `text` if it comes next."""
        found = self.text.startswith(text, self.place)
        self.place += len(text) if found else 0
        return found

    def next(self) -> str:
        """Return the next character."""
        if self.place >= len(self.text):
            raise self.error("something is missing")
        self.place += 1
        return self.text[self.place - 1]

    def choice(self, flags: Flags, depth: int) -> Node:
        """Parse up to a ) or the end; flags that are set inside hold until there."""
        if depth > limits.GRAPH_DEPTH:
            raise self.error("groups are too deep")
        self.flags = flags
        parts = [self.sequence(depth)]
        while self.take("|"):
            parts.append(self.sequence(depth))
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.place < len(self.text) and self.text[self.place] not in "|)":
            if self.take(r"\Q"):
                end = self.text.find(r"\E", self.place)
                quoted = self.text[self.place : end if end >= 0 else len(self.text)]
                self.place = end + 2 if end >= 0 else len(self.text)
                parts += [self.one(ord(each)) for each in quoted]
                if not quoted:
                    continue
            else:
                part = self.atom(depth)
                if part is None:
                    continue
                parts.append(part)
            parts[-1] = self.repeated(parts[-1])
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def one(self, code: int) -> Letters:
        return Letters([(code, code)], fold=self.flags.fold)

    def repeated(self, part: Node) -> Node:
        bounds = self.bounds()
        if bounds is None:
            return part
        greedy = self.take("?") is self.flags.lazy
        before = self.place
        if self.bounds() is not None:
            self.place = before
            raise self.error("a repetition of a repetition")
        return Repeat(part, *bounds, greedy)

    def bounds(self) -> tuple[int, int | None] | None:
        """Parse a repetition, if one comes next."""
        for sign, bounds in _REPEATS.items():
            if self.take(sign):
                return bounds
        end = self.text.find("}", self.place)
        if not self.text.startswith("{", self.place) or end < 0:
            return None
        low, comma, high = self.text[self.place + 1 : end].partition(",")
        if not (low.isdecimal() and low.isascii() and (high == "" or high.isdecimal())):
            return None  # RE2 takes such braces as they are
        if max(len(low), len(high)) > 4 or max(int(low), int(high or 0)) > _MOST_REPEATS:
            raise self.error(f"more than {_MOST_REPEATS:,} repetitions")
        most = int(low) if not comma else int(high) if high else None
        if most is not None and most < int(low):
            raise self.error("a repetition that ends before it begins")
        self.place = end + 1
        return int(low), most

    def atom(self, depth: int) -> Node | None:
        """Parse one part; None for flags, which are no part."""
        character = self.next()
        if character == "(":
            return self.group(depth)
        if character == "[":
            return self.bracket()
        if character == ".":
            return Letters([(10, 10)] if not self.flags.dot_all else [], negated=True)
        if character == "^":
            return Assertion("line begin" if self.flags.lines else "begin")
        if character == "$":
            return Assertion("line end" if self.flags.lines else "end")
        if character in "*+?":
            self.place -= 1
            raise self.error("a repetition of nothing")
        if character == "\\":
            if self.text[self.place : self.place + 1] in _PLACES:
                return Assertion(_PLACES[self.next()])
            return self.escape()
        return self.one(ord(character))

    def group(self, depth: int) -> Node | None:
        outer = self.flags
        inner, index = outer, None
        looks_back = self.text[self.place : self.place + 3] in {"?<=", "?<!"}
        if self.take("?P<") or (not looks_back and self.take("?<")):
            name = self.text[self.place :].partition(">")[0]
            if not name.isidentifier() or not self.take(f"{name}>"):
                raise self.error("a group without a proper name")
            index = self._new_group()
        elif self.take("?"):
            inner, ended = self._flags(outer)
            if ended:
                self.flags = inner
                return None
        else:
            index = self._new_group()
        part = self.choice(inner, depth + 1)
        if not self.take(")"):
            raise self.error("a ( without )")
        self.flags = outer
        return part if index is None else Group(part, index)

    def _new_group(self) -> int:
        self.groups += 1
        return self.groups

    def _flags(self, flags: Flags) -> tuple[Flags, bool]:
        """Parse flags; the second result is whether they have no group of their own."""
        names = {"i": "fold", "m": "lines", "s": "dot_all", "U": "lazy"}
        on = True
        while True:
            character = self.next()
            if character in names:
                flags = replace(flags, **{names[character]: on})
            elif character == "-" and on:
                on = False
            elif character in ":)":
                return flags, character == ")"
            else:
                raise self.error("an unknown kind of group")

    def escape(self) -> Letters:
        """Parse what follows a backslash, outside or inside of brackets."""
        character = self.next()
        if character.lower() in _CLASSES and character.isascii():
            return Letters(_CLASSES[character.lower()], negated=character.isupper())
        if character in "pP":
            return self._category(character == "P")
        if character in _CHARACTERS:
            return self.one(_CHARACTERS[character])
        if character == "x":
            return self.one(self._hexadecimal())
        if character in "01234567":
            more = self.text[self.place : self.place + 2]
            digits = (
                character
                + more[: next((i for i, c in enumerate(more) if c not in "01234567"), len(more))]
            )
            if character != "0" and len(digits) == 1:
                raise self.error("a reference to a group, which RE2 does not have,")
            self.place += len(digits) - 1
            return self.one(int(digits, 8))
        if character.isascii() and not character.isalnum():
            return self.one(ord(character))
        raise self.error(f"the unknown escape \\{character}")

    def _hexadecimal(self) -> int:
        if self.take("{"):
            digits = self.text[self.place :].partition("}")[0]
            self.place += len(digits) + 1
        else:
            digits = self.text[self.place : self.place + 2]
            self.place += 2
        known = set("0123456789abcdefABCDEF")
        if not 1 <= len(digits) <= 8 or not set(digits) <= known or int(digits, 16) > LAST:
            raise self.error("a bad number of a character")
        return int(digits, 16)

    def _category(self, negated: bool) -> Letters:
        """Parse a category of Unicode such as L or {Lu}; scripts are not known."""
        name = self.next()
        if name == "{":
            name = self.text[self.place :].partition("}")[0]
            self.place += len(name) + 1
        if name.startswith("^"):
            name, negated = name[1:], not negated
        if not (1 <= len(name) <= 2 and name[0] in "LMNPSZC"):
            raise self.error(f"the class {name!r:.20} of Unicode, which pyio does not know,")
        return Letters(categories=[(name, False)], negated=negated, fold=False)

    def bracket(self) -> Letters:
        """Parse a class in brackets."""
        negated = self.take("^")
        ranges: list[Range] = []
        categories: list[tuple[str, bool]] = []
        first = True
        while first or not self.take("]"):
            first = False
            if self.take("[:"):
                ranges += self._posix()
                continue
            low = self._member()
            if low.categories:
                categories += [(name, no is not low.negated) for name, no in low.categories]
            elif low.negated or len(low.ranges) != 1 or low.ranges[0][0] != low.ranges[0][1]:
                ranges += without(low.ranges) if low.negated else low.ranges
            else:
                ranges.append((low.ranges[0][0], self._end_of_range(low.ranges[0][0])))
        fold = self.flags.fold
        return Letters(ranges, negated=negated, fold=fold, categories=categories)

    def _member(self) -> Letters:
        character = self.next()
        if character == "\\":
            return self.escape()
        return Letters([(ord(character), ord(character))])

    def _end_of_range(self, low: int) -> int:
        following = self.text[self.place : self.place + 2]
        if len(following) < 2 or following[0] != "-" or following[1] == "]":
            return low
        self.place += 1
        high = self._member()
        if len(high.ranges) != 1 or high.negated or high.ranges[0][0] != high.ranges[0][1]:
            raise self.error("a range without an end")
        if high.ranges[0][0] < low:
            raise self.error("a range that ends before it begins")
        return high.ranges[0][0]

    def _posix(self) -> list[Range]:
        negated = self.take("^")
        name = self.text[self.place :].partition(":]")[0]
        if name not in POSIX or not self.take(f"{name}:]"):
            raise self.error("an unknown class [:name:]")
        return without(POSIX[name]) if negated else list(POSIX[name])
