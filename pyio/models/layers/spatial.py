"""Layers that cut, pad and enlarge sequences, images and volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import (
    DATA_FORMAT,
    choice,
    flag,
    keras_option,
    option,
    sizes,
    whole,
)
from pyio.models.core.shapes import Shape, Shapes, only, scaled
from pyio.models.ops.resizing import resize_bilinear, resize_half_pixels, resize_nearest

if TYPE_CHECKING:
    from pyio.models.core.options import Check


def _borders(rank: int) -> Check:
    """Accept one number, one for each of `rank` sides, or a pair for each."""
    number = whole(0)
    pair = "[before, after]" if rank == 1 else "[[before, after], ...]"

    def check(value: Any) -> list[list[int]]:
        try:
            pairs = [value] * rank if isinstance(value, int) else list(value)
            if rank == 1 and len(pairs) == 2 and isinstance(pairs[0], int):
                pairs = [pairs]
            both = [
                [number(p)] * 2 if isinstance(p, int) else [number(n) for n in p] for p in pairs
            ]
        except (TypeError, ValueError):
            both = []
        if [len(each) for each in both] != [2] * rank:
            several = "" if rank == 1 else f"a list of {rank}, "
            raise ValueError(f"a whole number from 0, {several}or {pair}")
        return both

    return check


class _Spatial(Layer):
    """A layer that changes the sides of the space."""

    rank: ClassVar[int] = 2
    data_format: str

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ndim = self.rank + 2

    def _axes(self) -> range:
        start = 2 if self.data_format == "channels_first" else 1
        return range(start, start + self.rank)


class _Bordered(_Spatial):
    """A layer that changes the borders of the space."""

    def _widths(self) -> list[list[int]]:
        """Return how much is put in front and behind, below 0 for what is cut off."""
        raise NotImplementedError

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape with the borders put on or taken off."""
        sides = list(only(shape, self.name))
        for axis, border in zip(self._axes(), self._widths(), strict=True):
            side = sides[axis]
            sides[axis] = None if side is None else side + sum(border)
        return tuple(sides)


class _Cropping(_Bordered):
    """Cuts off borders."""

    positional = ("cropping",)
    cropping: list[list[int]]

    def _widths(self) -> list[list[int]]:
        return [[-before, -after] for before, after in self.cropping]

    def call(self, x: Array) -> Array:
        """Return the inner part."""
        cut = [slice(None)] * x.ndim
        for axis, (before, after) in zip(self._axes(), self.cropping, strict=True):
            cut[axis] = slice(before, x.shape[axis] - after)
        return x[tuple(cut)]


class Cropping1D(_Cropping):
    """Cuts steps off sequences: (batch, steps, channels) -> fewer steps.

    Args:
        cropping: How many: one number, or [before, after].
        data_format: "channels_last" or "channels_first".
    """

    rank = 1

    cropping: list[list[int]] = option(1, _borders(1))
    data_format: str = option("channels_last", DATA_FORMAT, written="changed")

    def get_config(self) -> dict[str, Any]:
        """Return the config; Keras writes the one pair without a list around it."""
        return {**super().get_config(), "cropping": self.cropping[0]}


class Cropping2D(_Cropping):
    """Cuts rows and columns off images.

    Args:
        cropping: How many: one number, two, or [[top, bottom], [left, right]].
        data_format: "channels_last" or "channels_first".
    """

    cropping: list[list[int]] = option(check=_borders(2))
    data_format: str = option("channels_last", DATA_FORMAT)


class Cropping3D(_Cropping):
    """Cuts the borders off volumes: (batch, depth, height, width, channels).

    Args:
        cropping: How much: one number, three, or three pairs.
        data_format: "channels_last" or "channels_first".
    """

    rank = 3

    cropping: list[list[int]] = option(1, _borders(3))
    data_format: str = option("channels_last", DATA_FORMAT)


class _Padding(_Bordered):
    """Puts borders of 0 around the space."""

    positional = ("padding",)
    padding: list[list[int]]

    def _widths(self) -> list[list[int]]:
        return self.padding

    def call(self, x: Array) -> Array:
        """Return the padded input."""
        widths = [(0, 0)] * x.ndim
        for axis, (before, after) in zip(self._axes(), self.padding, strict=True):
            widths[axis] = (before, after)
        return np.pad(x, widths)


