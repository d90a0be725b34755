"""Pooling: the largest or the mean value of windows, or of everything."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import DATA_FORMAT, PADDING, keras_option, option, sizes
from pyio.models.core.shapes import Shape, Shapes, conv_side, only
from pyio.models.ops import kernels


class Pooling(Layer):
    """The base class of poolings of windows.

    Args:
        pool_size: The sides of the window.
        padding: "valid" keeps the window inside the input, "same" pads the input so that only
            strides change its size.
        strides: How far the window moves; its own size unless given.
        data_format: "channels_last" or "channels_first".
    """

    positional = ("pool_size",)
    rank: ClassVar[int] = 2
    largest: ClassVar[bool] = True
    """Whether the output is the largest value, or the mean."""

    pool_size: list[int] = option(2, sizes(2))
    padding: str = option("valid", PADDING)
    strides: list[int] = option(None, sizes(2))
    data_format: str = option("channels_last", DATA_FORMAT)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.ndim = self.rank + 2
        if self.strides is None:
            self.strides = self.pool_size

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape with the sides of the space made smaller."""
        sides = list(only(shape, self.name))
        start = 2 if self.data_format == "channels_first" else 1
        for axis in range(self.rank):
            window = self.pool_size[axis], self.padding, self.strides[axis]
            sides[start + axis] = conv_side(sides[start + axis], *window)
        return tuple(sides)

    def call(self, x: Array) -> Array:
        """Return the pooled input."""
        if self.data_format == "channels_first":
            return np.moveaxis(self.pool(np.moveaxis(x, 1, -1)), -1, 1)
        return self.pool(x)

    def pool(self, x: Array) -> Array:
        """Return the pooled `x`, which has its channels last; padding never counts."""
        pool = kernels.max_pool if self.largest else kernels.mean_pool
        return pool(x, self.pool_size, self.strides, self.padding)


class Pooling1D(Pooling):
    """A pooling of sequences: (batch, steps, channels) -> fewer steps."""

    rank = 1

    pool_size: list[int] = option(2, sizes(1))
    strides: list[int] = option(None, sizes(1))
    data_format: str = keras_option("channels_last", DATA_FORMAT)


class Pooling3D(Pooling):
    """A pooling of volumes."""

    rank = 3

    pool_size: list[int] = option(2, sizes(3))
    strides: list[int] = option(None, sizes(3))


class MaxPooling1D(Pooling1D):
    """The largest value of each window of sequences."""


class MaxPooling2D(Pooling):
    """The largest value of each window of images."""


class MaxPooling3D(Pooling3D):
    """The largest value of each window of volumes."""


class AveragePooling1D(Pooling1D):
    """The mean of each window of sequences."""

    largest = False


class AveragePooling2D(Pooling):
    """The mean of each window of images."""

    largest = False


class AveragePooling3D(Pooling3D):
    """The mean of each window of volumes."""

    largest = False
