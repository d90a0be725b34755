"""Layers that prepare data: images in another size or scale, numbers as categories."""

from __future__ import annotations

from typing import Any

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import (
    any_whole,
    choice,
    flag,
    keras_option,
    numbers,
    option,
    whole,
)
from pyio.models.core.phase import plain, training_phase
from pyio.models.core.shapes import Shape, Shapes, as_list, only
from pyio.models.ops.resizing import resize_bilinear, resize_half_pixels, resize_nearest


class Rescaling(Layer):
    """``x * scale + offset``.

    Args:
        scale: A number, or one for each channel.
        offset: A number, or one for each channel.
    """

    positional = ("scale", "offset")

    scale: Any = option(check=numbers)
    offset: Any = option(0, numbers)

    def call(self, x: Array) -> Array:
        """Return the scaled input."""
        scale, offset = np.asarray(self.scale, np.float32), np.asarray(self.offset, np.float32)
        y: Array = x.astype(np.float32, copy=False) * scale + offset
        return y


class _Sized(Layer):
    """A layer that gives images (..., height, width, channels) a fixed size."""

    positional = ("height", "width")
    min_ndim = 3

    height: int = option(check=whole(1))
    width: int = option(check=whole(1))

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """(..., height, width, channels) with the new height and width."""
        sides = only(shape, self.name)
        return (*sides[:-3], self.height, self.width, sides[-1])

    def resized(self, x: Array, interpolation: str) -> Array:
        """Return `x` in the new size, sampled as Keras does."""
        x = x.astype(np.float32, copy=False)
        return resize_half_pixels(x, self.height, self.width, interpolation)


class Resizing(_Sized):
    """Images (..., height, width, channels) in another size; the output is float32.

    TensorFlow.js lets the corners of both images coincide, Keras the middles of pixels.

    Args:
        height: The new height.
        width: The new width.
        interpolation: "bilinear" blends pixels, "nearest" takes one.
        crop_to_aspect_ratio: Whether the image is cut to the new proportions first, instead of
            being distorted.
        half_pixels: Whether it samples as Keras does. It is set for models that Keras wrote.
    """

    interpolation: str = option("bilinear", choice("bilinear", "nearest"), after="width")
    crop_to_aspect_ratio: bool = option(False, flag, after="interpolation")
    half_pixels: bool = keras_option(False, flag)

    def call(self, x: Array) -> Array:
        """Return the images in the new size."""
        if self.crop_to_aspect_ratio:
            x = _cut(x, self.height, self.width)
        if self.half_pixels:
            return self.resized(x, self.interpolation)
        resize = resize_bilinear if self.interpolation == "bilinear" else resize_nearest
        return resize(x, self.height, self.width, align_corners=not self.crop_to_aspect_ratio)


class CenterCrop(_Sized):
    """The middle of images; smaller images are enlarged instead.

    Args:
        height: The height that is left.
        width: The width that is left.
        half_pixels: Whether smaller images are enlarged as Keras does: cut to the new proportions,
            and sampled by the middles of pixels. It is set for models that Keras wrote.
    """

    half_pixels: bool = keras_option(False, flag)

    def call(self, x: Array) -> Array:
        """Return the middle of the images."""
        if x.shape[-3] < self.height or x.shape[-2] < self.width:
            if self.half_pixels:
                return self.resized(_cut(x, self.height, self.width), "bilinear")
            return resize_bilinear(x, self.height, self.width, align_corners=False)
        return _centre(x, self.height, self.width)


