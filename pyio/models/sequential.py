"""Sequential: a model that is a stack of layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from pyio.errors import InvalidModelError
from pyio.format.json_text import dumps
from pyio.models.core.container import Container
from pyio.models.core.layer import Layer
from pyio.models.core.names import numbered
from pyio.models.layers.core import Input
from pyio.models.model import LayersModel
from pyio.models.serialization.functional import checked_config
from pyio.models.serialization.registry import layer_from_json
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyio.models.core.graph import SymbolicTensor


class Sequential(LayersModel):
    """A model whose layers follow one another.

    Args:
        layers: The layers. The first needs an `input_shape`, or is an InputLayer or a model.
        name: Its name; "sequential_1" and so on unless given.

    ::

        model = pyio.Sequential([
            pyio.layers.Dense(16, activation="relu", input_shape=(4,)),
            pyio.layers.Dense(3, activation="softmax"),
        ])

    Raises InvalidModelError for a first layer without a shape, for layers that do not fit together
    and for layers with several outputs.
    """

    class_name = "Sequential"

    @short
    def __init__(self, layers: Iterable[Layer] = (), name: str | None = None) -> None:
        super().__init__([], [], name if name is not None else numbered("sequential_"))
        for layer in layers:
            self.add(layer)

    @short
    def add(self, layer: Layer) -> None:
        """Add `layer` as the last one."""
        if not isinstance(layer, Layer):
            raise InvalidModelError(f"a Sequential is made of layers; got {layer!r:.120}")
        if layer is self or any(inner is self for inner in layer.inner_layers()):
            raise InvalidModelError(f"the model {self.name!r} cannot be a part of itself")
        if isinstance(layer, Container) and (len(layer.inputs), len(layer.outputs)) != (1, 1):
            raise InvalidModelError(
                f"{layer.name!r} has {len(layer.inputs)} inputs and {len(layer.outputs)} outputs; "
                "a model inside of a Sequential has one of each; use pyio.Model for this"
            )
        output = self._start(layer) if not self.outputs else layer(self.outputs[0])
        if isinstance(output, list):
            raise InvalidModelError(
                f"{layer.name!r} has {len(output)} outputs; the layers of a Sequential have one; "
                "use pyio.Model for this"
            )
        self.outputs[:] = [output]
        self.layers.append(layer)
        self._graph = None

    def pop(self) -> None:
        """Remove the last layer. Raises InvalidModelError for a model without layers."""
        if not self.layers:
            raise InvalidModelError(f"there are no layers in {self.name!r}")
        self.layers.pop()
        last = self.layers[-1] if self.layers else None
        self.outputs[:] = [last.inbound_nodes[-1].outputs[0]] if last else []
        self._graph = None

    def _start(self, layer: Layer) -> SymbolicTensor | list[SymbolicTensor]:
        """Return the output of the first `layer`, and make its input that of the model."""
        if isinstance(layer, Container):
            self.inputs[:] = layer.inputs
            return layer.outputs[0]
        if not layer.inbound_nodes:  # a new layer, which gets an InputLayer of its own
            if layer.batch_input_shape is None:
                raise InvalidModelError(
                    f"the first layer of a Sequential, {layer.name!r}, needs an input_shape or a "
                    "batch_input_shape"
                )
            start = Input(
                batch_shape=layer.batch_input_shape,
                name=f"{layer.name}_input",
                dtype=layer.dtype or "float32",
            )
            self.inputs[:] = [start]
            return layer(start)  # type: ignore[no-any-return]
        outputs = layer.inbound_nodes[0].outputs  # an InputLayer has one call, without inputs
        if len(layer.inbound_nodes) > 1 or layer.inbound_nodes[0].inputs:
            raise InvalidModelError(
                f"{layer.name!r} is connected somewhere else already; a Sequential starts with a "
                "new layer, an InputLayer or a model"
            )
        self.inputs[:] = outputs
        return outputs if len(outputs) > 1 else outputs[0]

    @classmethod
    def from_config(cls, config: Any) -> Self:
        """Return the model that `get_config` described. Raises InvalidModelError."""
        layers, name = checked_config(cls.class_name, config)
        names = Counter(map(_name_in, layers))
        made: dict[str, Layer] = {}

        def layer_of(entry: Any) -> Layer:
            """Return the layer of an entry: the one from before if the same is there again."""
            if names[_name_in(entry)] == 1:
                return layer_from_json(entry)
            key = dumps(entry)
            if key not in made:
                made[key] = layer_from_json(entry)
            return made[key]

        return cls(map(layer_of, layers), name)

    def get_config(self) -> dict[str, Any]:
        """Return the name and the layers as JSON."""
        layers = [
            {"class_name": layer.class_name, "config": layer.get_config()} for layer in self.layers
        ]
        return {"name": self.name, "layers": layers}


def _name_in(entry: Any) -> str | None:
    """Return the name of the layer that `entry` of a config describes, None without a name."""
    config = entry.get("config") if isinstance(entry, Mapping) else None
    name = config.get("name") if isinstance(config, Mapping) else None
    return name if isinstance(name, str) else None
