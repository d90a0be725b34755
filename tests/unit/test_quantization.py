"""Quantized weights: the converter's rule, dequantization, and the choice of tensors."""

from __future__ import annotations

import math
import struct
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyio.errors import WeightsError
from pyio.format.artifacts import Quantization, WeightSpec
from pyio.tensors.encoding import decode_weights, encode_weights
from pyio.tensors.quantization import quantize, rule_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

floats = st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=20)
integers = st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=20)
affine = pytest.mark.parametrize("stored", ["uint8", "uint16"])


def converters_rule(values: list[float], steps: int) -> tuple[list[int], float, float]:
    """The published rule for one number at a time; return the codes, scale and min."""
    low, high = min(values), max(values)
    if low == high:
        return [0] * len(values), 1.0, low
    scale = (high - low) / steps
    if low <= 0 <= high:
        zero_point = round(-low / scale)
        low, high = -zero_point * scale, (steps - zero_point) * scale
    return [round((min(max(v, low), high) - low) / scale) for v in values], scale, low


def there_and_back(array: NDArray[Any], stored: str) -> tuple[NDArray[Any], Quantization]:
    encoded = encode_weights({"w": array}, quantization=stored)
    how = encoded.specs[0].quantization
    assert how is not None
    assert how.dtype == stored
    return decode_weights(encoded.data, encoded.specs)["w"], how


def decode(data: bytes, dtype: str, how: Quantization) -> NDArray[Any]:
    size = len(data) // np.dtype(how.dtype).itemsize
    return decode_weights(data, [WeightSpec("w", (size,), dtype, None, how)])["w"]


@pytest.mark.parametrize(
    ("values", "dtype", "stored", "data", "scale", "low"),
    [
        ([1, 2, 3], "float32", "uint8", [0, 128, 255], 2 / 255, 1),
        ([-1, 0, 3], "float32", "uint8", [0, 64, 255], 4 / 255, -64 * 4 / 255),
        ([0, 255], "float32", "uint8", [0, 255], 1, 0),
        ([-255, 0], "int32", "uint8", [0, 255], 1, -255),
        ([-3, -2, -1], "int32", "uint16", [0, 32768, 65535], 2 / 65535, -3),
        ([7, 7], "float32", "uint8", [0, 0], 1, 7),
        ([0], "int32", "uint16", [0], 1, 0),
        ([-1.5, 0, 253.5], "float32", "uint8", [0, 2, 255], 1, -2),
        ([], "float32", "uint8", [], 1, 0),
    ],
)
def test_golden_values(
    values: list[float], dtype: str, stored: str, data: list[int], scale: float, low: float
) -> None:
    """Known tensors have the known codes, scale and min, worked out by hand."""
    quantized, how = quantize(np.array(values, dtype), stored)
    assert quantized.tolist() == data
    assert quantized.dtype == stored
    assert (how.dtype, how.original_dtype) == (stored, dtype)
    assert how.scale == pytest.approx(scale, rel=1e-15)
    assert how.min == pytest.approx(low, rel=1e-15)


@affine
@settings(max_examples=100, deadline=None)
@given(values=floats | integers)
def test_the_rule_is_the_converters(stored: str, values: list[float]) -> None:
    """Codes, scale and min agree with a plain implementation of the published rule."""
    array = np.array(values, "int32" if isinstance(values[0], int) else "float32")
    quantized, how = quantize(array, stored)
    plain = [float(value) for value in array]
    assert (quantized.tolist(), how.scale, how.min) == converters_rule(plain, np.iinfo(stored).max)


@affine
@settings(max_examples=100, deadline=None)
@given(values=floats)
def test_values_come_back_within_half_a_step(stored: str, values: list[float]) -> None:
    """No value changes by more than half a step, plus the half step of the zero point."""
    array = np.array(values, np.float32)
    found, how = there_and_back(array, stored)
    assert found.dtype == np.float32
    assert how.scale is not None
    low, high = float(array.min()), float(array.max())
    half = 0 if low == high else how.scale / 2
    if low < 0 < high:
        half *= 2  # the range itself shifts by up to half a step
    slack = 1e-6 * max(abs(low), abs(high))
    assert float(np.abs(found.astype(float) - array).max()) <= half + slack


@affine
@settings(max_examples=60, deadline=None)
@given(values=floats)
def test_zero_stays_zero(stored: str, values: list[float]) -> None:
    """If the range contains zero, zero is restored exactly."""
    array = np.array([*values, 0], np.float32)
    found, _ = there_and_back(array, stored)
    assert found[array == 0].tolist() == [0] * int((array == 0).sum())


@affine
@settings(max_examples=30, deadline=None)
@given(value=st.floats(-1e6, 1e6, width=32))
def test_equal_values_come_back_exactly(stored: str, value: float) -> None:
    """A tensor of equal values is restored exactly, from its min."""
    found, how = there_and_back(np.full((2, 2), value, np.float32), stored)
    assert (found == np.float32(value)).all()
    assert (how.scale, how.min) == (1, value)


