"""Nodes, references and functions of a graph, as they stand in the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pyio import limits
from pyio.converters.saved_model.op_facts import default_attributes, is_single, output_index
from pyio.converters.saved_model.protobuf import Message, parse
from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Attributes: TypeAlias = dict[str, Any]
"""Name -> AttrValue as `protobuf.parse` returns it."""

Graph: TypeAlias = "dict[str, Node]"


class Ref(NamedTuple):
    """One output of a node."""

    name: str
    output: int = 0


@dataclass(slots=True)
class Node:
    """One node. `controls` are nodes that have to run before."""

    name: str
    op: str
    inputs: list[Ref] = field(default_factory=list)
    controls: list[str] = field(default_factory=list)
    attr: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Argument:
    """An input or an output of a function."""

    name: str
    dtype: int


@dataclass(frozen=True, slots=True)
class Function:
    """The body of a function. `results` are in the order of `outputs`."""

    name: str
    inputs: tuple[Argument, ...]
    outputs: tuple[Argument, ...]
    nodes: Graph
    results: tuple[Ref, ...]


class Library:
    """The functions of a model, each read when it is first needed, and the definitions of ops."""

    def __init__(self, functions: Iterable[memoryview], definitions: Iterable[Message]) -> None:
        """Take functions as bytes. Raises InvalidModelError for a name that comes twice."""
        self.definitions = {each.get("name", ""): each for each in definitions}
        self._unread: dict[str, memoryview] = {}
        self._read: dict[str, Function] = {}
        for data in functions:
            name = parse("FunctionName", data).get("signature", {}).get("name", "")
            if name in self._unread:
                raise InvalidModelError(f"two functions are called {name!r:.120}")
            if len(self._unread) >= limits.GRAPH_NODES:
                raise InvalidModelError(
                    "the model has too many functions (pyio.limits.GRAPH_NODES)"
                )
            self._unread[name] = data

    def function(self, name: str) -> Function:
        """Return a function. Raises InvalidModelError for one that is not there."""
        if name not in self._read:
            if name not in self._unread:
                raise InvalidModelError(
                    f"the model calls the function {name!r:.120}, which it lacks"
                )
            self._read[name] = self._function(name, parse("FunctionDef", self._unread[name]))
        return self._read[name]

    def _function(self, name: str, message: Message) -> Function:
        signature = message.get("signature") or parse("OpDef", b"")
        nodes = self.graph(message["node_def"])
        results = []
        for each in signature["output_arg"]:
            if each.get("name") not in message["ret"]:
                raise InvalidModelError(f"the function {name!r:.120} does not say what it returns")
            results.append(self.ref(message["ret"][each["name"]], nodes))
        return Function(
            name,
            _arguments(signature["input_arg"]),
            _arguments(signature["output_arg"]),
            nodes,
            tuple(results),
        )

    def graph(self, messages: Sequence[Message]) -> Graph:
        """Return nodes by name, with the defaults of attributes filled in.

        Attributes that begin with ``_`` are hints for TensorFlow's placement, and are left out.
        """
        if len(messages) > limits.GRAPH_NODES:
            raise InvalidModelError(
                f"a graph has {len(messages):,} nodes; at most {limits.GRAPH_NODES:,} are read "
                "(pyio.limits.GRAPH_NODES)"
            )
        nodes: Graph = {}
        for message in messages:
            name, op = message.get("name", ""), message.get("op", "")
            if not name or not op or name in nodes:
                raise InvalidModelError(f"the node {name!r:.120} has no op, or comes twice")
            attr = default_attributes(op, self.definitions.get(op))
            attr |= {key: value for key, value in message["attr"].items() if key[:1] != "_"}
            nodes[name] = Node(name, op, attr=attr)
        for message in messages:
            node = nodes[message["name"]]
            for text in message["input"]:
                if text.startswith("^"):
                    node.controls.append(text[1:])
                else:
                    node.inputs.append(self.ref(text, nodes))
        return nodes

    def ref(self, text: str, nodes: Graph) -> Ref:
        """Return what ``node``, ``node:1`` or, in functions, ``node:argument:1`` refers to."""
        name, *parts = text.split(":")
        try:
            index = int(parts[-1]) if parts else 0
        except ValueError:
            index = -1
        node = nodes.get(name)
        if len(parts) == 2 and node is not None and index >= 0:
            definition = self.definitions.get(node.op)
            start = output_index(node.op, node.attr, parts[0], definition)
            if start is None and not is_single(node.op, definition):
                raise InvalidModelError(f"{node.op} has no output {parts[0]!r:.80} ({text!r:.120})")
            index += start or 0
        if not 0 <= index < limits.GRAPH_NODES or len(parts) > 2:
            raise InvalidModelError(f"{text!r:.120} refers to no output of a node")
        return Ref(name, index)


def _arguments(messages: Sequence[Message]) -> tuple[Argument, ...]:
    return tuple(Argument(each.get("name", ""), each.get("type", 0)) for each in messages)


def called(node: Node) -> list[str]:
    """Return the names of the functions in a node's attributes."""
    found = [value["func"].get("name", "") for value in node.attr.values() if "func" in value]
    for value in node.attr.values():
        found += [each.get("name", "") for each in value.get("list", {}).get("func", ())]
    return found


def function_name(node: Node, attribute: str) -> str:
    """Return the function that an attribute names. Raises InvalidModelError."""
    name = node.attr.get(attribute, {}).get("func", {}).get("name")
    if not isinstance(name, str):
        raise InvalidModelError(
            f"{node.op} {node.name!r:.120} names no function as its {attribute}"
        )
    return name


def type_attr(node: Node, attribute: str, default: int) -> int:
    """Return a type that an attribute names."""
    return int(node.attr.get(attribute, {}).get("type", default))
