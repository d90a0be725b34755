"""Layers that hold what they have learned about the data before training: means, bins, tables."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import axes, choice, flag, keras_option, numbers, option, whole
from pyio.models.core.parts import initializer
from pyio.models.core.phase import plain
from pyio.models.core.shapes import Shape, Shapes, known, normal_axis, only
from pyio.models.ops.categories import encoded, encoded_shape

if TYPE_CHECKING:
    from collections.abc import Mapping


class Normalization(Layer):
    """``(x - mean) / sqrt(variance)`` with fixed values for each position along some axes.

    Keras has it, TensorFlow.js does not.

    Args:
        axis: The axes along which there is a mean each; None for one mean for everything.
        mean: The means, if they are not weights.
        variance: The variances, if they are not weights.
        invert: Whether the input is brought back instead: ``x * sqrt(variance) + mean``.
        ignores_mask: Whether the output has no mask, as in Keras 2.
    """

    supports_masking = True

    axis: int | list[int] | None = option(None, axes)
    mean: Any = option(None, numbers)
    variance: Any = option(None, numbers)
    invert: bool = option(False, flag)
    ignores_mask: bool = keras_option(False, flag)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.supports_masking = not self.ignores_mask

    def build(self, shape: Shapes) -> None:
        """Make mean, variance and count, unless mean and variance are given."""
        sides = only(shape, self.name)
        given = self.axis if isinstance(self.axis, list) else [self.axis]
        what = f"Normalization {self.name!r}"
        kept = sorted(normal_axis(a, len(sides), what) for a in given if a is not None)
        size = [known(sides[axis], f"axis {axis} of the input of {self.name!r}") for axis in kept]
        self._sides = [size[kept.index(axis)] if axis in kept else 1 for axis in range(len(sides))]
        if self.mean is None or self.variance is None:
            self._mean: Any = self.add_weight("mean", size, initializer("Zeros"), False)
            self._variance: Any = self.add_weight("variance", size, initializer("Ones"), False)
            self.add_weight("count", [], initializer("Zeros"), False, "int32")

    def infer_from_weights(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Some files do not have the count."""
        names = {f"{self.scope}/count", f"{self.scope}/2"}
        if self.own_weights and not names & shapes.keys():
            self._other_weights = self._other_weights[:2]

    def call(self, x: Array) -> Array:
        """Return the normalized input."""
        mean, variance = self.mean, self.variance
        if mean is None or variance is None:
            mean, variance = self._mean.value, self._variance.value
        middle, spread = self._aligned(mean), np.sqrt(self._aligned(variance))
        spread = np.maximum(spread, np.float32(1e-7))
        x = x.astype(np.float32, copy=False)
        y: Array = x * spread + middle if self.invert else (x - middle) / spread
        return y

    def _aligned(self, values: Any) -> Array:
        """Return the values of the axes as an array that the input can be combined with."""
        array = np.asarray(values, np.float32)
        return array.reshape(self._sides) if array.size > 1 else array.reshape(-1)[:1]


def _boundaries(value: Any) -> list[float]:
    found = numbers(value)
    if not isinstance(found, list) or any(isinstance(each, list) for each in found):
        raise ValueError("a list of numbers")
    if any(a > b for a, b in pairwise(found)):
        raise ValueError("a list of numbers that do not fall")
    return found


MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


class Discretization(Layer):
    """The number of the bin of each value: (batch, ...) -> (batch, ...) of int32.

    Args:
        bin_boundaries: The rising boundaries between bins; a value on one is in the bin above it.
        num_bins: How many bins `adapt` of Keras looks for. Stored in the config.
        epsilon: How exactly it does. Stored in the config.
        output_mode: "int" for numbers, "one_hot" for a vector each, "multi_hot" and "count" for
            one vector (batch, bins) per example, in float32.
        sparse: Stored in the config; outputs are dense.
    """

    positional = ("bin_boundaries",)

    bin_boundaries: list[float] = option(check=_boundaries)
    num_bins: int | None = option(None, whole(1))
    epsilon: float = option(0.01, numbers)
    output_mode: str = option("int", choice(*MODES[:4]))
    sparse: bool = option(False, flag)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape of the input, with a side for the bins unless "int"."""
        count = len(self.bin_boundaries) + 1
        return encoded_shape(only(shape, self.name), count, self.output_mode)

    def call(self, x: Array) -> Array:
        """Return the numbers of the bins, or vectors."""
        bounds = np.asarray(self.bin_boundaries, np.float32)
        values = plain(x).astype(np.float32, copy=False)
        found: Array = np.searchsorted(bounds, values, side="right")
        return encoded(found.astype(np.int32), len(bounds) + 1, self.output_mode)
