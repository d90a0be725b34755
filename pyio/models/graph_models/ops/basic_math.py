"""Functions of each number by itself."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.graph_models.attributes import flag, number, whole
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import FLOAT, Array, broadcast_shape

if TYPE_CHECKING:
    from collections.abc import Callable

_UNARY: dict[str, Callable[[Array], Array]] = {
    "Acos": np.arccos,
    "Acosh": np.arccosh,
    "Asin": np.arcsin,
    "Asinh": np.arcsinh,
    "Atan": np.arctan,
    "Atanh": np.arctanh,
    "Ceil": np.ceil,
    "Cos": np.cos,
    "Cosh": np.cosh,
    "Exp": np.exp,
    "Expm1": np.expm1,
    "Floor": np.floor,
    "Log": np.log,
    "Log1p": np.log1p,
    "Rint": np.rint,
    "Sin": np.sin,
    "Sinh": np.sinh,
    "Sqrt": np.sqrt,
    "Tan": np.tan,
    "Tanh": np.tanh,
    "IsNan": np.isnan,
    "IsInf": np.isinf,
    "IsFinite": np.isfinite,
    "Conj": np.conj,
}
"""The ops that are a function of NumPy."""

for _name, _function in _UNARY.items():
    op(_name)(_function)

op("Neg", wraps=True)(np.negative)
op("Square", wraps=True)(np.square)
op("Abs", wraps=True)(np.abs)
op("ComplexAbs")(np.abs)


@op("Sign")
def sign(x: Array) -> Array:
    """-1, 0 or 1; for complex numbers x / |x|. NaN stays NaN."""
    if x.dtype.kind != "c":
        return np.sign(x)
    length = np.abs(x)
    return np.where(length == 0, x, x / np.where(length == 0, 1, length).astype(np.float32))


@op("Round")
def round_(x: Array) -> Array:
    """The nearest whole number; halves go to the even one."""
    return x if x.dtype.kind == "i" else np.rint(x)


@op("Rsqrt")
def rsqrt(x: Array) -> Array:
    """1 / sqrt(x)."""
    return x.dtype.type(1) / np.sqrt(x)


@op("Reciprocal", "Inv")
def reciprocal(x: Array) -> Array:
    """1 / x."""
    if x.dtype.kind == "i" and not np.all(x):
        raise ZeroDivisionError("a whole number is divided by 0")
    return np.divide(x.dtype.type(1), x).astype(x.dtype)


@op("Relu")
def relu(x: Array) -> Array:
    """The number, at least 0."""
    return np.maximum(x, x.dtype.type(0))


@op("Relu6")
def relu6(x: Array) -> Array:
    """The number, between 0 and 6."""
    return np.minimum(relu(x), x.dtype.type(6))


@op("Elu")
def elu(x: Array) -> Array:
    """The number above 0, exp(x) - 1 below."""
    return np.where(x < 0, np.expm1(np.minimum(x, 0)), x)


@op("Selu")
def selu(x: Array) -> Array:
    """The scaled exponential linear unit."""
    below = np.float32(1.6732632423543772) * np.expm1(np.minimum(x, 0))
    return (np.float32(1.0507009873554805) * np.where(x < 0, below, x)).astype(x.dtype)


@op("LeakyRelu", alpha=number(0.2))
def leaky_relu(x: Array, *, alpha: float) -> Array:
    """The number above 0, alpha times it below."""
    return np.where(x > 0, x, x * x.dtype.type(alpha))


@op("Prelu")
def prelu(x: Array, alpha: Array) -> Array:
    """The number above 0, alpha times it below; alpha broadcasts."""
    return np.where(x >= 0, x, x * alpha)


@op("Sigmoid")
def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow."""
    if x.dtype.kind == "c":
        return 1 / (1 + np.exp(-x))
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


