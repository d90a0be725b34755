"""Shapes and how layers change them: tuples, with None for each side that is not known yet."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

from pyio.errors import InvalidModelError
from pyio.limits import LAYER_SIDE
from pyio.models.core.options import dimensions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Shape: TypeAlias = "tuple[int | None, ...]"
"""The sides of a tensor, the batch first; None for a side that only the data has."""

Shapes: TypeAlias = "Shape | list[Shape]"
"""The shape of one tensor (a tuple), or those of several (a list of tuples)."""


def shape_of(value: Any, what: str) -> Shape:
    """Return `value`, a list of sides, as a shape. Raises InvalidModelError naming `what`."""
    try:
        return tuple(dimensions(value))
    except ValueError as error:
        raise InvalidModelError(
            f"{what} is {value!r:.200}; expected {error}, with None for an unknown side"
        ) from error


def check_size(shape: Shape, what: str) -> Shape:
    """Return `shape` if one example of it can exist. Raises InvalidModelError naming `what`.

    A damaged topology can ask for any size, so this comes before any allocation.
    """
    elements = math.prod(side for side in shape if side is not None)
    if elements > LAYER_SIDE or any(side is not None and side < 0 for side in shape):
        raise InvalidModelError(
            f"{what} has the shape {list(shape)}; every side must be 0 or more and one example "
            f"at most {LAYER_SIDE:,} elements"
        )
    return shape


def as_list(shapes: Shapes) -> list[Shape]:
    """Return the shapes of one or several tensors as a list."""
    return shapes if isinstance(shapes, list) else [shapes]


def only(shapes: Shapes, what: str) -> Shape:
    """Return the shape of the only input. Raises InvalidModelError if there are several."""
    if isinstance(shapes, list):
        if len(shapes) != 1:
            raise InvalidModelError(f"{what} takes one input, got {len(shapes)}")
        return shapes[0]
    return shapes


def known(side: int | None, what: str) -> int:
    """Return a side that must be known. Raises InvalidModelError naming `what`."""
    if side is None:
        raise InvalidModelError(
            f"{what} is not known (None), but the weights depend on it; give the input a shape "
            "that contains it"
        )
    return side


def normal_axis(axis: int, ndim: int, what: str) -> int:
    """Return `axis` counted from the front. Raises InvalidModelError when it does not exist."""
    if not -ndim <= axis < ndim:
        raise InvalidModelError(f"{what} has axis {axis}, but its input has {ndim} dimensions")
    return axis % ndim


def conv_side(
    side: int | None, kernel: int, padding: str, stride: int, dilation: int = 1
) -> int | None:
    """Return the side after a convolution or pooling."""
    if side is None:
        return None
    reach = kernel + (kernel - 1) * (dilation - 1)  # from the first to the last value of a window
    length = side - reach + 1 if padding == "valid" else side
    return (length + stride - 1) // stride


def deconv_side(side: int | None, kernel: int, padding: str, stride: int) -> int | None:
    """Return the side after a transposed convolution."""
    if side is None:
        return None
    return side * stride + (max(kernel - stride, 0) if padding == "valid" else 0)


def product(sides: Iterable[int | None]) -> int | None:
    """Return the product of `sides`, or None when one of them is not known."""
    total = 1
    for side in sides:
        if side is None:
            return None
        total *= side
    return total


def scaled(side: int | None, factor: int) -> int | None:
    """Return ``side * factor``, or None when the side is not known."""
    return None if side is None else side * factor


def broadcast(first: Shape, second: Shape, what: str) -> Shape:
    """Return the shape that two shapes broadcast to. Raises InvalidModelError if they do not."""
    if len(first) < len(second):
        first, second = second, first
    sides = list(first[: len(first) - len(second)])
    for a, b in zip(first[len(sides) :], second, strict=True):
        if a is None or b is None:
            sides.append(None)
        elif a == b or 1 in (a, b):
            sides.append(max(a, b) if 0 not in (a, b) else 0)  # an empty side stays empty
        else:
            raise InvalidModelError(
                f"{what} cannot combine the shapes {list(first)} and {list(second)}"
            )
    return tuple(sides)


def text_of(shapes: Shapes | None) -> str:
    """Return shapes as a summary shows them: (None, 10)."""
    if shapes is None:
        return "?"
    if isinstance(shapes, list):
        return ", ".join(map(text_of, shapes))
    return str(tuple(shapes))


def without(shape: Sequence[int | None], axis: int) -> Shape:
    """Return `shape` without the side at `axis`."""
    return tuple(shape[:axis]) + tuple(shape[axis + 1 :])
