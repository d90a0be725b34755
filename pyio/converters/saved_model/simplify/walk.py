"""Walks through a flat graph that every simplification needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pyio.converters.saved_model.graph import Graph, Node, Ref

_BACK = "NextIteration"
"""The only op whose output may go back to where its input came from."""


def in_order(graph: Graph) -> list[Node]:
    """Return the nodes, each after its inputs. Raises InvalidModelError for a circle.

    What NextIteration returns to a loop does not count as a circle.
    """
    order: list[Node] = []
    opened: set[str] = set()
    closed: set[str] = set()
    for root in graph:
        waiting = [root]
        while waiting:
            name = waiting[-1]
            if name in closed:
                waiting.pop()
            elif name in opened:
                closed.add(name)
                order.append(graph[name])
                waiting.pop()
            else:
                opened.add(name)
                for each in _before(graph[name], graph):
                    if each in opened and each not in closed:
                        raise InvalidModelError(
                            f"the nodes {each!r:.120} and {name!r:.120} wait for each other"
                        )
                    if each not in closed:
                        waiting.append(each)
    return order


def _before(node: Node, graph: Graph) -> list[str]:
    names = [ref.name for ref in node.inputs] + node.controls
    return [name for name in names if name in graph and graph[name].op != _BACK]


def users(graph: Graph) -> dict[str, list[tuple[Node, Ref | None]]]:
    """Return for each node what uses it: the user and the reference, None for control inputs."""
    found: dict[str, list[tuple[Node, Ref | None]]] = {name: [] for name in graph}
    for node in graph.values():
        for ref in node.inputs:
            found.setdefault(ref.name, []).append((node, ref))
        for name in node.controls:
            found.setdefault(name, []).append((node, None))
    return found


def prune(graph: Graph, roots: Iterable[str]) -> None:
    """Remove the nodes on which `roots` do not depend."""
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in seen and name in graph:
            seen.add(name)
            node = graph[name]
            waiting += [ref.name for ref in node.inputs]
            waiting += node.controls
    for name in [name for name in graph if name not in seen]:
        del graph[name]


def require_sound(graph: Graph, arguments: Collection[str]) -> None:
    """Raise InvalidModelError for a reference to a node that is not there, or a circle."""
    for node in graph.values():
        for name in [ref.name for ref in node.inputs] + node.controls:
            if name not in graph and name not in arguments:
                raise InvalidModelError(
                    f"{node.op} {node.name!r:.120} needs {name!r:.120}, which is missing"
                )
    in_order(graph)
