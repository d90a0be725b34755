"""The checksum of HDF5's newer structures: Bob Jenkins's ``lookup3`` (H5checksum.c)."""

from __future__ import annotations

_MASK = 0xFFFFFFFF
_MIX = ((0, 2, 4, 1), (1, 0, 6, 2), (2, 1, 8, 0), (0, 2, 16, 1), (1, 0, 19, 2), (2, 1, 4, 0))
"""For each step: what is changed, what is taken away, the bits it turns by, what is added."""

_FINAL = ((2, 1, 14), (0, 2, 11), (1, 0, 25), (2, 1, 16), (0, 2, 4), (1, 0, 14), (2, 1, 24))


def checksum(data: bytes) -> int:
    """Return the checksum of `data`, with the initial value 0."""
    words = [(0xDEADBEEF + len(data)) & _MASK] * 3
    # The last part, of 1 to 12 bytes, is mixed in another way than those before.
    whole = (len(data) - 1) // 12 if data else 0
    for start in range(0, 12 * whole, 12):
        _add(words, data[start : start + 12])
        for one, other, bits, third in _MIX:
            turned = _turned(words[other], bits)
            words[one] = ((words[one] - words[other]) & _MASK) ^ turned
            words[other] = (words[other] + words[third]) & _MASK
    if not data:
        return words[2]
    _add(words, data[12 * whole :])
    for one, other, bits in _FINAL:
        words[one] = ((words[one] ^ words[other]) - _turned(words[other], bits)) & _MASK
    return words[2]


def _add(words: list[int], part: bytes) -> None:
    for index in range(3):
        word = int.from_bytes(part[4 * index : 4 * index + 4], "little")
        words[index] = (words[index] + word) & _MASK


def _turned(word: int, bits: int) -> int:
    return ((word << bits) | (word >> (32 - bits))) & _MASK
