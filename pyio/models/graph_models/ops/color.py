"""Colours of images, whose last side is red, green and blue (``image/colorspace_op.h``)."""

from __future__ import annotations

import numpy as np

from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import FLOAT, Array, scalar


def _three(images: Array) -> tuple[Array, Array, Array]:
    if not images.ndim or images.shape[-1] != 3:
        raise ValueError(f"images of {list(images.shape)}; expected 3 channels")
    return images[..., 0], images[..., 1], images[..., 2]


@op("RGBToHSV")
def rgb_to_hsv(images: Array) -> Array:
    """Hue, saturation and value of red, green and blue, all from 0 to 1."""
    red, green, blue = _three(images)
    value = np.maximum(np.maximum(red, green), blue)
    spread = value - np.minimum(np.minimum(red, green), blue)
    saturation = np.where(value > 0, spread / np.where(value > 0, value, 1), 0)
    sixth = np.float32(1 / 6) / np.where(spread > 0, spread, 1)
    hue = np.where(
        red == value,
        (green - blue) * sixth,
        np.where(
            green == value,
            (blue - red) * sixth + np.float32(2 / 6),
            (red - green) * sixth + np.float32(4 / 6),
        ),
    )
    hue = np.where(spread > 0, hue, 0)
    hue = np.where(hue < 0, hue + 1, hue)
    return np.stack([hue, saturation, value], axis=-1).astype(images.dtype)


@op("HSVToRGB")
def hsv_to_rgb(images: Array) -> Array:
    """Red, green and blue of hue, saturation and value."""
    hue, saturation, value = _three(images)
    six = hue * 6
    parts = [np.abs(six - 3) - 1, 2 - np.abs(six - 2), 2 - np.abs(six - 4)]
    pure = np.stack([np.clip(part, 0, 1) for part in parts], axis=-1)
    mixed = (1 - saturation)[..., None] + saturation[..., None] * pure
    return (mixed * value[..., None]).astype(images.dtype)


@op("AdjustContrastv2")
def adjust_contrast(images: Array, factor: Array) -> Array:
    """Values farther from the mean of each channel and image."""
    mean = images.mean(axis=(-3, -2), keepdims=True, dtype=np.float64).astype(FLOAT)
    return (mean + (images - mean) * scalar(factor)).astype(images.dtype)


@op("AdjustSaturation")
def adjust_saturation(images: Array, factor: Array) -> Array:
    """Stronger or weaker colours."""
    hsv = rgb_to_hsv(images)
    hsv[..., 1] = np.clip(hsv[..., 1] * scalar(factor), 0, 1)
    return hsv_to_rgb(hsv)


@op("AdjustHue")
def adjust_hue(images: Array, delta: Array) -> Array:
    """Colours turned."""
    hsv = rgb_to_hsv(images)
    hsv[..., 0] = np.mod(hsv[..., 0] + scalar(delta), 1)
    return hsv_to_rgb(hsv)
