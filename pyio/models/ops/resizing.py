"""Images in another size, sampled as TensorFlow.js does (tfjs-backend-cpu, ``ResizeBilinear``).

``resize_half_pixels`` samples as Keras does: the middles of pixels, not their corners, are the
places that the two images share (TensorFlow's ``ResizeBilinear`` with ``half_pixel_centers``).
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]


def resize_nearest(
    images: Array,
    height: int,
    width: int,
    align_corners: bool,
    half_pixel_centers: bool = False,
    precision: type[np.floating[Any]] = np.float64,
) -> Array:
    """Return `images` (..., height, width, channels) in a new size, pixel by pixel."""
    how = align_corners, half_pixel_centers, precision
    rows = nearest_pixels(images.shape[-3], height, *how)
    columns = nearest_pixels(images.shape[-2], width, *how)
    return images[..., rows[:, None], columns, :]


def nearest_pixels(
    old: int,
    new: int,
    align_corners: bool,
    half_pixel_centers: bool = False,
    precision: type[np.floating[Any]] = np.float64,
) -> Array:
    """Return the pixel that each new one is, along one side."""
    places = _places(old, new, align_corners, half_pixel_centers, precision)
    # Halves are rounded up, as JavaScript does; NumPy would round them to even numbers.
    whole = np.floor(places + 0.5) if align_corners else np.floor(places)
    return np.asarray(np.minimum(whole.astype(np.intp), old - 1))


def resize_bilinear(
    images: Array,
    height: int,
    width: int,
    align_corners: bool,
    half_pixel_centers: bool = False,
    precision: type[np.floating[Any]] = np.float64,
) -> Array:
    """Return `images` (..., height, width, channels) in a new size, pixels blended."""
    how = align_corners, half_pixel_centers, precision
    top, bottom, down = blended_pixels(images.shape[-3], height, *how)
    left, right, across = blended_pixels(images.shape[-2], width, *how)
    across = across[:, None]
    upper = images[..., top[:, None], left, :]
    upper = upper + (images[..., top[:, None], right, :] - upper) * across
    lower = images[..., bottom[:, None], left, :]
    lower = lower + (images[..., bottom[:, None], right, :] - lower) * across
    blended: Array = upper + (lower - upper) * down[:, None, None]
    return blended


def blended_pixels(
    old: int,
    new: int,
    align_corners: bool,
    half_pixel_centers: bool = False,
    precision: type[np.floating[Any]] = np.float64,
) -> tuple[Array, Array, Array]:
    """Return the pixels before and after each new one, and how near the second is."""
    # The centers of pixels lie half a pixel behind their places.
    places = _places(old, new, align_corners, half_pixel_centers, precision)
    places = places - 0.5 if half_pixel_centers else places
    low = np.maximum(np.floor(places), 0).astype(np.intp)
    high = np.minimum(np.ceil(places), old - 1).astype(np.intp)
    return low, high, (places - np.floor(places)).astype(np.float32)


def resize_half_pixels(
    images: Array, height: int, width: int, interpolation: str = "bilinear"
) -> Array:
    """Return `images` (..., height, width, channels) in a new size, sampled as Keras does."""
    if interpolation == "nearest":
        rows = nearest_middles(images.shape[-3], height)
        columns = nearest_middles(images.shape[-2], width)
        picked: Array = images[..., rows[:, None], columns, :]
        return picked
    top, bottom, down = between_middles(images.shape[-3], height)
    left, right, across = between_middles(images.shape[-2], width)
    across = across[:, None]
    upper, lower = (
        images[..., row[:, None], left, :] * (1 - across)
        + images[..., row[:, None], right, :] * across
        for row in (top, bottom)
    )
    down = down[:, None, None]
    blended: Array = upper * (1 - down) + lower * down
    return blended


def nearest_middles(old: int, new: int) -> Array:
    """Return the pixel whose middle is nearest to that of each new one."""
    places = np.floor((np.arange(new) + 0.5) * (old / new)).astype(np.intp)
    return np.asarray(np.minimum(places, old - 1))


def between_middles(old: int, new: int) -> tuple[Array, Array, Array]:
    """Return the pixels before and after each new one, and how near the second is."""
    places = (np.arange(new) + 0.5) * (old / new) - 0.5
    low = np.floor(places)
    before = np.clip(low, 0, old - 1).astype(np.intp)
    after = np.clip(low + 1, 0, old - 1).astype(np.intp)
    return before, after, (places - low).astype(np.float32)


def _places(
    old: int,
    new: int,
    align_corners: bool,
    half_pixel_centers: bool,
    precision: type[np.floating[Any]],
) -> Array:
    """Return the place of each new pixel in the old image, along one axis.

    With `align_corners` the first and the last pixels of both images coincide. With
    `half_pixel_centers` the center of a new pixel is scaled, which is not its corner. TensorFlow
    computes places in single precision, TensorFlow.js in double.
    """
    aligned = align_corners and new > 1
    scale = (old - 1) / (new - 1) if aligned else old / max(new, 1)
    pixels = np.arange(new, dtype=precision)
    places: Array = (pixels + precision(0.5) if half_pixel_centers else pixels) * precision(scale)
    return places
