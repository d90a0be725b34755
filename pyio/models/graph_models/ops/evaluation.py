"""The largest, the different, and places in sorted rows."""

from __future__ import annotations

from typing import Literal

import numpy as np

from pyio.models.graph_models.attributes import flag, fractions, whole
from pyio.models.graph_models.ops.slice_join import axis_of
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import INT, Array, sized
from pyio.models.graph_models.values import whole as whole_in


@op("TopKV2", ordered=flag(True, "sorted"))
def top_k_v2(x: Array, count: Array, *, ordered: bool) -> tuple[Array, Array]:
    """The largest of each row and their places; of equals the first comes first."""
    return _top(x, whole_in(count), ordered)


@op("TopK", ordered=flag(True, "sorted"), count=whole(1, "k"))
def top_k(x: Array, *, count: int, ordered: bool) -> tuple[Array, Array]:
    """`top_k_v2` with the count as an attribute."""
    return _top(x, count, ordered)


def _top(x: Array, count: int, _ordered: bool) -> tuple[Array, Array]:
    if not x.ndim or not 0 <= count <= x.shape[-1]:
        raise ValueError(f"k is {count} for {list(x.shape)}")
    falling = -x.astype(np.int64) if x.dtype.kind in "ib" else -x
    places = np.argsort(falling, axis=-1, kind="stable")[..., :count]
    return np.take_along_axis(x, places, axis=-1), places.astype(INT)


def distinct(x: Array, axis: int) -> tuple[Array, Array, Array]:
    """Return the different parts along an axis, which one each is, and how many there are."""
    rows = np.moveaxis(x, axis, 0)
    known: dict[object, int] = {}
    first: list[int] = []
    which = np.empty(len(rows), INT)
    for index, row in enumerate(rows):
        key: object = tuple(row.reshape(-1).tolist()) if x.ndim > 1 else row
        if key not in known:
            known[key] = len(first)
            first.append(index)
        which[index] = known[key]
    counts = np.bincount(which, minlength=len(first)).astype(INT)
    return np.take(x, np.array(first, np.intp), axis), which, counts


@op("Unique")
def unique(x: Array) -> tuple[Array, Array]:
    """The different elements in the order of their first appearance, and which one each is."""
    return distinct(_vector(x), 0)[:2]


def _vector(x: Array) -> Array:
    if x.ndim != 1:
        raise ValueError(f"a vector is expected, got {x.ndim} sides")
    return x


@op("UniqueV2")
def unique_v2(x: Array, axis: Array) -> tuple[Array, Array]:
    """The different parts along an axis, and which one each is."""
    return distinct(x, axis_of(whole_in(axis), x) if axis.size else _only_axis(x))[:2]


def _only_axis(x: Array) -> int:
    _vector(x)
    return 0


@op("UniqueWithCountsV2")
def unique_with_counts_v2(x: Array, axis: Array) -> tuple[Array, Array, Array]:
    """`unique_v2`, and how often each occurs."""
    return distinct(x, axis_of(whole_in(axis), x) if axis.size else _only_axis(x))


@op("UniqueWithCounts")
def unique_with_counts(x: Array) -> tuple[Array, Array, Array]:
    """`unique`, and how often each occurs."""
    return distinct(_vector(x), 0)


@op("NthElement", reverse=flag())
def nth_element(x: Array, place: Array, *, reverse: bool) -> Array:
    """What would be at a place if each row were sorted."""
    number = whole_in(place)
    if not x.ndim or not 0 <= number < x.shape[-1]:
        raise IndexError(f"place {number} of {list(x.shape)}")
    return np.sort(x, axis=-1)[..., -1 - number if reverse else number]


@op("Bucketize", boundaries=fractions(()))
def bucketize(x: Array, *, boundaries: tuple[float, ...]) -> Array:
    """Between which boundaries each number is; at one, it is above."""
    if list(boundaries) != sorted(boundaries):
        raise ValueError("the boundaries are not sorted")
    return np.searchsorted(np.array(boundaries, np.float32), x, "right").astype(INT)


@op("InTopK", count=whole(1, "k"))
def in_top_k(scores: Array, classes: Array, *, count: int) -> Array:
    """Whether a class is among the best of its row; equals do not push it out."""
    return _among_best(scores, classes, count)


@op("InTopKV2")
def in_top_k_v2(scores: Array, classes: Array, count: Array) -> Array:
    """`in_top_k` with the count as an input."""
    return _among_best(scores, classes, whole_in(count))


def _among_best(scores: Array, classes: Array, count: int) -> Array:
    known = (classes >= 0) & (classes < scores.shape[1])
    own = np.take_along_axis(scores, np.where(known, classes, 0)[:, None].astype(np.intp), 1)
    better = (scores > own).sum(axis=1)
    return known & np.isfinite(scores).all(axis=1) & (better < count)


@op("HistogramFixedWidth")
def histogram(x: Array, ends: Array, count: Array) -> Array:
    """How many numbers are in each of some equal parts; those outside count at the ends."""
    low, high = ends
    many = whole_in(count)
    if many < 1 or not low < high:
        raise ValueError(f"{many} parts from {low} to {high}")
    sized([many])
    places = np.floor((x.reshape(-1) - low) / ((high - low) / many))
    return np.bincount(np.clip(places, 0, many - 1).astype(np.intp), minlength=many).astype(INT)


def _sought(rows: Array, values: Array, side: Literal["left", "right"]) -> Array:
    if rows.ndim != 2 or values.ndim != 2 or len(rows) != len(values):
        raise ValueError(f"rows of {list(rows.shape)} and {list(values.shape)} do not fit")
    found = [np.searchsorted(row, each, side) for row, each in zip(rows, values, strict=True)]
    return np.array(found, INT).reshape(values.shape)


@op("LowerBound")
def lower_bound(rows: Array, values: Array) -> Array:
    """Where values go in sorted rows: before those that are equal."""
    return _sought(rows, values, "left")


@op("UpperBound")
def upper_bound(rows: Array, values: Array) -> Array:
    """Where values go in sorted rows: after those that are equal."""
    return _sought(rows, values, "right")
