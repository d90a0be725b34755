"""What both of Keras's topologies share: parts of configs, and what Keras cannot compute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from pyio.errors import UnsupportedModelError


class ModelLayer(Protocol):
    """The members of a layer that an export uses; `pyio.models.core.layer.Layer` has them."""

    name: str
    class_name: str
    inbound_nodes: Sequence[Any]

    @property
    def own_weights(self) -> Sequence[Any]:
        """The weights that the layer made."""
        ...

    @property
    def trainable_weights(self) -> Sequence[Any]:
        """The weights that training changes."""
        ...

    @property
    def non_trainable_weights(self) -> Sequence[Any]:
        """The other weights."""
        ...

    def get_config(self) -> dict[str, Any]:
        """Return the options as JSON."""
        ...

    def prepare_for_save(self, config: dict[str, Any]) -> None:
        """Change `config` where a file needs something else."""
        ...


CALLED_WITH = ("use_causal_mask", "return_attention_scores", "reverse")
"""Options of attentions here that are arguments of their calls in Keras."""

_DROPPED = {
    *[
        "input_length",
        "input_dtype",
        "implementation",
        "batch_input_shape",
        "own",
        "build_input_shape",
    ],
    *("use_mask", "half_pixels", "takes_attention_mask", "first_states_first", *CALLED_WITH),
    *("ignores_mask", "any_mask", "zero_until_seen", "zeros_without_keys"),
}
"""Keys of TensorFlow.js and of pyio that no layer of Keras takes."""

ACTIVATIONS = frozenset(("activation", "recurrent_activation"))

HARD_SIGMOIDS = {2: "hard_sigmoid", 3: "hard_sigmoid_keras3"}
"""What pyio calls the hard_sigmoid of each Keras; 2 is TensorFlow.js's as well."""

_RNN = (
    "name trainable dtype return_sequences return_state go_backwards stateful unroll cell "
    "zero_output_for_mask"
)
_RNN_KEYS = frozenset(_RNN.split())
"""The keys of an RNN that are its own: TensorFlow.js writes those of the cell there too."""

_MERGES = "Add Multiply Average Maximum Minimum Concatenate Dot Subtract Attention"
MERGES = frozenset((*_MERGES.split(), "AdditiveAttention"))
"""Layers whose one argument is a list of tensors."""

ATTENTIONS = ("MultiHeadAttention", "GroupQueryAttention")
"""Layers that are called with several tensors one by one."""

_RECURRENT = "RNN SimpleRNN GRU LSTM ConvLSTM1D ConvLSTM2D ConvLSTM3D Bidirectional"
RECURRENT = frozenset(_RECURRENT.split())
"""Layers whose further tensors are states to start from."""

MODELS = frozenset(("Sequential", "Model", "Functional"))

OPERATION, GIVEN_MASK = "KerasOp", "GivenMask"
"""Layers here that are an operation and an argument in Keras."""

_ACTIVATION_LAYERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "re_lu": ("ReLU", {}),
    "leaky_re_lu": ("LeakyReLU", {"alpha": 0.3}),
    "thresholded_re_lu": ("ThresholdedReLU", {"theta": 1.0}),
}
"""What TensorFlow.js writes for activations that are layers, with its own settings."""


