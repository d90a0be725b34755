"""Tensors to bytes and back: encode_weights, decode_weights, save_arrays and load_arrays."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pyio
from pyio.errors import CompatibilityWarning, UnsupportedDtypeError, WeightsError
from pyio.format.artifacts import Conversion, Quantization, WeightSpec
from pyio.tensors.encoding import decode_weights, encode_weights

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from numpy.typing import NDArray

    from pyio.handlers.memory import StoredModel
    from pyio.tensors.encoding import EncodedWeights

MIXED: dict[str, NDArray[Any]] = {
    "flag": np.array([True, False, True]),
    "kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "words": np.array([["é", ""], ["ж漢\0", "plain"]], dtype=object),
    "step": np.array(-7, dtype=np.int32),
    "wave": np.array([1 + 2j, -3.5j], dtype=np.complex64),
    "none": np.zeros((2, 0, 3), dtype=np.float32),
    "nothing": np.zeros((0,), dtype=object),
    "word": np.array("scalar", dtype=object),
    "last": np.array([-(2**31), 2**31 - 1], dtype=np.int32),
}

FAMILIES: dict[str, NDArray[Any]] = {
    "int8": np.array([-128, 127], np.int8),
    "uint8": np.array([0, 255], np.uint8),
    "int16": np.array([-(2**15), 2**15 - 1], np.int16),
    "uint16": np.array([0, 2**16 - 1], np.uint16),
    "uint32": np.array([0, 2**32 - 1], np.uint32),
    "int64": np.array([-(2**63), 2**63 - 1], np.int64),
    "uint64": np.array([[0], [2**64 - 1]], np.uint64),
    "float16": np.array([0.5, -np.inf, 6e-8], np.float16),
    "float64": np.array([1e300, -0.0, 5e-324, np.nan], np.float64),
    "complex128": np.array([1e300 + 1j, complex(0, -0.0)], np.complex128),
    "|S4": np.array([b"ab", b"", b"\0b\xffd"], "S4"),
    "|S1": np.array([b"x", b""], "S1"),
    "|V3": np.array([b"abc", b"\0\0\1"], "V3"),
    "<M8[ns]": np.array(["2024-02-29T01:02:03.000000004", "NaT"], "M8[ns]"),
    "<M8[D]": np.array("1582-10-15", "M8[D]"),
    "<M8[25us]": np.array([1, -1], "M8[25us]"),
    "<m8[s]": np.array([-5, 2**62], "m8[s]"),
    "<m8": np.array([7], "<i8").view("m8"),  # NumPy 2.5 warns of making one from numbers
}


def spec(shape: Any = (1,), dtype: str = "float32", **members: Any) -> WeightSpec:
    return WeightSpec("w", shape, dtype, **members)


def joined(encoded: EncodedWeights) -> bytes:
    return b"".join(encoded.data)


def same(found: NDArray[Any], wanted: NDArray[Any]) -> bool:
    """Whether dtype, shape and every bit agree."""
    if found.dtype != wanted.dtype or found.shape != wanted.shape:
        return False
    return found.tolist() == wanted.tolist() if wanted.dtype == object else bits(found, wanted)


def bits(found: NDArray[Any], wanted: NDArray[Any]) -> bool:
    return found.tobytes() == wanted.tobytes()


def at_start(encoded: EncodedWeights, index: int) -> NDArray[Any]:
    return np.frombuffer(encoded.data[index], np.uint8)


# Bytes


@pytest.mark.parametrize(
    ("array", "dtype", "data"),
    [
        (np.array([1, -2], np.float32), "float32", "0000803f 000000c0"),
        (np.array([[1], [-2]], np.int32), "int32", "01000000 feffffff"),
        (np.array([True, False]), "bool", "01 00"),
        (np.array([1 - 2j], np.complex64), "complex64", "0000803f 000000c0"),
        (np.array(["a", "é", ""]), "string", "01000000 61 02000000 c3a9 00000000"),
        (np.array(["Я", "漢"], object), "string", "02000000 d0af 03000000 e6bca2"),
        (np.array([b"\xff"], object), "string", "01000000 ff"),
        (np.array(3, np.int32), "int32", "03000000"),
        (np.zeros((0, 2), np.float32), "float32", ""),
        (np.zeros(0, object), "string", ""),
        (np.array([], "U"), "string", ""),
    ],
    ids=range(11),
)
def test_golden_bytes(array: NDArray[Any], dtype: str, data: str) -> None:
    """Each dtype has exactly the bytes and the spec that tfjs-core's encodeWeights gives."""
    encoded = encode_weights({"w": array})
    (only,) = encoded.specs
    assert (only.name, only.shape, only.dtype, only.group) == ("w", array.shape, dtype, None)
    assert joined(encoded).hex() == data.replace(" ", "")
    assert encoded.conversions == ()


