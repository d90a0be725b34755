"""Modules of TensorFlow Hub without signatures: what their ``__call__`` does.

The object graph of a SavedModel says which functions ``__call__`` of the outermost object has, and
which objects each of them captures. Captured values follow the arguments. An object has the same
number in the checkpoint's own graph of objects, which has the key of its value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.converters.saved_model.graph import Function, Graph, Library, Node, Ref
from pyio.converters.saved_model.protobuf import Data, Message, parse
from pyio.converters.saved_model.restore import Stored
from pyio.errors import InvalidModelError, UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

_CALL = "__call__"
_KINDS = ("variable", "constant", "asset")
_CREATE = "_create_resource"
_TABLE = "HashTable"


class Call:
    """A call of one function of the outermost object, as nodes that are added to the main graph.

    `inputs` and `outputs` are TensorInfos by key; `objects` are variables by their nodes.
    """

    def __init__(
        self, graph: Message, library: Library, function: Function, saved: Message
    ) -> None:
        """Call `function`, of which `saved` says what it captures and returns."""
        bound: Sequence[int] = saved["bound_inputs"]
        self.function = function
        self._library = library
        self._nodes = library.graph(graph.get("graph_def", {}).get("node", ()))
        self.objects: dict[str, int] = {}
        self._objects = parse("SavedObjectGraph", graph.get("object_graph", b""))["nodes"]
        self._assets = graph["asset_file_def"]
        given = function.inputs[: len(function.inputs) - len(bound)]
        self.inputs = {
            each.name: {
                "name": f"{each.name}:0",
                "dtype": each.dtype,
                "tensor_shape": {"unknown_rank": 1},
            }
            for each in given
        }
        keys = _keys(saved, len(function.outputs))
        self.outputs = {
            key: {"name": f"{_CALL}:{index}", "dtype": each.dtype}
            for index, (key, each) in enumerate(zip(keys, function.outputs, strict=True))
        }
        self._captured = [self._value(number) for number in bound]

    def add_to(self, nodes: Graph) -> None:
        """Add the placeholders, the variables and the call."""
        for name, info in self.inputs.items():
            attr = {
                "dtype": {"type": info["dtype"]},
                "shape": {"shape": info["tensor_shape"]},
            }
            nodes[name] = Node(name, "Placeholder", attr=attr)
        for name in self.objects:
            nodes[name] = Node(name, "VarHandleOp")
        arguments = [Ref(name) for name in (*self.inputs, *self._captured)]
        target = {"f": {"func": {"name": self.function.name}}}
        nodes[_CALL] = Node(_CALL, "StatefulPartitionedCall", arguments, attr=target)

    def stored(self, checkpoint_objects: Data) -> dict[str, Stored]:
        """Return the keys of the variables, from a TrackableObjectGraph."""
        nodes = parse("TrackableObjectGraph", checkpoint_objects)["nodes"]
        found = {}
        for name, number in self.objects.items():
            attributes: list[Message] = nodes[number]["attributes"] if number < len(nodes) else []
            name_here = self._objects[number]["variable"].get("name", "")
            # Both graphs number the same objects; another name would mean that they do not.
            if len(attributes) == 1 and attributes[0].get("full_name", "") == name_here:
                found[name] = Stored(attributes[0].get("checkpoint_key", ""))
        return found

    def _value(self, number: int) -> str:
        """Return the node for a captured object."""
        saved = self._objects[number] if 0 <= number < len(self._objects) else {}
        kind = next((each for each in _KINDS if each in saved), None)
        if kind == "constant":
            return str(saved["constant"].get("operation", ""))
        if kind == "asset":
            index = saved["asset"].get("asset_file_def_index", 0)
            if not 0 <= index < len(self._assets):
                raise InvalidModelError(f"there is no asset {index}")
            name: str = self._assets[index].get("tensor_info", {}).get("name", "")
            return name.split(":")[0]
        table = self._table(saved) if kind is None else None
        if table is not None:
            return table
        if kind is None:
            raise UnsupportedModelError(
                f"{_CALL} captures the object {number}, which is no variable, constant or table; "
                "save the model with a signature"
            )
        self.objects[f"object_{number}"] = number
        return f"object_{number}"

    def _table(self, saved: Message) -> str | None:
        """Return the node of a table: it shares its name with what the object's function makes."""
        makers = [
            name
            for child in saved.get("children", ())
            if child.get("local_name") == _CREATE
            for name in _functions_at(self._objects, child.get("node_id", 0))
        ]
        made = {
            _shared_name(node)
            for name in makers
            for node in self._library.function(name).nodes.values()
            if _TABLE in node.op
        }
        tables = [node for node in self._nodes.values() if _TABLE in node.op]
        found = [node.name for node in tables if _shared_name(node) in made - {b""}]
        return found[0] if len(found) == 1 else None


def _keys(saved: Message, count: int) -> list[str]:
    """Return the keys of a dict that a function returns, in the order of its outputs: sorted.

    Of anything else than tensors in a dict they are numbered.
    """
    fields = saved.get("output_signature", {}).get("dict_value", {}).get("fields", {})
    if len(fields) == count and all("tensor_spec" in each for each in fields.values()):
        return sorted(fields)
    return [f"output_{index}" for index in range(count)]


def _shared_name(node: Node) -> bytes:
    return bytes(node.attr.get("shared_name", {}).get("s", b""))


def _functions_at(objects: Sequence[Message], number: int) -> list[str]:
    """Return the functions of an object."""
    saved = objects[number] if 0 <= number < len(objects) else {}
    return list(saved.get("function", {}).get("concrete_functions", ()))


def call_of(graph: Message, library: Library, name: str | None) -> Call | None:
    """Return the call of ``__call__``, or of the function `name`; None if there is neither.

    Raises UnsupportedModelError if ``__call__`` has several functions and none is named.
    """
    saved = parse("SavedObjectGraph", graph.get("object_graph", b""))
    functions = _functions(saved)
    if name is None and len(functions) > 1:
        raise UnsupportedModelError(
            f"the model has no signature, and {_CALL} has several functions; choose with "
            f"signature= one of: {', '.join(map(repr, functions))}"
        )
    chosen = name if name is not None else next(iter(functions), None)
    if chosen not in functions or chosen not in saved["concrete_functions"]:
        return None
    return Call(graph, library, library.function(chosen), saved["concrete_functions"][chosen])


def _functions(saved: Message) -> list[str]:
    """Return the functions of the outermost object's ``__call__``."""
    nodes = saved["nodes"]
    for child in nodes[0]["children"] if nodes else ():
        if child.get("local_name") == _CALL:
            return _functions_at(nodes, child.get("node_id", 0))
    return []
