"""Attributes (message 0x0C), and the global heaps in which text of any length lies."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, TypeAlias

from pyio import limits
from pyio.converters.hdf5.content import NOWHERE, Content
from pyio.converters.hdf5.headers import ATTRIBUTE, ATTRIBUTE_INFO, Header, Message
from pyio.converters.hdf5.types import ADVICE, Type, dataspace, datatype
from pyio.errors import InvalidModelError, UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

Value: TypeAlias = "str | bytes | int | float | list[str | bytes | int | float] | None"
"""An attribute: one value, or a list where it has sides. None stands for a type without values."""

_NUMBERS = {
    **{f"i{size}": code for size, code in ((1, "b"), (2, "h"), (4, "i"), (8, "q"))},
    **{f"u{size}": code for size, code in ((1, "B"), (2, "H"), (4, "I"), (8, "Q"))},
    **{f"f{size}": code for size, code in ((2, "e"), (4, "f"), (8, "d"))},
}

_PLACE = struct.Struct("<IQI")
"""Where text of any length lies: its bytes, the address of the heap, and its number there."""


class Heaps:
    """The global heaps of a file, each read once."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._heaps: dict[int, dict[int, bytes]] = {}
        self._left = limits.HDF5_TEXT

    def text(self, length: int, address: int, number: int) -> str | bytes:
        """Return a text. Raises InvalidModelError for one that is not there."""
        if not length and address in (0, NOWHERE):
            return ""
        if address not in self._heaps:
            self._heaps[address] = self._read(address)
        found = self._heaps[address].get(number)
        if found is None or length > len(found):
            raise InvalidModelError(f"the text {number} of the global heap at {address:,} is lost")
        self._left -= length
        if self._left < 0:
            raise InvalidModelError(
                f"its attributes have more than {limits.HDF5_TEXT:,} bytes of text "
                "(pyio.limits.HDF5_TEXT)"
            )
        return _decoded(found[:length])

    def _read(self, at: int) -> dict[int, bytes]:
        content = self._content
        content.signed(at, b"GCOL", "a global heap")
        size = content.number(at + 8, 8)
        if content.number(at + 4, 4) != 1 or size < 16:
            raise InvalidModelError(f"the global heap at {at:,} is of no known kind")
        content.claim(at, size, f"the global heap at {at:,}")
        found: dict[int, bytes] = {}
        place, end = at + 16, at + size
        while place + 16 <= end:
            number, length = content.number(place, 2), content.number(place + 8, 8)
            if not number:
                break
            if number in found or place + 16 + length > end:
                raise InvalidModelError(f"the global heap at {at:,} contradicts itself")
            found[number] = content.copy(place + 16, length)
            place += 16 + -(-length // 8) * 8
        return found


def attributes(content: Content, header: Header, heaps: Heaps) -> dict[str, Value]:
    """Return the attributes of an object."""
    info = header.only(ATTRIBUTE_INFO)
    if info is not None:
        flags = content.number(info.at + 1, 1)
        at = info.at + 2 + (2 if flags & 1 else 0)
        if content.number(at, 8) != NOWHERE:
            raise UnsupportedModelError(
                f"an object has its attributes in a fractal heap (dense), which is not read; "
                f"{ADVICE}"
            )
    found: dict[str, Value] = {}
    for message in header.all(ATTRIBUTE):
        name, value = _attribute(content, message, header.padded, heaps)
        if name in found:
            raise InvalidModelError(f"an object has two attributes called {name!r}")
        found[name] = value
    return found


def _attribute(content: Content, message: Message, padded: bool, heaps: Heaps) -> tuple[str, Value]:
    version, flags = content.number(message.at, 1), content.number(message.at + 1, 1)
    sizes = [content.number(message.at + at, 2) for at in (2, 4, 6)]
    if version not in (1, 2, 3) or (version == 1 and flags):
        raise InvalidModelError(f"the attribute at {message.at:,} is of no known kind")
    if flags:
        raise UnsupportedModelError(
            f"an attribute has a named datatype, which is not read; {ADVICE}"
        )
    at = message.at + (9 if version == 3 else 8)
    places = []
    for size in sizes:
        places.append(at)
        at += -(-size // 8) * 8 if version == 1 else size
    left = message.at + message.size - at
    if left < 0:
        raise InvalidModelError(f"the attribute at {message.at:,} is longer than its message")
    raw, end, rest = content.copy(places[0], sizes[0]).partition(b"\0")
    name = _decoded(raw)
    if not end or any(rest) or not isinstance(name, str) or not name:
        raise InvalidModelError(f"the name of the attribute at {message.at:,} is damaged")
    kind = datatype(content, places[1], sizes[1])
    sides, used = dataspace(content, places[2], sizes[2])
    if kind.length > sizes[1] or used > sizes[2]:
        raise InvalidModelError(f"the attribute {name!r} contradicts itself")
    count = 0 if sides is None else math.prod(sides)
    if not 0 <= left - count * kind.size < (8 if padded else 1):
        raise InvalidModelError(
            f"the attribute {name!r} has {left:,} bytes; {count:,} values need "
            f"{count * kind.size:,}"
        )
    values = _values(content, at, kind, count, heaps)
    if values is None or sides is None:
        return name, None
    return name, values if sides else values[0]


def _values(
    content: Content, at: int, kind: Type, count: int, heaps: Heaps
) -> list[str | bytes | int | float] | None:
    raw = content.copy(at, count * kind.size)
    if kind.kind == "text":
        return [heaps.text(*_PLACE.unpack_from(raw, 16 * index)) for index in range(count)]
    if kind.kind == "list":
        return None
    pieces = [raw[index : index + kind.size] for index in range(0, len(raw), kind.size)]
    if kind.kind == "S":
        return [_decoded(piece.rstrip(b"\0")) for piece in pieces]
    if kind.kind == "V":
        return list(pieces)
    order = ">" if kind.big else "<"
    code = _NUMBERS[f"{kind.kind}{kind.size}"]
    return list(struct.unpack(f"{order}{count}{code}", raw))


def _decoded(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def texts(value: Value) -> Sequence[str] | None:
    """Return an attribute that is a list of texts, or None for another."""
    if not isinstance(value, list):
        return None
    found = [each for each in value if isinstance(each, str)]
    return found if len(found) == len(value) else None
