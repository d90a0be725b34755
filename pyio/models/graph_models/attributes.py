"""Attributes of nodes: proto3 JSON of ``AttrValue`` -> Python values.

A file may leave out what is TensorFlow's default, so an op declares each attribute with its default
(`Attribute`). The forms are those that the converter of TensorFlow.js writes and its
``operation_mapper`` reads: whole numbers are mostly text, bytes are base64 or lists of numbers.
"""

from __future__ import annotations

import base64
import binascii
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyio import limits
from pyio.errors import InvalidModelError
from pyio.models.graph_models.values import FLOAT, RUN_TIME, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np

REQUIRED = object()


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that an op takes: how it is read, its default and its names in files."""

    read: Callable[[Mapping[str, Any], str], Any]
    default: Any
    names: tuple[str, ...] = ()


def value_of(attribute: Attribute, name: str, raw: Mapping[str, Any], where: str) -> Any:
    """Return what a node's attributes `raw` have for an attribute, or its default.

    Raises InvalidModelError if it is required and absent, or of another kind.
    """
    for each in attribute.names or (name,):
        if each in raw:
            value = raw[each]
            what = f"the attribute {each!r} of {where}"
            if not isinstance(value, dict):
                raise InvalidModelError(f"{what} is {value!r:.80}; expected a JSON object")
            try:
                return attribute.read(value, what)
            except InvalidModelError:
                raise
            except (TypeError, ValueError, AttributeError, KeyError) as error:
                raise InvalidModelError(f"{what} is {value!r:.80}, which has no meaning") from error
    if attribute.default is REQUIRED:
        raise InvalidModelError(f"{where} lacks the attribute {(attribute.names or (name,))[0]!r}")
    return attribute.default


def whole(default: Any = REQUIRED, *names: str) -> Attribute:
    """A whole number."""
    return Attribute(_whole, default, names)


def number(default: Any = REQUIRED, *names: str) -> Attribute:
    """A fraction."""
    return Attribute(_number, default, names)


def flag(default: Any = False, *names: str) -> Attribute:
    """True or False."""
    return Attribute(lambda value, _: bool(value.get("b", False)), default, names)


def text(default: Any = REQUIRED, *names: str) -> Attribute:
    """A text, such as the name of a padding."""
    return Attribute(lambda value, what: _decoded(_bytes(value, what), what), default, names)


def raw(default: Any = REQUIRED, *names: str) -> Attribute:
    """Bytes, such as a separator."""
    return Attribute(_bytes, default, names)


def ints(default: Any = REQUIRED, *names: str) -> Attribute:
    """A list of whole numbers, as a tuple."""
    return Attribute(_ints, default, names)


def fractions(default: Any = REQUIRED, *names: str) -> Attribute:
    """A list of fractions, as a tuple."""
    return Attribute(_fractions, default, names)


def texts(default: Any = REQUIRED, *names: str) -> Attribute:
    """A list of texts, as a tuple."""
    return Attribute(_texts, default, names)


def kind(default: Any = "float32", *names: str) -> Attribute:
    """A type, by its name."""
    return Attribute(lambda value, what: type_of(value["type"], what), default, names)


def dtype(default: Any = FLOAT, *names: str) -> Attribute:
    """A type, as the dtype of its arrays at run time."""
    return Attribute(_dtype, default, names)


def shape(default: Any = None, *names: str) -> Attribute:
    """A shape: a tuple with -1 for sides that are not known, or None for an unknown rank."""
    return Attribute(lambda value, what: shape_of(value.get("shape"), what), default, names)


def function(default: Any = REQUIRED, *names: str) -> Attribute:
    """The name of a function in the library."""
    return Attribute(_function, default, names)


def functions(default: Any = REQUIRED, *names: str) -> Attribute:
    """The names of several functions, as a tuple."""
    return Attribute(_functions, default, names)


def shape_of(value: Any, what: str) -> tuple[int, ...] | None:
    """Return a ``TensorShapeProto`` as a tuple, None for an unknown rank."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise InvalidModelError(f"{what} is {value!r:.80}; expected a shape")
    if value.get("unknownRank") or value.get("unknown_rank"):
        return None
    sides = value.get("dim") or []
    if not isinstance(sides, list) or len(sides) > limits.SIDES:
        raise InvalidModelError(f"{what} has {sides!r:.80} as its sides; the most is 64")
    # A side without a size is proto3's way to write 0.
    return tuple(
        _integer(side.get("size", 0) if isinstance(side, dict) else side) for side in sides
    )


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str | float):
        raise TypeError(value)
    if isinstance(value, str) and len(value) > 24:
        raise ValueError(value)
    result = int(value)
    if result != value and not isinstance(value, str):
        raise ValueError(value)
    return result


def _whole(value: Mapping[str, Any], _what: str) -> int:
    return _integer(value.get("i", 0))


def _number(value: Mapping[str, Any], _what: str) -> float:
    found = value.get("f", value.get("i", 0))
    if isinstance(found, str):
        found = {"Infinity": math.inf, "-Infinity": -math.inf}.get(found, found)
    return float(found)


def _bytes(value: Mapping[str, Any], what: str) -> bytes:
    return decoded_bytes(value.get("s", ""), what)


def decoded_bytes(value: Any, what: str) -> bytes:
    """Return bytes that JSON has as base64, or as a list of numbers."""
    if isinstance(value, list):
        return bytes(value)
    if not isinstance(value, str):
        raise InvalidModelError(f"{what} is {value!r:.80}; expected base64")
    try:
        # proto3 JSON may be URL-safe, and may lack the padding.
        plain = value.replace("-", "+").replace("_", "/")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise InvalidModelError(f"{what} is {value!r:.80}, which is not base64") from error


def _decoded(value: bytes, what: str) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise InvalidModelError(f"{what} is {value!r:.80}, which is not UTF-8") from error


def _listed(value: Mapping[str, Any], member: str, what: str) -> list[Any]:
    items = (value.get("list") or {}).get(member) or []
    if not isinstance(items, list) or len(items) > limits.GRAPH_LIST:
        raise InvalidModelError(f"{what} is no list of at most {limits.GRAPH_LIST:,} values")
    return items


def _ints(value: Mapping[str, Any], what: str) -> tuple[int, ...]:
    found = _listed(value, "i", what) or _listed(value, "f", what)
    return tuple(map(_integer, found))


def _fractions(value: Mapping[str, Any], what: str) -> tuple[float, ...]:
    return tuple(_number({"f": each}, what) for each in _listed(value, "f", what))


def _texts(value: Mapping[str, Any], what: str) -> tuple[str, ...]:
    found = _listed(value, "s", what)
    return tuple(_decoded(decoded_bytes(each, what), what) for each in found)


def _dtype(value: Mapping[str, Any], what: str) -> np.dtype[Any]:
    name = type_of(value["type"], what)
    return RUN_TIME.get(name, FLOAT)


def _functions(value: Mapping[str, Any], what: str) -> tuple[str, ...]:
    return tuple(_function({"func": each}, what) for each in _listed(value, "func", what))


def _function(value: Mapping[str, Any], what: str) -> str:
    found = value["func"]["name"]
    if not isinstance(found, str):
        raise InvalidModelError(f"{what} names the function {found!r:.80}; expected text")
    return found
