"""Topologies of Keras 2 and Keras 3 -> the form that TensorFlow.js writes.

TensorFlow.js's own form passes unchanged. Keras differs in ``batch_shape``, dtype policies, names
in camelCase, flat and keyword forms of ``inbound_nodes``, and flat ``input_layers``. Keys of Keras
that change what a layer computes, and that no layer here has, are errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyio.errors import InvalidModelError
from pyio.models.core.names import to_snake_case
from pyio.models.serialization import registry
from pyio.models.serialization.keras_calls import connections
from pyio.models.serialization.keras_calls import name_of as _name
from pyio.models.serialization.keras_operations import is_operation, operation

_NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "groups": (1,),
    "data_format": ("channels_last", None),
    "output_padding": (None,),
    "keepdims": (False,),
    "time_major": (False,),
    "rms_scaling": (False,),
    "renorm": (False,),
    "lora_rank": (None,),
    "quantization_config": (None,),
    "pad_to_aspect_ratio": (False,),
    "antialias": (False,),
    "sliding_window": (None,),
    "oov_method": ("floormod", None),
}
"""Keys of Keras that TensorFlow.js does not have, and their values that change nothing."""

_SIMPLE = frozenset({str, int, float, bool, list})

ORIGINAL = "pyio"
"""The member of an entry that has the class and config that the entry stands for."""

_INNER_LAYERS = ("layer", "cell")
_ACTIVATIONS = ("activation", "recurrent_activation")


def normalize(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer or model of ``{class_name, config}`` in TensorFlow.js's form.

    Raises InvalidModelError for settings that no layer here has.
    """
    entry = _as_it_was(entry)
    name = entry.get("class_name", entry.get("className"))
    if not isinstance(name, str):
        raise InvalidModelError(f"a layer has the class_name {name!r:.80}; expected text")
    config = entry.get("config")
    if is_operation(entry):  # "Add" is an operation as well as a layer
        return operation(entry)
    result: dict[str, Any] = {"class_name": name, "config": config}
    if name in registry.MODELS:
        result["config"] = _model_config(name, config)
    else:
        short = name.rpartition(">")[2]
        result["class_name"] = registry.ALIASES.get(short, short)
        if not isinstance(config, Mapping):
            raise InvalidModelError(f"the config of a {name} is {config!r:.80}; expected an object")
        if registry.layer_class(result["class_name"]) is not None:
            result["config"] = _layer_config(result["class_name"], config)
    shape = (entry.get("build_config") or {}).get("input_shape")
    if shape is not None and isinstance(result["config"], dict):
        result["config"].setdefault("build_input_shape", shape)
    return result


