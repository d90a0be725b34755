"""Conditions, loops and calls of functions, and the lists that loops fill."""

from __future__ import annotations


from typing import TYPE_CHECKING, Any

import numpy as np

from pyio import limits
from pyio.errors import ModelInputError
from pyio.models.graph_models.attributes import REQUIRED, dtype, function, shape
from pyio.models.graph_models.ops.creation import zeros_of
from pyio.models.graph_models.ops.table import Call, op
from pyio.models.graph_models.values import (
    DEAD,
    FLOAT,
    INT,
    TEXT,
    Array,
    TensorArray,
    TensorList,
    sized,
    wholes,
)
from pyio.models.graph_models.values import whole as whole_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def is_true(value: Array) -> bool:
    """Whether a condition holds: true, a number that is not 0, or a text that is not empty."""
    if value.dtype != TEXT and value.size != 1:
        return bool(value.size)
    return bool(value.reshape(-1)[0]) if value.size else False


@op("Switch", "RefSwitch")
def switch(data: Any, condition: Array) -> tuple[Any, Any]:
    """The data on one of two outputs: the second if the condition holds."""
    return (DEAD, data) if is_true(condition) else (data, DEAD)


@op("Merge", "RefMerge")
def merge(*values: Any) -> tuple[Any, Array]:
    """The first input that is alive, and which it is."""
    index = next(index for index, value in enumerate(values) if value is not DEAD)
    return values[index], np.array(index, INT)


@op("If", "StatelessIf", calls=True, then=function(REQUIRED, "then_branch"), other=function(REQUIRED, "else_branch"))
def if_(call: Call, condition: Array, *values: Any, then: str, other: str) -> tuple[Any, ...]:
    """The results of one of two functions."""
    return tuple(call.run.function(then if is_true(condition) else other, values))


@op("While", "StatelessWhile", calls=True, condition=function(REQUIRED, "cond"), body=function())
def while_(call: Call, *values: Any, condition: str, body: str) -> tuple[Any, ...]:
    """The values after `body` has changed them for as long as `cond` holds."""
    current = list(values)
    while is_true(call.run.function(condition, current)[0]):
        call.run.count_iteration()
        current = call.run.function(body, current)
    return tuple(current)


@op("PartitionedCall", "StatefulPartitionedCall", calls=True, name=function(REQUIRED, "f"))
def call_function(call: Call, *values: Any, name: str) -> tuple[Any, ...]:
    """The results of a function."""
    return tuple(call.run.function(name, values))


# ---------------------------------------------------------------- lists of TF 2


def _element(given: Array) -> tuple[int, ...] | None:
    """Return a shape that an input says: a scalar stands for an unknown rank."""
    return None if np.ndim(given) == 0 else tuple(wholes(given))


def _zeros(items: Iterable[Any], element: tuple[int, ...] | None, type_: Any) -> Array:
    """Return what a place holds that was not set."""
    if element is not None and min(element, default=0) >= 0:
        return zeros_of(element, type_)
    for item in items:
        if item is not None:
            return zeros_of(item.shape, item.dtype)
    raise ValueError("the shape of the elements is not known: no place of the list was set")


def _filled(items: Sequence[Any], element: tuple[int, ...] | None, type_: Any) -> list[Array]:
    return [_zeros(items, element, type_) if item is None else item for item in items]


def _stacked(items: Sequence[Any], element: tuple[int, ...] | None, type_: Any) -> Array:
    """Return the elements as one array; of none, with the shape of an element behind 0."""
    if not items:
        return zeros_of((0, *_known(element)), type_)
    arrays = _filled(items, element, type_)
    sized([len(arrays), *arrays[0].shape])
    return np.stack(arrays)


def _known(element: tuple[int, ...] | None) -> tuple[int, ...]:
    if element is None or min(element, default=0) < 0:
        raise ValueError(f"the shape of the elements of an empty list is {element}")
    return element


def _length(count: int) -> int:
    """Return a length if a list of it may be made."""
    if not 0 <= count <= limits.GRAPH_LIST_LENGTH:
        raise ModelInputError(
            f"a list of {count:,} elements; the most is {limits.GRAPH_LIST_LENGTH:,} "
            "(pyio.limits.GRAPH_LIST_LENGTH)"
        )
    return count


def _place(index: Array, items: Sequence[Any]) -> int:
    place = whole_in(index)
    if not 0 <= place < len(items):
        raise IndexError(f"place {place} of a list of {len(items)}")
    return place


ELEMENT = dtype(FLOAT, "element_dtype")


@op("EmptyTensorList")
def empty_tensor_list(_element: Array, _most: Array) -> TensorList:
    """A list without elements."""
    return TensorList()


@op("TensorListReserve")
def tensor_list_reserve(_element: Array, count: Array) -> TensorList:
    """A list of places that are not set."""
    return TensorList([None] * _length(whole_in(count)))


@op("TensorListFromTensor")
def tensor_list_from_tensor(x: Array, _element: Array) -> TensorList:
    """The rows of an array as a list."""
    return TensorList(np.asarray(row) for row in x)


@op("TensorListSetItem")
def tensor_list_set_item(items: TensorList, index: Array, item: Array, *_resize: Any) -> TensorList:
    """A list with another element at a place."""
    place = whole_in(index)
    if place >= len(items):  # TensorFlow's resize_if_index_out_of_bounds; TensorFlow.js always
        items = TensorList([*items, *[None] * (_length(place + 1) - len(items))])
    changed = list(items)
    changed[_place(index, items)] = item
    return TensorList(changed)


