"""Layers of Keras written as layers that TensorFlow.js has, where the numbers stay the same.

Each rule is exact up to rounding, and acts on what is saved: the model itself stays as it is.

* What passes its input is Activation("linear"). The settings of such a layer stay in a member
  ``pyio`` of its entry, which TensorFlow.js skips, so that pyio reads them back.
* Normalization along the last axis is BatchNormalization without gamma, beta and epsilon.
* Keras 3's hard_sigmoid is TensorFlow.js's for weights divided by 1.2: ``clip(z / 6 + 0.5)`` is
  ``clip(0.2 (z / 1.2) + 0.5)``.

The rules for ``keepdims``, Subtract and operations are in `for_tfjs_graphs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.core.container import Container
from pyio.models.serialization import registry
from pyio.models.serialization.for_tfjs_graphs import (
    Entry,
    operation,
    redirect,
    replace,
    reshape_behind,
    scaled_activation,
    subtraction,
)
from pyio.models.serialization.keras_config import ORIGINAL
from pyio.models.serialization.keras_operations import CLASS_NAME as OPERATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyio.models.core.layer import Layer
    from pyio.models.core.weight import Weight

_KERAS_3 = "hard_sigmoid_keras3"
_SCALE = np.float32(1.2)
_GATED: Mapping[str, tuple[tuple[int, ...], int]] = {
    "LSTMCell": ((0, 1, 3), 4),
    "ConvLSTM2DCell": ((0, 1, 3), 4),
    "GRUCell": ((0, 1), 3),
}
"""Cells, which of their gates the recurrent activation acts on, and how many gates there are."""

_PLAIN: Mapping[str, tuple[str, ...]] = {
    "Dense": ("kernel", "bias"),
    "Conv1D": ("kernel", "bias"),
    "Conv2D": ("kernel", "bias"),
    "Conv3D": ("kernel", "bias"),
    "Conv2DTranspose": ("kernel", "bias"),
    "Conv3DTranspose": ("kernel", "bias"),
    "DepthwiseConv2D": ("depthwise_kernel", "bias"),
    "SeparableConv2D": ("pointwise_kernel", "bias"),
    "SimpleRNNCell": ("kernel", "recurrent_kernel", "bias"),
}
"""Layers whose activation acts on sums of products, and the weights that make those larger."""


class Rewriting:
    """The rewriting of one model that is saved.

    Args:
        names: The name of each weight among those that are saved.
        arrays: Their values by these names; they are changed.
        with_weights: Whether weights may change. An optimizer's state that is saved too belongs to
            the weights as they are.
        masked: Whether layers of the model make masks. TensorFlow.js's layers would pass them on
            where operations of Keras do not.

    Attributes:
        solved: The layers that TensorFlow.js can open now, each with what was the matter: "class",
            "keepdims" or "activation".
    """

    def __init__(
        self,
        names: Mapping[Weight, str],
        arrays: dict[str, Any],
        with_weights: bool,
        masked: bool,
    ) -> None:
        self.solved: set[tuple[Layer, str]] = set()
        self._names = names
        self._arrays = arrays
        self._with_weights = with_weights
        self._masked = masked
        self._scaled: set[Weight] = set()

    def rewrite(self, model: Container, config: Entry) -> None:
        """Rewrite the `config` of a model, and of the models in it, for TensorFlow.js."""
        entries: list[Entry] = []
        moved: dict[str, str] = {}
        for layer, entry in zip(model.layers, config["layers"], strict=True):
            if isinstance(layer, Container):
                self.rewrite(layer, entry["config"])
            before, after = self._rewritten(layer, entry, config)
            if self._with_weights:
                self._normalize_by_weights(layer, entry)
                self._scale_gates(layer, entry["config"])
            entries += [*before, entry, *after]
            if after:
                moved[layer.name] = after[0]["config"]["name"]
        config["layers"] = entries
        if moved and "output_layers" in config:
            redirect(config, moved)

    def _rewritten(
        self, layer: Layer, entry: Entry, config: Entry
    ) -> tuple[list[Entry], list[Entry]]:
        """Change the `entry` of a layer; return new entries in front of it and behind it."""
        name, start = layer.class_name, entry["class_name"]
        before: list[Entry] = []
        after: list[Entry] = []
        if name in registry.PASSING and (layer.supports_masking or not self._masked):
            entry[ORIGINAL] = {"class_name": start, "config": entry["config"]}
            replace(layer, entry, "Activation", {"activation": "linear"})
        elif name == OPERATION and not self._masked:
            before = operation(layer, entry, config)
        elif name == "Subtract" and not self._masked and "inbound_nodes" in entry:
            before = subtraction(layer, entry, config)
        elif name == "Activation" and layer.get_config()["activation"] == _KERAS_3:
            before = scaled_activation(layer, entry, config)
            self.solved.add((layer, "activation"))
        elif name.startswith("Global") and getattr(layer, "keepdims", False):
            after = reshape_behind(layer, entry, config)
            if after:
                self.solved.add((layer, "keepdims"))
        if entry["class_name"] != start:
            self.solved.add((layer, "class"))
        return before, after

    def _weight_names(self, layer: Layer) -> dict[str, str] | None:
        """Return the names of a layer's weights by their last parts, if all of them are saved."""
        names = {w.name.rpartition("/")[2]: self._names.get(w, "") for w in layer.own_weights}
        return names if set(names.values()) <= self._arrays.keys() else None

    def _normalize_by_weights(self, layer: Layer, entry: Entry) -> None:
        """Write a Normalization along the last axis as a BatchNormalization."""
        calls = layer.inbound_nodes
        if layer.class_name != "Normalization" or not layer.own_weights or not calls[0].inputs:
            return
        shape = calls[0].inputs[0].shape or ()
        options, names = layer.get_config(), self._weight_names(layer)
        last = options["axis"] in (-1, len(shape) - 1, [-1], [len(shape) - 1])
        if names is None or options["invert"] or not last:
            return
        mean, variance = (self._arrays.pop(names[key]) for key in ("mean", "variance"))
        self._arrays.pop(names.get("count", ""), None)
        start = names["mean"].rpartition("/")[0]
        self._arrays[f"{start}/moving_mean"] = mean
        # Keras divides by 1e-7 at least.
        self._arrays[f"{start}/moving_variance"] = np.maximum(variance, np.float32(1e-14))
        batch = registry.layer_class("BatchNormalization")
        assert batch is not None
        made = batch(center=False, scale=False, epsilon=0, name=layer.name).get_config()
        replace(layer, entry, "BatchNormalization", made)
        self.solved.add((layer, "class"))

    def _scale_gates(self, layer: Layer, config: Entry) -> None:
        """Write Keras 3's hard_sigmoid in a layer, and in those in it, as TensorFlow.js's."""
        inner = [layer, *layer.inner_layers()] if not isinstance(layer, Container) else []
        using = [each for each in inner if _KERAS_3 in _activations(each).values()]
        parts = [each for each in using if self._can_scale(each)]
        # A recurrent layer only repeats the options of its cell.
        if any(each not in parts and getattr(each, "cell", None) not in parts for each in using):
            return
        for each in parts:
            self._scale(each)
        if using:
            _rename(config)
            self.solved |= {(each, "activation") for each in using}

    def _can_scale(self, layer: Layer) -> bool:
        """Whether all sums of products that hard_sigmoid acts on can be scaled by the weights."""
        used = [key for key, value in _activations(layer).items() if value == _KERAS_3]
        if layer.class_name in _GATED:
            fits = used == ["recurrent_activation"]
        else:
            fits = layer.class_name in _PLAIN and used == ["activation"]
        return fits and self._weight_names(layer) is not None

    def _scale(self, layer: Layer) -> None:
        gates, count = _GATED.get(layer.class_name, ((0,), 1))
        wanted = _PLAIN.get(layer.class_name, ("kernel", "recurrent_kernel", "bias"))
        for weight in layer.own_weights:
            if weight in self._scaled or weight.name.rpartition("/")[2] not in wanted:
                continue
            self._scaled.add(weight)
            parts = np.split(self._arrays[self._names[weight]], count, axis=-1)
            scaled = [p / _SCALE if gate in gates else p for gate, p in enumerate(parts)]
            self._arrays[self._names[weight]] = np.concatenate(scaled, axis=-1)


def is_foreign(layer: Layer) -> bool:
    """Whether a layer has something that only Keras has, so that rewriting may help."""
    if layer.class_name in registry.KERAS_FAMILY_OF or _KERAS_3 in _activations(layer).values():
        return True
    return any(layer.options[key].is_written(getattr(layer, key)) for key in layer.keras_options)


def _activations(layer: Layer) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in ("activation", "recurrent_activation"):
        if key in layer.options and isinstance(value := getattr(layer, key), str):
            found[key] = value
    return found


def _rename(config: Any) -> None:
    """Write hard_sigmoid in a config, and in those inside it, by TensorFlow.js's name."""
    for key, value in config.items() if isinstance(config, dict) else ():
        if value == _KERAS_3 and key in ("activation", "recurrent_activation"):
            config[key] = "hard_sigmoid"
        for each in value if isinstance(value, list) else [value]:
            _rename(each)
