"""Weight specs as JSON: malformed entries are named, valid ones are read back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pyio
from pyio.errors import WeightsError
from pyio.format.artifacts import ModelArtifacts, Quantization, WeightSpec
from pyio.format.json_text import dumps, loads
from pyio.format.layout import require_sizes_match
from pyio.format.specs import specs_from_json, specs_text, specs_to_json

if TYPE_CHECKING:
    from pathlib import Path


int64: Any = np.int64


class Text(str):
    """A text of a program's own type."""

    __slots__ = ()


GOOD: dict[str, Any] = {"name": "w", "shape": [2, 3], "dtype": "float32"}
AFFINE: dict[str, Any] = {"dtype": "uint8", "min": -1.5, "scale": 0.25}

quantizations = st.none() | st.builds(
    Quantization,
    st.sampled_from(["uint8", "uint16"]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.just("float32"),
)
specs = st.builds(
    WeightSpec,
    st.text(max_size=8),
    st.lists(st.integers(0, 2**53), max_size=4).map(tuple),
    st.sampled_from(["float32", "int32"]),
    st.none() | st.just("optimizer"),
    quantizations,
)


@pytest.mark.parametrize(
    ("change", "texts"),
    [
        ({"name": None}, ("has no name", "not null")),
        ({"name": 5}, ("has no name", "not a number")),
        ({"dtype": None}, ("has no dtype", "not null")),
        ({"dtype": ["float32"]}, ("has no dtype", "not a list")),
        ({"shape": None}, ("'w'", "shape None")),
        ({"shape": 6}, ("'w'", "shape 6")),
        ({"shape": "23"}, ("'w'", "shape '23'")),
        ({"shape": {"0": 2}}, ("'w'", "shape {")),
        ({"shape": [2, -1]}, ("'w'", "[2, -1]")),
        ({"shape": [2.0]}, ("'w'", "[2.0]")),
        ({"shape": [True]}, ("'w'", "[True]")),
        ({"shape": [None]}, ("'w'", "[None]")),
        ({"shape": ["2"]}, ("'w'", "['2']")),
        ({"shape": [[2]]}, ("'w'", "[[2]]")),
        ({"group": 1}, ("has no group", "not a number")),
        ({"numpyDtype": None}, ("has no numpyDtype", "not null")),
        ({"quantization": 5}, ("quantization of 'w'", "an object, not a number")),
        ({"quantization": "uint8"}, ("quantization of 'w'", "not a string")),
        ({"quantization": []}, ("quantization of 'w'", "not a list")),
        ({"quantization": {}}, ("quantization of 'w'", "has no dtype")),
        ({"quantization": {"dtype": "int8"}}, ("'w'", "'int8'; float16, uint8 and uint16")),
        ({"quantization": {**AFFINE, "min": None}}, ("'w'", "min None")),
        ({"quantization": {"dtype": "uint8", "min": 0}}, ("'w'", "scale None")),
        ({"quantization": {**AFFINE, "scale": "1"}}, ("'w'", "scale '1'")),
        ({"quantization": {**AFFINE, "scale": True}}, ("'w'", "scale True")),
        ({"quantization": {**AFFINE, "min": 10**400}}, ("'w'", "min that is not a finite")),
        (
            {"quantization": {**AFFINE, "scale": float("inf")}},
            ("'w'", "scale that is not a finite"),
        ),
        ({"dtype": "bool", "quantization": AFFINE}, ("float32 or int32", "not for bool")),
        ({"dtype": "string", "quantization": AFFINE}, ("not for string",)),
        ({"dtype": "int32", "quantization": {"dtype": "float16"}}, ("for float32 and not for",)),
    ],
    ids=range(30),
)
def test_each_malformed_member_is_named(change: dict[str, Any], texts: tuple[str, ...]) -> None:
    """The error names the weight or the entry, the malformed member and its value."""
    with pytest.raises(WeightsError) as caught:
        specs_from_json([GOOD, {**GOOD, **change}])
    message = str(caught.value)
    assert "entry 1 of the weight specs" in message or "'w'" in message
    for text in texts:
        assert text in message


@pytest.mark.parametrize("member", ["name", "shape", "dtype"])
def test_a_missing_member_is_named(member: str) -> None:
    """If the name, shape or dtype of an entry is missing, the error says which."""
    entry = {key: value for key, value in GOOD.items() if key != member}
    with pytest.raises(WeightsError, match=rf"entry 0 of .*{member}"):
        specs_from_json([entry])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "should be a list, not null"),
        ({}, "should be a list, not an object"),
        ("[]", "should be a list, not a string"),
        (False, "should be a list, not a boolean"),
        (1.5, "should be a list, not a number"),
        ([None], "entry 0 of group 3 should be an object, not null"),
        ([GOOD, []], "entry 1 of group 3 should be an object, not a list"),
    ],
    ids=range(7),
)
def test_specs_that_are_none(value: Any, text: str) -> None:
    """Anything but a list of objects is refused; the error has the place given by the caller."""
    with pytest.raises(WeightsError) as caught:
        specs_from_json(value, "group 3")
    assert text in str(caught.value)


