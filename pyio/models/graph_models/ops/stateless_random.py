"""Random numbers that follow from a seed: those of TensorFlow, as on its cpu.

``Stateless…`` take two seeds, ``Stateless…V2`` the key and the counter that
StatelessRandomGetKeyCounter makes of them. A key has 64 bits, for which there is no array here:
`Words` holds it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pyio.models.graph_models.attributes import kind
from pyio.models.graph_models.ops.philox import (
    Philox,
    fine_fractions,
    fractions,
    normal,
    seeded,
)
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import (
    FLOAT,
    INT,
    RUN_TIME,
    Array,
    Words,
    shape_in,
    sized,
    wholes,
)
from pyio.models.graph_models.values import whole as whole_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PHILOX, _AUTOMATIC = 1, 3
"""The algorithms of ``tf.random.Algorithm``; on a cpu, the automatic one is Philox."""

_AT_ONCE = 1 << 18
"""Groups that are made at once: a group takes many times its size on the way."""

_RESERVED = 256
"""Groups that each group of a truncated distribution has for itself (``FillPhiloxRandomTask``)."""


def _by_seeds(seeds: Array) -> Philox:
    first, second = wholes(seeds)
    if not max(abs(first), abs(second)) < 2**31 - 1:
        # Constants of 64 bits end there when a model is imported.
        raise ValueError("a seed is at the end of int32, where it may have been cut off")
    return seeded(first, second)


def _by_key(key: Words, counter: Words, algorithm: Array) -> Philox:
    if not isinstance(key, Words) or not isinstance(counter, Words):
        raise TypeError("a key and a counter have 64 bits: they come from an op, not from a weight")
    if whole_in(algorithm) not in {_PHILOX, _AUTOMATIC}:
        raise ValueError(f"the algorithm is {whole_in(algorithm)}; Philox (1) is there")
    return Philox(key.values[0], *counter.values[:2])


@op("StatelessRandomGetKeyCounter")
def key_and_counter(seeds: Array) -> tuple[Words, Words]:
    """The key and the counter of two seeds."""
    made = _by_seeds(seeds)
    return Words((made.key,)), Words((made.low, made.high))


@op("StatelessRandomGetKeyCounterAlg")
def key_counter_and_algorithm(seeds: Array) -> tuple[Words, Words, Array]:
    """The same, and the algorithm."""
    return (*key_and_counter(seeds), np.int32(_PHILOX))


@op("StatelessRandomGetAlg")
def algorithm() -> Array:
    """The number of the algorithm."""
    return np.int32(_PHILOX)


def _filled(
    random: Philox, sides: Array, make: Callable[[Philox, int], Array], reserved: int = 1
) -> Array:
    """Return an array of numbers that `make` makes in groups of four, some groups at a time."""
    shape = shape_in(sides)
    count = math.prod(shape)
    groups = -(-count // 4)
    result = np.empty((groups, 4), FLOAT)
    for start in range(0, groups, _AT_ONCE):
        part = result[start : start + _AT_ONCE]
        part[...] = make(random.skipped(start * reserved), len(part)).reshape(-1, 4)
    return result.reshape(-1)[:count].reshape(shape)


def _require_float(type_: str) -> None:
    if type_ != "float32":
        raise TypeError(f"random numbers of {type_} differ from those of float32, and are not made")


def _uniform(random: Philox, sides: Array, type_: str) -> Array:
    _require_float(type_)
    return _filled(random, sides, lambda part, groups: fractions(part.numbers(groups)))


def _normal(random: Philox, sides: Array, type_: str) -> Array:
    _require_float(type_)

    def make(part: Philox, groups: int) -> Array:
        numbers = part.numbers(groups)
        return normal(numbers[:, ::2], numbers[:, 1::2])

    return _filled(random, sides, make)


def _truncated(random: Philox, sides: Array, type_: str) -> Array:
    """Each group of four draws again until four numbers are between -2 and 2."""
    _require_float(type_)

    def make(part: Philox, groups: int) -> Array:
        found = np.empty((groups, 4), FLOAT)
        have = np.zeros(groups, np.intp)
        waiting, turn = np.arange(groups), 0
        while waiting.size:
            numbers = part.numbers_at(waiting * _RESERVED + turn)
            for drawn in normal(numbers[:, ::2], numbers[:, 1::2]).reshape(-1, 4).T:
                taken = (np.abs(drawn) < 2) & (have[waiting] < 4)
                found[waiting[taken], have[waiting[taken]]] = drawn[taken]
                have[waiting[taken]] += 1
            waiting, turn = waiting[have[waiting] < 4], turn + 1
        return found

    return _filled(random, sides, make, _RESERVED)


def _whole(random: Philox, sides: Array, low: Array, high: Array, type_: str) -> Array:
    first, last = whole_in(low), whole_in(high)
    if first >= last:
        raise ValueError(f"numbers from {first} up to {last}")
    numbers = _words(random, shape_in(sides), type_)
    return (first + (numbers % np.uint64(last - first)).astype(np.int64)).astype(INT)


def _words(random: Philox, shape: Sequence[int], type_: str) -> Array:
    """Return numbers of 32 bits, or of 64 where the type has as many."""
    count = math.prod(shape)
    if type_ in {"int32", "uint32"}:
        return random.numbers(-(-count // 4)).reshape(-1)[:count].reshape(shape)
    pairs = random.numbers(-(-count // 2)).reshape(-1, 2)[:count]
    return (pairs[:, 0] | pairs[:, 1] << np.uint64(32)).reshape(shape)


def _full(random: Philox, sides: Array, type_: str) -> Array:
    if RUN_TIME[type_] != INT or type_ not in {"int32", "uint32"}:
        raise TypeError(f"all numbers of {type_} do not fit int32")
    return _words(random, shape_in(sides), type_).astype(np.uint32).view(INT)


@op("StatelessRandomUniform", type_=kind("float32", "dtype"))
def stateless_uniform(sides: Array, seeds: Array, *, type_: str) -> Array:
    """Numbers from 0 up to 1."""
    return _uniform(_by_seeds(seeds), sides, type_)


@op("StatelessRandomUniformV2", type_=kind("float32", "dtype"))
def stateless_uniform_v2(
    sides: Array, key: Words, counter: Words, algorithm: Array, *, type_: str
) -> Array:
    """Numbers from 0 up to 1."""
    return _uniform(_by_key(key, counter, algorithm), sides, type_)


@op("StatelessRandomNormal", type_=kind("float32", "dtype"))
def stateless_normal(sides: Array, seeds: Array, *, type_: str) -> Array:
    """Numbers of the normal distribution."""
    return _normal(_by_seeds(seeds), sides, type_)


@op("StatelessRandomNormalV2", type_=kind("float32", "dtype"))
def stateless_normal_v2(
    sides: Array, key: Words, counter: Words, algorithm: Array, *, type_: str
) -> Array:
    """Numbers of the normal distribution."""
    return _normal(_by_key(key, counter, algorithm), sides, type_)


@op("StatelessTruncatedNormal", type_=kind("float32", "dtype"))
def stateless_truncated(sides: Array, seeds: Array, *, type_: str) -> Array:
    """Numbers of the normal distribution between -2 and 2."""
    return _truncated(_by_seeds(seeds), sides, type_)


@op("StatelessTruncatedNormalV2", type_=kind("float32", "dtype"))
def stateless_truncated_v2(
    sides: Array, key: Words, counter: Words, algorithm: Array, *, type_: str
) -> Array:
    """Numbers of the normal distribution between -2 and 2."""
    return _truncated(_by_key(key, counter, algorithm), sides, type_)


@op("StatelessRandomUniformInt", type_=kind("int32", "dtype"))
def stateless_whole(sides: Array, seeds: Array, low: Array, high: Array, *, type_: str) -> Array:
    """Whole numbers from `low` up to `high`, which is not included."""
    return _whole(_by_seeds(seeds), sides, low, high, type_)


@op("StatelessRandomUniformIntV2", type_=kind("int32", "dtype"))
def stateless_whole_v2(
    sides: Array,
    key: Words,
    counter: Words,
    algorithm: Array,
    low: Array,
    high: Array,
    *,
    type_: str,
) -> Array:
    """Whole numbers from `low` up to `high`, which is not included."""
    return _whole(_by_key(key, counter, algorithm), sides, low, high, type_)


@op("StatelessRandomUniformFullInt", type_=kind("int32", "dtype"))
def stateless_full(sides: Array, seeds: Array, *, type_: str) -> Array:
    """Any whole numbers of 32 bits."""
    return _full(_by_seeds(seeds), sides, type_)


@op("StatelessRandomUniformFullIntV2", type_=kind("int32", "dtype"))
def stateless_full_v2(
    sides: Array, key: Words, counter: Words, algorithm: Array, *, type_: str
) -> Array:
    """Any whole numbers of 32 bits."""
    return _full(_by_key(key, counter, algorithm), sides, type_)


@op("StatelessMultinomial")
def stateless_multinomial(logits: Array, count: Array, seeds: Array) -> Array:
    """Indices drawn with the probabilities softmax(logits), row after row.

    As ``multinomial_op.cc``: a uniform float64 is sought among the sums of the probabilities.
    """
    rows, many = len(logits), whole_in(count)
    sized([rows, many])
    random = _by_seeds(seeds)
    exact = logits.astype(np.float64)
    finite = np.where(np.isfinite(exact), exact, -np.inf)
    sums = np.cumsum(np.exp(finite - finite.max(axis=-1, keepdims=True, initial=-1e300)), axis=-1)
    pairs = random.numbers(-(-rows * many // 2)).reshape(-1, 2)[: rows * many]
    drawn = fine_fractions(pairs[:, 0], pairs[:, 1]).reshape(rows, many)
    found = [
        np.searchsorted(each, place * each[-1], "right")
        for each, place in zip(sums, drawn, strict=True)
    ]
    return np.array(found, INT).reshape(rows, many)
