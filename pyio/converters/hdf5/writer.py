"""HDF5 files of groups, arrays and texts, which libhdf5 1.8 and later read (so h5py, so Keras).

The format is described in "HDF5 File Format Specification Version 3.0" of The HDF Group. Written
are superblock 0 (II.A) and object headers of version 1 (IV.A.1.a). The members of a group are link
messages in its header (IV.A.2.g) instead of a tree and a heap. Data are contiguous (IV.A.2.i), and
texts of any length are in global heaps (III.E). No part has a checksum or a date, so the same
content gives the same bytes. Addresses and lengths have 8 bytes, and numbers are little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from pyio.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Attribute: TypeAlias = "str | NDArray[Any]"
"""A text of any length, or an array of numbers or of bytes of one length."""

NONE = 2**64 - 1
"""The address of what is not there."""

ATTRIBUTE_BYTES = 64_512
"""Bytes of an array that fit into an attribute. Keras splits longer lists at the same number
(keras ``legacy_h5_format.py``, `HDF5_OBJECT_HEADER_LIMIT`)."""

_SUPERBLOCK_BYTES = 96
_HEAP_BYTES = 4096
"""The least that libhdf5 takes for a global heap."""

_SPACE, _LINK_INFO, _TYPE, _FILL, _LINK, _LAYOUT, _GROUP_INFO, _ATTRIBUTE = 1, 2, 3, 5, 6, 8, 10, 12
"""The numbers of messages in object headers."""

_FLOATS = {2: (15, 10, 5, 10, 15), 4: (31, 23, 8, 23, 127), 8: (63, 52, 11, 52, 1023)}
"""Bytes -> place of the sign, start and bits of the exponent, bits and bias of IEEE numbers."""

_TEXT = struct.pack("<BBBBI", 0x19, 1, 1, 0, 16) + struct.pack("<BBBBI", 0x13, 0x10, 0, 0, 1)
"""The datatype of a text of any length in UTF-8: class 9 over a character of class 3."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group: its members by name, which are groups and arrays, and its attributes."""

    members: dict[str, Group | NDArray[Any]] = field(default_factory=dict)
    attributes: dict[str, Attribute] = field(default_factory=dict)

    def group(self, path: Sequence[str]) -> Group:
        """Return the group at `path` below this one, made if it does not exist."""
        found = self
        for name in path:
            inner = found.members.setdefault(name, Group())
            if not isinstance(inner, Group):
                raise WeightsError(f"{'/'.join(path)!r} has to be a group and is an array")
            found = inner
        return found


def pieces(root: Group) -> list[memoryview]:
    """Return the file as pieces; large arrays are the very memory that was given.

    Raises WeightsError for a dtype other than numbers and bytes, and for attributes that are too
    long.
    """
    writer = _Writer()
    address = writer.group(root)
    return [memoryview(_superblock(address, writer.position)), *writer.pieces]


def _superblock(root: int, end: int) -> bytes:
    sizes = bytes((0, 0, 0, 0, 0, 8, 8, 0))  # versions, and the bytes of addresses and lengths
    places = struct.pack("<HHIQQQQ", 4, 16, 0, 0, NONE, end, NONE)
    entry = struct.pack("<QQII16x", 0, root, 0, 0)
    return b"\x89HDF\r\n\x1a\n" + sizes + places + entry


