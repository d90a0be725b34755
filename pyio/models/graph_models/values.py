"""What flows through a graph: arrays of five dtypes, and handles of lists and tables.

TensorFlow.js has float32, int32, bool, string and complex64 at run time, and so has pyio. Wider
types become these, narrow integers are int32 that wraps (`narrowed`). Text is an object array of
`bytes`, because TensorFlow's text is bytes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from pyio import limits
from pyio.errors import InvalidModelError, ModelInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Array: TypeAlias = Any
"""A NumPy array; for NumPy's own stubs, its functions return Any."""

FLOAT = np.dtype(np.float32)
INT = np.dtype(np.int32)
BOOL = np.dtype(np.bool_)
TEXT = np.dtype(object)
COMPLEX = np.dtype(np.complex64)

TYPES = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    7: "string",
    8: "complex64",
    9: "int64",
    10: "bool",
    11: "qint8",
    12: "quint8",
    13: "qint32",
    14: "bfloat16",
    15: "qint16",
    16: "quint16",
    17: "uint16",
    18: "complex128",
    19: "float16",
    20: "resource",
    21: "variant",
    22: "uint32",
    23: "uint64",
}
"""Number -> type (tensorflow/core/framework/types.proto)."""

TYPE_NAMES = {
    "DT_FLOAT": "float32",
    "DT_DOUBLE": "float64",
    "DT_HALF": "float16",
} | {f"DT_{name.upper()}": name for name in TYPES.values()}
"""The names of types in JSON; those of three types differ from NumPy's."""

RUN_TIME = {
    "float32": FLOAT,
    "float64": FLOAT,
    "float16": FLOAT,
    "bfloat16": FLOAT,
    "bool": BOOL,
    "string": TEXT,
    "complex64": COMPLEX,
    "complex128": COMPLEX,
} | dict.fromkeys(("int32", "int64", "int16", "int8", "uint8", "uint16", "uint32", "uint64"), INT)
"""Type -> dtype of its arrays at run time. Resources and variants are no arrays."""

NARROW = frozenset({"int8", "uint8", "int16", "uint16"})
"""Types whose results wrap although their arrays are int32."""

_KNOWN = frozenset({FLOAT, INT, BOOL, TEXT, COMPLEX})


class TensorList(tuple[Any, ...]):
    """A list of TensorFlow 2: a tuple of arrays, with None for places that are not set."""

    __slots__ = ()


class TensorArray:
    """A list of TensorFlow 1, which its writers change."""

    __slots__ = ("dtype", "items", "shape")

    def __init__(self, size: int, dtype: np.dtype[Any], shape: tuple[int, ...] | None) -> None:
        self.items: list[Array | None] = [None] * size
        self.dtype = dtype
        self.shape = shape


class Table:
    """A hash table: key -> value. Keys are `bytes` or whole numbers."""

    __slots__ = ("items", "key_dtype", "value_dtype")

    def __init__(self, key_dtype: np.dtype[Any], value_dtype: np.dtype[Any]) -> None:
        self.items: dict[Any, Any] = {}
        self.key_dtype = key_dtype
        self.value_dtype = value_dtype


class Words:
    """Numbers of 64 bits, for which there is no array: the key of a random generator."""

    __slots__ = ("values",)

    def __init__(self, values: tuple[int, ...]) -> None:
        self.values = values


class Dead:
    """What a Switch does not pass on. All outputs of a node that did not run are dead."""

    __slots__ = ()

    def __getitem__(self, output: int) -> Dead:
        return self

    def __repr__(self) -> str:
        return "dead"


DEAD = Dead()

HANDLES = (TensorList, TensorArray, Table, Words, Dead)
"""What is no array."""


def settled(value: Any) -> Any:
    """Return a result of NumPy as an array of a run-time dtype; handles stay as they are."""
    if type(value) is np.ndarray and value.dtype in _KNOWN:
        return value
    if isinstance(value, HANDLES):
        return value
    array = np.asarray(value)
    if array.dtype.kind in "SU":
        return as_bytes(array)
    return array if array.dtype in _KNOWN else array.astype(_run_time(array.dtype))


