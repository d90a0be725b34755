"""Leaves out nodes that only pass on what they get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.converters.saved_model.simplify.walk import users

if TYPE_CHECKING:
    from collections.abc import Collection

    from pyio.converters.saved_model.graph import Graph, Ref

_PASSES = frozenset(("Identity", "StopGradient", "Snapshot"))


def without_passes(graph: Graph, kept: Collection[str]) -> int:
    """Connect the users of Identity and its like to their inputs; return how many vanished.

    Those stay that have control inputs, that a control input names, or that are in `kept`. The
    values of a loop stay as well: in a frame an Identity is what makes a value one of an iteration.
    """
    used = users(graph)
    replaced: dict[str, Ref] = {}
    for node in graph.values():
        if node.op not in _PASSES or node.name in kept or node.controls or len(node.inputs) != 1:
            continue
        if all(ref is not None for _, ref in used[node.name]):
            replaced[node.name] = node.inputs[0]
    for node in graph.values():
        node.inputs = [_behind(ref, replaced) for ref in node.inputs]
    for name in replaced:
        del graph[name]
    return len(replaced)


def _behind(ref: Ref, replaced: dict[str, Ref]) -> Ref:
    steps = 0
    while ref.name in replaced and ref.output == 0 and steps <= len(replaced):
        ref = replaced[ref.name]
        steps += 1
    return ref
