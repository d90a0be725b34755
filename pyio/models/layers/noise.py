"""Layers that add noise in training; predictions pass unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pyio.models.core.config import COMMON
from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import option, real

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Noise(Layer):
    """A layer that acts in training only."""

    supports_masking = True

    def call(self, x: Array) -> Array:
        """Return the input."""
        return x


class Passing(_Noise):
    """A layer of Keras that acts in training only: it keeps its config and passes its input.

    TensorFlow.js does not have these classes, so it cannot open a model with one.
    """

    def __init__(self, **config: Any) -> None:
        common = {key: config[key] for key in COMMON if key in config}
        super().__init__(**common)
        self.config = {key: value for key, value in config.items() if key not in COMMON}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Return the layer with all its settings, known or not."""
        return cls(**config)

    def get_config(self) -> dict[str, Any]:
        """Return the config as it was read."""
        return {**self.common_config(), **self.config}

    def tfjs_incompatibility(self) -> str | None:
        """TensorFlow.js does not have it."""
        return f"the class {self.class_name}, which only Keras has"


def passing(class_name: str) -> type[Passing]:
    """Return the class of that name."""
    return type(class_name, (Passing,), {})


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
