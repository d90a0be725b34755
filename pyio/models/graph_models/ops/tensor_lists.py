"""The lists of TensorFlow 2. They do not change: an op that sets an element makes a new one."""

from __future__ import annotations

from typing import Any

import numpy as np

from pyio.models.graph_models.attributes import dtype, shape
from pyio.models.graph_models.ops.creation import zeros_of
from pyio.models.graph_models.ops.list_parts import (
    checked_length,
    element_shape,
    filled,
    known_shape,
    parts_of,
    place_in,
    stacked,
    unset,
)
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import FLOAT, INT, Array, TensorList, sized, wholes
from pyio.models.graph_models.values import whole as whole_in

ELEMENT = dtype(FLOAT, "element_dtype")


@op("EmptyTensorList")
def empty_tensor_list(_element: Array, _most: Array) -> TensorList:
    """A list without elements."""
    return TensorList()


@op("TensorListReserve")
def tensor_list_reserve(_element: Array, count: Array) -> TensorList:
    """A list of places that are not set."""
    return TensorList([None] * checked_length(whole_in(count)))


@op("TensorListFromTensor")
def tensor_list_from_tensor(x: Array, _element: Array) -> TensorList:
    """The rows of an array as a list."""
    return TensorList(np.asarray(row) for row in x)


@op("TensorListSetItem")
def tensor_list_set_item(items: TensorList, index: Array, item: Array, *_resize: Any) -> TensorList:
    """A list with another element at a place."""
    place = whole_in(index)
    if place >= len(items):  # TensorFlow's resize_if_index_out_of_bounds; TensorFlow.js always
        items = TensorList([*items, *[None] * (checked_length(place + 1) - len(items))])
    changed = list(items)
    changed[place_in(index, items)] = item
    return TensorList(changed)


@op("TensorListGetItem", type_=ELEMENT)
def tensor_list_get_item(items: TensorList, index: Array, element: Array, *, type_: Any) -> Array:
    """The element at a place; zeros where none was set."""
    item = items[place_in(index, items)]
    return unset(items, element_shape(element), type_) if item is None else item


@op("TensorListPushBack")
def tensor_list_push_back(items: TensorList, item: Array) -> TensorList:
    """A list with one more element."""
    checked_length(len(items) + 1)
    return TensorList([*items, item])


@op("TensorListPopBack", type_=ELEMENT)
def tensor_list_pop_back(
    items: TensorList, element: Array, *, type_: Any
) -> tuple[TensorList, Array]:
    """A list without its last element, and that element."""
    if not items:
        raise IndexError("the list is empty")
    last = items[-1]
    return (
        TensorList(items[:-1]),
        unset(items, element_shape(element), type_) if last is None else last,
    )


@op("TensorListStack", type_=ELEMENT)
def tensor_list_stack(items: TensorList, element: Array, *, type_: Any) -> Array:
    """The elements as one array."""
    return stacked(items, element_shape(element), type_)


@op("TensorListGather", type_=ELEMENT)
def tensor_list_gather(items: TensorList, indices: Array, element: Array, *, type_: Any) -> Array:
    """The elements at places as one array."""
    chosen = [items[place_in(index, items)] for index in indices.reshape(-1)]
    shape_ = element_shape(element)
    if shape_ is None or min(shape_, default=0) < 0:
        shape_ = next((item.shape for item in items if item is not None), shape_)
    return stacked(chosen, shape_, type_)


@op("TensorListScatter", "TensorListScatterV2")
def tensor_list_scatter(
    x: Array, indices: Array, _element: Array, count: Array | None = None
) -> TensorList:
    """A list with the rows of an array at places."""
    places = wholes(indices)
    least = max(places, default=-1) + 1
    size = least if count is None else max(whole_in(count), least)
    items: list[Any] = [None] * checked_length(size)
    for place, row in zip(places, x, strict=True):
        if place < 0:
            raise IndexError(f"place {place}")
        items[place] = np.asarray(row)
    return TensorList(items)


@op("TensorListScatterIntoExistingList")
def tensor_list_scatter_into(items: TensorList, x: Array, indices: Array) -> TensorList:
    """A list with the rows of an array at places, and its own elements elsewhere."""
    places = wholes(indices)
    if any(place < 0 for place in places):
        raise IndexError(f"place {min(places)}")
    more = max(places, default=-1) + 1 - len(items)
    changed = [*items, *[None] * checked_length(max(more, 0))]
    for place, row in zip(places, x, strict=True):
        changed[place] = np.asarray(row)
    return TensorList(changed)


@op("TensorListConcat", "TensorListConcatV2", type_=ELEMENT, inner=shape(None, "element_shape"))
def tensor_list_concat(
    items: TensorList,
    element: Array | None = None,
    _lengths: Array | None = None,
    *,
    type_: Any,
    inner: tuple[int, ...] | None,
) -> tuple[Array, Array]:
    """The elements joined along the first side, and how long each is there."""
    shape_ = inner if element is None else element_shape(element)
    if not items:
        return zeros_of((0, *known_shape((shape_ or (-1,))[1:])), type_), np.zeros(0, INT)
    arrays = filled(items, shape_, type_)
    lengths = [len(array) for array in arrays]
    sized([sum(lengths), *arrays[0].shape[1:]])
    return np.concatenate(arrays), np.array(lengths, INT)


@op("TensorListSplit")
def tensor_list_split(x: Array, _element: Array, lengths: Array) -> TensorList:
    """Parts of an array along the first side as a list."""
    return TensorList(parts_of(x, lengths))


@op("TensorListLength")
def tensor_list_length(items: TensorList) -> Array:
    """The number of places."""
    return np.array(len(items), INT)


@op("TensorListResize")
def tensor_list_resize(items: TensorList, count: Array) -> TensorList:
    """A list with more places, or fewer."""
    size = checked_length(whole_in(count))
    return TensorList([*items[:size], *[None] * (size - len(items))])