class CategoryEncoding(Layer):
    """Whole numbers as vectors with one place for each category.

    Args:
        num_tokens: The number of categories: the input has numbers from 0 to ``num_tokens - 1``.
        output_mode: "multi_hot" marks the categories of an example, "count" counts them,
            "one_hot" gives a vector for each number, "tf_idf" counts with weights, "int" changes
            nothing.
    """

    positional = ("num_tokens",)

    num_tokens: int = option(check=whole(1))
    output_mode: str = option("multi_hot", choice("multi_hot", "one_hot", "count", "tf_idf", "int"))

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape with a side of `num_tokens` at the end."""
        sides = as_list(shape)[0]
        if self.output_mode == "int":
            return sides
        if self.output_mode == "one_hot" and sides[-1] != 1:
            return (*sides, self.num_tokens)
        return (*sides[:-1], self.num_tokens)

    def tfjs_incompatibility(self) -> str | None:
        """TensorFlow.js reads no second input."""
        several = any(len(node.inputs) > 1 for node in self.inbound_nodes)
        return "count_weights as an input, which it does not read" if several else None

    def call(self, x: Any, count_weights: Any = None) -> Array:
        """Return the vectors. `count_weights` are those of "count" and "tf_idf", like the input.

        They may also be the second of two inputs.

        Raises ModelInputError for numbers that are no category.
        """
        if isinstance(x, list):
            x, count_weights = x[0], x[1] if len(x) > 1 else count_weights
        tokens: Array = plain(x).astype(np.int32, copy=False)
        if tokens.size and not 0 <= tokens.min() <= tokens.max() < self.num_tokens:
            raise ModelInputError(
                f"CategoryEncoding {self.name!r} knows 0 to {self.num_tokens - 1}; the input has "
                f"numbers from {tokens.min()} to {tokens.max()}"
            )
        if self.output_mode == "int":
            return tokens
        hot = (tokens[..., None] == np.arange(self.num_tokens)).astype(np.float32)
        if self.output_mode == "one_hot":
            return np.asarray(hot if tokens.shape[-1] != 1 else hot[..., 0, :])
        if self.output_mode == "multi_hot":
            return np.asarray(hot.max(axis=-2))
        if count_weights is not None:
            hot = hot * np.asarray(count_weights, np.float32)[..., None]
        elif self.output_mode == "tf_idf":
            raise InvalidModelError(f"{self.name!r} has output_mode tf_idf: pass count_weights")
        return np.asarray(hot.sum(axis=-2))


def _factor(value: Any) -> Any:
    value = numbers(value)
    bounds = value if isinstance(value, list) else [-value, value]
    if (
        len(bounds) != 2
        or any(isinstance(each, list) for each in bounds)
        or (bounds[0] < -1 or bounds[1] < bounds[0])
    ):
        raise ValueError("a positive number, or [lower, upper], both from -1 on")
    return value


class RandomWidth(Layer):
    """Images of random width in training; predictions pass unchanged, as in Keras.

    Args:
        factor: The largest relative change of the width: a number, or [lower, upper].
        interpolation: "bilinear" or "nearest".
        seed: Makes training repeatable.
    """

    positional = ("factor",)
    min_ndim = 3

    factor: Any = option(check=_factor)
    interpolation: str = option("bilinear", choice("bilinear", "nearest"))
    seed: int | None = option(None, any_whole)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape with an unknown width."""
        sides = only(shape, self.name)
        return (*sides[:-2], None, sides[-1])

    def call(self, x: Array) -> Array:
        """Return the input, in training in another width, the same for the whole batch."""
        phase = training_phase()
        if phase is None:
            return x
        lower, upper = self.factor if isinstance(self.factor, list) else (-self.factor, self.factor)
        change = phase.random_of(self).uniform(1 + lower, 1 + upper)
        height, width = x.shape[-3], max(round(change * x.shape[-2]), 1)
        resize = resize_bilinear if self.interpolation == "bilinear" else resize_nearest
        return resize(x, height, width, align_corners=False)


def _cut(x: Array, new_height: int, new_width: int) -> Array:
    """Return the middle of the images with the proportions of the new size."""
    height, width = x.shape[-3:-1]
    keep_height = min(height, int(width * new_height / new_width))
    keep_width = min(width, int(height * new_width / new_height))
    return _centre(x, max(keep_height, 1), max(keep_width, 1))


def _centre(x: Array, height: int, width: int) -> Array:
    top, left = (x.shape[-3] - height) // 2, (x.shape[-2] - width) // 2
    return x[..., top : top + height, left : left + width, :]
