"""The weights of a ``.keras`` file -> the layers of the model, by their paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyio.converters.keras.layers import (
    MODELS,
    class_of,
    entries_of,
    layers_group,
    name_of,
    numbered,
    parts_of,
    variables,
    weight_names,
)
from pyio.converters.keras.values import plain_arrays, value_of
from pyio.errors import InvalidModelError, UnsupportedModelError
from pyio.models.core.container import Container
from pyio.models.core.unknown import UnknownLayer
from pyio.models.keras_files.assigning import SEEDS, Placed, assign

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pyio.converters.hdf5.datasets import Dataset
    from pyio.converters.hdf5.file import Group
    from pyio.converters.keras.saved import Saved
    from pyio.models.core.layer import Layer

_BESIDE = ("optimizer", "metrics", "_metrics", "loss", "compile_metrics", "loss_tracker")
"""Groups beside the layers, of training; "optimizer" is the optimizer's state."""

_SHOWN = 5


def place_by_path(saved: Saved, model: Container | None) -> Placed:
    """Assign the weights of a ``.keras`` file to the layers of `model`, and return all others.

    Raises InvalidModelError for weights that are missing, left over or of another shape.
    """
    assert saved.entry is not None
    placing = _ByPath(saved)
    placing.model(saved.entry, model, saved.weights, ())
    placing.require_all_used()
    return placing.placed


_DEPTH = 10
"""Layers around one another, such as TimeDistributed(Bidirectional(…))."""


class _ByPath:
    """One walk over a topology, its file and its model."""

    def __init__(self, saved: Saved) -> None:
        self.placed = Placed()
        self._saved = saved
        self._used: set[str] = set()
        self._done: dict[tuple[str, str], Layer] = {}

    def model(
        self,
        entry: Mapping[str, Any],
        model: Container | None,
        group: Group | None,
        around: tuple[str, ...],
    ) -> None:
        """Place the weights of the layers of a model, nested ones included."""
        layers = {layer.name: layer for layer in model.layers} if model is not None else {}
        inner = layers_group(group) if group is not None else None
        for each, part in numbered(entries_of(entry)):
            below = None if inner is None else inner.group(part)
            name = name_of(each)
            self._entry(each, layers.get(name), below, around)

    def _entry(
        self,
        entry: Mapping[str, Any],
        layer: Layer | None,
        group: Group | None,
        around: tuple[str, ...],
    ) -> None:
        if class_of(entry) in MODELS:
            inner = layer if isinstance(layer, Container) else None
            self.model(entry, inner, group, (*around, name_of(entry)))
            return
        targets = list(_targets(entry, layer, group, (name_of(entry),)))
        if layer is None or isinstance(layer, UnknownLayer) or not layer.built:
            for target in targets:
                self._keep(target, around)
            self._keep_rest(name_of(entry), group)
            return
        if not any(map(datasets_of, targets)) and layer.weights:
            self._share(entry, layer)
            return
        for target in targets:
            self._assign(target, layer)
        self._done[class_of(entry), name_of(entry)] = layer

    def _share(self, entry: Mapping[str, Any], layer: Layer) -> None:
        """Give a layer the weights of one in another place: Keras stores one layer once."""
        other = self._done.get((class_of(entry), name_of(entry)))
        shapes = [weight.shape for weight in layer.weights]
        if other is None or shapes != [weight.shape for weight in other.weights]:
            raise InvalidModelError(
                f"the file has no weights for the {class_of(entry)} {name_of(entry)!r}"
            )
        for mine, theirs in zip(
            [layer, *layer.inner_layers()], [other, *other.inner_layers()], strict=True
        ):
            mine.share_weights(theirs)

    def _assign(self, target: _Target, layer: Layer) -> None:
        assert target.layer is not None
        weights = target.layer.own_weights
        found = self._arrays(target)
        if target.optional and len(found) != len(weights):
            return
        assign(weights, found, f"the {target.class_name} {layer.name!r}")

    def _keep(self, target: _Target, around: tuple[str, ...]) -> None:
        found = self._arrays(target)
        names = weight_names(target.entry, len(found))
        for name, array in zip(names, found, strict=True):
            short = "/".join([*target.names, name])
            path = "/".join([*around, short])
            self.placed.arrays[path if short in self.placed.arrays else short] = array

    def _keep_rest(self, name: str, group: Group | None) -> None:
        """Keep the weights of layers inside of one that is not known, named by their paths."""
        if group is None:
            return
        for dataset in group.datasets():
            if dataset.path not in self._used and not set(SEEDS) & set(dataset.path.split("/")):
                inside = dataset.path[len(group.path) :].strip("/").replace("vars/", "")
                self.placed.arrays[f"{name}/{inside}"] = value_of(dataset, self._saved.notes)
                self._used.add(dataset.path)

    def _arrays(self, target: _Target) -> list[NDArray[Any]]:
        datasets = datasets_of(target)
        self._used |= {dataset.path for dataset in datasets}
        arrays = [value_of(dataset, self._saved.notes) for dataset in datasets]
        return plain_arrays(target.class_name, "/".join(target.names), arrays, self._saved.notes)

    def require_all_used(self) -> None:
        """Raise InvalidModelError for weights in the file that no layer took."""
        left = []
        for dataset in self._saved.weights.datasets():
            parts = dataset.path.split("/")
            aside = parts[0] in _BESIDE or set(parts) & set(SEEDS) or parts[-1] == "idf_weights"
            if dataset.path not in self._used and not aside:
                left.append(dataset.path)
        if left:
            shown = ", ".join(map(repr, left[:_SHOWN])) + (" …" if len(left) > _SHOWN else "")
            raise InvalidModelError(f"no layer of the topology has the weights {shown}")


