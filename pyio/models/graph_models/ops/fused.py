"""What follows a product in fused ops: a bias or a batch normalization, and an activation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pyio.models.graph_models.ops import basic_math

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyio.models.graph_models.values import Array

_ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "Relu": basic_math.relu,
    "Relu6": basic_math.relu6,
    "Elu": basic_math.elu,
    "Sigmoid": basic_math.sigmoid,
    "Tanh": np.tanh,
    "Linear": lambda x: x,
}


def finish(
    x: Array,
    fused_ops: Sequence[str],
    arguments: Sequence[Array],
    alpha: float,
    epsilon: float,
    channels_first: bool = False,
) -> Array:
    """Return what `fused_ops` make of a product.

    BiasAdd takes one argument, FusedBatchNorm four (scale, offset, mean, variance), Prelu one.
    """
    rest = list(arguments)
    for name in fused_ops:
        if name == "BiasAdd":
            x = x + _along_channels(rest.pop(0), x, channels_first)
        elif name == "FusedBatchNorm":
            scale, offset, mean, variance = (
                _along_channels(rest.pop(0), x, channels_first) for _ in range(4)
            )
            factor = scale / np.sqrt(variance + np.float32(epsilon))
            x = (x - mean) * factor + offset
        elif name == "LeakyRelu":
            x = basic_math.leaky_relu(x, alpha=alpha)
        elif name == "Prelu":
            x = basic_math.prelu(x, _along_channels(rest.pop(0), x, channels_first))
        elif name in _ACTIVATIONS:
            x = _ACTIVATIONS[name](x)
        else:
            raise ValueError(f"{name!r} cannot be fused")
    return x


def _along_channels(vector: Array, x: Array, channels_first: bool) -> Array:
    if channels_first and vector.ndim == 1 and x.ndim > 2:
        return vector.reshape(-1, *[1] * (x.ndim - 2))
    return vector
