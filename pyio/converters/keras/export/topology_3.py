"""The topology of a model as Keras 3 writes it: the ``config.json`` of a ``.keras`` file.

The forms are those of keras ``saving/serialization_lib.py`` (objects) and ``models/functional.py``
(`serialize_node`, `get_config`).
"""

from __future__ import annotations

import re
from typing import Any

from pyio.converters.keras.export import operations
from pyio.converters.keras.export.parts import (
    ACTIVATIONS,
    ATTENTIONS,
    CALLED_WITH,
    GIVEN_MASK,
    MERGES,
    MODELS,
    OPERATION,
    RECURRENT,
    activation_layer,
    activation_name,
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

_JOINED = re.compile(r"(concatenate|stack|any|logical_or|expand_dims|not_equal)(_\d+)?")

_ELSEWHERE = {"LayerScale": "convnext", "CustomScaleLayer": "inception_resnet_v2"}
"""Layers that Keras has beside its applications."""

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
    if layer.class_name == OPERATION:
        return operations.entry(layer)
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
    if config.pop("trainable", True) is False:  # True is the default, and not all layers take it
        result["trainable"] = False
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
    if result["name"] is None:
        del result["name"]
    module = _ELSEWHERE.get(class_name)
    if module is not None:
        return _object(f"keras.src.applications.{module}", class_name, result, class_name)
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
        return _with_one_tensor(topology(live))  # a model in TimeDistributed
    made = _of_config(value["class_name"], value["config"])
    if class_name == "Bidirectional" and key == "backward_layer":
        made["config"].setdefault("go_backwards", True)
    return made


def _with_one_tensor(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a model without the list around a single input or output: no wrapper takes a list."""
    for key in ("input_layers", "output_layers"):
        ends = entry["config"].get(key, ())
        if len(ends) == 1:
            entry["config"][key] = ends[0]
    return entry


def _activation(value: Any) -> Any:
    layer = activation_layer(value)
    if layer is not None:
        return _of_config(*layer)
    return "silu" if value == "swish" else activation_name(value)


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
    calls = _Calls(model)
    entries = []
    for layer in model.graph.layers:
        if layer.class_name != GIVEN_MASK:
            nodes = [node for node in layer.inbound_nodes if calls.counts(node)]
            entry = _layer(layer)
            name = entry["config"]["name"] = calls.names[layer]
            called = [calls.call(node) for node in nodes]
            entries.append({**entry, "name": name, "inbound_nodes": called})
    config = {
        "name": model.name,
        "trainable": True,
        "layers": entries,
        "input_layers": [calls.end(tensor) for tensor in model.inputs],
        "output_layers": [calls.end(tensor) for tensor in model.outputs],
    }
    return _object(_FUNCTIONAL, "Functional", config, "Functional")


class _Calls:
    """The calls of one functional model, with the names and numbers that Keras gives them."""

    def __init__(self, model: Any) -> None:
        self._numbers = _call_numbers(model.graph)
        masked = any(layer.creates_mask for layer in model.all_layers())
        # Where Keras joins masks, it makes operations called "concatenate", "concatenate_1" …
        self.names = {
            layer: f"{layer.name}_layer" if masked and _JOINED.fullmatch(layer.name) else layer.name
            for layer in model.graph.layers
        }

    def counts(self, node: Any) -> bool:
        """Whether a call is in the model, and is not the definition of an input."""
        return node in self._numbers and bool(node.inputs)

    def end(self, tensor: Any) -> list[Any]:
        """Return an input or output of a model. Here a nested Functional counts from 1."""
        tensor = _without_mask(tensor)[0]
        nested = is_model(tensor.layer) and tensor.layer.class_name != "Sequential"
        name, number, index = self._place(tensor)
        return [name, number + nested, index]

    def call(self, node: Any) -> dict[str, Any]:
        """Return the arguments of a call."""
        pairs = [_without_mask(tensor) for tensor in node.inputs]
        tensors = [self._tensor(tensor) for tensor, _ in pairs]
        masks = [None if mask is None else self._tensor(mask) for _, mask in pairs]
        layer, kind = node.layer, node.layer.class_name
        kwargs = dict(node.kwargs)
        kwargs |= {key: True for key in CALLED_WITH if getattr(layer, key, False)}
        if kind == OPERATION:
            if layer.op_name == "Identity":
                return {"args": tensors, "kwargs": {}}
            return operations.call(layer, tensors)
        if kind in ATTENTIONS:
            names = zip(("query_mask", "value_mask", "key_mask"), masks, strict=False)
            kwargs |= {name: mask for name, mask in names if mask is not None}
            if layer.takes_attention_mask:
                kwargs["attention_mask"] = tensors.pop()
            return {"args": tensors, "kwargs": kwargs}
        if kind == "CategoryEncoding" and len(tensors) > 1:
            kwargs["count_weights"] = tensors.pop()
        listed = kind not in RECURRENT and (len(tensors) > 1 or kind in MERGES)
        if any(mask is not None for mask in masks):
            kwargs["mask"] = masks if listed else masks[0]
        if kind in RECURRENT and len(tensors) > 1:
            kwargs["initial_state"] = tensors[1:]
        return {"args": [tensors if listed else tensors[0]], "kwargs": kwargs}

    def _tensor(self, tensor: Any) -> dict[str, Any]:
        sides = list(tensor.shape)
        place = self._place(_without_mask(tensor)[0])
        config = {"shape": sides, "dtype": tensor.dtype, "keras_history": place}
        return {"class_name": "__keras_tensor__", "config": config}

    def _place(self, tensor: Any) -> list[Any]:
        return [self.names[tensor.layer], self._numbers[tensor.node], tensor.tensor_index]


def _without_mask(tensor: Any) -> tuple[Any, Any]:
    """Return the tensor that a `GivenMask` passes on, and the mask that it gives it."""
    if tensor.layer.class_name != GIVEN_MASK:
        return tensor, None
    inner, mask = tensor.node.inputs
    return _without_mask(inner)[0], mask


def _call_numbers(graph: Any) -> dict[Any, int]:
    """Return the number of each call of the graph; every layer counts from 0."""
    kept = set(graph.nodes)
    numbers: dict[Any, int] = {}
    for layer in graph.layers:
        calls = [node for node in layer.inbound_nodes if node in kept]
        numbers |= {node: number for number, node in enumerate(calls)}
    return numbers
