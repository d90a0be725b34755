"""Topologies of Keras 2 and Keras 3 -> the form that TensorFlow.js writes.

TensorFlow.js's own form passes unchanged. Keras differs in ``batch_shape``, dtype policies, names
in camelCase, flat and keyword forms of ``inbound_nodes``, and flat ``input_layers``. Keys of Keras
that change what a layer computes, and that no layer here has, are errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pyio.errors import OPERATIONS, InvalidModelError
from pyio.models.core.names import to_snake_case
from pyio.models.serialization import registry
from pyio.models.serialization.keras_calls import connections, is_operation
from pyio.models.serialization.keras_calls import name_of as _name

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
}
"""Keys of Keras that TensorFlow.js does not have, and their values that change nothing."""

_INNER_LAYERS = ("layer", "cell")
_ACTIVATIONS = ("activation", "recurrent_activation")


def normalize(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer or model of ``{class_name, config}`` in TensorFlow.js's form.

    Raises InvalidModelError for settings that no layer here has.
    """
    name = entry.get("class_name", entry.get("className"))
    if not isinstance(name, str):
        raise InvalidModelError(f"a layer has the class_name {name!r:.80}; expected text")
    config = entry.get("config")
    if is_operation(entry):  # "Add" is an operation as well as a layer
        name = f"{OPERATIONS}{name}"
    result: dict[str, Any] = {"class_name": name, "config": config}
    if name in registry.MODELS:
        result["config"] = _model_config(name, config)
    else:
        result["class_name"] = name.rpartition(">")[2]
        if not isinstance(config, Mapping):
            raise InvalidModelError(f"the config of a {name} is {config!r:.80}; expected an object")
        if registry.layer_class(result["class_name"]) is not None:
            result["config"] = _layer_config(result["class_name"], config)
    shape = (entry.get("build_config") or {}).get("input_shape")
    if shape is not None and isinstance(result["config"], dict):
        result["config"].setdefault("build_input_shape", shape)
    return result


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
    result |= connections(config, entries)
    for layer, calls in zip(layers, result.pop("calls"), strict=True):
        layer["inbound_nodes"] = calls
    result["layers"] = [
        layer
        for layer, entry in zip(layers, entries, strict=True)
        if _name(entry) not in result["masks"]
    ]
    del result["masks"]
    return result


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
    for key, neutral in _NEUTRAL.items():
        if key in result and result[key] not in neutral and not _takes(cls, key):
            raise InvalidModelError(
                f"the {class_name} {config.get('name')!r} has {key}={result[key]!r}, which "
                "neither TensorFlow.js nor pyio can compute"
            )
    if result.get("batch_input_shape") is None and result.get("batch_shape") is not None:
        result["batch_input_shape"] = result["batch_shape"]
    if isinstance(result.get("dtype"), Mapping):
        result["dtype"] = (result["dtype"].get("config") or {}).get("name")
    _rename(class_name, result)
    _unmirror(class_name, result)
    _normalize_inner(result)
    return result


def _takes(cls: Any, key: str) -> bool:
    """Whether a class has the option `key`, or is one of the user's and may have any."""
    own = cls.__module__.startswith("pyio.") and cls.__name__ not in registry.PASSING
    return key in cls.options or not own


def _normalize_inner(config: dict[str, Any]) -> None:
    """Normalize the layers in the `config` of a layer."""
    for key in _ACTIVATIONS:
        if isinstance(config.get(key), Mapping) and isinstance(config[key].get("config"), Mapping):
            config[key] = _activation(config[key])
    for key in _INNER_LAYERS:
        if isinstance(config.get(key), Mapping):
            config[key] = normalize(config[key])
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
    config = entry.get("config")
    if not isinstance(config, Mapping):
        return entry.get("class_name"), config
    left_out = ("go_backwards", "name")
    return entry.get("class_name"), {k: v for k, v in config.items() if k not in left_out}


def _renamed(entry: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    config = dict(entry.get("config") or {})
    if isinstance(config.get("name"), str):
        config["name"] = config["name"].removeprefix(prefix)
    return {**entry, "config": config}


def use_masks(topology: Mapping[str, Any]) -> None:
    """Let layers leave out masked steps in a topology that Keras wrote, as Keras does."""
    entries = list(_entries(topology))
    if any(
        entry["class_name"] == "Masking"
        or (entry["class_name"] == "Embedding" and entry["config"].get("mask_zero"))
        for entry in entries
    ):
        for entry in entries:
            if entry["class_name"] == "GlobalAveragePooling1D":
                entry["config"]["use_mask"] = True


def _entries(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the layers of a normalized topology, also those inside of others."""
    config = entry.get("config")
    if not isinstance(config, Mapping):
        return
    yield entry
    for key in ("layers", "layer"):
        inner = config.get(key)
        for each in inner if isinstance(inner, list) else [inner]:
            if isinstance(each, Mapping) and "class_name" in each:
                yield from _entries(each)


def _rename(class_name: str, config: dict[str, Any]) -> None:
    """Rename options of Keras to their names here."""
    if class_name == "LeakyReLU" and "negative_slope" in config:
        config.setdefault("alpha", config["negative_slope"])
    if class_name == "SeparableConv2D":
        for part in ("initializer", "regularizer", "constraint"):
            for step in ("depthwise", "pointwise"):
                if config.get(f"{step}_{part}") is None:
                    config[f"{step}_{part}"] = config.get(f"kernel_{part}")


def _unboxed(value: Any) -> Any:
    """Return the number of ``{"type": "ndarray", "value": n}``, and other values unchanged."""
    if isinstance(value, Mapping) and value.get("type") == "ndarray" and "value" in value:
        return value["value"]
    return value
