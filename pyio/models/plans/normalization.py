"""Normalizations in a plan."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.plans.activations import ending
from pyio.models.plans.constants import Unplanned
from pyio.models.plans.table import emits

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pyio.models.core.weight import Weight
    from pyio.models.plans.builder import Builder, Value
    from pyio.models.plans.step import Step

    Array = NDArray[Any]


def factor_and_shift(layer: Any) -> tuple[list[Weight], Callable[..., tuple[Array, Array]]]:
    """Return the weights of a BatchNormalization, and what computes factor and shift from them.

    The layer is ``x * factor + shift``.
    """
    weights = [layer.mean, layer.variance]
    weights += [each for each in (layer.gamma, layer.beta) if each is not None]
    epsilon, has_gamma, has_beta = layer.epsilon, layer.gamma is not None, layer.beta is not None

    def compute(mean: Array, variance: Array, *rest: Array) -> tuple[Array, Array]:
        factor = 1 / np.sqrt(variance + np.float32(epsilon))
        if has_gamma:
            factor = factor * rest[0]
        shift = -mean * factor
        return factor, shift + rest[-1] if has_beta else shift

    return weights, compute


@emits("BatchNormalization")
def batch_normalization(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """A factor and a shift for each channel."""
    layer: Any = step.layer
    (x,) = xs
    if layer.axis % len(x.shape) != len(x.shape) - 1:
        raise Unplanned("channels that are not last")
    weights, compute = factor_and_shift(layer)
    kind = layer.epsilon, layer.gamma is None
    channels = x.shape[-1]
    y = builder.value(*x.shape)
    builder.add(
        "affine",
        x=x,
        y=y,
        rows=x.size // channels,
        channels=channels,
        scale=builder.constant(("scale", *kind), weights, lambda *v: compute(*v)[0]),
        shift=builder.constant(("shift", *kind), weights, lambda *v: compute(*v)[1]),
        act=ending(step).act,
    )
    return y


@emits("LayerNormalization")
def layer_normalization(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """Each example, or each vector of it, by itself."""
    layer: Any = step.layer
    (x,) = xs
    width = _behind(layer.axis, x)
    return _normalized(builder, x, width, layer, layer.gamma, layer.rms_scaling)


@emits("RMSNormalization")
def rms_normalization(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """The same with the mean kept."""
    layer: Any = step.layer
    (x,) = xs
    return _normalized(builder, x, _behind(layer.axis, x), layer, layer.scale, rms=True)


def _behind(axes: Any, x: Value) -> int:
    """Return the number of values along the last axes. Raises Unplanned for other axes."""
    given = axes if isinstance(axes, list) else [axes]
    found = sorted(axis % len(x.shape) for axis in given)
    if found != list(range(len(x.shape) - len(found), len(x.shape))):
        raise Unplanned("axes that are not last")
    return math.prod(x.shape[found[0] :])


def _normalized(
    builder: Builder, x: Value, width: int, layer: Any, gamma: Weight | None, rms: bool
) -> Value:
    y = builder.value(*x.shape)
    beta = None if rms else layer.beta
    builder.add(
        "normalize",
        x=x,
        y=y,
        gamma=builder.weight(gamma),
        beta=builder.weight(beta),
        count=x.size // width,
        groups=1,
        positions=1,
        channels=width,
        x_channels=width,
        rms=rms,
        epsilon=float(layer.epsilon),
    )
    return y


@emits("GroupNormalization")
def group_normalization(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """Some channels at all positions of an example by themselves."""
    layer: Any = step.layer
    (x,) = xs
    if layer.axis % len(x.shape) != len(x.shape) - 1:
        raise Unplanned("channels that are not last")
    channels = x.shape[-1]
    groups = channels if layer.groups == -1 else layer.groups
    y = builder.value(*x.shape)
    builder.add(
        "normalize",
        x=x,
        y=y,
        gamma=builder.weight(layer.gamma),
        beta=builder.weight(layer.beta),
        count=x.shape[0],
        groups=groups,
        positions=math.prod(x.shape[1:-1]),
        channels=channels // groups,
        x_channels=channels,
        epsilon=float(layer.epsilon),
    )
    return y
