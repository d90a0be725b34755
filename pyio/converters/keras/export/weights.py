"""The weights of a model as Keras stores them: by path in ``.keras``, by order in ``.h5``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.converters.hdf5.writer import Group, text_lists
from pyio.converters.keras.export.parts import HARD_SIGMOIDS, is_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from pyio.converters.keras.export.parts import Problems

_CLASSES = {"Model": "Functional", "GroupQueryAttention": "GroupedQueryAttention"}
"""Classes whose name in Python, by which Keras names groups, is another than in a config."""

_LSTMS = ("LSTMCell", "ConvLSTM1DCell", "ConvLSTM2DCell", "ConvLSTM3DCell")
_GATES = {**dict.fromkeys(_LSTMS, (4, (0, 1, 3))), "GRUCell": (3, (0, 1))}
"""Class of a cell -> its gates, and those that use the recurrent activation."""

_SUMS = {
    **dict.fromkeys(("Dense", "Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose"), ("kernel", "bias")),
    **dict.fromkeys(("Conv1DTranspose", "Conv3DTranspose", "EinsumDense"), ("kernel", "bias")),
    "SimpleRNNCell": ("kernel", "recurrent_kernel", "bias"),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), ("depthwise_kernel", "bias")),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), ("pointwise_kernel", "bias")),
}
"""Layers that give sums to their activation, and the weights by which the sums can be scaled."""

_FACTORS = {3: np.float32(1.2), 2: np.float32(1 / 1.2)}
"""For Keras 3, clip(x/6 + 0.5) of 1.2 x is clip(0.2 x + 0.5), TensorFlow.js's hard_sigmoid. For
Keras 2 the other way round."""

_PARTS = {
    "MultiHeadAttention": "{}_dense",
    "GroupQueryAttention": "_{}_dense",
}
"""Classes whose weights Keras has in layers inside, and how these are called."""


def snake(name: str) -> str:
    """Return the name of a class as Keras writes it (keras ``utils/naming.py``)."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def placed(layer: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Yield what has weights of its own in a layer or model, and the group where Keras has them.

    A model's layers are ``layers/<class>``, further ones of a class with ``_1``, ``_2`` … (keras
    ``saving/saving_lib.py``, `_save_container_state`); the other names are attributes.
    """
    if is_model(layer):
        yield from _numbered(layer.layers, (*path, "layers"))
    elif hasattr(layer, "forward_layer"):
        yield from placed(layer.forward_layer, (*path, "forward_layer"))
        yield from placed(layer.backward_layer, (*path, "backward_layer"))
    elif hasattr(layer, "cells"):
        yield from _numbered(layer.cells, (*path, "cells"))
    elif hasattr(layer, "cell"):
        yield from placed(layer.cell, (*path, "cell"))
    else:
        if hasattr(layer, "layer"):  # another wrapper
            yield from placed(layer.layer, (*path, "layer"))
        yield layer, path


def _numbered(
    layers: Iterable[Any], path: tuple[str, ...]
) -> Iterator[tuple[Any, tuple[str, ...]]]:
    counts: dict[str, int] = {}
    seen: set[int] = set()
    for layer in layers:
        if id(layer) in seen:  # in two places of a Sequential, stored once
            continue
        seen.add(id(layer))
        name = snake(_CLASSES.get(layer.class_name, layer.class_name))
        count = counts.get(name, 0)
        counts[name] = count + 1
        yield from placed(layer, (*path, f"{name}_{count}" if count else name))


def by_path(model: Any, problems: Problems) -> Group:
    """Return the groups of ``model.weights.h5``."""
    root = Group()
    for layer, path in placed(model):
        values = scaled(layer, 3, problems)
        for inner, part in _in_parts(layer, values):
            group = root.group((*path, *inner, "vars"))
            group.attributes["name"] = inner[0].strip("_") if inner else layer.name
            group.members.update({str(index): value for index, value in enumerate(part)})
        if getattr(layer, "output_mode", "") == "tf_idf" and hasattr(layer, "table_weights"):
            _add_table_weights(root, layer, path)
    return root


def _add_table_weights(root: Group, layer: Any, path: tuple[str, ...]) -> None:
    """Write the weights of "tf_idf" under their own key (``index_lookup.py``, which reads them)."""
    weights = np.asarray(layer.table_weights(), np.float32)
    text = layer.class_name == "TextVectorization"
    for inner in ((), *((("_lookup_layer",),) if text else ())):
        root.group((*path, *inner, "vars")).members["idf_weights"] = weights


def _in_parts(
    layer: Any, values: list[NDArray[Any]]
) -> Iterator[tuple[tuple[str, ...], list[NDArray[Any]]]]:
    """Yield the weights of a layer by the layers inside in which Keras has them."""
    pattern = _PARTS.get(layer.class_name)
    if layer.class_name == "SpectralNormalization":  # has a copy of the kernel as well
        values = [layer.layer.own_weights[0].value, *values]
    if pattern is None:
        if values:
            yield (), values
        return
    parts: dict[str, list[NDArray[Any]]] = {}
    for weight, value in zip(layer.own_weights, values, strict=True):
        part = weight.name.split("/")[-2].removeprefix("attention_")
        parts.setdefault(pattern.format(part), []).append(value)
    yield from (((name,), each) for name, each in parts.items())


def scaled(layer: Any, generation: int, problems: Problems) -> list[NDArray[Any]]:
    """Return the own weights of a layer, scaled where that Keras means another hard_sigmoid."""
    values = [weight.value for weight in layer.own_weights]
    other, factor = HARD_SIGMOIDS[5 - generation], _FACTORS[generation]
    gate, act = getattr(layer, "recurrent_activation", None), getattr(layer, "activation", None)
    if layer.class_name in _LSTMS and act == other:  # acts on the memory too, which has no weights
        problems.add(layer.name, f"has hard_sigmoid, which Keras {generation} computes otherwise")
    if layer.class_name in _GATES and other in (gate, act):
        count, gates = _GATES[layer.class_name]
        changed = [g for g in range(count) if (gate if g in gates else act) == other]
        return [_scaled(value, count, changed, factor) for value in values]
    if act != other or hasattr(layer, "cell"):
        return values
    if layer.class_name not in _SUMS:
        problems.add(layer.name, f"has hard_sigmoid, which Keras {generation} computes otherwise")
    kept = _SUMS.get(layer.class_name, ())
    names = [weight.name.rpartition("/")[2] for weight in layer.own_weights]
    return [v * factor if n in kept else v for n, v in zip(names, values, strict=True)]


def _scaled(
    value: NDArray[Any], count: int, changed: list[int], factor: np.float32
) -> NDArray[Any]:
    result = value.copy()
    parts = result.reshape(*value.shape[:-1], count, -1)
    parts[..., changed, :] *= factor
    return result


def by_order(model: Any, problems: Problems, version: str) -> Group:
    """Return the groups of a whole model in an ``.h5`` file, below ``model_weights``.

    Each direct layer of the model is a group with a list of its weights in order, the trainable
    ones first (keras ``legacy_h5_format.py``, `save_weights_to_hdf5_group`).
    """
    root = Group()
    values: dict[Any, NDArray[Any]] = {}
    for layer in model.all_layers():
        values |= zip(layer.own_weights, scaled(layer, 2, problems), strict=True)
    names = list(dict.fromkeys(layer.name for layer in model.layers))
    for layer in model.layers:
        if layer.name in root.members:
            continue
        group = root.group((layer.name,))
        weights = [*layer.trainable_weights, *layer.non_trainable_weights]
        listed = _unique([f"{weight.name}:0" for weight in weights])
        for name, weight in zip(listed, weights, strict=True):
            *path, last = name.split("/")
            group.group(path).members[last] = values[weight]
        group.attributes.update(text_lists("weight_names", listed))
    top = root.group(("top_level_model_weights",))
    top.attributes.update(text_lists("weight_names", []))
    root.attributes.update(text_lists("layer_names", names))
    root.attributes.update({"backend": "tensorflow", "keras_version": version})
    return root


def _unique(names: list[str]) -> list[str]:
    """Return names that differ: layers of nested models can have the same one."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        count = seen[name] = seen.get(name, -1) + 1
        result.append(f"{count}/{name}" if count else name)
    return result
