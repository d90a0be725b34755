"""New arrays: filled, counted or drawn by chance."""

from __future__ import annotations

import math

import numpy as np

from pyio.models.graph_models.attributes import dtype, whole
from pyio.models.graph_models.ops.table import Call, op
from pyio.models.graph_models.values import (
    FLOAT,
    INT,
    TEXT,
    Array,
    scalar,
    shape_in,
    sized,
    text_array,
)
from pyio.models.graph_models.values import whole as whole_in


@op("Fill")
def fill(sides: Array, value: Array) -> Array:
    """One value everywhere."""
    return np.full(shape_in(sides), scalar(value), value.dtype)


@op("Zeros", type_=dtype(FLOAT, "T", "dtype"))
def zeros(sides: Array, *, type_: np.dtype[np.generic]) -> Array:
    """Zeros."""
    return np.zeros(shape_in(sides), type_)


@op("Empty", type_=dtype(FLOAT, "dtype"))
def empty(sides: Array, *, type_: np.dtype[np.generic]) -> Array:
    """Any values; here zeros."""
    return zeros_of(shape_in(sides), type_)


@op("Ones", type_=dtype(FLOAT, "T", "dtype"))
def ones(sides: Array, *, type_: np.dtype[np.generic]) -> Array:
    """Ones."""
    return np.ones(shape_in(sides), type_)


def zeros_of(shape: tuple[int, ...], type_: np.dtype[np.generic]) -> Array:
    """Return zeros, or empty texts."""
    if type_ == TEXT:
        return text_array([b""] * math.prod(sized(shape)), shape)
    return np.zeros(sized(shape), type_)


@op("ZerosLike")
def zeros_like(x: Array) -> Array:
    """Zeros of the shape and dtype of the input."""
    return zeros_of(x.shape, x.dtype)


@op("OnesLike")
def ones_like(x: Array) -> Array:
    """Ones of the shape and dtype of the input."""
    return np.ones(x.shape, x.dtype)


@op("Range")
def range_(start: Array, limit: Array, delta: Array) -> Array:
    """Numbers from start, by delta, up to limit."""
    first, last, step = (scalar(each) for each in (start, limit, delta))
    if step == 0:
        raise ValueError("delta is 0")
    if start.dtype != FLOAT:
        first, last, step = int(first), int(last), int(step)
    # In single precision, as TensorFlow counts: 0 to 0.3 by 0.1 are three numbers.
    count = max(math.ceil((last - first) / step), 0)
    sized([count])
    return (first + np.arange(count, dtype=start.dtype) * step).astype(start.dtype)


@op("LinSpace")
def linspace(start: Array, stop: Array, count: Array) -> Array:
    """As many numbers from start to stop, both included."""
    many = whole_in(count)
    if many < 1:
        raise ValueError(f"num is {many}; expected 1 or more")
    sized([many])
    return np.linspace(scalar(start), scalar(stop), many, dtype=np.float64).astype(start.dtype)


@op("OneHot", axis=whole(-1))
def one_hot(indices: Array, depth: Array, on: Array, off: Array, *, axis: int) -> Array:
    """`on` at the index and `off` elsewhere, along a new axis; only `off` for an index beyond."""
    sized([*indices.shape, whole_in(depth)])
    hot = np.expand_dims(indices, -1) == np.arange(whole_in(depth), dtype=INT)
    values = np.array([scalar(off), scalar(on)], on.dtype)
    result = values[hot.astype(np.intp)]
    return result if axis == -1 else np.moveaxis(result, -1, axis)


@op("RandomUniform", calls=True)
def random_uniform(call: Call, sides: Array) -> Array:
    """Numbers from 0 up to 1."""
    return call.run.random.random(shape_in(sides), dtype=np.float32)


@op("RandomStandardNormal", calls=True)
def random_normal(call: Call, sides: Array) -> Array:
    """Numbers of the normal distribution."""
    return call.run.random.standard_normal(shape_in(sides), dtype=np.float32)


@op("TruncatedNormal", calls=True)
def truncated_normal(call: Call, sides: Array) -> Array:
    """Numbers of the normal distribution, drawn again beyond 2."""
    values = call.run.random.standard_normal(shape_in(sides), dtype=np.float32)
    beyond = np.abs(values) > 2
    while beyond.any():
        values[beyond] = call.run.random.standard_normal(int(beyond.sum()), dtype=np.float32)
        beyond = np.abs(values) > 2
    return values


@op("RandomUniformInt", calls=True)
def random_uniform_int(call: Call, sides: Array, low: Array, high: Array) -> Array:
    """Whole numbers from `low` up to `high`, which is not included."""
    return call.run.random.integers(whole_in(low), whole_in(high), shape_in(sides), np.int32)


@op("RandomShuffle", calls=True)
def random_shuffle(call: Call, x: Array) -> Array:
    """Rows in another order."""
    return call.run.random.permutation(x) if x.ndim else x


@op("Multinomial", calls=True)
def multinomial(call: Call, logits: Array, count: Array) -> Array:
    """Indices drawn with the probabilities softmax(logits), for each row."""
    many = whole_in(count)
    sized([len(logits), many, logits.shape[-1]])
    # The largest of logit + Gumbel noise is a draw from the softmax.
    noise = call.run.random.gumbel(size=(len(logits), many, logits.shape[-1]))
    return np.argmax(logits[:, None] + noise, axis=-1).astype(INT)