class Problems:
    """What Keras cannot compute as the model does, gathered so that one error names all of it."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._found: list[str] = []

    def add(self, layer: str, problem: str) -> None:
        """Note a problem of a layer."""
        self._found.append(f"{layer!r} {problem}")

    def refuse(self, name: str) -> None:
        """Raise UnsupportedModelError if there are any."""
        if self._found:
            raise UnsupportedModelError(
                f"{self._program} has no layers that compute what the model {name!r} does: "
                f"{'; '.join(dict.fromkeys(self._found))}. TensorFlow.js's format keeps all of it"
            )


def is_model(layer: Any) -> bool:
    """Whether a layer is a model."""
    return hasattr(layer, "layers")


def plain_config(layer: Any) -> dict[str, Any]:
    """Return the config of a layer without the keys that no Keras takes."""
    config = layer.get_config()
    layer.prepare_for_save(config)
    return trimmed(layer.class_name, config)


def trimmed(class_name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a config without the keys that no Keras takes, with the defaults that differ."""
    kept = {key: value for key, value in config.items() if key not in _DROPPED}
    if class_name == "RNN":
        kept = {key: value for key, value in kept.items() if key in _RNN_KEYS}
    if class_name in ("GRU", "GRUCell"):
        kept.setdefault("reset_after", False)  # Keras's default is True
    if class_name == "Embedding" and kept.get("mask_zero") is None:
        kept["mask_zero"] = False
    if class_name == "SpatialDropout1D":
        kept.pop("noise_shape", None)
    if class_name == "Bidirectional" and kept.get("merge_mode") == "none":
        kept["merge_mode"] = None
    if class_name == "TextVectorization":
        kept |= {key: None for key in ("standardize", "split") if kept.get(key) == "none"}
    if isinstance(kept.get("idf_weights"), list) and isinstance(kept.get("vocabulary"), list):
        # A file of Keras has one for each place of the table, also for those that are empty.
        kept["idf_weights"] = kept["idf_weights"][: len(kept["vocabulary"])]
    return kept


def activation_layer(value: Any) -> tuple[str, dict[str, Any]] | None:
    """Return class and config of an activation that is a layer, or None for a function."""
    if isinstance(value, Mapping) and isinstance(value.get("config"), Mapping):
        return str(value["class_name"]), dict(value["config"])
    found = _ACTIVATION_LAYERS.get(value) if isinstance(value, str) else None
    return None if found is None else (found[0], dict(found[1]))


def activation_name(value: Any) -> Any:
    """Return the name of an activation as both Keras spell it."""
    return "hard_sigmoid" if value == HARD_SIGMOIDS[3] else value


def _shows_states_otherwise(layer: Any) -> bool:
    """Whether a layer outputs or takes the states of stacked cells, and in another order."""
    cell: Any = getattr(layer, "cell", None)
    if getattr(cell, "first_states_first", True) or len(cell.cells) < 2:
        return False
    return bool(layer.return_state) or any(len(node.inputs) > 1 for node in layer.inbound_nodes)


def find_problems(layers: Iterator[Any], problems: Problems, missing: frozenset[str]) -> None:
    """Note what Keras lacks, or computes otherwise, in all `layers` of a model.

    Keras takes other points of an image than TensorFlow.js when it resizes. It has no gelu by
    TensorFlow.js's polynomial, and leaves masked steps out of means.
    """
    masked, unmasked = False, []
    for layer in layers:
        name, cls = layer.name, layer.class_name
        if not type(layer).__module__.startswith("pyio.models."):
            problems.add(name, f"is of the class {cls}, which is not Keras's")
        elif cls in missing:
            problems.add(name, f"is a {cls}")
        elif cls == OPERATION and layer.op_name in missing:
            problems.add(name, f"is the operation {layer.op_name}")
        if any(getattr(layer, key, None) == "gelu_new" for key in ACTIVATIONS):
            problems.add(name, "has the activation gelu_new")
        resizes = cls == "Resizing" or getattr(layer, "interpolation", "") == "bilinear"
        if resizes and not getattr(layer, "half_pixels", False):
            problems.add(name, f"({cls}) takes other points of the image")
        if _shows_states_otherwise(layer):
            problems.add(name, "has the states of the last of its cells first")
        masked |= layer.creates_mask and (cls != "Embedding" or bool(layer.mask_zero))
        if cls == "GlobalAveragePooling1D" and not layer.use_mask:
            unmasked.append(name)
    for name in unmasked if masked else ():
        problems.add(name, "averages masked steps too, as TensorFlow.js does and Keras does not")
