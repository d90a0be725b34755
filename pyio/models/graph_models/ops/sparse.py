"""Sparse and ragged tensors, and sums of segments."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.graph_models.attributes import flag, texts
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import INT, Array, sized, whole, wholes

if TYPE_CHECKING:
    from collections.abc import Sequence


@op("SparseFillEmptyRows")
def sparse_fill_empty_rows(
    indices: Array, values: Array, sides: Array, default: Array
) -> tuple[Array, Array, Array, Array]:
    """A default value in each row without any; also which rows those were, and where all went."""
    (rows,) = sized(wholes(sides)[:1])
    owner = indices[:, 0]
    if owner.size and not 0 <= owner.min() <= owner.max() < rows:
        raise IndexError(f"rows from {owner.min()} to {owner.max()} of {rows}")
    empty = np.ones(rows, bool)
    empty[owner] = False
    added = np.zeros((int(empty.sum()), indices.shape[1]), indices.dtype)
    added[:, 0] = np.flatnonzero(empty)
    all_indices = np.concatenate([indices, added])
    filling = np.full(len(added), default.reshape(-1)[0], values.dtype)
    order = np.argsort(all_indices[:, 0], kind="stable")
    moved = np.empty(len(order), INT)
    moved[order] = np.arange(len(order), dtype=INT)
    all_values = np.concatenate([values, filling])[order]
    return all_indices[order], all_values, empty, moved[: len(indices)]


@op("SparseReshape")
def sparse_reshape(indices: Array, sides: Array, wanted: Array) -> tuple[Array, Array]:
    """Indices for another shape of as many elements; one side may be -1."""
    old, new = wholes(sides), wholes(wanted)
    total = math.prod(old)
    if -1 in new:
        others = math.prod(side for side in new if side != -1)
        new[new.index(-1)] = total // others if others else 0
    if math.prod(new) != total:
        raise ValueError(f"{old} and {new} have different numbers of elements")
    if not len(indices):
        return np.zeros((0, len(new)), INT), np.array(new, INT)
    flat = np.ravel_multi_index(tuple(indices.T.astype(np.int64)), old)
    return np.stack(np.unravel_index(flat, new), axis=1), np.array(new, INT)


@op("SparseReorder")
def sparse_reorder(indices: Array, values: Array, _sides: Array) -> tuple[Array, Array]:
    """The elements in the order of their indices."""
    order = np.lexsort(indices.T[::-1]) if indices.shape[1] else np.arange(len(indices))
    return indices[order], values[order]


@op("SparseTensorDenseMatMul", adjoint_a=flag(), adjoint_b=flag())
def sparse_matmul(
    indices: Array, values: Array, sides: Array, b: Array, *, adjoint_a: bool, adjoint_b: bool
) -> Array:
    """The product of a sparse matrix with another one."""
    rows, columns = wholes(sides)
    row, column = indices[:, 0], indices[:, 1]
    if adjoint_a:
        rows, columns, row, column, values = columns, rows, column, row, np.conj(values)
    right = np.conj(b.T) if adjoint_b else b
    if len(right) != columns or (
        indices.size
        and not (0 <= row.min() <= row.max() < rows and 0 <= column.min() <= column.max() < columns)
    ):
        raise ValueError(f"{rows} x {columns} does not fit {list(right.shape)}")
    sized([len(values), right.shape[1]])
    result = np.zeros(sized([rows, right.shape[1]]), b.dtype)
    np.add.at(result, row, values[:, None] * right[column])
    return result


def _segments(data: Array, indices: Array, owners: Array) -> tuple[Array, Array]:
    """Return the sums of rows by their owner, and how many each has; gaps are zero."""
    if owners.shape != indices.shape or owners.ndim != 1:
        raise ValueError("indices and segment ids are vectors of one length")
    if np.any(np.diff(owners) < 0) or (owners.size and owners[0] < 0):
        raise ValueError("segment ids are not sorted")
    if indices.size and not 0 <= indices.min() <= indices.max() < len(data):
        raise IndexError(f"indices from {indices.min()} to {indices.max()} of {len(data)} rows")
    count = int(owners[-1]) + 1 if owners.size else 0
    sums = np.zeros(sized([count, *data.shape[1:]]), data.dtype)
    np.add.at(sums, owners, data[indices])
    many = np.bincount(owners, minlength=count).reshape(-1, *[1] * (data.ndim - 1))
    return sums, many


@op("SparseSegmentSum")
def sparse_segment_sum(data: Array, indices: Array, owners: Array) -> Array:
    """The sum of the rows of each segment."""
    return _segments(data, indices, owners)[0]


@op("SparseSegmentMean")
def sparse_segment_mean(data: Array, indices: Array, owners: Array) -> Array:
    """The mean of the rows of each segment."""
    sums, many = _segments(data, indices, owners)
    return (sums / np.maximum(many, 1)).astype(data.dtype)


@op("SparseSegmentSqrtN")
def sparse_segment_sqrt_n(data: Array, indices: Array, owners: Array) -> Array:
    """The sum of the rows of each segment, divided by the root of their number."""
    sums, many = _segments(data, indices, owners)
    return (sums / np.sqrt(np.maximum(many, 1))).astype(data.dtype)


def _unsorted(data: Array, owners: Array, count: Array, how: Any, start: Any) -> Array:
    """Return what `how` makes of the rows of each segment; an owner below 0 drops its row."""
    inner = data.shape[owners.ndim :]
    if data.shape[: owners.ndim] != owners.shape:
        raise ValueError(f"segment ids of {list(owners.shape)} for {list(data.shape)}")
    result = np.full(sized([whole(count), *inner]), start, data.dtype)
    flat, rows = owners.reshape(-1), data.reshape(owners.size, *inner)
    kept = flat >= 0
    how.at(result, flat[kept], rows[kept])
    return result


@op("UnsortedSegmentSum", wraps=True)
def unsorted_segment_sum(data: Array, owners: Array, count: Array) -> Array:
    """The sum of each segment."""
    return _unsorted(data, owners, count, np.add, 0)


@op("UnsortedSegmentProd", wraps=True)
def unsorted_segment_prod(data: Array, owners: Array, count: Array) -> Array:
    """The product of each segment."""
    return _unsorted(data, owners, count, np.multiply, 1)


def _bounds(data: Array) -> tuple[Any, Any]:
    limits: Any = np.finfo(data.dtype) if data.dtype.kind == "f" else np.iinfo(data.dtype)
    return limits.min, limits.max


@op("UnsortedSegmentMax")
def unsorted_segment_max(data: Array, owners: Array, count: Array) -> Array:
    """The largest of each segment; the lowest number of one without any."""
    return _unsorted(data, owners, count, np.maximum, _bounds(data)[0])


@op("UnsortedSegmentMin")
def unsorted_segment_min(data: Array, owners: Array, count: Array) -> Array:
    """The smallest of each segment; the highest number of one without any."""
    return _unsorted(data, owners, count, np.minimum, _bounds(data)[1])


@op("RaggedRange")
def ragged_range(starts: Array, limits: Array, deltas: Array) -> tuple[Array, Array]:
    """Where each range ends, and the numbers of all of them."""
    vectors = np.broadcast_arrays(*map(np.atleast_1d, (starts, limits, deltas)))
    counts = []
    for start, limit, delta in zip(*(each.tolist() for each in vectors), strict=True):
        if delta == 0:
            raise ValueError("a delta is 0")
        counts.append(max(math.ceil((limit - start) / delta), 0))
    sized([sum(counts)])
    splits = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    firsts, steps = (np.repeat(each, counts) for each in (vectors[0], vectors[2]))
    places = np.arange(sum(counts)) - np.repeat(splits[:-1], counts)
    return splits.astype(INT), (firsts + places.astype(starts.dtype) * steps).astype(starts.dtype)


def _within(splits: Array, rows: Array) -> tuple[Array, Array]:
    """Return the places of the given rows' values, and where each row ends."""
    if rows.size and not 0 <= rows.min() <= rows.max() < len(splits) - 1:
        raise IndexError(f"rows from {rows.min()} to {rows.max()} of {len(splits) - 1}")
    starts, counts = splits[rows], splits[rows + 1] - splits[rows]
    if np.any(counts < 0):
        raise ValueError("splits are not sorted")
    ends = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    sized([int(ends[-1])])
    ends = ends.astype(np.intp)
    return np.repeat(starts - ends[:-1], counts) + np.arange(ends[-1]), ends


