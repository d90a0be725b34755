"""Writes graphs as TensorFlow.js stores them: a GraphDef as proto3 JSON, without the constants."""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, Any

from pyio.converters.saved_model.tensors import type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyio.converters.saved_model.graph import Argument, Attributes, Graph, Node
    from pyio.converters.saved_model.inline.scope import Copy
    from pyio.converters.saved_model.protobuf import Message
    from pyio.format.json_text import JSONValue


def graph_json(graph: Graph, producer: int, copies: Iterable[Copy] = ()) -> dict[str, JSONValue]:
    """Return a GraphDef. TensorFlow.js reads ``versions`` and fails without it."""
    result: dict[str, JSONValue] = {"node": [_node(node) for node in graph.values()]}
    functions = [_function(copy) for copy in copies]
    if functions:
        result["library"] = {"function": functions}
    result["versions"] = {"producer": producer}
    return result


def tensor_info(name: str, info: Message) -> dict[str, JSONValue]:
    """Return an entry of the signature for a node's first output."""
    return {
        "name": f"{name}:0",
        "dtype": type_name(info["dtype"]) if info.get("dtype") else "DT_INVALID",
        "tensorShape": _shape(info.get("tensor_shape") or {}),
    }


def attributes_json(attr: Attributes) -> dict[str, JSONValue]:
    """Return the attributes of a node; those of a kind that nothing reads are left out."""
    return {name: value for name, each in attr.items() if (value := _attribute(each)) is not None}


def _node(node: Node) -> JSONValue:
    inputs = [ref.name if not ref.output else f"{ref.name}:{ref.output}" for ref in node.inputs]
    inputs += [f"^{name}" for name in node.controls]
    result: dict[str, JSONValue] = {"name": node.name, "op": node.op}
    if inputs:
        result["input"] = [*inputs]
    attr = attributes_json(node.attr)
    if attr:
        result["attr"] = attr
    return result


def _function(copy: Copy) -> JSONValue:
    return {
        "signature": {
            "name": copy.name,
            "inputArg": [_argument(each) for each in copy.inputs],
            "outputArg": [_argument(each) for each, _ in copy.outputs],
        },
        "nodeDef": [_node(node) for node in copy.nodes.values()],
        "ret": {each.name: f"{name}:0" for each, name in copy.outputs},
    }


def _argument(argument: Argument) -> JSONValue:
    return {"name": argument.name, "type": type_name(argument.dtype)}


def _attribute(value: Message) -> dict[str, JSONValue] | None:
    for kind, write in _KINDS.items():
        if kind in value:
            return {kind: write(value[kind])}
    if "list" in value:
        return {"list": _list(value["list"])}
    return None


def _list(value: Message) -> dict[str, JSONValue]:
    """An empty list has no member that would tell its kind."""
    return {
        kind: [write(each) for each in value[kind]]
        for kind, write in _KINDS.items()
        if value.get(kind)
    }


def _text(value: Any) -> JSONValue:
    return base64.b64encode(bytes(value)).decode()


def _float(value: float) -> JSONValue:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _shape(value: Message) -> dict[str, JSONValue]:
    if value.get("unknown_rank"):
        return {"unknownRank": True}
    sides: list[JSONValue] = [{"size": str(dim.get("size", 0))} for dim in value.get("dim", ())]
    return {"dim": sides} if sides else {}


def _tensor(value: Message) -> JSONValue:
    return {"dtype": type_name(value["dtype"]), "tensorShape": _shape(value.get("shape", {}))}


_KINDS: dict[str, Callable[[Any], JSONValue]] = {
    "s": _text,
    "i": str,
    "f": _float,
    "b": bool,
    "type": type_name,
    "shape": _shape,
    "tensor": _tensor,
    "func": lambda value: {"name": value.get("name", "")},
}
"""Member of an AttrValue -> how it is written. Whole numbers are text: they have 64 bits."""
