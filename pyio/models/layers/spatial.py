"""Layers that cut, pad and enlarge images."""

from __future__ import annotations

from typing import Any

import numpy as np

from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import DATA_FORMAT, choice, option, sizes, whole
from pyio.models.core.shapes import Shape, Shapes, only
from pyio.models.ops.resizing import resize_bilinear, resize_nearest


def _borders(value: Any) -> list[list[int]]:
    number = whole(0)
    try:
        pairs = [value, value] if isinstance(value, int) else list(value)
        both = [[number(p)] * 2 if isinstance(p, int) else [number(n) for n in p] for p in pairs]
    except (TypeError, ValueError):
        both = []
    if [len(pair) for pair in both] != [2, 2]:
        raise ValueError("a whole number from 0, a list of two, or [[top, bottom], [left, right]]")
    return both


class _Bordered(Layer):
    """A layer that knows where height and width are."""

    ndim = 4
    data_format: str

    def _axes(self) -> tuple[int, int]:
        return (2, 3) if self.data_format == "channels_first" else (1, 2)


class Cropping2D(_Bordered):
    """Cuts rows and columns off images.

    Args:
        cropping: How many: one number, two, or [[top, bottom], [left, right]].
        data_format: "channels_last" or "channels_first".
    """

    positional = ("cropping",)

    cropping: list[list[int]] = option(check=_borders)
    data_format: str = option("channels_last", DATA_FORMAT)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape with the borders taken off."""
        sides = list(only(shape, self.name))
        for axis, border in zip(self._axes(), self.cropping, strict=True):
            side = sides[axis]
            sides[axis] = None if side is None else side - sum(border)
        return tuple(sides)

    def call(self, x: Array) -> Array:
        """Return the inner part."""
        cut = [slice(None)] * 4
        for axis, (before, after) in zip(self._axes(), self.cropping, strict=True):
            cut[axis] = slice(before, x.shape[axis] - after)
        return x[tuple(cut)]


class ZeroPadding2D(_Bordered):
    """Puts rows and columns of 0 around images.

    Args:
        padding: How many: one number, two, or [[top, bottom], [left, right]].
        data_format: "channels_last" or "channels_first".
    """

    positional = ("padding",)

    padding: list[list[int]] = option(1, _borders)
    data_format: str = option("channels_last", DATA_FORMAT)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape with the borders added."""
        sides = list(only(shape, self.name))
        for axis, border in zip(self._axes(), self.padding, strict=True):
            side = sides[axis]
            sides[axis] = None if side is None else side + sum(border)
        return tuple(sides)

    def call(self, x: Array) -> Array:
        """Return the padded images."""
        widths = [(0, 0)] * 4
        for axis, (before, after) in zip(self._axes(), self.padding, strict=True):
            widths[axis] = (before, after)
        return np.pad(x, widths)


class UpSampling2D(_Bordered):
    """Makes images larger by whole factors.

    Args:
        size: The factors for height and width.
        data_format: "channels_last" or "channels_first".
        interpolation: "nearest" repeats pixels, "bilinear" blends them. "bilinear" samples from
            the corner of a pixel, as TensorFlow.js does; Keras samples from its middle.
    """

    positional = ("size",)

    size: list[int] = option(2, sizes(2))
    data_format: str = option("channels_last", DATA_FORMAT)
    interpolation: str = option("nearest", choice("nearest", "bilinear"))

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape with height and width multiplied."""
        sides = list(only(shape, self.name))
        for axis, factor in zip(self._axes(), self.size, strict=True):
            side = sides[axis]
            sides[axis] = None if side is None else side * factor
        return tuple(sides)

    def call(self, x: Array) -> Array:
        """Return the larger images."""
        first = self.data_format == "channels_first"
        images = np.moveaxis(x, 1, -1) if first else x
        height, width = images.shape[1] * self.size[0], images.shape[2] * self.size[1]
        resize = resize_nearest if self.interpolation == "nearest" else resize_bilinear
        y = resize(images, height, width, align_corners=False)
        return np.moveaxis(y, -1, 1) if first else y
