"""What is left of numbers that were quantized and read again (``quantize_and_dequantize_op.h``)."""

from __future__ import annotations

from typing import Any

import numpy as np

from pyio.models.graph_models.attributes import flag, kind, number, text, whole
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import FLOAT, INT, Array, scalar
from pyio.models.graph_models.values import whole as whole_in

_ATTRIBUTES: dict[str, Any] = {
    "signed": flag(True, "signed_input"),
    "ranged": flag(False, "range_given"),
    "narrow": flag(False, "narrow_range"),
    "axis": whole(-1),
}
_ROUNDED: dict[str, Any] = {
    **_ATTRIBUTES,
    "bits": whole(8, "num_bits"),
    "mode": text("HALF_TO_EVEN", "round_mode"),
}


@op("QuantizeAndDequantizeV2", "QuantizeAndDequantizeV4", **_ROUNDED)
def quantize_and_dequantize(
    x: Array,
    low: Array,
    high: Array,
    *,
    signed: bool,
    ranged: bool,
    narrow: bool,
    axis: int,
    bits: int,
    mode: str,
) -> Array:
    """What `bits` leave of each number; without a given range, that of the input is taken."""
    if axis != -1:
        raise ValueError("a range for each place along an axis is not supported")
    if not 1 <= bits <= 62:
        raise ValueError(f"num_bits is {bits}")
    first = -(2 ** (bits - 1)) + int(narrow) if signed else 0
    last = 2 ** (bits - 1) - 1 if signed else 2**bits - 1
    ends = (scalar(low), scalar(high)) if ranged else (x.min(), x.max())
    scale, least, most = _grid(np.float32(ends[0]), np.float32(ends[1]), first, last)
    inside = np.clip(x, least, most) if ranged else x
    scaled = inside * scale
    steps = np.rint(scaled) if mode == "HALF_TO_EVEN" else np.floor(scaled + np.float32(0.5))
    return (steps / scale).astype(FLOAT)


_STORED = {"qint8": "int8", "quint8": "uint8", "qint16": "int16", "quint16": "uint16"}


def _ends(type_: str, mode: str) -> tuple[int, int]:
    if type_ not in _STORED or mode != "MIN_COMBINED":
        raise ValueError(f"{type_} in the mode {mode}; 8 and 16 bits in MIN_COMBINED are supported")
    bounds = np.iinfo(_STORED[type_])
    return bounds.min, bounds.max


@op(
    "QuantizeV2",
    type_=kind("quint8", "T"),
    mode=text("MIN_COMBINED"),
    least=number(0.01, "ensure_minimum_range"),
)
def quantize(
    x: Array, low: Array, high: Array, *, type_: str, mode: str, least: float
) -> tuple[Array, Array, Array]:
    """Numbers as whole ones from `low` to `high`, and the range used (``quantize_op.cc``)."""
    first, last = _ends(type_, mode)
    given = np.float32(scalar(low)), np.float32(scalar(high))
    start = min(np.float32(0), given[0])
    spread = np.float32(max(1.0, *(abs(float(each)) for each in given)) * least)
    end = max(np.float32(0), given[1], start + spread)
    scaled = (np.clip(x, start, end) - start) * (np.float32(last - first) / (end - start))
    steps = np.floor(scaled + np.float32(0.5)) + first
    return np.clip(steps, first, last).astype(INT), np.array(start, FLOAT), np.array(end, FLOAT)


@op("Dequantize", type_=kind("quint8", "T"), mode=text("MIN_COMBINED"))
def dequantize(x: Array, low: Array, high: Array, *, type_: str, mode: str) -> Array:
    """The numbers for which whole ones stand."""
    first, last = _ends(type_, mode)
    start, end = np.float32(scalar(low)), np.float32(scalar(high))
    return (x - first).astype(FLOAT) * ((end - start) / np.float32(last - first)) + start


def _grid(
    low: np.float32, high: np.float32, first: int, last: int
) -> tuple[np.float32, np.float32, np.float32]:
    """Return how many steps there are in 1, and the range that they reach."""
    scales = [
        np.float32(end) / edge
        for edge, end in ((low, first), (high, last))
        if float(end) * float(edge) > 0
    ]
    scale = min(scales, default=np.float32(np.finfo(np.float32).max))
    return scale, np.float32(first) / scale, np.float32(last) / scale


@op("QuantizeAndDequantizeV3", **_ATTRIBUTES)
def quantize_and_dequantize_v3(
    x: Array,
    low: Array,
    high: Array,
    bits: Array,
    *,
    signed: bool,
    ranged: bool,
    narrow: bool,
    axis: int,
) -> Array:
    """The same with the number of bits as an input."""
    return quantize_and_dequantize(
        x,
        low,
        high,
        signed=signed,
        ranged=ranged,
        narrow=narrow,
        axis=axis,
        bits=whole_in(bits),
        mode="HALF_TO_EVEN",
    )
