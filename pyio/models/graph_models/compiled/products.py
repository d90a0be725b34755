"""The ops that the kernel knows: products, and what moves windows over images."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.graph_models.compiled.ops import below_zero, number_of, plain
from pyio.models.graph_models.compiled.table import Fixed, Operation, emits
from pyio.models.graph_models.ops.windows import of_space, window_over
from pyio.models.ops.resizing import blended_pixels, nearest_pixels
from pyio.models.plans.constants import Unplanned
from pyio.models.plans.resizing import blended, picked
from pyio.models.plans.windows import Window, images_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.plans.builder import Value


def _window(o: Operation, x: Value, size: Sequence[int]) -> Window:
    """Return the windows of a convolution or pooling of images."""
    given = o.attributes
    layout, dilations = given["layout"], given.get("dilations", ())
    if len(x.shape) != 4 or layout.startswith("NC"):
        raise Unplanned("channels first")
    like = np.broadcast_to(np.float32(0), x.shape)
    rest = given["strides"], dilations, given["padding"], given["explicit"]
    _, found = window_over(like, size, *rest, layout)
    height, width = found.size
    return Window(
        (height, width),
        (found.strides[0], found.strides[1]),
        (found.dilations[0], found.dilations[1]),
        (found.borders[0][0], found.borders[1][0]),
        (x.shape[1], x.shape[2]),
        (o.shape[1], o.shape[2]),
    )


class _End:
    """What the fused ops of a product add to it: a factor for each column, a shift, an activation.

    `finish` adds the activations that have numbers of their own. Raises Unplanned for ops that do
    not fit this.
    """

    def __init__(self, o: Operation, first: int) -> None:
        self.factor: Any = None
        self.shift: Any = None
        self.act = 0
        self.slopes: Any = None
        names, at = list(o.attributes.get("fused_ops", ())), first
        for name in names:
            if self.act or self.slopes is not None:
                raise Unplanned("more than an activation")
            if name == "BiasAdd" and self.shift is None:
                self.shift = plain(o.constant(at)).reshape(-1)
                at += 1
            elif name == "FusedBatchNorm" and self.shift is None:
                scale, offset, mean, variance = (o.constant(at + n) for n in range(4))
                self.factor = scale / np.sqrt(variance + np.float32(o.attributes["epsilon"]))
                self.shift = offset - mean * self.factor
                at += 4
            elif name == "Prelu":
                self.slopes = o.constant(at)
            elif name == "LeakyRelu":
                self.slopes = np.full(1, o.attributes["alpha"], np.float32)
            else:
                self.act = number_of(name)
        for each in (self.factor, self.shift):
            if each is not None and not np.isfinite(each).all():
                raise Unplanned("numbers that are not finite")

    def bias(self, o: Operation) -> Any:
        """Return the shift, kept as long as the plan."""
        if self.shift is None:
            return None
        if self.shift.size != o.shape[-1]:
            raise Unplanned("a bias of another size")
        return o.builder.fixed(np.ascontiguousarray(self.shift, np.float32))

    def finish(self, o: Operation, y: Value) -> Value:
        """Return the result of the product, with slopes below 0 if it has some."""
        return y if self.slopes is None else below_zero(o, y, self.slopes, y)

    def scaled(self, matrix: Any) -> Any:
        """Return a matrix with its columns scaled."""
        return matrix if self.factor is None else matrix * self.factor


def _panels(o: Operation, weights: Any, columns: slice, end: _End, turned: bool = False) -> Any:
    def matrix(value: Any) -> Any:
        rows = value.T if turned else value.reshape(-1, value.shape[-1])
        return end.scaled(rows)[:, columns]

    return o.builder.panels("of a graph", [Fixed(plain(weights))], matrix)  # type: ignore[list-item]


@emits("Conv2D", "_FusedConv2D")
def conv(o: Operation, name: str = "") -> Value:  # noqa: ARG001
    """A convolution of images, and what follows it."""
    x, kernel = o.value(0), o.constant(1)
    window, end = _window(o, x, kernel.shape[:2]), _End(o, 2)
    channels, filters = x.shape[-1], kernel.shape[-1]
    each = kernel.shape[2]
    groups = channels // each
    if groups * each != channels or filters % groups:
        raise Unplanned("groups")
    y, bias = o.builder.value(*o.shape), end.bias(o)
    out, inner = filters // groups, math.prod(window.size) * each
    single = window.size == window.strides == (1, 1) and window.sides == window.after
    for group in range(groups):
        panels = _panels(o, kernel, slice(group * out, (group + 1) * out), end)
        if single and groups == 1:
            o.builder.product(x, panels, y, bias, end.act)
            break
        o.builder.add(
            "conv",
            x=x.array.reshape(-1)[group * each :],
            y=y.array.reshape(-1)[group * out :],
            panels=panels,
            bias=None if bias is None else bias[group * out :],
            scratch=o.builder.scratch(max(1 << 14, 8 * inner)),
            channels=each,
            x_channels=channels,
            filters=out,
            y_channels=filters,
            act=end.act,
            **images_of(x, window),
            **window.fields(),
        )
    return end.finish(o, y)


@emits("DepthwiseConv2dNative", "DepthwiseConv2d", "FusedDepthwiseConv2dNative")
def depthwise(o: Operation, name: str = "") -> Value:  # noqa: ARG001
    """A convolution of each channel of images, and what follows it."""
    x, kernel = o.value(0), o.constant(1)
    window, end = _window(o, x, kernel.shape[:2]), _End(o, 2)
    channels, multiplier = kernel.shape[2:]
    if channels != x.shape[-1]:
        raise Unplanned("channels")
    filters = end.scaled(plain(kernel).reshape(*kernel.shape[:2], -1))
    y = o.builder.value(*o.shape)
    o.builder.add(
        "depthwise",
        x=x,
        y=y,
        kernel=o.builder.fixed(np.ascontiguousarray(filters, np.float32)),
        bias=end.bias(o),
        channels=channels,
        multiplier=multiplier,
        act=end.act,
        **images_of(x, window),
        **window.fields(),
    )
    return end.finish(o, y)


@emits("MatMul", "_FusedMatMul")
def matmul(o: Operation, name: str = "") -> Value:  # noqa: ARG001
    """A product with a weight, and what follows it."""
    x, weights = o.value(0), o.constant(1)
    if o.attributes["transpose_a"] or len(x.shape) != 2 or weights.ndim != 2:
        raise Unplanned("turned over")
    end, turned = _End(o, 2), o.attributes["transpose_b"]
    y = o.builder.value(*o.shape)
    o.builder.product(x, _panels(o, weights, slice(None), end, turned), y, end.bias(o), end.act)
    return end.finish(o, y)


@emits("ResizeBilinear", "ResizeNearestNeighbor")
def resize(o: Operation, name: str = "") -> Value:
    """Images in another size; places are computed in single precision, as TensorFlow does."""
    x, (height, width) = o.value(0), (int(side) for side in o.constant(1).reshape(-1))
    how = o.attributes["align_corners"], o.attributes["half_pixel_centers"], np.float32
    if name == "ResizeBilinear":
        return blended(
            o.builder, x, (height, width), lambda old, new: blended_pixels(old, new, *how)
        )
    return picked(o.builder, x, (height, width), lambda old, new: nearest_pixels(old, new, *how))


@emits("MaxPool", "AvgPool")
def pool(o: Operation, name: str = "") -> Value:
    """The largest or the mean value of windows."""
    x, size = o.value(0), o.attributes["size"]
    if len(size) != 4 or size[0] != 1 or size[3] != 1:
        raise Unplanned("a window over examples or channels")
    return _pooled(o, x, _window(o, x, of_space(size, 1, 2, "ksize")), mean=name == "AvgPool")


@emits("Mean", "Max")
def reduced(o: Operation, name: str = "") -> Value:
    """The mean or largest value of each channel."""
    x = o.value(0)
    axes = sorted(int(axis) % len(x.shape) for axis in o.constant(1).reshape(-1))
    if not axes or axes != list(range(1, len(x.shape) - 1)):
        raise Unplanned("other axes")
    places = math.prod(x.shape[1:-1])
    window = Window((1, places), (1, 1), (1, 1), (0, 0), (1, places), (1, 1))
    return _pooled(o, x, window, mean=name == "Mean")


def _pooled(o: Operation, x: Value, window: Window, mean: bool) -> Value:
    y = o.builder.value(*o.shape)
    o.builder.add(
        "pool",
        x=x,
        y=y,
        channels=x.shape[-1],
        mean=mean,
        **images_of(x, window),
        **window.fields(),
    )
    return y
