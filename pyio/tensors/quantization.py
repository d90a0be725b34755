"""Smaller weights: uint8 and uint16 by an affine map, and half precision.

The rule is the TensorFlow.js converter's (``tensorflowjs/quantization.py``): 2**bits - 1 steps
over the range of the tensor, moved so that zero stays exactly zero where the range covers it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from pyio.errors import WeightsError
from pyio.format.artifacts import Quantization
from pyio.kernel import library
from pyio.kernel.rows import address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from pyio.kernel.library import Kernel

QuantizationRule: TypeAlias = "str | Mapping[str, str | Sequence[str] | bool] | None"
"""A stored dtype for all tensors, or stored dtype -> name patterns (``True``: all others)."""

_MANY = 1 << 14
"""Fewer values are widened by NumPy, so that a small model does not open the kernel."""

_STORED = ("float16", "uint8", "uint16")


def quantize(array: NDArray[Any], stored: str) -> tuple[NDArray[Any], Quantization]:
    """Return a float32 or int32 array as `stored` ("uint8", "uint16", "float16") and the rule back.

    Raises WeightsError for an int32 array in half precision, which TensorFlow.js cannot read, and
    for values beyond half precision. Values that are not finite are refused for uint8 and uint16.
    """
    if stored == "float16":
        if array.dtype != np.float32:
            raise WeightsError(f"float16 can stand for float32 only, not for {array.dtype}")
        with np.errstate(over="ignore"):
            half = array.astype(np.float16)
        if bool(np.any(np.isinf(half) & np.isfinite(array))):
            raise WeightsError("float16 ends at 65,504, and some values are beyond that")
        return half, Quantization("float16", original_dtype="float32")
    low, high = _range(array)
    quantized, scale, minimum = _affine(array, low, high, np.dtype(stored))
    how = Quantization(stored, min=minimum, scale=scale, original_dtype=str(array.dtype))
    return quantized, how


def dequantize(stored: NDArray[Any], how: Quantization, dtype: str) -> NDArray[Any]:
    """Return the float32 or int32 values that `stored` stands for, as TensorFlow.js computes them.

    The arithmetic is in double precision; int32 rounds halves up, as ``Math.round`` does.
    """
    half = how.dtype == "float16"
    if not half and (how.scale is None or how.min is None):
        raise WeightsError(f"weights in {how.dtype} need a min and a scale, got {how}")
    if dtype == "float32" and stored.size >= _MANY and (kernel := library.kernel()) is not None:
        return _widened(stored, how, kernel)
    if half:
        return stored.astype(np.float32)
    assert how.scale is not None
    assert how.min is not None
    values = stored.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        values *= how.scale
        values += how.min
        if dtype == "int32":
            whole = np.floor(values)
            whole += values - whole >= 0.5  # floor(value + 0.5) is wrong just below a half
            return whole.astype(np.int32)
        return values.astype(np.float32)


def _widened(stored: NDArray[Any], how: Quantization, kernel: Kernel) -> NDArray[Any]:
    """Return the same values, three times faster than NumPy in Pyodide."""
    stored = np.ascontiguousarray(stored)
    values = np.empty(stored.shape, np.float32)
    places = address(stored), address(values)
    if how.dtype == "float16":
        kernel.widen_halves(*places, stored.size)
    else:
        kernel.widen_wholes(*places, stored.size, stored.itemsize, how.scale, how.min)
    return values


def rule_for(names: Iterable[str], rule: QuantizationRule) -> dict[str, str]:
    """Return which tensors `rule` stores how: name -> stored dtype, for those it covers.

    Raises WeightsError for an unknown stored dtype, a tensor that two patterns claim, and two
    rules for all others.
    """
    names = list(names)
    rule = _mapping(rule)
    catch_all = [stored for stored, patterns in rule.items() if patterns is True]
    if len(catch_all) > 1:
        raise WeightsError(f"both {' and '.join(catch_all)} are to take all other weights")
    chosen: dict[str, str] = {}
    for stored, patterns in rule.items():
        for name in _matching(names, patterns):
            if chosen.setdefault(name, stored) != stored:
                raise WeightsError(f"{name!r} is to be both {chosen[name]} and {stored}")
    for stored in catch_all:
        chosen |= {name: stored for name in names if name not in chosen}
    return chosen


def _mapping(rule: QuantizationRule) -> Mapping[str, str | Sequence[str] | bool]:
    if rule is None:
        return {}
    if isinstance(rule, str):
        rule = {rule: True}
    if not isinstance(rule, Mapping):
        raise WeightsError(f"the quantization {rule!r} should be a stored dtype or a mapping")
    for stored in rule:
        if stored not in _STORED:
            raise WeightsError(f"quantization to {stored!r}: use one of {', '.join(_STORED)}")
    return rule


def _matching(names: Iterable[str], patterns: str | Sequence[str] | bool) -> Iterator[str]:
    if isinstance(patterns, bool):
        return
    patterns = [patterns] if isinstance(patterns, str) else patterns
    if not isinstance(patterns, Sequence) or not all(isinstance(one, str) for one in patterns):
        raise WeightsError(f"{patterns!r} should be a name pattern, a list of them, or True")
    for name in names:
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            yield name


def _range(array: NDArray[Any]) -> tuple[float, float]:
    if array.size == 0:
        return 0.0, 0.0
    low, high = float(array.min()), float(array.max())
    if not np.isfinite(low) or not np.isfinite(high):
        raise WeightsError(
            "values that are infinite or not a number cannot be stored as uint8 or uint16; "
            "use float16 or no quantization"
        )
    return low, high


def _affine(
    array: NDArray[Any], low: float, high: float, stored: np.dtype[Any]
) -> tuple[NDArray[Any], float, float]:
    if low == high:
        return np.zeros(array.shape, stored), 1.0, low
    steps = np.iinfo(stored).max
    scale = (high - low) / steps
    if low <= 0 <= high:
        zero_point = np.round(-low / scale)
        low, high = -zero_point * scale, (steps - zero_point) * scale
    values = np.clip(array.astype(np.float64), low, high)
    values -= low
    values /= scale
    return np.round(values).astype(stored), float(scale), float(low)
