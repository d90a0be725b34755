"""From the strokes of a drawing to a picture. No browser, no model.

The images are made like those the page's model was trained on (Optical Recognition of Handwritten
Digits): a digit fills a bitmap of 32 x 32 dots. Each of the 8 x 8 pixels is the number of inked
dots, 0 to 16, in its block of 4 x 4. Pictures for other models are made like those of MNIST.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SIDE = 8
DOTS = 32
PEN = 5.4
"""Width of a line in dots. With this width, images have as much ink as the training data. Of all
widths that were tried, it recognised the most drawings."""

SMALLEST = 0.08
"""A drawing smaller than this part of the paper is not enlarged to a full image."""

Stroke = list[tuple[float, float]]
"""The points of a line, x to the right and y down, in parts of the paper's side."""


@dataclass(frozen=True, slots=True)
class _Bitmap:
    """A square of dots that a drawing fills: its side, the digit's largest side, and the pen."""

    side: int
    digit: int
    pen: float


_OPTICAL = _Bitmap(DOTS, DOTS, PEN)

_MNIST = _Bitmap(56, 40, 4.6)
"""As in MNIST: the digit is 20 of 28 pixels high, and its mass is in the middle."""


def image_of(strokes: Sequence[Stroke]) -> Array:
    """Return the 64 pixels, 0 to 16, of a drawing that has at least one point."""
    block = DOTS // SIDE
    inked = _inked(strokes, _OPTICAL)
    pixels: Array = inked.reshape(SIDE, block, SIDE, block).sum(axis=(1, 3)).ravel()
    return pixels


def picture_of(strokes: Sequence[Stroke], height: int, width: int) -> Array:
    """Return a drawing as (height, width) numbers, 0 for paper and 1 for ink, as MNIST has it."""
    return resized(_inked(strokes, _MNIST), height, width)


def resized(picture: Array, height: int, width: int) -> Array:
    """Return a picture in another size: each pixel is the mean of those that it covers."""
    rows, columns = _weights(picture.shape[0], height), _weights(picture.shape[1], width)
    found: Array = rows @ picture @ columns.T
    return found


def _weights(old: int, new: int) -> Array:
    """Return (new, old) parts: how much of each old pixel lies in a new one."""
    edges = np.arange(new + 1) * old / new
    low, high = edges[:-1, None], edges[1:, None]
    places = np.arange(old)[None]
    covered = np.clip(np.minimum(high, places + 1) - np.maximum(low, places), 0, None)
    found: Array = covered / covered.sum(axis=1, keepdims=True)
    return found


def _inked(strokes: Sequence[Stroke], bitmap: _Bitmap) -> Array:
    """Return the inked part, 0 to 1, of every dot of a bitmap that the drawing fills."""
    starts, ends = _segments(strokes)
    points = np.concatenate([starts, ends])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (bitmap.digit - bitmap.pen) / max(*(high - low), SMALLEST)
    # Centre the drawing by its mass, but keep all ink inside the image.
    lengths = np.hypot(*(ends - starts).T) + 1e-9
    mass = np.average((starts + ends) / 2, axis=0, weights=lengths)
    room = (bitmap.side - bitmap.pen - (high - low) * scale) / 2
    shift = np.clip(((low + high) / 2 - mass) * scale, -room, room)
    offset = bitmap.side / 2 + shift - (low + high) / 2 * scale
    return _ink(starts * scale + offset, ends * scale + offset, bitmap)


def _segments(strokes: Sequence[Stroke]) -> tuple[Array, Array]:
    starts = [point for stroke in strokes for point in (stroke[:-1] or stroke)]
    ends = [point for stroke in strokes for point in (stroke[1:] or stroke)]
    return np.array(starts, float), np.array(ends, float)


def _ink(starts: Array, ends: Array, bitmap: _Bitmap) -> Array:
    """Return the inked part of every dot near lines from `starts` to `ends`, in dots."""
    row, column = np.mgrid[: bitmap.side, : bitmap.side] + 0.5
    dots = np.stack([column.ravel(), row.ravel()], axis=1)[:, None]
    along = ends - starts
    squared = np.maximum((along**2).sum(axis=1), 1e-9)
    part = np.clip(((dots - starts) * along).sum(axis=2) / squared, 0, 1)
    distance = np.linalg.norm(dots - starts - part[..., None] * along, axis=2).min(axis=1)
    inked: Array = np.clip(bitmap.pen / 2 + 0.5 - distance, 0, 1)
    return inked.reshape(bitmap.side, bitmap.side)
