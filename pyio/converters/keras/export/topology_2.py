"""The topology of a model as Keras 2 reads it, in the attribute ``model_config`` of a ``.h5``.

TensorFlow.js writes Keras 2's form with a few keys of its own (tf_keras ``engine/functional.py``,
`get_config`).
"""

from __future__ import annotations

from typing import Any

from pyio.converters.keras.export.parts import (
    ACTIVATIONS,
    ATTENTIONS,
    CALLED_WITH,
    MODELS,
    activation_layer,
    activation_name,
    trimmed,
)

_UNSEEDED = ("SpatialDropout1D", "MultiHeadAttention", "Attention", "AdditiveAttention")
"""Layers whose seed only Keras 3 has."""

_TABLES = ("StringLookup", "IntegerLookup", "TextVectorization")

_CALLED = " called with"
"""A key for the arguments of a layer's calls, until they are where they belong."""


def topology(model: Any) -> dict[str, Any]:
    """Return the model, a live one, as ``{class_name, config}``."""
    top = model.topology()
    model.prepare_for_save(top["config"])
    return _entry({"class_name": top["class_name"], "config": top["config"]})


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a layer or a model with all that is inside."""
    class_name, config = entry["class_name"], entry["config"]
    changed = _model if class_name in MODELS else _layer
    return {**entry, **changed(class_name, config)}


def _model(class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    layers = [_entry(each) for each in config["layers"]]
    if class_name != "Sequential":
        for layer in layers:
            layer["inbound_nodes"] = [_call(layer, node) for node in layer["inbound_nodes"]]
        return {"class_name": "Functional", "config": {**config, "layers": layers}}
    first = config["layers"][0]
    if first["class_name"] != "InputLayer":
        start = _start(first)["config"]
        about = {
            "batch_input_shape": start["batch_input_shape"],
            "dtype": start.get("dtype") or "float32",
            "sparse": False,
            "ragged": False,
            "name": f"{config['name']}_input",
        }
        layers.insert(0, {"class_name": "InputLayer", "config": about})
    return {"class_name": class_name, "config": {**config, "layers": layers}}


def _call(layer: dict[str, Any], node: list[Any]) -> list[Any]:
    """Return a call as Keras 2 has it: an attention takes all tensors but the first by name."""
    about = layer["config"].pop(_CALLED, {}) if isinstance(layer["config"], dict) else {}
    if layer["class_name"] not in ATTENTIONS:
        return [[*place[:3], {**(place[3] if len(place) > 3 else {}), **about}] for place in node]
    first, *others = [place[:3] for place in node]
    named: dict[str, Any] = {}
    if about.pop("takes_attention_mask", False):
        named["attention_mask"] = others.pop()
    named |= zip(("value", "key"), others, strict=False)
    return [[*first, {**named, **about}]]


def _start(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the layer that has the shape of the input: the first one, of models inside of it."""
    config = entry["config"]
    if entry["class_name"] == "Sequential":
        return _start(config["layers"][0])
    if entry["class_name"] in MODELS:
        name = config["input_layers"][0][0]
        return next(layer for layer in config["layers"] if layer["name"] == name)
    return entry


def _layer(class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    kept = _without_keras_3(class_name, trimmed(class_name, config))
    called = {key: True for key in (*CALLED_WITH, "takes_attention_mask") if config.get(key)}
    if called:
        kept[_CALLED] = called
    if class_name == "InputLayer":
        kept["batch_input_shape"] = config["batch_input_shape"]
    elif class_name not in _TABLES:  # whose dtype is that of their numbers
        kept["dtype"] = "float32"
    for key in ("layer", "cell", "backward_layer"):
        if isinstance(kept.get(key), dict):
            kept[key] = _entry(kept[key])
    if isinstance(kept.get("cells"), list):
        kept["cells"] = [_entry(cell) for cell in kept["cells"]]
    for key in ACTIVATIONS & kept.keys():
        layer = activation_layer(kept[key])
        kept[key] = activation_name(kept[key]) if layer is None else _layer(*layer)
    return {"class_name": class_name, "config": kept}


def _without_keras_3(class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    """Return a config without the keys that only Keras 3 takes."""
    dropped: tuple[str, ...] = ("flash_attention", "rms_scaling")
    if class_name in _UNSEEDED:
        dropped += ("seed",)
    if class_name.startswith("Random"):
        dropped += ("data_format",)
    kept = {key: value for key, value in config.items() if key not in dropped}
    if class_name == "Discretization" and kept.get("bin_boundaries") is not None:
        kept["num_bins"] = None  # it takes one of the two
    if class_name == "MultiHeadAttention":  # needs these keys, and finds the shapes by itself
        kept |= dict.fromkeys(("query_shape", "key_shape", "value_shape"))
    return kept
