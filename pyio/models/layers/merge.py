"""Layers that combine several tensors into one."""

from __future__ import annotations

from functools import reduce
from string import ascii_lowercase
from typing import Any, ClassVar, cast

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.core.layer import Array, Layer, Mask
from pyio.models.core.options import any_whole, axes, flag, keras_option, option
from pyio.models.core.shapes import Shape, Shapes, as_list, broadcast, normal_axis, without
from pyio.models.ops import kernels
from pyio.models.ops.activations import l2_normalized


class Merge(Layer):
    """Two or more inputs, combined position by position; sides of 1 are repeated.

    An input with fewer dimensions than another gets sides of 1 behind the batch.

    Args:
        any_mask: Whether a step counts if it does in one of the inputs, and all steps if an input
            has no mask, as in Keras 3. Otherwise it counts if it does in all inputs with a mask,
            as in Keras 2 and TensorFlow.js. It is set for models that Keras 3 wrote.
    """

    supports_masking = True
    combine: ClassVar[Any]

    any_mask: bool = keras_option(False, flag)

    def build(self, shape: Shapes) -> None:
        """Raise InvalidModelError for a single input."""
        if len(as_list(shape)) < 2:
            raise InvalidModelError(
                f"{self.class_name} {self.name!r} takes a list of two or more inputs, got one"
            )

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape that all inputs broadcast to, or raise InvalidModelError."""
        shapes = as_list(shape)
        what = f"{self.class_name} {self.name!r}"
        batches = {sides[0] for sides in shapes if sides[0] is not None}
        if len(batches) > 1:
            raise InvalidModelError(f"{what} has inputs with different batch sizes, {shapes}")
        sides = reduce(lambda a, b: broadcast(a, b, what), [each[1:] for each in shapes])
        return (batches.pop() if batches else None, *sides)

    def call(self, x: list[Array]) -> Array:
        """Return the combined inputs."""
        ndim = max(each.ndim for each in x)
        aligned = [
            each.reshape(each.shape[0], *[1] * (ndim - each.ndim), *each.shape[1:]) for each in x
        ]
        return reduce(type(self).combine, aligned)

    def compute_mask(self, x: list[Array], mask: Any) -> Mask:  # noqa: ARG002
        """Return the steps that count, by all masks or by any of them."""
        if self.any_mask:
            return None if any(m is None for m in mask) else reduce(np.logical_or, mask)
        masks = [each for each in mask if each is not None]
        return cast("Mask", reduce(np.logical_and, masks)) if masks else None


class Add(Merge):
    """The sum of the inputs."""

    combine = np.add


class Subtract(Merge):
    """The first input without the second: exactly two of them. Only Keras has it."""

    combine = np.subtract

    def build(self, shape: Shapes) -> None:
        """Raise InvalidModelError unless there are two inputs."""
        if len(as_list(shape)) != 2:
            raise InvalidModelError(f"Subtract {self.name!r} takes a list of exactly 2 inputs")


class Multiply(Merge):
    """The product of the inputs."""

    combine = np.multiply

    def call(self, x: list[Array], mask: Any = None) -> Array:
        """Return the product. With `any_mask`, steps that do not count are 1, or 0 if none does."""
        if not self.any_mask or mask is None:
            return super().call(x)
        marks: list[Any] = [None if each is None else each[..., None] for each in mask]
        seen = [
            each if mark is None else np.where(mark, each, np.ones((), each.dtype))
            for each, mark in zip(x, marks, strict=True)
        ]
        product = super().call(seen)
        if any(mark is None for mark in marks):
            return product
        counts: Any = reduce(np.logical_or, marks)
        return np.where(counts, product, np.zeros((), product.dtype))


class Average(Merge):
    """The mean of the inputs."""

    combine = np.add

    def call(self, x: list[Array]) -> Array:
        """Return the mean."""
        return super().call(x) * np.float32(1 / len(x))


class _Extreme(Merge):
    """What `Maximum` and `Minimum` share: with `any_mask`, inputs count where their masks say so.

    Where one input counts and the other does not, it is the result; where none does, the first is.
    The formula is that of Keras 3.15, ``merging/base_merge.py``.
    """

    def call(self, x: list[Array], mask: Any = None) -> Array:
        """Return the largest or smallest of the inputs."""
        if not self.any_mask or mask is None:
            return super().call(x)
        marks = [None if each is None else each[..., None] for each in mask]
        total, counts = x[0], marks[0]
        for each, mark in zip(x[1:], marks[1:], strict=True):
            right = each if mark is None else np.where(mark, each, total)
            left = total if counts is None else np.where(counts, total, right)
            counts = None if counts is None or mark is None else counts | mark
            total = type(self).combine(left, right)
        return total


class Maximum(_Extreme):
    """The largest of the inputs at each position."""

    combine = np.maximum


class Minimum(_Extreme):
    """The smallest of the inputs at each position."""

    combine = np.minimum


class Concatenate(Merge):
    """The inputs one after another along an axis.

    Args:
        axis: The axis; the last unless given.
    """

    positional = ("axis",)

    axis: int = option(-1, any_whole)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape with the sides along the axis added up."""
        shapes = as_list(shape)
        what = f"Concatenate {self.name!r}"
        axis = normal_axis(self.axis, len(shapes[0]), what)
        rests = {without(sides, axis)[1:] for sides in shapes}
        if len({len(sides) for sides in shapes}) > 1 or not _agree(rests):
            raise InvalidModelError(
                f"{what} takes inputs of the same shape but for axis {axis}, got "
                f"{[list(sides) for sides in shapes]}"
            )
        along = [sides[axis] for sides in shapes]
        total = None if None in along else sum(cast("list[int]", along))
        return (*shapes[0][:axis], total, *shapes[0][axis + 1 :])

    def call(self, x: list[Array]) -> Array:
        """Return the joined inputs."""
        return np.concatenate(x, axis=self.axis)

    def compute_mask(self, x: list[Array], mask: Any) -> Mask:
        """Return the joined masks; all steps of an input without a mask count."""
        if all(each is None for each in mask):
            return None
        axis = self.axis % x[0].ndim
        steps = mask[next(i for i, each in enumerate(mask) if each is not None)].ndim
        full = [
            np.ones(value.shape[:steps], np.bool_) if each is None else each
            for value, each in zip(x, mask, strict=True)
        ]
        if axis < steps:
            return cast("Mask", np.concatenate(full, axis=axis))
        joined = np.logical_or if self.any_mask else np.logical_and
        return cast("Mask", reduce(joined, full))


