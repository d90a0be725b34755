"""UnknownLayer: a placeholder for a layer whose class is not registered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.errors import UnknownLayersError
from pyio.models.core.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Mapping


class UnknownLayer(Layer):
    """A layer of a class that is not registered: it keeps its config and computes nothing.

    The shape of its output is not known, so the layers after it have no shapes either. The model
    keeps its weights and writes them back when it is saved.
    """

    def __init__(self, class_name: str, config: Mapping[str, Any]) -> None:
        self.class_name = class_name
        name, shape = config.get("name"), config.get("batch_input_shape")
        super().__init__(name=name, trainable=config.get("trainable"), batch_input_shape=shape)
        self.config = dict(config)

    def get_config(self) -> dict[str, Any]:
        """Return the config as it was read."""
        return self.config

    def connect(self, inputs: Any, kwargs: dict[str, Any]) -> Any:
        """Connect the layer; its output has no known shape."""
        result = super().connect(inputs, kwargs)
        result.shape = None
        return result

    def call(self, x: Any) -> Any:  # noqa: ARG002 - every layer has it
        """Raise UnknownLayersError."""
        raise UnknownLayersError([self.class_name], f"compute the layer {self.name!r}")
