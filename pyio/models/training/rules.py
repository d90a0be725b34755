"""How gradients go back through the functions of NumPy that act on each number.

Where a function has a corner, the slope is the one that TensorFlow.js takes (tfjs-core
``gradients/``): corners are met in practice, because zeros on zero-padded images stay zeros.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pyio.models.training import operators as operators  # gives Traced its operators
from pyio.models.training.tape import (
    FUNCTIONS,
    METHODS,
    UFUNCS,
    Array,
    Tape,
    Traced,
    raw,
    refuse,
)

Slope = Callable[[Array], Array]
"""Takes the gradient of a result and returns that of one operand, before broadcasting is undone."""


def tape_of(*values: Any) -> Tape:
    """Return the tape of the first of `values` that is followed."""
    return next(value.tape for value in values if isinstance(value, Traced))


def unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum a gradient over everything that broadcasting from `shape` repeated."""
    if gradient.shape == shape:
        return gradient
    extra = gradient.ndim - len(shape)
    if extra > 0:
        ends = gradient.shape[extra:]
        if extra > 1 and gradient.size:  # long rows first: sums of short ones take much longer
            gradient = gradient.reshape(len(gradient), -1).sum(axis=0)
        gradient = gradient.reshape(-1, *ends).sum(axis=0)
    ones = tuple(i for i, side in enumerate(shape) if side == 1 and gradient.shape[i] != 1)
    return gradient.sum(axis=ones, keepdims=True) if ones else gradient


def kept(gradient: Array, where: Array) -> Array:
    """Return the gradient where a condition holds, and 0 elsewhere.

    In WebAssembly this takes a quarter of the time of a product with the condition.
    """
    return np.where(where, gradient, gradient.dtype.type(0))


def binary(value: Array, a: Any, b: Any, slope_a: Slope, slope_b: Slope) -> Traced:
    """Record the result of a function of two operands, of which one or both are followed."""
    first, second = isinstance(a, Traced), isinstance(b, Traced)
    tape: Tape = (a if first else b).tape
    tape.lock(b if first else a)

    def back(g: Array) -> None:
        if first:
            a.add(unbroadcast(slope_a(g), a.value.shape))
        if second:
            b.add(unbroadcast(slope_b(g), b.value.shape))

    return tape.record(value, back)


def _same(g: Array) -> Array:
    return g


def add(a: Any, b: Any) -> Traced:
    """``a + b``."""
    return binary(np.add(raw(a), raw(b)), a, b, _same, _same)


def subtract(a: Any, b: Any) -> Traced:
    """``a - b``."""
    return binary(np.subtract(raw(a), raw(b)), a, b, _same, np.negative)


def multiply(a: Any, b: Any) -> Traced:
    """``a * b``."""
    x, y = raw(a), raw(b)
    return binary(np.multiply(x, y), a, b, lambda g: g * y, lambda g: g * x)


def divide(a: Any, b: Any) -> Traced:
    """``a / b``."""
    x, y = raw(a), raw(b)
    z = np.divide(x, y)
    return binary(z, a, b, lambda g: g / y, lambda g: -g * z / y)


def _remainder(a: Any, b: Any) -> Traced:
    x, y = raw(a), raw(b)
    return binary(np.remainder(x, y), a, b, _same, lambda g: -g * np.floor(x / y))


def _fmod(a: Any, b: Any) -> Traced:
    x, y = raw(a), raw(b)
    return binary(np.fmod(x, y), a, b, _same, lambda g: -g * np.trunc(x / y))


def power(a: Any, b: Any) -> Traced:
    """``a ** b``."""
    x, n = raw(a), raw(b)
    z = np.power(x, n)

    def slope_base(g: Array) -> Array:
        # 0 ** -1 is infinite, and has no part in the slope of x ** 0.
        lower = np.where(np.equal(n, 0), 1, np.subtract(n, 1)).astype(np.asarray(n).dtype)
        return g * (n * np.power(x, lower))

    def slope_exponent(g: Array) -> Array:
        return g * np.where(x > 0, z * np.log(np.where(x > 0, x, 1)), 0)

    return binary(z, a, b, slope_base, slope_exponent)