def test_mixed_tensors_come_back() -> None:
    """Every dtype at odd offsets, scalars, empty tensors and strings are restored bit by bit."""
    encoded = encode_weights(MIXED, "optimizer")
    assert [one.group for one in encoded.specs] == ["optimizer"] * len(MIXED)
    found = decode_weights(joined(encoded), encoded.specs)
    assert list(found) == list(MIXED)
    for name, array in MIXED.items():
        assert same(found[name], array), name


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_cutting_gives_the_same_arrays(data: st.DataObject) -> None:
    """However the bytes are cut into buffers, empty ones included, the arrays are the same."""
    encoded = encode_weights(MIXED)
    whole = joined(encoded)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=40)))
    edges = [0, *cuts, len(whole)]
    pieces = [whole[low:high] for low, high in pairwise(edges)]
    found = decode_weights(pieces, encoded.specs)
    assert all(same(found[name], MIXED[name]) for name in MIXED)


def test_single_bytes_give_the_same_arrays() -> None:
    """One buffer per byte gives the same arrays; a generator of buffers is accepted."""
    encoded = encode_weights(MIXED)
    pieces = (bytes([byte]) for byte in joined(encoded))
    found = decode_weights(pieces, encoded.specs)
    assert all(same(found[name], MIXED[name]) for name in MIXED)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["f4", "i4", "?", "c8"]),
            st.lists(st.integers(0, 3), max_size=4),
            st.sampled_from(["C", "F"]),
            st.sampled_from(["<", ">"]),
            st.booleans(),
        ),
        max_size=5,
    ),
    st.integers(0, 2**32 - 1),
)
def test_any_layout_of_an_array_comes_back(tensors: list[Any], seed: int) -> None:
    """The stored bytes do not depend on byte order, memory order or strides."""
    random = np.random.default_rng(seed)
    arrays: dict[str, NDArray[Any]] = {}
    for kind, shape, order, endian, strided in tensors:
        array = random.integers(-100, 100, shape).astype(endian + kind, order=order)
        arrays[f"w{len(arrays)}"] = array[..., ::-1] if strided and shape else array
    encoded = encode_weights(arrays)
    found = decode_weights(encoded.data, encoded.specs)
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype.newbyteorder("<")
        assert found[name].shape == array.shape
        assert np.array_equal(found[name], array)


def test_pairs_lists_and_scalars_are_tensors_too() -> None:
    """Pairs of name and array, nested lists of text and NumPy scalars are accepted."""
    pairs: list[tuple[str, Any]] = [("b", np.float32(2)), ("a", [["x"], ["y"]])]
    encoded = encode_weights(iter(pairs))
    assert [(one.name, one.shape) for one in encoded.specs] == [("b", ()), ("a", (2, 1))]
    assert decode_weights(encoded.data, encoded.specs)["a"].tolist() == [["x"], ["y"]]
    assert encode_weights({}) == encode_weights([])
    assert decode_weights(b"", []) == {}


# Views


def test_encoding_does_not_copy() -> None:
    """Contiguous little-endian arrays are written from their own memory, whatever their shape."""
    for array in (
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.array([True, False]),
        np.arange(3, dtype=np.complex64),
        np.array(5, np.int32),
        np.arange(10, dtype=np.int32)[2:6],
    ):
        encoded = encode_weights({"w": array})
        assert np.shares_memory(at_start(encoded, 0), array)
        assert encoded.data[0].nbytes == array.nbytes, "a view leaks no neighbours"


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3).T,
        np.arange(6, dtype=np.int32)[::2],
        np.arange(3, dtype=">f4"),
        np.asfortranarray(np.ones((2, 2), np.complex64)),
        np.broadcast_to(np.float32(3), (2, 2)),
    ],
    ids=["transposed", "strided", "big-endian", "Fortran", "broadcast"],
)
def test_other_layouts_are_copied(array: NDArray[Any]) -> None:
    """Arrays in another memory layout are copied, and the originals stay unchanged."""
    before = array.copy()
    encoded = encode_weights({"w": array})
    assert not np.shares_memory(at_start(encoded, 0), array)
    assert np.array_equal(decode_weights(encoded.data, encoded.specs)["w"], before)
    assert np.array_equal(array, before)


