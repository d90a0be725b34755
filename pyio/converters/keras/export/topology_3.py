"""The topology of a model as Keras 3 writes it: the ``config.json`` of a ``.keras`` file.

The forms are those of keras ``saving/serialization_lib.py`` (objects) and ``models/functional.py``
(`serialize_node`, `get_config`).
"""

from __future__ import annotations

from typing import Any

from pyio.converters.keras.export.parts import (
    ACTIVATIONS,
    MERGES,
    MODELS,
    RECURRENT,
    activation_layer,
    is_model,
    plain_config,
    trimmed,
)

_PARTS = {
    "initializer": "keras.initializers",
    "regularizer": "keras.regularizers",
    "constraint": "keras.constraints",
}
"""The last word of a key -> the module of what it holds."""

_FUNCTIONAL = "keras.src.models.functional"


def topology(model: Any) -> dict[str, Any]:
    """Return the model, a live one, as the object that Keras 3 makes it of."""
    return _sequential(model) if model.class_name == "Sequential" else _functional(model)


def _object(
    module: str, class_name: str, config: Any, registered: str | None = None
) -> dict[str, Any]:
    return {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": registered,
    }


def _policy(name: str) -> dict[str, Any]:
    return _object("keras", "DTypePolicy", {"name": name})


# ------------------------------------------------------------ layers


def _layer(layer: Any) -> dict[str, Any]:
    if is_model(layer):
        return topology(layer)
    if layer.class_name == "InputLayer":
        return _input(layer.name, layer.inbound_nodes[0].outputs[0])
    return _of_config(layer.class_name, plain_config(layer), layer)


def _input(name: str, tensor: Any) -> dict[str, Any]:
    config = {
        "batch_shape": list(tensor.shape),
        "dtype": tensor.dtype,
        "sparse": False,
        "ragged": False,
        "name": name,
    }
    return _object("keras.layers", "InputLayer", config)


def _of_config(class_name: str, config: dict[str, Any], layer: Any = None) -> dict[str, Any]:
    """Return the object of a layer by its config in TensorFlow.js's form."""
    config = trimmed(class_name, config)
    result: dict[str, Any] = {"name": config.pop("name", None)}
    result["trainable"] = config.pop("trainable", True)
    result["dtype"] = _policy("float32")
    config.pop("dtype", None)
    for key, value in config.items():
        result[key] = _value(class_name, key, value, layer)
    if class_name == "ThresholdedReLU":  # Keras 3 dropped it; the two differ at theta alone
        class_name, result["threshold"] = "ReLU", result.pop("theta")
    if class_name == "LeakyReLU":
        result["negative_slope"] = result.pop("alpha", 0.3)
    if class_name == "ReLU":
        result = {key: value for key, value in result.items() if value is not None}
    if class_name.startswith("SpatialDropout"):  # these take no such argument
        del result["trainable"]
    if result["name"] is None:
        del result["name"]
    return _object("keras.layers", class_name, result)


def _value(class_name: str, key: str, value: Any, layer: Any) -> Any:
    kind = key.rsplit("_", 1)[-1]
    if kind in _PARTS and isinstance(value, dict):
        return _object(_PARTS[kind], value["class_name"], value["config"])
    if key in ACTIVATIONS:
        return _activation(value)
    if key in ("layer", "cell", "backward_layer") and isinstance(value, dict):
        return _inner(class_name, key, value, layer)
    if key == "cells" and isinstance(value, list):
        return [_of_config(cell["class_name"], cell["config"]) for cell in value]
    return value


def _inner(class_name: str, key: str, value: dict[str, Any], layer: Any) -> Any:
    live = getattr(layer, key, None)
    if value["class_name"] in MODELS and live is not None:
        return topology(live)  # a model in TimeDistributed
    made = _of_config(value["class_name"], value["config"])
    if class_name == "Bidirectional" and key == "backward_layer":
        made["config"].setdefault("go_backwards", True)
    return made


def _activation(value: Any) -> Any:
    layer = activation_layer(value)
    if layer is not None:
        return _of_config(*layer)
    return {"swish": "silu"}.get(value, value) if isinstance(value, str) else value


# ------------------------------------------------------------ models


def _sequential(model: Any) -> dict[str, Any]:
    layers = [_layer(layer) for layer in model.layers]
    first = model.inputs[0]
    if model.layers[0].class_name != "InputLayer":
        layers.insert(0, _input(f"{model.name}_input", first))
    config = {
        "name": model.name,
        "trainable": True,
        "dtype": _policy("float32"),
        "layers": layers,
    }
    found = _object("keras", "Sequential", config)
    return {**found, "build_config": {"input_shape": list(first.shape)}}


def _functional(model: Any) -> dict[str, Any]:
    numbers = _call_numbers(model.graph)
    entries = []
    for layer in model.graph.layers:
        calls = [node for node in layer.inbound_nodes if node in numbers and node.inputs]
        entries.append(
            {
                **_layer(layer),
                "name": layer.name,
                "inbound_nodes": [_call(node, numbers) for node in calls],
            }
        )
    config = {
        "name": model.name,
        "trainable": True,
        "layers": entries,
        "input_layers": [_end(tensor, numbers) for tensor in model.inputs],
        "output_layers": [_end(tensor, numbers) for tensor in model.outputs],
    }
    return _object(_FUNCTIONAL, "Functional", config, "Functional")


def _call_numbers(graph: Any) -> dict[Any, int]:
    """Return the number of each call of the graph; every layer counts from 0."""
    kept = set(graph.nodes)
    numbers: dict[Any, int] = {}
    for layer in graph.layers:
        calls = [node for node in layer.inbound_nodes if node in kept]
        numbers |= {node: number for number, node in enumerate(calls)}
    return numbers


def _end(tensor: Any, numbers: dict[Any, int]) -> list[Any]:
    """Return an input or output of a model. Here a nested Functional counts from 1."""
    layer = tensor.layer
    nested = is_model(layer) and layer.class_name != "Sequential"
    return [layer.name, numbers[tensor.node] + nested, tensor.tensor_index]


def _call(node: Any, numbers: dict[Any, int]) -> dict[str, Any]:
    tensors = [_tensor(tensor, numbers) for tensor in node.inputs]
    kwargs = dict(node.kwargs)
    kind = node.layer.class_name
    if kind in RECURRENT and len(tensors) > 1:
        return {"args": [tensors[0]], "kwargs": {**kwargs, "initial_state": tensors[1:]}}
    if getattr(node.layer, "separate_arguments", False):
        return {"args": tensors, "kwargs": kwargs}
    listed = len(tensors) > 1 or kind in MERGES
    return {"args": [tensors if listed else tensors[0]], "kwargs": kwargs}


def _tensor(tensor: Any, numbers: dict[Any, int]) -> dict[str, Any]:
    place = [tensor.layer.name, numbers[tensor.node], tensor.tensor_index]
    config = {"shape": list(tensor.shape), "dtype": tensor.dtype, "keras_history": place}
    return {"class_name": "__keras_tensor__", "config": config}