@op("Softplus")
def softplus(x: Array) -> Array:
    """log(1 + exp(x)), without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@op("Softsign")
def softsign(x: Array) -> Array:
    """The number divided by 1 + |x|."""
    return x / (1 + np.abs(x))


@op("ClipByValue")
def clip_by_value(x: Array, low: Array, high: Array) -> Array:
    """x, at least `low` and at most `high`."""
    broadcast_shape(x.shape, low.shape, high.shape)
    return np.minimum(np.maximum(x, low), high)


@cache
def _erf_polynomial() -> Any:
    """Return a polynomial for erf on [-4.2, 4.2], exact to float32; NumPy has no erf."""
    exact = np.vectorize(math.erf, otypes=[np.float64])
    return np.polynomial.chebyshev.Chebyshev.interpolate(exact, 60, [-4.2, 4.2])


def _erf(x: Array) -> Array:
    """Return erf in float64; beyond 4.2 it is 1 in float32."""
    wide = x.astype(np.float64)
    inside = _erf_polynomial()(np.clip(wide, -4.2, 4.2))
    return np.where(np.isnan(wide), np.nan, np.where(np.abs(wide) >= 4.2, np.sign(wide), inside))


@op("Erf")
def erf(x: Array) -> Array:
    """The error function."""
    return _erf(x).astype(x.dtype)


@op("Erfc")
def erfc(x: Array) -> Array:
    """1 - erf(x), exact for large x too."""
    return np.vectorize(math.erfc, otypes=[np.float64])(x).astype(x.dtype) if x.size else x


@op("Real", "RealOp")
def real(x: Array) -> Array:
    """The real part."""
    return np.real(x)


@op("Imag")
def imag(x: Array) -> Array:
    """The imaginary part."""
    return np.imag(x)


@op("Angle")
def angle(x: Array) -> Array:
    """The angle of complex numbers."""
    return np.angle(x)


@op("Complex")
def complex_(re: Array, im: Array) -> Array:
    """The complex numbers of two parts."""
    return re + np.complex64(1j) * im if re.ndim or im.ndim else np.complex64(complex(re, im))


@op(
    "FakeQuantWithMinMaxVars",
    num_bits=whole(8),
    narrow_range=flag(),
)
def fake_quant(x: Array, low: Array, high: Array, *, num_bits: int, narrow_range: bool) -> Array:
    """What quantization to `num_bits` would leave; zero is moved onto the grid."""
    if not 2 <= num_bits <= 16:
        raise ValueError(f"num_bits is {num_bits}; expected 2 to 16")
    first, last = float(narrow_range), float(2**num_bits - 1)
    scale = (high - low) / np.float32(last - first)
    zero = np.clip(np.floor(first - low / scale + np.float32(0.5)), first, last)
    low, high = (np.float32(first) - zero) * scale, (np.float32(last) - zero) * scale
    steps = np.floor((np.clip(x, low, high) - low) / scale + np.float32(0.5))
    return (steps * scale + low).astype(FLOAT)


@op("FakeQuantWithMinMaxVarsPerChannel", num_bits=whole(8), narrow_range=flag())
def fake_quant_per_channel(
    x: Array, low: Array, high: Array, *, num_bits: int, narrow_range: bool
) -> Array:
    """`fake_quant` with ends for each place along the last side."""
    return fake_quant(x, low, high, num_bits=num_bits, narrow_range=narrow_range)


@op(
    "FakeQuantWithMinMaxArgs",
    low=number(-6.0, "min"),
    high=number(6.0, "max"),
    num_bits=whole(8),
    narrow_range=flag(),
)
def fake_quant_args(
    x: Array, *, low: float, high: float, num_bits: int, narrow_range: bool
) -> Array:
    """`fake_quant` with its ends as attributes."""
    return fake_quant(
        x, np.float32(low), np.float32(high), num_bits=num_bits, narrow_range=narrow_range
    )


@op("L2Loss")
def l2_loss(x: Array) -> Array:
    """Half of the sum of squares."""
    return (x * x).sum(dtype=x.dtype) / 2


@op("Lgamma")
def lgamma(x: Array) -> Array:
    """The logarithm of the gamma function."""
    return np.vectorize(_lgamma, otypes=[np.float64])(x).astype(x.dtype) if x.size else x


def _lgamma(value: float) -> float:
    if math.isinf(value) or (value <= 0 and value == math.floor(value)):
        return math.inf
    return math.lgamma(value)
