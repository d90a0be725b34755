"""The order in which the nodes of a scope are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.converters.saved_model.graph import Ref
    from pyio.converters.saved_model.inline.scope import Scope


def needed_order(scope: Scope, wanted: Sequence[Ref]) -> list[str]:
    """Return the nodes that `wanted` depends on, each after its inputs, but for loops."""
    order: list[str] = []
    opened: set[str] = set()
    closed: set[str] = set()
    waiting = [ref.name for ref in reversed(wanted)]
    while waiting:
        name = waiting[-1]
        if name in closed or name in scope.arguments:
            waiting.pop()
        elif name in opened:
            closed.add(name)
            order.append(name)
            waiting.pop()
        else:
            node = scope.nodes.get(name)
            if node is None:
                raise InvalidModelError(f"the node {name!r:.120} is referred to and missing")
            opened.add(name)
            names = [ref.name for ref in node.inputs]
            if scope.ordered and not names:
                names = [each for each in node.controls if each in scope.nodes]
            waiting += [each for each in reversed(names) if each not in opened]
    return order
