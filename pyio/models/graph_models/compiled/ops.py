"""The ops that the kernel knows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.kernel.rows import ACTIVATIONS
from pyio.models.graph_models.compiled.table import Fixed, Operation, emits
from pyio.models.graph_models.ops.windows import of_space, window_over
from pyio.models.plans.builder import Value
from pyio.models.plans.constants import Unplanned
from pyio.models.plans.elementwise import combined, shares
from pyio.models.plans.shaping import moved, steps_of
from pyio.models.plans.windows import Window, images_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_BY_OP = {
    "Relu": "relu",
    "Relu6": "relu6",
    "Elu": "elu",
    "Selu": "selu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Exp": "exponential",
}
_LEAKY = ACTIVATIONS.index("leaky_relu")


def _number(name: str) -> int:
    if name == "Linear":
        return 0
    if name not in _BY_OP:
        raise Unplanned(name)
    return ACTIVATIONS.index(_BY_OP[name])


@emits(*_BY_OP, "LeakyRelu")
def activation(o: Operation, name: str = "") -> Value:
    """A function of each number."""
    x = o.value(0)
    slope = float(o.attributes.get("alpha", 0.0))
    act = _LEAKY if "alpha" in o.attributes else _number(name)
    y = o.builder.value(*x.shape)
    o.builder.add("elementwise", x=x, y=y, count=x.size, act=act, slope=slope)
    return y


@emits("Softmax", "LogSoftmax")
def softmax(o: Operation, name: str = "") -> Value:
    """exp(x), scaled so that the last side sums to 1, or the logarithm of that."""
    return shares(o.builder, o.value(0), log=name == "LogSoftmax")


_HOW = {
    "Add": "add",
    "AddV2": "add",
    "BiasAdd": "add",
    "Sub": "subtract",
    "Mul": "multiply",
    "Maximum": "maximum",
    "Minimum": "minimum",
}


@emits(*_HOW)
def arithmetic(o: Operation, name: str = "") -> Value:
    """Two tensors combined number by number; sides of 1 are repeated."""
    if o.attributes.get("layout", "NHWC").startswith("NC"):
        raise Unplanned("channels first")
    arrays = [
        each.array if isinstance(each, Value) else o.builder.fixed(_plain(each))
        for each in o.inputs
    ]
    ndim = len(o.shape)
    one, two = (each.reshape(*[1] * (ndim - each.ndim), *each.shape) for each in arrays)
    return combined(o.builder, _HOW[name], one, two)


def _plain(array: Any) -> Any:
    if array.dtype != np.float32 or not array.size:
        raise Unplanned(f"a constant of {array.dtype}")
    return np.ascontiguousarray(array)


@emits("Reshape", "Squeeze", "ExpandDims", "Identity", "StopGradient", "Snapshot")
def reshape(o: Operation, name: str = "") -> Value:  # noqa: ARG001
    """The same memory with another shape."""
    return o.value(0).reshaped(*o.shape)


@emits("Transpose")
def transpose(o: Operation, name: str = "") -> Value:  # noqa: ARG001
    """The sides in another order."""
    x, order = o.value(0), [int(axis) % len(o.shape) for axis in o.constant(1)]
    steps = steps_of(x.shape)
    y = o.builder.value(*o.shape)
    moved(o.builder, x, y, y.shape, [steps[axis] for axis in order], steps_of(y.shape))
    return y


@emits("Pad", "PadV2")
def pad(o: Operation, name: str = "") -> Value:
    """A border of one value."""
    x, widths = o.value(0), o.constant(1)
    value = o.attributes.get("constant", 0.0)
    if name == "PadV2":
        value = o.constant(2).reshape(-1)[0]
    y = o.builder.value(*o.shape)
    steps = steps_of(y.shape)
    start = sum(step * int(before) for step, (before, _) in zip(steps, widths, strict=True))
    o.builder.add("fill", y=y, count=y.size, value=float(value))
    target = y.array.reshape(-1)[start:]
    moved(o.builder, x, target, x.shape, steps_of(x.shape), steps)
    return y


@emits("ConcatV2")
def concat(o: Operation, name: str = "") -> Value:  # noqa: ARG001
    """Tensors one after another along an axis."""
    axis = int(o.constant(-1).reshape(-1)[0]) % len(o.shape)
    y = o.builder.value(*o.shape)
    steps, flat, start = steps_of(y.shape), y.array.reshape(-1), 0
    for number in range(len(o.inputs) - 1):
        x = o.value(number)
        moved(o.builder, x, flat[start:], x.shape, steps_of(x.shape), steps)
        start += x.shape[axis] * steps[axis]
    return y


# ---------------------------------------------------------------- windows


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

    Raises Unplanned for ops that do not fit this.
    """

    def __init__(self, o: Operation, first: int) -> None:
        self.factor: Any = None
        self.shift: Any = None
        self.act = 0
        names, at = list(o.attributes.get("fused_ops", ())), first
        for name in names:
            if self.act:
                raise Unplanned("more than an activation")
            if name == "BiasAdd" and self.shift is None:
                self.shift = _plain(o.constant(at)).reshape(-1)
                at += 1
            elif name == "FusedBatchNorm" and self.shift is None:
                scale, offset, mean, variance = (o.constant(at + n) for n in range(4))
                self.factor = scale / np.sqrt(variance + np.float32(o.attributes["epsilon"]))
                self.shift = offset - mean * self.factor
                at += 4
            else:
                self.act = _number(name)
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

    def scaled(self, matrix: Any) -> Any:
        """Return a matrix with its columns scaled."""
        return matrix if self.factor is None else matrix * self.factor


