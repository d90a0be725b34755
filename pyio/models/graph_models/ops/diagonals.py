"""Diagonals of matrices: read, set and spread (``matrix_diag_op.cc``).

Several diagonals are stacked from the uppermost down, each in a row as long as the longest. Where a
shorter one lies in its row, ``align`` says: RIGHT_LEFT is right for those above the main diagonal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pyio.models.graph_models.attributes import text
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import Array, scalar, sized, whole, wholes

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEFT = "LEFT_LEFT"
_ALIGN = text("RIGHT_LEFT")


class _Band:
    """Diagonals `lower` to `upper` of matrices."""

    def __init__(self, ends: Array, align: str) -> None:
        numbers = wholes(ends)
        self.lower, self.upper = numbers[0], numbers[-1]
        above, _, below = align.partition("_")
        self._left = above == "LEFT", below == "LEFT"
        if len(numbers) > 2 or self.lower > self.upper:
            raise ValueError(f"k is {numbers}; expected the lower and the upper diagonal")

    @property
    def stacked(self) -> bool:
        return self.lower != self.upper

    def longest(self, rows: int, columns: int) -> int:
        """Return the length of the longest diagonal."""
        if not -rows < self.lower <= self.upper < columns and (rows and columns):
            raise ValueError(f"diagonals {self.lower} to {self.upper} of {rows} x {columns}")
        return min(rows + min(self.upper, 0), columns - max(self.lower, 0))

    def places(
        self, rows: int, columns: int, longest: int
    ) -> Iterator[tuple[int, slice, Array, Array]]:
        """Yield for each diagonal its row in the stack, its part of that, and its elements."""
        for number in range(self.upper, self.lower - 1, -1):
            length = min(rows + min(number, 0), columns - max(number, 0))
            left = (number >= 0 and self._left[0]) or (number <= 0 and self._left[1])
            start = 0 if left else longest - length
            along = np.arange(length)
            part = slice(start, start + length)
            yield self.upper - number, part, along - min(number, 0), along + max(number, 0)


@op("MatrixDiag")
def matrix_diag(x: Array) -> Array:
    """Matrices with the last side on their diagonal."""
    return _spread(x, _Band(np.int32(0), _LEFT), -1, -1, x.dtype.type(0))


@op("MatrixDiagV2")
def matrix_diag_v2(x: Array, ends: Array, rows: Array, columns: Array, padding: Array) -> Array:
    """Matrices with some diagonals, and `padding` elsewhere."""
    return _spread(x, _Band(ends, _LEFT), whole(rows), whole(columns), scalar(padding))


@op("MatrixDiagV3", align=_ALIGN)
def matrix_diag_v3(
    x: Array, ends: Array, rows: Array, columns: Array, padding: Array, *, align: str
) -> Array:
    """Matrices with some diagonals, and `padding` elsewhere."""
    return _spread(x, _Band(ends, align), whole(rows), whole(columns), scalar(padding))


def _spread(x: Array, band: _Band, rows: int, columns: int, padding: Array) -> Array:
    if not band.stacked:
        x = x[..., None, :]
    longest = x.shape[-1]
    least = longest - min(band.upper, 0), longest + max(band.lower, 0)
    if rows == columns == -1:
        rows = columns = max(least)
    rows, columns = (least[0] if rows == -1 else rows), (least[1] if columns == -1 else columns)
    result = np.full(sized([*x.shape[:-2], rows, columns]), padding, x.dtype)
    if band.longest(rows, columns) != longest or x.shape[-2] != band.upper - band.lower + 1:
        raise ValueError(f"diagonals of {list(x.shape)} do not fit {rows} x {columns}")
    for index, part, row, column in band.places(rows, columns, longest):
        result[..., row, column] = x[..., index, part]
    return result


@op("MatrixDiagPart")
def matrix_diag_part(x: Array) -> Array:
    """The diagonal of matrices."""
    return _taken(x, _Band(np.int32(0), _LEFT), x.dtype.type(0))


@op("MatrixDiagPartV2")
def matrix_diag_part_v2(x: Array, ends: Array, padding: Array) -> Array:
    """Some diagonals of matrices, with `padding` where they are shorter."""
    return _taken(x, _Band(ends, _LEFT), scalar(padding))


@op("MatrixDiagPartV3", align=_ALIGN)
def matrix_diag_part_v3(x: Array, ends: Array, padding: Array, *, align: str) -> Array:
    """Some diagonals of matrices, with `padding` where they are shorter."""
    return _taken(x, _Band(ends, align), scalar(padding))


def _taken(x: Array, band: _Band, padding: Array) -> Array:
    rows, columns = x.shape[-2:]
    longest = band.longest(rows, columns)
    shape = sized([*x.shape[:-2], band.upper - band.lower + 1, longest])
    result = np.full(shape, padding, x.dtype)
    for index, part, row, column in band.places(rows, columns, longest):
        result[..., index, part] = x[..., row, column]
    return result if band.stacked else result[..., 0, :]


@op("MatrixSetDiag")
def matrix_set_diag(x: Array, diagonal: Array) -> Array:
    """Matrices with another diagonal."""
    return _replaced(x, diagonal, _Band(np.int32(0), _LEFT))


@op("MatrixSetDiagV2")
def matrix_set_diag_v2(x: Array, diagonals: Array, ends: Array) -> Array:
    """Matrices with some other diagonals."""
    return _replaced(x, diagonals, _Band(ends, _LEFT))


@op("MatrixSetDiagV3", align=_ALIGN)
def matrix_set_diag_v3(x: Array, diagonals: Array, ends: Array, *, align: str) -> Array:
    """Matrices with some other diagonals."""
    return _replaced(x, diagonals, _Band(ends, align))


def _replaced(x: Array, diagonals: Array, band: _Band) -> Array:
    rows, columns = x.shape[-2:]
    given = diagonals if band.stacked else diagonals[..., None, :]
    longest = band.longest(rows, columns)
    if given.shape != (*x.shape[:-2], band.upper - band.lower + 1, longest):
        raise ValueError(f"diagonals of {list(diagonals.shape)} do not fit {list(x.shape)}")
    result = x.copy()
    for index, part, row, column in band.places(rows, columns, longest):
        result[..., row, column] = given[..., index, part]
    return result
