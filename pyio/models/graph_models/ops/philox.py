"""Philox 4x32-10, the random numbers of TensorFlow (``tsl/lib/random/philox_random.h``).

A generator is a key of 64 bits and a counter of 128. Each value of the counter gives four numbers
of 32 bits, so that any part of the numbers can be made at once, and on every machine the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from pyio.models.graph_models.values import Array

_ROUNDS = 10
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_FACTORS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_RAISES = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_MASK = (1 << 64) - 1
_SCRAMBLE = 0x3EC8F720 | 0x02461E29 << 32
"""The key with which a seed is mixed (``GenerateKey`` in ``stateless_random_ops.cc``)."""


class Philox(NamedTuple):
    """A generator: its key, and the lower and the upper half of its counter."""

    key: int
    low: int
    high: int

    def skipped(self, groups: int) -> Philox:
        """Return the generator behind a number of groups of four."""
        counter = (self.low | self.high << 64) + groups
        return Philox(self.key, counter & _MASK, (counter >> 64) & _MASK)

    def numbers(self, groups: int) -> Array:
        """Return the next groups: uint64 of 32 bits each, shape [groups, 4]."""
        return self.numbers_at(np.arange(groups, dtype=np.uint64))

    def numbers_at(self, offsets: Array) -> Array:
        """Return the groups at some offsets from the counter, shape [offsets, 4]."""
        with np.errstate(over="ignore"):
            low = offsets.astype(np.uint64) + np.uint64(self.low)
            carried = (low < np.uint64(self.low)).astype(np.uint64)
            high = np.uint64(self.high) + carried
        return _mixed([low & _LOW, low >> _HALF, high & _LOW, high >> _HALF], self.key)


def seeded(first: int, second: int) -> Philox:
    """Return the generator of a stateless op for its two seeds."""
    mixed = Philox(_SCRAMBLE, first & _MASK, second & _MASK).numbers(1)[0].tolist()
    return Philox(mixed[0] | mixed[1] << 32, 0, mixed[2] | mixed[3] << 32)


def _mixed(counter: list[Array], key: int) -> Array:
    a, b, c, d = counter
    first, second = np.uint64(key & 0xFFFFFFFF), np.uint64(key >> 32)
    for _ in range(_ROUNDS):
        left, right = a * _FACTORS[0], c * _FACTORS[1]
        a, b, c, d = (
            (right >> _HALF) ^ b ^ first,
            right & _LOW,
            (left >> _HALF) ^ d ^ second,
            left & _LOW,
        )
        first, second = (first + _RAISES[0]) & _LOW, (second + _RAISES[1]) & _LOW
    return np.stack([a, b, c, d], axis=-1)


def fractions(numbers: Array) -> Array:
    """Return float32 from 0 up to 1, from the lower 23 bits (``Uint32ToFloat``)."""
    bits = (numbers & np.uint64(0x7FFFFF)).astype(np.uint32) | np.uint32(127 << 23)
    return bits.view(np.float32) - np.float32(1)


def fine_fractions(high: Array, low: Array) -> Array:
    """Return float64 from 0 up to 1, from 52 bits (``Uint64ToDouble``)."""
    bits = (high & np.uint64(0xFFFFF)) << _HALF | low | np.uint64(1023 << 52)
    return bits.view(np.float64) - 1


def normal(first: Array, second: Array) -> Array:
    """Return pairs of normal float32 from pairs of numbers, along a new last axis.

    The Box-Muller transform as in ``BoxMullerFloat``.
    """
    below = np.maximum(fractions(first), np.float32(1e-7))
    angle = np.float32(2 * np.pi) * fractions(second)
    radius = np.sqrt(np.float32(-2) * np.log(below))
    return np.stack([np.sin(angle) * radius, np.cos(angle) * radius], axis=-1)
