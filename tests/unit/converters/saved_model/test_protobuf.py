"""The reader of protobuf: what TensorFlow writes, and what no program should."""

from __future__ import annotations

import pytest

from pyio.converters.saved_model.messages import SCHEMA
from pyio.converters.saved_model.protobuf import parse, varint
from pyio.converters.saved_model.tensors import at_run_time, tensor_value
from pyio.errors import InvalidModelError
from tests.support.protobuf import encode
from tests.support.protobuf import varint as written


def test_fields_come_back() -> None:
    """Numbers, texts, lists, maps and messages are what was written; negative ones as well."""
    message = {
        "name": "n",
        "op": "Äpfel",
        "input": ["a", "^b"],
        "attr": {
            "i": {"i": -5},
            "l": {"list": {"i": [1, -(2**63)], "f": [0.5, -1.0]}},
            "": {"b": 1},
        },
    }
    found = parse("NodeDef", encode("NodeDef", message))
    assert (found["name"], found["op"], found["input"]) == ("n", "Äpfel", ["a", "^b"])
    assert found["attr"]["i"] == {"i": -5}
    assert found["attr"]["l"]["list"]["i"] == [1, -(2**63)]
    assert found["attr"]["l"]["list"]["f"] == [0.5, -1.0]
    assert found["attr"][""] == {"b": 1}


def test_packed_and_single_numbers() -> None:
    """Repeated numbers may come packed in one value, one by one, or both."""
    packed = b"".join(map(written, (3, 2**64 - 1)))
    data = b"\x18\x07" + b"\x1a" + written(len(packed)) + packed
    assert parse("ListValue", data)["i"] == [7, 3, -1]


def test_unknown_fields_are_skipped() -> None:
    """Later versions of TensorFlow add fields."""
    extra = written(999 * 8 + 2) + b"\x03abc" + written(998 * 8) + b"\x05"
    data = extra + written(997 * 8 + 1) + bytes(8) + encode("NodeDef", {"name": "n"})
    assert parse("NodeDef", data)["name"] == "n"


def test_absent_key_and_value_of_a_map() -> None:
    """proto3 leaves out what is the default: an empty key, and an empty message."""
    assert list(parse("NodeDef", b"\x2a\x00")["attr"]) == [""]


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a",  # no length
        b"\x0a\x05abc",  # too short
        b"\x0a\x02\xff\xfe",  # not UTF-8
        b"\x08\x01",  # a number where a text is expected
        b"\x0b",  # a group
        b"\x0a" + b"\xff" * 11,  # a number without end
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",  # a length of 2**63
    ],
)
def test_damage(data: bytes) -> None:
    """What is no message ends in an error of pyio."""
    with pytest.raises(InvalidModelError):
        parse("NodeDef", data)


def test_no_message_holds_its_own_kind() -> None:
    """So a file cannot nest messages without end; the schema itself is the limit."""

    def depth(message: str, above: tuple[str, ...] = ()) -> int:
        assert message not in above
        kinds = {text.split()[1].rstrip("*{}") for text in SCHEMA[message].values()}
        return 1 + max((depth(each, (*above, message)) for each in kinds & set(SCHEMA)), default=0)

    assert max(map(depth, SCHEMA)) < 12


def test_varint_ends() -> None:
    """The largest number has ten bytes."""
    assert varint(written(2**64 - 1), 0) == (2**64 - 1, 10)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"dtype": 1, "shape": {"dim": [{"size": 3}]}, "float_val": [1.5]}, [1.5, 1.5, 1.5]),
        ({"dtype": 3, "shape": {"dim": [{"size": 2}]}}, [0, 0]),
        ({"dtype": 3, "int_val": [-4]}, -4),
        ({"dtype": 9, "int64_val": [2**63 - 1]}, 2**31 - 1),
        ({"dtype": 9, "int64_val": [-(2**63)]}, -(2**31)),
        ({"dtype": 23, "uint64_val": [2**64 - 1]}, 2**31 - 1),
        ({"dtype": 22, "uint32_val": [2**32 - 1]}, 2**31 - 1),
        ({"dtype": 10, "bool_val": [1]}, True),
        ({"dtype": 19, "half_val": [0x3E00]}, 1.5),
        ({"dtype": 14, "half_val": [0x3FC0]}, 1.5),
        ({"dtype": 14, "content": b"\xc0\x3f"}, 1.5),
        ({"dtype": 8, "scomplex_val": [1.0, -2.0]}, 1 - 2j),
        ({"dtype": 18, "dcomplex_val": [1.0, -2.0]}, 1 - 2j),
        ({"dtype": 2, "double_val": [0.25]}, 0.25),
        ({"dtype": 4, "int_val": [200]}, 200),
        (
            {"dtype": 7, "shape": {"dim": [{"size": 2}]}, "string_val": [b"\xff"]},
            [b"\xff", b"\xff"],
        ),
        ({"dtype": 7, "shape": {"dim": [{"size": 1}]}}, [b""]),
        ({"dtype": 1, "shape": {"dim": [{"size": 0}]}}, []),
    ],
)
def test_values_of_tensors(message: dict[str, object], expected: object) -> None:
    """Every type; the last value repeats, and whole numbers beyond int32 are clamped."""
    value = tensor_value(parse("TensorProto", encode("TensorProto", message)), "x")
    assert at_run_time(value).tolist() == expected


@pytest.mark.parametrize(
    "message",
    [
        {"dtype": 1, "shape": {"dim": [{"size": 2**40}]}, "float_val": [1.0]},
        {"dtype": 1, "shape": {"dim": [{"size": 2**30}] * 60}},
        {"dtype": 7, "shape": {"dim": [{"size": 2**40}]}},
        {"dtype": 1, "shape": {"dim": [{"size": -1}]}, "float_val": [1.0]},
        {"dtype": 1, "shape": {"dim": [{"size": 2}]}, "content": b"\0" * 7},
        {"dtype": 1, "float_val": [1.0, 2.0]},
        {"dtype": 20},
        {"dtype": 99},
        {"dtype": 3, "int_val": [2**40]},
        {},
    ],
)
def test_impossible_tensors(message: dict[str, object]) -> None:
    """Sizes that a file claims and does not hold, and types that hold no values, are refused."""
    with pytest.raises(InvalidModelError):
        tensor_value(parse("TensorProto", encode("TensorProto", message)), "x")
