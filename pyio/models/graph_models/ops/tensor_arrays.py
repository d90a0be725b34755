"""The lists of TensorFlow 1. Their writers change them; the flow value puts those in order."""

from __future__ import annotations

from typing import Any

import numpy as np

from pyio.models.graph_models.attributes import dtype, shape
from pyio.models.graph_models.ops.creation import zeros_of
from pyio.models.graph_models.ops.list_parts import (
    checked_length,
    filled,
    known_shape,
    parts_of,
    place_in,
    stacked,
    unset,
)
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import FLOAT, INT, Array, TensorArray, sized, wholes
from pyio.models.graph_models.values import whole as whole_in


@op(
    "TensorArrayV3",
    pure=False,
    type_=dtype(FLOAT, "dtype"),
    element=shape(None, "element_shape"),
)
def tensor_array(
    size: Array, *, type_: Any, element: tuple[int, ...] | None
) -> tuple[TensorArray, Array]:
    """A list that its writers change, and the flow that orders them."""
    return TensorArray(checked_length(whole_in(size)), type_, element), np.float32(1)


def _grown(array: TensorArray, size: int) -> list[Any]:
    """Return the places of an array, of which there are at least `size`."""
    if size > len(array.items):
        array.items += [None] * (checked_length(size) - len(array.items))
    return array.items


@op("TensorArrayWriteV3", pure=False)
def tensor_array_write(array: TensorArray, index: Array, value: Array, flow: Array) -> Array:
    """Set the element at a place."""
    place = whole_in(index)
    items = _grown(array, place + 1)
    items[place_in(index, items)] = value
    return flow


@op("TensorArrayReadV3", pure=False)
def tensor_array_read(array: TensorArray, index: Array, _flow: Array) -> Array:
    """The element at a place; zeros where none was set."""
    item = array.items[place_in(index, array.items)]
    return unset(array.items, array.shape, array.dtype) if item is None else item


@op("TensorArrayGatherV3", pure=False, element=shape(None, "element_shape"))
def tensor_array_gather(
    array: TensorArray, indices: Array, _flow: Array, *, element: tuple[int, ...] | None
) -> Array:
    """The elements at places as one array."""
    chosen = [array.items[place_in(index, array.items)] for index in indices.reshape(-1)]
    shape_ = next((item.shape for item in array.items if item is not None), None)
    for known in (array.shape, element):
        if known is not None and min(known, default=0) >= 0:
            shape_ = known
    return stacked(chosen, shape_, array.dtype)


@op("TensorArrayScatterV3", pure=False)
def tensor_array_scatter(array: TensorArray, indices: Array, x: Array, flow: Array) -> Array:
    """Set the elements at places to the rows of an array."""
    places = wholes(indices)
    items = _grown(array, max(places, default=-1) + 1)
    for place, row in zip(places, x, strict=True):
        if place < 0:
            raise IndexError(f"place {place}")
        items[place] = np.asarray(row)
    return flow


@op("TensorArrayConcatV3", pure=False)
def tensor_array_concat(array: TensorArray, _flow: Array) -> tuple[Array, Array]:
    """The elements joined along the first side, and how long each is there."""
    if not array.items:
        return zeros_of((0, *known_shape((array.shape or (-1,))[1:])), array.dtype), np.zeros(
            0, INT
        )
    arrays = filled(array.items, array.shape, array.dtype)
    lengths = [len(each) for each in arrays]
    sized([sum(lengths), *arrays[0].shape[1:]])
    return np.concatenate(arrays), np.array(lengths, INT)


@op("TensorArraySplitV3", pure=False)
def tensor_array_split(array: TensorArray, x: Array, lengths: Array, flow: Array) -> Array:
    """Set the elements to parts of an array."""
    parts = parts_of(x, lengths)
    _grown(array, len(parts))[: len(parts)] = parts
    return flow


@op("TensorArraySizeV3", pure=False)
def tensor_array_size(array: TensorArray, _flow: Array) -> Array:
    """The number of places."""
    return np.array(len(array.items), INT)


@op("TensorArrayCloseV3", pure=False)
def tensor_array_close(array: TensorArray) -> TensorArray:
    """The list, which nothing uses any more."""
    return array
