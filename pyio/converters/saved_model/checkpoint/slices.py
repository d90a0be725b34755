"""Parts of partitioned variables: how a checkpoint names them, and what restore ops ask for.

A variable in parts has one entry whose ``slices`` list the parts, and an entry for each part. The
key of a part is an ordered code of a zero, the name, the rank, and start and length of each side
(``EncodeTensorNameSlice`` in ``saved_tensor_slice_util.cc``, ``ordered_code.cc``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from pyio.converters.saved_model.protobuf import Message

Part: TypeAlias = tuple[tuple[int, int], ...]
"""Start and length along each side; the length -1 stands for the whole side."""

WHOLE = (0, -1)

_HEADERS = (0x8000, 0xC000, 0xE000, 0xF000, 0xF800, 0xFC00, 0xFE00, 0xFF00, 0xFF80, 0xFFC0)
"""The first two bytes of a signed number that takes 1, 2, … 10 bytes."""


def part_of(message: Message) -> Part:
    """Return the part that a TensorSlice describes."""
    return tuple((extent.get("start", 0), extent.get("length", -1)) for extent in message["extent"])


def part_key(name: str, part: Part) -> bytes:
    """Return the key of a part in the index."""
    text = name.encode().replace(b"\xff", b"\xff\x00").replace(b"\x00", b"\x00\xff")
    numbers = [_signed(number) for extent in part for number in extent]
    return _unsigned(0) + text + b"\x00\x01" + _unsigned(len(part)) + b"".join(numbers)


def indices(part: Part) -> tuple[slice, ...]:
    """Return a part as an index of an array."""
    return tuple(slice(None) if each == WHOLE else slice(each[0], sum(each)) for each in part)


def part_from_text(text: str) -> Part | None:
    """Return the part in the third input of a RestoreV2, or None for the whole variable.

    The text is the sides of the whole and then the slices: ``10 4 0,5:-`` are the first five rows
    of ten (``ParseShapeAndSlice`` in ``saved_tensor_slice_util.cc``). Raises InvalidModelError.
    """
    if not text:
        return None
    try:
        extents = [
            WHOLE if each == "-" else (int(each.split(",")[0]), int(each.split(",")[1]))
            for each in text.split(" ")[-1].split(":")
        ]
    except (ValueError, IndexError):
        raise InvalidModelError(f"{text!r:.80} is not a part of a variable") from None
    return tuple(extents)


def _unsigned(value: int) -> bytes:
    length = (value.bit_length() + 7) // 8
    return bytes([length]) + value.to_bytes(length, "big")


def _signed(value: int) -> bytes:
    length = (~value if value < 0 else value).bit_length() // 7 + 1
    code = bytearray(value.to_bytes(length + 1, "big", signed=True)[1:])
    header = _HEADERS[length - 1]
    code[0] ^= header >> 8
    if length > 1:
        code[1] ^= header & 255
    return bytes(code)