def _panels(o: Operation, weights: Any, columns: slice, end: _End, turned: bool = False) -> Any:
    def matrix(value: Any) -> Any:
        rows = value.T if turned else value.reshape(-1, value.shape[-1])
        return end.scaled(rows)[:, columns]

    return o.builder.panels("of a graph", [Fixed(_plain(weights))], matrix)  # type: ignore[list-item]


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
    plain = window.size == window.strides == (1, 1) and window.sides == window.after
    for group in range(groups):
        panels = _panels(o, kernel, slice(group * out, (group + 1) * out), end)
        if plain and groups == 1:
            _product(o, x, panels, y, bias, end.act)
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
    return y


def _product(o: Operation, x: Value, panels: Any, y: Value, bias: Any, act: int) -> None:
    inner, columns = x.shape[-1], y.shape[-1]
    o.builder.add(
        "gemm",
        x=x,
        x_row=inner,
        panels=panels,
        y=y,
        y_row=columns,
        rows=x.size // inner,
        inner=inner,
        columns=columns,
        bias=bias,
        act=act,
    )


@emits("DepthwiseConv2dNative", "DepthwiseConv2d", "FusedDepthwiseConv2dNative")
def depthwise(o: Operation, name: str = "") -> Value:  # noqa: ARG001
    """A convolution of each channel of images, and what follows it."""
    x, kernel = o.value(0), o.constant(1)
    window, end = _window(o, x, kernel.shape[:2]), _End(o, 2)
    channels, multiplier = kernel.shape[2:]
    if channels != x.shape[-1]:
        raise Unplanned("channels")
    filters = end.scaled(_plain(kernel).reshape(*kernel.shape[:2], -1))
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
    return y


@emits("MatMul", "_FusedMatMul")
def matmul(o: Operation, name: str = "") -> Value:  # noqa: ARG001
    """A product with a weight, and what follows it."""
    x, weights = o.value(0), o.constant(1)
    if o.attributes["transpose_a"] or len(x.shape) != 2 or weights.ndim != 2:
        raise Unplanned("turned over")
    end, turned = _End(o, 2), o.attributes["transpose_b"]
    y = o.builder.value(*o.shape)
    _product(o, x, _panels(o, weights, slice(None), end, turned), y, end.bias(o), end.act)
    return y


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


@emits("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
def batch_norm(o: Operation, name: str = "") -> Value:  # noqa: ARG001
    """A factor and a shift for each channel."""
    given = o.attributes
    if given["training"] or given["layout"].startswith("NC"):
        raise Unplanned("training, or channels first")
    x = o.value(0)
    scale, offset, mean, variance = (o.constant(n) for n in range(1, 5))
    factor = scale / np.sqrt(variance + np.float32(given["epsilon"]))
    shift = offset - mean * factor
    if not (np.isfinite(factor).all() and np.isfinite(shift).all()):
        raise Unplanned("numbers that are not finite")
    y = o.builder.value(*o.shape)
    o.builder.add(
        "affine",
        x=x,
        y=y,
        rows=x.size // x.shape[-1],
        channels=x.shape[-1],
        scale=o.builder.fixed(np.ascontiguousarray(factor, np.float32)),
        shift=o.builder.fixed(np.ascontiguousarray(shift, np.float32)),
    )
    return y
