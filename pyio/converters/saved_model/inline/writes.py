"""Refuses variables and tables that a run would change before it reads them.

A graph model has constants in their place. A write that nothing reads afterwards, such as a
counter, can be left out; a constant cannot be the value after a write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.converters.saved_model.graph import Graph, Library, Node, called
from pyio.errors import UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from pyio.converters.saved_model.inline.scope import Inliner, Scope

_WRITES = (
    "AssignVariableOp",
    "AssignAddVariableOp",
    "AssignSubVariableOp",
    "ResourceScatter",
    "ResourceApply",
    "ResourceStridedSliceAssign",
    "LookupTableInsert",
    "LookupTableRemove",
    "LookupTableImport",
)
_LOOPS = ("While", "StatelessWhile")
_FIRST_ARGUMENT = {"If": 1, "StatelessIf": 1, "Case": 1, "StatelessCase": 1}
"""Op -> the input that is the first argument of its functions; 0 for all others."""


def require_unwritten(inliner: Inliner, scope: Scope, order: Sequence[str]) -> None:
    """Raise UnsupportedModelError if a node in `order` needs what another one has written."""
    writers = {
        node.name: written
        for node in scope.nodes.values()
        if (written := _written(node, inliner.source.library, inliner.written))
        and not _sets_path(node, inliner.source.assets)
    }
    if not writers:
        return
    for name in order:
        node = scope.nodes[name]
        if node.op in _LOOPS and name in writers:
            _refuse(node, min(writers[name]), node)
        for writer in _before(node, scope.nodes, writers):
            read = {ref.name for ref in node.inputs} & writers[writer]
            if read:
                _refuse(scope.nodes[writer], min(read), node)


def _refuse(writer: Node, variable: str, reader: Node) -> None:
    raise UnsupportedModelError(
        f"{writer.op} {writer.name!r:.120} changes {variable!r:.120}, which {reader.op} "
        f"{reader.name!r:.120} then uses; the variables of a graph model are constants"
    )


def _written(node: Node, library: Library, known: dict[str, set[str]]) -> set[str]:
    """Return the inputs of a node that it, or a function that it calls, writes to.

    `known` are the arguments that functions write to, found before.
    """
    if node.op.startswith(_WRITES):
        return {ref.name for ref in node.inputs[:1]}
    found = set()
    for name in called(node):
        function = library.function(name)
        if name not in known:
            known[name] = set()  # for functions that call one another
            inside = (_written(each, library, known) for each in function.nodes.values())
            known[name] = set().union(*inside)
        given = node.inputs[_FIRST_ARGUMENT.get(node.op, 0) :]
        pairs = zip(given, function.inputs, strict=False)
        found |= {ref.name for ref, argument in pairs if argument.name in known[name]}
    return found


def _sets_path(node: Node, assets: Container[str]) -> bool:
    """Whether a node only puts the path of an asset into a variable, as initialising does."""
    return node.op == "AssignVariableOp" and any(ref.name in assets for ref in node.inputs[1:])


def _before(node: Node, nodes: Graph, writers: dict[str, set[str]]) -> list[str]:
    """Return the writers that a node's control inputs lead back to."""
    found, seen = [], {node.name}
    waiting = list(node.controls)
    while waiting:
        name = waiting.pop()
        if name in seen or name not in nodes:
            continue
        seen.add(name)
        if name in writers:
            found.append(name)
        waiting += nodes[name].controls
        waiting += [ref.name for ref in nodes[name].inputs]
    return found
