"""What the lists of TensorFlow 1 and 2 have in common: elements, some of them not set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio import limits
from pyio.errors import ModelInputError
from pyio.models.graph_models.ops.creation import zeros_of
from pyio.models.graph_models.values import Array, sized, wholes
from pyio.models.graph_models.values import whole as whole_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def element_shape(given: Array) -> tuple[int, ...] | None:
    """Return a shape that an input says: a scalar stands for an unknown rank."""
    return None if np.ndim(given) == 0 else tuple(wholes(given))


def unset(items: Iterable[Any], element: tuple[int, ...] | None, type_: Any) -> Array:
    """Return what a place holds that was not set."""
    if element is not None and min(element, default=0) >= 0:
        return zeros_of(element, type_)
    for item in items:
        if item is not None:
            return zeros_of(item.shape, item.dtype)
    raise ValueError("the shape of the elements is not known: no place of the list was set")


def filled(items: Sequence[Any], element: tuple[int, ...] | None, type_: Any) -> list[Array]:
    """Return elements with zeros for those that were not set."""
    return [unset(items, element, type_) if item is None else item for item in items]


def stacked(items: Sequence[Any], element: tuple[int, ...] | None, type_: Any) -> Array:
    """Return the elements as one array; of none, with the shape of an element behind 0."""
    if not items:
        return zeros_of((0, *known_shape(element)), type_)
    arrays = filled(items, element, type_)
    sized([len(arrays), *arrays[0].shape])
    return np.stack(arrays)


def known_shape(element: tuple[int, ...] | None) -> tuple[int, ...]:
    """Return the shape of elements if all sides are known. Raises ValueError."""
    if element is None or min(element, default=0) < 0:
        raise ValueError(f"the shape of the elements of an empty list is {element}")
    return element


def checked_length(count: int) -> int:
    """Return a length if a list of it may be made."""
    if not 0 <= count <= limits.GRAPH_LIST_LENGTH:
        raise ModelInputError(
            f"a list of {count:,} elements; the most is {limits.GRAPH_LIST_LENGTH:,} "
            "(pyio.limits.GRAPH_LIST_LENGTH)"
        )
    return count


def place_in(index: Array, items: Sequence[Any]) -> int:
    """Return an index as a place of a list. Raises IndexError."""
    place = whole_in(index)
    if not 0 <= place < len(items):
        raise IndexError(f"place {place} of a list of {len(items)}")
    return place


def parts_of(x: Array, lengths: Array) -> list[Array]:
    """Return parts of an array along the first side. Raises ValueError."""
    counts = wholes(lengths)
    if sum(counts) != len(x) or any(count < 0 for count in counts):
        raise ValueError(f"{len(x)} rows have no parts of {counts[:10]}")
    return np.split(x, np.cumsum(counts)[:-1]) if counts else []