@op("TensorListGetItem", type_=ELEMENT)
def tensor_list_get_item(items: TensorList, index: Array, element: Array, *, type_: Any) -> Array:
    """The element at a place; zeros where none was set."""
    item = items[_place(index, items)]
    return _zeros(items, _element(element), type_) if item is None else item


@op("TensorListPushBack")
def tensor_list_push_back(items: TensorList, item: Array) -> TensorList:
    """A list with one more element."""
    _length(len(items) + 1)
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
        _zeros(items, _element(element), type_) if last is None else last,
    )


@op("TensorListStack", type_=ELEMENT)
def tensor_list_stack(items: TensorList, element: Array, *, type_: Any) -> Array:
    """The elements as one array."""
    return _stacked(items, _element(element), type_)


@op("TensorListGather", type_=ELEMENT)
def tensor_list_gather(
    items: TensorList, indices: Array, element: Array, *, type_: Any
) -> Array:
    """The elements at places as one array."""
    chosen = [items[_place(index, items)] for index in indices.reshape(-1)]
    shape_ = _element(element)
    if shape_ is None or min(shape_, default=0) < 0:
        shape_ = next((item.shape for item in items if item is not None), shape_)
    return _stacked(chosen, shape_, type_)


@op("TensorListScatter", "TensorListScatterV2")
def tensor_list_scatter(
    x: Array, indices: Array, _element: Array, count: Array | None = None
) -> TensorList:
    """A list with the rows of an array at places."""
    places = wholes(indices)
    least = max(places, default=-1) + 1
    size = least if count is None else max(whole_in(count), least)
    items: list[Any] = [None] * _length(size)
    for place, row in zip(places, x, strict=True):
        if place < 0:
            raise IndexError(f"place {place}")
        items[place] = np.asarray(row)
    return TensorList(items)


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
    shape_ = inner if element is None else _element(element)
    if not items:
        return zeros_of((0, *_known((shape_ or (-1,))[1:])), type_), np.zeros(0, INT)
    arrays = _filled(items, shape_, type_)
    lengths = [len(array) for array in arrays]
    sized([sum(lengths), *arrays[0].shape[1:]])
    return np.concatenate(arrays), np.array(lengths, INT)


@op("TensorListSplit")
def tensor_list_split(x: Array, _element: Array, lengths: Array) -> TensorList:
    """Parts of an array along the first side as a list."""
    return TensorList(_parts(x, lengths))


def _parts(x: Array, lengths: Array) -> list[Array]:
    counts = wholes(lengths)
    if sum(counts) != len(x) or any(count < 0 for count in counts):
        raise ValueError(f"{len(x)} rows have no parts of {counts[:10]}")
    return np.split(x, np.cumsum(counts)[:-1]) if counts else []


@op("TensorListLength")
def tensor_list_length(items: TensorList) -> Array:
    """The number of places."""
    return np.array(len(items), INT)


@op("TensorListResize")
def tensor_list_resize(items: TensorList, count: Array) -> TensorList:
    """A list with more places, or fewer."""
    size = _length(whole_in(count))
    return TensorList([*items[:size], *[None] * (size - len(items))])


# ---------------------------------------------------------------- lists of TF 1


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
    return TensorArray(_length(whole_in(size)), type_, element), np.float32(1)


def _grown(array: TensorArray, size: int) -> list[Any]:
    """Return the places of an array, of which there are at least `size`."""
    if size > len(array.items):
        array.items += [None] * (_length(size) - len(array.items))
    return array.items


@op("TensorArrayWriteV3", pure=False)
def tensor_array_write(array: TensorArray, index: Array, value: Array, flow: Array) -> Array:
    """Set the element at a place."""
    place = whole_in(index)
    items = _grown(array, place + 1)
    items[_place(index, items)] = value
    return flow


@op("TensorArrayReadV3", pure=False)
def tensor_array_read(array: TensorArray, index: Array, _flow: Array) -> Array:
    """The element at a place; zeros where none was set."""
    item = array.items[_place(index, array.items)]
    return _zeros(array.items, array.shape, array.dtype) if item is None else item


@op("TensorArrayGatherV3", pure=False, element=shape(None, "element_shape"))
def tensor_array_gather(
    array: TensorArray, indices: Array, _flow: Array, *, element: tuple[int, ...] | None
) -> Array:
    """The elements at places as one array."""
    chosen = [array.items[_place(index, array.items)] for index in indices.reshape(-1)]
    shape_ = next((item.shape for item in array.items if item is not None), None)
    for known in (array.shape, element):
        if known is not None and min(known, default=0) >= 0:
            shape_ = known
    return _stacked(chosen, shape_, array.dtype)


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
        return zeros_of((0, *_known((array.shape or (-1,))[1:])), array.dtype), np.zeros(0, INT)
    arrays = _filled(array.items, array.shape, array.dtype)
    lengths = [len(each) for each in arrays]
    sized([sum(lengths), *arrays[0].shape[1:]])
    return np.concatenate(arrays), np.array(lengths, INT)


@op("TensorArraySplitV3", pure=False)
def tensor_array_split(array: TensorArray, x: Array, lengths: Array, flow: Array) -> Array:
    """Set the elements to parts of an array."""
    parts = _parts(x, lengths)
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
