"""The weights of a file of Keras -> the layers of the model: by path, or by the order of layers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyio.converters.hdf5.datasets import Dataset
from pyio.converters.keras.keras_1 import modern_arrays, turned_kernels
from pyio.converters.keras.layers import (
    MODELS,
    class_of,
    entries_of,
    layers_group,
    name_of,
    numbered,
    parts_of,
    text_list,
    variables,
    weight_names,
)
from pyio.converters.keras.values import plain_arrays, value_of
from pyio.errors import InvalidModelError, WeightsError
from pyio.models.core.container import Container
from pyio.models.core.unknown import UnknownLayer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pyio.converters.hdf5.file import Group
    from pyio.converters.keras.saved import Saved
    from pyio.models.core.layer import Layer
    from pyio.models.core.weight import Weight

_BESIDE = ("optimizer", "metrics", "_metrics", "loss", "compile_metrics", "loss_tracker")
"""Groups beside the layers, of training; "optimizer" is the optimizer's state."""

_SEEDS = ("seed_generator", "seed_generator_state")
_SHOWN = 5


@dataclass(slots=True)
class Placed:
    """Arrays that no weight of the model took, by name: those of layers that are not known."""

    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


def place_by_path(saved: Saved, model: Container | None) -> Placed:
    """Assign the weights of a ``.keras`` file to the layers of `model`, and return all others.

    Raises InvalidModelError for weights that are missing, left over or of another shape.
    """
    assert saved.entry is not None
    placing = _ByPath(saved)
    placing.model(saved.entry, model, saved.weights, ())
    placing.require_all_used()
    return placing.placed


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
            return
        if not any(target.group and variables_of(target) for target in targets) and layer.weights:
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

    def _arrays(self, target: _Target) -> list[NDArray[Any]]:
        datasets = variables_of(target)
        self._used |= {dataset.path for dataset in datasets}
        arrays = [value_of(dataset, self._saved.notes) for dataset in datasets]
        return plain_arrays(target.class_name, "/".join(target.names), arrays, self._saved.notes)

    def require_all_used(self) -> None:
        """Raise InvalidModelError for weights in the file that no layer took."""
        left = []
        for dataset in self._saved.weights.datasets():
            parts = dataset.path.split("/")
            aside = parts[0] in _BESIDE or set(parts) & set(_SEEDS) or parts[-1] == "idf_weights"
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
    """Return the datasets of a layer in the order of its weights."""
    if target.group is None:
        return []
    parts = parts_of(target.class_name, target.group)
    return [dataset for part in parts for dataset in variables(part)]


def _targets(
    entry: Mapping[str, Any], layer: Layer | None, group: Group | None, names: tuple[str, ...]
) -> Iterator[_Target]:
    """Yield the layers with weights of their own: `layer`, or what is inside of it."""
    inner = list(_inner(entry, layer))
    for part in inner:
        at = None if group is None else group.group(part.path)
        here = (*names, part.name) if part.name else names
        if class_of(part.entry) not in MODELS:
            yield from _targets(part.entry, part.layer, at, here)
            continue
        layers = part.layer.layers if isinstance(part.layer, Container) else []
        of_model = layers_group(at) if at is not None else None
        for each, name in numbered(entries_of(part.entry)):
            found = of_model.group(name) if of_model is not None else None
            named = next((other for other in layers if other.name == name_of(each)), None)
            yield from _targets(each, named, found, (*names, name_of(each)))
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


def assign(weights: Sequence[Weight], arrays: Sequence[NDArray[Any]], what: str) -> None:
    """Assign arrays to weights in order. Raises InvalidModelError for what does not fit."""
    if len(weights) != len(arrays):
        raise InvalidModelError(
            f"the file has {len(arrays)} weights for {what}, which takes {len(weights)}"
        )
    for weight, array in zip(weights, arrays, strict=True):
        fitting = array
        if weight.shape != array.shape and _alike(weight.shape, array.shape):
            fitting = array.reshape(weight.shape)
        if weight.shape != fitting.shape:
            raise InvalidModelError(
                f"the weight {weight.name!r} of {what} has the shape {list(weight.shape)}; the "
                f"file has {list(array.shape)}"
            )
        try:
            weight.assign(fitting)
        except WeightsError as error:
            raise InvalidModelError(str(error)) from error


