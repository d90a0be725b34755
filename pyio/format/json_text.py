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
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from json.encoder import encode_basestring
from numbers import Integral, Real
from typing import TypeAlias

from pyio import limits
from pyio.errors import InvalidModelError

JSONValue: TypeAlias = (
    "bool | int | float | str | list[JSONValue] | tuple[JSONValue, ...] "
    "| Mapping[str, JSONValue] | None"
)
"""Any JSON value. Tuples are written as lists; parsing gives lists and dicts."""

_LARGEST_EXACT_INTEGER = 2**53
_LARGEST_ARRAY_INDEX = 2**32 - 2
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
"""A string, or all that follows a quotation mark which nothing closes. What did not match would be
tried again from each escaped mark in it."""

_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_AS_LISTS = bytes.maketrans(b"{}", b"[]")
_PORTION = 65_536
_DIGIT_FIRST = re.compile(r"^\d", re.MULTILINE)
_LITERALS = {None: "null", True: "true", False: "false"}
_STEPS = {ord("["): 1, ord("]"): -1}


class JSONText(str):
    """Text that is JSON already: `dumps` puts it where a value belongs, as it is."""

    __slots__ = ()


def dumps(value: JSONValue) -> str:
    """Return `value` as the text that JavaScript's ``JSON.stringify`` gives.

    Raises InvalidModelError, naming the place, for a value that JSON cannot hold and for keys that
    are not strings. Nesting deeper than 200 and text that `loads` would refuse are errors too.
    """
    try:
        text = _text(value, limits.JSON_DEPTH_WRITTEN)
    except _UnsayableError as error:
        before, after = error.problem
        where = "$" + "".join(reversed(error.steps))
        raise InvalidModelError(before + where + after) from None
    if not text.isascii():
        text = LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    if len(text) > limits.JSON_BYTES // 3:  # UTF-8 takes up to 3 bytes for a UTF-16 unit
        require_length(utf8_length(text), "the JSON of the model")
    return text


def loads(text: str | bytes, what: str, *, unique: bool = False) -> JSONValue:
    """Parse JSON `text`; `what` names it in the error ("the model topology").

    Raises InvalidModelError for text that is not JSON (``NaN`` and ``Infinity`` included, which
    JavaScript would refuse as well). With `unique`, an object that has a key twice is refused too;
    JavaScript would take the last one.
    """
    require_length(len(text), what)
    try:
        if isinstance(text, bytes):
            text = text.decode(json.detect_encoding(text), "surrogatepass")
        _require_parsable(text)
        value = _parsed(text, _UNIQUE if unique else _DECODER)
    except RecursionError as error:
        raise InvalidModelError(
            f"{what} is nested too deeply to be a model: at most {limits.JSON_DEPTH:,} lists and "
            "objects in one another are read, fewer if Python's stack is short "
            "(pyio.limits.JSON_DEPTH)"
        ) from error
    except ValueError as error:
        start = text[:40]
        raise InvalidModelError(
            f"{what} is not JSON ({error}); it starts with {start!r}"
        ) from error
    return value


def require_length(length: int, what: str) -> None:
    """Raise InvalidModelError for JSON longer than `pyio.limits.JSON_BYTES`."""
    if length > limits.JSON_BYTES:
        raise InvalidModelError(
            f"{what} has {length:,} bytes; at most {limits.JSON_BYTES:,} are read "
            "(pyio.limits.JSON_BYTES)"
        )


