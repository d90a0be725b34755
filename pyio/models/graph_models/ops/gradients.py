"""Gradients of activations, which models have that explain themselves by them.

Each takes the gradient behind the activation, and the activation's input or output (``math_grad``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pyio.models.graph_models.attributes import number
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import INT, Array, wholes

if TYPE_CHECKING:
    from collections.abc import Callable

_OF_OUTPUTS: dict[str, Callable[[Array, Array], Array]] = {
    "TanhGrad": lambda y, g: g * (1 - y * y),
    "SigmoidGrad": lambda y, g: g * y * (1 - y),
    "SqrtGrad": lambda y, g: g * np.float32(0.5) / y,
    "RsqrtGrad": lambda y, g: g * np.float32(-0.5) * y * y * y,
    "InvGrad": lambda y, g: -g * y * y,
    "ReciprocalGrad": lambda y, g: -g * y * y,
}
"""Op -> the gradient, from the output and the gradient behind it."""

_BEHIND: dict[str, Callable[[Array, Array], Array]] = {
    "ReluGrad": lambda g, x: np.where(x > 0, g, 0),
    "Relu6Grad": lambda g, x: np.where((x > 0) & (x < 6), g, 0),
    "SoftplusGrad": lambda g, x: g / (np.exp(-x) + 1),
    "SoftsignGrad": lambda g, x: g / np.square(1 + np.abs(x)),
    "EluGrad": lambda g, y: np.where(y < 0, g * (y + 1), g),
}
"""Op -> the gradient, from the gradient behind and the input (of Elu the output)."""

for _name, _function in {**_OF_OUTPUTS, **_BEHIND}.items():
    op(_name)(_function)


@op("LeakyReluGrad", alpha=number(0.2))
def leaky_relu_grad(gradient: Array, x: Array, *, alpha: float) -> Array:
    """The gradient of LeakyRelu."""
    return np.where(x > 0, gradient, gradient * np.float32(alpha))


@op("BroadcastGradientArgs")
def broadcast_gradient_args(a: Array, b: Array) -> tuple[Array, Array]:
    """The sides along which two shapes are repeated to fit each other, as axes of the result."""
    rank = max(a.size, b.size)
    first, second = ([1] * (rank - each.size) + wholes(each) for each in (a, b))
    pairs = list(zip(first, second, strict=True))
    left = [axis for axis, (m, n) in enumerate(pairs) if m == 1 and (n != 1 or m == n == 1)]
    right = [axis for axis, (m, n) in enumerate(pairs) if n == 1 and (m != 1 or m == n == 1)]
    return np.array(left, INT), np.array(right, INT)