class _Writer:
    """Writes what is inside first: an object has the addresses of its members."""

    def __init__(self) -> None:
        self.pieces: list[memoryview] = []
        self.position = _SUPERBLOCK_BYTES

    def put(self, *parts: bytes | memoryview) -> int:
        """Add `parts`, filled up to a multiple of 8 bytes, and return their address."""
        start = self.position
        for part in parts:
            self.pieces.append(memoryview(part))
            self.position += memoryview(part).nbytes
        if self.position % 8:
            self.put(bytes(-self.position % 8))
        return start

    def header(self, messages: Sequence[tuple[int, bytes]]) -> int:
        """Add an object header and return its address."""
        body = b"".join(
            struct.pack("<HHBBBB", kind, len(content), 0, 0, 0, 0) + content
            for kind, content in ((kind, _padded(content)) for kind, content in messages)
        )
        return self.put(struct.pack("<BBHIII", 1, 0, len(messages), 1, len(body), 0), body)

    def group(self, group: Group) -> int:
        """Add a group with all that is in it, and return its address."""
        messages = [
            (_LINK_INFO, struct.pack("<BBQQ", 0, 0, NONE, NONE)),
            (_GROUP_INFO, b"\0\0"),
        ]
        for name, member in group.members.items():
            inner = self.group(member) if isinstance(member, Group) else self.dataset(name, member)
            messages.append((_LINK, _link(name, inner)))
        messages += [self.attribute(name, value) for name, value in group.attributes.items()]
        return self.header(messages)

    def dataset(self, name: str, array: NDArray[Any]) -> int:
        """Add an array and return the address of its header."""
        kind = _datatype(name, array.dtype)
        raw = _raw(array)
        address = self.put(raw) if raw.nbytes else NONE
        return self.header(
            [
                (_SPACE, _dataspace(array.shape)),
                (_TYPE, kind),
                (_FILL, bytes((2, 2, 2, 0))),
                (_LAYOUT, struct.pack("<BBQQ", 3, 1, address, raw.nbytes)),
            ]
        )

    def attribute(self, name: str, value: Attribute) -> tuple[int, bytes]:
        """Return the message of an attribute; a text is added to the file first."""
        if isinstance(value, str):
            kind, space, data = _TEXT, _dataspace(()), self._text(value)
        else:
            kind, space = _datatype(name, value.dtype), _dataspace(value.shape)
            data = bytes(_raw(value))
        if len(data) > ATTRIBUTE_BYTES:
            raise WeightsError(
                f"the attribute {name!r} has {len(data):,} bytes; {ATTRIBUTE_BYTES:,} fit"
            )
        key = name.encode() + b"\0"
        sizes = struct.pack("<BBHHH", 1, 0, len(key), len(kind), len(space))
        return _ATTRIBUTE, sizes + _padded(key) + _padded(kind) + _padded(space) + data

    def _text(self, text: str) -> bytes:
        """Add a heap with one text, and return what points there."""
        raw = text.encode()
        item = struct.pack("<HHIQ", 1, 1, 0, len(raw)) + _padded(raw)
        size = max(_HEAP_BYTES, 16 + len(item) + 16)
        free = size - 16 - len(item)
        head = b"GCOL" + struct.pack("<BBBBQ", 1, 0, 0, 0, size)
        heap = self.put(head, item, struct.pack("<HHIQ", 0, 0, 0, free), bytes(free - 16))
        return struct.pack("<IQI", len(raw), heap, 1)


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 8)


def _link(name: str, address: int) -> bytes:
    key = name.encode()
    # Flags 0x11: the character set is given (UTF-8), and the length of the name has two bytes.
    return struct.pack("<BBBH", 1, 0x11, 1, len(key)) + key + struct.pack("<Q", address)


def _dataspace(shape: tuple[int, ...]) -> bytes:
    return struct.pack(f"<BBBBI{len(shape)}Q", 1, len(shape), 0, 0, 0, *shape)


def _datatype(name: str, dtype: np.dtype[Any]) -> bytes:
    kind, size = dtype.kind, dtype.itemsize
    if kind == "f" and size in _FLOATS:
        sign, start, exponent, fraction, bias = _FLOATS[size]
        numbers = (0, 8 * size, start, exponent, 0, fraction, bias)
        return struct.pack("<BBBBIHHBBBBI", 0x11, 0x20, sign, 0, size, *numbers)
    if kind in "iu":
        return struct.pack("<BBBBIHH", 0x10, 8 if kind == "i" else 0, 0, 0, size, 0, 8 * size)
    if kind == "S":
        return struct.pack("<BBBBI", 0x13, 1, 0, 0, max(size, 1))
    raise WeightsError(f"{name!r} is {dtype}; HDF5 files are written with numbers and bytes alone")


def _raw(array: NDArray[Any]) -> memoryview:
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return little.reshape(-1).view(np.uint8).data if little.nbytes else memoryview(b"")


def text_lists(name: str, values: Sequence[str]) -> Mapping[str, NDArray[Any]]:
    """Return the attributes that hold a list of texts, as Keras writes and reads it.

    It is one array of bytes of one length, or several called ``name0``, ``name1`` … where one would
    be too long (keras ``legacy_h5_format.py``, `save_attributes_to_hdf5_group`). An empty list is
    an empty array of numbers.
    """
    if not values:
        return {name: np.zeros(0)}
    array = np.array([value.encode() for value in values])
    count = -(-array.nbytes // ATTRIBUTE_BYTES)
    while any(part.nbytes > ATTRIBUTE_BYTES for part in np.array_split(array, count)):
        count += 1
    if count == 1:
        return {name: array}
    return {f"{name}{index}": part for index, part in enumerate(np.array_split(array, count))}
