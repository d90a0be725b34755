"""Images in another size where each new pixel is a weighted sum along rows and columns.

A matrix for each of the two sides has the weights: cubic, by area, or of a kernel that is as wide
as a new pixel (``resize_bicubic_op.cc``, ``resize_area_op.cc``, ``scale_and_translate_op.cc``).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pyio.models.graph_models.attributes import flag, text
from pyio.models.graph_models.ops.image import new_size
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import FLOAT, Array, sized
from pyio.models.ops import kernels

if TYPE_CHECKING:
    from collections.abc import Callable

_STEPS = 1024
"""Steps between two pixels in TensorFlow's table of cubic weights."""


def _work(images: Array, size: Array, *_rest: Array) -> int:
    """Return the multiplications of both sides, and the steps to the weights."""
    batch, tall, wide, channels = images.shape
    height, width = new_size(images, size)
    sized([max(height, width), max(tall, wide)], itemsize=8)
    sums = batch * channels * (height * tall * wide + height * wide * width)
    return int(sums + 10_000 * (height + width + tall + wide))


def _weighted(images: Array, rows: Array, columns: Array) -> Array:
    """Return images whose pixels are sums with the weights [new, old] of both sides."""
    result = images.astype(FLOAT, copy=False)
    for weights in (rows, columns):  # the first side of space becomes the last one each time
        result = kernels.matmul(np.moveaxis(result, 1, -1), kernels.Matrix(weights.T))
    return result.transpose(0, 2, 3, 1)


def _scale(old: int, new: int, align_corners: bool) -> np.float32:
    if align_corners and new > 1:
        return np.float32((old - 1) / (new - 1))
    return np.float32(old / new)


def _cubic(near: Array, far: Array, sharp: float) -> tuple[Array, Array]:
    """Return the weights at a distance from 0 to 1, and at one from 1 to 2."""
    a = sharp
    return (
        ((a + 2) * near - (a + 3)) * near * near + 1,
        ((a * far - 5 * a) * far + 8 * a) * far - 4 * a,
    )


def _cubic_weights(old: int, new: int, align_corners: bool, half_pixels: bool) -> Array:
    places = np.arange(new, dtype=FLOAT)
    scale = _scale(old, new, align_corners)
    places = (places + np.float32(0.5)) * scale - np.float32(0.5) if half_pixels else places * scale
    first = np.floor(places)
    after = np.rint((places - first) * _STEPS) / _STEPS
    sharp = -0.5 if half_pixels else -0.75
    left, far_left = _cubic(after, after + 1, sharp)
    right, far_right = _cubic(1 - after, 2 - after, sharp)
    weights = np.zeros((new, old), np.float64)
    row = np.arange(new)
    for step, part in zip(range(-1, 3), (far_left, left, right, far_right), strict=True):
        column = (first + step).astype(np.intp)
        inside = (column >= 0) & (column < old) | (not half_pixels)
        np.add.at(weights, (row, np.clip(column, 0, old - 1)), np.where(inside, part, 0))
    return (weights / weights.sum(axis=1, keepdims=True)).astype(FLOAT)


@op("ResizeBicubic", work=_work, align_corners=flag(), half_pixel_centers=flag())
def resize_bicubic(
    images: Array, size: Array, *, align_corners: bool, half_pixel_centers: bool
) -> Array:
    """Images in another size, from four pixels along each side."""
    rows, columns = (
        _cubic_weights(old, new, align_corners, half_pixel_centers)
        for old, new in zip(images.shape[1:3], new_size(images, size), strict=True)
    )
    return _weighted(images, rows, columns)


def _area_weights(old: int, new: int, align_corners: bool) -> Array:
    scale = float(_scale(old, new, align_corners))
    weights = np.zeros((new, old), np.float64)
    for place in range(new):
        start, end = place * scale, (place + 1) * scale
        for source in range(math.floor(start), math.ceil(end)):
            covered = min(source + 1, end) - max(source, start)
            weights[place, min(source, old - 1)] += max(covered, 0)
    return (weights / scale).astype(FLOAT)


