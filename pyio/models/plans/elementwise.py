"""What is done to each number by itself: activations, and tensors that are combined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.kernel.rows import COMBINATIONS
from pyio.models.plans.activations import (
    ELU_ALPHA,
    LEAKY_RELU,
    activation_of,
    ending,
    softmax_of,
)
from pyio.models.plans.constants import Unplanned
from pyio.models.plans.step import IDENTITIES, own_name
from pyio.models.plans.table import emits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.plans.builder import Builder, Value
    from pyio.models.plans.step import Step


@emits(*IDENTITIES)
def identity(builder: Builder, step: Step, xs: list[Value]) -> Value:  # noqa: ARG001
    """Layers that act in training only."""
    return xs[0]


@emits("Activation", "ReLU", "ELU", "LeakyReLU")
def activation(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """An activation as a layer of its own."""
    layer: Any = step.layer
    (x,) = xs
    if softmax_of(layer):
        return shares(builder, x, log=softmax_of(layer) == "log_softmax")
    if own_name(layer) == "LeakyReLU":
        act, slope = LEAKY_RELU, float(layer.alpha)
    elif own_name(layer) == "ELU" and layer.alpha != 1:
        act, slope = ELU_ALPHA, float(layer.alpha)
    else:
        number = activation_of(layer)
        if number is None:
            raise Unplanned("an activation")
        act, slope = number, 0.0
    y = builder.value(*x.shape)
    builder.add("elementwise", x=x, y=y, count=x.size, act=act, slope=slope)
    return y


@emits("PReLU")
def prelu(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """A slope below 0 that is learned for each position."""
    layer: Any = step.layer
    (x,) = xs
    shape = x.shape
    slopes = builder.constant(
        ("slopes", shape[1:]), [layer.alpha], lambda alpha: repeated(alpha, shape)
    )
    return sloped(builder, x, slopes, slopes.array.size)


def repeated(slopes: Any, shape: Sequence[int]) -> Any:
    """Return the numbers that `slopes` repeats along a tensor of `shape`, as a vector.

    Its size is that of the last sides along which they differ, of the very last one at least.
    """
    wide = slopes.reshape(*[1] * (len(shape) - slopes.ndim), *slopes.shape)
    first = next((axis for axis, side in enumerate(wide.shape) if side != 1), len(shape))
    first = min(first, len(shape) - 1)
    return np.broadcast_to(wide[(0,) * first], tuple(shape[first:])).reshape(-1)


def sloped(builder: Builder, x: Value, slopes: Any, width: int, y: Value | None = None) -> Value:
    """Return `x` with each number below 0 times its slope; `width` slopes are repeated."""
    target = builder.value(*x.shape) if y is None else y
    builder.add("prelu", x=x, y=target, slopes=slopes, rows=x.size // width, width=width)
    return target


@emits("Softmax")
def softmax(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """Softmax along the last axis."""
    layer: Any = step.layer
    (x,) = xs
    if not isinstance(layer.axis, int) or layer.axis % len(x.shape) != len(x.shape) - 1:
        raise Unplanned("another axis")
    return shares(builder, x)


def shares(builder: Builder, x: Value, log: bool = False) -> Value:
    """Return exp(x), scaled so that it sums to 1 along the last axis, or the logarithm of that."""
    if len(x.shape) < 2:
        raise Unplanned("along the batch")
    y = builder.value(*x.shape)
    builder.add("softmax", x=x, y=y, rows=x.size // x.shape[-1], width=x.shape[-1], log=log)
    return y


_MERGES = {
    "Add": "add",
    "Subtract": "subtract",
    "Multiply": "multiply",
    "Average": "add",
    "Maximum": "maximum",
    "Minimum": "minimum",
}


@emits(*_MERGES)
def merge(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """Several tensors combined number by number, with sides of 1 repeated."""
    layer: Any = step.layer
    name = own_name(layer)
    step.made_mask = _joined_mask(builder, step)
    ndim = max(len(x.shape) for x in xs)
    aligned = [x.reshaped(x.shape[0], *[1] * (ndim - len(x.shape)), *x.shape[1:]).array for x in xs]
    total = aligned[0]
    for number, right in enumerate(aligned[1:], 2):
        last = number == len(xs)
        factor = 1 / len(xs) if last and name == "Average" else 1.0
        act = ending(step).act if last else 0
        y = combined(builder, _MERGES[name], total, right, act, factor)
        total = y.array
    return y


def _joined_mask(builder: Builder, step: Step) -> Value | None:
    """Return the mask of tensors that are combined, or None if all steps count."""
    layer: Any = step.layer
    masks = [each for each in step.masks if each is not None]
    if masks and layer.any_mask and own_name(layer) in ("Multiply", "Maximum", "Minimum"):
        raise Unplanned("steps that do not count have other numbers")
    if not masks or (layer.any_mask and len(masks) < len(step.masks)):
        return None
    if any(each.shape != masks[0].shape for each in masks):
        raise Unplanned("masks of several shapes")
    total: Value = masks[0]
    for each in masks[1:]:
        how = "maximum" if layer.any_mask else "minimum"
        total = combined(builder, how, total.array, each.array)
    return total


def combined(
    builder: Builder, how: str, a: Any, b: Any, act: int = 0, factor: float = 1.0
) -> Value:
    """Return a new tensor: `a` and `b` combined, times `factor`, activated."""
    sides = [max(one, other) for one, other in zip(a.shape, b.shape, strict=True)]
    y = builder.value(*sides)
    merged, steps = joined_sides(sides, [_steps(a.shape, sides), _steps(b.shape, sides)], 4)
    builder.add(
        "combine",
        a=a,
        b=b,
        y=y,
        how=COMBINATIONS.index(how),
        act=act,
        factor=factor,
        sides=merged,
        a_steps=steps[0],
        b_steps=steps[1],
    )
    return y


def _steps(shape: Sequence[int], sides: Sequence[int]) -> list[int]:
    """Return how far apart the values along each side are; 0 for a side of 1 that is repeated."""
    steps, step = [], 1
    for own, side in zip(reversed(shape), reversed(sides), strict=True):
        steps.append(0 if own == 1 and side != 1 else step)
        step *= own
    return steps[::-1]


def joined_sides(
    sides: Sequence[int], steps: Sequence[Sequence[int]], count: int
) -> tuple[list[int], list[list[int]]]:
    """Return fewer sides with the same values: those that lie one after another are joined.

    Args:
        sides: The sides.
        steps: For each array, how far apart the values along each side are.
        count: How many sides are wanted; sides of 1 are put in front.

    Raises Unplanned if more sides remain.
    """
    found: list[tuple[int, list[int]]] = []
    for number, side in enumerate(sides):
        own = [each[number] for each in steps]
        if side == 1:
            continue
        if found and found[-1][1] == [step * side for step in own]:
            found[-1] = found[-1][0] * side, own
        else:
            found.append((side, own))
    if len(found) > count:
        raise Unplanned("too many sides")
    found = [(1, [0] * len(steps))] * (count - len(found)) + found
    if found[-1][0] == 1:  # a step of 1 is copied fastest
        found[-1] = 1, [1] * len(steps)
    return [side for side, _ in found], [
        [own[number] for _, own in found] for number in range(len(steps))
    ]