def maximum(a: Any, b: Any) -> Traced:
    """The larger one. A tie goes to the constant operand, or else to the first."""
    x, y = raw(a), raw(b)
    first = x >= y if isinstance(b, Traced) else x > y
    return binary(np.maximum(x, y), a, b, lambda g: kept(g, first), lambda g: kept(g, x < y))


def minimum(a: Any, b: Any) -> Traced:
    """The smaller one. A tie goes to the constant operand, or else to the first."""
    x, y = raw(a), raw(b)
    first = x <= y if isinstance(b, Traced) else x < y
    return binary(np.minimum(x, y), a, b, lambda g: kept(g, first), lambda g: kept(g, x > y))


def _logaddexp(a: Any, b: Any) -> Traced:
    x, y = raw(a), raw(b)
    z = np.logaddexp(x, y)
    return binary(z, a, b, lambda g: g * np.exp(x - z), lambda g: g * np.exp(y - z))


def _hypot(a: Any, b: Any) -> Traced:
    x, y = raw(a), raw(b)
    z = np.hypot(x, y)
    return binary(z, a, b, lambda g: g * x / z, lambda g: g * y / z)


def _arctan2(a: Any, b: Any) -> Traced:
    x, y = raw(a), raw(b)
    square = np.square(x) + np.square(y)
    return binary(np.arctan2(x, y), a, b, lambda g: g * y / square, lambda g: -g * x / square)


def unary(function: Any, slope: Callable[[Array, Array, Array], Array]) -> Any:
    """Return the rule of a function of one operand.

    `slope` takes the gradient of the result, the operand and the result.
    """

    def rule(a: Any) -> Traced:
        x = raw(a)
        y = function(x)
        return a.tape.record(y, lambda g: a.add(slope(g, x, y)))  # type: ignore[no-any-return]

    return rule


_LN_2, _LN_10 = float(np.log(2)), float(np.log(10))
_DEGREE = float(np.pi / 180)

UFUNCS.update(
    {
        np.add: add,
        np.subtract: subtract,
        np.multiply: multiply,
        np.divide: divide,
        np.remainder: _remainder,
        np.fmod: _fmod,
        np.power: power,
        np.float_power: power,
        np.maximum: maximum,
        np.minimum: minimum,
        np.fmax: maximum,
        np.fmin: minimum,
        np.logaddexp: _logaddexp,
        np.hypot: _hypot,
        np.arctan2: _arctan2,
        np.negative: unary(np.negative, lambda g, _x, _y: -g),
        np.positive: unary(np.positive, lambda g, _x, _y: g),
        np.conjugate: unary(np.conjugate, lambda g, _x, _y: g),
        np.deg2rad: unary(np.deg2rad, lambda g, _x, _y: g * _DEGREE),
        np.rad2deg: unary(np.rad2deg, lambda g, _x, _y: g / _DEGREE),
        # The slope at 0 is -1, as in TensorFlow.js: an L1 penalty moves a weight that is 0.
        np.absolute: unary(np.absolute, lambda g, x, _y: np.where(x > 0, g, -g)),
        np.fabs: unary(np.absolute, lambda g, x, _y: np.where(x > 0, g, -g)),
        np.exp: unary(np.exp, lambda g, _x, y: g * y),
        np.exp2: unary(np.exp2, lambda g, _x, y: g * y * _LN_2),
        np.expm1: unary(np.expm1, lambda g, _x, y: g * (y + 1)),
        np.log: unary(np.log, lambda g, x, _y: g / x),
        np.log2: unary(np.log2, lambda g, x, _y: g / (x * _LN_2)),
        np.log10: unary(np.log10, lambda g, x, _y: g / (x * _LN_10)),
        np.log1p: unary(np.log1p, lambda g, x, _y: g / (1 + x)),
        np.sqrt: unary(np.sqrt, lambda g, _x, y: g / (2 * y)),
        np.cbrt: unary(np.cbrt, lambda g, _x, y: g / (3 * y * y)),
        np.square: unary(np.square, lambda g, x, _y: g * (2 * x)),
        np.reciprocal: unary(np.reciprocal, lambda g, _x, y: -g * y * y),
        np.sin: unary(np.sin, lambda g, x, _y: g * np.cos(x)),
        np.cos: unary(np.cos, lambda g, x, _y: -g * np.sin(x)),
        np.tan: unary(np.tan, lambda g, _x, y: g * (1 + y * y)),
        np.arcsin: unary(np.arcsin, lambda g, x, _y: g / np.sqrt(1 - x * x)),
        np.arccos: unary(np.arccos, lambda g, x, _y: -g / np.sqrt(1 - x * x)),
        np.arctan: unary(np.arctan, lambda g, x, _y: g / (1 + x * x)),
        np.sinh: unary(np.sinh, lambda g, x, _y: g * np.cosh(x)),
        np.cosh: unary(np.cosh, lambda g, x, _y: g * np.sinh(x)),
        np.tanh: unary(np.tanh, lambda g, _x, y: g * (1 - y * y)),
        np.arcsinh: unary(np.arcsinh, lambda g, x, _y: g / np.sqrt(x * x + 1)),
        np.arccosh: unary(np.arccosh, lambda g, x, _y: g / np.sqrt(x * x - 1)),
        np.arctanh: unary(np.arctanh, lambda g, x, _y: g / (1 - x * x)),
    }
)


