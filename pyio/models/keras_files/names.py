"""Names of weights that TensorFlow.js can tell apart: layers of nested models may share a name."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pyio.models.core.container import Container, placed

if TYPE_CHECKING:
    from pyio.models.core.layer import Layer
    from pyio.models.core.weight import Weight


def make_unique(model: Container, notes: list[str]) -> None:
    """Rename layers with weights that have the name of another one, and say so in `notes`.

    TensorFlow.js names a weight by its layer alone, without the models around it.
    """
    layers: dict[Layer, str] = {}
    known: set[Weight] = set()
    for path, layer in placed(model.layers):
        # A layer in two places has its weights once, under one name.
        if not isinstance(layer, Container) and not known.issuperset(layer.weights):
            layers.setdefault(layer, path)
            known.update(layer.weights)
    owned = {layer for layer, path in layers.items() if _is_placed(model, layer, path)}
    counts = Counter(layer.name for layer in owned)
    taken = {layer.name for _, layer in placed(model.layers)}
    seen: set[str] = set()
    for layer, path in layers.items():
        if layer not in owned or counts[layer.name] < 2:
            continue
        if layer.name in seen:
            _rename(layer, path, taken, notes)
        seen.add(layer.name)


def _is_placed(model: Container, layer: Layer, path: str) -> bool:
    """Whether a layer is one of a model's, rather than inside of a wrapper."""
    inner: Layer | None = model
    for name in filter(None, path.split("/")):
        layers = inner.layers if isinstance(inner, Container) else []
        inner = next((each for each in layers if each.name == name), None)
    return isinstance(inner, Container) and layer in inner.layers


def _rename(layer: Layer, path: str, taken: set[str], notes: list[str]) -> None:
    old = layer.name
    new = base = "_".join(filter(None, [*path.split("/"), old]))
    number = 1
    while new in taken:
        new, number = f"{base}_{number}", number + 1
    taken.add(new)
    for weight in layer.weights:
        if weight.name.startswith(f"{old}/"):
            weight.name = new + weight.name[len(old) :]
    layer.name = new
    notes.append(
        f"the layer {old!r} in {path.rstrip('/')!r} is called {new!r} here, because another layer "
        "with weights has its name"
    )
