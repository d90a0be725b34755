"""Normalization by mean and variance or by neighbours, and softmax."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from pyio.models.graph_models.attributes import flag, number, text, whole
from pyio.models.graph_models.ops.table import op

if TYPE_CHECKING:
    from pyio.models.graph_models.values import Array


@op(
    "FusedBatchNorm",
    "FusedBatchNormV2",
    "FusedBatchNormV3",
    epsilon=number(1e-4),
    layout=text("NHWC", "data_format"),
    training=flag(True, "is_training"),
    momentum=number(1.0, "exponential_avg_factor"),
)
def fused_batch_norm(
    x: Array,
    scale: Array,
    offset: Array,
    mean: Array,
    variance: Array,
    *,
    epsilon: float,
    layout: str,
    training: bool,
    momentum: float,
) -> tuple[Array, ...]:
    """Normalize by mean and variance: those given, or in training those of the batch.

    The further outputs are the mean, the variance, and both again for the gradient.
    """
    first = layout.startswith("NC")
    axes = tuple(axis for axis in range(x.ndim) if axis != (1 if first else x.ndim - 1))
    by_channel = (-1, *[1] * (x.ndim - 2)) if first else (-1,)
    used_mean, used_variance, running = mean, variance, (mean, variance)
    if training:
        used_mean, used_variance = x.mean(axis=axes), x.var(axis=axes)
        count = max(x.size // max(x.shape[1 if first else -1], 1), 1)
        running = used_mean, used_variance * np.float32(count / max(count - 1, 1))
        if momentum != 1 and mean.size:
            factor = np.float32(momentum)
            running = (
                (1 - factor) * mean + factor * running[0],
                (1 - factor) * variance + factor * running[1],
            )
    factor = scale / np.sqrt(used_variance + np.float32(epsilon))
    shift = x - used_mean.reshape(by_channel)
    result = shift * factor.reshape(by_channel) + offset.reshape(by_channel)
    return result, *running, used_mean, used_variance, np.zeros(0, np.float32)


@op(
    "LRN",
    radius=whole(5, "depth_radius"),
    bias=number(1.0),
    alpha=number(1.0),
    beta=number(0.5),
)
def local_response_normalization(
    x: Array, *, radius: int, bias: float, alpha: float, beta: float
) -> Array:
    """Divide by a power of the squares of neighbouring channels."""
    if radius < 0:
        raise ValueError(f"the radius is {radius}")
    reach = min(radius, x.shape[-1])
    squares = np.pad(x * x, [(0, 0)] * (x.ndim - 1) + [(reach, reach)])
    near = sliding_window_view(squares, 2 * reach + 1, -1).sum(axis=-1)
    return x * (np.float32(bias) + np.float32(alpha) * near) ** np.float32(-beta)


@op("Softmax")
def softmax(x: Array) -> Array:
    """exp(x), scaled so that the last side sums to 1."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True, initial=-np.inf))
    return powers / powers.sum(axis=-1, keepdims=True)


@op("LogSoftmax")
def log_softmax(x: Array) -> Array:
    """The logarithm of `softmax`."""
    shifted = x - x.max(axis=-1, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
