"""Rules of `for_tfjs` that change how layers are connected.

* ``keepdims`` is a Reshape behind the pooling.
* Subtract is an Add of the first input and the second times -1.
* Operations with numbers are Rescaling, those of two tensors merging layers, others Activation.
* Activation("hard_sigmoid") of Keras 3 is TensorFlow.js's, behind a Rescaling by 1 / 1.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyio.models.core.layer import Layer

Entry: TypeAlias = "dict[str, Any]"
"""The JSON of a layer or of a model's config."""

_START = ("batch_input_shape", "dtype")
_MERGED = ("Add", "Multiply", "Maximum", "Minimum")
_ACTIVATIONS: Mapping[str, str] = {
    "Relu": "relu",
    "Relu6": "relu6",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Selu": "selu",
    "Silu": "swish",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "StopGradient": "linear",
    "Identity": "linear",
}
"""Operations without arguments, and the activations that they are."""


def replace(layer: Layer, entry: Entry, class_name: str, config: Entry) -> None:
    """Let `entry` be of another class, with what all layers have of `layer`."""
    common = layer.common_config()
    entry["class_name"] = class_name
    entry["config"] = {k: v for k, v in config.items() if k not in common} | common


def reshape_behind(layer: Layer, entry: Entry, model: Entry) -> list[Entry]:
    """Write `keepdims` as a Reshape behind the pooling."""
    shape = _shape(layer)
    if shape is None or None in shape[1:]:
        return []
    new = _free_name(f"{layer.name}_keepdims", model)
    entry["config"] = {k: v for k, v in entry["config"].items() if k != "keepdims"}
    config = {"target_shape": list(shape[1:]), "name": new, "trainable": True}
    made: Entry = {"class_name": "Reshape", "config": config}
    if "inbound_nodes" in entry:
        nodes = [[[layer.name, call, 0, {}]] for call in range(len(entry["inbound_nodes"]))]
        made = {"name": new, **made, "inbound_nodes": nodes}
    return [made]


def scaled_activation(layer: Layer, entry: Entry, model: Entry) -> list[Entry]:
    """Write Keras 3's hard_sigmoid as TensorFlow.js's of the input divided by 1.2."""
    new = _free_name(f"{layer.name}_scaled", model)
    start = {key: entry["config"][key] for key in _START if key in entry["config"]}
    kept = {key: value for key, value in entry["config"].items() if key not in _START}
    entry["config"] = {**kept, "activation": "hard_sigmoid"}
    made = _rescaling(new, 1 / 1.2)
    made["config"] |= start
    if "inbound_nodes" in entry:
        made = {"name": new, **made, "inbound_nodes": entry["inbound_nodes"]}
        entry["inbound_nodes"] = [[[new, i, 0, {}]] for i in range(len(made["inbound_nodes"]))]
    return [made]


def subtraction(layer: Layer, entry: Entry, model: Entry) -> list[Entry]:
    """Write a Subtract as an Add of the second input times -1."""
    new = _free_name(f"{layer.name}_negated", model)
    nodes = entry["inbound_nodes"]
    if any(len(node) != 2 for node in nodes):
        return []
    negated = {"name": new, **_rescaling(new, -1), "inbound_nodes": [[node[1]] for node in nodes]}
    entry["inbound_nodes"] = [[node[0], [new, call, 0, {}]] for call, node in enumerate(nodes)]
    replace(layer, entry, "Add", {})
    return [negated]


def operation(layer: Layer, entry: Entry, model: Entry) -> list[Entry]:
    """Write an operation as a layer that TensorFlow.js has, if there is one.

    Returns entries in front of it.
    """
    config = layer.get_config()
    name, args, kwargs = config["op_name"], config["op_args"], config["op_kwargs"]
    inputs = [tensor.shape for node in layer.inbound_nodes for tensor in node.inputs]
    if kwargs and name != "Concatenate":
        return []
    if args == [{"ref": 0}] and name in _ACTIVATIONS:
        replace(layer, entry, "Activation", {"activation": _ACTIVATIONS[name]})
    elif args == [{"ref": 0}, {"ref": 1}] and len(set(inputs)) == 1:
        if name == "Subtract":
            return subtraction(layer, entry, model)
        if name in _MERGED:
            replace(layer, entry, name, {})
    elif name == "Concatenate":
        _concatenation(layer, entry, inputs)
    elif len(args) == 2:
        _scaling(layer, entry)
    return []


def _concatenation(layer: Layer, entry: Entry, inputs: list[Any]) -> None:
    config = layer.get_config()
    refs = [{"ref": number} for number in range(len(inputs) // len(layer.inbound_nodes))]
    axis = config["op_kwargs"].get("axis", -1)
    ranks = {len(shape) for shape in inputs if shape is not None}
    fits = config["op_args"] == [refs] and config["op_kwargs"].keys() <= {"axis"}
    if fits and type(axis) is int and len(refs) > 1 and axis != 0 and ranks != {-axis}:
        replace(layer, entry, "Concatenate", {"axis": axis})


def _scaling(layer: Layer, entry: Entry) -> None:
    """Write an operation on a tensor and a number as a Rescaling."""
    config = layer.get_config()
    name, (left, right) = config["op_name"], config["op_args"]
    tensor_first = left == {"ref": 0}
    number = right if tensor_first else left
    if isinstance(number, bool) or not isinstance(number, int | float):
        return
    scale: float | None = None
    offset: float = 0
    if name == "Multiply":
        scale = number
    elif name == "Add":
        scale, offset = 1, number
    elif name == "Subtract":
        scale, offset = (1, -number) if tensor_first else (-1, number)
    elif name in ("Divide", "TrueDivide") and tensor_first and number:
        scale = 1 / number
    if scale is not None:
        replace(layer, entry, "Rescaling", {"scale": scale, "offset": offset})


def _rescaling(name: str, scale: float) -> Entry:
    config = {"scale": scale, "offset": 0, "name": name, "trainable": True}
    return {"class_name": "Rescaling", "config": config}


def _shape(layer: Layer) -> tuple[int | None, ...] | None:
    """Return the shape of the output of all calls of a layer, or None if they differ."""
    shapes = {node.outputs[0].shape for node in layer.inbound_nodes}
    return shapes.pop() if len(shapes) == 1 else None


def _free_name(name: str, model: Entry) -> str:
    used = {entry["config"].get("name") for entry in model["layers"]}
    while name in used:
        name += "_"
    return name


def redirect(model: Entry, moved: Mapping[str, str]) -> None:
    """Let everything that used the layers in `moved` use the ones behind them."""
    for entry in model["layers"]:
        for node in entry.get("inbound_nodes") or []:
            for place in node:
                if place[0] in moved and moved[place[0]] != entry["config"]["name"]:
                    place[0] = moved[place[0]]
    for place in model["output_layers"]:
        place[0] = moved.get(place[0], place[0])
