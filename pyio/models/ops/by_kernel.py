"""Products of single arrays by the compiled kernel, for training and for layers alone.

The kernel is there in Pyodide only, and can be switched off. `products` is None without it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from math import prod
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any
"""A NumPy array of float32."""

_FLOAT = 4
"""Bytes of a number."""

_PANEL = 8
"""Columns of a panel, the form in which the kernel wants a right operand."""


class Products:
    """The products of the kernel. Each is one call, with its sizes and addresses in one row.

    Args:
        kernel: The functions of the library.
        rows: The module that knows the fields of rows.
    """

    def __init__(self, kernel: Any, rows: Any) -> None:
        self._kernel = kernel
        self._address = rows.address
        self._row = np.zeros(rows.WORDS, np.intp)
        self._where = rows.address(self._row)
        self._operations = rows.OPERATIONS

    def panels(self, matrix: Array) -> Array:
        """Return a matrix (k, n), whatever its strides, as the right operand of products."""
        k, n = matrix.shape
        packed = np.empty(self._size_of_panels(k, n), np.float32)
        steps = (step // _FLOAT for step in matrix.strides)
        self._kernel.pack(self._address(matrix), *steps, self._address(packed), k, n)
        return packed

    def matmul(self, left: Array, panels: Array, columns: int) -> Array:
        """Return ``left @ right``: (rows, k) and the panels of (k, columns)."""
        left = _with_whole_rows(left)
        rows, k = left.shape
        y = np.empty((rows, columns), np.float32)
        address = self._address
        self._call(
            "gemm",
            *(address(left), left.strides[0] // _FLOAT, address(panels), address(y), columns),
            *(rows, k, columns, 0, 0, 0),
        )
        return y

    def stacked(self, left: Array, right: Array) -> Array:
        """Return ``left @ right`` for stacks of matrices (..., i, k) and (..., k, n).

        `right` can have any strides in its matrices. The stacks are of one shape.
        """
        outer = left.shape[:-2]
        rows, k = left.shape[-2:]
        n = right.shape[-1]
        a = np.ascontiguousarray(left).reshape(prod(outer), rows, k)
        b = right.reshape(prod(outer), k, n)  # a copy only where it has to be one
        y = np.empty((len(a), rows, n), np.float32)
        scratch = np.empty(self._size_of_panels(k, n), np.float32)
        step, down, along = (each // _FLOAT for each in b.strides)
        address = self._address
        self._call(
            "products",
            *(address(a), address(b), address(y), address(scratch), len(a), rows, k, n),
            *(down, along, k, n, 1, rows * k, step, rows * n, 0, 0, 0),
        )
        return y.reshape(*outer, rows, n)

    @staticmethod
    def _size_of_panels(k: int, n: int) -> int:
        return -(-n // _PANEL) * _PANEL * k

    def _call(self, operation: str, *fields: int) -> None:
        number, sizes = self._operations[operation]
        assert len(sizes) == len(fields)
        self._row[: 1 + len(fields)] = (number, *fields)
        self._kernel.run(self._where, 1)


def _with_whole_rows(matrix: Array) -> Array:
    """Return a matrix whose rows have their numbers side by side."""
    whole = matrix.strides[1] == _FLOAT and matrix.strides[0] % _FLOAT == 0
    return matrix if whole else np.ascontiguousarray(matrix)


@cache
def products() -> Products | None:
    """Return the products of the kernel, or None where there is no kernel."""
    try:
        found = import_module("pyio.kernel.library").kernel()
    except ModuleNotFoundError:
        return None
    return None if found is None else Products(found, import_module("pyio.kernel.rows"))
