"""Images (batch, height, width, channels) in another size, cropped or transformed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pyio.models.graph_models.attributes import flag, number, text
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import FLOAT, Array, scalar, sized, wholes
from pyio.models.ops import resizing

if TYPE_CHECKING:
    from collections.abc import Callable


def new_size(images: Array, size: Array) -> tuple[int, int]:
    """Return the wanted height and width, if such images may be made."""
    height, width = wholes(size)
    if images.ndim != 4 or height < 1 or width < 1 or 0 in images.shape[1:3]:
        raise ValueError(f"images of {list(images.shape)} cannot become {height} x {width}")
    sized([len(images), height, width, images.shape[3]])
    return height, width


@op("ResizeBilinear", align_corners=flag(), half_pixel_centers=flag())
def resize_bilinear(
    images: Array, size: Array, *, align_corners: bool, half_pixel_centers: bool
) -> Array:
    """Images in another size, pixels blended."""
    sides = new_size(images, size)
    return resizing.resize_bilinear(
        images.astype(FLOAT, copy=False), *sides, align_corners, half_pixel_centers, np.float32
    )


@op("ResizeNearestNeighbor", align_corners=flag(), half_pixel_centers=flag())
def resize_nearest(
    images: Array, size: Array, *, align_corners: bool, half_pixel_centers: bool
) -> Array:
    """Images in another size, pixel by pixel."""
    sides = new_size(images, size)
    return resizing.resize_nearest(images, *sides, align_corners, half_pixel_centers, np.float32)


@op("CropAndResize", method=text("bilinear"), outside=number(0.0, "extrapolation_value"))
def crop_and_resize(
    images: Array, boxes: Array, owners: Array, size: Array, *, method: str, outside: float
) -> Array:
    """Boxes (y1, x1, y2, x2 in units of the side - 1) of images, each in the same size."""
    height, width = wholes(size)
    result = np.full(
        sized([len(boxes), height, width, images.shape[3]]), np.float32(outside), FLOAT
    )
    for index, (y1, x1, y2, x2) in enumerate(boxes):
        if not 0 <= owners[index] < len(images):
            raise ValueError(f"box {index} is of image {owners[index]}, of {len(images)}")
        image = images[owners[index]].astype(FLOAT, copy=False)
        rows = _samples(y1, y2, image.shape[0], height)
        columns = _samples(x1, x2, image.shape[1], width)
        ys = np.flatnonzero((rows >= 0) & (rows <= image.shape[0] - 1))
        xs = np.flatnonzero((columns >= 0) & (columns <= image.shape[1] - 1))
        take = _nearest if method == "nearest" else _blended
        result[index][ys[:, None], xs] = take(image, rows[ys], columns[xs])
    return result


def _samples(start: float, end: float, side: int, count: int) -> Array:
    """Return where a box is sampled along one side; a size of 1 samples the middle."""
    last = np.float32(side - 1)
    if count == 1:
        return np.array([np.float32(0.5) * (start + end) * last], FLOAT)
    step = (end - start) * last / np.float32(count - 1)
    return start * last + np.arange(count, dtype=FLOAT) * step


def _nearest(image: Array, rows: Array, columns: Array) -> Array:
    y, x = (np.floor(each + np.float32(0.5)).astype(np.intp) for each in (rows, columns))
    return image[y[:, None], x]


def _blended(image: Array, rows: Array, columns: Array) -> Array:
    top, left = np.floor(rows).astype(np.intp), np.floor(columns).astype(np.intp)
    bottom, right = np.ceil(rows).astype(np.intp), np.ceil(columns).astype(np.intp)
    down, across = (rows - top)[:, None, None], (columns - left)[:, None]
    down, across = down.astype(FLOAT), across.astype(FLOAT)
    upper = image[top[:, None], left]
    upper = upper + (image[top[:, None], right] - upper) * across
    lower = image[bottom[:, None], left]
    lower = lower + (image[bottom[:, None], right] - lower) * across
    return upper + (lower - upper) * down


def _reflected(places: Array, side: int) -> Array:
    """Return places mirrored at the border, with a period of twice the side."""
    if side <= 1:
        return np.zeros_like(places)
    turned = np.mod(places, np.float32(2 * side))
    turned = np.where(turned >= side, 2 * side - 1 - turned, turned)
    return np.clip(turned, 0, side - 1).astype(FLOAT)


def _wrapped(places: Array, side: int) -> Array:
    """Return places that go on at the other border."""
    if side <= 1:
        return np.zeros_like(places)
    last = np.float32(side - 1)
    before = places + np.float32(side) * (np.trunc(-places / last) + 1)
    after = places - np.float32(side) * np.trunc(places / last)
    turned = np.where(places < 0, before, np.where(places > last, after, places))
    return np.clip(turned, 0, last).astype(FLOAT)


_FILLS: dict[str, Callable[[Array, int], Array]] = {
    "CONSTANT": lambda places, _side: places,
    "NEAREST": lambda places, side: np.clip(places, 0, side - 1),
    "REFLECT": _reflected,
    "WRAP": _wrapped,
}
"""fill_mode -> where a place outside of the image is taken from (image/image_ops.h of TF)."""


@op(
    "ImageProjectiveTransformV2",
    "ImageProjectiveTransformV3",
    interpolation=text("NEAREST"),
    fill_mode=text("CONSTANT"),
)
def projective_transform(
    images: Array,
    transforms: Array,
    size: Array,
    fill: Array | None = None,
    *,
    interpolation: str,
    fill_mode: str,
) -> Array:
    """Images moved, turned or seen from the side: 8 numbers for each say where a pixel is from."""
    height, width = wholes(size)
    sized([len(images), height, width, images.shape[3]])
    value = images.dtype.type(0) if fill is None else scalar(fill)
    result = np.empty((len(images), height, width, images.shape[3]), images.dtype)
    y, x = np.mgrid[:height, :width].astype(FLOAT)
    for index, image in enumerate(images):
        a0, a1, a2, b0, b1, b2, c0, c1 = transforms[index if len(transforms) > 1 else 0]
        depth = c0 * x + c1 * y + np.float32(1)
        rows = _FILLS[fill_mode]((b0 * x + b1 * y + b2) / depth, image.shape[0])
        columns = _FILLS[fill_mode]((a0 * x + a1 * y + a2) / depth, image.shape[1])
        pixels = _interpolated(image, rows, columns, value, interpolation)
        result[index] = np.where((depth == 0)[..., None], value, pixels)
    return result


def _interpolated(
    image: Array, rows: Array, columns: Array, fill: Array, interpolation: str
) -> Array:
    if interpolation == "NEAREST":
        return _read(image, _rounded(rows), _rounded(columns), fill)
    top, left = np.floor(rows), np.floor(columns)
    down, across = (rows - top)[..., None], (columns - left)[..., None]
    upper = (1 - across) * _read(image, top, left, fill) + across * _read(
        image, top, left + 1, fill
    )
    lower = (1 - across) * _read(image, top + 1, left, fill) + across * _read(
        image, top + 1, left + 1, fill
    )
    return (1 - down) * upper + down * lower


def _rounded(places: Array) -> Array:
    """Return the nearest whole numbers; halves go away from zero."""
    return np.copysign(np.floor(np.abs(places) + np.float32(0.5)), places)


def _read(image: Array, rows: Array, columns: Array, fill: Array) -> Array:
    """Return pixels, or `fill` outside of the image."""
    height, width = image.shape[:2]
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    y = np.where(inside, rows, 0).astype(np.intp)
    x = np.where(inside, columns, 0).astype(np.intp)
    return np.where(inside[..., None], image[y, x], fill)
