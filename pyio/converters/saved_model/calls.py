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


class Call:
    """A call of one function of the outermost object, as nodes that are added to the main graph.

    `inputs` and `outputs` are TensorInfos by key; `objects` are variables by their nodes.
    """

    def __init__(self, graph: Message, function: Function, bound: Sequence[int]) -> None:
        """Call `function`, which captures the objects of the numbers in `bound`."""
        self.function = function
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
        self.outputs = {
            f"output_{index}": {"name": f"{_CALL}:{index}", "dtype": each.dtype}
            for index, each in enumerate(function.outputs)
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
        if kind is None:
            raise UnsupportedModelError(
                f"{_CALL} captures the object {number}, neither a variable nor a constant; "
                "save the model with a signature"
            )
        self.objects[f"object_{number}"] = number
        return f"object_{number}"


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
    bound = saved["concrete_functions"][chosen]["bound_inputs"]
    return Call(graph, library.function(chosen), bound)


def _functions(saved: Message) -> list[str]:
    """Return the functions of the outermost object's ``__call__``."""
    nodes = saved["nodes"]
    for child in nodes[0]["children"] if nodes else ():
        number = child.get("node_id", 0)
        if child.get("local_name") == _CALL and 0 <= number < len(nodes):
            return list(nodes[number].get("function", {}).get("concrete_functions", ()))
    return []