@settings(max_examples=100, deadline=None)
@given(st.lists(specs, max_size=4))
def test_specs_come_back(some: list[WeightSpec]) -> None:
    """Specs are unchanged after writing them as JSON text and reading them."""
    assert specs_from_json(loads(dumps(specs_to_json(some)), "it")) == tuple(some)


@pytest.mark.parametrize(
    "specs",
    [
        [],
        [WeightSpec("a", (), "float32"), WeightSpec('é"\\\n\ud800', (0, 7, 2**53 - 1), "x\u2028")],
        [WeightSpec("a", (2**53,), "bool"), WeightSpec("b", (2**60,), "bool")],
        [WeightSpec("a", (3,), "bool", group="optimizer"), WeightSpec("b", (True,), "bool")],
        [WeightSpec("a", (int64(3),), "bool"), WeightSpec("b", (-1,), "int32")],
        [WeightSpec("a", (1,), "float32", quantization=Quantization("uint8", 0.5, 1.0))],
        [WeightSpec("a", (1,), "string", numpy_dtype="<U3"), WeightSpec(Text("b"), (1,), "bool")],
    ],
)
def test_the_quick_text_is_the_same(specs: list[WeightSpec]) -> None:
    """Usual specs are written in one go, and as the text that all specs have."""
    assert specs_text(specs) == dumps(specs_to_json(specs))


def test_member_order_is_tensorflows() -> None:
    """Members are written in TensorFlow.js's and its converter's order; absent ones are absent."""
    whole = WeightSpec(
        "w", (2,), "float32", "optimizer", Quantization("uint8", 0.0, 1.0, "float32"), "<U3"
    )
    assert dumps(specs_to_json([whole])) == (
        '[{"name":"w","shape":[2],"dtype":"float32","group":"optimizer",'
        '"quantization":{"dtype":"uint8","min":0,"scale":1,"original_dtype":"float32"},'
        '"numpyDtype":"<U3"}]'
    )
    half = WeightSpec("h", (), "float32", quantization=Quantization("float16"))
    assert dumps(specs_to_json([half])) == (
        '[{"name":"h","shape":[],"dtype":"float32","quantization":{"dtype":"float16"}}]'
    )


def test_what_other_programs_wrote_is_written_again() -> None:
    """Members in another order, further members and nulls are the same text after a copy."""
    text = (
        '[{"dtype":"float32","shape":[2],"name":"a"},'
        '{"name":"b","shape":[],"dtype":"float32","quantization":{"min":-1,"scale":0.5,'
        '"dtype":"uint8"}},{"name":"c","shape":[],"dtype":"int32","group":null,"later":[{"x":1}]}]'
    )
    specs = specs_from_json(loads(text, "it"))
    assert dumps(specs_to_json(specs)) == specs_text(specs) == text
    assert specs_text(specs[:1]) == text.split("},")[0] + "}]"
    assert specs == specs_from_json(specs_to_json(specs, as_read=False))
    assert dumps(specs_to_json(specs, as_read=False)).startswith('[{"name":"a","shape":[2]')
    changed = dumps(specs_to_json([replace(specs[0], name="z")]))
    assert changed == '[{"name":"z","shape":[2],"dtype":"float32"}]'


def test_numpy_sides_are_written_as_ints() -> None:
    """A shape with NumPy integers is written as plain numbers."""
    shape: Any = (np.int64(2), np.uint8(3))
    entries: Any = specs_to_json([WeightSpec("w", shape, "float32")])
    assert entries[0]["shape"] == [2, 3]
    assert dumps(entries) == '[{"name":"w","shape":[2,3],"dtype":"float32"}]'


def test_other_members_and_null_groups_are_read() -> None:
    """A model with unknown members or ``group: null`` loads."""
    entry = {**GOOD, "group": None, "quantization": None, "later": {"x": 1}}
    assert specs_from_json([entry]) == (WeightSpec("w", (2, 3), "float32"),)


def test_odd_original_dtypes_are_dropped() -> None:
    """``original_dtype`` is informational, so an invalid one is ignored."""
    entry = {**GOOD, "quantization": {**AFFINE, "original_dtype": 5}}
    (found,) = specs_from_json([entry])
    assert found.quantization == Quantization("uint8", -1.5, 0.25)