def _alike(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two shapes differ by sides of 1 only."""
    return [n for n in one if n != 1] == [n for n in other if n != 1] and math.prod(one) > 0


# ---------------------------------------------------------------------------- by order


def place_by_order(saved: Saved, model: Container | None) -> Placed:
    """Assign the weights of an ``.h5`` file to the layers of `model`, and return all others.

    The file lists for each direct layer of the model its trainable weights, then the others
    (``hdf5_format.py``); names only name the datasets. Raises as `place_by_path`.
    """
    root = saved.weights
    listed = text_list(root, "layer_names")
    if listed is None:
        raise InvalidModelError("the weights have no list of layers (layer_names)")
    layers = {layer.name: layer for layer in model.layers} if model is not None else {}
    entries = {name_of(each): each for each in entries_of(saved.entry or {})}
    placed, used = Placed(), set[str]()
    if len(set(listed)) < len(listed):
        raise InvalidModelError("layer_names lists a layer twice")
    for name in listed:
        datasets = _of_layer(root, name)
        used |= {dataset.path for dataset in datasets}
        entry = entries.get(name, {"class_name": "", "name": name})
        arrays = [value_of(dataset, saved.notes) for dataset in datasets]
        arrays = plain_arrays(class_of(entry), name, arrays, saved.notes)
        if saved.old:
            arrays = modern_arrays(entry, arrays)
        if saved.backend == "theano":
            arrays = turned_kernels(class_of(entry), arrays)
        layer = layers.pop(name, None)
        if layer is None or not _is_ready(layer):
            placed.arrays |= _kept(name, arrays, datasets, root.path)
            continue
        weights = [*layer.trainable_weights, *layer.non_trainable_weights]
        assign(weights, arrays, f"the {layer.class_name} {name!r}")
    _require_none_left(root, used, layers)
    return placed


def _is_ready(layer: Layer) -> bool:
    """Whether a layer and all inside of it have their weights."""
    every = [layer, *layer.inner_layers()]
    return all(each.built and not isinstance(each, UnknownLayer) for each in every)


def _of_layer(root: Group, name: str) -> list[Dataset]:
    group = root.group(name)
    if group is None:
        raise InvalidModelError(f"layer_names has {name!r}, and there is no such group")
    names = text_list(group, "weight_names")
    if names is None:
        raise InvalidModelError(f"the layer {name!r} has no list of weights (weight_names)")
    if len(set(names)) < len(names):
        raise InvalidModelError(f"the layer {name!r} lists a weight twice")
    found = []
    for each in names:
        dataset = group.get(each)
        if not isinstance(dataset, Dataset):
            raise InvalidModelError(
                f"the layer {name!r} lists the weight {each!r}; it is not there"
            )
        if not set(_SEEDS) & set(each.partition(":")[0].split("/")):
            found.append(dataset)
    return found


def _kept(
    name: str,
    arrays: Sequence[NDArray[Any]],
    datasets: Sequence[Dataset],
    root: str,
) -> dict[str, NDArray[Any]]:
    """Return arrays under the names of the file, without the counter and the group's name."""
    start = len(f"{root}/{name}/".lstrip("/"))
    found = {}
    for dataset, array in zip(datasets, arrays, strict=False):
        given = dataset.path[start:].partition(":")[0]
        found[given if "/" in given else f"{name}/{given}"] = array
    return found


def _require_none_left(root: Group, used: set[str], layers: Mapping[str, Layer]) -> None:
    """Raise InvalidModelError for datasets that no layer lists, and layers that have none."""
    without = [name for name, layer in layers.items() if layer.built and layer.weights]
    if without:
        raise InvalidModelError(f"the file has no weights for the layer {without[0]!r}")
    for dataset in root.datasets():
        seeds = set(_SEEDS) & set(dataset.path.partition(":")[0].split("/"))
        if dataset.path not in used and not seeds:
            raise InvalidModelError(f"no layer lists the weight {dataset.path!r}")
