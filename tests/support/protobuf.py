"""Writes protobuf messages, so that tests can make graphs that TensorFlow would not."""

from __future__ import annotations

import struct
from typing import Any

from pyio.converters.saved_model.messages import SCHEMA


def encode(message: str, value: dict[str, Any]) -> bytes:
    """The bytes of a message from its fields, as `protobuf.parse` returns them."""
    result = b""
    for number, text in SCHEMA[message].items():
        name, kind = text.split()
        if name not in value:
            continue
        if kind.endswith("{}"):
            for key, entry in value[name].items():
                inner = _field(1, "text", key) + _field(2, kind[:-2], entry)
                result += _tag(number, 2) + varint(len(inner)) + inner
        elif kind.endswith("*"):
            result += b"".join(_field(number, kind[:-1], each) for each in value[name])
        else:
            result += _field(number, kind, value[name])
    return result


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    result = bytearray()
    while value > 127:
        result.append(value & 127 | 128)
        value >>= 7
    result.append(value)
    return bytes(result)


def node(name: str, op: str, *inputs: str, **attr: Any) -> dict[str, Any]:
    """A NodeDef; attributes are AttrValues."""
    return {"name": name, "op": op, "input": list(inputs), "attr": attr}


def const(name: str, shape: list[int], **values: Any) -> dict[str, Any]:
    """A Const of float32; the values are fields of its TensorProto."""
    tensor = {"dtype": 1, "shape": {"dim": [{"size": side} for side in shape]}, **values}
    return node(name, "Const", dtype={"type": tensor["dtype"]}, value={"tensor": tensor})


def placeholder(name: str, shape: list[int] | None = None, dtype: int = 1) -> dict[str, Any]:
    sides = {"unknown_rank": 1} if shape is None else {"dim": [{"size": each} for each in shape]}
    return node(name, "Placeholder", dtype={"type": dtype}, shape={"shape": sides})


def _tag(number: int, wire: int) -> bytes:
    return varint(number * 8 + wire)


def _field(number: int, kind: str, value: Any) -> bytes:
    if kind == "int":
        return _tag(number, 0) + varint(value)
    if kind == "float":
        return _tag(number, 5) + struct.pack("<f", value)
    if kind == "fixed32":
        return _tag(number, 5) + struct.pack("<I", value)
    if kind == "double":
        return _tag(number, 1) + struct.pack("<d", value)
    data = (
        value.encode()
        if kind == "text"
        else bytes(value)
        if kind == "bytes"
        else encode(kind, value)
    )
    return _tag(number, 2) + varint(len(data)) + data
