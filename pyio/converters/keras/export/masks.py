"""Masks that the two generations of Keras treat differently, found in the graph of a model.

Keras 3 joins the masks of several inputs by "or", and a step counts where an input has no mask;
Keras 2 and TensorFlow.js join them by "and" (keras ``merging/base_merge.py``, `compute_mask`).
Keras 2 gives each step of a TimeDistributed a mask of its own, Keras 3 none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.converters.keras.export.parts import ATTENTIONS, RECURRENT, is_model

if TYPE_CHECKING:
    from pyio.converters.keras.export.parts import Problems

_CHANGED_BY_MASKS = ("Multiply", "Maximum", "Minimum")
"""Merging layers whose numbers depend on how masks are joined."""

_LEAVING_OUT = (*RECURRENT, "GlobalAveragePooling1D", "Attention", "AdditiveAttention")
"""Layers with a mask whose results do not depend on the numbers of masked steps."""


def find_mask_problems(model: Any, generation: int, problems: Problems) -> None:
    """Note the layers whose masks that generation of Keras would treat otherwise."""
    for each in (model, *filter(is_model, model.all_layers())):
        if each.outputs:
            _find_joined(each.graph, generation == 3, problems)
            _find_other_numbers(each.graph, generation == 3, problems)
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


def _find_other_numbers(graph: Any, joined_by_or: bool, problems: Problems) -> None:
    """Note the layers whose numbers at steps that do not count are not Keras's, and matter.

    They do not matter to a layer that leaves these steps out.
    """
    masked: set[int] = set()
    others: dict[int, tuple[str, str]] = {}
    for node in graph.nodes:
        layer = node.layer
        given = any(id(tensor) in masked for tensor in node.inputs)
        # An attention leaves out what its value and key have for such steps.
        read = node.inputs[:1] if layer.class_name in ATTENTIONS and given else node.inputs
        found = [others[id(tensor)] for tensor in read if id(tensor) in others]
        if given and layer.class_name in _LEAVING_OUT:
            found = []
        if given and (other := _other_numbers(node, joined_by_or)):
            found.append((layer.name, other))
        stays = layer.creates_mask or (given and _passes(layer))
        for tensor in node.outputs if stays else ():
            masked.add(id(tensor))
            others |= {id(tensor): found[0]} if found else {}
        if found and not stays:
            problems.add(*found[0])
    for tensor in graph.outputs:
        if id(tensor) in others:
            problems.add(*others[id(tensor)])


def _other_numbers(node: Any, joined_by_or: bool) -> str | None:
    """Return how a layer with a mask computes the steps that do not count otherwise than Keras."""
    layer = node.layer
    if layer.class_name in _CHANGED_BY_MASKS and layer.any_mask is not joined_by_or:
        return f"combines masked steps otherwise; any_mask={joined_by_or} does as Keras"
    if layer.class_name == "Bidirectional":
        repeats = layer.layer.return_sequences and not all(
            inner.zero_output_for_mask for inner in layer.inner()
        )
        what = "repeats outputs at masked steps, where Keras gives 0; zero_output_for_mask=True"
        return f"{what} of the layer inside does so too" if repeats else None
    if layer.class_name in RECURRENT and layer.return_sequences:
        starts = len(node.inputs) > 1 or layer.stateful
        if starts and not (layer.zero_until_seen or layer.zero_output_for_mask):
            return (
                "gives the state it starts from at masked steps, where Keras gives 0; "
                "zero_until_seen=True does so too"
            )
    return None


def _passes(layer: Any) -> bool:
    inner = getattr(layer, "layer", layer)  # of a Bidirectional
    return bool(layer.supports_masking and getattr(inner, "return_sequences", True))
