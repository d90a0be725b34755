"""Layers that normalize values to a common mean and variance."""

from __future__ import annotations

from typing import Any

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import any_whole, axes, flag, keras_option, option, real
from pyio.models.core.parts import ConfigObject, constraint, initializer, regularizer
from pyio.models.core.phase import Phase, plain, training_phase
from pyio.models.core.shapes import Shapes, known, normal_axis, only
from pyio.models.ops import kernels


def _one_axis(value: Any) -> int:
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]  # Keras writes a list
    return any_whole(value)


class BatchNormalization(Layer):
    """``gamma * (x - moving_mean) / sqrt(moving_variance + epsilon) + beta`` along one axis.

    Args:
        axis: The axis of the channels. TensorFlow.js computes wrong numbers unless it is the last.
        momentum: How slowly training moves mean and variance.
        epsilon: Keeps the division away from 0.
        center: Whether there is a beta.
        scale: Whether there is a gamma.
        beta_initializer: What beta starts from.
        gamma_initializer: What gamma starts from.
        moving_mean_initializer: What the mean starts from.
        moving_variance_initializer: What the variance starts from.
        beta_regularizer: Regularizer of beta. Stored in the config; used in training only.
        gamma_regularizer: The same for gamma.
        beta_constraint: Constraint on beta. Stored in the config; used in training only.
        gamma_constraint: The same for gamma.
    """

    supports_masking = True

    axis: int = option(-1, _one_axis)
    momentum: float = option(0.99, real)
    epsilon: float = option(1e-3, real)
    center: bool = option(True, flag)
    scale: bool = option(True, flag)
    beta_initializer: ConfigObject = option("Zeros", initializer)
    gamma_initializer: ConfigObject = option("Ones", initializer)
    moving_mean_initializer: ConfigObject = option("Zeros", initializer)
    moving_variance_initializer: ConfigObject = option("Ones", initializer)
    beta_regularizer: ConfigObject | None = option(None, regularizer)
    gamma_regularizer: ConfigObject | None = option(None, regularizer)
    beta_constraint: ConfigObject | None = option(None, constraint)
    gamma_constraint: ConfigObject | None = option(None, constraint)

    def build(self, shape: Shapes) -> None:
        """Make gamma, beta, mean and variance, one value per channel each."""
        sides = only(shape, self.name)
        axis = normal_axis(self.axis, len(sides), f"BatchNormalization {self.name!r}")
        size = (known(sides[axis], f"axis {axis} of the input of {self.name!r}"),)
        self.gamma = self.add_weight("gamma", size, self.gamma_initializer) if self.scale else None
        self.beta = self.add_weight("beta", size, self.beta_initializer) if self.center else None
        self.mean = self.add_weight("moving_mean", size, self.moving_mean_initializer, False)
        self.variance = self.add_weight(
            "moving_variance", size, self.moving_variance_initializer, False
        )
        self._last = axis == len(sides) - 1

    def call(self, x: Array) -> Array:
        """Return the input, normalized with moving averages; in training with its own."""
        mean, variance = self.mean.value, self.variance.value
        phase = training_phase()
        if phase is not None:
            mean, variance = self._of_batch(x, phase)
        # One factor per channel first, so that large arrays are multiplied once.
        factor = 1 / np.sqrt(variance + np.float32(self.epsilon))
        if self.gamma is not None:
            factor = factor * self.gamma.value
        sides = [1] * x.ndim
        sides[self.axis] = -1
        y: Array = (x - mean.reshape(sides)) * factor.reshape(sides)
        return y if self.beta is None else kernels.add_bias(y, self.beta.value.reshape(sides))

    def _of_batch(self, x: Array, phase: Phase) -> tuple[Array, Array]:
        """Return mean and variance of a batch, and move the averages (``updateMovingMean...``).

        The variance is the biased one. A frozen layer moves its averages too, as in TensorFlow.js.
        """
        others = tuple(axis for axis in range(x.ndim) if axis != self.axis % x.ndim)
        mean = x.mean(axis=others, keepdims=True)
        variance = np.square(x - mean).mean(axis=others)
        mean = mean.reshape(variance.shape)
        decay = np.float32(1 - self.momentum)
        for weight, new in ((self.mean, mean), (self.variance, variance)):
            old = phase.latest(weight)
            phase.update(weight, old - (old - plain(new)) * decay)
        return mean, variance

    def tfjs_incompatibility(self) -> str | None:
        """TensorFlow.js normalizes along the last axis only."""
        if self.built and not self._last:
            return f"axis {self.axis}; BatchNormalization is wrong there unless it is the last one"
        return None


class LayerNormalization(Layer):
    """Each example brought to mean 0 and variance 1, then ``gamma * x + beta``.

    Args:
        axis: The axis, or axes, along which mean and variance are taken.
        epsilon: Keeps the division away from 0.
        center: Whether there is a beta.
        scale: Whether there is a gamma.
        beta_initializer: What beta starts from.
        gamma_initializer: What gamma starts from.
        beta_regularizer: Regularizer of beta. Stored in the config; used in training only.
        gamma_regularizer: The same for gamma.
        rms_scaling: Whether the mean stays and there is no beta. Keras has it.
    """

    supports_masking = True

    axis: int | list[int] = option(-1, axes)
    epsilon: float = option(1e-3, real)
    center: bool = option(True, flag)
    scale: bool = option(True, flag)
    beta_initializer: ConfigObject = option("Zeros", initializer)
    gamma_initializer: ConfigObject = option("Ones", initializer)
    beta_regularizer: ConfigObject | None = option(None, regularizer)
    gamma_regularizer: ConfigObject | None = option(None, regularizer)
    rms_scaling: bool = keras_option(False, flag)

    def build(self, shape: Shapes) -> None:
        """Make gamma and beta; from now on `axis` is a list counted from the front."""
        sides = only(shape, self.name)
        given = self.axis if isinstance(self.axis, list) else [self.axis]
        what = f"LayerNormalization {self.name!r}"
        self._axes = tuple(normal_axis(axis, len(sides), what) for axis in given)
        if len(set(self._axes)) < len(self._axes):
            raise InvalidModelError(f"{what} has the same axis twice in {given}")
        self.axis = list(self._axes)
        size = [known(sides[axis], f"axis {axis} of {self.name!r}") for axis in self._axes]
        has_gamma, has_beta = self.scale or self.rms_scaling, self.center and not self.rms_scaling
        self.gamma = self.add_weight("gamma", size, self.gamma_initializer) if has_gamma else None
        self.beta = self.add_weight("beta", size, self.beta_initializer) if has_beta else None

    def call(self, x: Array) -> Array:
        """Return the normalized input."""
        centered = x - x.mean(axis=self._axes, keepdims=True)
        variance = np.square(centered).mean(axis=self._axes, keepdims=True)
        y = (x if self.rms_scaling else centered) / np.sqrt(variance + np.float32(self.epsilon))
        sides = [side if axis in self._axes else 1 for axis, side in enumerate(x.shape)]
        if self.gamma is not None:
            y = y * self.gamma.value.reshape(sides)
        if self.beta is not None:
            y = y + self.beta.value.reshape(sides)
        normalized: Array = y
        return normalized