@op("ResizeArea", work=_work, align_corners=flag())
def resize_area(images: Array, size: Array, *, align_corners: bool) -> Array:
    """Images in another size, each pixel the mean of what it covers."""
    rows, columns = (
        _area_weights(old, new, align_corners)
        for old, new in zip(images.shape[1:3], new_size(images, size), strict=True)
    )
    return _weighted(images, rows, columns)


def _lanczos(radius: float) -> Callable[[Array], Array]:
    def kernel(x: Array) -> Array:
        angle = np.pi * np.where(np.abs(x) < 1e-3, 1, x)
        value = radius * np.sin(angle) * np.sin(angle / radius) / (angle * angle)
        return np.where(np.abs(x) < 1e-3, 1, np.where(np.abs(x) > radius, 0, value))

    return kernel


def _box(x: Array) -> Array:
    return np.where(np.abs(x) < 0.5, 1, np.where(np.abs(x) == 0.5, 0.5, 0))


def _triangle(x: Array) -> Array:
    return np.maximum(0, 1 - np.abs(x))


def _gaussian(x: Array) -> Array:
    return np.where(np.abs(x) < 1.5, np.exp(-x * x / 0.5), 0)


def _keys(x: Array) -> Array:
    near, far = _cubic(np.abs(x), np.abs(x), -0.5)
    return np.where(np.abs(x) >= 2, 0, np.where(np.abs(x) >= 1, far, near))


def _mitchell(x: Array) -> Array:
    x = np.abs(x)
    near = (7 * x - 12) * x * x / 6 + 16 / 18
    far = ((-7 / 18 * x + 2) * x - 10 / 3) * x + 16 / 9
    return np.where(x >= 2, 0, np.where(x >= 1, far, near))


_KERNELS: dict[str, tuple[float, Callable[[Array], Array]]] = {
    "lanczos1": (1, _lanczos(1)),
    "lanczos3": (3, _lanczos(3)),
    "lanczos5": (5, _lanczos(5)),
    "gaussian": (1.5, _gaussian),
    "box": (0.5, _box),
    "triangle": (1, _triangle),
    "keyscubic": (2, _keys),
    "mitchellcubic": (2, _mitchell),
}
"""kernel_type -> its radius and its values (``sampling_kernels.h``)."""


def _kernel_weights(
    old: int, new: int, kind: str, scale: float, moved: float, antialias: bool
) -> Array:
    radius, kernel = _KERNELS[kind]
    inverse = 1 / scale
    wide = max(inverse, 1) if antialias else 1.0
    middles = (np.arange(new)[:, None] + 0.5) * inverse - inverse * moved
    sources = np.arange(old)[None] + 0.5
    weights = kernel((sources - middles) / wide)
    reached = np.abs(sources - middles) <= radius * wide
    weights = np.where(reached & (middles >= 0) & (middles <= old), weights, 0)
    total = weights.sum(axis=1, keepdims=True)
    return (weights / np.where(np.abs(total) > 1e-35, total, 1)).astype(FLOAT)


@op("ScaleAndTranslate", work=_work, kind=text("lanczos3", "kernel_type"), antialias=flag(True))
def scale_and_translate(
    images: Array, size: Array, scale: Array, moved: Array, *, kind: str, antialias: bool
) -> Array:
    """Images in another size, scaled and moved."""
    if scale.shape != (2,) or moved.shape != (2,) or scale.min() <= 0:
        raise ValueError(f"a scale of {scale.tolist()!r:.60} and {moved.tolist()!r:.60}")
    sides = zip(images.shape[1:3], new_size(images, size), scale, moved, strict=True)
    rows, columns = (
        _kernel_weights(old, new, kind, float(by), float(far), antialias)
        for old, new, by, far in sides
    )
    return _weighted(images, rows, columns)
