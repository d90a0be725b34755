"""Convolutions, through the same kernels as those of the layers.

Filters are laid out as TensorFlow has them: (*window, channels in / groups, channels out), for
depthwise convolutions (height, width, channels in, multiplier).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.graph_models.attributes import number, texts
from pyio.models.graph_models.ops.fused import finish
from pyio.models.graph_models.ops.prepared import matrix
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.ops.windows import (
    CONVOLUTION,
    LAYOUT,
    LAYOUT_3D,
    Window,
    window_over,
)
from pyio.models.graph_models.values import FLOAT, Array, sized, wholes
from pyio.models.ops import kernels

if TYPE_CHECKING:
    from collections.abc import Sequence

FUSED: dict[str, Any] = {
    "fused_ops": texts(()),
    "alpha": number(0.2, "leakyrelu_alpha"),
    "epsilon": number(1e-4),
}


def convolution_work(x: Array, kernel: Array, *_rest: Array) -> int:
    """Return how many multiplications a convolution takes, if its window moves in steps of 1."""
    return int(x.size * kernel.size // (kernel.shape[-2] or 1))


def transposed_work(_sides: Array, kernel: Array, x: Array) -> int:
    """Return how many multiplications a transposed convolution takes."""
    return int(x.size * kernel.size // (kernel.shape[-1] or 1))


def convolve(
    x: Array,
    kernel: Array,
    layout: str,
    strides: Sequence[int],
    padding: str,
    explicit: Sequence[int],
    dilations: Sequence[int],
) -> Array:
    """Return the convolution of `x`, in groups where the kernel has fewer channels."""
    size = kernel.shape[:-2]
    x, window = window_over(x, size, strides, dilations, padding, explicit, layout)
    channels, filters = kernel.shape[-2:]
    groups, rest = divmod(x.shape[-1], channels) if channels else (1, 0)
    if rest or groups < 1 or filters % groups:
        raise ValueError(
            f"{x.shape[-1]} channels and {filters} filters do not fit groups of {channels}"
        )
    padded = window.padded(x)
    rows = math.prod(size) * channels
    if groups == 1:
        result = _product(padded, matrix(kernel, rows=rows), window)
    else:
        # One product for each group, with its part of the channels and of the filters.
        parts = zip(np.split(padded, groups, -1), np.split(kernel, groups, -1), strict=True)
        results = [
            _product(part, kernels.Matrix(weights.reshape(rows, -1)), window)
            for part, weights in parts
        ]
        result = np.concatenate(results, axis=-1)
    return window.back(result)


def _product(x: Array, kernel: kernels.Matrix, window: Window) -> Array:
    if x.dtype != FLOAT:
        x = x.astype(FLOAT)
    return kernels.conv(x, kernel, *window.steps)


@op("Conv2D", work=convolution_work, layout=LAYOUT, **CONVOLUTION)
def conv2d(x: Array, kernel: Array, **window: Any) -> Array:
    """The convolution of images."""
    return convolve(x, kernel, **window)


@op("Conv3D", work=convolution_work, layout=LAYOUT_3D, **CONVOLUTION)
def conv3d(x: Array, kernel: Array, **window: Any) -> Array:
    """The convolution of volumes."""
    return convolve(x, kernel, **window)


@op("_FusedConv2D", work=convolution_work, layout=LAYOUT, **CONVOLUTION, **FUSED)
def fused_conv2d(
    x: Array,
    kernel: Array,
    *rest: Array,
    fused_ops: tuple[str, ...],
    alpha: float,
    epsilon: float,
    **window: Any,
) -> Array:
    """The convolution of images, and then what `fused_ops` names."""
    first = window["layout"].startswith("NC")
    return finish(convolve(x, kernel, **window), fused_ops, rest, alpha, epsilon, first)


def convolve_depthwise(
    x: Array,
    kernel: Array,
    layout: str,
    strides: Sequence[int],
    padding: str,
    explicit: Sequence[int],
    dilations: Sequence[int],
) -> Array:
    """Return the convolution of each channel by itself."""
    size = kernel.shape[:2]
    x, window = window_over(x, size, strides, dilations, padding, explicit, layout)
    if x.shape[-1] != kernel.shape[2]:
        raise ValueError(f"{x.shape[-1]} channels do not fit a kernel of {kernel.shape[2]}")
    return window.back(
        kernels.depthwise(window.padded(x), kernel, window.strides, window.dilations)
    )


@op("DepthwiseConv2dNative", "DepthwiseConv2d", work=convolution_work, layout=LAYOUT, **CONVOLUTION)
def depthwise_conv2d(x: Array, kernel: Array, **window: Any) -> Array:
    """The convolution of each channel of images by itself."""
    return convolve_depthwise(x, kernel, **window)


@op("FusedDepthwiseConv2dNative", work=convolution_work, layout=LAYOUT, **CONVOLUTION, **FUSED)
def fused_depthwise_conv2d(
    x: Array,
    kernel: Array,
    *rest: Array,
    fused_ops: tuple[str, ...],
    alpha: float,
    epsilon: float,
    **window: Any,
) -> Array:
    """The convolution of each channel by itself, and then what `fused_ops` names."""
    first = window["layout"].startswith("NC")
    return finish(convolve_depthwise(x, kernel, **window), fused_ops, rest, alpha, epsilon, first)


@op("Conv2DBackpropInput", work=transposed_work, layout=LAYOUT, **CONVOLUTION)
def conv2d_transpose(sides: Array, kernel: Array, x: Array, **window: Any) -> Array:
    """The transposed convolution of images."""
    return convolve_back(sides, kernel, x, **window)


@op("Conv3DBackpropInputV2", work=transposed_work, layout=LAYOUT_3D, **CONVOLUTION)
def conv3d_transpose(sides: Array, kernel: Array, x: Array, **window: Any) -> Array:
    """The transposed convolution of volumes."""
    return convolve_back(sides, kernel, x, **window)


def convolve_back(
    sides: Array,
    kernel: Array,
    x: Array,
    *,
    layout: str,
    strides: Sequence[int],
    padding: str,
    explicit: Sequence[int],
    dilations: Sequence[int],
) -> Array:
    """Return what has `x` as its convolution's gradient, in the shape `sides`.

    Old files give the sides of the space alone.
    """
    *size, filters, channels = kernel.shape
    first = layout.startswith("NC")
    if first:
        x = np.moveaxis(x, 1, -1)
    shape = _whole_shape(wholes(sides), len(x), filters, len(size), first)
    if shape[0] != len(x) or shape[-1] != filters or x.shape[-1] != channels:
        raise ValueError(f"the shape {shape} does not fit a kernel of {list(kernel.shape)}")
    # The geometry is that of the convolution which goes from the result to `x`.
    like = np.broadcast_to(np.zeros((), x.dtype), sized(shape))
    laid_out = np.moveaxis(like, -1, 1) if first else like
    _, window = window_over(laid_out, size, strides, dilations, padding, explicit, layout)
    columns = np.moveaxis(kernel, -1, 0).reshape(channels, -1)
    whole = kernels.conv_transpose(
        x, kernels.Matrix(np.ascontiguousarray(columns)), *window.steps, filters
    )
    result = np.zeros(shape, x.dtype)
    _place(whole, result, window.borders)
    return window.back(result)


def _whole_shape(wanted: list[int], batch: int, filters: int, space: int, first: bool) -> list[int]:
    """Return the shape of a result with its channels last."""
    if len(wanted) == space:
        return [batch, *wanted, filters]
    if len(wanted) != space + 2:
        raise ValueError(f"the shape {wanted} has {len(wanted)} sides; expected {space + 2}")
    return [wanted[0], *wanted[2:], wanted[1]] if first else wanted


def _place(whole: Array, result: Array, borders: Sequence[tuple[int, int]]) -> None:
    """Copy what lies inside of the borders; cells that no window reached stay 0."""
    source, target = [slice(None)], [slice(None)]
    for side, full, (before, _) in zip(result.shape[1:-1], whole.shape[1:-1], borders, strict=True):
        count = max(0, min(side, full - before))
        source.append(slice(before, before + count))
        target.append(slice(0, count))
    result[tuple(target)] = whole[tuple(source)]