class ZeroPadding1D(_Padding):
    """Puts steps of 0 around sequences: (batch, steps, channels) -> more steps.

    Args:
        padding: How many: one number, or [before, after].
        data_format: "channels_last" or "channels_first".
    """

    rank = 1

    padding: list[list[int]] = option(1, _borders(1))
    data_format: str = option("channels_last", DATA_FORMAT, written="changed")

    def get_config(self) -> dict[str, Any]:
        """Return the config; Keras writes the one pair without a list around it."""
        return {**super().get_config(), "padding": self.padding[0]}


class ZeroPadding2D(_Padding):
    """Puts rows and columns of 0 around images.

    Args:
        padding: How many: one number, two, or [[top, bottom], [left, right]].
        data_format: "channels_last" or "channels_first".
    """

    padding: list[list[int]] = option(1, _borders(2))
    data_format: str = option("channels_last", DATA_FORMAT)


class ZeroPadding3D(_Padding):
    """Puts borders of 0 around volumes: (batch, depth, height, width, channels).

    Args:
        padding: How much: one number, three, or three pairs.
        data_format: "channels_last" or "channels_first".
    """

    rank = 3

    padding: list[list[int]] = option(1, _borders(3))
    data_format: str = option("channels_last", DATA_FORMAT)


class _UpSampling(_Spatial):
    """Makes the space larger by whole factors."""

    positional = ("size",)
    size: list[int]

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape with the sides of the space multiplied."""
        sides = list(only(shape, self.name))
        for axis, factor in zip(self._axes(), self.size, strict=True):
            sides[axis] = scaled(sides[axis], factor)
        return tuple(sides)

    def call(self, x: Array) -> Array:
        """Return the larger input, each value repeated."""
        for axis, factor in zip(self._axes(), self.size, strict=True):
            x = np.repeat(x, factor, axis=axis)
        return x


class UpSampling1D(_UpSampling):
    """Repeats the steps of sequences: (batch, steps, channels) -> more steps.

    Args:
        size: How often each step is repeated.
    """

    rank = 1
    data_format = "channels_last"

    size: list[int] = option(2, sizes(1))

    def get_config(self) -> dict[str, Any]:
        """Return the config; Keras writes one number."""
        return {**super().get_config(), "size": self.size[0]}


class UpSampling2D(_UpSampling):
    """Makes images larger by whole factors.

    Args:
        size: The factors for height and width.
        data_format: "channels_last" or "channels_first".
        interpolation: "nearest" repeats pixels, "bilinear" blends them.
        half_pixels: Whether "bilinear" samples from the middle of a pixel, as Keras does, and not
            from its corner, as TensorFlow.js does. It is set for models that Keras wrote.
    """

    size: list[int] = option(2, sizes(2))
    data_format: str = option("channels_last", DATA_FORMAT)
    interpolation: str = option("nearest", choice("nearest", "bilinear"))
    half_pixels: bool = keras_option(False, flag)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.interpolation == "nearest":  # the same from the middle and from the corner
            self.half_pixels = False

    def call(self, x: Array) -> Array:
        """Return the larger images."""
        first = self.data_format == "channels_first"
        images = np.moveaxis(x, 1, -1) if first else x
        height, width = images.shape[1] * self.size[0], images.shape[2] * self.size[1]
        if self.half_pixels:
            y = resize_half_pixels(images, height, width)
        elif self.interpolation == "bilinear":
            y = resize_bilinear(images, height, width, align_corners=False)
        else:
            y = resize_nearest(images, height, width, align_corners=False)
        return np.moveaxis(y, -1, 1) if first else y


class UpSampling3D(_UpSampling):
    """Makes volumes larger by whole factors: (batch, depth, height, width, channels).

    Args:
        size: The factors for depth, height and width.
        data_format: "channels_last" or "channels_first".
    """

    rank = 3

    size: list[int] = option(2, sizes(3))
    data_format: str = option("channels_last", DATA_FORMAT)