def test_decoding_gives_views() -> None:
    """Arrays are views into the buffer, and writable only if the buffer is."""
    data = bytearray(12)
    specs = [WeightSpec("a", (2,), "float32"), WeightSpec("b", (), "int32")]
    arrays = decode_weights(data, specs)
    assert all(np.shares_memory(array, np.frombuffer(data, np.uint8)) for array in arrays.values())
    arrays["b"][...] = 258
    assert data[8:] == b"\2\1\0\0"
    assert not decode_weights(bytes(12), specs)["a"].flags.writeable


def test_a_tensor_that_straddles_is_copied_and_its_neighbours_are_not() -> None:
    """Only the tensor that lies in two buffers is copied."""
    first, second = bytearray(10), bytearray(2)
    specs = [WeightSpec("a", (2,), "float32"), WeightSpec("b", (), "int32")]
    arrays = decode_weights([first, second], specs)
    assert np.shares_memory(arrays["a"], np.frombuffer(first, np.uint8))
    assert not np.shares_memory(arrays["b"], np.frombuffer(first, np.uint8))


def test_views_at_odd_offsets_compute() -> None:
    """A float32 tensor after a bool is unaligned in memory, and still usable."""
    encoded = encode_weights({"b": np.array([True]), "f": np.arange(3, dtype=np.float32)})
    found = decode_weights(joined(encoded), encoded.specs)["f"]
    assert (found * 2).tolist() == [0, 2, 4]
    assert found.reshape(3, 1).T.sum() == 3


# Names


def test_duplicates_and_odd_names() -> None:
    """Duplicate names and names that are not strings are refused on encoding and decoding."""
    one = np.zeros(1, np.float32)
    with pytest.raises(WeightsError, match="two weights are called 'a'"):
        encode_weights([("a", one), ("a", one)])
    with pytest.raises(WeightsError, match="two weights are called 'w'"):
        decode_weights(bytes(8), [spec(), spec()])
    bad: Any = {5: one}
    with pytest.raises(WeightsError, match="the weight name 5 should be a string"):
        encode_weights(bad)
    names = ["", "a/b:0", "é\u2028", "__proto__", "0"]
    assert [one.name for one in encode_weights(dict.fromkeys(names, one)).specs] == names


# Dtypes that TensorFlow.js lacks


@pytest.mark.parametrize(
    ("dtype", "target"),
    [
        *(("float64", "float32"), ("float16", "float32"), (">f8", "float32")),
        *(("int64", "int32"), ("uint8", "int32"), ("int16", "int32"), ("uint64", "int32")),
        ("complex128", "complex64"),
    ],
)
def test_other_dtypes_are_named_with_the_choice(dtype: str, target: str) -> None:
    """The error names the array, its dtype and both solutions; array and dtype are attributes."""
    with pytest.raises(UnsupportedDtypeError) as caught:
        encode_weights({"fine": np.zeros(1, np.float32), "dense/kernel": np.zeros(2, dtype)})
    message = str(caught.value)
    for text in ("'dense/kernel'", f".astype({target!r})", "cast=True", "float32, int32, bool"):
        assert text in message
    assert (caught.value.name, caught.value.dtype) == ("dense/kernel", np.dtype(dtype).name)
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("values", "dtype", "target", "exact"),
    [
        ([0.5, np.nan, -np.inf, -0.0], "float64", "float32", True),
        ([0.1], "float64", "float32", False),
        ([1e300], "float64", "float32", False),
        ([0.1, 6e-8], "float16", "float32", True),
        ([2**31 - 1, -(2**31)], "int64", "int32", True),
        ([255], "uint8", "int32", True),
        ([1 + 0.5j], "complex128", "complex64", True),
        ([0.1j], "complex128", "complex64", False),
        ([], "int64", "int32", True),
        ([1.5], ">f8", "float32", True),
    ],
)
def test_cast_converts_and_reports(values: list[Any], dtype: str, target: str, exact: bool) -> None:
    """cast=True converts, and reports each array's old dtype and whether values changed."""
    array = np.array(values, dtype)
    kept = np.zeros(1, np.float32)
    encoded = encode_weights({"w": array, "kept": kept}, cast=True)
    assert encoded.conversions == (Conversion("w", np.dtype(dtype).name, target, exact),)
    found = decode_weights(encoded.data, encoded.specs)["w"]
    with np.errstate(over="ignore"):
        assert same(found, array.astype(target))


