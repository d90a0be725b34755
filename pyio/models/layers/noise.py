"""Layers that add noise in training; predictions pass unchanged."""

from __future__ import annotations

import math

import numpy as np

from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import option, real
from pyio.models.core.phase import training_phase

_LOW = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946
"""What a dropped value becomes: the lowest value of selu."""


class _Noise(Layer):
    """A layer that acts in training only."""

    supports_masking = True

    def call(self, x: Array) -> Array:
        """Return the input."""
        return x


class GaussianNoise(_Noise):
    """Adds normally distributed noise in training; predictions pass unchanged.

    Args:
        stddev: The standard deviation of the noise.
    """

    positional = ("stddev",)

    stddev: float = option(check=real)

    def call(self, x: Array) -> Array:
        """Return the input, in training with noise added."""
        phase = training_phase()
        if phase is None:
            return x
        return x + phase.random_of(self).normal(0, self.stddev, x.shape).astype(np.float32)


class GaussianDropout(_Noise):
    """Multiplies with normally distributed noise in training; predictions pass unchanged.

    Args:
        rate: How much: the standard deviation is ``sqrt(rate / (1 - rate))``.
    """

    positional = ("rate",)

    rate: float = option(check=real)

    def call(self, x: Array) -> Array:
        """Return the input, in training multiplied with noise."""
        phase = training_phase()
        if phase is None or not 0 < self.rate < 1:
            return x
        spread = math.sqrt(self.rate / (1 - self.rate))
        return x * phase.random_of(self).normal(1, spread, x.shape).astype(np.float32)


class AlphaDropout(_Noise):
    """Drops values and keeps mean and variance in training; predictions pass unchanged.

    Args:
        rate: The share that is dropped.
    """

    positional = ("rate",)

    rate: float = option(check=real)

    def call(self, x: Array) -> Array:
        """Return the input, in training with values set to a low one (tfjs ``noise.ts``)."""
        phase = training_phase()
        if phase is None or not 0 < self.rate < 1:
            return x
        drawn = phase.random_of(self).random(x.shape, np.float32)
        keep = (drawn >= self.rate).astype(np.float32)
        spread = ((1 - self.rate) * (1 + self.rate * _LOW**2)) ** -0.5
        dropped = x * keep + np.float32(_LOW) * (1 - keep)
        return dropped * np.float32(spread) - np.float32(spread * _LOW * self.rate)
