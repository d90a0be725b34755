"""The ops that the kernel knows: of single numbers, and what moves numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from pyio.kernel.rows import ACTIVATIONS
from pyio.models.graph_models.compiled.joining import with_activation, with_shift
from pyio.models.graph_models.compiled.table import Operation, emits
from pyio.models.plans.builder import Value
from pyio.models.plans.constants import Unplanned
from pyio.models.plans.elementwise import combined, repeated, shares, sloped
from pyio.models.plans.shaping import moved, steps_of

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


def number_of(name: str) -> int:
    """Return the kernel's number of an activation. Raises Unplanned for one that it lacks."""
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
    act = _LEAKY if "alpha" in o.attributes else number_of(name)
    if act != _LEAKY and with_activation(o, x, act):
        return x.reshaped(*o.shape)
    y = o.builder.value(*x.shape)
    o.builder.add("elementwise", x=x, y=y, count=x.size, act=act, slope=slope)
    return y


@emits("Prelu")
def prelu(o: Operation, name: str = "") -> Value:  # noqa: ARG001
    """A slope below 0 for each number."""
    x = o.value(0)
    if x.shape != o.shape:
        raise Unplanned("slopes that repeat the tensor")
    return below_zero(o, x, o.constant(1))


def below_zero(o: Operation, x: Value, slopes: Any, y: Value | None = None) -> Value:
    """Return `x` with its numbers below 0 times `slopes`, in `y` if that is given."""
    flat = o.builder.fixed(np.ascontiguousarray(repeated(plain(slopes), o.shape)))
    return sloped(o.builder, x, flat, flat.size, y)


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
    first, second = o.inputs
    constant = isinstance(first, Value) and not isinstance(second, Value)
    if constant and _HOW[name] == "add" and with_shift(o, first, second):
        return o.value(0).reshaped(*o.shape)
    arrays = [_array(o, each) for each in o.inputs]
    ndim = len(o.shape)
    one, two = (each.reshape(*[1] * (ndim - each.ndim), *each.shape) for each in arrays)
    return combined(o.builder, _HOW[name], one, two)


@emits("AddN", "AccumulateNV2")
def add_n(o: Operation, name: str = "") -> Value:  # noqa: ARG001
    """The sum of several tensors of one shape."""
    first, *rest = [_array(o, each) for each in o.inputs]
    if not rest or any(each.shape != o.shape for each in (first, *rest)):
        raise Unplanned("a single tensor, or other shapes")
    found = combined(o.builder, "add", first, rest[0])
    for each in rest[1:]:
        before, found = found, combined(o.builder, "add", found.array, each)
        o.builder.free_unused(before.memory)
    return found


def _array(o: Operation, given: Any) -> Any:
    return given.array if isinstance(given, Value) else o.builder.fixed(plain(given))


def plain(array: Any) -> Any:
    """Return a constant as rows want it. Raises Unplanned for another dtype."""
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
