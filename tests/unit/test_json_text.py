"""JSON text exactly as JavaScript prints it."""

from __future__ import annotations

import json
import math
import re
import struct
import time
from collections import OrderedDict
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pyio.errors import InvalidModelError
from pyio.format.json_text import dumps, loads, utf8_length

# What JSON.stringify of Node 20 prints.
NUMBERS = [
    (-1.0, "-1"),
    (-123.456, "-123.456"),
    (-1e-7, "-1e-7"),
    (-9007199254740992.0, "-9007199254740992"),
    (0.0, "0"),
    (0.000001, "0.000001"),
    (0.000001234, "0.000001234"),
    (0.0000015, "0.0000015"),
    (0.00001, "0.00001"),
    (0.0012, "0.0012"),
    (0.1, "0.1"),
    (0.10000000149011612, "0.10000000149011612"),
    (0.30000000000000004, "0.30000000000000004"),
    (0.3333333333333333, "0.3333333333333333"),
    (0.5, "0.5"),
    (1.0, "1"),
    (1.0000000000000002, "1.0000000000000002"),
    (1.1805916207174113e21, "1.1805916207174113e+21"),
    (1.25e-10, "1.25e-10"),
    (1.5e21, "1.5e+21"),
    (1.5e-7, "1.5e-7"),
    (1.7976931348623157e308, "1.7976931348623157e+308"),
    (100.0, "100"),
    (100000.0, "100000"),
    (1000000000000000.0, "1000000000000000"),
    (10000000000000000.0, "10000000000000000"),
    (100000000000000000000.0, "100000000000000000000"),
    (123456780000000.0, "123456780000000"),
    (123456789.0, "123456789"),
    (123456789012345680000.0, "123456789012345680000"),
    (18446744073709552000.0, "18446744073709552000"),
    (1e100, "1e+100"),
    (1e21, "1e+21"),
    (1e22, "1e+22"),
    (1e23, "1e+23"),
    (1e-300, "1e-300"),
    (1e-7, "1e-7"),
    (2.2250738585072014e-308, "2.2250738585072014e-308"),
    (2.718281828459045, "2.718281828459045"),
    (2147483648.0, "2147483648"),
    (3.141592653589793, "3.141592653589793"),
    (4.35, "4.35"),
    (4294967296.0, "4294967296"),
    (5e-324, "5e-324"),
    (5e-7, "5e-7"),
    (9007199254740991.0, "9007199254740991"),
    (9007199254740992.0, "9007199254740992"),
    (9007199254740994.0, "9007199254740994"),
    (9223372036854776000.0, "9223372036854776000"),
    (999999999999999900000.0, "999999999999999900000"),
]

KEYS = {
    "b": 1,
    "10": 2,
    "9": 3,
    "01": 4,
    "4294967294": 5,
    "4294967295": 6,
    "-1": 7,
    "1.0": 8,
    "0": 9,
    "": 10,
    "1e3": 11,
    " 1": 12,
    "٣": 13,
}
KEYS_TEXT = (
    '{"0":9,"9":3,"10":2,"4294967294":5,"b":1,"01":4,"4294967295":6,"-1":7,'
    '"1.0":8,"":10,"1e3":11," 1":12,"٣":13}'
)

