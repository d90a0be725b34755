"""Numbers of categories as vectors, as Keras encodes them (keras 3.15 ``numerical_utils.py``)."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Shape: TypeAlias = "tuple[int | None, ...]"


def encoded(numbers: Array, count: int, mode: str, weights: Any = None) -> Array:
    """Return `numbers` (batch, ...) as vectors of `count` places.

    "one_hot" makes a vector of each number; of a last side of 1 nothing is left. "multi_hot" marks
    the numbers of an example, "count" counts them, "tf_idf" multiplies counts by `weights`.
    """
    if mode == "int":
        return numbers
    hot = (numbers[..., None] == np.arange(count)).astype(np.float32)
    if mode == "one_hot":
        single = numbers.ndim > 1 and numbers.shape[-1] == 1
        return np.asarray(hot[..., 0, :] if single else hot)
    if mode == "multi_hot":
        return np.asarray(hot.max(axis=-2, initial=0))
    total = hot.sum(axis=-2)
    if mode == "tf_idf":
        total = total * np.asarray(weights, np.float32)
    return np.asarray(total)


def encoded_shape(shape: Shape, count: int, mode: str) -> Shape:
    """Return the shape of `encoded` for numbers of `shape`."""
    if mode == "int":
        return shape
    if mode == "one_hot":
        return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), count)
    return (*shape[:-1], count)
