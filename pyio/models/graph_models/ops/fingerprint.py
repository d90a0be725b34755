"""FarmHash's 64-bit fingerprint (google/farmhash, ``farmhashna``), for StringToHashBucketFast.

All numbers are unsigned and wrap at 2^64.
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_K0 = 0xC3A5C85C97CB3127
_K1 = 0xB492B66FBE98F273
_K2 = 0x9AE16A3B2F90404F


def fingerprint(data: bytes) -> int:
    """Return the fingerprint of `data`."""
    length = len(data)
    if length <= 16:
        return _up_to_16(data, length)
    if length <= 32:
        return _up_to_32(data, length)
    if length <= 64:
        return _up_to_64(data, length)
    return _longer(data, length)


def _word(data: bytes, start: int) -> int:
    return int.from_bytes(data[start : start + 8], "little")


def _rotated(value: int, count: int) -> int:
    value &= _MASK
    return ((value >> count) | (value << (64 - count))) & _MASK


def _mixed(value: int) -> int:
    return value ^ (value >> 47)


def _hash16(u: int, v: int, factor: int) -> int:
    a = _mixed(((u ^ v) * factor) & _MASK)
    b = _mixed(((v ^ a) * factor) & _MASK)
    return (b * factor) & _MASK


def _up_to_16(data: bytes, length: int) -> int:
    factor = (_K2 + length * 2) & _MASK
    if length >= 8:
        a, b = (_word(data, 0) + _K2) & _MASK, _word(data, length - 8)
        c = (_rotated(b, 37) * factor + a) & _MASK
        d = ((_rotated(a, 25) + b) * factor) & _MASK
        return _hash16(c, d, factor)
    if length >= 4:
        first = int.from_bytes(data[:4], "little")
        last = int.from_bytes(data[-4:], "little")
        return _hash16((length + (first << 3)) & _MASK, last, factor)
    if length > 0:
        y = data[0] + (data[length >> 1] << 8)
        z = length + (data[-1] << 2)
        return (_mixed(((y * _K2) ^ (z * _K0)) & _MASK) * _K2) & _MASK
    return _K2


def _up_to_32(data: bytes, length: int) -> int:
    factor = (_K2 + length * 2) & _MASK
    a, b = (_word(data, 0) * _K1) & _MASK, _word(data, 8)
    c, d = (_word(data, length - 8) * factor) & _MASK, (_word(data, length - 16) * _K2) & _MASK
    u = (_rotated(a + b, 43) + _rotated(c, 30) + d) & _MASK
    v = (a + _rotated(b + _K2, 18) + c) & _MASK
    return _hash16(u, v, factor)


def _up_to_64(data: bytes, length: int) -> int:
    factor = (_K2 + length * 2) & _MASK
    a, b = (_word(data, 0) * _K2) & _MASK, _word(data, 8)
    c, d = (_word(data, length - 8) * factor) & _MASK, (_word(data, length - 16) * _K2) & _MASK
    y = (_rotated(a + b, 43) + _rotated(c, 30) + d) & _MASK
    z = _hash16(y, (a + _rotated(b + _K2, 18) + c) & _MASK, factor)
    e, f = (_word(data, 16) * factor) & _MASK, _word(data, 24)
    g = ((y + _word(data, length - 32)) * factor) & _MASK
    h = ((z + _word(data, length - 24)) * factor) & _MASK
    u = (_rotated(e + f, 43) + _rotated(g, 30) + h) & _MASK
    return _hash16(u, (e + _rotated(f + a, 18) + g) & _MASK, factor)


def _weak(data: bytes, start: int, a: int, b: int) -> tuple[int, int]:
    """Return a hash of 32 bytes with two seeds."""
    w, x, y, z = (_word(data, start + offset) for offset in (0, 8, 16, 24))
    a = (a + w) & _MASK
    b = _rotated(b + a + z, 21)
    c = a
    a = (a + x + y) & _MASK
    b = (b + _rotated(a, 44)) & _MASK
    return (a + z) & _MASK, (b + c) & _MASK


def _longer(data: bytes, length: int) -> int:
    """Return the fingerprint of more than 64 bytes: 64 at a time, the last 64 once more."""
    x, y = (81 * _K2 + _word(data, 0)) & _MASK, (81 * _K1 + 113) & _MASK
    z = (_mixed((y * _K2 + 113) & _MASK) * _K2) & _MASK
    v, w = (0, 0), (0, 0)
    end = (length - 1) // 64 * 64
    for i in range(0, end, 64):
        x = (_rotated(x + y + v[0] + _word(data, i + 8), 37) * _K1) & _MASK
        y = (_rotated(y + v[1] + _word(data, i + 48), 42) * _K1) & _MASK
        x ^= w[1]
        y = (y + v[0] + _word(data, i + 40)) & _MASK
        z = (_rotated(z + w[0], 33) * _K1) & _MASK
        v = _weak(data, i, v[1] * _K1, x + w[0])
        w = _weak(data, i + 32, z + w[1], y + _word(data, i + 16))
        z, x = x, z
    factor = (_K1 + ((z & 255) << 1)) & _MASK
    rest = (length - 1) & 63
    i = end + rest - 63
    w = ((w[0] + rest) & _MASK, w[1])
    v = ((v[0] + w[0]) & _MASK, v[1])
    w = ((w[0] + v[0]) & _MASK, w[1])
    x = (_rotated(x + y + v[0] + _word(data, i + 8), 37) * factor) & _MASK
    y = (_rotated(y + v[1] + _word(data, i + 48), 42) * factor) & _MASK
    x ^= (w[1] * 9) & _MASK
    y = (y + v[0] * 9 + _word(data, i + 40)) & _MASK
    z = (_rotated(z + w[0], 33) * factor) & _MASK
    v = _weak(data, i, v[1] * factor, x + w[0])
    w = _weak(data, i + 32, z + w[1], y + _word(data, i + 16))
    z, x = x, z
    u = (_hash16(v[0], w[0], factor) + _mixed(y) * _K0 + z) & _MASK
    return _hash16(u, (_hash16(v[1], w[1], factor) + x) & _MASK, factor)
