"""Sums, means and extremes along axes, and sums so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.graph_models.attributes import flag
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import INT, Array, sized, whole, wholes

if TYPE_CHECKING:
    from collections.abc import Callable

KEEP = flag(False, "keep_dims", "keepdims")


def reduction(name: str, wraps: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function of an array and a tuple of axes."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @op(name, wraps=wraps, keep=KEEP)
        def compute(x: Array, axes: Array, *, keep: bool) -> Array:
            along = tuple(axis + x.ndim if axis < 0 else axis for axis in wholes(axes))
            if any(not 0 <= axis < x.ndim for axis in along) or len(set(along)) < len(along):
                raise ValueError(f"the axes are {wholes(axes)} for {x.ndim} sides")
            if not along and name != "EuclideanNorm":
                return x
            result = np.asarray(function(x, along))
            kept = [1 if axis in along else side for axis, side in enumerate(x.shape)]
            return result.reshape(kept) if keep else result

        return compute

    return register


@reduction("Sum", wraps=True)
def sum_(x: Array, axes: tuple[int, ...]) -> Array:
    """The sum."""
    return x.sum(axis=axes, dtype=x.dtype)


@reduction("Mean", wraps=True)
def mean(x: Array, axes: tuple[int, ...]) -> Array:
    """The mean; of whole numbers a whole number, cut towards zero; of nothing NaN."""
    count = int(np.prod([x.shape[axis] for axis in axes]))
    if x.dtype.kind != "i":
        return x.sum(axis=axes, dtype=x.dtype) / x.dtype.type(count)
    if count == 0:
        return np.zeros([side for axis, side in enumerate(x.shape) if axis not in axes], x.dtype)
    total = x.sum(axis=axes, dtype=np.int32).astype(np.int64)
    return (np.abs(total) // count * np.sign(total)).astype(x.dtype)


@reduction("Prod", wraps=True)
def prod(x: Array, axes: tuple[int, ...]) -> Array:
    """The product."""
    return x.prod(axis=axes, dtype=x.dtype)


def _lowest(dtype: np.dtype[Any]) -> Any:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _highest(dtype: np.dtype[Any]) -> Any:
    return np.inf if dtype.kind == "f" else np.iinfo(dtype).max


@reduction("Max")
def max_(x: Array, axes: tuple[int, ...]) -> Array:
    """The largest; of nothing the lowest number there is."""
    return x.max(axis=axes, initial=_lowest(x.dtype))


@reduction("Min")
def min_(x: Array, axes: tuple[int, ...]) -> Array:
    """The smallest; of nothing the highest number there is."""
    return x.min(axis=axes, initial=_highest(x.dtype))


@reduction("All")
def all_(x: Array, axes: tuple[int, ...]) -> Array:
    """Whether all are true."""
    return x.all(axis=axes)


@reduction("Any")
def any_(x: Array, axes: tuple[int, ...]) -> Array:
    """Whether one is true."""
    return x.any(axis=axes)


@reduction("EuclideanNorm")
def euclidean_norm(x: Array, axes: tuple[int, ...]) -> Array:
    """The root of the sum of squares."""
    squares = (x * np.conj(x)).sum(axis=axes) if axes else x * np.conj(x)
    return np.sqrt(squares).astype(x.dtype)


@op("ArgMax")
def arg_max(x: Array, axis: Array) -> Array:
    """Where the largest is: the first of equals. NaN is never it."""
    return np.argmax(_without_nan(x, -np.inf), axis=whole(axis)).astype(INT)


@op("ArgMin")
def arg_min(x: Array, axis: Array) -> Array:
    """Where the smallest is: the first of equals. NaN is never it."""
    return np.argmin(_without_nan(x, np.inf), axis=whole(axis)).astype(INT)


def _without_nan(x: Array, value: float) -> Array:
    return np.where(np.isnan(x), np.float32(value), x) if x.dtype.kind == "f" else x


def _so_far(
    x: Array, axis: Array, exclusive: bool, reverse: bool, function: Any, none: float
) -> Array:
    """Return what `function` gives for each place and all before it."""
    along = whole(axis)
    turned = np.flip(x, along) if reverse else x
    result = function(turned, axis=along, dtype=x.dtype)
    if exclusive and result.shape[along]:
        result = np.roll(result, 1, along)
        np.moveaxis(result, along, 0)[0] = none
    return np.flip(result, along) if reverse else result


@op("Cumsum", wraps=True, exclusive=flag(), reverse=flag())
def cumsum(x: Array, axis: Array, *, exclusive: bool, reverse: bool) -> Array:
    """The sums of all before; `exclusive` leaves out the place itself."""
    return _so_far(x, axis, exclusive, reverse, np.cumsum, 0)


@op("Cumprod", wraps=True, exclusive=flag(), reverse=flag())
def cumprod(x: Array, axis: Array, *, exclusive: bool, reverse: bool) -> Array:
    """The products of all before; `exclusive` leaves out the place itself."""
    return _so_far(x, axis, exclusive, reverse, np.cumprod, 1)


@op("CumulativeLogsumexp", exclusive=flag(), reverse=flag())
def cumulative_log_sum(x: Array, axis: Array, *, exclusive: bool, reverse: bool) -> Array:
    """The logarithms of the sums of exp of all before."""
    return _so_far(x, axis, exclusive, reverse, _log_sums, -np.inf)


def _log_sums(x: Array, axis: int, dtype: np.dtype[np.generic]) -> Array:
    return np.logaddexp.accumulate(x, axis=axis, dtype=dtype)


@op("Bincount")
def bincount(x: Array, size: Array, weights: Array) -> Array:
    """How often each number below `size` occurs, or the sum of its weights."""
    return _counted(x.reshape(1, -1), whole(size), weights.reshape(1, -1), binary=False)[0]


@op("DenseBincount", binary=flag(False, "binary_output"))
def dense_bincount(x: Array, size: Array, weights: Array, *, binary: bool) -> Array:
    """`bincount` for each row; `binary` says whether a number occurs at all."""
    if x.ndim > 2:
        raise ValueError(f"the input has {x.ndim} sides; expected 1 or 2")
    rows = x.reshape(1, -1) if x.ndim < 2 else x
    counts = _counted(
        rows, whole(size), weights.reshape(rows.shape) if weights.size else weights, binary
    )
    return counts if x.ndim == 2 else counts[0]


@op("RaggedBincount", binary=flag(False, "binary_output"))
def ragged_bincount(splits: Array, x: Array, size: Array, weights: Array, *, binary: bool) -> Array:
    """`bincount` for each row of a ragged tensor."""
    lengths = np.diff(splits)
    if np.any(lengths < 0) or lengths.sum() != x.size:
        raise ValueError(f"splits of {x.size} numbers end at {splits[-1:].tolist()}")
    row = np.repeat(np.arange(len(lengths)), lengths)
    return _tallied(row, x.reshape(-1), (len(lengths), whole(size)), weights, binary)


@op("SparseBincount", binary=flag(False, "binary_output"))
def sparse_bincount(
    indices: Array, x: Array, sides: Array, size: Array, weights: Array, *, binary: bool
) -> Array:
    """`bincount` for each row of a sparse tensor, or of all its numbers if it has one side."""
    rows = wholes(sides)[0] if indices.shape[1] == 2 else 1
    row = indices[:, 0] if indices.shape[1] == 2 else np.zeros(len(indices), np.intp)
    if row.size and not 0 <= row.min() <= row.max() < rows:
        raise IndexError(f"rows from {row.min()} to {row.max()} of {rows}")
    counts = _tallied(row, x, (rows, whole(size)), weights, binary)
    return counts if indices.shape[1] == 2 else counts[0]


def _counted(rows: Array, size: int, weights: Array, binary: bool) -> Array:
    row = np.repeat(np.arange(len(rows)), rows.shape[1])
    return _tallied(row, rows.reshape(-1), (len(rows), size), weights.reshape(-1), binary)


def _tallied(row: Array, x: Array, shape: tuple[int, int], weights: Array, binary: bool) -> Array:
    """Return how often each number occurs in each row, or the sum of its weights."""
    counts = np.zeros(sized(shape), weights.dtype)
    if np.any(x < 0):
        raise ValueError("a number below 0 cannot be counted")
    inside = x < shape[1]
    places = row[inside], x[inside]
    if binary:
        counts[places] = 1
    else:
        np.add.at(counts, places, weights[inside] if weights.size else weights.dtype.type(1))
    return counts
