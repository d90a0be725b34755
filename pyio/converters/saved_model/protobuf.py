"""Reads protobuf messages whose fields `messages.SCHEMA` names; all others are skipped.

The wire format is that of https://protobuf.dev/programming-guides/encoding: a tag is the field's
number times eight plus the wire type. Type 0 is a varint, 1 eight bytes, 2 a length and as many
bytes, 5 four bytes. Repeated numbers may come packed into one value of type 2. Groups, which
nothing here uses, are refused.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, TypeAlias

from pyio.converters.saved_model.messages import SCHEMA
from pyio.errors import InvalidModelError

Message: TypeAlias = dict[str, Any]
"""Field name -> value. Repeated fields and maps are always there, others only where given."""

Data: TypeAlias = "memoryview | bytes"

_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_NUMBERS = {
    "float": (_FOUR, struct.Struct("<f")),
    "fixed32": (_FOUR, struct.Struct("<I")),
    "double": (_EIGHT, struct.Struct("<d")),
}
_VARINT_BITS = 70


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    kind: str
    repeated: bool
    mapped: bool


def _field(text: str) -> _Field:
    name, kind = text.split()
    return _Field(name, kind.rstrip("*{}"), kind.endswith("*"), kind.endswith("{}"))


_FIELDS = {
    message: {number: _field(text) for number, text in fields.items()}
    for message, fields in SCHEMA.items()
}
_LISTS = {m: [f.name for f in fields.values() if f.repeated] for m, fields in _FIELDS.items()}
_MAPS = {m: [f.name for f in fields.values() if f.mapped] for m, fields in _FIELDS.items()}


def parse(message: str, data: Data) -> Message:
    """Return the fields of a `message`; bytes are views of `data`.

    Raises InvalidModelError for what is no such message. No message of the schema can lie in one of
    its own kind, so a file cannot make this go deep.
    """
    data = memoryview(data)
    fields = _FIELDS[message]
    found: Message = {name: [] for name in _LISTS[message]}
    for name in _MAPS[message]:
        found[name] = {}
    place, end = 0, len(data)
    while place < end:
        tag, place = varint(data, place)
        value, place = _value(data, place, tag & 7, message)
        field = fields.get(tag >> 3)
        if field is not None:
            _keep(found, field, tag & 7, value)
    return found


def varint(data: Data, place: int) -> tuple[int, int]:
    """Return the unsigned number at `place`, and where it ends. Raises InvalidModelError."""
    result = shift = 0
    try:
        while True:
            byte = data[place]
            place += 1
            result |= (byte & 127) << shift
            if byte < 128:
                return result, place
            shift += 7
            if shift >= _VARINT_BITS:
                raise InvalidModelError("a number has more than ten bytes")
    except IndexError:
        raise InvalidModelError("it ends within a number") from None


def signed(value: int) -> int:
    """Return the two's complement of 64 bits, which is how int32 and int64 are written."""
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value


def _value(data: memoryview, place: int, wire: int, message: str) -> tuple[Any, int]:
    if wire == _VARINT:
        return varint(data, place)
    if wire == _LENGTH:
        length, place = varint(data, place)
    elif wire in (_EIGHT, _FOUR):
        length = 8 if wire == _EIGHT else 4
    else:
        raise InvalidModelError(f"a {message} has a field of the unknown wire type {wire}")
    if place + length > len(data):
        raise InvalidModelError(f"a {message} ends early: {length:,} more bytes are announced")
    return data[place : place + length], place + length


def _keep(found: Message, field: _Field, wire: int, value: Any) -> None:
    if field.mapped:
        key, entry = _entry(field, wire, value)
        found[field.name][key] = entry
    elif field.repeated and wire == _LENGTH and (field.kind == "int" or field.kind in _NUMBERS):
        found[field.name] += _packed(field, value)
    elif field.repeated:
        found[field.name].append(_one(field, wire, value))
    else:
        found[field.name] = _one(field, wire, value)


def _one(field: _Field, wire: int, value: Any) -> Any:
    kind = field.kind
    expected = _VARINT if kind == "int" else _NUMBERS[kind][0] if kind in _NUMBERS else _LENGTH
    if wire != expected:
        raise InvalidModelError(f"the field {field.name} has the wire type {wire}, not {expected}")
    if kind == "int":
        return signed(value)
    if kind in _NUMBERS:
        return _NUMBERS[kind][1].unpack(value)[0]
    if kind == "text":
        return _text(field, value)
    if kind == "bytes":
        return value
    return parse(kind, value)


def _text(field: _Field, value: memoryview) -> str:
    try:
        return str(value, "utf-8")
    except UnicodeDecodeError:
        raise InvalidModelError(
            f"the field {field.name} is not UTF-8: {bytes(value[:40])!r}"
        ) from None


def _packed(field: _Field, value: memoryview) -> list[Any]:
    if field.kind != "int":
        item = _NUMBERS[field.kind][1]
        if len(value) % item.size:
            raise InvalidModelError(f"the field {field.name} ends within a number")
        return [number for (number,) in item.iter_unpack(value)]
    numbers, place = [], 0
    while place < len(value):
        number, place = varint(value, place)
        numbers.append(signed(number))
    return numbers


def _entry(field: _Field, wire: int, value: Any) -> tuple[str, Any]:
    """Return an entry of a map, which is a message of key (1) and value (2); both may be absent."""
    if wire != _LENGTH:
        raise InvalidModelError(f"the field {field.name} has the wire type {wire}, not {_LENGTH}")
    key = ""
    entry = memoryview(b"")
    place = 0
    while place < len(value):
        tag, place = varint(value, place)
        part, place = _value(value, place, tag & 7, field.name)
        if tag == 8 + _LENGTH:
            key = _text(field, part)
        elif tag == 16 + _LENGTH:
            entry = part
    return key, _text(field, entry) if field.kind == "text" else parse(field.kind, entry)
