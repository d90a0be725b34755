"""The checksum of TensorFlow's and LevelDB's files: CRC-32C, masked.

The polynomial is 0x1EDC6F41 (Castagnoli), reflected 0x82F63B78. A file holds the CRC rotated right
by 15 bits plus 0xA282EAD8 (``crc32c.h`` of LevelDB), because a CRC of data with CRCs in it is weak.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_POLYNOMIAL = 0x82F63B78
_ONES = 0xFFFFFFFF
_LANES = 4096
_SHORTEST_LANE = 8


@cache
def _table() -> NDArray[np.uint32]:
    """The register after one byte, for each byte."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(_POLYNOMIAL), table >> 1)
    return table


@cache
def _byte_steps() -> list[int]:
    steps: list[int] = _table().tolist()
    return steps


def masked_crc(*parts: memoryview | bytes) -> int:
    """Return the checksum of the parts one after another, as a file holds it."""
    register = _ONES
    for part in parts:
        register = _extend(register, part)
    crc = register ^ _ONES
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & _ONES


def _extend(register: int, data: memoryview | bytes) -> int:
    numbers = np.frombuffer(data, np.uint8)
    length = len(numbers) // _LANES
    if length >= _SHORTEST_LANE:
        register = _by_lanes(register, numbers[: length * _LANES].reshape(_LANES, length))
        numbers = numbers[length * _LANES :]
    steps = _byte_steps()
    for byte in numbers.tolist():
        register = steps[(register ^ byte) & 255] ^ (register >> 8)
    return register


def _by_lanes(register: int, lanes: NDArray[np.uint8]) -> int:
    """Step all lanes with one look-up per byte position, then join them.

    Python's own loop takes a microsecond for ten bytes. A CRC is linear, so the register after a
    lane is the register before it, carried over as many zero bytes, XOR the lane's own.
    """
    table = _table()
    own = np.zeros(len(lanes), np.uint32)
    for column in np.ascontiguousarray(lanes.T):
        own = table[(own ^ column) & 255] ^ (own >> np.uint32(8))
    low, second, third, high = _carried_tables(lanes.shape[1])
    for lane in own.tolist():
        register = (
            low[register & 255]
            ^ second[register >> 8 & 255]
            ^ third[register >> 16 & 255]
            ^ high[register >> 24]
            ^ lane
        )
    return register


def _carried_tables(length: int) -> list[list[int]]:
    """Four tables, one for each byte of a register, of what `length` zero bytes make of it."""
    images = [_over_zeros(1 << bit, length) for bit in range(32)]
    tables: list[list[int]] = []
    for byte in range(4):
        table = [0] * 256
        for value in range(1, 256):
            lowest = value & -value
            table[value] = table[value ^ lowest] ^ images[8 * byte + lowest.bit_length() - 1]
        tables.append(table)
    return tables


def _over_zeros(register: int, length: int) -> int:
    """Return the register after `length` zero bytes, by squaring the step over GF(2)."""
    for power in range(length.bit_length()):
        if length >> power & 1:
            register = _apply(_zero_step(power), register)
    return register


@cache
def _zero_step(power: int) -> tuple[int, ...]:
    """The image of each bit of a register after 2**power zero bytes."""
    if power == 0:
        steps = _byte_steps()
        return tuple(steps[1 << bit] if bit < 8 else 1 << (bit - 8) for bit in range(32))
    half = _zero_step(power - 1)
    return tuple(_apply(half, image) for image in half)


def _apply(images: tuple[int, ...], register: int) -> int:
    result = 0
    while register:
        lowest = register & -register
        result ^= images[lowest.bit_length() - 1]
        register ^= lowest
    return result


def uint32(data: memoryview | bytes) -> int:
    """Return a little-endian number, as checksums are stored."""
    return int.from_bytes(data, "little")


def matches(stored: int, *parts: Any) -> bool:
    """Whether the checksum of the parts is the stored one."""
    return masked_crc(*parts) == stored
