"""Who wrote a topology, and what its names mean there.

TensorFlow.js, Keras 2 and Keras 3 use the same names for formulas that differ. A topology that
Keras wrote is brought to options of pyio's own which say the formula, so that copies keep it:

* ``hard_sigmoid`` is ``clip(0.2 x + 0.5, 0, 1)`` for TensorFlow.js and Keras 2, and
  ``clip(x / 6 + 0.5, 0, 1)`` for Keras 3 (keras 3.15 ``activations.py``).
* Keras resizes images by the middles of pixels, TensorFlow.js by their corners.
* Of stacked cells Keras has the states of the first one first, TensorFlow.js those of the last.
* Keras passes masks on through more layers, and leaves masked steps out of means. Keras 3 joins
  the masks of several inputs by "or", the others by "and".
* A query of an attention that no key counts for gets 0 in Keras 3 where the scores go through its
  softmax layer, and the mean of all values elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pyio.models.serialization import registry

TFJS = "TensorFlow.js"
"""The writer whose meaning the names of pyio have: also of models that are made here."""

_TFJS_VERSION = "tfjs-layers "
_INNER = ("layers", "layer", "cell", "cells", "backward_layer")
_ACTIVATIONS = ("activation", "recurrent_activation")
_MASKS = ("Masking", "GivenMask")
_UNMASKED_IN_KERAS_2 = ("Identity", "Normalization")
_HEADED = ("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention")
_HALF_PIXELS = ("Resizing", "UpSampling2D", "CenterCrop")


def writer_of(topology: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """Return who wrote a `topology`, of which `entry` is the model: "Keras 3.15.1" and so on.

    The version is that of ``keras_version``. Without one, forms decide that only one of the
    versions of Keras writes.
    """
    own = topology.get("writer")
    version = topology.get("keras_version")
    if isinstance(version, str) and version.startswith("tfjs"):
        return own if isinstance(own, str) else f"{TFJS} {version.removeprefix(_TFJS_VERSION)}"
    if isinstance(version, str) and version[:1].isdigit():
        return f"Keras {version}"
    if any(_is_keras_3(each) for each in _objects(entry)):
        return "Keras 3"
    return "Keras 2" if "module" in entry else TFJS


def needs_meaning(topology: Mapping[str, Any]) -> bool:
    """Whether names in the `topology` still mean what its writer means by them."""
    version = topology.get("keras_version")
    return not (isinstance(version, str) and version.startswith("tfjs"))


def generation(writer: str) -> int:
    """Return 2 or 3 for a version of Keras, 0 for TensorFlow.js."""
    name, _, version = writer.partition(" ")
    if name != "Keras":
        return 0
    return 3 if version.partition(".")[0] not in ("0", "1", "2") else 2


def make_explicit(topology: Mapping[str, Any], writer: str) -> None:
    """Write into the normalized `topology` which formulas its `writer` means."""
    keras = generation(writer)
    if not keras:
        return
    entries = list(_entries(topology))
    masked = any(
        entry["class_name"] in _MASKS or entry["config"].get("mask_zero") for entry in entries
    )
    shows_states = any(map(_shows_states, entries))
    for entry in entries:
        if masked:
            _explain_masks(entry, keras)
        config = entry["config"]
        if keras == 3 and entry["class_name"] in _HEADED and _may_give_zeros(entry, masked):
            config["zeros_without_keys"] = True
        if shows_states and entry["class_name"] == "StackedRNNCells":
            config["first_states_first"] = True
        if entry["class_name"] in _HALF_PIXELS:
            config["half_pixels"] = True
        for key in _ACTIVATIONS if keras == 3 else ():
            if config.get(key) == "hard_sigmoid":
                config[key] = "hard_sigmoid_keras3"


def _explain_masks(entry: Mapping[str, Any], keras: int) -> None:
    """Write into an entry which steps count in its layer, and in those behind it."""
    name, config = entry["class_name"], entry["config"]
    cls = registry.layer_class(name)
    options = cls.options if cls is not None else {}
    if "use_mask" in options:
        config["use_mask"] = True
    if keras == 2 and name in _UNMASKED_IN_KERAS_2:
        config["ignores_mask"] = True
    if keras == 2 and name == "Bidirectional":  # Keras 3 writes it
        for key in ("layer", "backward_layer"):
            inner = (config.get(key) or {}).get("config")
            if isinstance(inner, dict) and inner.get("return_sequences"):
                inner["zero_output_for_mask"] = True
    if keras == 3 and "any_mask" in options:
        config["any_mask"] = True
    if "zero_until_seen" in options and _starts_from_states(entry):
        config["zero_until_seen"] = True


def _may_give_zeros(entry: Mapping[str, Any], masked: bool) -> bool:
    """Whether a query of an attention may have no key, and gets 0 in Keras 3 then."""
    config = entry["config"]
    return masked or bool(config.get("takes_attention_mask"))


def _starts_from_states(entry: Mapping[str, Any]) -> bool:
    """Whether a recurrent layer has other states to start from than 0."""
    nodes = entry.get("inbound_nodes") or []
    return bool(entry["config"].get("stateful")) or any(len(node) > 1 for node in nodes)


def _shows_states(entry: Mapping[str, Any]) -> bool:
    """Whether the order of the states of a recurrent layer can be seen in the model."""
    if entry["config"].get("return_state"):
        return True
    nodes = entry.get("inbound_nodes") or []
    return "cell" in entry["config"] and any(len(node) > 1 for node in nodes)


def _is_keras_3(value: Mapping[str, Any]) -> bool:
    return (
        "batch_shape" in value
        or value.get("class_name") in ("DTypePolicy", "__keras_tensor__")
        or {"args", "kwargs"} <= value.keys()
    )


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield all objects in JSON. Its depth is limited before."""
    if isinstance(value, Mapping):
        yield value
        value = list(value.values())
    for each in value if isinstance(value, list | tuple) else ():
        yield from _objects(each)


def _entries(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the layers of a normalized topology, also those inside of others."""
    config = entry.get("config")
    if not isinstance(config, dict):
        return
    yield entry
    for key in _INNER:
        inner = config.get(key)
        for each in inner if isinstance(inner, list) else [inner]:
            if isinstance(each, Mapping) and "class_name" in each:
                yield from _entries(each)
