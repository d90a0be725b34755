"""The topology of a model as Keras 2 reads it, in the attribute ``model_config`` of a ``.h5``.

TensorFlow.js writes Keras 2's form with a few keys of its own (tf_keras ``engine/functional.py``,
`get_config`).
"""

from __future__ import annotations

from typing import Any

from pyio.converters.keras.export.parts import MODELS, activation_layer, trimmed


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
    kept = trimmed(class_name, config)
    if class_name == "InputLayer":
        kept["batch_input_shape"] = config["batch_input_shape"]
    else:
        kept["dtype"] = "float32"
    if class_name == "SpatialDropout1D":
        kept.pop("seed", None)
    for key in ("layer", "cell", "backward_layer"):
        if isinstance(kept.get(key), dict):
            kept[key] = _entry(kept[key])
    if isinstance(kept.get("cells"), list):
        kept["cells"] = [_entry(cell) for cell in kept["cells"]]
    for key in ("activation", "recurrent_activation"):
        layer = activation_layer(kept.get(key))
        if layer is not None:
            kept[key] = _layer(*layer)
    return {"class_name": class_name, "config": kept}
