"""Sums, products, quotients and remainders of two arrays, which broadcast."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

import numpy as np

from pyio.models.graph_models.attributes import text
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import Array, broadcast_shape

if TYPE_CHECKING:
    from collections.abc import Callable


def pair(
    *names: str, wraps_: bool = True
) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    """Register a function of two arrays that broadcast; the result may not be too large."""

    def register(function: Callable[..., Array]) -> Callable[..., Array]:
        @op(*names, wraps=wraps_)
        @wraps(function)
        def compute(a: Array, b: Array) -> Array:
            if a.shape != b.shape:
                broadcast_shape(a.shape, b.shape)
            return function(a, b)

        return compute

    return register


def _require_divisor(a: Array, b: Array) -> None:
    if a.dtype.kind == "i" and not np.all(b):
        raise ZeroDivisionError("a whole number is divided by 0")


@pair("Add", "AddV2")
def add(a: Array, b: Array) -> Array:
    """A + b; texts are joined."""
    return a + b


@pair("Sub")
def sub(a: Array, b: Array) -> Array:
    """A - b."""
    return a - b


@pair("Mul")
def mul(a: Array, b: Array) -> Array:
    """The product."""
    return a * b


@pair("RealDiv")
def real_div(a: Array, b: Array) -> Array:
    """A / b."""
    return np.divide(a, b).astype(a.dtype, copy=False)


@pair("Div", "TruncateDiv")
def div(a: Array, b: Array) -> Array:
    """A / b, towards zero for whole numbers."""
    if a.dtype.kind != "i":
        return a / b
    _require_divisor(a, b)
    quotient = np.abs(a.astype(np.int64)) // np.abs(b.astype(np.int64))
    return (quotient * np.sign(a) * np.sign(b)).astype(a.dtype)


@pair("DivNoNan")
def div_no_nan(a: Array, b: Array) -> Array:
    """A / b, and 0 where b is 0."""
    zero = b == 0
    return np.where(zero, a.dtype.type(0), a / np.where(zero, b.dtype.type(1), b))


@pair("MulNoNan")
def mul_no_nan(a: Array, b: Array) -> Array:
    """The product, and 0 where b is 0, even for an infinite a."""
    return np.where(b == 0, a.dtype.type(0), a * b)


@pair("Xdivy")
def xdivy(a: Array, b: Array) -> Array:
    """A / b, and 0 where a is 0."""
    return np.where(a == 0, a.dtype.type(0), a / b)


@pair("Xlogy")
def xlogy(a: Array, b: Array) -> Array:
    """A log(b), and 0 where a is 0."""
    return np.where(a == 0, a.dtype.type(0), a * np.log(b))


@pair("Xlog1py")
def xlog1py(a: Array, b: Array) -> Array:
    """A log(1 + b), and 0 where a is 0."""
    return np.where(a == 0, a.dtype.type(0), a * np.log1p(b))


@pair("FloorDiv")
def floor_div(a: Array, b: Array) -> Array:
    """A / b, rounded down."""
    if a.dtype.kind != "i":
        return np.floor(a / b)
    _require_divisor(a, b)
    return np.floor_divide(a, b)


@pair("FloorMod")
def floor_mod(a: Array, b: Array) -> Array:
    """The remainder of `floor_div`, with the sign of b."""
    _require_divisor(a, b)
    if a.dtype.kind == "i":
        return np.mod(a, b)
    # TensorFlow adds b where the signs differ (FloorMod of core/kernels/cwise_ops.h).
    rest = np.fmod(a, b)
    return np.where((rest != 0) & ((b < 0) != (rest < 0)), rest + b, rest)


@pair("Mod", "TruncateMod")
def mod(a: Array, b: Array) -> Array:
    """The remainder of C, with the sign of a."""
    _require_divisor(a, b)
    return np.fmod(a, b)


@pair("Maximum")
def maximum(a: Array, b: Array) -> Array:
    """The larger of both."""
    return np.maximum(a, b)


@pair("Minimum")
def minimum(a: Array, b: Array) -> Array:
    """The smaller of both."""
    return np.minimum(a, b)


@pair("SquaredDifference")
def squared_difference(a: Array, b: Array) -> Array:
    """(a - b)², for complex numbers |a - b|²."""
    difference = a - b
    return difference * np.conj(difference)


@pair("Pow")
def power(a: Array, b: Array) -> Array:
    """A to the power of b."""
    if a.dtype.kind == "i" and np.any(b < 0):
        raise ValueError("a whole number has no power below 0 that is one")
    return np.power(a, b)


@pair("Atan2", wraps_=False)
def atan2(y: Array, x: Array) -> Array:
    """The angle of the point (x, y)."""
    return np.arctan2(y, x)


@op("BiasAdd", "BiasAddV1", wraps=True, layout=text("NHWC", "data_format"))
def bias_add(x: Array, bias: Array, *, layout: str) -> Array:
    """A number added to each channel."""
    if bias.ndim != 1 or x.ndim < 2:
        raise ValueError(f"a bias of {list(bias.shape)} for {list(x.shape)}")
    channels = x.shape[1 if layout.startswith("NC") else -1]
    if len(bias) != channels:
        raise ValueError(f"a bias of {len(bias)} for {channels} channels")
    return x + (bias.reshape(-1, *[1] * (x.ndim - 2)) if layout.startswith("NC") else bias)


@op("AddN", "AccumulateNV2", wraps=True)
def add_n(*arrays: Array) -> Array:
    """The sum of all inputs, which have the same shape."""
    total = arrays[0]
    for array in arrays[1:]:
        if array.shape != total.shape:
            raise ValueError(f"the shapes {list(total.shape)} and {list(array.shape)} differ")
        total = total + array
    return total
