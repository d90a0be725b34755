"""Datatypes and dataspaces (messages 0x03 and 0x01)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyio import limits
from pyio.errors import InvalidModelError, UnsupportedModelError

if TYPE_CHECKING:
    from pyio.converters.hdf5.content import Content

ADVICE = "save the model again with Keras, or install h5py"
"""What to do about a file that is sound and not read here."""

_CLASSES = {
    2: "times",
    4: "bit fields",
    6: "compound types",
    7: "references",
    10: "arrays as elements",
    11: "complex numbers",
}

_FLOATS = {
    # size -> sign, bits, exponent at, its size, mantissa at, its size, bias (IEEE 754)
    2: (15, 16, 10, 5, 0, 10, 15),
    4: (31, 32, 23, 8, 0, 23, 127),
    8: (63, 64, 52, 11, 0, 52, 1023),
}


@dataclass(frozen=True, slots=True)
class Type:
    """The type of one element.

    Attributes:
        kind: "i", "u", "f" for numbers, "S" for text of a fixed length, "V" for opaque bytes,
            "text" for text of any length, "list" for lists.
        size: Bytes of an element where it lies.
        big: Whether the bytes are in big-endian order.
        length: Bytes of this description in the file.
    """

    kind: str
    size: int
    big: bool
    length: int

    @property
    def numpy(self) -> str:
        """The dtype as NumPy writes it: "<f4"."""
        if self.kind in "SV":
            return f"|{self.kind}{self.size}"
        return f"{'>' if self.big else '<'}{self.kind}{self.size}"


def datatype(content: Content, at: int, available: int, depth: int = 0) -> Type:
    """Return the datatype at a place that has `available` bytes for it."""
    if available < 8:
        raise InvalidModelError(f"a datatype at {at:,} has {available} bytes; it needs 8")
    version, kind = divmod(content.number(at, 1), 16)
    bits, size = content.number(at + 1, 3), content.number(at + 4, 4)
    if kind in _CLASSES:
        raise UnsupportedModelError(f"it holds {_CLASSES[kind]}, which are not read; {ADVICE}")
    if version not in (1, 2, 3) or kind not in (0, 1, 3, 5, 8, 9) or not size:
        raise InvalidModelError(f"the datatype at {at:,} is of no known kind")
    big = bool(bits & 1)
    if kind == 0:
        return _integer(content, at, bits, size, big)
    if kind == 1:
        return _float(content, at, bits, size, big)
    if kind in (3, 5):
        return _plain(at, kind, bits, size)
    if depth > 1:
        raise _odd("type", at)
    if kind == 8:
        return _enumeration(content, at, bits, size, available, version)
    if size != 16 or bits & 0xF > 1:
        raise _odd("type of variable length", at)
    base = datatype(content, at + 8, available - 8, depth + 1)
    return Type("text" if bits & 0xF else "list", 16, False, 8 + base.length)


def _plain(at: int, kind: int, bits: int, size: int) -> Type:
    """Return text of a fixed length, or opaque bytes, whose name follows."""
    if kind == 5:
        return Type("V", size, False, 8 + -(-(bits & 0xFF) // 8) * 8)
    if bits & 0xF > 2 or bits & 0xF0 > 0x10 or bits >> 8:
        raise _odd("text", at)
    return Type("S", size, False, 8)


def _integer(content: Content, at: int, bits: int, size: int, big: bool) -> Type:
    place = content.number(at + 8, 2), content.number(at + 10, 2)
    if size not in (1, 2, 4, 8) or bits & ~0b1001 or place != (0, 8 * size):
        raise _odd("integer", at)
    return Type("i" if bits & 8 else "u", size, big, 12)


def _float(content: Content, at: int, bits: int, size: int, big: bool) -> Type:
    numbers = [content.number(at + 8, 2), content.number(at + 10, 2)]
    numbers += [content.number(at + 12 + index, 1) for index in range(4)]
    numbers.append(content.number(at + 16, 4))
    expected = _FLOATS.get(size)
    if expected is None or bits & ~0xFF01 != 0x20 or (bits >> 8) != expected[0]:
        raise _odd("floating-point number", at)
    if tuple(numbers) != (0, *expected[1:]):
        raise _odd("floating-point number", at)
    return Type("f", size, big, 20)


def _enumeration(
    content: Content, at: int, count: int, size: int, available: int, version: int
) -> Type:
    """Return the integer type that is below; h5py stores bool like this."""
    base = datatype(content, at + 8, available - 8, 2)
    if base.kind not in "iu" or base.size != size or count > 0xFFFF:
        raise _odd("enumeration", at)
    place = at + 8 + base.length
    for _ in range(count):
        name = content.copy(place, min(256, at + available - place)).partition(b"\0")[0]
        place += len(name) + 1 if version == 3 else -(-(len(name) + 1) // 8) * 8
    return Type(base.kind, size, base.big, place + count * size - at)


def _odd(what: str, at: int) -> InvalidModelError:
    return InvalidModelError(
        f"the {what} described at {at:,} is one that no file has; it is damaged"
    )


def dataspace(content: Content, at: int, available: int) -> tuple[tuple[int, ...] | None, int]:
    """Return the sides, None for no data at all, and the bytes of the description."""
    version, rank, flags = (content.number(at + index, 1) for index in range(3))
    if version not in (1, 2) or flags & ~1 or rank > limits.SIDES:
        raise InvalidModelError(f"the dataspace at {at:,} is of no known kind")
    kind = content.number(at + 3, 1)
    if (version == 1 and content.number(at + 3, 5)) or (version == 2 and kind > 2):
        raise InvalidModelError(f"the dataspace at {at:,} is of no known kind")
    start = at + (8 if version == 1 else 4)
    length = start - at + 8 * rank * (2 if flags & 1 else 1)
    if length > available:
        raise InvalidModelError(f"the dataspace at {at:,} has {rank} sides and no bytes for them")
    if version == 2 and (kind == 2 or (kind == 0 and rank)):
        if rank:
            raise InvalidModelError(f"the dataspace at {at:,} contradicts itself")
        return None, length
    sides = tuple(content.number(start + 8 * index, 8) for index in range(rank))
    for index in range(rank if flags & 1 else 0):
        if content.number(start + 8 * (rank + index), 8) < sides[index]:
            raise InvalidModelError(f"the dataspace at {at:,} is larger than it may become")
    if math.prod(sides) > limits.SIDE:
        raise InvalidModelError(f"the dataspace at {at:,} has the sides {list(sides)}")
    return sides, length
