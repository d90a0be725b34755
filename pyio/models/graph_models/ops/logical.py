"""Comparisons, conditions and bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pyio.models.graph_models.attributes import number
from pyio.models.graph_models.ops.arithmetic import pair
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import Array, broadcast_shape

if TYPE_CHECKING:
    from collections.abc import Callable

_PAIRS: dict[str, Callable[[Array, Array], Array]] = {
    "Greater": np.greater,
    "GreaterEqual": np.greater_equal,
    "Less": np.less,
    "LessEqual": np.less_equal,
    "LogicalAnd": np.logical_and,
    "LogicalOr": np.logical_or,
    "LogicalXor": np.logical_xor,
    "BitwiseAnd": np.bitwise_and,
    "BitwiseOr": np.bitwise_or,
    "BitwiseXor": np.bitwise_xor,
}

for _name, _function in _PAIRS.items():
    pair(_name, wraps_=_name.startswith("Bit"))(_function)


@pair("Equal", wraps_=False)
def equal(a: Array, b: Array) -> Array:
    """Whether both are the same, also for texts."""
    return np.equal(a, b).astype(bool)


@pair("NotEqual", wraps_=False)
def not_equal(a: Array, b: Array) -> Array:
    """Whether both differ, also for texts."""
    return np.not_equal(a, b).astype(bool)


@pair("LeftShift")
def left_shift(a: Array, b: Array) -> Array:
    """A 2^b."""
    return np.left_shift(a, b)


@pair("RightShift")
def right_shift(a: Array, b: Array) -> Array:
    """A / 2^b, rounded down."""
    return np.right_shift(a, b)


@op("ApproximateEqual", tolerance=number(1e-5))
def approximate_equal(a: Array, b: Array, *, tolerance: float) -> Array:
    """Whether a and b are nearly equal."""
    return np.abs(a - b) < a.dtype.type(tolerance)


@op("LogicalNot")
def logical_not(x: Array) -> Array:
    """Whether it is false."""
    return np.logical_not(x)


@op("Invert", wraps=True)
def invert(x: Array) -> Array:
    """All bits turned around."""
    return np.invert(x)


@op("SelectV2")
def select_v2(condition: Array, a: Array, b: Array) -> Array:
    """A where the condition holds, else b; all three broadcast."""
    broadcast_shape(condition.shape, a.shape, b.shape)
    return np.where(condition, a, b)


@op("Select")
def select(condition: Array, a: Array, b: Array) -> Array:
    """A where the condition holds, else b; a vector of conditions chooses rows."""
    if a.shape != b.shape:
        raise ValueError(f"the shapes {list(a.shape)} and {list(b.shape)} differ")
    if condition.ndim == 1 and a.ndim > 1:
        condition = condition.reshape(-1, *[1] * (a.ndim - 1))
    return np.where(condition, a, b)
