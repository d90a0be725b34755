"""Layers that a model has in several places: a file has their weights once.

A topology lists such a layer in each place, so that reading it makes several layers. Which of them
were one is visible only in the weights: those of one layer are stored once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.models.core.container import Container, named, placed

if TYPE_CHECKING:
    from collections.abc import Container as Names

    from pyio.models.core.layer import Layer


def share_layers(model: Container, stored: Names[str]) -> None:
    """Give layers of the same name and settings the same weights where `stored` has them once."""
    names = {weight: name for name, weight in named(model)}
    groups: dict[tuple[str, str], dict[Layer, None]] = {}
    for _, layer in placed(model.layers):
        if layer.weights and not isinstance(layer, Container):
            groups.setdefault((layer.class_name, layer.name), {})[layer] = None
    for group in groups.values():
        own = [la for la in group if all(names[w] in stored for w in la.weights)]
        found = own or [la for la in group if all(w.name in stored for w in la.weights)]
        for layer in group:
            if found and layer is not found[0] and layer not in own and _same(layer, found[0]):
                parts = _parts(layer), _parts(found[0])
                for mine, theirs in zip(*parts, strict=True):
                    mine.share_weights(theirs)


def _same(one: Layer, other: Layer) -> bool:
    shapes = [[weight.shape for weight in layer.weights] for layer in (one, other)]
    return shapes[0] == shapes[1] and one.get_config() == other.get_config()


def _parts(layer: Layer) -> list[Layer]:
    return [layer, *layer.inner_layers()]
