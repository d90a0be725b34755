"""Pooling of everything: the largest or the mean value of each channel."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from pyio.models.core.layer import Array, Layer, Mask
from pyio.models.core.options import DATA_FORMAT, flag, keras_option, option
from pyio.models.core.shapes import Shape, Shapes, only


class _Global(Layer):
    """A pooling of all positions: the output is (batch, channels).

    Args:
        keepdims: Whether the sides that are gone stay as sides of 1. Keras has it.
        data_format: "channels_last" or "channels_first".
    """

    rank: ClassVar[int] = 2

    keepdims: bool = keras_option(False, flag)
    data_format: str = option("channels_last", DATA_FORMAT)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.ndim = self.rank + 2

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return (batch, channels), with `keepdims` with sides of 1 between or behind them."""
        sides = only(shape, self.name)
        space = self._space()
        if self.keepdims:
            return tuple(1 if axis in space else side for axis, side in enumerate(sides))
        return tuple(side for axis, side in enumerate(sides) if axis not in space)

    def _space(self) -> tuple[int, ...]:
        """Return the axes that are gone."""
        start = 2 if self.data_format == "channels_first" else 1
        return tuple(range(start, start + self.rank))


class _Largest(_Global):
    def call(self, x: Array) -> Array:
        """Return the largest values."""
        y: Array = x.max(axis=self._space(), initial=-np.inf, keepdims=self.keepdims)
        return y


class _Mean(_Global):
    def call(self, x: Array) -> Array:
        """Return the means."""
        y: Array = x.mean(axis=self._space(), keepdims=self.keepdims)
        return y


class GlobalMaxPooling1D(_Largest):
    """The largest value of each channel: (batch, steps, channels) -> (batch, channels)."""

    rank = 1

    data_format: str = keras_option("channels_last", DATA_FORMAT)


class GlobalAveragePooling1D(_Mean):
    """The mean of each channel: (batch, steps, channels) -> (batch, channels).

    Args:
        use_mask: Whether masked steps are left out of the mean, as Keras does. TensorFlow.js
            counts them. It is set for models that Keras wrote.
    """

    rank = 1

    use_mask: bool = keras_option(False, flag)
    data_format: str = keras_option("channels_last", DATA_FORMAT)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.supports_masking = self.use_mask

    def call(self, x: Array, mask: Mask = None) -> Array:
        """Return the means."""
        if mask is None:
            return super().call(x)
        steps = self._space()[0]
        seen = np.expand_dims(mask.astype(x.dtype), 3 - steps)
        total = (x * seen).sum(axis=steps, keepdims=self.keepdims)
        y: Array = total / seen.sum(axis=steps, keepdims=self.keepdims)
        return y

    def compute_mask(self, x: Array, mask: Mask) -> Mask:  # noqa: ARG002
        """Return None: there are no steps any more."""
        return None


class GlobalMaxPooling2D(_Largest):
    """The largest value of each channel of images: the output is (batch, channels)."""


class GlobalAveragePooling2D(_Mean):
    """The mean of each channel of images: the output is (batch, channels)."""


class GlobalMaxPooling3D(_Largest):
    """The largest value of each channel of volumes: the output is (batch, channels)."""

    rank = 3


class GlobalAveragePooling3D(_Mean):
    """The mean of each channel of volumes: the output is (batch, channels)."""

    rank = 3
