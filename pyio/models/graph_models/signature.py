"""The inputs and outputs of a graph: from its signature, or from its nodes without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyio.errors import InvalidModelError
from pyio.models.graph_models.attributes import kind, shape, shape_of, value_of
from pyio.models.graph_models.values import type_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyio.models.graph_models.nodes import Graph, Reference


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """An input or an output of a graph model.

    Attributes:
        key: Its name in the signature; without a signature the name of the node.
        name: The tensor in the graph, such as "serving_default_x:0".
        dtype: The declared type, such as "float32", or None if it is not declared.
        shape: The declared sides, None for each that is not fixed; None for an unknown rank.
    """

    key: str
    name: str
    dtype: str | None
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True, slots=True)
class Ends:
    """Inputs and outputs, and what their keys and tensor names refer to.

    A key may be that of an input and of another output. `captured` are fed by the initializer.
    """

    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    fed: Mapping[str, Reference]
    results: Mapping[str, Reference]
    captured: Mapping[int, Reference]


def ends_of(graph: Graph, signature: Any) -> Ends:
    """Return the inputs and outputs of a graph. Raises InvalidModelError for a bad signature.

    Without inputs in a signature they are all placeholders. Without outputs in it they are all
    nodes that nothing uses. Entries that name absent nodes are left out, as TensorFlow.js does.
    """
    given = signature if isinstance(signature, dict) else {}
    captured: dict[int, Reference] = {}
    inputs: list[TensorInfo] = []
    outputs: list[TensorInfo] = []
    for entries, found in ((given.get("inputs"), inputs), (given.get("outputs"), outputs)):
        for key, entry in _entries(entries):
            info, reference = _info(graph, key, entry)
            if reference.node not in graph.nodes:
                continue
            resource = entry.get("resourceId")
            if resource is not None and found is inputs:
                captured[int(resource)] = reference
                continue
            found.append(info)
    inputs = inputs or _placeholders(graph)
    outputs = outputs or _last(graph)
    ends = _references(graph, inputs), _references(graph, outputs)
    return Ends(tuple(inputs), tuple(outputs), *ends, captured)


def _references(graph: Graph, infos: Sequence[TensorInfo]) -> dict[str, Reference]:
    """Return what keys and tensor names refer to; keys win."""
    found = {each.name: graph.reference(each.name) for each in infos}
    return found | {each.key: found[each.name] for each in infos}


def _entries(entries: Any) -> list[tuple[str, Mapping[str, Any]]]:
    if entries is None:
        return []
    if not isinstance(entries, dict) or not all(
        isinstance(each, dict) for each in entries.values()
    ):
        raise InvalidModelError(f"the signature has {entries!r:.120}; expected objects by key")
    return list(entries.items())


def _info(graph: Graph, key: str, entry: Mapping[str, Any]) -> tuple[TensorInfo, Reference]:
    name = entry.get("name", key)
    if not isinstance(name, str):
        raise InvalidModelError(f"the tensor of {key!r} in the signature is {name!r:.80}")
    what = f"the entry {key!r} of the signature"
    dtype = type_of(entry["dtype"], what) if "dtype" in entry else None
    sides = shape_of(entry.get("tensorShape"), what)
    reference = graph.reference(name)
    node = graph.nodes.get(reference.node)
    if node is not None and node.op.startswith("Placeholder"):
        # The node decides, as in TensorFlow.js: a signature is only told.
        declared = value_of(shape(None, "shape"), "shape", node.attributes, node.where)
        sides = sides if declared is None else declared
        dtype = value_of(kind(dtype, "dtype"), "dtype", node.attributes, node.where)
    return TensorInfo(key, name, dtype, _sides(sides)), reference


def _sides(sides: tuple[int, ...] | None) -> tuple[int | None, ...] | None:
    return None if sides is None else tuple(None if side < 0 else side for side in sides)


def _placeholders(graph: Graph) -> list[TensorInfo]:
    return [
        _info(graph, node.name, {"name": node.name})[0]
        for node in graph.nodes.values()
        if node.op.startswith("Placeholder")
    ]


def _last(graph: Graph) -> list[TensorInfo]:
    used = graph.consumed()
    return [TensorInfo(name, name, None, None) for name in graph.nodes if name not in used]
