"""Unpacks Snappy, in which a block of an index may be compressed.

The format is ``format_description.txt`` of google/snappy: the length as a varint, then elements.
The lowest two bits of an element's first byte are its kind: 0 bytes that follow, 1 to 3 a copy of
bytes unpacked before, whose offset has 11, 16 or 32 bits.
"""

from __future__ import annotations

from pyio import limits
from pyio.converters.saved_model.protobuf import varint
from pyio.errors import InvalidModelError

_FOLLOWS = 60
"""Lengths from here on stand in 1 to 4 bytes of their own."""


def unpack(data: memoryview | bytes) -> bytes:
    """Return what `data` is when unpacked. Raises InvalidModelError."""
    size, place = varint(data, 0)
    if size > limits.INDEX_BYTES:
        raise InvalidModelError(
            f"a compressed block of {size:,} bytes is announced; at most {limits.INDEX_BYTES:,} "
            "are unpacked (pyio.limits.INDEX_BYTES)"
        )
    result = bytearray()
    while place < len(data):
        element, place = data[place], place + 1
        if element & 3 == 0:
            place = _bytes(result, data, element, place)
        else:
            place = _copy(result, data, element, place)
        if len(result) > size:
            break
    if len(result) != size:
        raise InvalidModelError("a compressed block has another length than it announces")
    return bytes(result)


def _bytes(result: bytearray, data: memoryview | bytes, element: int, place: int) -> int:
    length = element >> 2
    if length >= _FOLLOWS:
        width = length - _FOLLOWS + 1
        length = int.from_bytes(data[place : place + width], "little")
        place += width
    end = place + length + 1
    if end > len(data):
        raise InvalidModelError("a compressed block ends early")
    result += data[place:end]
    return end


def _copy(result: bytearray, data: memoryview | bytes, element: int, place: int) -> int:
    if element & 3 == 1:
        width, length, high = 1, (element >> 2 & 7) + 4, (element >> 5) << 8
    else:
        width, length, high = (2 if element & 3 == 2 else 4), (element >> 2) + 1, 0
    offset = high | int.from_bytes(data[place : place + width], "little")
    if not 0 < offset <= len(result):
        raise InvalidModelError("a compressed block copies from before its begin")
    for _ in range(length):  # a copy may overlap what it writes
        result.append(result[-offset])
    return place + width
