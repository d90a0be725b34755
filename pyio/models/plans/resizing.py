"""Images in another size, in a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.ops.resizing import (
    between_middles,
    blended_pixels,
    nearest_middles,
    nearest_pixels,
)
from pyio.models.plans.constants import Unplanned
from pyio.models.plans.table import emits

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pyio.models.plans.builder import Builder, Value
    from pyio.models.plans.step import Step

    Array = NDArray[Any]


@emits("Resizing")
def resizing(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """Images in a fixed size."""
    layer: Any = step.layer
    (x,) = xs
    if layer.crop_to_aspect_ratio or len(x.shape) < 4:
        raise Unplanned("images that are cut first, or a batch that is the height")
    sides = layer.height, layer.width
    return resized(builder, x, sides, layer.interpolation, middles=layer.half_pixels, corners=True)


def resized(
    builder: Builder,
    x: Value,
    sides: tuple[int, int],
    interpolation: str,
    *,
    middles: bool,
    corners: bool = False,
) -> Value:
    """Return images (batch, height, width, channels) in another size, as layers make them.

    Args:
        builder: Where the rows go.
        x: The images.
        sides: The new height and width.
        interpolation: "bilinear" or "nearest".
        middles: Whether the middles of pixels coincide, as in Keras.
        corners: Whether the first and last pixels coincide otherwise.
    """
    if interpolation == "nearest" and middles:
        return picked(builder, x, sides, nearest_middles)
    if interpolation == "nearest":
        return picked(builder, x, sides, lambda old, new: nearest_pixels(old, new, corners))
    if middles:
        return blended(builder, x, sides, between_middles, shares=True)
    return blended(builder, x, sides, lambda old, new: blended_pixels(old, new, corners))


def picked(
    builder: Builder, x: Value, sides: tuple[int, int], pick: Callable[[int, int], Array]
) -> Value:
    """Return images whose pixels are copied; `pick` says of one side which they are."""
    rows, columns = (pick(old, new) for old, new in zip(x.shape[-3:], sides, strict=False))
    return _resized(builder, x, sides, (rows, rows), (columns, columns))


def blended(
    builder: Builder,
    x: Value,
    sides: tuple[int, int],
    pick: Callable[[int, int], tuple[Array, Array, Array]],
    *,
    shares: bool = False,
) -> Value:
    """Return images whose pixels are blended.

    `pick` says of one side which pixels are before and after each new one, and how near the second
    is. With `shares` both are multiplied, and otherwise their difference.
    """
    rows, columns = (pick(old, new) for old, new in zip(x.shape[-3:], sides, strict=False))
    near = {"down": builder.fixed(rows[2]), "across": builder.fixed(columns[2])}
    return _resized(builder, x, sides, rows[:2], columns[:2], shares=shares, **near)


def _resized(
    builder: Builder,
    x: Value,
    sides: tuple[int, int],
    rows: tuple[Array, Array],
    columns: tuple[Array, Array],
    **fields: Any,
) -> Value:
    *lead, height, width, channels = x.shape
    y = builder.value(*lead, *sides, channels)
    builder.add(
        "resize",
        x=x,
        y=y,
        rows=builder.fixed(np.concatenate(rows).astype(np.int32)),
        columns=builder.fixed(np.concatenate(columns).astype(np.int32)),
        images=x.size // (height * width * channels),
        height=height,
        width=width,
        channels=channels,
        y_height=sides[0],
        y_width=sides[1],
        **fields,
    )
    return y
