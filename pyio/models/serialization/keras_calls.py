"""The connections of layers in topologies of Keras -> ``inbound_nodes`` of TensorFlow.js.

A call is a list of places ``[layer, call, output, arguments]``. Keras 3 differs in three ways. It
writes keyword arguments and tensors as objects. It counts the calls of nested models from 0 instead
of 1. It writes the operations that compute masks as layers. Keras 2 writes tensors among the
arguments as places too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyio.errors import InvalidModelError
from pyio.models.serialization import registry
from pyio.models.serialization.keras_arguments import (
    arguments_of,
    is_constant,
    is_place,
    is_single,
    kept_with_call,
    kept_with_own_call,
    options_of,
    places_in,
    tensors_of,
)
from pyio.models.serialization.keras_masks import Masks
from pyio.models.serialization.keras_operations import is_operation


def connections(config: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how the layer `entries` of a functional model are connected.

    The result has `calls` and `options` for each entry, input_layers, output_layers, `added`
    layers, and `unused`: the names of operations whose results are not used.
    """
    nodes = [_bracketed(each) for each in entries]
    masks = Masks(entries, nodes)
    calls: list[Any] = []
    options: list[dict[str, Any]] = []
    for entry, every in zip(entries, nodes, strict=True):
        made = [_call(entry, node, masks) for node in every]
        calls.append([call for call, _ in made])
        options.append(_agreed(entry, [found for _, found in made]))
    ends = _ends(config)
    added = masks.added
    # The same lists as in `calls`, so that changing a number here changes it there.
    inside = [p for call in calls for node in call for p in node if is_place(p)]
    inside += [p for each in added for p in each["inbound_nodes"][0]]
    _count_from_1(entries, nodes, inside, [*ends["input_layers"], *ends["output_layers"]])
    unused = _unused(entries, calls, added, ends)
    return {"calls": calls, "options": options, **ends, "added": added, "unused": unused}


def name_of(entry: Mapping[str, Any]) -> Any:
    """Return the name of a layer's entry."""
    config = entry.get("config")
    return entry.get("name") or (config.get("name") if isinstance(config, Mapping) else None)


def _bracketed(entry: Mapping[str, Any]) -> list[Any]:
    nodes = entry.get("inbound_nodes", entry.get("inboundNodes")) or []
    if not isinstance(nodes, list):
        raise InvalidModelError(f"inbound_nodes is {nodes!r:.80}; expected a list of calls")
    # One call, written with one pair of brackets too few.
    bare = nodes and all(is_place(node) or is_constant(node) for node in nodes)
    return [nodes] if bare else nodes


def _ends(config: Mapping[str, Any]) -> dict[str, list[list[Any]]]:
    ends = {}
    for key, camel in (("input_layers", "inputLayers"), ("output_layers", "outputLayers")):
        places = config.get(key, config.get(camel))
        if places is None:
            raise InvalidModelError(f"the functional model {config.get('name')!r} has no {key}")
        ends[key] = [place[:3] for place in places_in(places)]
    return ends


def _call(entry: Mapping[str, Any], node: Any, masks: Masks) -> tuple[Any, dict[str, Any]]:
    """Return the places of a call, and the options that its arguments mean."""
    if is_single(node):
        return [[*node[0][:3], {}]], {}
    if not isinstance(node, Mapping | list):
        return node, {}
    if isinstance(node, list) and not all(is_place(p) or is_constant(p) for p in node):
        return node, {}  # damaged; the error comes when it is connected
    name = str(name_of(entry))
    class_name = str(entry.get("class_name", entry.get("className")))
    arguments = arguments_of(node)
    if is_operation(entry):
        return [[*place[:3], {}] for place in places_in(arguments)], {}
    tensors = [list(place[:3]) for place in tensors_of(class_name, arguments)]
    tensors = masks.given(name, class_name, tensors, arguments)
    own = registry.own_class(class_name.rpartition(">")[2])
    if own is None:
        kept = kept_with_call(class_name, arguments)
    else:
        kept = kept_with_own_call(name, own.call_arguments, arguments)
    call = [[*place, kept] for place in tensors]
    return call, options_of(class_name, name, arguments)


def _agreed(entry: Mapping[str, Any], found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the options that all calls of a layer mean: a layer computes all in the same way."""
    first = found[0] if found else {}
    for other in found:
        if other != first:
            raise InvalidModelError(
                f"the layer {name_of(entry)!r} is called with different arguments, {first} and "
                f"{other}; pyio computes all calls of a layer in the same way"
            )
    return first


def _count_from_1(
    entries: Sequence[Mapping[str, Any]],
    nodes: Sequence[Any],
    inside: Sequence[list[Any]],
    ends: Sequence[list[Any]],
) -> None:
    """Let the places of nested models count their calls from 1, as TensorFlow.js does.

    Keras 3 counts from 0 in ``keras_history``. Among the outputs it counts functional models from
    1 and Sequentials from 0 (keras 3.15 ``Functional.get_config``). Early versions counted from 1
    everywhere: the highest call tells, which is then the number of calls.
    """
    for entry, calls in zip(entries, nodes, strict=True):
        kind, name = entry.get("class_name", entry.get("className")), name_of(entry)
        if kind not in registry.MODELS:
            continue
        here = [place for place in inside if place[0] == name]
        there = [place for place in ends if place[0] == name]
        used = {place[1] for place in here}
        at_end = {place[1] for place in there}
        if any(isinstance(node, Mapping) for node in calls):
            shift_here = 0 in used or len(calls) not in used
            shift_there = kind == "Sequential" or 0 in at_end
        else:
            shift_here = shift_there = 0 in used | at_end
        for place in (*(here if shift_here else ()), *(there if shift_there else ())):
            place[1] += 1


def _unused(
    entries: Sequence[Mapping[str, Any]],
    calls: Sequence[Any],
    added: Sequence[Mapping[str, Any]],
    ends: Mapping[str, Any],
) -> set[Any]:
    """Return the operations whose results are not used, now that most masks are no arguments.

    Repeated, because an operation can be used by another one that is not used itself.
    """
    unused: set[Any] = set()
    candidates = {name_of(entry) for entry in entries if is_operation(entry)}
    while True:
        used = {place[0] for place in ends["output_layers"]}
        used |= {place[0] for each in added for place in each["inbound_nodes"][0]}
        for entry, nodes in zip(entries, calls, strict=True):
            if name_of(entry) not in unused:
                used |= {place[0] for node in nodes for place in node if is_place(place)}
        more = candidates - used - unused
        if not more:
            return unused
        unused |= more
