"""Which stored tensor belongs to which variable, as the restore code of the model says.

Names do not tell: three variables may share one. The graph has ops that read the checkpoint
(``RestoreV2``) and assign what they read, in the main graph or in a function that it calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pyio import limits
from pyio.converters.saved_model.checkpoint.slices import Part, part_from_text
from pyio.converters.saved_model.graph import Graph, Library, Node, Ref, called
from pyio.converters.saved_model.protobuf import Data, parse
from pyio.converters.saved_model.tensors import STRING, tensor_value
from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from collections.abc import Container

VARIABLES = frozenset(("VarHandleOp", "VariableV2", "Variable"))
_ASSIGNMENTS = frozenset(("AssignVariableOp", "Assign"))
_PASSES = frozenset(("Identity", "Cast"))


class Stored(NamedTuple):
    """A key of the checkpoint, and which part of that tensor is meant (None: all of it)."""

    key: str
    part: Part | None = None


@dataclass(slots=True)
class Restored:
    """Node of the main graph -> what is restored into it; for tables their keys and values."""

    variables: dict[str, Stored] = field(default_factory=dict)
    tables: dict[str, tuple[Stored, Stored]] = field(default_factory=dict)


def restored_by(nodes: Graph, library: Library) -> Restored:
    """Return what the restore ops of a main graph assign to its nodes."""
    walk = _Walk(library)
    walk.visit(nodes, {}, ())
    return walk.found


class _Walk:
    def __init__(self, library: Library) -> None:
        self.found = Restored()
        self._library = library
        self._restores: dict[str, bool] = {}
        self._visits = 0

    def visit(self, nodes: Graph, arguments: dict[str, str], within: tuple[str, ...]) -> None:
        """Note the assignments in `nodes`; `arguments` map to nodes of the main graph."""
        keys = {node.name: _keys(node, nodes) for node in nodes.values() if node.op == "RestoreV2"}
        for node in nodes.values():
            if node.op in _ASSIGNMENTS and len(node.inputs) > 1:
                self._assign(node, nodes, keys, arguments)
            elif node.op == "LookupTableImportV2" and len(node.inputs) > 2:
                self._fill(node, nodes, keys, arguments)
            else:
                for name in called(node):
                    self._call(name, node, arguments, within)

    def _assign(
        self, node: Node, nodes: Graph, keys: dict[str, list[Stored]], arguments: dict[str, str]
    ) -> None:
        stored = _source(node.inputs[1], nodes, keys)
        if stored is not None:
            target = node.inputs[0].name
            self.found.variables[arguments.get(target, target)] = stored

    def _fill(
        self, node: Node, nodes: Graph, keys: dict[str, list[Stored]], arguments: dict[str, str]
    ) -> None:
        first, second = (_source(each, nodes, keys) for each in node.inputs[1:3])
        if first is not None and second is not None:
            target = node.inputs[0].name
            self.found.tables[arguments.get(target, target)] = first, second

    def _call(
        self, name: str, node: Node, arguments: dict[str, str], within: tuple[str, ...]
    ) -> None:
        if name in within or not self._restores_something(name):
            return
        self._visits += 1
        if self._visits > limits.GRAPH_NODES:
            raise InvalidModelError("restoring calls too many functions (pyio.limits.GRAPH_NODES)")
        function = self._library.function(name)
        inner = {
            argument.name: arguments.get(given.name, given.name)
            for argument, given in zip(function.inputs, node.inputs, strict=False)
        }
        self.visit(function.nodes, inner, (*within, name))

    def _restores_something(self, name: str) -> bool:
        """Whether a function, or one that it calls, reads the checkpoint."""
        if name not in self._restores:
            seen, waiting, found = {name}, [name], False
            while waiting and not found:
                for node in self._library.function(waiting.pop()).nodes.values():
                    found = found or node.op == "RestoreV2"
                    waiting += [each for each in called(node) if each not in seen]
                    seen.update(called(node))
            self._restores[name] = found
        return self._restores[name]


def _keys(node: Node, nodes: Graph) -> list[Stored]:
    """Return what each output of a RestoreV2 (prefix, names, slices) is."""
    names, parts = (_texts(nodes.get(each.name)) for each in node.inputs[1:3])
    if len(parts) != len(names):
        parts = [""] * len(names)
    return [Stored(name, part_from_text(part)) for name, part in zip(names, parts, strict=True)]


def _texts(node: Node | None) -> list[str]:
    tensor = node.attr.get("value", {}).get("tensor") if node and node.op == "Const" else None
    if node is None or tensor is None or tensor.get("dtype") != STRING:
        return []
    return [text.decode(errors="replace") for text in tensor_value(tensor, node.name).ravel()]


def _source(ref: Ref, nodes: Graph, keys: dict[str, list[Stored]]) -> Stored | None:
    """Follow a value back to the restore op that read it."""
    for _ in range(len(nodes)):
        if ref.name in keys:
            read = keys[ref.name]
            return read[ref.output] if ref.output < len(read) else None
        node = nodes.get(ref.name)
        if node is None or node.op not in _PASSES or not node.inputs:
            return None
        ref = node.inputs[0]
    return None


def object_keys(graph: Data) -> dict[str, str]:
    """Return full name -> key of the tensors in a TrackableObjectGraph.

    A name that two of them have is left out, because it does not tell which one is meant.
    """
    found: dict[str, str] = {}
    twice = set()
    for node in parse("TrackableObjectGraph", graph)["nodes"]:
        for each in node["attributes"]:
            name, key = each.get("full_name", ""), each.get("checkpoint_key", "")
            if found.setdefault(name, key) != key:
                twice.add(name)
    return {name: key for name, key in found.items() if name and name not in twice}


def by_name(node: Node, keys: Container[str], full_names: dict[str, str]) -> Stored | None:
    """Return the stored tensor that a variable's names point to, where no op restores it."""
    shared = bytes(node.attr.get("shared_name", {}).get("s", b"")).decode(errors="replace")
    for key in (node.name, shared, full_names.get(shared), full_names.get(node.name)):
        if key and key in keys:
            return Stored(key)
    return None
