"""Weights that a ``.weights.h5`` of Keras names by their place in the model -> names of the model.

``layers/dense_1/vars/0`` is the first weight of the second Dense, whatever the layers are called
(`pyio.converters.keras.layers`). So a match of names could be a wrong one, in silence.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

from pyio.converters.keras.paths import PARTS_IN_FILES, path_part
from pyio.models.core.container import Container, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyio.models.core.layer import Layer
    from pyio.models.core.weight import Weight

T = TypeVar("T")

_HIDDEN = re.compile(r"/_(\w+_dense)(?=/)")
_PATH = re.compile(r"(?:_layer_checkpoint_dependencies/)?(layers/.*/vars/\d+)")


def named_by_path(model: Container, given: Mapping[str, T]) -> Mapping[str, T]:
    """Return `given` with the names of the weights of `model`, if all its names are paths.

    Of a layer whose arrays have other names, they are taken by order, as Keras does with an
    ``.h5``, if number and shapes are the same.
    """
    paths = {name: _PATH.fullmatch(name) for name in given}
    if not paths or not all(paths.values()):
        return _by_order(model, given)
    names = {weight: name for name, weight in named(model)}
    places = {path: names.get(weight, weight.name) for path, weight in _of_model(model, "")}
    return {
        places.get(_HIDDEN.sub(r"/\1", match[1]), name) if match else name: given[name]
        for name, match in paths.items()
    }


def _by_order(model: Container, given: Mapping[str, T]) -> Mapping[str, T]:
    names = {weight: name for name, weight in named(model)}
    known = set(names.values())
    listed: dict[str, list[str]] = {}
    for name in given:
        listed.setdefault(name.partition("/")[0], []).append(name)
    places: dict[str, str] = {}
    for layer in model.layers:
        weights = [*layer.trainable_weights, *layer.non_trainable_weights]
        stored = listed.get(layer.name, [])
        shapes = [getattr(given[name], "shape", None) for name in stored]
        if known.isdisjoint(stored) and shapes == [weight.shape for weight in weights]:
            places |= {name: names[weight] for name, weight in zip(stored, weights, strict=True)}
    return {places.get(name, name): value for name, value in given.items()}


def _of_model(model: Container, path: str) -> Iterator[tuple[str, Weight]]:
    counts: Counter[str] = Counter()
    for layer in model.layers:
        part = path_part(layer.class_name, counts)
        yield from _of_layer(layer, f"{path}layers/{part}/")


def _of_layer(layer: Layer, path: str) -> Iterator[tuple[str, Weight]]:
    if isinstance(layer, Container):
        yield from _of_model(layer, path)
        return
    inner = _inner(layer)
    for part, each in inner:
        yield from _of_layer(each, f"{path}{part}/")
    has_cell = layer.class_name.startswith("ConvLSTM")
    counts: Counter[str] = Counter()
    for weight in layer.own_weights:
        *_, group, _ = ["", *weight.name.split("/")]
        part = PARTS_IN_FILES.get(layer.class_name, {}).get(group, "")
        below = "cell/" if has_cell else part
        yield f"{path}{below}vars/{counts[below]}", weight
        counts[below] += 1


def _inner(layer: Any) -> list[tuple[str, Layer]]:
    """Return the layers inside of a layer, each with its part of the path."""
    if hasattr(layer, "forward_layer"):
        return [("forward_layer", layer.forward_layer), ("backward_layer", layer.backward_layer)]
    if hasattr(layer, "cells"):
        counts: Counter[str] = Counter()
        return [(f"cells/{path_part(cell.class_name, counts)}", cell) for cell in layer.cells]
    for part in ("layer", "cell"):
        inner = getattr(layer, part, None)
        if inner is not None and hasattr(inner, "own_weights"):
            return [(part, inner)]
    return []
