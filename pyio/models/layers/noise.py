"""Layers that add noise in training; predictions pass unchanged."""

from __future__ import annotations

from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import option, real


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


class GaussianDropout(_Noise):
    """Multiplies with normally distributed noise in training; predictions pass unchanged.

    Args:
        rate: How much: the standard deviation is ``sqrt(rate / (1 - rate))``.
    """

    positional = ("rate",)

    rate: float = option(check=real)


class AlphaDropout(_Noise):
    """Drops values and keeps mean and variance in training; predictions pass unchanged.

    Args:
        rate: The share that is dropped.
    """

    positional = ("rate",)

    rate: float = option(check=real)
