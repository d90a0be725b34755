"""JSON text exactly as JavaScript's ``JSON.stringify`` prints it.

Byte counts in ``ModelArtifactsInfo`` and the files themselves agree with TensorFlow.js only if the
text does. Python's ``json`` differs in three ways: the layout of numbers, the order of keys that
look like array indices, and the escaping of non-ASCII characters
(ECMA-262, ``SerializeJSONProperty``, ``Number::toString`` and ``OrdinaryOwnPropertyKeys``).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from json.encoder import encode_basestring
from numbers import Integral, Real
from typing import TypeAlias

from pyio.errors import InvalidModelError

JSONValue: TypeAlias = (
    "bool | int | float | str | list[JSONValue] | tuple[JSONValue, ...] "
    "| Mapping[str, JSONValue] | None"
)
"""Anything that JSON text can say. Tuples are written as lists; parsing gives lists and dicts."""

_LARGEST_EXACT_INTEGER = 2**53
_LARGEST_ARRAY_INDEX = 2**32 - 2
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_DEPTH = 500
"""Nesting that no model reaches; deeper text is hostile, and Python's own stack ends near 1,000."""


def dumps(value: JSONValue) -> str:
    """Return `value` as the text that JavaScript's ``JSON.stringify`` gives.

    Raises InvalidModelError, naming the place, for a value JSON cannot hold, for keys that are
    not strings and for nesting deeper than 500.
    """
    return "".join(_pieces(value, "$", _MAX_DEPTH))


def loads(text: str | bytes, what: str) -> JSONValue:
    """Parse JSON `text`; `what` names it in the error ("the model topology").

    Raises InvalidModelError for text that is not JSON (``NaN`` and ``Infinity`` included, which
    JavaScript would refuse as well).
    """
    try:
        value: JSONValue = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise InvalidModelError(f"{what} is nested too deeply to be a model") from error
    except ValueError as error:
        start = text[:40]
        raise InvalidModelError(
            f"{what} is not JSON ({error}); it starts with {start!r}"
        ) from error
    return value


def utf8_length(text: str) -> int:
    """Return the number of bytes of `text` in UTF-8; a lone surrogate takes three."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _pieces(value: JSONValue, where: str, depth: int) -> Iterator[str]:
    if depth == 0:
        raise InvalidModelError(f"JSON nested deeper than {_MAX_DEPTH} at {where[:80]}…")
    if isinstance(value, str):
        yield _string(value)
    elif value is None or isinstance(value, bool):
        yield {None: "null", True: "true", False: "false"}[value]
    elif isinstance(value, Integral | Real):
        yield _number(value)
    elif isinstance(value, Mapping):
        yield "{"
        for position, key in enumerate(_keys(value, where)):
            yield ("," if position else "") + _string(key) + ":"
            yield from _pieces(value[key], f"{where}.{key}", depth - 1)
        yield "}"
    elif isinstance(value, list | tuple):
        yield "["
        for position, item in enumerate(value):
            if position:
                yield ","
            yield from _pieces(item, f"{where}[{position}]", depth - 1)
        yield "]"
    else:
        raise InvalidModelError(
            f"{where} is {value!r} of type {type(value).__name__}, which JSON cannot hold; "
            "use dicts, lists, strings, numbers, booleans and None"
        )


def _string(text: str) -> str:
    escaped = encode_basestring(text)
    if text.isascii():
        return escaped
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", escaped)


def _number(value: Real) -> str:
    """Lay out a number as ECMA-262 ``Number::toString`` does; the digits are Python's shortest."""
    if isinstance(value, Integral) and abs(int(value)) <= _LARGEST_EXACT_INTEGER:
        return str(int(value))
    try:
        double = float(value)
    except OverflowError:
        return "null"
    if not math.isfinite(double):
        return "null"
    if double.is_integer() and abs(double) < _LARGEST_EXACT_INTEGER:
        return str(int(double))
    return _layout(double)


def _layout(double: float) -> str:
    sign = "-" if double < 0 else ""
    mantissa, _, exponent = f"{abs(double)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        text = digits + "0" * (point - count)
    elif 0 < point <= 21:
        text = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        rest = f".{digits[1:]}" if count > 1 else ""
        text = f"{digits[0]}{rest}e{point - 1:+d}"
    return sign + text


def _keys(value: Mapping[str, JSONValue], where: str) -> list[str]:
    """Return the keys in JavaScript's order: array indices ascending, then as inserted."""
    indices: list[str] = []
    others: list[str] = []
    for key in value:
        if not isinstance(key, str):
            raise InvalidModelError(
                f"{where} has the key {key!r} of type {type(key).__name__}; JSON keys are strings"
            )
        (indices if _is_array_index(key) else others).append(key)
    return sorted(indices, key=int) + others


def _is_array_index(key: str) -> bool:
    if not (key.isascii() and key.isdigit() and len(key) <= 10):
        return False
    return (key == "0" or key[0] != "0") and int(key) <= _LARGEST_ARRAY_INDEX
