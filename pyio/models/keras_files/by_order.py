"""The weights of an ``.h5`` -> the layers of the model, by the order in which it lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.converters.hdf5.datasets import Dataset
from pyio.converters.keras.keras_1 import modern_arrays, turned_kernels
from pyio.converters.keras.layers import class_of, entries_of, name_of, text_list
from pyio.converters.keras.values import plain_arrays, value_of
from pyio.errors import InvalidModelError
from pyio.models.core.unknown import UnknownLayer
from pyio.models.keras_files.assigning import SEEDS, Placed, assign

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pyio.converters.hdf5.file import Group
    from pyio.converters.keras.saved import Saved
    from pyio.models.core.container import Container
    from pyio.models.core.layer import Layer


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
        if not set(SEEDS) & set(each.partition(":")[0].split("/")):
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
        seeds = set(SEEDS) & set(dataset.path.partition(":")[0].split("/"))
        if dataset.path not in used and not seeds:
            raise InvalidModelError(f"no layer lists the weight {dataset.path!r}")
