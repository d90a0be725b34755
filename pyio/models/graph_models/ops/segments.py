"""Rows that belong together: sums of segments, and rows divided and put together by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio import limits
from pyio.models.graph_models.attributes import whole as whole_attribute
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import Array, sized

if TYPE_CHECKING:
    from collections.abc import Sequence


def _sorted(data: Array, owners: Array, how: Any, start: Any) -> Array:
    """Return what `how` makes of the rows of each segment; gaps hold 0."""
    if owners.ndim != 1 or len(owners) != len(data):
        raise ValueError(f"segment ids of {list(owners.shape)} for {list(data.shape)}")
    if np.any(np.diff(owners) < 0) or (owners.size and owners[0] < 0):
        raise ValueError("segment ids are not sorted")
    count = int(owners[-1]) + 1 if owners.size else 0
    result = np.full(sized([count, *data.shape[1:]]), start, data.dtype)
    how.at(result, owners, data)
    result[np.bincount(owners, minlength=count) == 0] = 0
    return result


@op("SegmentSum", wraps=True)
def segment_sum(data: Array, owners: Array) -> Array:
    """The sum of each segment; segment ids are sorted."""
    return _sorted(data, owners, np.add, 0)


@op("SegmentProd", wraps=True)
def segment_prod(data: Array, owners: Array) -> Array:
    """The product of each segment; 1 for one without any rows."""
    result = _sorted(data, owners, np.multiply, 1)
    result[np.bincount(owners, minlength=len(result)) == 0] = 1
    return result


@op("SegmentMean")
def segment_mean(data: Array, owners: Array) -> Array:
    """The mean of each segment; that of whole numbers loses its fraction, as in TensorFlow."""
    sums = _sorted(data, owners, np.add, 0)
    counts = np.maximum(np.bincount(owners, minlength=len(sums)), 1)
    counts = counts.reshape(-1, *[1] * (data.ndim - 1)).astype(data.dtype)
    if data.dtype.kind == "i":
        return np.sign(sums) * (np.abs(sums) // counts)
    return sums / counts


def _ends(data: Array) -> tuple[Any, Any]:
    if data.dtype.kind == "f":
        return -np.inf, np.inf
    return np.iinfo(data.dtype).min, np.iinfo(data.dtype).max


@op("SegmentMax")
def segment_max(data: Array, owners: Array) -> Array:
    """The largest of each segment."""
    return _sorted(data, owners, np.maximum, _ends(data)[0])


@op("SegmentMin")
def segment_min(data: Array, owners: Array) -> Array:
    """The smallest of each segment."""
    return _sorted(data, owners, np.minimum, _ends(data)[1])


@op("DynamicPartition", count=whole_attribute(1, "num_partitions"))
def dynamic_partition(data: Array, parts: Array, *, count: int) -> tuple[Array, ...]:
    """Rows divided by the number that each has."""
    if not 1 <= count <= limits.GRAPH_LIST:
        raise ValueError(f"num_partitions is {count}; the most is {limits.GRAPH_LIST:,}")
    if data.shape[: parts.ndim] != parts.shape:
        raise ValueError(f"numbers of {list(parts.shape)} for {list(data.shape)}")
    if parts.size and not 0 <= parts.min() <= parts.max() < count:
        raise IndexError(f"parts from {parts.min()} to {parts.max()} of {count}")
    return tuple([data[parts == number] for number in range(count)])


@op("DynamicStitch", "ParallelDynamicStitch")
def dynamic_stitch(*arrays: Array) -> Array:
    """Rows put together by the places that each has; the last one of a place stays."""
    places, data = arrays[: len(arrays) // 2], arrays[len(arrays) // 2 :]
    inner = data[0].shape[places[0].ndim :]
    flat = [each.reshape(-1) for each in places]
    last = max((int(each.max()) for each in flat if each.size), default=-1)
    if any(each.size and each.min() < 0 for each in flat):
        raise IndexError("a place is below 0")
    return _stitched(flat, data, sized([last + 1, *inner]))


def _stitched(places: Sequence[Array], data: Sequence[Array], shape: tuple[int, ...]) -> Array:
    result = np.zeros(shape, data[0].dtype)
    if result.dtype == object:
        result[...] = b""
    for where, rows in zip(places, data, strict=True):
        result[where] = rows.reshape(len(where), *shape[1:])
    return result