def test_half_precision() -> None:
    """float16 is the nearest half, with infinities, NaN, subnormals and signed zeros kept."""
    array = np.array([1 / 3, 65504, np.inf, -np.inf, np.nan, -0.0, 6e-8], np.float32)
    found, how = there_and_back(array, "float16")
    assert how == Quantization("float16", original_dtype="float32")
    assert found.tobytes() == array.astype(np.float16).astype(np.float32).tobytes()
    assert math.copysign(1, found[5]) == -1


def test_all_half_precision_patterns() -> None:
    """All 65,536 float16 patterns are decoded as Python's struct module decodes them."""
    data = b"".join(pattern.to_bytes(2, "little") for pattern in range(65536))
    found = decode(data, "float32", Quantization("float16"))
    wanted = np.array(struct.unpack("<65536e", data), np.float32)
    assert np.array_equal(found, wanted, equal_nan=True)


@pytest.mark.parametrize(
    ("codes", "low", "scale", "wanted"),
    [
        ([0, 1, 2, 3], -1.5, 1.0, [-1, 0, 1, 2]),
        ([0, 1, 2], 1.5, 1.0, [2, 3, 4]),
        ([0, 255], -2.5, 1.0, [-2, 253]),
        ([1, 3, 5], 0, 0.5, [1, 2, 3]),
        ([0], -0.5, 1.0, [0]),
        ([0], 0.49999999999999994, 1.0, [0]),
        ([0], -1e-20, 1.0, [0]),
        ([0], 2147483646.5, 1.0, [2147483647]),
    ],
)
def test_int32_rounds_halves_up(
    codes: list[int], low: float, scale: float, wanted: list[int]
) -> None:
    """int32 is rounded as Math.round does: -1.5 to -1, 2.5 to 3."""
    found = decode(bytes(codes), "int32", Quantization("uint8", low, scale))
    assert found.dtype == np.int32
    assert found.tolist() == wanted


def test_the_arithmetic_is_in_double_precision() -> None:
    """Scale and min are applied in double precision and rounded to float32 once."""
    low, scale = 0.1, 1 / 3
    found = decode(bytes(range(256)), "float32", Quantization("uint8", low, scale))
    assert found.tolist() == [float(np.float32(code * scale + low)) for code in range(256)]