@dataclass(frozen=True, slots=True)
class _Target:
    """A layer with weights of its own, and the group that has them.

    Attributes:
        names: The names of the layer and of those around it in wrappers.
        entry: What the topology says of it.
        layer: The layer, or None if it was not built.
        group: The group, or None if the file has none.
        optional: Whether the weights need not be there, as copies of others.
    """

    names: tuple[str, ...]
    entry: Mapping[str, Any]
    layer: Layer | None
    group: Group | None
    optional: bool = False

    @property
    def class_name(self) -> str:
        """The class of the layer."""
        return class_of(self.entry)


def variables_of(target: _Target) -> list[Dataset]:
    """Return the datasets of a layer of Keras's in the order of its weights."""
    if target.group is None:
        return []
    parts = parts_of(target.class_name, target.group)
    return [dataset for part in parts for dataset in variables(part)]


def datasets_of(target: _Target) -> list[Dataset]:
    """Return the datasets of a layer in the order of its weights."""
    return of_ones_own(target) or variables_of(target)


def of_ones_own(target: _Target) -> list[Dataset]:
    """Return the datasets of a layer of the user's whose weights are named after layers inside.

    A class of Keras that makes other layers has their weights in groups, called as its attributes
    are: "a/vars/0". Here the class is one layer, whose weight "a/kernel" belongs there.

    Raises UnsupportedModelError if there are other groups than the names of the weights say.
    """
    layer, group = target.layer, target.group
    if layer is None or group is None or type(layer).__module__.startswith("pyio.models."):
        return []
    inside = [dataset.path[len(group.path) :].strip("/") for dataset in group.datasets()]
    there = {path.rpartition("vars/")[0].strip("/") for path in inside}
    if not any(there):
        return []
    names = [w.name.removeprefix(f"{layer.scope}/") for w in layer.own_weights]
    prefixes = dict.fromkeys(name.rpartition("/")[0] for name in names)
    if there != set(prefixes):
        shown = ", ".join(map(repr, sorted(filter(None, there))))
        raise UnsupportedModelError(
            f"the {target.class_name} {layer.name!r} has weights of layers inside of it: {shown}. "
            "Name the weights of the class after these, as in add_weight('a/kernel', ...)"
        )
    by_prefix = {
        prefix: iter(variables(group.group(prefix) or group) if prefix else variables(group))
        for prefix in prefixes
    }
    found = [next(by_prefix[name.rpartition("/")[0]], None) for name in names]
    return [each for each in found if each is not None]


def _targets(
    entry: Mapping[str, Any],
    layer: Layer | None,
    group: Group | None,
    names: tuple[str, ...],
    depth: int = 0,
) -> Iterator[_Target]:
    """Yield the layers with weights of their own: `layer`, or what is inside of it.

    Raises InvalidModelError for too many layers around one another: a Bidirectional has two inside.
    """
    if depth > _DEPTH:
        raise InvalidModelError(f"the layer {names[0]!r} wraps layers more than {_DEPTH} deep")
    inner = list(_inner(entry, layer))
    for part in inner:
        at = None if group is None else group.group(part.path)
        here = (*names, part.name) if part.name else names
        if class_of(part.entry) not in MODELS:
            yield from _targets(part.entry, part.layer, at, here, depth + 1)
            continue
        layers = part.layer.layers if isinstance(part.layer, Container) else []
        of_model = layers_group(at) if at is not None else None
        for each, name in numbered(entries_of(part.entry)):
            found = of_model.group(name) if of_model is not None else None
            named = next((other for other in layers if other.name == name_of(each)), None)
            yield from _targets(each, named, found, (*names, name_of(each)), depth + 1)
    if not inner or (layer is not None and layer.own_weights):
        yield _Target(names, entry, layer, group, optional=bool(inner))


@dataclass(frozen=True, slots=True)
class _Part:
    """A layer inside of another: its path, what it adds to names, what the topology says of it."""

    path: str
    name: str
    entry: Mapping[str, Any]
    layer: Layer | None


def _inner(entry: Mapping[str, Any], layer: Layer | None) -> Iterator[_Part]:
    """Yield the parts of a layer that have weights."""
    config = entry.get("config")
    config = config if isinstance(config, dict) else {}
    name, given, cell, cells = class_of(entry), *map(config.get, ("layer", "cell", "cells"))
    if name == "Bidirectional" and isinstance(given, dict):
        back = config.get("backward_layer")
        back = back if isinstance(back, dict) else given
        for way, each in (("forward", given), ("backward", back)):
            own = name_of(each).removeprefix("forward_").removeprefix("backward_")
            its_layer = getattr(layer, f"{way}_layer", None)
            yield _Part(f"{way}_layer", f"{way}_{own}", each, its_layer)
    elif isinstance(given, dict):
        yield _Part("layer", "", given, getattr(layer, "layer", None))
    elif isinstance(cell, dict):
        yield _Part("cell", "", cell, getattr(layer, "cell", None))
    elif isinstance(cells, list):
        entries = [each for each in cells if isinstance(each, dict)]
        objects: Sequence[Any] = getattr(layer, "cells", [None] * len(entries))
        pairs = zip(numbered(entries), objects, strict=True)
        for index, ((each, part), its_layer) in enumerate(pairs):
            yield _Part(f"cells/{part}", f"RNNCell_{index}", each, its_layer)
    elif name in _WITH_CELLS:
        inner = {"class_name": f"{name}Cell", "config": config}
        yield _Part("cell", "", inner, getattr(layer, "cell", layer))


_WITH_CELLS = ("SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