class Dot(Merge):
    """The products of two inputs, summed along one axis of each, example by example.

    Args:
        axes: The axis of both, or one for each; the batch is axis 0 and cannot be summed.
        normalize: Whether both are scaled to length 1 along their axis first; the results are
            cosines then.
    """

    positional = ("axes",)

    axes: int | list[int] = option(check=axes)
    normalize: bool = option(False, flag)

    def build(self, shape: Shapes) -> None:
        """Check that the two axes go together."""
        shapes = as_list(shape)
        if len(shapes) != 2:
            raise InvalidModelError(f"Dot {self.name!r} takes exactly 2 inputs, got {len(shapes)}")
        first, second = self._pair(len(shapes[0]), len(shapes[1]))
        sides = shapes[0][first], shapes[1][second]
        if None not in sides and sides[0] != sides[1]:
            raise InvalidModelError(
                f"Dot {self.name!r} sums along sides of {sides[0]} and {sides[1]} (axes {first} "
                f"and {second}); they have to be the same"
            )

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the sides of both shapes that are not summed, the batch once."""
        one, two = as_list(shape)
        first, second = self._pair(len(one), len(two))
        sides = (*without(one, first), *without(two, second)[1:])
        return sides if len(sides) > 1 else (*sides, 1)

    def call(self, x: list[Array]) -> Array:
        """Return the sums of products."""
        one, two = x
        first, second = self._pair(one.ndim, two.ndim)
        if self.normalize:
            one, two = l2_normalized(one, first), l2_normalized(two, second)
        # The letters of einsum: those of the batch and of the summed axes are the same in both.
        left, right = list(ascii_lowercase[: one.ndim]), list(ascii_lowercase[-two.ndim :])
        right[0], right[second] = left[0], left[first]
        rest = [*without(left, first), *without(right, second)[1:]]  # type: ignore[arg-type]
        y = kernels.einsum(f"{''.join(left)},{''.join(right)}->{''.join(rest)}", one, two)  # type: ignore[arg-type]
        sums: Array = y if y.ndim > 1 else y[:, None]
        return sums

    def compute_mask(self, x: list[Array], mask: Any) -> Mask:  # noqa: ARG002
        """Return None."""
        return None

    def _pair(self, ndim_one: int, ndim_two: int) -> tuple[int, int]:
        given = self.axes if isinstance(self.axes, list) else [self.axes] * 2
        what = f"Dot {self.name!r}"
        if len(given) != 2:
            raise InvalidModelError(f"{what} has axes {given}; expected one or two")
        pair = normal_axis(given[0], ndim_one, what), normal_axis(given[1], ndim_two, what)
        if 0 in pair:
            raise InvalidModelError(f"{what} has axes {given}; axis 0 is the batch")
        return pair


def _agree(shapes: set[Shape]) -> bool:
    """Whether the shapes are the same wherever they are known."""
    return all(
        len({side for side in column if side is not None}) < 2
        for column in zip(*shapes, strict=False)
    )
