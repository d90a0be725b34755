"""How gradients go back through the functions of NumPy that move values to other places."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.training.rules import no_others, tape_of, unbroadcast
from pyio.models.training.tape import FUNCTIONS, METHODS, Array, Traced, raw, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence


def reshape(a: Traced, *shape: Any, **others: Any) -> Traced:
    """``a.reshape(2, 3)`` and ``np.reshape(a, (2, 3))``."""
    sides = others.pop("shape", None) or others.pop("newshape", None) or shape
    if others.pop("order", "C") not in ("C", None):
        refuse("another order in reshape", "transpose first")
    no_others("reshape", others)
    if len(sides) == 1 and not isinstance(sides[0], int | np.integer):
        sides = sides[0]
    x = raw(a)
    return a.tape.view(a, x.reshape(sides), lambda g: a.add(g.reshape(x.shape)))


def ravel(a: Traced, order: str = "C") -> Traced:
    """``a.ravel()`` and ``a.flatten()``."""
    return reshape(a, (-1,), order=order)


def transpose(a: Traced, *order: Any, axes: Any = None) -> Traced:
    """``a.transpose(1, 0)`` and ``np.transpose(a, (1, 0))``."""
    x = raw(a)
    if len(order) == 1 and not isinstance(order[0], int | np.integer):
        order = order[0]
    given = order if axes is None else axes
    chosen = tuple(range(x.ndim))[::-1] if given is None or not len(given) else tuple(given)
    back = np.argsort([axis % x.ndim for axis in chosen])
    return a.tape.view(a, x.transpose(chosen), lambda g: a.add(g.transpose(back)))


def moveaxis(a: Traced, source: Any, destination: Any) -> Traced:
    """``np.moveaxis``."""
    moved = np.moveaxis(raw(a), source, destination)
    return a.tape.view(a, moved, lambda g: a.add(np.moveaxis(g, destination, source)))


def swapaxes(a: Traced, axis1: int, axis2: int) -> Traced:
    """``np.swapaxes``."""
    swapped = np.swapaxes(raw(a), axis1, axis2)
    return a.tape.view(a, swapped, lambda g: a.add(np.swapaxes(g, axis1, axis2)))


def squeeze(a: Traced, axis: Any = None) -> Traced:
    """``np.squeeze``."""
    return reshape(a, np.squeeze(raw(a), axis=axis).shape)


def expand_dims(a: Traced, axis: Any) -> Traced:
    """``np.expand_dims``."""
    return reshape(a, np.expand_dims(raw(a), axis).shape)


def broadcast_to(a: Traced, shape: Any, subok: bool = False) -> Traced:  # noqa: ARG001
    """``np.broadcast_to``."""
    x = raw(a)
    return a.tape.view(a, np.broadcast_to(x, shape), lambda g: a.add(unbroadcast(g, x.shape)))


def item(a: Traced, index: Any) -> Traced:
    """``a[index]``: a part by slices, numbers, arrays of numbers or booleans."""
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, Traced) for part in parts):
        refuse("an array of fractions as an index", "use pyio.layers.plain(x) as the index")
    picked = any(isinstance(part, np.ndarray | list) and np.ndim(part) for part in parts)
    x = raw(a)
    a.tape.lock(*parts)
    part = x[index]
    if not picked:
        return a.tape.view(a, part, lambda g: a.add_at(index, g, repeated=False))
    rows = len(parts) == 1 and isinstance(index, np.ndarray) and index.dtype.kind in "iu"
    if rows:  # a table of vectors, of which only a few rows are used
        return a.tape.record(part, lambda g: _add_rows(a, index, g))
    return a.tape.record(part, lambda g: a.add_at(index, g, repeated=True))


def _add_rows(table: Traced, numbers: Array, gradient: Array) -> None:
    """Add each row of `gradient` to the row of the table that `numbers` names."""
    rows = gradient.reshape(numbers.size, -1)
    flat = numbers.ravel() % len(table.value)
    order = np.argsort(flat, kind="stable")
    found, starts = np.unique(flat[order], return_index=True)
    total = np.zeros(table.value.shape, table.value.dtype)
    if numbers.size:
        sums = np.add.reduceat(rows[order], starts, axis=0)
        total[found] = sums.reshape(len(found), *table.value.shape[1:])
    table.add(total)


def concatenate(arrays: Sequence[Any], axis: int | None = 0, **others: Any) -> Traced:
    """``np.concatenate``."""
    no_others("concatenate", others)
    if axis is None:
        return concatenate([np.ravel(each) for each in arrays])
    values = [np.asarray(raw(each)) for each in arrays]

    def back(g: Array) -> None:
        start = 0
        for each, value in zip(arrays, values, strict=True):
            stop = start + value.shape[axis]
            if isinstance(each, Traced):
                cut = [slice(None)] * g.ndim
                cut[axis] = slice(start, stop)
                each.add(g[tuple(cut)])
            start = stop

    return tape_of(*arrays).record(np.concatenate(values, axis=axis), back)


def stack(arrays: Sequence[Any], axis: int = 0, **others: Any) -> Traced:
    """``np.stack``."""
    no_others("stack", others)
    arrays = list(arrays)
    joined = np.stack([raw(each) for each in arrays], axis=axis)

    def back(g: Array) -> None:
        along = np.moveaxis(g, axis, 0)
        for each, part in zip(arrays, along, strict=True):
            if isinstance(each, Traced):
                each.add(part)

    return tape_of(*arrays).record(joined, back)


def split(a: Traced, sections: Any, axis: int = 0) -> list[Traced]:
    """``np.split`` and ``np.array_split``."""
    x = raw(a)
    axis = axis % x.ndim
    side, bounds = x.shape[axis], [0]
    if isinstance(sections, int | np.integer):
        for each in np.array_split(np.empty(side), sections):
            bounds.append(bounds[-1] + len(each))
    else:
        bounds = [*bounds, *(slice(0, stop).indices(side)[1] for stop in sections), side]
    before = (slice(None),) * axis
    return [item(a, (*before, slice(start, stop))) for start, stop in pairwise(bounds)]


def _even_split(a: Traced, sections: Any, axis: int = 0) -> list[Traced]:
    if isinstance(sections, int | np.integer) and raw(a).shape[axis] % sections:
        raise ValueError("array split does not result in an equal division")
    return split(a, sections, axis)


def pad(a: Traced, widths: Any, mode: str = "constant", **options: Any) -> Traced:
    """``np.pad`` with a constant value."""
    if mode != "constant" or set(options) - {"constant_values"}:
        refuse(f"np.pad with the mode {mode!r}", 'use the mode "constant" or np.concatenate')
    x = raw(a)
    before = np.broadcast_to(np.asarray(widths), (x.ndim, 2))[:, 0]
    cut = tuple(slice(int(b), int(b) + side) for b, side in zip(before, x.shape, strict=True))
    return a.tape.record(np.pad(x, widths, **options), lambda g: a.add(g[cut]))


def repeat(a: Traced, repeats: Any, axis: int | None = None) -> Traced:
    """``np.repeat``."""
    if axis is None:
        return repeat(ravel(a), repeats, 0)
    return take(a, np.repeat(np.arange(raw(a).shape[axis]), repeats), axis)


def tile(a: Traced, reps: Any) -> Traced:
    """``np.tile``."""
    times = list(np.atleast_1d(reps))
    x = raw(a)
    ndim = max(x.ndim, len(times))
    times = [1] * (ndim - len(times)) + times
    sides = (1,) * (ndim - x.ndim) + x.shape
    spread = tuple(number for pair in zip(times, sides, strict=True) for number in pair)

    def back(g: Array) -> None:
        a.add(g.reshape(spread).sum(axis=tuple(range(0, 2 * ndim, 2))).reshape(x.shape))

    return a.tape.record(np.tile(x, reps), back)


def take(a: Traced, indices: Any, axis: int | None = None, **others: Any) -> Traced:
    """``np.take``."""
    no_others("take", others)
    numbers = np.asarray(raw(indices))
    if axis is None:
        return item(ravel(a), numbers)
    axis = axis % raw(a).ndim
    return item(a, (slice(None),) * axis + (numbers,)) if axis else item(a, numbers)


def take_along_axis(a: Traced, indices: Any, axis: int | None = -1) -> Traced:
    """``np.take_along_axis``."""
    x, numbers = raw(a), np.asarray(raw(indices))
    if axis is None:
        return item(ravel(a), numbers.ravel())
    axis = axis % x.ndim
    sides = [max(pair) for pair in zip(x.shape, numbers.shape, strict=True)]
    sides[axis] = numbers.shape[axis]
    grid = list(np.ogrid[tuple(slice(0, side) for side in sides)])
    grid[axis] = np.broadcast_to(numbers, sides)
    for other, side in enumerate(x.shape):
        if other != axis and side == 1:
            grid[other] = np.zeros_like(grid[other])
    return item(a, tuple(grid))


def sort(a: Traced, axis: int | None = -1, **others: Any) -> Traced:
    """``np.sort``."""
    no_others("sort", others)
    if axis is None:
        return sort(ravel(a), 0)
    return take_along_axis(a, np.argsort(raw(a), axis=axis, kind="stable"), axis)


def roll(a: Traced, shift: Any, axis: Any = None) -> Traced:
    """``np.roll``."""
    back = tuple(-each for each in shift) if isinstance(shift, tuple) else -shift
    return a.tape.record(np.roll(raw(a), shift, axis), lambda g: a.add(np.roll(g, back, axis)))


def flip(a: Traced, axis: Any = None) -> Traced:
    """``np.flip``."""
    return a.tape.view(a, np.flip(raw(a), axis), lambda g: a.add(np.flip(g, axis)))


def _masked(function: Any) -> Any:
    def rule(a: Traced, k: int = 0) -> Traced:
        return a.tape.record(function(raw(a), k), lambda g: a.add(function(g, k)))

    return rule


def astype(a: Traced, dtype: Any, copy: bool = True, **others: Any) -> Any:
    """``a.astype(dtype)``: a plain array for whole numbers and booleans."""
    no_others("astype", others)
    x = raw(a)
    wanted = np.dtype(dtype)
    if wanted.kind != "f":
        return x.astype(wanted)
    if wanted == x.dtype and not copy:
        return a
    return a.tape.record(x.astype(wanted), lambda g: a.add(g.astype(x.dtype)))


def copy(a: Traced, *_: Any, **__: Any) -> Traced:
    """``a.copy()``."""
    return a.tape.record(raw(a).copy(), a.add)


def _facts(function: Any) -> Any:
    """Return the rule of a function whose result has no gradient."""
    return lambda *values, **options: function(*map(raw, values), **options)


FUNCTIONS.update(
    {
        np.reshape: reshape,
        np.ravel: ravel,
        np.transpose: transpose,
        np.moveaxis: moveaxis,
        np.swapaxes: swapaxes,
        np.squeeze: squeeze,
        np.expand_dims: expand_dims,
        np.broadcast_to: broadcast_to,
        np.concatenate: concatenate,
        np.stack: stack,
        np.vstack: lambda arrays: concatenate([np.atleast_2d(each) for each in arrays]),
        np.hstack: lambda arrays: concatenate(arrays, axis=0 if arrays[0].ndim == 1 else 1),
        np.atleast_1d: lambda a: a if a.ndim else reshape(a, (1,)),
        np.atleast_2d: lambda a: a if a.ndim > 1 else reshape(a, (1, -1)),
        np.split: _even_split,
        np.array_split: split,
        np.pad: pad,
        np.repeat: repeat,
        np.tile: tile,
        np.take: take,
        np.take_along_axis: take_along_axis,
        np.sort: sort,
        np.roll: roll,
        np.flip: flip,
        np.tril: _masked(np.tril),
        np.triu: _masked(np.triu),
        np.copy: copy,
    }
)
FUNCTIONS.update(
    {
        function: _facts(function)
        for function in (
            *(np.shape, np.ndim, np.size, np.argmax, np.argmin, np.argsort, np.any, np.all),
            *(np.isclose, np.allclose, np.array_equal, np.result_type, np.count_nonzero),
            *(np.full_like, np.nonzero, np.argwhere, np.searchsorted, np.iscomplexobj),
        )
    }
)
METHODS.update(
    {
        "__getitem__": item,
        "reshape": reshape,
        "ravel": ravel,
        "flatten": ravel,
        "transpose": transpose,
        "swapaxes": swapaxes,
        "squeeze": squeeze,
        "repeat": repeat,
        "take": take,
        "astype": astype,
        "copy": copy,
    }
)
for _name in ("argmax", "argmin", "argsort", "any", "all", "nonzero"):
    METHODS[_name] = _facts(getattr(np.ndarray, _name))
