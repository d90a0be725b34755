"""Poolings: the largest value or the mean of each window, through the kernels of the layers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.graph_models.attributes import REQUIRED, flag, ints, text
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.ops.windows import LAYOUT, LAYOUT_3D, WINDOW, of_space, window_over
from pyio.models.graph_models.values import INT, sized
from pyio.models.ops import kernels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.graph_models.values import Array


def _pool(
    x: Array,
    largest: bool,
    size: Sequence[int],
    strides: Sequence[int],
    padding: str,
    explicit: Sequence[int],
    layout: str,
) -> Array:
    start = 2 if layout.startswith("NC") else 1
    inner = of_space(size, start, len(size) - 2, "ksize")
    others = [*size[:1], *(size[1:2] if start == 2 else size[-1:])]
    if any(side != 1 for side in others):
        raise ValueError(f"ksize is {list(size)}; examples and channels are not pooled")
    x, window = window_over(x, inner, strides, (), padding, explicit, layout)
    if largest:
        lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
        return window.back(kernels.pool_max(window.padded(x, lowest), *window.steps))
    ones = np.ones((1, *x.shape[1:-1], 1), x.dtype)
    count = kernels.pool_sum(window.padded(ones), *window.steps)
    return window.back(kernels.pool_sum(window.padded(x), *window.steps) / count)


@op("MaxPool", size=ints(REQUIRED, "ksize"), layout=LAYOUT, **WINDOW)
def max_pool(x: Array, **window: Any) -> Array:
    """The largest value of each window of images."""
    return _pool(x, largest=True, **window)


@op("MaxPool3D", size=ints(REQUIRED, "ksize"), layout=LAYOUT_3D, **WINDOW)
def max_pool_3d(x: Array, **window: Any) -> Array:
    """The largest value of each window of volumes."""
    return _pool(x, largest=True, **window)


@op("AvgPool", size=ints(REQUIRED, "ksize"), layout=LAYOUT, **WINDOW)
def avg_pool(x: Array, **window: Any) -> Array:
    """The mean of each window of images; the border does not count."""
    return _pool(x, largest=False, **window)


@op("AvgPool3D", size=ints(REQUIRED, "ksize"), layout=LAYOUT_3D, **WINDOW)
def avg_pool_3d(x: Array, **window: Any) -> Array:
    """The mean of each window of volumes; the border does not count."""
    return _pool(x, largest=False, **window)


@op(
    "MaxPoolWithArgmax",
    size=ints(REQUIRED, "ksize"),
    with_batch=flag(False, "include_batch_in_index"),
    **WINDOW,
)
def max_pool_with_argmax(
    x: Array,
    *,
    size: Sequence[int],
    strides: Sequence[int],
    padding: str,
    explicit: Sequence[int],
    with_batch: bool,
) -> tuple[Array, Array]:
    """The largest value of each window, and its place (y W + x) C + c in the example."""
    inner = of_space(size, 1, 2, "ksize")
    x, window = window_over(x, inner, strides, (), padding, explicit, "NHWC")
    _, height, width, channels = x.shape
    places = np.arange(math.prod(x.shape), dtype=np.int64).reshape(x.shape)
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    taps = kernels.taps(window.padded(x, lowest), *window.steps)
    where = kernels.taps(window.padded(places, -1), *window.steps)
    best, place = taps[0][1].copy(), where[0][1].copy()
    for (_, values), (_, at) in zip(taps[1:], where[1:], strict=True):
        # A place in the border never wins, and the first of equals stays.
        better = ((values > best) | (place < 0)) & (at >= 0)
        best, place = np.where(better, values, best), np.where(better, at, place)
    if not with_batch:
        place = place % max(height * width * channels, 1)
    return best, place.astype(INT)


@op(
    "ExtractImagePatches",
    size=ints(REQUIRED, "ksizes"),
    strides=ints(),
    rates=ints(),
    padding=text(),
)
def extract_patches(
    x: Array, *, size: Sequence[int], strides: Sequence[int], rates: Sequence[int], padding: str
) -> Array:
    """All values of each window as channels: by row, column and channel."""
    inner = of_space(size, 1, 2, "ksizes")
    x, window = window_over(x, inner, strides, rates, padding, (), "NHWC")
    taps = kernels.taps(window.padded(x), *window.steps)
    first = taps[0][1].shape
    sized([*first[:-1], first[-1] * len(taps)])
    return np.concatenate([view for _, view in taps], axis=-1)


@op("Dilation2D", strides=ints(), rates=ints(), padding=text())
def dilation2d(
    x: Array, kernel: Array, *, strides: Sequence[int], rates: Sequence[int], padding: str
) -> Array:
    """The largest of value and kernel together, in each window."""
    x, window = window_over(x, kernel.shape[:2], strides, rates, padding, (), "NHWC")
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    taps = kernels.taps(window.padded(x, lowest), *window.steps)
    return np.max([view + kernel[position] for position, view in taps], axis=0)