@pytest.mark.parametrize(
    ("value", "dtype"), [(2**31, "int64"), (-(2**31) - 1, "int64"), (2**64 - 1, "uint64")]
)
def test_cast_refuses_integers_that_do_not_fit(value: int, dtype: str) -> None:
    """An integer beyond int32 is an error that names array and range, never a wrapped value."""
    with pytest.raises(WeightsError, match=rf"'ids' \({dtype}\).* {value}.* int32 cannot hold"):
        encode_weights({"ids": np.array([0, value], dtype)}, cast=True)


@pytest.mark.parametrize("name", FAMILIES)
def test_extended_dtypes_are_lossless(name: str) -> None:
    """With extended=True each NumPy dtype comes back with its dtype and every bit."""
    array = FAMILIES[name]
    encoded = encode_weights({"w": array}, extended=True)
    assert encoded.specs[0].dtype == name
    assert encoded.specs[0].byte_length == array.nbytes == encoded.data[0].nbytes
    found = decode_weights(joined(encoded), encoded.specs)["w"]
    assert same(found, array)


@pytest.mark.parametrize("name", [name for name in FAMILIES if name[0] != "|"])
def test_big_endian_is_stored_little_endian(name: str) -> None:
    """A big-endian array of any extended dtype is stored like an equal little-endian one."""
    little = encode_weights({"w": FAMILIES[name]}, extended=True)
    array = FAMILIES[name]
    big = encode_weights({"w": array.astype(array.dtype.newbyteorder(">"))}, extended=True)
    assert big.specs == little.specs
    assert joined(big) == joined(little)


@pytest.mark.parametrize(
    "array",
    [
        np.array(["abc", "", "é"], "U5"),
        np.array([["漢", "x\0y"]], ">U3"),
        np.array("", "U1"),
        np.array([], "U7"),
        np.array(["ends in a space ", "\n"]),
    ],
    ids=range(5),
)
def test_numpy_text_keeps_its_dtype(array: NDArray[Any]) -> None:
    """Fixed-width text keeps its width; TensorFlow.js reads a plain string tensor."""
    encoded = encode_weights({"w": array})
    assert encoded.specs[0].dtype == "string"
    found = decode_weights(joined(encoded), encoded.specs)["w"]
    assert found.dtype == array.dtype.newbyteorder("<")
    assert found.shape == array.shape
    assert found.tolist() == array.tolist()


def test_variable_width_text_comes_back_as_str() -> None:
    """NumPy's StringDType is written as strings and comes back as str objects."""
    array = np.array(["a", "longer\0"], np.dtypes.StringDType())
    encoded = encode_weights({"w": array})
    assert decode_weights(encoded.data, encoded.specs)["w"].tolist() == ["a", "longer\0"]


def test_undecodable_strings_survive() -> None:
    """Bytes that are no UTF-8 are read without an error and written back unchanged."""
    data = b"\2\0\0\0\xff\xfe"
    array = decode_weights(data, [spec(dtype="string")])["w"]
    assert joined(encode_weights({"w": array})) == data


@pytest.mark.parametrize(
    ("array", "error", "text"),
    [
        (np.zeros(2, [("a", "f4"), ("b", "i4")]), UnsupportedDtypeError, "parts as arrays"),
        (np.zeros(2, [("a", "O")]), UnsupportedDtypeError, "parts as arrays"),
        (np.zeros(2, "V0"), UnsupportedDtypeError, "'w'"),
        (np.zeros(2, np.longdouble), UnsupportedDtypeError, "cast=True"),
        (np.zeros(2, np.clongdouble), UnsupportedDtypeError, "cast=True"),
        (np.array([None]), WeightsError, "holds None of type NoneType"),
        (np.array([1, "a"], object), WeightsError, "holds 1 of type int"),
        (np.array([{"a": 1}]), WeightsError, "of type dict"),
        (np.array([2**100]), WeightsError, "of type int"),
        (np.array(["\ud800"], object), WeightsError, "half a surrogate pair"),
        (np.array(["\udbff"]), WeightsError, "half a surrogate pair"),
        ([[1.0], [2.0, 3.0]], WeightsError, "'w' is not an array"),
    ],
    ids=range(12),
)
def test_what_has_no_bytes_is_refused(array: Any, error: type[WeightsError], text: str) -> None:
    """Structured arrays, objects, broken text and ragged lists are errors that name the array."""
    with pytest.raises(error, match="'w'") as caught:
        encode_weights({"w": array}, extended=True)
    assert text in str(caught.value)