finite = st.floats(-(2.0**53), 2.0**53)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | finite | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(("number", "text"), NUMBERS)
def test_numbers_are_javascripts(number: float, text: str) -> None:
    """Each number is printed as Node prints it."""
    assert dumps(number) == text


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**64 - 1))
@example(0x0010000000000000)
@example(0x7FEFFFFFFFFFFFFF)
@example(0x8000000000000001)
def test_any_double_is_laid_out_by_the_rules(bits: int) -> None:
    """Any double is printed in the one form that ECMA-262 allows, and reads back unchanged."""
    (number,) = struct.unpack("<d", struct.pack("<Q", bits))
    text = dumps(number)
    if not math.isfinite(number):
        assert text == "null"
        return
    assert float(text) == number
    match = re.fullmatch(r"-?(\d+)(?:\.(\d*[1-9]))?(?:e([+-])([1-9]\d*))?", text)
    assert match, text
    whole, fraction, sign, exponent = match.groups()
    size = abs(number)
    assert text.startswith("-") == (number < 0)
    assert (exponent is not None) == (size != 0 and not 1e-6 <= size < 1e21)
    assert len(whole) == 1 or whole[0] != "0"
    if exponent is not None:
        assert len(whole) == 1
        assert (sign == "+") == (size >= 1)
    digits = (whole + (fraction or "")).strip("0")
    shortest = repr(size).partition("e")[0].replace(".", "").strip("0")
    assert digits == shortest, "the digits are the fewest that identify this double"


@settings(max_examples=100, deadline=None)
@given(st.integers(-(10**25), 10**25))
def test_integers_are_doubles(number: int) -> None:
    """An int is printed as the double it becomes in JavaScript, exactly up to 2**53."""
    assert float(dumps(number)) == float(number)
    if abs(number) <= 2**53:
        assert dumps(number) == str(number)
    assert dumps(number) == dumps(float(number))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (2**53 + 1, "9007199254740992"),
        (-(2**53) - 1, "-9007199254740992"),
        (2**54 - 1, "18014398509481984"),
        (2**63 - 1, "9223372036854776000"),
        (10**21 - 1, "1e+21"),
    ],
)
def test_integers_beyond_a_double_are_rounded(number: int, text: str) -> None:
    """An int without an exact double becomes the nearest one, as in JavaScript."""
    assert dumps(number) == text


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 10**400, -(10**400)])
def test_what_json_lacks_is_null(number: float) -> None:
    """NaN, infinities and ints beyond any double are null, as in JavaScript."""
    assert dumps({"x": [number]}) == '{"x":[null]}'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float32(0.1), "0.10000000149011612"),
        (np.float64(1e21), "1e+21"),
        (np.float16(0.5), "0.5"),
        (np.int64(-3), "-3"),
        (np.uint64(2**64 - 1), "18446744073709552000"),
        (np.float32("nan"), "null"),
        (np.str_("é"), '"é"'),
        (Fraction(1, 4), "0.25"),
        (MappingProxyType({"a": (1, 2)}), '{"a":[1,2]}'),
        (OrderedDict(b=1, a=2), '{"b":1,"a":2}'),
    ],
)
def test_relatives_of_json_types(value: Any, text: str) -> None:
    """NumPy scalars, tuples, fractions and other mappings are printed as their JSON equivalents."""
    assert dumps(value) == text


def test_array_indices_come_first() -> None:
    """Keys that are array indices come first, in ascending order; the others as inserted."""
    assert dumps(KEYS) == KEYS_TEXT
    assert dumps({"a": {"2": 0, "1": 0}}) == '{"a":{"1":0,"2":0}}'


def test_escapes_are_javascripts() -> None:
    """Control characters, quotes and lone surrogates are escaped as in Node, and nothing else."""
    text = '\0\b\t\n\v\f\r\x1f"\\/\x7f\x80é\u2028\u2029\ud800x\udfff😀'
    expected = (
        r'"\u0000\b\t\n\u000b\f\r\u001f\"\\/' + "\x7f\x80é\u2028\u2029" + r"\ud800x\udfff" + '😀"'
    )
    assert dumps(text) == expected
    assert dumps({text: text}) == f"{{{expected}:{expected}}}"
    assert dumps("\ud800") == '"\\ud800"'


@settings(max_examples=150, deadline=None)
@given(json_values)
def test_values_come_back(value: Any) -> None:
    """Any JSON value is unchanged after printing and parsing, by pyio and by json."""
    text = dumps(value)
    assert loads(text, "it") == value
    assert dumps(loads(text, "it")) == text
    assert json.loads(text) == value
    assert utf8_length(text) == len(text.encode())


