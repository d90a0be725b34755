"""Pooling: the largest or the mean value of windows, or of everything."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from pyio.models.core.layer import Array, Layer, Mask
from pyio.models.core.options import DATA_FORMAT, PADDING, flag, option, sizes
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
    omitted = ("data_format",)
    data_format = "channels_last"

    pool_size: list[int] = option(2, sizes(1))
    strides: list[int] = option(None, sizes(1))


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


class _Global(Layer):
    """A value of each channel for everything.

    Args:
        keepdims: Whether the sides that are gone stay as 1. Keras has it, TensorFlow.js does not.
    """

    keepdims: bool = option(False, flag, written="changed")

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return (batch, channels), with `keepdims` with sides of 1 between or behind them."""
        sides = only(shape, self.name)
        space = self._space()
        if self.keepdims:
            return tuple(1 if axis in space else side for axis, side in enumerate(sides))
        return tuple(side for axis, side in enumerate(sides) if axis not in space)

    def tfjs_incompatibility(self) -> str | None:
        """TensorFlow.js always drops the sides."""
        return "keepdims, which it ignores there" if self.keepdims else None

    def _space(self) -> tuple[int, ...]:
        """Return the axes that are gone."""
        raise NotImplementedError


class _Global1D(_Global):
    """(batch, steps, channels) -> (batch, channels)."""

    ndim = 3

    def _space(self) -> tuple[int, ...]:
        return (1,)


class GlobalMaxPooling1D(_Global1D):
    """The largest value of each channel: (batch, steps, channels) -> (batch, channels)."""

    def call(self, x: Array) -> Array:
        """Return the largest values."""
        y: Array = x.max(axis=1, initial=-np.inf, keepdims=self.keepdims)
        return y


class GlobalAveragePooling1D(_Global1D):
    """The mean of each channel: (batch, steps, channels) -> (batch, channels).

    Args:
        use_mask: Whether masked steps are left out of the mean, as Keras does. TensorFlow.js
            counts them. It is set for models that Keras wrote.
    """

    use_mask: bool = option(False, flag, written="changed")

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.supports_masking = self.use_mask

    def call(self, x: Array, mask: Mask = None) -> Array:
        """Return the means."""
        if mask is None:
            means: Array = x.mean(axis=1, keepdims=self.keepdims)
            return means
        seen = mask.astype(x.dtype)[..., None]
        total = (x * seen).sum(axis=1, keepdims=self.keepdims)
        shares: Array = total / seen.sum(axis=1, keepdims=self.keepdims)
        return shares

    def compute_mask(self, x: Array, mask: Mask) -> Mask:  # noqa: ARG002
        """Return None: there are no steps any more."""
        return None

    def tfjs_incompatibility(self) -> str | None:
        """TensorFlow.js takes the mean of all steps."""
        if self.use_mask:
            return "use_mask: TensorFlow.js takes the mean of masked steps too"
        return super().tfjs_incompatibility()


class _Global2D(_Global):
    """Images -> (batch, channels).

    Args:
        data_format: "channels_last" or "channels_first".
    """

    ndim = 4

    data_format: str = option("channels_last", DATA_FORMAT)

    def _space(self) -> tuple[int, ...]:
        return (1, 2) if self.data_format == "channels_last" else (2, 3)


class GlobalMaxPooling2D(_Global2D):
    """The largest value of each channel of images: the output is (batch, channels)."""

    def call(self, x: Array) -> Array:
        """Return the largest values."""
        y: Array = x.max(axis=self._space(), initial=-np.inf, keepdims=self.keepdims)
        return y


class GlobalAveragePooling2D(_Global2D):
    """The mean of each channel of images: the output is (batch, channels)."""

    def call(self, x: Array) -> Array:
        """Return the means."""
        y: Array = x.mean(axis=self._space(), keepdims=self.keepdims)
        return y
