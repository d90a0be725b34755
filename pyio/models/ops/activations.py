"""Activations by name: functions from array to array of the same shape and dtype.

The formulas are those of tfjs-layers ``activations.ts``. Two differ from those of Keras 3:
``hard_sigmoid`` is ``clip(0.2 x + 0.5, 0, 1)`` (``hard_sigmoid_keras3`` is Keras 3's), and
``gelu`` uses the Abramowitz-Stegun
polynomial for erf (error below 1.5e-7), which is what TensorFlow.js computes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any
"""A NumPy array; for NumPy's own stubs, its functions return Any."""
Activation: TypeAlias = Callable[[Array], Array]

EPSILON = 1e-7
"""Keeps divisions and logarithms away from 0; the value of TensorFlow.js's cpu backend."""

_WITHOUT_SIMD = sys.platform == "emscripten"

_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


def _relu(x: Array) -> Array:
    """The larger one of ``x`` and 0."""
    if _WITHOUT_SIMD and type(x) is np.ndarray:
        # There a maximum branches for each number, which takes four times as long.
        return np.where(x <= 0, x.dtype.type(0), x)
    return np.maximum(x, 0)


def elu(x: Array, alpha: float = 1.0) -> Array:
    """``x`` above 0, ``alpha (exp(x) - 1)`` below."""
    return np.where(x >= 0, x, alpha * np.expm1(np.minimum(x, 0)))


def softmax(x: Array, axis: int | tuple[int, ...] = -1) -> Array:
    """exp(x), scaled so that it sums to 1 along `axis`."""
    # Subtracting the maximum avoids overflow; `initial` makes an empty axis no error.
    powers = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return powers / powers.sum(axis=axis, keepdims=True)


def erf(x: Array) -> Array:
    """The error function, by formula 7.1.26 of Abramowitz and Stegun."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    steps = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    series = np.zeros_like(t)
    for step in steps:
        series = (series + step) * t
    return np.sign(x) * (1 - series * np.exp(-x * x))


def _log_softmax(x: Array) -> Array:
    shifted = x - x.max(axis=-1, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softplus(x: Array) -> Array:
    """log(1 + exp(x)), without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _gelu_new(x: Array) -> Array:
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi, dtype=x.dtype) * (x + 0.044715 * x**3)))


def l2_normalized(x: Array, axis: int) -> Array:
    """Return `x` with length 1 along `axis`."""
    squares = np.square(x).sum(axis=axis, keepdims=True)
    return x / np.sqrt(np.maximum(squares, EPSILON))


def _glu(x: Array) -> Array:
    values, gates = np.split(x, 2, axis=-1)
    return values * sigmoid(gates)


def _sparse_plus(x: Array) -> Array:
    return np.where(x >= 1, x, np.square(np.maximum(x, -1) + 1) / 4)


def _sparsemax(x: Array) -> Array:
    """Return the point nearest to `x` whose numbers are not negative and sum to 1."""
    falling = -np.sort(-x, axis=-1)
    excess = np.cumsum(falling, axis=-1) - 1
    ranks = np.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    count = (falling * ranks > excess).sum(axis=-1, keepdims=True)
    return np.maximum(x - np.take_along_axis(excess, count - 1, axis=-1) / count.astype(x.dtype), 0)


ACTIVATIONS: dict[str, Activation] = {
    "elu": elu,
    "selu": lambda x: _SELU_SCALE * elu(x, _SELU_ALPHA),
    "relu": _relu,
    "relu6": lambda x: np.minimum(np.maximum(x, 0), 6),
    "linear": lambda x: x,
    "sigmoid": sigmoid,
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "softplus": softplus,
    "softsign": lambda x: x / (np.abs(x) + 1),
    "tanh": np.tanh,
    "softmax": softmax,
    "log_softmax": _log_softmax,
    "gelu": lambda x: 0.5 * x * (1 + erf(x / np.sqrt(2, dtype=x.dtype))),
    "gelu_new": _gelu_new,
    "mish": lambda x: x * np.tanh(softplus(x)),
    "swish": lambda x: x * sigmoid(x),
}
"""The activations that are registered, by the name that a config has."""

KERAS_ONLY: Mapping[str, Activation] = {
    "celu": elu,  # the same for an alpha of 1, which a name alone means
    "exponential": np.exp,
    "glu": _glu,
    "hard_sigmoid_keras3": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_shrink": lambda x: np.where(np.abs(x) > 0.5, x, np.zeros_like(x)),
    "hard_silu": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "leaky_relu": lambda x: np.where(x >= 0, x, x.dtype.type(0.2) * x),
    "log_sigmoid": lambda x: -softplus(-x),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
    "sparse_plus": _sparse_plus,
    "sparse_sigmoid": lambda x: np.clip(0.5 * x + 0.5, 0, 1),
    "sparsemax": _sparsemax,
    "squareplus": lambda x: (x + np.sqrt(x * x + 4)) / 2,
    "tanh_shrink": lambda x: x - np.tanh(x),
}
"""The activations of Keras that TensorFlow.js does not know, with Keras 3's formulas."""

ACTIVATIONS |= KERAS_ONLY

BUILT_IN: Mapping[str, Activation] = dict(ACTIVATIONS)
"""The functions of pyio, also where another one was registered under the name."""

ALIASES: Mapping[str, str] = {"silu": "swish", "hard_swish": "hard_silu"}
"""Keras's other names."""

ALONG_AN_AXIS = frozenset({"softmax", "log_softmax", "glu", "sparsemax"})
"""The activations that do not act on each number by itself, but along the last axis."""
