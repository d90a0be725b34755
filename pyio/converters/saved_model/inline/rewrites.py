"""Ops that TensorFlow.js lacks, written with ops that it has.

Each function adds nodes to the scope and returns the result, whose node has the given name.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.converters.saved_model.graph import Node, Ref, type_attr
from pyio.converters.saved_model.inline.scope import INT_TYPE, int_attr, typed
from pyio.converters.saved_model.tensors import BFLOAT16, BOOL, DOUBLE, FLOAT, HALF, INT32

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike

    from pyio.converters.saved_model.inline.scope import Inliner, Scope

_FLOATS = (FLOAT, DOUBLE, HALF, BFLOAT16)
_COMPLEX = (8, 18)


class Writer:
    """Adds the nodes that stand for one node; their names begin with its name."""

    def __init__(self, inliner: Inliner, scope: Scope, node: Node, name: str) -> None:
        """Write in place of `node`, whose result shall be called `name`."""
        self.node, self.name = node, name
        self.dtype = type_attr(node, "T", FLOAT)
        self._inliner, self._scope = inliner, scope

    def add(self, part: str, op: str, /, *inputs: Ref, **attr: Any) -> Ref:
        """Add a node that computes a part of the result."""
        name = self._inliner.fresh(f"{self.name}/{part}")
        return self._inliner.put(self._scope, op, inputs, name, typed(self.dtype, **attr))

    def last(self, op: str, /, *inputs: Ref, **attr: Any) -> Ref:
        """Add the node that has the result."""
        return self._inliner.put(self._scope, op, inputs, self.name, typed(self.dtype, **attr))

    def number(self, part: str, value: ArrayLike) -> Ref:
        """Add a constant of the node's type."""
        kind = np.float32 if self.dtype in _FLOATS else np.int32
        return self.constant(part, np.asarray(value, kind))

    def constant(self, part: str, value: ArrayLike) -> Ref:
        """Add a constant."""
        return self._inliner.constant(self._scope, f"{self.name}/{part}{self._scope.suffix}", value)

    def weight(self, ref: Ref) -> tuple[int, ...] | None:
        """Return the shape of a constant, or None for anything else."""
        value = self._inliner.weights.get(ref.name)
        return None if value is None else value.shape


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
    """X · other, and 0 where x is 0 whatever the other one is."""
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
    return None if w.dtype in _FLOATS or w.dtype in _COMPLEX else _truncate_div(w, a, b)


def _floor_div(w: Writer, a: Ref, b: Ref) -> Ref | None:
    """TensorFlow.js returns whole numbers for floats as well."""
    if w.dtype not in _FLOATS:
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


def _space_to_depth(w: Writer, x: Ref) -> Ref | None:
    if bytes(w.node.attr.get("data_format", {}).get("s", b"NHWC")) != b"NHWC":
        return None
    block = int(w.node.attr.get("block_size", {}).get("i", 0))
    shape = w.add("shape", "Shape", x, out_type=INT_TYPE)
    n, height, width, depth = (_side(w, shape, axis) for axis in range(4))
    size = w.constant("block", np.array([block], np.int32))
    dtype, w.dtype = w.dtype, INT32
    rows, columns = (
        w.add(part, "FloorDiv", each, size) for part, each in (("rows", height), ("columns", width))
    )
    deep = w.add("deep", "Mul", depth, w.constant("cells", np.array([block * block], np.int32)))
    parts = _joined(w, "parts", n, rows, size, columns, size, depth)
    whole = _joined(w, "whole", n, rows, columns, deep)
    w.dtype = dtype
    cut = w.add("cut", "Reshape", x, parts, Tshape=INT_TYPE)
    order = w.constant("order", np.array([0, 1, 3, 2, 4, 5], np.int32))
    turned = w.add("turned", "Transpose", cut, order, Tperm=INT_TYPE)
    return w.last("Reshape", turned, whole, Tshape=INT_TYPE)


def _side(w: Writer, shape: Ref, axis: int) -> Ref:
    begin = w.constant(f"begin_{axis}", np.array([axis], np.int32))
    size = w.constant(f"one_{axis}", np.array([1], np.int32))
    return w.add(f"side_{axis}", "Slice", shape, begin, size, Index=INT_TYPE)


def _joined(w: Writer, part: str, *pieces: Ref) -> Ref:
    axis = w.constant(f"{part}_axis", np.int32(0))
    return w.add(part, "ConcatV2", *pieces, axis, N=int_attr(len(pieces)), Tidx=INT_TYPE)


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
    "SpaceToDepth": (1, _space_to_depth),
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
