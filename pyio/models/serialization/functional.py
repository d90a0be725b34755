"""The JSON of functional models -> layers and the calls that connect them."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

from pyio.errors import InvalidModelError
from pyio.models.serialization.registry import layer_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyio.models.core.graph import SymbolicTensor
    from pyio.models.core.layer import Layer


def checked_config(class_name: str, config: Any) -> tuple[list[Any], str | None]:
    """Return the layers and the name in the config of a model. Raises InvalidModelError."""
    if not isinstance(config, dict):
        raise InvalidModelError(f"the config of a {class_name} is {config!r:.120}")
    layers = config.get("layers")
    if not isinstance(layers, list):
        raise InvalidModelError(f"a {class_name} should have a list of layers, got {layers!r:.120}")
    name = config.get("name")
    if not isinstance(name, str | None):
        raise InvalidModelError(f"the name of a {class_name} is {name!r}; expected text")
    return layers, name


def graph_from_config(
    config: Mapping[str, Any],
) -> tuple[list[SymbolicTensor], list[SymbolicTensor]]:
    """Build the layers of a functional model, connect them, and return its inputs and outputs.

    Raises InvalidModelError for calls that refer to a missing layer or form a circle, for
    duplicate names, and for JSON of another form.
    """
    layers: dict[str, Layer] = {}
    calls: dict[str, deque[Any]] = {}
    for entry in config["layers"]:
        layer = layer_from_json(entry)
        if layer.name in layers:
            raise InvalidModelError(
                f"two layers of the model are called {layer.name!r}; names must be unique"
            )
        layers[layer.name] = layer
        calls[layer.name] = deque(entry.get("inbound_nodes") or [])
    _connect(layers, calls)
    inputs = [_tensor(layers, place, "input_layers") for place in config["input_layers"]]
    outputs = [_tensor(layers, place, "output_layers") for place in config["output_layers"]]
    return inputs, outputs


def _connect(layers: Mapping[str, Layer], calls: Mapping[str, deque[Any]]) -> None:
    """Make all calls, each after those that it depends on.

    A file lists the layers in any order, and a layer can be called between two calls of another.
    So a layer that must wait is stored under the layer it waits for, and tried again after that one
    was called. Each try makes a call or ends, so that damaged files end too.
    """
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    ready = deque(layers)
    while ready:
        name = ready.popleft()
        made = False
        while calls[name]:
            blocker = _blocker(layers, calls[name][0], name)
            if blocker is not None:
                waiting[blocker].append(name)
                break
            _call(layers, layers[name], calls[name].popleft())
            made = True
        if made:
            ready.extend(waiting.pop(name, ()))
    stuck = [name for name in layers if calls[name]]
    if stuck:
        raise InvalidModelError(
            f"the layers {', '.join(map(repr, stuck[:5]))} can never be computed: each needs the "
            "result of another of them, or of a call that does not exist"
        )


def _blocker(layers: Mapping[str, Layer], call: Any, name: str) -> str | None:
    """Return the name of a layer that must be called first, or None."""
    if not isinstance(call, list) or not call:
        raise InvalidModelError(f"a call of {name!r} is {call!r:.120}; expected a list of tensors")
    for place in call:
        source, node, _ = _place(layers, place, f"the inbound_nodes of {name!r}")
        if node >= len(layers[source].inbound_nodes):
            return source
    return None


def _call(layers: Mapping[str, Layer], layer: Layer, call: list[Any]) -> None:
    tensors = [_tensor(layers, place, f"the inbound_nodes of {layer.name!r}") for place in call]
    kwargs = call[-1][3] if len(call[-1]) > 3 and isinstance(call[-1][3], dict) else {}
    layer.connect(tensors if len(tensors) > 1 else tensors[0], kwargs)


def _tensor(layers: Mapping[str, Layer], place: Any, what: str) -> SymbolicTensor:
    name, node, number = _place(layers, place, what)
    nodes = layers[name].inbound_nodes
    outputs = nodes[node].outputs if node < len(nodes) else []
    if number >= len(outputs):
        raise InvalidModelError(
            f"{what} refers to output {number} of call {node} of {name!r}, which does not exist"
        )
    return outputs[number]


def _place(layers: Mapping[str, Layer], place: Any, what: str) -> tuple[str, int, int]:
    if (
        not isinstance(place, list)
        or len(place) < 3
        or not isinstance(place[0], str)
        or not all(type(number) is int and number >= 0 for number in place[1:3])
    ):
        raise InvalidModelError(
            f"{what} has {place!r:.120}; expected [layer name, call number, output number]"
        )
    if place[0] not in layers:
        raise InvalidModelError(f"{what} refers to the layer {place[0]!r}, which does not exist")
    return place[0], place[1], place[2]
