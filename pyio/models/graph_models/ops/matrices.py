"""Products of matrices. All of them go through `pyio.models.ops.kernels`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pyio import limits
from pyio.errors import ModelInputError
from pyio.models.graph_models.attributes import flag, number, text, texts
from pyio.models.graph_models.ops.fused import finish
from pyio.models.graph_models.ops.pairs import paired
from pyio.models.graph_models.ops.prepared import matrix
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import FLOAT, Array, broadcast_shape, sized, whole, wholes
from pyio.models.ops import kernels

if TYPE_CHECKING:
    from collections.abc import Callable


def product(a: Array, b: Array, transpose_a: bool = False, transpose_b: bool = False) -> Array:
    """Return the product of two matrices."""
    if a.ndim != 2 or b.ndim != 2:
        raise ValueError(f"matrices are expected, got {a.ndim} and {b.ndim} sides")
    left = a.T if transpose_a else a
    rows = b.shape[1] if transpose_b else b.shape[0]
    if left.shape[1] != rows:
        raise ValueError(f"{list(left.shape)} does not fit {rows} rows")
    if a.dtype != FLOAT or not rows:
        return left @ (b.T if transpose_b else b)
    return kernels.matmul(left, matrix(b, transpose_b))


def product_work(a: Array, b: Array, *_rest: Array) -> int:
    """Return how many multiplications a product of matrices takes, whichever is turned over."""
    left, right = a.shape[-2:], b.shape[-2:]
    shared = max(set(left) & set(right), default=0) or 1
    batch = math.prod(np.broadcast_shapes(a.shape[:-2], b.shape[:-2]))
    return int(batch * math.prod(left) * math.prod(right) // shared)


@op("MatMul", wraps=True, work=product_work, transpose_a=flag(), transpose_b=flag())
def matmul(a: Array, b: Array, *, transpose_a: bool, transpose_b: bool) -> Array:
    """The product, with either turned over before."""
    return product(a, b, transpose_a, transpose_b)


@op(
    "_FusedMatMul",
    work=product_work,
    transpose_a=flag(),
    transpose_b=flag(),
    fused_ops=texts(()),
    alpha=number(0.2, "leakyrelu_alpha"),
    epsilon=number(1e-4),
)
def fused_matmul(
    a: Array,
    b: Array,
    *rest: Array,
    transpose_a: bool,
    transpose_b: bool,
    fused_ops: tuple[str, ...],
    alpha: float,
    epsilon: float,
) -> Array:
    """The product, and then what `fused_ops` names."""
    result = product(a, b, transpose_a, transpose_b)
    return finish(result, fused_ops, rest, alpha, epsilon)


@op(
    "BatchMatMul",
    "BatchMatMulV2",
    "BatchMatMulV3",
    wraps=True,
    work=product_work,
    adj_x=flag(),
    adj_y=flag(),
)
def batch_matmul(x: Array, y: Array, *, adj_x: bool, adj_y: bool) -> Array:
    """The products of stacks of matrices, whose other sides broadcast."""
    left = _adjoint(x) if adj_x else x
    if y.ndim == 2 and x.dtype == FLOAT and y.dtype == FLOAT and x.ndim > 1 and y.size:
        rows = y.shape[1] if adj_y else y.shape[0]
        if left.shape[-1] != rows:
            raise ValueError(f"{list(left.shape)} does not fit {rows} rows")
        return kernels.matmul(left, matrix(y, adj_y))
    right = _adjoint(y) if adj_y else y
    broadcast_shape(left.shape[:-2], right.shape[:-2])
    return kernels.batch_matmul(left, right)


def _adjoint(x: Array) -> Array:
    return np.conj(np.swapaxes(x, -1, -2))


@op("Einsum", wraps=True, equation=text())
def einsum(*arrays: Array, equation: str) -> Array:
    """The sum of products that an equation describes."""
    plain = equation.replace(" ", "")
    _require_affordable(plain, arrays)
    pair = len(arrays) == 2 and "." not in plain and arrays[0].dtype == arrays[1].dtype == FLOAT
    found = paired(plain, *arrays) if pair else None
    # Other pairs become matrix products as well, which are much faster than a loop over all labels.
    result = np.einsum(plain, *arrays, optimize=True) if found is None else found
    return result.astype(arrays[0].dtype, copy=False)


def _require_affordable(equation: str, arrays: tuple[Array, ...]) -> None:
    """Raise for a result that may not be made."""
    sources, arrow, target = equation.partition("->")
    if not arrow:
        raise ValueError(f"the equation {equation!r:.80} names no result")
    sides: dict[str, int] = {}
    for labels, array in zip(sources.split(","), arrays, strict=True):
        plain = labels.replace("...", "")
        before = labels.index("...") if "..." in labels else len(plain)
        after = len(plain) - before
        named = [*array.shape[:before], *(array.shape[-after:] if after else ())]
        sides |= dict(zip(plain, named, strict=True))
    sized([math.prod(sides[label] for label in target.replace("...", ""))])
    if math.prod(sides.values()) > limits.PREDICT_WORK:
        raise ModelInputError(f"the equation {equation!r:.80} takes too many multiplications")


@op("Transpose")
def transpose(x: Array, order: Array) -> Array:
    """The sides in another order."""
    return np.transpose(x, wholes(order))


@op("ConjugateTranspose")
def conjugate_transpose(x: Array, order: Array) -> Array:
    """The sides in another order, complex numbers mirrored."""
    turned = np.transpose(x, wholes(order))
    return np.conj(turned) if turned.dtype.kind == "c" else turned


@op("InvertPermutation")
def invert_permutation(order: Array) -> Array:
    """The order that undoes an order."""
    places = np.argsort(order)
    if not np.array_equal(order[places], np.arange(len(order))):
        raise ValueError(f"{wholes(order)} is no order")
    return places


@op("MatrixBandPart")
def matrix_band_part(x: Array, lower: Array, upper: Array) -> Array:
    """The diagonal and so much below and above it; below 0 means all."""
    below, above = whole(lower), whole(upper)
    row, column = np.ogrid[: x.shape[-2], : x.shape[-1]]
    inside = ((below < 0) | (row - column <= below)) & ((above < 0) | (column - row <= above))
    return np.where(inside, x, x.dtype.type(0))


def _cubic_work(x: Array, *_rest: Array) -> int:
    return int(x.size) * int(x.shape[-1])


@op("MatrixInverse", work=_cubic_work, adjoint=flag())
def matrix_inverse(x: Array, *, adjoint: bool) -> Array:
    """The inverse of square matrices."""
    return _exactly(np.linalg.inv, _adjoint(x) if adjoint else x)


@op("MatrixDeterminant", work=_cubic_work)
def matrix_determinant(x: Array) -> Array:
    """The determinant of square matrices."""
    return _exactly(np.linalg.det, x)


@op("MatrixSolve", work=_cubic_work, adjoint=flag())
def matrix_solve(matrix: Array, right: Array, *, adjoint: bool) -> Array:
    """What the matrices are to be multiplied with to give the right side."""
    return _exactly(np.linalg.solve, _adjoint(matrix) if adjoint else matrix, right)


@op("Cholesky", work=_cubic_work)
def cholesky(x: Array) -> Array:
    """The lower triangles whose squares are the matrices."""
    return _exactly(np.linalg.cholesky, x)


@op("MatrixTriangularSolve", work=_cubic_work, lower=flag(True), adjoint=flag())
def triangular_solve(matrix: Array, right: Array, *, lower: bool, adjoint: bool) -> Array:
    """`matrix_solve` with the lower or the upper triangles of the matrices."""
    part = np.tril(matrix) if lower else np.triu(matrix)
    return matrix_solve(part, right, adjoint=adjoint)


@op("Cross")
def cross(a: Array, b: Array) -> Array:
    """The cross products of vectors of three."""
    if a.shape != b.shape or a.shape[-1] != 3:
        raise ValueError(f"{list(a.shape)} and {list(b.shape)}; expected vectors of 3")
    return np.cross(a, b)


def _exactly(function: Callable[..., Array], *matrices: Array) -> Array:
    """Compute in double precision, in which an inverse loses less."""
    wide = np.complex128 if matrices[0].dtype.kind == "c" else np.float64
    return function(*(each.astype(wide) for each in matrices)).astype(matrices[0].dtype)