@pytest.mark.parametrize("dtype", ["float32", "int32"])
@pytest.mark.parametrize(("low", "scale"), [(1e300, 1.0), (0.0, 1e308), (-1e300, -1e308)])
def test_hostile_ranges_do_not_warn(dtype: str, low: float, scale: float) -> None:
    """A min or scale beyond the target's range gives numbers without a RuntimeWarning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert decode(b"\0\xff", dtype, Quantization("uint8", low, scale)).shape == (2,)


def test_a_scalar_and_shapes_are_kept() -> None:
    """A scalar and a matrix keep their shapes, and are stored in fewer bytes."""
    arrays = {"s": np.array(2.5, np.float32), "m": np.arange(6, dtype=np.float32).reshape(2, 3)}
    encoded = encode_weights(arrays, quantization="uint16")
    assert [one.byte_length for one in encoded.specs] == [2, 12]
    found = decode_weights(b"".join(encoded.data), encoded.specs)
    assert {name: array.shape for name, array in found.items()} == {"s": (), "m": (2, 3)}
    np.testing.assert_allclose(found["m"], arrays["m"], atol=5 / 65535)


def test_byte_and_memory_order_make_no_difference() -> None:
    """A big-endian, transposed array is quantized like an equal array in the usual layout."""
    plain = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    odd = np.asfortranarray(plain.astype(">f4"))
    for stored in ("uint8", "uint16", "float16"):
        wanted = encode_weights({"w": plain}, quantization=stored)
        found = encode_weights({"w": odd}, quantization=stored)
        assert found.specs == wanted.specs
        assert b"".join(found.data) == b"".join(wanted.data)


def test_only_floats_and_ints_are_quantized() -> None:
    """bool, complex64 and text stay as they are; int32 is never stored in half precision."""
    arrays: dict[str, NDArray[Any]] = {
        "f": np.ones(2, np.float32),
        "i": np.ones(2, np.int32),
        "b": np.ones(2, bool),
        "c": np.ones(2, np.complex64),
        "t": np.array(["x"]),
    }
    for stored, quantized in (("uint8", {"f", "i"}), ("float16", {"f"})):
        specs = encode_weights(arrays, quantization=stored).specs
        assert {one.name for one in specs if one.quantization} == quantized


def test_a_cast_array_is_quantized_as_what_it_became() -> None:
    """With cast=True a float64 array is quantized as float32."""
    encoded = encode_weights({"w": np.array([1.0, 2.0])}, cast=True, quantization="uint8")
    how = encoded.specs[0].quantization
    assert encoded.specs[0].dtype == "float32"
    assert how is not None
    assert how.original_dtype == "float32"


@affine
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_values_that_are_not_finite_are_refused(stored: str, value: float) -> None:
    """Infinities and NaN cannot be quantized; the error names the tensor and says what to do."""
    with pytest.raises(WeightsError, match=r"'a/kernel'.*use float16 or no quantization"):
        encode_weights({"a/kernel": np.array([0, value], np.float32)}, quantization=stored)


def test_half_precision_of_ints_is_refused_by_quantize() -> None:
    """TensorFlow.js reads float16 as float32 only, so quantize refuses anything else."""
    with pytest.raises(WeightsError, match="float32 only, not for int32"):
        quantize(np.ones(1, np.int32), "float16")


# Which tensors

NAMES = ["a/kernel", "a/bias", "b/kernel", "b/bias"]


@pytest.mark.parametrize(
    ("rule", "chosen"),
    [
        (None, {}),
        ({}, {}),
        ("uint8", dict.fromkeys(NAMES, "uint8")),
        ({"uint8": "*/kernel"}, {"a/kernel": "uint8", "b/kernel": "uint8"}),
        ({"uint8": ["a/kernel", "b/b*"]}, {"a/kernel": "uint8", "b/bias": "uint8"}),
        ({"uint8": "[ab]/bias"}, {"a/bias": "uint8", "b/bias": "uint8"}),
        (
            {"uint8": "*/kernel", "float16": True},
            {"a/kernel": "uint8", "b/kernel": "uint8"} | {"a/bias": "float16", "b/bias": "float16"},
        ),
        (
            {"float16": True, "uint16": ("a/*",)},
            {"a/kernel": "uint16", "a/bias": "uint16"}
            | {"b/kernel": "float16", "b/bias": "float16"},
        ),
        (
            {"uint8": ["a/*", "*/kernel"]},
            {"a/kernel": "uint8", "a/bias": "uint8"} | {"b/kernel": "uint8"},
        ),
        ({"uint8": False, "uint16": []}, {}),
        ({"uint8": "A/*"}, {}),
        ({"uint8": "none*"}, {}),
    ],
    ids=range(12),
)
def test_rules(rule: Any, chosen: dict[str, str]) -> None:
    """A pattern selects names, case-sensitively; True selects all names without a pattern."""
    assert rule_for(NAMES, rule) == chosen
    assert rule_for(iter(NAMES), rule) == chosen


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("int8", "quantization to 'int8': use one of float16, uint8, uint16"),
        ("", "quantization to ''"),
        ({"float32": True}, "'float32'"),
        ({np.uint8: True}, "uint8"),
        ({"uint8": True, "float16": True}, "both uint8 and float16 are to take all other"),
        ({"uint8": "a/*", "uint16": "*/bias"}, "'a/bias' is to be both uint8 and uint16"),
        ({"uint8": None}, "None should be a name pattern"),
        ({"uint8": 3}, "3 should be a name pattern"),
        ({"uint8": [1]}, "should be a name pattern"),
        (["uint8"], "should be a stored dtype or a mapping"),
        (True, "should be a stored dtype or a mapping"),
        (np.uint8, "should be a stored dtype or a mapping"),
    ],
    ids=range(12),
)
def test_rules_that_are_none(rule: Any, text: str) -> None:
    """Unknown dtypes, conflicts, two catch-alls and invalid rules are explained in errors."""
    with pytest.raises(WeightsError) as caught:
        rule_for(NAMES, rule)
    assert text in str(caught.value)
    with pytest.raises(WeightsError):
        encode_weights(dict.fromkeys(NAMES, np.ones(1, np.float32)), quantization=rule)


def test_a_mixed_rule_gives_the_expected_bytes() -> None:
    """Each tensor is stored as its rule says, and its spec names the stored dtype."""
    arrays = dict.fromkeys(NAMES, np.arange(4, dtype=np.float32))
    rule = {"uint8": "a/kernel", "float16": "*/bias"}
    encoded = encode_weights(arrays, quantization=rule)
    assert [buffer.nbytes for buffer in encoded.data] == [4, 8, 16, 8]
    kinds = [one.quantization.dtype if one.quantization else None for one in encoded.specs]
    assert kinds == ["uint8", "float16", None, "float16"]


def test_values_beyond_half_precision_are_refused() -> None:
    """A weight of 70,000 would become infinite and is refused; infinity itself is kept."""
    with pytest.raises(WeightsError, match=r"'w'.*65,504"):
        encode_weights({"w": np.array([7e4], np.float32)}, quantization="float16")
    encode_weights({"w": np.array([np.inf, 65504], np.float32)}, quantization="float16")