def _run_time(dtype: np.dtype[Any]) -> np.dtype[Any]:
    found = {"f": FLOAT, "i": INT, "u": INT, "c": COMPLEX}.get(dtype.kind)
    if found is None:
        raise TypeError(f"an array of {dtype} cannot be computed with")
    return found


def as_bytes(array: Array) -> Array:
    """Return text of any kind as an object array of `bytes`, in UTF-8."""
    result = np.empty(array.shape, object)
    flat = result.reshape(-1)
    for index, each in enumerate(array.reshape(-1).tolist()):
        flat[index] = as_text(each)
    return result


def as_text(value: Any) -> bytes:
    """Return `value` as bytes; a text that was not UTF-8 gets its bytes back."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    raise TypeError(f"{value!r:.60} is no text")


def as_strings(array: Array) -> Array:
    """Return an array of `bytes` as pyio gives text everywhere: an object array of `str`."""
    result = np.empty(array.shape, object)
    flat = result.reshape(-1)
    for index, each in enumerate(array.reshape(-1).tolist()):
        flat[index] = as_text(each).decode("utf-8", "surrogateescape")
    return result


def text_array(items: Sequence[bytes], shape: tuple[int, ...] | None = None) -> Array:
    """Return texts as an array; `numpy.array` would make it of fixed width."""
    result = np.empty(len(items), object)
    result[:] = items
    return result if shape is None else result.reshape(shape)


def narrowed(array: Array, type_: str) -> Array:
    """Return int32 numbers as they would be in a narrow type, where they wrap."""
    if isinstance(array, np.ndarray) and array.dtype == INT:
        return array.astype(type_).astype(INT)
    return array


def wholes(array: Array) -> list[int]:
    """Return an array of whole numbers as a list, such as a shape or axes."""
    values = np.asarray(array)
    if values.dtype.kind not in "iub":
        raise TypeError(f"whole numbers are expected, got {values.dtype}")
    return [int(value) for value in values.reshape(-1).tolist()]


def whole(array: Array) -> int:
    """Return the only number of an array as a whole number."""
    (value,) = wholes(array)
    return value


def scalar(array: Array) -> Any:
    """Return the only element of an array: a number of its dtype, or bytes."""
    values = np.asarray(array).reshape(-1)
    if values.size != 1:
        raise ValueError(f"one value is expected, got an array of shape {list(np.shape(array))}")
    return values[0]


def shape_in(array: Array) -> tuple[int, ...]:
    """Return the shape that an array says, if a tensor of it may be made."""
    return sized(wholes(array))


def sized(shape: Iterable[int], itemsize: int = 4) -> tuple[int, ...]:
    """Return `shape` if a tensor of it may be made: it is bounded by ``limits.WEIGHT_BYTES``."""
    sides = tuple(shape)
    if any(side < 0 for side in sides):
        raise ValueError(f"the shape {list(sides)} has a negative side")
    if math.prod(sides) * itemsize > limits.WEIGHT_BYTES:
        raise ModelInputError(
            f"a tensor of the shape {list(sides)} would take {math.prod(sides) * itemsize:,} "
            f"bytes; the most is {limits.WEIGHT_BYTES:,} (pyio.limits.WEIGHT_BYTES)"
        )
    return sides


def broadcast_shape(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the common shape, if a tensor of it may be made."""
    return sized(np.broadcast_shapes(*shapes))


def type_of(value: Any, what: str) -> str:
    """Return a type in JSON, a name or a number, by its name. Raises InvalidModelError."""
    if isinstance(value, str):
        name = value.removesuffix("_REF")
        if name in TYPE_NAMES:
            return TYPE_NAMES[name]
        value = int(value) if value.isdecimal() and len(value) < 9 else value
    if isinstance(value, int) and not isinstance(value, bool):
        number = value - 100 if value > 100 else value  # a reference to a variable of TF 1
        if number in TYPES:
            return TYPES[number]
    raise InvalidModelError(f"{what} is the type {value!r:.80}, which TensorFlow does not have")