# Specs that lie


@pytest.mark.parametrize(
    "shape",
    [
        *((-1,), (-1, -1), (2.0,), (0.5, 2), (True,), ("1",), (None,), (2**54,), (0, 2**63)),
        *((1,) * 65, (10**4000, 10**4000), (float("nan"),)),
    ],
    ids=range(12),
)
@pytest.mark.parametrize("dtype", ["float32", "string"])
def test_impossible_shapes_are_weights_errors(shape: Any, dtype: str) -> None:
    """Negative, fractional, boolean, huge or too many sides are refused; the error has the name."""
    start = time.perf_counter()
    with pytest.raises(WeightsError, match="'w' has the shape"):
        decode_weights(bytes(8), [spec(shape, dtype)])
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    ("shape", "dtype", "data", "text"),
    [
        ((3,), "float32", bytes(8), "want the bytes 0 to 12, and there are 8"),
        ((1,), "float32", bytes(8), "8 bytes and the specs account for 4"),
        ((2**53,), "float32", bytes(8), "36,028,797,018,963,968"),
        ((2**53, 2**53), "string", bytes(8), "ends inside the string tensor 'w', at byte 8"),
        ((1,), "string", b"\xff\xff\xff\xff", "4,294,967,299"),
        ((1,), "string", b"\5\0\0\0abc", "0 to 9, and there are 7"),
        ((1,), "string", b"\0\0", "ends inside the string tensor 'w', at byte 0"),
        ((0, 2**50, 2**50), "float32", b"", "cannot be a NumPy array"),
        ((0, 2**50, 2**50), "string", b"", "cannot be a NumPy array"),
        ((1,), "float128", bytes(16), "'float128', which is not one of float32"),
        ((1,), "", bytes(4), "which is not one of"),
        ((1,), "<M8[foo]", bytes(8), "cannot be a NumPy array"),
        ((1,), "|S0", b"", "cannot be a NumPy array"),
        ((1,), "|S٣", b"abc", "|S"),
        ((1,), "|S999999999", b"abc", "999,999,999"),
        ((1,), ">f4", bytes(4), "which is not one of"),
        ((1,), "object", bytes(8), "which is not one of"),
        ((1,), "|O8", bytes(8), "which is not one of"),
    ],
    ids=range(18),
)
def test_specs_and_data_that_disagree(shape: Any, dtype: str, data: bytes, text: str) -> None:
    """Specs and data that disagree raise a WeightsError with an explanation, quickly."""
    start = time.perf_counter()
    with pytest.raises(WeightsError) as caught:
        decode_weights(data, [spec(shape, dtype)])
    assert text in str(caught.value)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("hint", ["<U1", "<U٣", "<Ux", "U3", "", "<U", "<U-1", "float64", "|S3"])
def test_text_hints_that_lie(hint: str) -> None:
    """A numpyDtype that is unknown, or too narrow for the text, is an error; no text is cut off."""
    with pytest.raises(WeightsError, match="unknown numpyDtype"):
        decode_weights(b"\3\0\0\0abc", [spec(dtype="string", numpy_dtype=hint)])


def test_the_most_dimensions_there_are() -> None:
    """A shape of 64 dimensions, NumPy's limit, is written and read."""
    array = np.zeros((1,) * 64, np.float32)
    encoded = encode_weights({"w": array})
    assert same(decode_weights(joined(encoded), encoded.specs)["w"], array)


def test_leftover_data_names_the_last_weight() -> None:
    """Bytes after the last tensor are an error that says which tensor was last."""
    with pytest.raises(WeightsError, match=r"1 bytes .* 0 \(no weight is specified\)"):
        decode_weights(b"x", [])
    with pytest.raises(WeightsError, match="the last weight 'w' ends there"):
        decode_weights(bytes(5), [spec()])


