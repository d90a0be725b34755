"""What gives the same numbers another shape or place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.models.plans.constants import Unplanned
from pyio.models.plans.elementwise import joined_sides
from pyio.models.plans.resizing import resized
from pyio.models.plans.table import emits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.plans.builder import Builder, Value
    from pyio.models.plans.step import Step


def steps_of(shape: Sequence[int]) -> list[int]:
    """Return how far apart the values along each side of a contiguous array are."""
    steps = [1]
    for side in reversed(shape[1:]):
        steps.append(steps[-1] * side)
    return steps[::-1]


def moved(
    builder: Builder,
    x: Any,
    y: Any,
    sides: Sequence[int],
    x_steps: Sequence[int],
    y_steps: Sequence[int],
) -> None:
    """Copy the values at `x` to `y`, both with their own steps."""
    merged, steps = joined_sides(sides, [x_steps, y_steps], 6)
    builder.add("move", x=x, y=y, sides=merged, x_steps=steps[0], y_steps=steps[1])


@emits("Flatten", "Reshape")
def reshape(builder: Builder, step: Step, xs: list[Value]) -> Value:  # noqa: ARG001
    """The same memory with another shape."""
    layer: Any = step.layer
    (x,) = xs
    if getattr(layer, "data_format", None) == "channels_first":
        raise Unplanned("channels first")
    after = layer.compute_output_shape(x.shape)
    return x.reshaped(*after)


@emits("Permute")
def permute(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """The axes in another order."""
    layer: Any = step.layer
    (x,) = xs
    order = [0, *layer.dims]
    steps = steps_of(x.shape)
    y = builder.value(*(x.shape[axis] for axis in order))
    moved(builder, x, y, y.shape, [steps[axis] for axis in order], steps_of(y.shape))
    return y


@emits("RepeatVector")
def repeat_vector(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """A vector several times."""
    layer: Any = step.layer
    (x,) = xs
    y = builder.value(x.shape[0], layer.n, x.shape[1])
    moved(builder, x, y, y.shape, [x.shape[1], 0, 1], steps_of(y.shape))
    return y


@emits("Concatenate")
def concatenate(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """Tensors one after another along an axis."""
    layer: Any = step.layer
    axis = layer.axis % len(xs[0].shape)
    if axis == 0:
        raise Unplanned("along the batch")
    sides = list(xs[0].shape)
    sides[axis] = sum(x.shape[axis] for x in xs)
    y = builder.value(*sides)
    steps, start = steps_of(y.shape), 0
    flat = y.array.reshape(-1)
    for x in xs:
        moved(builder, x, flat[start:], x.shape, steps_of(x.shape), steps)
        start += x.shape[axis] * steps[axis]
    return y


@emits("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D")
def zero_padding(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """A border of 0."""
    layer: Any = step.layer
    (x,) = xs
    widths = _all_sides(layer, x, layer.padding)
    sides = [side + sum(width) for side, width in zip(x.shape, widths, strict=True)]
    y = builder.value(*sides)
    steps = steps_of(y.shape)
    start = sum(step * before for step, (before, _) in zip(steps, widths, strict=True))
    builder.add("fill", y=y, count=y.size)
    moved(builder, x, y.array.reshape(-1)[start:], x.shape, steps_of(x.shape), steps)
    return y


@emits("Cropping1D", "Cropping2D", "Cropping3D")
def cropping(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """The part inside of borders."""
    layer: Any = step.layer
    (x,) = xs
    widths = _all_sides(layer, x, layer.cropping)
    sides = [side - sum(width) for side, width in zip(x.shape, widths, strict=True)]
    if min(sides) < 1:
        raise Unplanned("nothing is left")
    y = builder.value(*sides)
    steps = steps_of(x.shape)
    start = sum(step * before for step, (before, _) in zip(steps, widths, strict=True))
    moved(builder, x.array.reshape(-1)[start:], y, sides, steps, steps_of(y.shape))
    return y


def _all_sides(layer: Any, x: Value, widths: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Return the borders of all sides; only those of the space have one."""
    first = 2 if layer.data_format == "channels_first" else 1
    found = [(0, 0)] * len(x.shape)
    for axis, (before, after) in enumerate(widths, first):
        found[axis] = before, after
    return found


@emits("UpSampling1D", "UpSampling2D", "UpSampling3D")
def up_sampling(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """Each value several times along the sides of the space."""
    layer: Any = step.layer
    (x,) = xs
    if getattr(layer, "interpolation", "nearest") != "nearest":
        if layer.data_format == "channels_first":
            raise Unplanned("channels first")
        sides = x.shape[1] * layer.size[0], x.shape[2] * layer.size[1]
        return resized(builder, x, sides, "bilinear", middles=layer.half_pixels)
    size = layer.size if isinstance(layer.size, list) else [layer.size]
    first = 2 if getattr(layer, "data_format", None) == "channels_first" else 1
    factors = [1] * len(x.shape)
    factors[first : first + len(size)] = size
    y = builder.value(*(side * factor for side, factor in zip(x.shape, factors, strict=True)))
    # Each side becomes two: the values, and how often each is repeated.
    repeated, x_steps, y_steps = list[int](), list[int](), list[int]()
    for side, factor, own, new in zip(
        x.shape, factors, steps_of(x.shape), steps_of(y.shape), strict=True
    ):
        repeated += [side, factor]
        x_steps += [own, 0]
        y_steps += [new * factor, new]
    moved(builder, x, y, repeated, x_steps, y_steps)
    return y
