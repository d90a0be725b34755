"""Container: a graph of layers that is itself a layer. Models are containers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pyio.errors import InvalidModelError, PyioError, UnknownLayersError
from pyio.format.json_text import dumps
from pyio.models.core.graph import Graph, Node, SymbolicTensor
from pyio.models.core.layer import Layer
from pyio.models.core.shapes import Shapes, as_list
from pyio.models.core.unknown import UnknownLayer
from pyio.models.core.work import work_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyio.models.core.shapes import Shape
    from pyio.models.core.weight import Weight


class Container(Layer):
    """Layers that are connected from `inputs` to `outputs`.

    Attributes:
        inputs: The symbolic input tensors.
        outputs: The symbolic output tensors.
        layers: The layers, in the order of TensorFlow.js.
    """

    # Call 0 of a container is its own definition, as in TensorFlow.js; see the Node made below.
    first_node_index = 1
    class_name = "Model"
    takes_text = True  # its own layers say so

    def __init__(
        self,
        inputs: Sequence[SymbolicTensor],
        outputs: Sequence[SymbolicTensor],
        name: str,
    ) -> None:
        super().__init__(name=name)
        self.inputs = list(inputs)
        self.outputs = list(outputs)
        self.layers: list[Layer] = []
        self.built = True
        self._graph: Graph | None = None
        Node(self, [], self.outputs)

    @property
    def graph(self) -> Graph:
        """How the layers are connected. Raises InvalidModelError for an empty model."""
        if self._graph is None:
            if not self.outputs:
                raise InvalidModelError(f"the model {self.name!r} is empty; add layers to it first")
            self._graph = Graph(self.inputs, self.outputs)
        return self._graph

    @property
    def input_names(self) -> list[str]:
        """The names of the input layers."""
        return [tensor.layer.name for tensor in self.inputs]

    @property
    def output_names(self) -> list[str]:
        """The names of the layers that compute the outputs."""
        return [tensor.layer.name for tensor in self.outputs]

    @property
    def stateful(self) -> bool:
        """Whether a layer keeps a state from one batch to the next."""
        return any(layer.stateful for layer in self.layers)

    def reset_states(self) -> None:
        """Set the states of all stateful layers to 0."""
        for layer in self.layers:
            if layer.stateful:
                layer.reset_states()

    def all_layers(self) -> Iterator[Layer]:
        """Yield all layers, also those inside of models and wrappers."""
        for layer in self.layers:
            yield layer
            yield from layer.inner_layers()

    def inner_layers(self) -> Iterator[Layer]:
        """Yield the layers inside this one."""
        return self.all_layers()

    @property
    def unknown_classes(self) -> list[str]:
        """The names of the layer classes that are not registered, in order and each once."""
        unknown = [
            layer.class_name for layer in self.all_layers() if isinstance(layer, UnknownLayer)
        ]
        return list(dict.fromkeys(unknown))

    def prepare_for_save(self, config: dict[str, Any]) -> None:
        """Let each layer change its own part of `config`."""
        for layer, entry in zip(self.layers, config["layers"], strict=True):
            layer.prepare_for_save(entry["config"])

    # ------------------------------------------------------------ weights

    @property
    def trainable_weights(self) -> list[Weight]:
        """The weights that training changes, layer by layer."""
        if not self.trainable:
            return []
        return _once([layer.trainable_weights for layer in self.layers])

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The weights that training does not change, layer by layer."""
        frozen = [] if self.trainable else [layer.trainable_weights for layer in self.layers]
        return _once([*frozen, *[layer.non_trainable_weights for layer in self.layers]])

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights of the layers. Not stored in the topology."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for layer in self.layers:
            # TensorFlow.js marks the weights, not the layers, so their configs stay the same.
            layer.mark_trainable(self._trainable)

    # ------------------------------------------------------------ being a layer

    def compute(self, x: Any, mask: Any) -> tuple[Any, Any]:
        """Return the outputs and their masks."""
        several = isinstance(x, list)
        if self.unknown_classes:
            raise UnknownLayersError(self.unknown_classes, f"compute the model {self.name!r}")
        outputs, masks = self.graph.run(x if several else [x], mask if several else [mask])
        return (outputs[0], masks[0]) if len(outputs) == 1 else (outputs, masks)

    def call(self, x: Any, mask: Any = None) -> Any:
        """Return the outputs for arrays: one array, or a list if there are several."""
        given = mask if mask is not None or not isinstance(x, list) else [None] * len(x)
        return self.compute(x, given)[0]

    def compute_output_shape(self, shape: Shapes) -> Shapes:
        """Return the shapes of the outputs for inputs of `shape`."""
        # The layers are asked again: the model can be called with other shapes than it was built
        # with, such as sequences of another length.
        graph = self.graph
        found = graph.shapes_of(as_list(shape))
        outputs = [found[id(tensor)] for tensor in graph.outputs]
        return outputs if len(outputs) > 1 else outputs[0]

    def work(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:  # noqa: ARG002
        """Return the work of all layers."""
        return work_of(self.graph, list(inputs))

    def ensure_built(self, shapes: Shapes, scope: str | None = None) -> None:  # noqa: ARG002
        """Check the number of inputs; the layers were built when they were connected."""
        if len(as_list(shapes)) != len(self.inputs):
            raise InvalidModelError(
                f"the model {self.name!r} has {len(self.inputs)} inputs, got {len(as_list(shapes))}"
            )

    def connect(self, inputs: Any, kwargs: dict[str, Any]) -> Any:
        """Connect the model to symbolic tensors; with unknown layers inside, without a shape."""
        if self.unknown_classes and isinstance(inputs, list | SymbolicTensor):
            # With unknown shapes nothing asks the unknown layers for theirs. Then the real inputs
            # replace the shapeless ones, so that the graph can be followed back.
            result = super().connect(_shapeless(inputs), kwargs)
            self.inbound_nodes[-1].inputs = inputs if isinstance(inputs, list) else [inputs]
            return result
        return super().connect(inputs, kwargs)


def _once(groups: list[list[Weight]]) -> list[Weight]:
    """Return the weights in order, each once: a layer can be in several places of a model."""
    return list(dict.fromkeys([weight for group in groups for weight in group]))


def placed(layers: Iterable[Layer], path: str = "") -> Iterator[tuple[str, Layer]]:
    """Yield all `layers` and those inside them, each with the names of what it is in."""
    for layer in layers:
        yield path, layer
        inner = f"{path}{layer.name}/"
        if isinstance(layer, Container):
            yield from placed(layer.layers, inner)
        else:
            for each in layer.inner_layers():
                yield inner, each


def named(model: Container) -> list[tuple[str, Weight]]:
    """Return the weights of `model`, each with a name that no other weight has.

    Layers of different nested models can have the same name. Their weights are named with those of
    the models before them: ``encoder/dense/kernel``.
    """
    weights = model.weights
    names = [weight.name for weight in weights]
    if len(set(names)) == len(weights):  # nearly always
        return list(zip(names, weights, strict=True))
    counts = Counter(names)
    paths: dict[Weight, str] = {}
    for path, layer in placed(model.layers):
        if not isinstance(layer, Container):
            for weight in layer.weights:
                paths.setdefault(weight, path)
    return [(f"{paths[w] if counts[w.name] > 1 else ''}{w.name}", w) for w in weights]


def _shapeless(inputs: Any) -> Any:
    tensors = inputs if isinstance(inputs, list) else [inputs]
    return [SymbolicTensor(t.layer, t.node_index, t.tensor_index, None, t.dtype) for t in tensors]


def config_of(model: Container) -> dict[str, Any]:
    """Return the config of a functional model in TensorFlow.js's key order.

    A layer refers to its inputs as ``[layer name, number of the call, number of the output]``.
    """
    numbers = _call_numbers(model.graph)
    layers = []
    for layer in model.graph.layers:
        nodes = [
            [
                [t.layer.name, numbers[t.node], t.tensor_index, _plain(node.kwargs)]
                for t in node.inputs
            ]
            for node in layer.inbound_nodes
            if node in numbers and node.inputs
        ]
        layers.append(
            {
                "name": layer.name,
                "class_name": layer.class_name,
                "config": layer.get_config(),
                "inbound_nodes": nodes,
            }
        )

    def places(tensors: list[SymbolicTensor]) -> list[Any]:
        return [[t.layer.name, numbers[t.node], t.tensor_index] for t in tensors]

    return {
        "name": model.name,
        "layers": layers,
        "input_layers": places(model.inputs),
        "output_layers": places(model.outputs),
    }


def _call_numbers(graph: Graph) -> dict[Node, int]:
    """Return the number that each call has in the topology: only the calls in it count.

    A nested model counts from 1, because its own definition is its call 0.
    """
    kept = set(graph.nodes)
    numbers: dict[Node, int] = {}
    for layer in graph.layers:
        calls = [node for node in layer.inbound_nodes if node in kept]
        numbers |= {node: number for number, node in enumerate(calls, layer.first_node_index)}
    return numbers


def _plain(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call if they can be written as JSON, or else none of them."""
    try:
        dumps(kwargs)
    except PyioError:
        return {}
    return kwargs
