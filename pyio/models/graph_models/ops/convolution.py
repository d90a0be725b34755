"""Convolutions and poolings, through the same kernels as those of the layers.

Filters are laid out as TensorFlow has them: (*window, channels in / groups, channels out), for
depthwise convolutions (height, width, channels in, multiplier).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio import limits
from pyio.errors import ModelInputError
from pyio.models.graph_models.attributes import REQUIRED, flag, ints, number, text, texts
from pyio.models.graph_models.ops.fused import finish
from pyio.models.graph_models.ops.prepared import matrix
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import FLOAT, INT, Array, sized, wholes
from pyio.models.ops import kernels

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Window:
    """How a window moves over the space; the channels come last."""

    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    borders: tuple[tuple[int, int], ...]
    channels_first: bool

    @property
    def steps(self) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """What the kernels take."""
        return self.size, self.strides, self.dilations

    def padded(self, x: Array, value: float = 0) -> Array:
        """Return `x` with its border."""
        if not any(map(any, self.borders)):
            return x
        widths = [(0, 0), *self.borders, (0, 0)]
        sized(side + sum(width) for side, width in zip(x.shape, widths, strict=True))
        return np.pad(x, widths, constant_values=value)

    def back(self, x: Array) -> Array:
        """Return a result with its channels where the input had them."""
        return np.moveaxis(x, -1, 1) if self.channels_first else x


WINDOW: dict[str, Any] = {
    "strides": ints(),
    "padding": text("VALID"),
    "explicit": ints((), "explicit_paddings"),
}
CONVOLUTION: dict[str, Any] = {**WINDOW, "dilations": ints(())}
"""The attributes that all convolutions have, besides the layout of the data."""

LAYOUT = text("NHWC", "data_format")
LAYOUT_3D = text("NDHWC", "data_format")

_PLACE_WORK = 10_000
"""What Python takes for one place of a window, in multiplications."""

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


def _require_affordable(x: Array, size: Sequence[int]) -> None:
    """Raise for a window that is too large: some ops look at one place of it at a time."""
    if math.prod(size) * (x.size + _PLACE_WORK) > limits.PREDICT_WORK * max(len(x), 1):
        raise ModelInputError(
            f"a window of {list(size)} over {list(x.shape)} takes too long; if that is meant, set "
            "pyio.limits.PREDICT_WORK"
        )


def window_over(
    x: Array,
    size: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    padding: str,
    explicit: Sequence[int],
    layout: str,
) -> tuple[Array, Window]:
    """Return `x` with its channels last, and the window over it.

    Strides, dilations and paddings have one entry for each side in the order of the layout.
    """
    rank = len(size)
    if x.ndim != rank + 2:
        raise ValueError(f"the input has {x.ndim} sides; expected {rank + 2}")
    first = layout.startswith("NC")
    start = 2 if first else 1
    steps = _of_space(strides, start, rank, "strides")
    rates = _of_space(dilations, start, rank, "dilations") if dilations else (1,) * rank
    _require_affordable(x, size)
    if first:
        x = np.moveaxis(x, 1, -1)
    pairs = list(zip(explicit[::2], explicit[1::2], strict=True))[start : start + rank]
    borders = _borders(x.shape[1:-1], size, steps, rates, padding, pairs)
    return x, Window(tuple(size), steps, rates, borders, first)


def _of_space(values: Sequence[int], start: int, rank: int, what: str) -> tuple[int, ...]:
    if len(values) == 1:
        values = (values[0],) * (rank + 2)
    found = tuple(values[start : start + rank])
    if len(values) != rank + 2 or any(value < 1 for value in found):
        raise ValueError(f"{what} is {list(values)}; expected {rank + 2} numbers from 1")
    return found


def _borders(
    space: Sequence[int],
    size: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    padding: str,
    explicit: Sequence[tuple[int, int]],
) -> tuple[tuple[int, int], ...]:
    if padding == "VALID":
        return ((0, 0),) * len(size)
    if padding == "EXPLICIT":
        if len(explicit) != len(size) or any(min(pair) < 0 for pair in explicit):
            raise ValueError(f"explicit_paddings has {list(explicit)} for the space")
        return tuple(explicit)
    if padding != "SAME":
        raise ValueError(f"the padding is {padding!r}; expected SAME, VALID or EXPLICIT")
    borders = []
    for side, k, step, rate in zip(space, size, strides, dilations, strict=True):
        total = max(0, (-(-side // step) - 1) * step + (k - 1) * rate + 1 - side)
        borders.append((total // 2, total - total // 2))
    return tuple(borders)


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
def conv2d_transpose(
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
    """The transposed convolution: what has `x` as its convolution's gradient, in the shape `sides`.

    Old files give the height and the width alone.
    """
    first = layout.startswith("NC")
    if first:
        x = np.moveaxis(x, 1, -1)
    wanted = wholes(sides)
    shape = [wanted[i] for i in (0, 2, 3, 1)] if first and len(wanted) == 4 else wanted
    shape = [len(x), *shape, kernel.shape[2]] if len(shape) == 2 else shape
    if shape[0] != len(x) or shape[3] != kernel.shape[2] or x.shape[3] != kernel.shape[3]:
        raise ValueError(f"the shape {shape} does not fit a kernel of {list(kernel.shape)}")
    # The geometry is that of the convolution which goes from the result to `x`.
    like = np.broadcast_to(np.zeros((), x.dtype), sized(shape))
    laid_out = np.moveaxis(like, -1, 1) if first else like
    _, window = window_over(
        laid_out, kernel.shape[:2], strides, dilations, padding, explicit, layout
    )
    columns = kernel.transpose(3, 0, 1, 2).reshape(kernel.shape[3], -1)
    whole = kernels.conv_transpose(
        x, kernels.Matrix(np.ascontiguousarray(columns)), *window.steps, kernel.shape[2]
    )
    result = np.zeros(shape, x.dtype)
    _place(whole, result, window.borders)
    return window.back(result)


def _place(whole: Array, result: Array, borders: Sequence[tuple[int, int]]) -> None:
    """Copy what lies inside of the borders; cells that no window reached stay 0."""
    source, target = [slice(None)], [slice(None)]
    for side, full, (before, _) in zip(result.shape[1:3], whole.shape[1:3], borders, strict=True):
        count = max(0, min(side, full - before))
        source.append(slice(before, before + count))
        target.append(slice(0, count))
    result[tuple(target)] = whole[tuple(source)]


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
    inner = _of_space(size, start, len(size) - 2, "ksize")
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
    inner = _of_space(size, 1, 2, "ksize")
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


@op("Dilation2D", strides=ints(), rates=ints(), padding=text())
def dilation2d(
    x: Array, kernel: Array, *, strides: Sequence[int], rates: Sequence[int], padding: str
) -> Array:
    """The largest of value and kernel together, in each window."""
    x, window = window_over(x, kernel.shape[:2], strides, rates, padding, (), "NHWC")
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    taps = kernels.taps(window.padded(x, lowest), *window.steps)
    return np.max([view + kernel[position] for position, view in taps], axis=0)
