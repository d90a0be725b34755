"""GivenMask: a tensor whose mask is another tensor of the model."""

from __future__ import annotations

from typing import Any

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.core.layer import Layer
from pyio.models.core.phase import plain
from pyio.models.core.shapes import Shape, Shapes, as_list


class GivenMask(Layer):
    """The first input, with the second as its mask: [(batch, steps, ...), (batch, steps)].

    It stands where a model of Keras passes ``mask=`` to a layer. Numbers other than 0, and True,
    are steps that count. Only pyio has it.
    """

    creates_mask = True

    def build(self, shape: Shapes) -> None:
        """Raise InvalidModelError unless there are two inputs."""
        if len(as_list(shape)) != 2:
            raise InvalidModelError(f"{self.name!r} takes a list of a tensor and its mask")

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape of the first input."""
        return as_list(shape)[0]

    def call(self, x: Any) -> Any:
        """Return the first input."""
        return x[0]

    def compute_mask(self, x: Any, mask: Any) -> Any:  # noqa: ARG002 - every layer has it
        """Return the second input as booleans."""
        return np.asarray(plain(x[1])).astype(np.bool_)
