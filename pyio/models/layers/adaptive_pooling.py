"""Pooling to a size that is given: the windows follow from it. Only Keras has it."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import DATA_FORMAT, option, sizes
from pyio.models.core.shapes import Shape, Shapes, only


class _Adaptive(Layer):
    """A pooling to `output_size` positions along each side, channels stay.

    Window `i` of `n` goes from ``floor(i * side / n)`` to ``ceil((i + 1) * side / n)``.

    Args:
        output_size: The new sides: one number, or one for each.
        data_format: "channels_last" or "channels_first".
    """

    positional = ("output_size",)
    rank: ClassVar[int] = 2
    combine: ClassVar[Any] = np.mean

    output_size: list[int] = option(check=sizes(2))
    data_format: str = option("channels_last", DATA_FORMAT)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.ndim = self.rank + 2

    def _start(self) -> int:
        return 2 if self.data_format == "channels_first" else 1

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape with the sides of the space replaced."""
        sides = list(only(shape, self.name))
        sides[self._start() : self._start() + self.rank] = self.output_size
        return tuple(sides)

    def call(self, x: Array) -> Array:
        """Return the pooled input, pooled side by side."""
        for axis, count in enumerate(self.output_size, self._start()):
            side = x.shape[axis]
            windows = [
                type(self).combine(
                    np.take(x, range(i * side // count, -(-(i + 1) * side // count)), axis=axis),
                    axis=axis,
                )
                for i in range(count)
            ]
            x = np.stack(windows, axis=axis)
        return x


class AdaptiveAveragePooling1D(_Adaptive):
    """The means of `output_size` windows of sequences (batch, steps, channels)."""

    rank = 1

    output_size: list[int] = option(check=sizes(1))


class AdaptiveAveragePooling2D(_Adaptive):
    """The means of `output_size` windows of images (batch, height, width, channels)."""


class AdaptiveAveragePooling3D(_Adaptive):
    """The means of `output_size` windows of volumes."""

    rank = 3

    output_size: list[int] = option(check=sizes(3))


class AdaptiveMaxPooling1D(_Adaptive):
    """The largest values of `output_size` windows of sequences (batch, steps, channels)."""

    rank = 1
    combine = np.max

    output_size: list[int] = option(check=sizes(1))


class AdaptiveMaxPooling2D(_Adaptive):
    """The largest values of `output_size` windows of images (batch, height, width, channels)."""

    combine = np.max


class AdaptiveMaxPooling3D(_Adaptive):
    """The largest values of `output_size` windows of volumes."""

    rank = 3
    combine = np.max

    output_size: list[int] = option(check=sizes(3))
