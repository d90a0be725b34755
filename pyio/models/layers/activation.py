"""Activations with parameters, as layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from pyio.models.core.layer import Array, Layer, Mask
from pyio.models.core.options import axes, flag, keras_option, option, real
from pyio.models.core.parts import ConfigObject, constraint, initializer, regularizer
from pyio.models.core.shapes import Shapes, known, normal_axis, only
from pyio.models.ops.activations import elu, softmax


class ReLU(Layer):
    """``x`` above 0, 0 below.

    Args:
        max_value: The largest output; None for no limit.
        negative_slope: The slope below the threshold. Keras has it, TensorFlow.js ignores it.
        threshold: Where the positive part begins. Keras has it, TensorFlow.js ignores it.
    """

    positional = ("max_value",)
    supports_masking = True

    max_value: float | None = option(None, real)
    negative_slope: float = keras_option(0, real)
    threshold: float = keras_option(0, real)

    def call(self, x: Array) -> Array:
        """Return the rectified input."""
        if self.threshold or self.negative_slope:
            low = self.negative_slope * (x - self.threshold)
            x = np.where(x >= self.threshold, x, low.astype(x.dtype))
        else:
            x = np.maximum(x, 0)
        return x if self.max_value is None else np.minimum(x, self.max_value)


class _Masked(Layer):
    """A layer that passes masks on in Keras, and not in TensorFlow.js.

    Args:
        use_mask: Whether the output has the mask of the input. It is set for models that Keras
            wrote.
    """

    use_mask: bool = keras_option(False, flag)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.supports_masking = self.use_mask


class LeakyReLU(_Masked):
    """``x`` above 0, ``alpha * x`` below.

    Args:
        alpha: The slope below 0.
    """

    positional = ("alpha",)

    alpha: float = option(0.3, real)

    def call(self, x: Array) -> Array:
        """Return the rectified input."""
        return np.where(x > 0, x, np.float32(self.alpha) * x)


def _shared(value: Any) -> list[int]:
    return value if isinstance(value := axes(value), list) else [value]


class PReLU(Layer):
    """``x`` above 0, ``alpha * x`` below, with a learned alpha for each position.

    Args:
        alpha_initializer: What alpha starts from.
        alpha_regularizer: Regularizer of alpha. Stored in the config; used in training only.
        alpha_constraint: Constraint on alpha. Stored in the config; used in training only.
        shared_axes: Axes along which alpha is the same, counted from 1.
    """

    supports_masking = True

    alpha_initializer: ConfigObject = option("Zeros", initializer)
    alpha_regularizer: ConfigObject | None = option(None, regularizer)
    alpha_constraint: ConfigObject | None = option(None, constraint)
    shared_axes: list[int] | None = option(None, _shared)

    def build(self, shape: Shapes) -> None:
        """Make alpha: the shape of an example, 1 along shared axes."""
        sides = list(only(shape, self.name))
        for axis in self.shared_axes or ():
            sides[normal_axis(axis, len(sides), f"PReLU {self.name!r}")] = 1
        wanted = [known(side, f"a side of the input of {self.name!r}") for side in sides[1:]]
        self.alpha = self.add_weight("alpha", wanted, self.alpha_initializer)

    def call(self, x: Array) -> Array:
        """Return the rectified input."""
        return np.where(x > 0, x, self.alpha.value * x)


class ELU(_Masked):
    """``x`` above 0, ``alpha * (exp(x) - 1)`` below.

    Args:
        alpha: The limit far below 0, negated. TensorFlow.js accepts only 1.
    """

    positional = ("alpha",)

    alpha: float = option(1, real)

    def call(self, x: Array) -> Array:
        """Return the activated input."""
        return elu(x, self.alpha)  # type: ignore[no-any-return]

    def tfjs_incompatibility(self) -> str | None:
        """TensorFlow.js accepts only an alpha of 1."""
        return None if self.alpha == 1 else f"alpha {self.alpha}; ELU accepts only 1 there"


class ThresholdedReLU(_Masked):
    """``x`` above `theta`, 0 below.

    Args:
        theta: The threshold.
    """

    positional = ("theta",)

    theta: float = option(1, real)

    def call(self, x: Array) -> Array:
        """Return the rectified input."""
        return x * (x > self.theta)


class Softmax(Layer):
    """exp(x), scaled so that it sums to 1.

    Args:
        axis: The axis, or axes, along which it sums to 1. The default is 1, as in TensorFlow.js.
    """

    positional = ("axis",)
    supports_masking = True

    axis: int | list[int] = option(1, axes)

    def build(self, shape: Shapes) -> None:
        """Raise InvalidModelError for an axis that the input does not have."""
        for axis in self.axis if isinstance(self.axis, list) else [self.axis]:
            normal_axis(axis, len(only(shape, self.name)), f"Softmax {self.name!r}")

    def call(self, x: Array, mask: Mask = None) -> Array:
        """Return the shares; the share of masked positions is 0."""
        if mask is not None:
            # So far below the others that the exponential is 0.
            seen = mask.reshape(mask.shape + (1,) * (x.ndim - mask.ndim))
            x = x + (1 - seen.astype(x.dtype)) * np.float32(-1e9)
        axis = self.axis if isinstance(self.axis, int) else tuple(self.axis)
        return softmax(x, axis)  # type: ignore[no-any-return]