def _as_it_was(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the entry that one stands for, where pyio wrote another for TensorFlow.js."""
    original = entry.get(ORIGINAL)
    if isinstance(original, Mapping) and original.get("class_name") in registry.PASSING:
        return {**entry, "class_name": original["class_name"], "config": original.get("config")}
    return entry


def _model_config(name: str, config: Any) -> Any:
    if isinstance(config, list):  # what old Keras wrote for a Sequential
        config = {"layers": config}
    if not isinstance(config, Mapping) or not isinstance(config.get("layers"), list):
        return config
    entries = [each for each in config["layers"] if isinstance(each, Mapping)]
    if len(entries) < len(config["layers"]):
        raise InvalidModelError("a model has something other than objects among its layers")
    layers = [normalize(each) for each in entries]
    result: dict[str, Any] = {"name": config.get("name"), "layers": layers}
    if registry.MODELS[name] == "Sequential":
        _give_shape(layers, config.get("build_input_shape"))
        return result
    found = connections(config, entries)
    for layer, calls, options in zip(layers, found["calls"], found["options"], strict=True):
        layer["inbound_nodes"] = calls
        if isinstance(layer["config"], dict):
            layer["config"] |= options
    result["layers"] = [
        layer
        for layer, entry in zip(layers, entries, strict=True)
        if _name(entry) not in found["unused"]
    ]
    result["layers"] += found["added"]
    return result | {key: found[key] for key in ("input_layers", "output_layers")}


def _give_shape(layers: list[dict[str, Any]], shape: Any) -> None:
    """Write the input shape into the first layer, where only the model contains it."""
    first = layers[0]["config"] if layers else None
    if not isinstance(first, dict) or layers[0]["class_name"] in registry.MODELS:
        return
    shape = shape or first.get("build_input_shape")
    if shape is not None and first.get("batch_input_shape") is None:
        first["batch_input_shape"] = shape


def _layer_config(class_name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    result = {to_snake_case(key): _unboxed(value) for key, value in config.items()}
    cls = registry.layer_class(class_name)
    for key in [key for key in _NEUTRAL if key in result]:
        if key == "quantization_config" and _is_int8(result[key]):
            continue  # the weights are float32 when they are read
        if result[key] not in _NEUTRAL[key] and not _takes(cls, key):
            raise InvalidModelError(
                f"the {class_name} {config.get('name')!r} has {key}={result[key]!r}, which "
                "neither TensorFlow.js nor pyio can compute"
            )
    if result.get("batch_input_shape") is None and result.get("batch_shape") is not None:
        result["batch_input_shape"] = result["batch_shape"]
    if isinstance(result.get("dtype"), Mapping):
        policy = result["dtype"].get("config") or {}
        # Of a quantized layer, the dtype in which it would compute without quantization.
        result["dtype"] = policy.get("name") or policy.get("source_name")
    _rename(class_name, result)
    _unmirror(class_name, result)
    _normalize_inner(result)
    return result


def _is_int8(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("class_name") == "Int8QuantizationConfig"


def _takes(cls: Any, key: str) -> bool:
    """Whether a class has the option `key`, or is one of the user's and may have any."""
    own = cls.__module__.startswith("pyio.") and cls.__name__ not in registry.PASSING
    return key in cls.options or not own


def _normalize_inner(config: dict[str, Any]) -> None:
    """Normalize the layers in the `config` of a layer."""
    for key in _ACTIVATIONS:
        value = config.get(key)
        if value is None or isinstance(value, str):  # nearly always, and faster to find out
            continue
        if isinstance(value, Mapping) and isinstance(value.get("config"), Mapping):
            config[key] = _activation(value)
    for key in _INNER_LAYERS:
        value = config.get(key)
        if value is not None and isinstance(value, Mapping):
            config[key] = normalize(value)
    cells = config.get("cells")
    if isinstance(cells, list) and all(isinstance(cell, Mapping) for cell in cells):
        config["cells"] = [normalize(cell) for cell in cells]


def _activation(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a layer that is used as an activation, with its own settings alone."""
    layer = normalize(entry)
    cls = registry.layer_class(layer["class_name"])
    if cls is not None:
        kept = {*cls.options, "name", "trainable"}
        layer["config"] = {key: value for key, value in layer["config"].items() if key in kept}
    return layer


def _unmirror(class_name: str, config: dict[str, Any]) -> None:
    """Bring a Bidirectional to the form with the layer as it was given.

    Keras 3 writes the forward copy of that layer and always the backward one. Only one that is not
    the mirror image of the first was given as such.
    """
    layer, backward = config.get("layer"), config.get("backward_layer")
    if class_name != "Bidirectional" or not isinstance(layer, Mapping):
        return
    if "module" in layer:
        config["layer"] = layer = _renamed(layer, "forward_")
    if isinstance(backward, Mapping):
        backward = _renamed(backward, "backward_")
        if _without_direction(backward) == _without_direction(layer):
            del config["backward_layer"]
        else:
            config["backward_layer"] = normalize(backward)


def _without_direction(entry: Mapping[str, Any]) -> tuple[Any, Any]:
    config = _without_ids(entry.get("config"))
    if not isinstance(config, Mapping):
        return entry.get("class_name"), config
    left_out = ("go_backwards", "name")
    return entry.get("class_name"), {k: v for k, v in config.items() if k not in left_out}


def _without_ids(value: Any) -> Any:
    """Return JSON without the numbers by which Keras 3 finds equal objects."""
    if isinstance(value, Mapping):
        return {k: _without_ids(v) for k, v in value.items() if k != "shared_object_id"}
    return [_without_ids(each) for each in value] if isinstance(value, list) else value


def _renamed(entry: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    config = dict(entry.get("config") or {})
    if isinstance(config.get("name"), str):
        config["name"] = config["name"].removeprefix(prefix)
    return {**entry, "config": config}


def _rename(class_name: str, config: dict[str, Any]) -> None:
    """Rename options of Keras to their names here."""
    if class_name == "LeakyReLU" and "negative_slope" in config:
        config.setdefault("alpha", config["negative_slope"])
    if class_name in ("SeparableConv1D", "SeparableConv2D"):
        for part in ("initializer", "regularizer", "constraint"):
            for step in ("depthwise", "pointwise"):
                if config.get(f"{step}_{part}") is None:
                    config[f"{step}_{part}"] = config.get(f"kernel_{part}")


def _unboxed(value: Any) -> Any:
    """Return the number of ``{"type": "ndarray", "value": n}``, and other values unchanged."""
    if value is None or type(value) in _SIMPLE:  # nearly always, and much faster to find out
        return value
    if isinstance(value, Mapping) and value.get("type") == "ndarray" and "value" in value:
        return value["value"]
    return value