@pytest.mark.parametrize(
    ("spec", "size", "length"),
    [
        (WeightSpec("w", (2, 3), "float32"), 6, 24),
        (WeightSpec("w", (), "int32"), 1, 4),
        (WeightSpec("w", (0, 5), "bool"), 0, 0),
        (WeightSpec("w", (2,), "complex64"), 2, 16),
        (WeightSpec("w", (2,), "string"), 2, None),
        (WeightSpec("w", (2,), "float32", None, Quantization("uint16", 0, 1)), 2, 4),
        (WeightSpec("w", (3,), "int32", None, Quantization("uint8", 0, 1)), 3, 3),
        (WeightSpec("w", (2,), "complex128"), 2, 32),
        (WeightSpec("w", (2,), "|S5"), 2, 10),
        (WeightSpec("w", (2,), "<m8[25us]"), 2, 16),
    ],
    ids=range(10),
)
def test_sizes(spec: WeightSpec, size: int, length: int | None) -> None:
    """Element counts and byte lengths follow from shape and stored dtype."""
    assert (spec.size, spec.byte_length) == (size, length)


@pytest.mark.parametrize(
    "spec",
    [
        WeightSpec("w", (1,), "float128"),
        WeightSpec("w", (1,), "object"),
        WeightSpec("w", (1,), "uint4"),
        WeightSpec("w", (1,), "|O8"),
        WeightSpec("w", (1,), "float32", None, Quantization("int8", 0, 1)),
        WeightSpec("w", (1,), "float32", None, Quantization("float32")),
    ],
    ids=range(6),
)
def test_unknown_dtypes_are_named(spec: WeightSpec) -> None:
    """An unknown stored dtype raises a WeightsError that names weight and dtype."""
    stored = spec.quantization.dtype if spec.quantization else spec.dtype
    with pytest.raises(WeightsError, match=f"'w' is stored as '.*{stored[-2:]}'"):
        _ = spec.byte_length


SOUND = WeightSpec("w", (1,), "float32")
halves: Any = (0.5, 2)
name: Any = 5
no_dtype: Any = ["float32"]
nan: Any = (float("nan"),)
group: Any = 5


@pytest.mark.parametrize(
    ("bad", "data", "text"),
    [
        (replace(SOUND, shape=(-1,)), b"", "has the shape"),
        (replace(SOUND, shape=halves), bytes(4), "shape (0.5, 2)"),
        (replace(SOUND, name=name), bytes(4), "has no name"),
        (replace(SOUND, group=group), bytes(4), "has no group"),
        (replace(SOUND, dtype="what"), bytes(4), "'what'"),
        (replace(SOUND, dtype=no_dtype), bytes(4), "['float32']"),
        (replace(SOUND, shape=nan), bytes(4), "shape (nan,)"),
        (replace(SOUND, quantization=Quantization("uint8")), bytes(1), "min None"),
        (replace(SOUND, dtype="bool", quantization=Quantization("float16")), bytes(2), "bool"),
    ],
    ids=range(9),
)
def test_what_could_not_be_read_again_is_not_saved(
    bad: WeightSpec, data: bytes, text: str, tmp_path: Path
) -> None:
    """On every medium, a save refuses specs that a load would refuse."""
    artifacts = ModelArtifacts(weight_specs=(bad,), weight_data=(memoryview(data),))
    for target in ("memory://unread", f"file://{tmp_path}/model"):
        with pytest.raises(WeightsError) as caught:
            asyncio.run(pyio.save_artifacts(artifacts, target))
        assert text in str(caught.value)
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("shape", [halves, nan, "12"])
def test_shapes_that_are_none_are_not_written(shape: Any) -> None:
    """The JSON of a model with a shape that no array has is an error and no other shape."""
    artifacts = ModelArtifacts(weight_specs=(replace(SOUND, shape=shape),))
    with pytest.raises(WeightsError, match="has the shape"):
        pyio.get_model_json(artifacts, ["w.bin"])


def test_two_lies_do_not_cancel_out() -> None:
    """A negative dimension is refused, even if another tensor makes up for it in the total."""
    pair = (replace(SOUND, name="a", shape=(-1,)), SOUND)
    with pytest.raises(WeightsError, match="'a'"):
        require_sizes_match(ModelArtifacts(weight_specs=pair, weight_data=()))


def test_data_without_specs_is_refused() -> None:
    """Weight data without specs is refused; missing or empty data is accepted."""
    with pytest.raises(WeightsError, match=r"4 bytes of weight data and no weight specs"):
        require_sizes_match(ModelArtifacts(weight_data=(memoryview(bytes(4)),)))
    require_sizes_match(ModelArtifacts(weight_data=()))
    require_sizes_match(ModelArtifacts())
    require_sizes_match(ModelArtifacts(weight_specs=()))


def test_texts_are_checked_again() -> None:
    """Lengths of texts are in the data, which may change; those of numbers are known for good."""
    zeros = memoryview(bytes(SOUND.byte_length or 0))
    numbers = ModelArtifacts(weight_specs=(SOUND,), weight_data=(zeros,))
    require_sizes_match(numbers)
    assert numbers.ends == (SOUND.byte_length,)
    data = bytearray(b"\1\0\0\0a")
    spec = WeightSpec("t", (), "string")
    text = ModelArtifacts(weight_specs=(spec,), weight_data=(memoryview(data),))
    require_sizes_match(text)
    data[0] = 2
    with pytest.raises(WeightsError):
        require_sizes_match(text)
