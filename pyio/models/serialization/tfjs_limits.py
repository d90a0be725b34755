"""Parts of a model that TensorFlow.js cannot open, so that a save can warn about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from pyio.models.core.names import is_tfjs_name
from pyio.models.ops.activations import KERAS_ONLY
from pyio.models.serialization import registry
from pyio.models.serialization.registry import activation_class

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from pyio.models.core.graph import Graph
    from pyio.models.core.layer import Layer
    from pyio.models.core.weight import Weight

_ACTIVATIONS = {"activation", "recurrent_activation"}


def incompatibilities(
    layers: Iterable[Layer], solved: AbstractSet[tuple[Layer, str]] = frozenset()
) -> list[str]:
    """Return what TensorFlow.js refuses or computes differently in the `layers` of a model.

    Without what was `solved` by rewriting; see `Rewriting`.
    """
    return list(dict.fromkeys(_incompatibilities(layers, solved)))


def _incompatibilities(
    layers: Iterable[Layer], solved: AbstractSet[tuple[Layer, str]]
) -> Iterator[str]:
    owners: dict[str, Weight] = {}
    for layer in layers:
        for weight in layer.own_weights:
            if weight.name not in owners:
                owners[weight.name] = weight
            elif owners[weight.name] is weight:
                yield f"the layer {layer.name!r} is in two places of the model"
            else:
                yield f"two layers with weights are called {layer.name!r}"
        if layer.weights and not is_tfjs_name(layer.name):
            yield (
                f"the layer name {layer.name!r} has characters other than letters, digits, "
                "'-', '.', '_' and '/'"
            )
        if "_" in layer.class_name:
            yield f"the class name {layer.class_name!r} has an underscore"
        for what, problem in _of_keras(layer):
            if (layer, what) not in solved:
                yield f"{layer.name!r} has {problem}"
        other = layer.tfjs_incompatibility()
        if other:
            yield f"{layer.name!r} has {other}"


def _of_keras(layer: Layer) -> Iterator[tuple[str, str]]:
    """Yield what only Keras has: the class, an option or an activation, each with its name."""
    if layer.class_name in registry.KERAS_FAMILY_OF:
        yield "class", f"the class {layer.class_name}, which only Keras has"
    for key in layer.keras_options:
        value = getattr(layer, key)
        if layer.options[key].is_written(value):
            yield key, f"{key}={value!r:.80}, which only Keras has"
    for key in _ACTIVATIONS & layer.options.keys():
        value = getattr(layer, key)
        if isinstance(value, str) and not _is_read(value):
            yield "activation", f"the activation {value!r}"
        if isinstance(value, Mapping) and registry.layer_class(value["class_name"]) is not None:
            inner = registry.layer_from_json(value)
            problems = [problem for _, problem in _of_keras(inner)]
            for problem in [*problems, inner.tfjs_incompatibility()]:
                if problem:
                    yield "activation", f"an activation with {problem}"


def leaked_masks(graph: Graph) -> Iterator[str]:
    """Yield the layers that would get a mask in TensorFlow.js although it ends before them.

    It gives the last mask to every layer that follows (tfjs-layers ``executor.ts``, `execute`).
    """
    masked: set[int] = set()
    ended = False
    for node in graph.nodes:
        layer = cast("Layer", node.layer)
        given = any(id(tensor) in masked for tensor in node.inputs)
        if ended and not given and layer.uses_mask and layer.supports_masking:
            yield f"{layer.name!r} would get a mask that ends before it"
        passes = layer.supports_masking and getattr(layer, "return_sequences", True)
        if layer.creates_mask or (given and passes):
            masked |= {id(tensor) for tensor in node.outputs}
        elif given:
            ended = True


def _is_read(activation: str) -> bool:
    """Whether TensorFlow.js reads it. It writes "leaky_re_lu" for a layer, and cannot read that."""
    foreign = activation == "gelu_new" or activation in KERAS_ONLY
    return not foreign and activation_class(activation) is None
