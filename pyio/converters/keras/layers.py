"""The layers of a topology as Keras wrote it, and where each has its weights in a file by path.

Datasets are ``<path>/vars/<i>``. The layers of a model are ``layers/<class in snake case>``, with
``_1``, ``_2`` … for further ones of that class (``saving_lib.py``, ``_save_container_state``).
Operations are no layers there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pyio.converters.hdf5.datasets import Dataset
from pyio.converters.keras.paths import path_part
from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from pyio.converters.hdf5.file import Group

LAYERS = ("layers", "_layer_checkpoint_dependencies/layers", "_layer_checkpoint_dependencies")
"""What a model calls the group of its layers; the others are those of early files."""

MODELS = ("Functional", "Sequential", "Model")

_PARTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(
        ("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention"),
        tuple((f"{part}_dense", f"_{part}_dense") for part in ("query", "key", "value", "output")),
    ),
}
"""Class -> the parts that have its weights, in the order of the weights, each with its names."""

_NAMES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("Dense", "EinsumDense"), ("kernel", "bias")),
    **{f"Conv{n}D{kind}": ("kernel", "bias") for n in (1, 2, 3) for kind in ("", "Transpose")},
    "DepthwiseConv2D": ("depthwise_kernel", "bias"),
    "SeparableConv2D": ("depthwise_kernel", "pointwise_kernel", "bias"),
    **dict.fromkeys(
        ("SimpleRNNCell", "GRUCell", "LSTMCell", "ConvLSTM2DCell"),
        ("kernel", "recurrent_kernel", "bias"),
    ),
    "Embedding": ("embeddings",),
    "PReLU": ("alpha",),
}
"""Class -> the names of its weights in TensorFlow.js, in order; the last can be absent."""


def class_of(entry: Mapping[str, Any]) -> str:
    """Return the class of an entry without the package that it was registered in."""
    return str(entry.get("class_name", entry.get("className"))).rpartition(">")[2]


def name_of(entry: Mapping[str, Any]) -> str:
    """Return the name of an entry."""
    config = entry.get("config")
    inner = config.get("name") if isinstance(config, Mapping) else None
    return str(inner or entry.get("name"))


def entries_of(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the layers of a model's entry; a list is what old Keras wrote for a Sequential."""
    config = entry.get("config")
    found = config.get("layers") if isinstance(config, Mapping) else config
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def is_operation(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is an operation of ``keras.ops``."""
    return ".ops" in str(entry.get("module") or "")


def numbered(entries: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the layers among `entries`, each with its name in the path."""
    counts: Counter[str] = Counter()
    for entry in entries:
        if not is_operation(entry):
            yield entry, path_part(class_of(entry), counts)


def layers_group(group: Group) -> Group | None:
    """Return the group that has the layers of a model."""
    return next((found for name in LAYERS if (found := group.group(name)) is not None), None)


def parts_of(class_name: str, group: Group) -> list[Group]:
    """Return the groups with the weights of a layer of its own, in their order."""
    parts = _PARTS.get(class_name)
    if parts is None:
        return [group]
    found = [next(filter(None, map(group.group, names)), None) for names in parts]
    return [each for each in found if each is not None]


def variables(group: Group) -> list[Dataset]:
    """Return the ``vars`` of a group in their order."""
    inner = group.group("vars")
    if inner is None:
        return []
    found = sorted(inner.members.items(), key=lambda each: (not each[0].isdecimal(), _number(each)))
    if [name for name, _ in found if name.isdecimal()] != [
        str(index) for index in range(sum(name.isdecimal() for name, _ in found))
    ]:
        raise InvalidModelError(f"the weights of {group.path!r} are not numbered from 0")
    return [each for name, each in found if isinstance(each, Dataset) and name.isdecimal()]


def _number(item: tuple[str, Any]) -> int:
    return int(item[0]) if item[0].isdecimal() else 0


def weight_names(entry: Mapping[str, Any], count: int) -> list[str]:
    """Return how TensorFlow.js calls `count` weights of a layer, or numbers where unknown."""
    name, config = class_of(entry), entry.get("config")
    config = config if isinstance(config, Mapping) else {}
    if name in ("BatchNormalization", "LayerNormalization"):
        known = ["gamma"] if config.get("scale", True) else []
        known += ["beta"] if config.get("center", True) else []
        known += ["moving_mean", "moving_variance"] if name.startswith("Batch") else []
    else:
        known = list(_NAMES.get(name, ()))
    if len(known) - count in ((0, 1) if name in _NAMES else (0,)):
        return known[:count]
    return [str(index) for index in range(count)]


def text_list(group: Group, key: str) -> list[str] | None:
    """Return an attribute that is a list of texts, put together if it was split; None without it.

    Keras splits what is longer than 64,512 bytes into ``key0``, ``key1`` … An empty list is one
    of numbers.
    """
    parts = [group.attributes[key]] if key in group.attributes else []
    while key not in group.attributes and f"{key}{len(parts)}" in group.attributes:
        parts.append(group.attributes[f"{key}{len(parts)}"])
    if not parts:
        return None
    found: list[str] = []
    for part in parts:
        if not isinstance(part, list):
            raise InvalidModelError(f"the attribute {key} of {group.path!r} is {part!r:.60}")
        for each in part:
            if not isinstance(each, str):
                raise InvalidModelError(f"the attribute {key} of {group.path!r} has {each!r:.60}")
            found.append(each)
    return found