def _steps(function: Any) -> Any:
    """Return the rule of a function whose slope is 0 wherever it has one: a plain result."""
    return lambda *values: function(*map(raw, values))


for _function in (
    np.equal,
    np.not_equal,
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    np.logical_and,
    np.logical_or,
    np.logical_not,
    np.logical_xor,
    np.isnan,
    np.isfinite,
    np.isinf,
    np.signbit,
    np.sign,
    np.floor,
    np.ceil,
    np.rint,
    np.trunc,
    np.floor_divide,
):
    UFUNCS[_function] = _steps(_function)


def where(condition: Any, *branches: Any) -> Any:
    """``np.where``: each gradient goes to the branch that was taken."""
    chosen = raw(condition)
    if not branches:
        return np.where(chosen)
    a, b = branches
    if isinstance(a, Traced) or isinstance(b, Traced):
        tape_of(a, b).lock(chosen)
    value = np.where(chosen, raw(a), raw(b))
    if not isinstance(a, Traced) and not isinstance(b, Traced):
        return value
    zero = value.dtype.type(0)
    return binary(value, a, b, lambda g: kept(g, chosen), lambda g: np.where(chosen, zero, g))


def clip(a: Any, low: Any = None, high: Any = None, **others: Any) -> Any:
    """``np.clip``; at a bound the slope is that of the inside, as in TensorFlow.js."""
    low, high = others.pop("min", low), others.pop("max", high)
    no_others("clip", others)
    if isinstance(low, Traced) or isinstance(high, Traced):
        lifted = a if low is None else np.maximum(a, low)
        return lifted if high is None else np.minimum(lifted, high)
    x = raw(a)
    inside = np.ones(x.shape, np.bool_)
    if low is not None:
        inside &= x >= low
    if high is not None:
        inside &= x <= high
    return a.tape.record(np.clip(x, low, high), lambda g: a.add(kept(g, inside)))


def sinc(a: Traced) -> Traced:
    """``np.sinc``: the slope at 0 is 0."""
    x = raw(a)
    y = np.sinc(x)

    def back(g: Array) -> None:
        apart = np.where(x == 0, 1, x)
        a.add(g * ((np.cos(np.pi * x) - y) / apart).astype(x.dtype))

    return a.tape.record(y.astype(x.dtype, copy=False), back)


def nan_to_num(a: Traced, copy: bool = True, **others: Any) -> Traced:  # noqa: ARG001
    """``np.nan_to_num``: what was no finite number has no gradient."""
    x = raw(a)
    finite = np.isfinite(x)
    return a.tape.record(np.nan_to_num(x, **others), lambda g: a.add(kept(g, finite)))


def no_others(name: str, others: dict[str, Any]) -> None:
    """Raise GradientError for arguments without a rule. None stands for an argument not given."""
    given = [key for key, value in others.items() if value is not None]
    if given:
        refuse(f"the argument {given[0]!r} of {name}", "leave it out")


def _likes(function: Any) -> Any:
    return lambda a, *values, **options: function(raw(a), *values, **options)


FUNCTIONS.update({np.where: where, np.clip: clip, np.sinc: sinc, np.nan_to_num: nan_to_num})
FUNCTIONS.update({np.round: _likes(np.round), np.around: _likes(np.around)})
FUNCTIONS.update({f: _likes(f) for f in (np.ones_like, np.zeros_like, np.empty_like)})
METHODS["clip"] = clip
