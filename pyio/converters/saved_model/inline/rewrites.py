"""Ops that TensorFlow.js lacks, written with ops that it has.

Each function adds nodes to the scope and returns the result, whose node has the given name.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pyio.converters.saved_model.inline.matrices import (
    bucketize,
    matrix_band_part,
    matrix_diag,
    plain_diag,
    scatter_into_list,
    space_to_depth,
)
from pyio.converters.saved_model.inline.scope import INT_TYPE
from pyio.converters.saved_model.inline.writer import COMPLEX, FLOATS
from pyio.converters.saved_model.tensors import BOOL, INT32

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyio.converters.saved_model.graph import Ref
    from pyio.converters.saved_model.inline.writer import Writer


def _erfc(w: Writer, x: Ref) -> Ref:
    return w.last("Sub", w.number("one", 1), w.add("erf", "Erf", x))


def _find(w: Writer, table: Ref, keys: Ref, default: Ref) -> Ref:
    """TensorFlow.js returns a flat result, and takes a default only as a scalar."""
    shape = w.weight(default)
    if shape is not None and math.prod(shape) == 1 and shape:
        scalar = w.constant("scalar", np.array([], np.int32))
        default = w.add("default", "Reshape", default, scalar, Tshape=INT_TYPE)
    found = w.add("flat", w.node.op, table, keys, default, **w.node.attr)
    sides = w.add("shape", "Shape", keys, out_type=INT_TYPE)
    return w.last("Reshape", found, sides, Tshape=INT_TYPE)


def _logical_xor(w: Writer, a: Ref, b: Ref) -> Ref:
    w.dtype = BOOL
    return w.last("NotEqual", a, b)


def _rint(w: Writer, x: Ref) -> Ref:
    return w.last("Round", x)


def _inverse(w: Writer, x: Ref) -> Ref:
    return w.last("Reciprocal", x)


def _softsign(w: Writer, x: Ref) -> Ref:
    below = w.add("below", "AddV2", w.number("one", 1), w.add("abs", "Abs", x))
    return w.last("RealDiv", x, below)


def _l2_loss(w: Writer, x: Ref) -> Ref:
    flat = w.add("flat", "Reshape", x, w.constant("all", np.array([-1], np.int32)), Tshape=INT_TYPE)
    square = w.add("square", "Square", flat)
    axes = w.constant("axes", np.array([0], np.int32))
    total = w.add("sum", "Sum", square, axes, Tidx=INT_TYPE, keep_dims={"b": 0})
    return w.last("Mul", total, w.number("half", 0.5))


def _zero_times(w: Writer, x: Ref, other: Ref) -> Ref:
    """The product with x, and 0 where x is 0 whatever the other one is."""
    zero = w.number("zero", 0)
    product = w.add("product", "Mul", x, other)
    is_zero = w.add("is_zero", "Equal", x, zero)
    return w.last("SelectV2", is_zero, w.add("zeros", "ZerosLike", product), product)


def _xlogy(w: Writer, x: Ref, y: Ref) -> Ref:
    return _zero_times(w, x, w.add("log", "Log", y))


def _xlog1py(w: Writer, x: Ref, y: Ref) -> Ref:
    return _zero_times(w, x, w.add("log", "Log1p", y))


def _xdivy(w: Writer, x: Ref, y: Ref) -> Ref:
    return _zero_times(w, x, w.add("inverse", "Reciprocal", y))


def _mul_no_nan(w: Writer, x: Ref, y: Ref) -> Ref:
    """MulNoNan is 0 where y is 0."""
    return _zero_times(w, y, x)


def _div(w: Writer, a: Ref, b: Ref) -> Ref | None:
    """Div of whole numbers rounds toward zero, and down in TensorFlow.js."""
    return None if w.dtype in FLOATS or w.dtype in COMPLEX else _truncate_div(w, a, b)


def _floor_div(w: Writer, a: Ref, b: Ref) -> Ref | None:
    """TensorFlow.js returns whole numbers for floats as well."""
    if w.dtype not in FLOATS:
        return None
    return w.last("Floor", w.add("quotient", "RealDiv", a, b))


def _truncate_div(w: Writer, a: Ref, b: Ref) -> Ref:
    return w.last("Mul", *_truncated(w, a, b))


def _truncated(w: Writer, a: Ref, b: Ref) -> tuple[Ref, Ref]:
    """The quotient that is rounded toward zero, as its sign and its size."""
    sign = w.add("sign", "Mul", w.add("sign_a", "Sign", a), w.add("sign_b", "Sign", b))
    size = w.add("size", "FloorDiv", w.add("abs_a", "Abs", a), w.add("abs_b", "Abs", b))
    return sign, size


def _remainder(w: Writer, a: Ref, b: Ref) -> Ref:
    """The remainder that has the sign of the dividend, as in C."""
    size = w.add("size", "FloorMod", w.add("abs_a", "Abs", a), w.add("abs_b", "Abs", b))
    return w.last("Mul", w.add("sign", "Sign", a), size)


def _scatter_add(w: Writer, x: Ref, indices: Ref, updates: Ref) -> Ref:
    return w.last("AddV2", x, _scattered(w, x, indices, updates))


def _scatter_sub(w: Writer, x: Ref, indices: Ref, updates: Ref) -> Ref:
    return w.last("Sub", x, _scattered(w, x, indices, updates))


def _scattered(w: Writer, x: Ref, indices: Ref, updates: Ref) -> Ref:
    """The updates at their places, added where several have the same, and 0 elsewhere."""
    shape = w.add("shape", "Shape", x, out_type=INT_TYPE)
    return w.add("scattered", "ScatterNd", indices, updates, shape, Tindices=INT_TYPE)


def _inverted_order(w: Writer, order: Ref) -> Ref:
    """The numbers from 0, each at the place that the order says."""
    w.dtype = INT32
    count = w.add("count", "Size", order, out_type=INT_TYPE)
    last, first = w.constant("last", np.int32(-1)), w.constant("first", np.int32(0))
    places = w.add("places", "ExpandDims", order, last, Tdim=INT_TYPE)
    shape = w.add("shape", "ExpandDims", count, first, Tdim=INT_TYPE)
    numbers = w.numbers("numbers", count)
    return w.last("ScatterNd", places, numbers, shape, Tindices=INT_TYPE)


REWRITES: dict[str, tuple[int, Callable[..., Ref | None]]] = {
    "Erfc": (1, _erfc),
    "LookupTableFind": (3, _find),
    "LookupTableFindV2": (3, _find),
    "LogicalXor": (2, _logical_xor),
    "Rint": (1, _rint),
    "Inv": (1, _inverse),
    "Softsign": (1, _softsign),
    "L2Loss": (1, _l2_loss),
    "Xlogy": (2, _xlogy),
    "Xlog1py": (2, _xlog1py),
    "Xdivy": (2, _xdivy),
    "MulNoNan": (2, _mul_no_nan),
    "Div": (2, _div),
    "FloorDiv": (2, _floor_div),
    "TruncateDiv": (2, _truncate_div),
    "TruncateMod": (2, _remainder),
    "Mod": (2, _remainder),
    "SpaceToDepth": (1, space_to_depth),
    "TensorScatterAdd": (3, _scatter_add),
    "ScatterNdNonAliasingAdd": (3, _scatter_add),
    "TensorScatterSub": (3, _scatter_sub),
    "InvertPermutation": (1, _inverted_order),
    "MatrixDiag": (1, plain_diag),
    "MatrixDiagV3": (5, matrix_diag),
    "MatrixBandPart": (3, matrix_band_part),
    "Bucketize": (1, bucketize),
    "TensorListScatterIntoExistingList": (3, scatter_into_list),
}
"""Op -> number of inputs, and the function that writes it; None means that it stays."""

RENAMED = {
    "BatchMatMulV3": "BatchMatMulV2",
    "RefSwitch": "Switch",
    "RefMerge": "Merge",
    "RefEnter": "Enter",
    "RefExit": "Exit",
    "RefNextIteration": "NextIteration",
    "RefIdentity": "Identity",
    "PreventGradient": "Identity",
    "CheckNumerics": "Identity",
    "GuaranteeConst": "Identity",
    "EnsureShape": "Identity",
    "DebugGradientIdentity": "Identity",
    "HashTable": "HashTableV2",
    "DeepCopy": "Identity",
}
"""Op -> an op of the same meaning, so far as a model that is run can tell."""


def rewritten(w: Writer, inputs: Sequence[Ref]) -> Ref | None:
    """Return the result of the ops that stand for a node, or None if it stays as it is."""
    count, function = REWRITES.get(w.node.op, (0, None))
    if function is None or len(inputs) != count:
        return None
    return function(w, *inputs)