@pytest.mark.parametrize("data", [None, 5, "text", [1], ["text"], object(), [None]])
def test_data_that_is_no_buffer(data: Any) -> None:
    """An object without bytes raises an InvalidModelError that names its type."""
    with pytest.raises(pyio.InvalidModelError, match="weight data must be bytes-like, got"):
        decode_weights(data, [spec()])


def test_hand_made_quantization_without_a_scale() -> None:
    """A hand-made spec without min or scale raises an error that explains it."""
    for how in (Quantization("uint8"), Quantization("uint16", min=0.0)):
        with pytest.raises(WeightsError, match="need a min and a scale"):
            decode_weights(bytes(2 if how.dtype == "uint16" else 1), [spec(quantization=how)])


# save_arrays and load_arrays


def test_arrays_of_any_dtype_are_saved_with_a_warning() -> None:
    """save_arrays keeps every dtype, and warns about arrays that TensorFlow.js cannot read."""
    arrays = {**MIXED, **FAMILIES}

    async def there_and_back() -> dict[str, NDArray[Any]]:
        with pytest.warns(CompatibilityWarning) as caught:
            await pyio.save_arrays(arrays, "memory://a")
        message = str(caught[0].message)
        assert all(f"{name!r} ({name})" in message for name in FAMILIES)
        assert not any(f"{name!r}" in message for name in MIXED)
        assert caught[0].filename == __file__, "the warning points at the caller"
        return await pyio.load_arrays("memory://a")

    found = asyncio.run(there_and_back())
    assert list(found) == list(arrays)
    assert all(same(found[name], arrays[name]) for name in arrays)


def test_save_arrays_casts_on_request() -> None:
    """With cast=True there is no warning and the result lists the conversions."""

    async def save() -> pyio.SaveResult:
        return await pyio.save_arrays({"x": np.array([0.5])}, "memory://a", cast=True)

    result = asyncio.run(save())
    assert result.conversions == (Conversion("x", "float64", "float32", True),)
    assert result.model_artifacts_info.weight_data_bytes == 4


def test_save_arrays_quantizes() -> None:
    """save_arrays quantizes; the loaded values are float32 and within half a step."""

    async def there_and_back() -> dict[str, NDArray[Any]]:
        arrays = {"x": np.array([0, 1, 2], np.float32)}
        await pyio.save_arrays(arrays, "memory://a", quantization="uint8")
        return await pyio.load_arrays("memory://a")

    found = asyncio.run(there_and_back())["x"]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [0, 1, 2], atol=1 / 255)


def test_save_arrays_refuses_before_it_saves(memory: MutableMapping[str, StoredModel]) -> None:
    """If one array cannot be saved, none is saved."""

    async def save() -> None:
        bad = {"good": np.zeros(1, np.float32), "bad": np.array([object()])}
        await pyio.save_arrays(bad, "memory://a")

    with pytest.raises(WeightsError, match="'bad'"):
        asyncio.run(save())
    assert not memory


def test_a_handler_may_return_anything() -> None:
    """save_arrays returns the result of a user's handler unchanged."""
    arrays = {"x": np.zeros(1, np.float32)}
    handler: Any = pyio.with_save_handler(lambda _artifacts: "done")  # type: ignore[arg-type,return-value]
    result: Any = asyncio.run(pyio.save_arrays(arrays, handler))
    assert result == "done"


def test_masked_arrays_are_refused() -> None:
    """A mask would be lost, so the error names the array and says what to save instead."""
    array = np.ma.MaskedArray(np.ones(2, np.float32), mask=[True, False])
    with pytest.raises(WeightsError, match=r"'w' is a masked array.*filled"):
        encode_weights({"w": array})


def test_a_hint_that_fills_the_memory_is_refused() -> None:
    """A hint of gigabytes for two letters is refused; a wide hint of reasonable size is used."""
    spec = WeightSpec("w", (1,), "string", numpy_dtype="<U1000000000")
    data = b"\2\0\0\0ab"
    with pytest.raises(WeightsError, match="4,000,000,000 bytes"):
        decode_weights(data, [spec])
    wide = decode_weights(data, [replace(spec, numpy_dtype="<U1000")])["w"]
    assert wide.dtype == "<U1000"
    assert wide.tolist() == ["ab"]
