"""Activations by name: functions from array to array of the same shape and dtype.

The formulas are those of tfjs-layers ``activations.ts``. Two differ from those of Keras 3:
``hard_sigmoid`` is ``clip(0.2 x + 0.5, 0, 1)``, and ``gelu`` uses the Abramowitz-Stegun
polynomial for erf (error below 1.5e-7), which is what TensorFlow.js computes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from pyio.errors import UnknownLayersError

Array: TypeAlias = Any
"""A NumPy array; for NumPy's own stubs, its functions return Any."""
Activation: TypeAlias = Callable[[Array], Array]

EPSILON = 1e-7
"""Keeps divisions and logarithms away from 0; the value of TensorFlow.js's cpu backend."""

_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


def elu(x: Array, alpha: float = 1.0) -> Array:
    """``x`` above 0, ``alpha (exp(x) - 1)`` below."""
    return np.where(x >= 0, x, alpha * np.expm1(np.minimum(x, 0)))


def softmax(x: Array, axis: int | tuple[int, ...] = -1) -> Array:
    """exp(x), scaled so that it sums to 1 along `axis`."""
    # Subtracting the maximum avoids overflow; `initial` makes an empty axis no error.
    powers = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    powers /= powers.sum(axis=axis, keepdims=True)
    return powers


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


ACTIVATIONS: dict[str, Activation] = {
    "elu": elu,
    "selu": lambda x: _SELU_SCALE * elu(x, _SELU_ALPHA),
    "relu": lambda x: np.maximum(x, 0),
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

ALIASES: Mapping[str, str] = {"silu": "swish"}
"""Keras's other names."""


def activation_function(name: str, layer: str) -> Activation:
    """Return the activation called `name`. Raises UnknownLayersError naming the `layer`."""
    if name not in ACTIVATIONS:
        raise UnknownLayersError([name], f"compute the activation of the layer {layer!r}")
    return ACTIVATIONS[name]
