"""The connections of layers in topologies of Keras -> ``inbound_nodes`` of TensorFlow.js.

A call is a list of places ``[layer, call, output, arguments]``. Keras 3 differs in three ways. It
writes keyword arguments and tensors as objects. It counts the calls of nested models from 0 instead
of 1. It writes the operations that compute masks as layers.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from pyio.errors import InvalidModelError
from pyio.models.serialization import registry

_MASKS = frozenset({"NotEqual", "Any", "LogicalAnd", "LogicalOr", "Concatenate", "ExpandDims"})
"""Operations that Keras 3 writes where layers compute masks; layers here do so without them."""

_LOST = ("mask", "count_weights")
"""Arguments of calls that can be tensors in files of Keras, and that no layer here takes."""


def connections(config: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return `calls` for each of the layer `entries`, input_layers, output_layers, and `masks`.

    `masks` are the names of the layers that only compute masks.
    """
    nodes = [each.get("inbound_nodes", each.get("inboundNodes")) or [] for each in entries]
    operations = {name_of(entry) for entry in entries if is_operation(entry)}
    for entry, every in zip(entries, nodes, strict=True):
        for node in _bracketed(every):
            _refuse_lost(entry, node, operations)
    calls = [[_call(node) for node in _bracketed(every)] for every in nodes]
    ends: dict[str, Any] = {}
    for key, camel in (("input_layers", "inputLayers"), ("output_layers", "outputLayers")):
        places = config.get(key, config.get(camel))
        if places is None:
            raise InvalidModelError(f"the functional model {config.get('name')!r} has no {key}")
        ends[key] = [place[:3] for place in _places(places)]
    # The same lists as in `calls`, so that changing a number here changes it there.
    every = [place for call in calls for node in call for place in node if _is_place(place)]
    every += [*ends["input_layers"], *ends["output_layers"]]
    shifted = _counted_from_0(entries, nodes, every)
    for place in every:
        if place[0] in shifted:
            place[1] += 1
    return {"calls": calls, **ends, "masks": _only_masks(entries, calls, ends)}


def name_of(entry: Mapping[str, Any]) -> Any:
    """Return the name of a layer's entry."""
    config = entry.get("config")
    return entry.get("name") or (config.get("name") if isinstance(config, Mapping) else None)


def _bracketed(nodes: Any) -> list[Any]:
    if not isinstance(nodes, list):
        raise InvalidModelError(f"inbound_nodes is {nodes!r:.80}; expected a list of calls")
    # One call, written with one pair of brackets too few.
    return [nodes] if nodes and all(_is_place(node) for node in nodes) else nodes


def _call(node: Any) -> Any:
    if isinstance(node, Mapping):
        kwargs = node.get("kwargs")
        kept = {k: v for k, v in kwargs.items() if k != "mask"} if kwargs else {}
        return [[*place[:3], {}] for place in (*_places(node.get("args")), *_places(kept))]
    if not isinstance(node, list):
        return node
    result: list[Any] = []
    states: list[Any] = []
    for place in node:
        arguments = place[3] if _is_place(place) and len(place) > 3 else None
        states += _places((arguments or {}).get("initial_state"))
        plain = {k: v for k, v in (arguments or {}).items() if k != "initial_state"}
        result.append([*place[:3], plain] if _is_place(place) else place)
    return [*result, *([*state[:3], {}] for state in states)]


def _refuse_lost(entry: Mapping[str, Any], node: Any, operations: Container[Any]) -> None:
    """Raise InvalidModelError for tensors that a call gets as arguments and that would be lost.

    Keras 3 also writes the masks that layers pass on by themselves; operations compute those.
    """
    places = [node] if isinstance(node, Mapping) else [p for p in node if _is_place(p)]
    for place in places:
        given = place.get("kwargs") if isinstance(place, Mapping) else (*place, None)[3]
        for key, value in given.items() if isinstance(given, Mapping) else ():
            lost = [p[0] for p in _places(value) if key != "mask" or p[0] not in operations]
            if lost and key in _LOST:
                raise InvalidModelError(
                    f"the layer {name_of(entry)!r} is called with the argument {key!r} from "
                    f"{lost[0]!r}; pyio computes masks and weights of counts only where the layers "
                    "before make them"
                )


def _is_place(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 3
        and isinstance(value[0], str)
        and type(value[1]) is int
    )


def _places(value: Any) -> Iterator[list[Any]]:
    """Yield the places of tensors anywhere in a value, in order."""
    if _is_place(value):
        yield value
    elif isinstance(value, Mapping):
        history = (value.get("config") or {}).get("keras_history") if "config" in value else None
        if value.get("class_name") == "__keras_tensor__" and isinstance(history, list):
            yield history
        else:
            for item in value.values():
                yield from _places(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _places(item)


def _counted_from_0(
    entries: Sequence[Mapping[str, Any]], nodes: Sequence[Any], places: Sequence[list[Any]]
) -> set[Any]:
    """Return the nested models whose calls are counted from 0 rather than from 1.

    A file does not contain which it is. A reference to call 0 proves it. For a Sequential of Keras
    3 without one, the highest call decides: counted from 1 it would have the number of calls.
    """
    found = set()
    for entry, calls in zip(entries, nodes, strict=True):
        kind, name = entry.get("class_name", entry.get("className")), name_of(entry)
        if kind not in registry.MODELS:
            continue
        used = {place[1] for place in places if place[0] == name}
        keras_3 = any(isinstance(node, Mapping) for node in calls)
        if 0 in used or (keras_3 and kind == "Sequential" and len(calls) not in used):
            found.add(name)
    return found


def _only_masks(
    entries: Sequence[Mapping[str, Any]], calls: Sequence[Any], ends: Mapping[str, Any]
) -> set[Any]:
    """Return the operations whose results are not used, now that masks are no arguments.

    Repeated, because an operation can be used by another one that is not used itself.
    """
    masks: set[Any] = set()
    candidates = {name_of(e) for e in entries if is_operation(e) and e.get("class_name") in _MASKS}
    while True:
        used = {place[0] for place in ends["output_layers"]}
        for entry, nodes in zip(entries, calls, strict=True):
            if name_of(entry) not in masks:
                used |= {place[0] for node in nodes for place in node if _is_place(place)}
        unused = candidates - used - masks
        if not unused:
            return masks
        masks |= unused


def is_operation(entry: Mapping[str, Any]) -> bool:
    """Whether an entry among the layers is an operation of ``keras.ops``, which is no layer."""
    return ".ops" in str(entry.get("module") or "")