@op("RaggedGather")
def ragged_gather(*inputs: Array) -> tuple[Array, ...]:
    """Rows of a ragged tensor by their numbers: the splits of the result, then its values."""
    *all_splits, values, indices = inputs
    outer = []
    for axis in range(indices.ndim - 1):  # sides of the indices have rows of one length
        rows = math.prod(indices.shape[: axis + 1])
        outer.append(np.arange(rows + 1) * indices.shape[axis + 1])
    places = indices.reshape(-1).astype(np.intp)
    inner = []
    for splits in all_splits:
        places, ends = _within(splits.astype(np.intp), places)
        inner.append(ends)
    if places.size and not 0 <= places.min() <= places.max() < len(values):
        raise IndexError(f"places up to {places.max()} of {len(values)} values")
    return (*(each.astype(INT) for each in (*outer, *inner)), values[places])


@op("RaggedTensorToSparse")
def ragged_to_sparse(*inputs: Array) -> tuple[Array, Array, Array]:
    """The values of a ragged tensor with their indices, and the shape around them."""
    *all_splits, values = inputs
    shape = [len(all_splits[0]) - 1]
    places = np.arange(shape[0])[:, None]
    for splits in all_splits:
        owner = _rows_of(splits, "ROW_SPLITS")
        column = _columns_of(owner)
        places = np.concatenate([places[owner], column[:, None]], axis=1)
        shape.append(int(column.max()) + 1 if column.size else 0)
    inner = values.shape[1:]
    within = np.stack(np.unravel_index(np.arange(math.prod(inner)), inner or (1,)), axis=1)
    sized([len(values), len(within), len(shape) + len(inner)])
    if inner:
        outer = np.repeat(places, len(within), axis=0)
        places = np.concatenate([outer, np.tile(within, (len(values), 1))], axis=1)
    return places.astype(INT), values.reshape(-1), np.array([*shape, *inner], INT)