def test_no_spaces_and_empty_containers() -> None:
    """There is no space and no newline anywhere."""
    assert dumps({"a": [], "b": {}, "c": [None, True, False, ""]}) == (
        '{"a":[],"b":{},"c":[null,true,false,""]}'
    )


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ({"a": [1, {"b": {3}}]}, ("$.a[1].b", "{3}", "type set")),
        ({"a": b"x"}, ("$.a", "type bytes")),
        (np.zeros(2), ("$ is", "ndarray")),
        ([np.True_], ("$[0]", "True")),
        ({"a": {1: 2}}, ("$.a", "key 1 of type int")),
        ({None: 2}, ("$", "key None")),
        (1j, ("$", "complex")),
        (object(), ("$", "object")),
    ],
)
def test_errors_name_the_place(value: Any, texts: tuple[str, ...]) -> None:
    """A value that JSON cannot represent is refused; the error has its path and type."""
    with pytest.raises(InvalidModelError) as caught:
        dumps(value)
    for text in texts:
        assert text in str(caught.value)


def test_depth_is_limited_not_crashed() -> None:
    """200 levels are printed; one more, or a list that contains itself, is an error."""
    assert dumps(nested(200)) == "[" * 200 + "1" + "]" * 200
    endless: list[Any] = []
    endless.append(endless)
    for value in (nested(201), nested(100_000), endless):
        with pytest.raises(InvalidModelError, match="deeper than 200"):
            dumps(value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("undefined", "'undefined'"),
        ("NaN", "NaN is not a JSON value"),
        ("[Infinity]", "Infinity is not a JSON value"),
        ("[-Infinity]", "-Infinity is not a JSON value"),
        ("[1] x", "is not JSON"),
        ("{'a': 1}", "is not JSON"),
        ('"\t"', "is not JSON"),
        ("\ufeff{}", "is not JSON"),
        ("9" * 5000, "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b'"\xe9"', "is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("[object Object]", "'[object Object]'"),
    ],
    ids=range(16),
)
def test_text_that_is_no_json(text: str | bytes, problem: str) -> None:
    """Damaged text raises an error that says what was read and how the text starts."""
    with pytest.raises(InvalidModelError) as caught:
        loads(text, "the model topology")
    message = str(caught.value)
    assert message.startswith("the model topology is ")
    assert problem in message
    assert len(message) < 400


def test_parsing_keeps_ints_and_floats_apart() -> None:
    """1 stays an int and 1.0 a float, and both are printed as 1."""
    ones: Any = loads("[1, 1.0, 1e0]", "it")
    assert [type(one) for one in ones] == [int, float, float]
    assert dumps(ones) == "[1,1,1]"


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("abc", 3), ("é", 2), ("漢", 3), ("😀", 4), ("\ud800", 3)]
)
def test_utf8_length(text: str, length: int) -> None:
    """Lengths are those of UTF-8, a lone surrogate counting as the three bytes of U+FFFD."""
    assert utf8_length(text) == length


def test_large_values_are_quick() -> None:
    """A hundred thousand numbers and a megabyte of text are processed quickly."""
    start = time.perf_counter()
    dumps([index / 7 for index in range(100_000)])
    dumps({"a" * 1_000_000: "é" * 1_000_000})
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize("text", ["[" * 3000, '{"a":' * 3000 + "1" + "}" * 3000, b"[" * 100_000])
def test_deep_text_is_refused_before_it_is_parsed(text: str | bytes) -> None:
    """Text nested deeper than any model is refused at once; Pyodide would hang on parsing it."""
    with pytest.raises(InvalidModelError, match="nested too deeply"):
        loads(text, "the text")


def test_many_brackets_are_not_deep() -> None:
    """Lists side by side, and brackets within strings, do not count as nesting."""
    wide = [[{"a": "[" * 5000, '"]}': ["\\"]}]] * 1500
    assert loads(json.dumps(wide), "the text") == wide
