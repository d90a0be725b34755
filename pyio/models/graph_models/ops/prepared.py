"""Weights as right operands of products: prepared once, used in every run.

A constant is known by being read-only. It is held weakly, so that a model's weights go with it.
"""

from __future__ import annotations

import weakref
from functools import partial
from typing import TYPE_CHECKING, Any

from pyio.models.ops.kernels import Matrix

if TYPE_CHECKING:
    from pyio.models.graph_models.values import Array

_MATRICES: dict[tuple[int, int, bool], tuple[weakref.ref[Array], Matrix]] = {}


def matrix(array: Array, transposed: bool = False, rows: int = 0) -> Matrix:
    """Return an array as the right operand of a product.

    Args:
        array: A matrix, or a kernel of a convolution.
        transposed: Whether the matrix is turned over before.
        rows: What the array is reshaped to have, if not 0.
    """
    if array.flags.writeable:
        return Matrix(_shaped(array, transposed, rows))
    key = id(array), rows, transposed
    found = _MATRICES.get(key)
    if found is not None and found[0]() is array:
        return found[1]
    made = Matrix(_shaped(array, transposed, rows))
    _MATRICES[key] = weakref.ref(array, partial(_forget, _MATRICES, key)), made
    return made


def _forget(known: dict[Any, Any], key: Any, _array: Any) -> None:
    """Drop what was prepared. The dict is given: at the end of Python names of modules go first."""
    known.pop(key, None)


def _shaped(array: Array, transposed: bool, rows: int) -> Array:
    if rows:
        return array.reshape(rows, -1)
    return array.T if transposed else array
