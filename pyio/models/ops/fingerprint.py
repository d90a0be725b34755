"""Hashes by which Keras gives texts numbers without a table, computed modulo 2**64.

`fingerprint` is ``farmhashna::Hash64`` of FarmHash 1.1, which TensorFlow's
``string_to_hash_bucket_fast`` calls; `siphash` is SipHash-2-4 of ``string_to_hash_bucket_strong``.
`concatenated` is ``FingerprintCat64`` (``tsl/platform/fingerprint.h``).
"""

from __future__ import annotations

from functools import lru_cache
from struct import unpack_from
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ALL = (1 << 64) - 1
_K0 = 0xC3A5C85C97CB3127
_K1 = 0xB492B66FBE98F273
_K2 = 0x9AE16A3B2F90404F
_K3 = 0xC6A4A7935BD1E995


@lru_cache(maxsize=4096)
def fingerprint(data: bytes) -> int:
    """Return the fingerprint of `data`, from 0 to 2**64 - 1."""
    if len(data) <= 16:
        return _up_to_16(data)
    if len(data) <= 32:
        return _up_to_32(data)
    return _up_to_64(data) if len(data) <= 64 else _longer(data)


def concatenated(fingerprints: Iterable[int]) -> int:
    """Return one fingerprint for several in order."""
    first, *others = fingerprints
    result = first & _ALL
    for each in others:
        result ^= _K3
        result ^= _shifted(each * _K3 & _ALL) * _K3 & _ALL
        result = result * _K3 & _ALL
        result = _shifted(_shifted(result) * _K3 & _ALL)
    return result


def _word(data: bytes, place: int) -> int:
    return int(unpack_from("<Q", data, place)[0])


def _half(data: bytes, place: int) -> int:
    return int(unpack_from("<I", data, place)[0])


def _turned(value: int, bits: int) -> int:
    value &= _ALL
    return (value >> bits | value << (64 - bits)) & _ALL


def _shifted(value: int) -> int:
    value &= _ALL
    return value ^ value >> 47


def _mixed(u: int, v: int, factor: int) -> int:
    a = _shifted(((u ^ v) & _ALL) * factor)
    b = _shifted(((v ^ a) & _ALL) * factor)
    return b * factor & _ALL


def _up_to_16(s: bytes) -> int:
    size = len(s)
    factor = _K2 + size * 2
    if size >= 8:
        a, b = _word(s, 0) + _K2, _word(s, size - 8)
        c = _turned(b, 37) * factor + a
        d = (_turned(a, 25) + b) * factor
        return _mixed(c & _ALL, d & _ALL, factor)
    if size >= 4:
        return _mixed(size + (_half(s, 0) << 3), _half(s, size - 4), factor)
    if size:
        y = s[0] + (s[size >> 1] << 8)
        z = size + (s[-1] << 2)
        return _shifted(y * _K2 & _ALL ^ z * _K0 & _ALL) * _K2 & _ALL
    return _K2


def _up_to_32(s: bytes) -> int:
    size = len(s)
    factor = _K2 + size * 2
    a, b = _word(s, 0) * _K1, _word(s, 8)
    c, d = _word(s, size - 8) * factor, _word(s, size - 16) * _K2
    first = _turned(a + b, 43) + _turned(c, 30) + d
    return _mixed(first & _ALL, a + _turned(b + _K2, 18) + c & _ALL, factor)


def _up_to_64(s: bytes) -> int:
    size = len(s)
    factor = _K2 + size * 2
    a, b = _word(s, 0) * _K2, _word(s, 8)
    c, d = _word(s, size - 8) * factor, _word(s, size - 16) * _K2
    y = _turned(a + b, 43) + _turned(c, 30) + d & _ALL
    z = _mixed(y, a + _turned(b + _K2, 18) + c & _ALL, factor)
    e, f = _word(s, 16) * factor, _word(s, 24)
    g = (y + _word(s, size - 32)) * factor
    h = (z + _word(s, size - 24)) * factor
    first = _turned(e + f, 43) + _turned(g, 30) + h
    return _mixed(first & _ALL, e + _turned(f + a, 18) + g & _ALL, factor)


def _weak(s: bytes, place: int, a: int, b: int) -> tuple[int, int]:
    w, x, y, z = (_word(s, place + 8 * i) for i in range(4))
    a += w
    b = _turned(b + a + z, 21)
    start = a
    a += x + y
    b += _turned(a, 44)
    return a + z & _ALL, b + start & _ALL


def _longer(s: bytes) -> int:
    x, y = 81, 81 * _K1 + 113 & _ALL
    z = _shifted(y * _K2 + 113) * _K2 & _ALL
    v, w = (0, 0), (0, 0)
    x = x * _K2 + _word(s, 0) & _ALL
    end = (len(s) - 1) // 64 * 64
    for place in (*range(0, end, 64), None):
        rest = place is None
        at = len(s) - 64 if place is None else place
        factor = _K1 + ((z & 0xFF) << 1) if rest else _K1
        if rest:
            w = w[0] + (len(s) - 1 & 63), w[1]
            v = v[0] + w[0], v[1]
            w = w[0] + v[0], w[1]
        x = _turned(x + y + v[0] + _word(s, at + 8), 37) * factor
        y = _turned(y + v[1] + _word(s, at + 48), 42) * factor
        x = (x ^ w[1] * (9 if rest else 1)) & _ALL
        y += v[0] * (9 if rest else 1) + _word(s, at + 40)
        z = _turned(z + w[0], 33) * factor
        v = _weak(s, at, v[1] * factor, x + w[0])
        w = _weak(s, at + 32, z + w[1], y + _word(s, at + 16))
        z, x, y = x, z & _ALL, y & _ALL
    first = _mixed(v[0], w[0], factor) + _shifted(y) * _K0 + z
    return _mixed(first & _ALL, _mixed(v[1], w[1], factor) + x & _ALL, factor)


def siphash(data: bytes, first: int, second: int) -> int:
    """Return SipHash-2-4 of `data` with a key of two numbers."""
    first, second = first & _ALL, second & _ALL
    v = [
        first ^ 0x736F6D6570736575,
        second ^ 0x646F72616E646F6D,
        first ^ 0x6C7967656E657261,
        second ^ 0x7465646279746573,
    ]
    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 0xFF])
    for place in range(0, len(padded), 8):
        word = _word(padded, place)
        v[3] ^= word
        _rounds(v, 2)
        v[0] ^= word
    v[2] ^= 0xFF
    _rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _rounds(v: list[int], count: int) -> None:
    for _ in range(count):
        for a, b, turn in ((0, 1, 13), (2, 3, 16), (0, 3, 21), (2, 1, 17)):
            v[a] = v[a] + v[b] & _ALL
            v[b] = _turned(v[b], 64 - turn) ^ v[a]
            if turn in (13, 17):
                v[a] = _turned(v[a], 32)


def murmur(data: bytes, seed: int = 0xDECAFCAFFE) -> int:
    """Return MurmurHash64A of `data`, the ``Hash64`` of TensorFlow 1 (``tsl/platform/hash.cc``)."""
    result = seed ^ len(data) * _K3 & _ALL
    whole = len(data) // 8 * 8
    for place in range(0, whole, 8):
        word = _word(data, place) * _K3 & _ALL
        result = (result ^ (word ^ word >> 47) * _K3 & _ALL) * _K3 & _ALL
    if len(data) > whole:
        result = (result ^ int.from_bytes(data[whole:], "little")) * _K3 & _ALL
    result = _shifted(result) * _K3 & _ALL
    return _shifted(result)
