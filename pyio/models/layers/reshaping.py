"""Layers that give the same values another shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import DATA_FORMAT, OptionError, dimensions, option, whole
from pyio.models.core.shapes import Shape, Shapes, only, product


class Flatten(Layer):
    """All but the batch in one axis: (batch, a, b, ...) -> (batch, a * b * ...).

    Args:
        data_format: "channels_first" moves the channels last before flattening.
    """

    min_ndim = 2

    data_format: str | None = option(None, DATA_FORMAT, written="given")

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return (batch, product). Raises InvalidModelError for sides that are not known."""
        sides = only(shape, self.name)
        size = product(sides[1:])
        if size is None:
            raise InvalidModelError(
                f"Flatten {self.name!r} needs to know all sides but the batch, got {list(sides)}; "
                "give the first layer a complete input_shape"
            )
        return (sides[0], size)

    def call(self, x: Array) -> Array:
        """Return the values in order."""
        if self.data_format == "channels_first":
            x = np.moveaxis(x, 1, -1)
        return x.reshape(x.shape[0], math.prod(x.shape[1:]))


class RepeatVector(Layer):
    """The input `n` times as a sequence: (batch, size) -> (batch, n, size).

    Args:
        n: How many times.
    """

    positional = ("n",)
    ndim = 2

    n: int = option(check=whole(1))

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """(batch, size) -> (batch, n, size)."""
        batch, size = only(shape, self.name)
        return (batch, self.n, size)

    def call(self, x: Array) -> Array:
        """Return the repeated input."""
        return np.repeat(x[:, None], self.n, axis=1)


def _items(value: Any) -> list[Any]:
    value = value.tolist() if hasattr(value, "tolist") else value  # an array of NumPy
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise OptionError("a list of whole numbers")
    return list(value)


def _target(value: Any) -> list[int | None]:
    sides = _items(value)
    return dimensions([None if isinstance(s, Real) and s < 0 else s for s in sides])


class Reshape(Layer):
    """Another shape for the same values: (batch, ...) -> (batch, *target_shape).

    Args:
        target_shape: The shape of one example. One side may be None or negative; it is computed
            from the others.
    """

    positional = ("target_shape",)

    target_shape: list[int | None] = option(check=_target)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return (batch, *target_shape). Raises InvalidModelError if the values do not fit."""
        sides = only(shape, self.name)
        size = product(sides[1:])
        if size is None:
            return (sides[0], *self.target_shape)
        return (sides[0], *self._resolved(size, sides))

    def call(self, x: Array) -> Array:
        """Return the reshaped input."""
        return x.reshape(x.shape[0], *self._resolved(math.prod(x.shape[1:]), x.shape))

    def _resolved(self, size: int, shape: Shape) -> list[int]:
        fixed = math.prod(side for side in self.target_shape if side is not None)
        open_sides = self.target_shape.count(None)
        fits = fixed and size % fixed == 0 if open_sides else fixed == size
        if open_sides > 1 or not fits:
            raise InvalidModelError(
                f"Reshape {self.name!r} cannot make {self.target_shape} of {list(shape)}: "
                "one side at most can be None, and the number of values has to stay the same"
            )
        return [size // fixed if side is None else side for side in self.target_shape]


def _permutation(value: Any) -> list[int]:
    dims = [whole(1)(item) for item in _items(value)]
    if sorted(dims) != list(range(1, len(dims) + 1)):
        raise ValueError("a permutation of 1, 2, ... (0 is the batch and stays)")
    return dims


class Permute(Layer):
    """The axes in another order.

    Args:
        dims: For each axis of the output, the axis of the input, counted from 1.
    """

    positional = ("dims",)

    dims: list[int] = option(check=_permutation)

    def _check_input(self, shape: Shape) -> None:
        self.ndim = len(self.dims) + 1
        super()._check_input(shape)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the sides in the new order."""
        sides = only(shape, self.name)
        return (sides[0], *(sides[dim] for dim in self.dims))

    def call(self, x: Array) -> Array:
        """Return the permuted input."""
        return x.transpose(0, *self.dims)
