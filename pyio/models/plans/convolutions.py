"""Convolutions in a plan."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pyio.models.plans.activations import ending
from pyio.models.plans.constants import Unplanned
from pyio.models.plans.products import ALL, Folded, finished
from pyio.models.plans.table import emits
from pyio.models.plans.windows import Window, images_of, shape_after, two, window_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pyio.models.plans.builder import Builder, Value
    from pyio.models.plans.step import Step

    Array = NDArray[Any]

SCRATCH = 16384
"""How many numbers of windows ``conv`` of kernel.c gathers at once; at least 8 windows."""


def _layer_window(step: Step, x: Value) -> Window:
    """Return the windows of a convolution. Raises Unplanned for channels first."""
    layer: Any = step.layer
    if layer.channels_first:
        raise Unplanned("channels first")
    sides = layer.kernel_size, layer.strides, layer.dilation_rate
    return window_of(x.shape, *sides, layer.padding, step.before)


@emits("Conv1D", "Conv2D")
def conv(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """A convolution; each group of channels is a row of its own."""
    layer: Any = step.layer
    (x,) = xs
    end = ending(step)
    window = _layer_window(step, x)
    folded = Folded(builder, layer.kernel, layer.bias, end)
    y = builder.value(*shape_after(x, window, layer.filters))
    _convolve(builder, x, y, window, folded, end.act, layer.groups)
    return finished(builder, y, end)


def _convolve(
    builder: Builder,
    x: Value,
    y: Value,
    window: Window,
    folded: Folded,
    act: int,
    groups: int = 1,
) -> None:
    """Add a convolution. A 1x1 window at each position is a product."""
    channels, filters, bias = x.shape[-1], y.shape[-1], folded.bias()
    if groups == 1 and window.size == window.strides == (1, 1) and window.sides == window.after:
        builder.product(x, folded.panels(), y, bias, act)
        return
    each, out = channels // groups, filters // groups
    inner = math.prod(window.size) * each
    for group in range(groups):
        first = group * out
        panels = folded.panels(ALL if groups == 1 else slice(first, first + out))
        builder.add(
            "conv",
            x=x.array.reshape(-1)[group * each :],
            y=y.array.reshape(-1)[first:],
            panels=panels,
            bias=None if bias is None else bias.array[first:],
            scratch=builder.scratch(max(SCRATCH, 8 * inner)),
            channels=each,
            x_channels=channels,
            filters=out,
            y_channels=filters,
            **{"act": act, **images_of(x, window), **window.fields()},
        )


@emits("DepthwiseConv1D", "DepthwiseConv2D")
def depthwise(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """A convolution of each channel on its own."""
    layer: Any = step.layer
    (x,) = xs
    end = ending(step)
    window = _layer_window(step, x)
    folded = Folded(builder, layer.depthwise_kernel, layer.bias, end)
    y = builder.value(*shape_after(x, window, x.shape[-1] * layer.depth_multiplier))
    _by_channel(builder, x, y, window, folded, end.act)
    return finished(builder, y, end)


def _channels(kernel: Array) -> Array:
    """Return (*size, channels, multiplier) as (*size, channels * multiplier)."""
    return kernel.reshape(*kernel.shape[:-2], -1)


def _by_channel(
    builder: Builder, x: Value, y: Value, window: Window, folded: Folded, act: int
) -> None:
    """Add a convolution of each channel."""
    channels = x.shape[-1]
    builder.add(
        "depthwise",
        x=x,
        y=y,
        kernel=folded.array("channels", _channels),
        bias=folded.bias(),
        channels=channels,
        multiplier=y.shape[-1] // channels,
        act=act,
        **{**images_of(x, window), **window.fields()},
    )


@emits("SeparableConv1D", "SeparableConv2D")
def separable(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """A convolution of each channel on its own, then a product across channels."""
    layer: Any = step.layer
    (x,) = xs
    end = ending(step)
    window = _layer_window(step, x)
    channels, multiplier = layer.depthwise_kernel.shape[-2:]
    deep = builder.value(*shape_after(x, window, channels * multiplier))
    _by_channel(builder, x, deep, window, Folded(builder, layer.depthwise_kernel, None), 0)
    folded = Folded(builder, layer.pointwise_kernel, layer.bias, end)
    y = builder.value(*deep.shape[:-1], layer.filters)
    at_each = Window((1, 1), (1, 1), (1, 1), (0, 0), window.after, window.after)
    _convolve(builder, deep, y, at_each, folded, end.act)
    builder.free_unused(deep.memory)
    return finished(builder, y, end)


@emits("Conv1DTranspose", "Conv2DTranspose")
def transposed(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """A transposed convolution: a product, whose windows are added to the output."""
    layer: Any = step.layer
    (x,) = xs
    end = ending(step)
    if layer.channels_first or end.normalization is not None:
        raise Unplanned("channels first, or a normalization")
    window = _transposed_window(layer, x)
    channels, columns = x.shape[-1], math.prod(layer.kernel_size) * layer.filters
    panels = builder.panels("transposed", [layer.kernel], lambda w: w.reshape(-1, w.shape[-1]).T)
    wide = builder.value(x.size // channels, columns)
    builder.product(x, panels, wide)
    y = builder.value(*shape_after(x, window, layer.filters))
    builder.add(
        "spread",
        x=wide,
        y=y,
        bias=builder.weight(layer.bias),
        filters=layer.filters,
        **{"act": end.act, **images_of(x, window), **window.fields()},
    )
    builder.free_unused(wide.memory)
    return finished(builder, y, end)


def _transposed_window(layer: Any, x: Value) -> Window:
    """Return the windows that a transposed convolution spreads, cut at both ends for "same"."""
    sides, after, front = x.shape[1:-1], [], []
    for axis, side in enumerate(sides):
        reach = (layer.kernel_size[axis] - 1) * layer.dilation_rate[axis] + 1
        whole, new = (side - 1) * layer.strides[axis] + reach, layer.side_after(side, axis)
        after.append(new)
        front.append(max(whole - new, 0) // 2 if layer.padding == "same" else 0)
    return Window(
        *(two(layer.kernel_size, 1), two(layer.strides, 1), two(layer.dilation_rate, 1)),
        *(two(front, 0), two(sides, 1), two(after, 1)),
    )