def _rows_of(partition: Array, kind: str) -> Array:
    """Return the row of each value."""
    if kind == "ROW_SPLITS":
        counts = np.diff(partition)
        if np.any(counts < 0):
            raise ValueError("splits are not sorted")
        sized([int(counts.sum())])
        return np.repeat(np.arange(len(counts)), counts)
    if kind != "VALUE_ROWIDS":
        raise ValueError(f"a partition of the kind {kind!r:.40}")
    return partition.astype(np.intp)


def _columns_of(rows: Array) -> Array:
    """Return the place of each value in its row; the rows are sorted."""
    if np.any(np.diff(rows) < 0):
        raise ValueError("row ids are not sorted")
    return np.arange(len(rows)) - np.searchsorted(rows, rows, "left")


@op("RaggedTensorToTensor", kinds=texts((), "row_partition_types"))
def ragged_tensor_to_tensor(
    sides: Array, values: Array, default: Array, *partitions: Array, kinds: Sequence[str]
) -> Array:
    """A ragged tensor with a default where rows are shorter; longer rows are cut."""
    rows, levels = _first_level(partitions, kinds)
    places = np.arange(rows)[:, None]
    inside = np.ones(rows, bool)
    shape = [rows]
    for partition, kind in levels:
        owner = _rows_of(partition, kind)
        if owner.size and not 0 <= owner.min() <= owner.max() < len(places):
            raise IndexError(f"a row {owner.max()} of {len(places)}")
        column = _columns_of(owner)
        places = np.concatenate([places[owner], column[:, None]], axis=1)
        inside = inside[owner]
        shape.append(int(column.max()) + 1 if column.size else 0)
    shape += values.shape[1:]
    asked = wholes(sides)
    if asked and sides.ndim:
        shape = [side if want < 0 else want for side, want in zip(shape, asked, strict=True)]
    result = np.empty(sized(shape), values.dtype)
    result[...] = default
    inside &= np.all(places < np.array(shape[: places.shape[1]]), axis=1)
    result[tuple(places[inside].T)] = values[: len(places)][inside]
    return result


def _first_level(
    partitions: Sequence[Array], kinds: Sequence[str]
) -> tuple[int, list[tuple[Array, str]]]:
    """Return the number of rows, and the partitions with their kinds."""
    pairs = list(zip(partitions, kinds, strict=True))
    partition, kind = pairs[0]
    if kind == "FIRST_DIM_SIZE":
        (rows,) = sized([whole(partition)])
        return rows, pairs[1:]
    if kind == "ROW_SPLITS":
        return len(partition) - 1, pairs
    return int(partition[-1]) + 1 if len(partition) else 0, pairs
