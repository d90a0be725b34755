"""Masks that the two generations of Keras treat differently, found in the graph of a model.

Keras 3 joins the masks of several inputs by "or", and a step counts where an input has no mask;
Keras 2 and TensorFlow.js join them by "and" (keras ``merging/base_merge.py``, `compute_mask`).
Keras 2 gives each step of a TimeDistributed a mask of its own, Keras 3 none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.converters.keras.export.parts import is_model

if TYPE_CHECKING:
    from pyio.converters.keras.export.parts import Problems

_CHANGED_BY_MASKS = ("Multiply",)
"""Merging layers whose numbers depend on how masks are joined."""


def find_mask_problems(model: Any, generation: int, problems: Problems) -> None:
    """Note the layers whose masks that generation of Keras would treat otherwise."""
    for each in (model, *filter(is_model, model.all_layers())):
        if each.outputs:
            _find_joined(each.graph, generation == 3, problems)
    if generation == 2 and not str(model.writer).startswith("Keras 2"):
        for layer in model.all_layers():
            if layer.class_name == "TimeDistributed" and _creates(layer):
                problems.add(layer.name, "makes masks for its steps, which Keras 2 passes on")


def _creates(layer: Any) -> bool:
    return any(inner.creates_mask for inner in layer.inner_layers())


def _find_joined(graph: Any, joined_by_or: bool, problems: Problems) -> None:
    origins: dict[int, frozenset[int]] = {}
    otherwise: dict[int, str] = {}
    for node in graph.nodes:
        layer = node.layer
        masks = [origins.get(id(tensor), frozenset()) for tensor in node.inputs]
        found = [otherwise[id(tensor)] for tensor in node.inputs if id(tensor) in otherwise]
        if found and layer.uses_mask and layer.supports_masking:
            problems.add(found[0], "joins masks otherwise")
        if len(set(masks)) > 1 and getattr(layer, "any_mask", joined_by_or) is not joined_by_or:
            found.append(layer.name)
            if layer.class_name in _CHANGED_BY_MASKS:
                problems.add(layer.name, "joins masks otherwise")
        if layer.creates_mask:
            given: frozenset[int] = frozenset((id(node),))
            found = []
        elif _passes(layer):
            given = frozenset[int]().union(*masks)
        else:
            continue
        for tensor in node.outputs:
            if given:
                origins[id(tensor)] = given
            if found:
                otherwise[id(tensor)] = found[0]


def _passes(layer: Any) -> bool:
    return bool(layer.supports_masking and getattr(layer, "return_sequences", True))
