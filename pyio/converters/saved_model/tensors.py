"""Types of TensorFlow, and the values of a TensorProto as arrays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio import limits
from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pyio.converters.saved_model.protobuf import Message

FLOAT, DOUBLE, INT32, STRING, INT64, BOOL, BFLOAT16, HALF = 1, 2, 3, 7, 9, 10, 14, 19
RESOURCE, VARIANT = 20, 21
_COMPLEX = (8, 18)

TYPE_NAMES = {
    1: "DT_FLOAT",
    2: "DT_DOUBLE",
    3: "DT_INT32",
    4: "DT_UINT8",
    5: "DT_INT16",
    6: "DT_INT8",
    7: "DT_STRING",
    8: "DT_COMPLEX64",
    9: "DT_INT64",
    10: "DT_BOOL",
    11: "DT_QINT8",
    12: "DT_QUINT8",
    13: "DT_QINT32",
    14: "DT_BFLOAT16",
    15: "DT_QINT16",
    16: "DT_QUINT16",
    17: "DT_UINT16",
    18: "DT_COMPLEX128",
    19: "DT_HALF",
    20: "DT_RESOURCE",
    21: "DT_VARIANT",
    22: "DT_UINT32",
    23: "DT_UINT64",
}
"""Numbers of ``DataType`` (``types.proto``). Those above 100 are references to the same types."""

STORED = {
    1: "<f4",
    2: "<f8",
    3: "<i4",
    4: "u1",
    5: "<i2",
    6: "i1",
    8: "<c8",
    9: "<i8",
    10: "?",
    14: "<u2",
    17: "<u2",
    18: "<c16",
    19: "<f2",
    22: "<u4",
    23: "<u8",
}
"""Type -> how its elements lie in memory. bfloat16 is the upper half of a float32."""

_VALUES = {
    1: "float_val",
    2: "double_val",
    8: "scomplex_val",
    9: "int64_val",
    10: "bool_val",
    14: "half_val",
    18: "dcomplex_val",
    19: "half_val",
    22: "uint32_val",
    23: "uint64_val",
}
"""Type -> the field of a TensorProto that has its values; all others are in ``int_val``."""


def type_name(number: int) -> str:
    """Return ``DT_FLOAT`` and so on. Raises InvalidModelError for an unknown type."""
    try:
        return TYPE_NAMES[number % 100]
    except KeyError:
        raise InvalidModelError(f"the type {number} is not one of TensorFlow's") from None


def shape_of(message: Message, what: str) -> tuple[int, ...]:
    """Return a shape whose sides are all known. Raises InvalidModelError."""
    sides = tuple(dim.get("size", 0) for dim in message.get("dim", ()))
    if (
        message.get("unknown_rank")
        or len(sides) > limits.SIDES
        or any(not 0 <= side <= limits.SIDE for side in sides)
    ):
        raise InvalidModelError(f"{what} has no possible shape: {sides!r:.80}")
    return sides


def elements_from(data: memoryview, dtype: int, shape: tuple[int, ...], what: str) -> NDArray[Any]:
    """Return stored numbers as an array, a view of `data`. Raises InvalidModelError."""
    if dtype not in STORED:
        raise InvalidModelError(f"{what} has the type {type_name(dtype)}, which holds no numbers")
    kind = np.dtype(STORED[dtype])
    if len(data) != math.prod(shape) * kind.itemsize:
        raise InvalidModelError(
            f"{what} of the shape {list(shape)} takes {math.prod(shape) * kind.itemsize:,} bytes, "
            f"and {len(data):,} are there"
        )
    array = np.frombuffer(data, kind)
    return (_widened(array) if dtype == BFLOAT16 else array).reshape(shape)


def zero_of(dtype: int, what: str) -> NDArray[Any]:
    """Return a zero that stands for numbers of a type. Raises InvalidModelError."""
    if dtype not in STORED:
        raise InvalidModelError(f"{what} has the type {type_name(dtype)}, which holds no numbers")
    return at_run_time(np.zeros((), np.float32 if dtype == BFLOAT16 else STORED[dtype]))


def tensor_value(message: Message, what: str) -> NDArray[Any]:
    """Return the value of a TensorProto; texts are an object array of bytes.

    Without ``tensor_content`` fewer values may be given than the shape needs. The last one then
    stands for the rest, and no values mean zeros (``tensor.proto``).
    """
    dtype = message.get("dtype", 0)
    shape = shape_of(message.get("shape", {}), what)
    if dtype == STRING:
        return _texts(message["string_val"], shape, what)
    content = message.get("content", b"")
    if len(content):
        return elements_from(content, dtype, shape, what)
    if dtype not in STORED:
        raise InvalidModelError(f"{what} is a constant of the type {type_name(dtype)}")
    values = _listed(message, dtype, what)
    if len(values) > max(math.prod(shape), 1):
        raise InvalidModelError(f"{what} has {len(values):,} values for the shape {list(shape)}")
    filled = _filled(values, math.prod(shape), what)
    return (_widened(filled) if dtype == BFLOAT16 else filled).reshape(shape)


def _listed(message: Message, dtype: int, what: str) -> NDArray[Any]:
    values = message[_VALUES.get(dtype, "int_val")]
    try:
        if dtype in (HALF, BFLOAT16):  # patterns of 16 bits
            return np.array(values, np.uint16).view(STORED[dtype])
        if dtype in _COMPLEX:
            pairs = np.array(values, np.float64).reshape(-1, 2)
            return (pairs[:, 0] + 1j * pairs[:, 1]).astype(STORED[dtype])
        if dtype == 23:  # written as two's complement
            values = [value % (1 << 64) for value in values]
        return np.array(values, STORED[dtype])
    except (OverflowError, ValueError) as error:
        raise InvalidModelError(f"{what} has values beyond {type_name(dtype)}: {error}") from error


def _filled(values: NDArray[Any], size: int, what: str) -> NDArray[Any]:
    if len(values) >= size:
        return values[:size]
    require_modest(size * values.itemsize, what)
    filled = np.zeros(size, values.dtype)
    filled[: len(values)] = values
    if len(values):
        filled[len(values) :] = values[-1]
    return filled


def require_modest(size: int, what: str) -> None:
    """Raise InvalidModelError for an array whose size a file claims and does not hold."""
    if size > limits.FILL_BYTES:
        raise InvalidModelError(
            f"{what} would take {size:,} bytes that are not in the file; at most "
            f"{limits.FILL_BYTES:,} are made (pyio.limits.FILL_BYTES)"
        )


def _texts(values: list[memoryview], shape: tuple[int, ...], what: str) -> NDArray[Any]:
    size = math.prod(shape)
    if len(values) > max(size, 1):
        raise InvalidModelError(f"{what} has {len(values):,} texts for the shape {list(shape)}")
    require_modest(8 * size, what)
    array = np.empty(size, object)
    array[:] = bytes(values[-1]) if values else b""
    for index, value in enumerate(values[:size]):
        array[index] = bytes(value)
    return array.reshape(shape)


def _widened(patterns: NDArray[Any]) -> NDArray[Any]:
    return (patterns.astype(np.uint32) << np.uint32(16)).view(np.float32)


def at_run_time(value: NDArray[Any]) -> NDArray[Any]:
    """Return a constant in one of the five types that TensorFlow.js has.

    Whole numbers beyond int32 are clamped: an open end of 2**63 - 1 in a slice must not become -1.
    """
    value = np.asarray(value)
    kind = value.dtype.kind
    if kind in "iu" and value.dtype != np.int32:
        limit = np.iinfo(np.int32)
        if value.itemsize > 4 or value.dtype == np.uint32:
            value = np.clip(value, *_ends(value.dtype, limit))
        return value.astype(np.int32)
    if kind == "f":
        with np.errstate(over="ignore"):
            return value.astype(np.float32, copy=False)
    if kind == "c":
        with np.errstate(over="ignore"):
            return value.astype(np.complex64, copy=False)
    return value


def _ends(dtype: np.dtype[Any], limit: np.iinfo[Any]) -> tuple[int, int]:
    return (0 if dtype.kind == "u" else int(limit.min)), int(limit.max)


def stored_type(value: NDArray[Any]) -> int:
    """Return the number of the type of a constant that `at_run_time` returned."""
    return {"float32": FLOAT, "int32": INT32, "bool": BOOL, "complex64": 8}.get(
        value.dtype.name, STRING
    )
