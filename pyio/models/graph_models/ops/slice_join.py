"""Parts of arrays, and arrays put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.graph_models.attributes import REQUIRED, whole
from pyio.models.graph_models.ops.creation import zeros_of
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import INT, Array, scalar, shape_in, sized, wholes
from pyio.models.graph_models.values import whole as whole_in

if TYPE_CHECKING:
    from collections.abc import Sequence


def _joined(arrays: Sequence[Array], axis: int) -> Array:
    dtypes = {array.dtype for array in arrays}
    if len(dtypes) > 1:
        raise TypeError(f"arrays of {sorted(map(str, dtypes))} cannot be joined")
    return np.concatenate(arrays, axis)


@op("ConcatV2")
def concat_v2(*arrays: Array) -> Array:
    """Arrays joined along an axis, which comes last."""
    return _joined(arrays[:-1], whole_in(arrays[-1]))


@op("Concat")
def concat(*arrays: Array) -> Array:
    """Arrays joined along an axis, which comes first."""
    return _joined(arrays[1:], whole_in(arrays[0]))


@op("Pack", axis=whole(0))
def pack(*arrays: Array, axis: int) -> Array:
    """Arrays of one shape stacked along a new axis."""
    sized([len(arrays), *arrays[0].shape])
    return np.stack(arrays, axis)


def axis_of(axis: int, x: Array) -> int:
    """Return an axis counted from the front. Raises ValueError."""
    found = axis + x.ndim if axis < 0 else axis
    if not 0 <= found < x.ndim:
        raise ValueError(f"the axis is {axis} for {x.ndim} sides")
    return found


@op("Unpack", axis=whole(0), count=whole(None, "num"))
def unpack(x: Array, *, axis: int, count: int | None) -> tuple[Array, ...]:
    """The parts along an axis."""
    side = x.shape[axis_of(axis, x)]
    if count is not None and count != side:
        raise ValueError(f"a side of {side} has no {count} parts")
    return tuple(np.asarray(part) for part in np.moveaxis(x, axis, 0))


@op("Split", parts=whole(1, "num_split"))
def split(axis: Array, x: Array, *, parts: int) -> tuple[Array, ...]:
    """Equal parts along an axis."""
    if parts < 1:
        raise ValueError(f"num_split is {parts}")
    return tuple(np.split(x, parts, whole_in(axis)))


@op("SplitV")
def split_v(x: Array, sizes: Array, axis: Array) -> tuple[Array, ...]:
    """Parts of given sizes along an axis; one size may be -1."""
    wanted, along = wholes(sizes), axis_of(whole_in(axis), x)
    if -1 in wanted:
        wanted[wanted.index(-1)] = x.shape[along] - sum(wanted) - 1
    if sum(wanted) != x.shape[along] or any(size < 0 for size in wanted):
        raise ValueError(f"a side of {x.shape[along]} has no parts of {wholes(sizes)}")
    return tuple(np.split(x, np.cumsum(wanted)[:-1], along))


def _places(indices: Array, side: int) -> Array:
    """Return indices as places. Raises IndexError: NumPy would count negative ones from the end."""
    if indices.size and (indices.min() < 0 or indices.max() >= side):
        raise IndexError(f"indices from {indices.min()} to {indices.max()} in a side of {side}")
    return indices.astype(np.intp)


@op("Gather")
def gather(x: Array, indices: Array) -> Array:
    """Rows by their numbers."""
    return gather_v2(x, indices, np.array(0, INT), batch_dims=0)


@op("GatherV2", batch_dims=whole(0))
def gather_v2(x: Array, indices: Array, axis: Array, *, batch_dims: int) -> Array:
    """Parts along an axis by their numbers; the first `batch_dims` sides belong together."""
    along = axis_of(whole_in(axis), x)
    batch = batch_dims + indices.ndim if batch_dims < 0 else batch_dims
    if x.shape[:batch] != indices.shape[:batch] or not 0 <= batch <= along:
        raise ValueError(f"{batch} sides of {list(x.shape)} and {list(indices.shape)} differ")
    places = _places(indices, x.shape[along])
    sized([*x.shape[:along], *indices.shape[batch:], *x.shape[along + 1 :]])
    if not batch:
        return np.take(x, places, along)
    # One index array for each side of the batch, so that NumPy walks through them together.
    x = np.moveaxis(x, along, batch)
    open_grids = np.ogrid[tuple(slice(side) for side in x.shape[:batch])]
    inner = places.ndim - batch
    grids = [grid.reshape(*grid.shape, *[1] * inner) for grid in open_grids]
    taken = x[(*grids, places)]
    return np.moveaxis(taken, range(batch, batch + inner), range(along, along + inner))


def _points(indices: Array, shape: Sequence[int]) -> tuple[Array, ...]:
    """Return the last side of `indices` as an index of NumPy. Raises IndexError."""
    depth = indices.shape[-1]
    if depth > len(shape):
        raise ValueError(f"indices of {depth} numbers for {len(shape)} sides")
    return tuple(_places(indices[..., axis], shape[axis]) for axis in range(depth))


@op("GatherNd")
def gather_nd(x: Array, indices: Array) -> Array:
    """Elements or parts by the numbers of their first sides."""
    points = _points(indices, x.shape)
    if not points:
        return np.broadcast_to(x, sized([*indices.shape[:-1], *x.shape]))
    return x[points]


def _scattered(target: Array, indices: Array, updates: Array, how: Any) -> Array:
    """Change `target`, which is new: `how` is a ufunc, or None to assign."""
    points = _points(indices, target.shape)
    wanted = (*indices.shape[:-1], *target.shape[indices.shape[-1] :])
    updates = np.broadcast_to(updates, wanted) if updates.ndim == 0 else updates
    if updates.shape != wanted:
        raise ValueError(f"updates of {list(updates.shape)}; expected {list(wanted)}")
    if not points:
        flat = updates.reshape(-1, *target.shape)
        for each in flat:
            target = each if how is None else how(target, each)
        return target
    if how is None:
        # One after another, so that the last of equal indices wins.
        flat_points = [each.reshape(-1) for each in points]
        flat = updates.reshape(-1, *target.shape[len(points) :])
        last = {
            point: row
            for row, point in enumerate(zip(*map(np.ndarray.tolist, flat_points), strict=True))
        }
        rows = list(last.values())
        target[tuple(each[rows] for each in flat_points)] = flat[rows]
    else:
        how.at(target, points, updates)
    return target


@op("ScatterNd", wraps=True)
def scatter_nd(indices: Array, updates: Array, sides: Array) -> Array:
    """Zeros, and the sum of the updates of each index."""
    target = zeros_of(shape_in(sides), updates.dtype)
    return _scattered(target, indices, updates, np.add)


@op("TensorScatterUpdate")
def tensor_scatter_update(x: Array, indices: Array, updates: Array) -> Array:
    """Other values at the indices; the last of equal ones wins."""
    return _scattered(x.copy(), indices, updates, None)


@op("TensorScatterAdd", "ScatterNdNonAliasingAdd", wraps=True)
def tensor_scatter_add(x: Array, indices: Array, updates: Array) -> Array:
    """What is added at the indices."""
    return _scattered(x.copy(), indices, updates, np.add)


@op("TensorScatterSub", wraps=True)
def tensor_scatter_sub(x: Array, indices: Array, updates: Array) -> Array:
    """What is subtracted at the indices."""
    return _scattered(x.copy(), indices, updates, np.subtract)


@op("TensorScatterMax")
def tensor_scatter_max(x: Array, indices: Array, updates: Array) -> Array:
    """x, or at the indices what is larger."""
    return _scattered(x.copy(), indices, updates, np.maximum)


@op("TensorScatterMin")
def tensor_scatter_min(x: Array, indices: Array, updates: Array) -> Array:
    """x, or at the indices what is smaller."""
    return _scattered(x.copy(), indices, updates, np.minimum)


@op("SparseToDense")
def sparse_to_dense(indices: Array, sides: Array, values: Array, default: Array) -> Array:
    """A default everywhere, and values at the indices."""
    shape = shape_in(sides)
    target = np.full(shape, scalar(default), values.dtype)
    if indices.ndim < 2:  # numbers along the only side, or one number
        indices = indices.reshape(-1, 1) if len(shape) == 1 else indices.reshape(1, -1)
    return _scattered(target, indices, values.reshape(-1) if values.ndim else values, None)


@op("Reverse")
def reverse(x: Array, chosen: Array) -> Array:
    """The sides that are marked as true turned around."""
    return np.flip(x, tuple(np.flatnonzero(chosen).tolist()))


@op("ReverseV2")
def reverse_v2(x: Array, axes: Array) -> Array:
    """The sides that are named turned around."""
    return np.flip(x, tuple(wholes(axes)))


@op("Slice")
def slice_(x: Array, begin: Array, size: Array) -> Array:
    """A part by its beginning and size; -1 goes to the end."""
    parts = []
    for side, start, count in zip(x.shape, wholes(begin), wholes(size), strict=True):
        stop = side if count == -1 else start + count
        if not 0 <= start <= stop <= side:
            raise ValueError(f"from {start} to {stop} in a side of {side}")
        parts.append(slice(start, stop))
    return x[tuple(parts)]


@op(
    "StridedSlice",
    begin=whole(0, "begin_mask"),
    end=whole(0, "end_mask"),
    ellipsis=whole(0, "ellipsis_mask"),
    new_axis=whole(0, "new_axis_mask"),
    shrink_axis=whole(0, "shrink_axis_mask"),
)
def strided_slice(
    x: Array,
    begins: Array,
    ends: Array,
    strides: Array,
    *,
    begin: int,
    end: int,
    ellipsis: int,
    new_axis: int,
    shrink_axis: int,
) -> Array:
    """What NumPy's basic indexing gives; bit k of each mask speaks of entry k of the vectors."""
    index: list[Any] = []
    triples = zip(wholes(begins), wholes(ends), wholes(strides), strict=True)
    for k, (start, stop, step) in enumerate(triples):
        bit = 1 << k
        if ellipsis & bit:
            index.append(Ellipsis)
        elif new_axis & bit:
            index.append(None)
        elif shrink_axis & bit:
            index.append(start)
        else:
            index.append(slice(None if begin & bit else start, None if end & bit else stop, step))
    return x[tuple(index)]


@op("Tile")
def tile(x: Array, times: Array) -> Array:
    """The array again and again along each side."""
    repeats = wholes(times)
    if len(repeats) != x.ndim:
        raise ValueError(f"{len(repeats)} multiples for {x.ndim} sides")
    sized(side * count for side, count in zip(x.shape, repeats, strict=True))
    return np.tile(x, repeats) if x.ndim else x


@op("Roll")
def roll(x: Array, shifts: Array, axes: Array) -> Array:
    """Elements moved along axes; what leaves one end enters the other."""
    return np.roll(x, wholes(shifts), wholes(axes))


@op("ReverseSequence", along=whole(REQUIRED, "seq_dim"), batch=whole(0, "batch_dim"))
def reverse_sequence(x: Array, lengths: Array, *, along: int, batch: int) -> Array:
    """The first elements of each example turned around."""
    result = x.copy()
    turned = np.moveaxis(result, (batch, along), (0, 1))
    for row, length in zip(turned, wholes(lengths), strict=True):
        if not 0 <= length <= len(row):
            raise ValueError(f"a length of {length} in a side of {len(row)}")
        row[:length] = row[:length][::-1].copy()
    return result