def utf8_length(text: str) -> int:
    """Return the number of bytes of `text` in UTF-8; a lone surrogate takes three."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _require_parsable(text: str) -> None:
    """Raise the RecursionError that Pyodide does not raise."""
    if text.count("[") + text.count("{") <= limits.JSON_DEPTH:
        return
    # Without escapes, every second part between quotation marks is outside of the strings.
    outside = "".join(text.split('"')[::2]) if "\\" not in text else _STRING.sub("", text)
    brackets = outside.encode("utf-8", "surrogatepass").translate(_AS_LISTS, _NOT_BRACKETS)
    # Each round removes the innermost level, one of the depth of all that is around it. Few texts
    # have many levels; what hardly gets shorter is counted bracket by bracket.
    depth, before = 0, 2 * len(brackets)
    while brackets and depth < limits.JSON_DEPTH and len(brackets) <= before * 7 // 8:
        depth, before = depth + 1, len(brackets)
        brackets = brackets.replace(b"[]", b"")
    for start in range(0, len(brackets), _PORTION):
        steps = map(_STEPS.__getitem__, brackets[start : start + _PORTION])
        depths = list(accumulate(steps, initial=depth))
        if max(depths) > limits.JSON_DEPTH:
            raise RecursionError
        depth = depths[-1]


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _unique(pairs: list[tuple[str, JSONValue]]) -> dict[str, JSONValue]:
    found: dict[str, JSONValue] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"an object has the key {key!r:.80} twice")
        found[key] = value
    return found


def _parsed(text: str, decoder: json.JSONDecoder) -> JSONValue:
    value: JSONValue
    try:
        value, end = decoder.scan_once(text, 0)  # type: ignore[attr-defined]  # not in typeshed
    except StopIteration:  # blanks at the beginning, or no JSON
        end = -1
    # `decode` looks for blanks around the value, and takes twice as long for a short text.
    if end != len(text):
        value = decoder.decode(text)
    return value


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_UNIQUE = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_unique)


class _UnsayableError(Exception):
    """A value that JSON cannot hold: the text around its place, and the way there, last first."""

    def __init__(self, before: str, after: str) -> None:
        self.problem = (before, after)
        self.steps: list[str] = []


def _text(value: JSONValue, depth: int) -> str:
    # Exact types first, which is what parsed JSON consists of: asking an ABC takes far longer.
    kind = type(value)
    if kind is str:
        return encode_basestring(value)  # type: ignore[arg-type]  # narrowed by its exact type
    if kind is JSONText:
        return value  # type: ignore[return-value]
    if isinstance(value, list | tuple):
        return _list(value, depth)
    if value is None or kind is bool:
        return _LITERALS[value]  # type: ignore[index]
    if kind is int or kind is float or isinstance(value, Real):
        return _number(value)  # type: ignore[arg-type]
    if isinstance(value, Mapping):
        return _object(value, depth)
    if isinstance(value, str):
        return encode_basestring(value)
    raise _UnsayableError(
        "",
        f" is {value!r} of type {kind.__name__}, which JSON cannot hold; "
        "use dicts, lists, strings, numbers, booleans and None",
    )


def _object(value: Mapping[str, JSONValue], depth: int) -> str:
    if depth <= 0:
        raise _too_deep()
    members = []
    try:
        keys: Iterable[str] = value if not _DIGIT_FIRST.search("\n".join(value)) else _keys(value)
    except TypeError:
        keys = _keys(value)
    for key in keys:
        item = value[key]
        kind = type(item)
        try:
            # The same as `_text` for what a topology has thousands of: a call for each member
            # would take longer than writing it.
            if kind is str:
                text = encode_basestring(item)  # type: ignore[arg-type]
            elif kind is dict:
                text = _object(item, depth - 1)  # type: ignore[arg-type]
            elif item is None or kind is bool:
                text = _LITERALS[item]  # type: ignore[index]
            else:
                text = _text(item, depth - 1)
        except _UnsayableError as error:
            error.steps.append(f".{key}")
            raise
        members.append(f"{encode_basestring(key)}:{text}")
    return "{" + ",".join(members) + "}"


def _list(value: Sequence[JSONValue], depth: int) -> str:
    if depth <= 0:
        raise _too_deep()
    items = []
    for index, item in enumerate(value):
        try:
            # The sides of shapes; the others are few.
            small = type(item) is int and -_LARGEST_EXACT_INTEGER <= item <= _LARGEST_EXACT_INTEGER
            items.append(str(item) if small else _text(item, depth - 1))
        except _UnsayableError as error:
            error.steps.append(f"[{index}]")
            raise
    return "[" + ",".join(items) + "]"


def _too_deep() -> _UnsayableError:
    return _UnsayableError(f"JSON nested deeper than {limits.JSON_DEPTH_WRITTEN} at ", "")


def _number(value: Real) -> str:
    """Lay out a number as ECMA-262 ``Number::toString`` does; the digits are Python's shortest."""
    if isinstance(value, int | Integral) and abs(int(value)) <= _LARGEST_EXACT_INTEGER:
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
    # Python and JavaScript find the same shortest digits, and place the point and the exponent
    # differently. So the digits are taken out of Python's text: the number is 0.digits times ten to
    # the power `point`, which ECMA-262 calls n, with the digits count k.
    sign = "-" if double < 0 else ""
    mantissa, _, exponent = f"{abs(double)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:  # a whole number below 1e21
        text = digits + "0" * (point - count)
    elif 0 < point <= 21:  # the point lies within the digits
        text = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:  # from 1e-6 on, zeros follow the point
        text = "0." + "0" * -point + digits
    else:
        rest = f".{digits[1:]}" if count > 1 else ""
        text = f"{digits[0]}{rest}e{point - 1:+d}"
    return sign + text


def _keys(value: Mapping[str, JSONValue]) -> list[str]:
    """Return the keys in JavaScript's order: array indices ascending, then as inserted."""
    for key in value:
        if not isinstance(key, str):
            raise _UnsayableError(
                "", f" has the key {key!r} of type {type(key).__name__}; JSON keys are strings"
            )
    indices = [key for key in value if _is_array_index(key)]
    return sorted(indices, key=int) + [key for key in value if not _is_array_index(key)]


def _is_array_index(key: str) -> bool:
    if not (key.isascii() and key.isdigit() and len(key) <= 10):
        return False
    return (key == "0" or key[0] != "0") and int(key) <= _LARGEST_ARRAY_INDEX
