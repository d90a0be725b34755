"""Layers that Keras's own applications define: ConvNeXt's and Inception-ResNet's."""

from __future__ import annotations

from typing import Any

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import option, real, whole
from pyio.models.core.parts import initializer
from pyio.models.core.shapes import Shapes, as_list
from pyio.models.layers.merge import Merge


class LayerScale(Layer):
    """``x * gamma``: (batch, ..., channels), in float32. ConvNeXt has it.

    Args:
        init_values: What gamma starts from.
        projection_dim: The number of channels.
    """

    positional = ("init_values", "projection_dim")

    init_values: float = option(check=real)
    projection_dim: int = option(check=whole(1))

    def build(self, shape: Shapes) -> None:  # noqa: ARG002
        """Make gamma (channels,)."""
        start = initializer({"class_name": "Constant", "config": {"value": self.init_values}})
        self.gamma = self.add_weight("gamma", (self.projection_dim,), start)

    def call(self, x: Array) -> Array:
        """Return the scaled input."""
        y: Array = x * self.gamma.value
        return y


class CustomScaleLayer(Merge):
    """``a + b * scale`` for a list of two inputs of one shape. Inception-ResNet has it.

    Args:
        scale: The factor of the second input.
    """

    positional = ("scale",)
    supports_masking = False

    scale: float = option(1, real)

    def build(self, shape: Shapes) -> None:
        """Raise InvalidModelError unless there are two inputs."""
        if len(as_list(shape)) != 2:
            raise InvalidModelError(f"{self.name!r} takes a list of two inputs")

    def call(self, x: Any) -> Array:
        """Return the sum."""
        y: Array = x[0] + x[1] * np.float32(self.scale)
        return y
