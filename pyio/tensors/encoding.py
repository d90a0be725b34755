"""Tensors <-> bytes: ``encodeWeights`` and ``decodeWeights`` of TensorFlow.js, on NumPy arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from pyio import limits
from pyio.errors import UnsupportedDtypeError, WeightsError
from pyio.format.artifacts import (
    EXTENSION_ELEMENT_SIZES,
    TFJS_ELEMENT_SIZES,
    Conversion,
    ModelArtifacts,
    WeightSpec,
    checked_specs,
)
from pyio.format.layout import locate
from pyio.format.segments import SegmentedBuffer
from pyio.format.words import OneLine, size_text
from pyio.tensors.quantization import QuantizationRule, dequantize, quantize, rule_for
from pyio.tensors.strings import decode_strings, encode_strings, is_text
from pyio.tracebacks import short

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from typing_extensions import Buffer

Tensors: TypeAlias = "Mapping[str, ArrayLike] | Iterable[tuple[str, ArrayLike]]"
"""Named arrays: a dict, or pairs of name and array."""

_TFJS_DTYPES = {np.dtype(name).newbyteorder("<"): name for name in TFJS_ELEMENT_SIZES}
"""The dtypes whose bytes are written as they are. NumPy takes long to give a dtype's name."""

_QUANTIZABLE = (np.dtype(np.float32), np.dtype(np.int32))

_CASTS = {"f": "float32", "i": "int32", "u": "int32", "c": "complex64"}
"""What ``cast=True`` makes of each kind of NumPy dtype (``numpy.dtype.kind``)."""


@dataclass(frozen=True, slots=True, repr=False)
class EncodedWeights(OneLine):
    """The outcome of `encode_weights`.

    Attributes:
        specs: One WeightSpec per tensor.
        data: One buffer per tensor, in the same order. They are views of the arrays given wherever
            those are contiguous and little-endian already.
        conversions: What ``cast=True`` changed.
    """

    specs: tuple[WeightSpec, ...]
    data: tuple[memoryview, ...]
    conversions: tuple[Conversion, ...] = ()

    def __repr__(self) -> str:
        size = size_text(sum(buffer.nbytes for buffer in self.data))
        converted = f", {len(self.conversions)} converted" if self.conversions else ""
        return f"<EncodedWeights: {len(self.specs)} tensors, {size}{converted}>"


@short
def encode_weights(
    tensors: Tensors,
    group: str | None = None,
    *,
    quantization: QuantizationRule = None,
    cast: bool = False,
    extended: bool = False,
) -> EncodedWeights:
    """Return `tensors` in the binary format of TensorFlow.js.

    Args:
        tensors: A dict of arrays, or pairs of name and array. TensorFlow.js knows float32, int32,
            bool, complex64 and strings.
        group: "optimizer" for optimizer state.
        quantization: "uint8", "uint16" or "float16" for all float32 and int32 tensors, or a
            mapping such as ``{"uint8": "*/kernel", "float16": True}`` from stored dtype to name
            patterns, where ``True`` stands for all others. int32 is never stored as float16.
        cast: Convert other dtypes (float64, float16 -> float32; integers -> int32; complex128 ->
            complex64) and list it in ``conversions``. Integers beyond int32 are refused.
        extended: Keep other dtypes as they are, which TensorFlow.js then refuses to read.

    Raises:
        UnsupportedDtypeError: A dtype TensorFlow.js lacks; the message says the choices.
        WeightsError: A name given twice, or values that do not fit.
    """
    pairs = [(name, _array(name, value)) for name, value in _pairs(tensors)]
    refuse_duplicates([name for name, _ in pairs])
    conversions: list[Conversion] = []
    ready = [
        (name, _prepare(name, array, cast, extended, conversions), array) for name, array in pairs
    ]
    stored_as = {}
    if quantization is not None:
        candidates = [name for name, array, _ in ready if array.dtype in _QUANTIZABLE]
        stored_as = rule_for(candidates, quantization)
    specs: list[WeightSpec] = []
    data: list[memoryview] = []
    for name, array, original in ready:
        spec, buffer = _encode(name, array, original, group, stored_as.get(name))
        specs.append(spec)
        data.append(buffer)
    return EncodedWeights(tuple(specs), tuple(data), tuple(conversions))


@short
def decode_weights(
    data: Buffer | Iterable[Buffer], specs: Iterable[WeightSpec]
) -> dict[str, NDArray[Any]]:
    """Return the tensors that `specs` describe: name -> array, in order.

    Args:
        data: One buffer or several; a tensor may straddle them.
        specs: What the bytes mean.

    Arrays are views into `data` (read-only where it is) unless a tensor straddles buffers, is
    quantized or holds strings; strings come as object arrays of `str`.

    Raises:
        WeightsError: The specs and the data do not agree to the byte, or a name comes twice.
    """
    buffer = SegmentedBuffer(data)
    specs = list(checked_specs(specs))
    return _decoded(buffer, specs, locate(specs, buffer))


def decode_artifacts(artifacts: ModelArtifacts) -> dict[str, NDArray[Any]]:
    """Return the tensors of a model; as `decode_weights`.

    The layout of what was loaded has been checked, and is not checked again.
    """
    specs, data, ends = artifacts.weight_specs or (), artifacts.weight_data or (), artifacts.ends
    if ends is None:
        return decode_weights(data, specs)
    return _decoded(SegmentedBuffer(data), specs, zip(specs, (0, *ends), ends, strict=False))


def _decoded(
    buffer: SegmentedBuffer,
    specs: Sequence[WeightSpec],
    places: Iterable[tuple[WeightSpec, int, int]],
) -> dict[str, NDArray[Any]]:
    refuse_duplicates([spec.name for spec in specs])
    return {spec.name: decode_tensor(spec, buffer.slice(start, end)) for spec, start, end in places}


def decode_tensor(spec: WeightSpec, piece: memoryview) -> NDArray[Any]:
    """Return the tensor that the bytes in `piece` stand for. Raises WeightsError."""
    try:
        return _decode(spec, piece)
    except WeightsError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        raise WeightsError(
            f"weight {spec.name!r} with the shape {list(spec.shape)} and dtype {spec.dtype!r} "
            f"cannot be a NumPy array: {error}"
        ) from error


def refuse_duplicates(names: list[str]) -> None:
    """Raise WeightsError for a name that comes twice or is not a string."""
    seen: set[str] = set()
    for name in names:
        if not isinstance(name, str):
            raise WeightsError(f"the weight name {name!r} should be a string")
        if name in seen:
            raise WeightsError(f"two weights are called {name!r}; names must be unique")
        seen.add(name)


def _pairs(tensors: Tensors) -> Iterable[tuple[str, ArrayLike]]:
    pairs = tensors.items() if isinstance(tensors, Mapping) else tensors
    try:
        found = [(name, value) for name, value in pairs]
    except (TypeError, ValueError) as error:
        raise WeightsError(
            f"a dict of arrays, or pairs of name and array, is expected, got {tensors!r:.80}"
        ) from error
    return found


def _array(name: str, value: ArrayLike) -> NDArray[Any]:
    if isinstance(value, np.ma.MaskedArray):
        raise WeightsError(
            f"weight {name!r} is a masked array, whose mask would be lost; save "
            "array.filled(value), and array.mask under a name of its own"
        )
    try:
        return np.asarray(value)
    except ValueError as error:
        raise WeightsError(f"weight {name!r} is not an array: {error}") from error


def _prepare(
    name: str, array: NDArray[Any], cast: bool, extended: bool, conversions: list[Conversion]
) -> NDArray[Any]:
    """Return `array` with a dtype that can be written, or raise UnsupportedDtypeError."""
    if array.dtype in _TFJS_DTYPES:
        return array
    if not is_text(array):
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    dtype = array.dtype
    if dtype.name in TFJS_ELEMENT_SIZES or is_text(array):
        return array
    target = _CASTS.get(dtype.kind)
    if cast and target is not None:
        converted = _cast(name, array, target)
        exact = bool(np.array_equal(converted, array, equal_nan=dtype.kind in "fc"))
        conversions.append(Conversion(name, dtype.name, target, exact))
        return converted
    if extended and _extends(dtype):
        return array
    choice = (
        f"convert it with .astype({target!r}) or pass cast=True"
        if target
        else "save its parts as arrays of their own"
    )
    raise UnsupportedDtypeError(name, str(dtype), choice)


def _extends(dtype: np.dtype[Any]) -> bool:
    if dtype.kind in "fiuc":
        return dtype.name in EXTENSION_ELEMENT_SIZES
    # Kind V is raw bytes, and also what other libraries' own dtypes (bfloat16) pass for.
    raw = dtype.kind != "V" or dtype.type is np.void
    return dtype.kind in "SMmV" and raw and dtype.names is None and dtype.itemsize > 0


def _cast(name: str, array: NDArray[Any], target: str) -> NDArray[Any]:
    if target == "int32" and array.size:
        low, high = int(array.min()), int(array.max())
        limits = np.iinfo(np.int32)
        if low < limits.min or high > limits.max:
            raise WeightsError(
                f"weight {name!r} ({array.dtype}) has values from {low} to {high}, which int32 "
                f"cannot hold; convert it to float32 yourself if that is precise enough"
            )
    with np.errstate(over="ignore"):
        return array.astype(target)


def _encode(
    name: str, array: NDArray[Any], original: NDArray[Any], group: str | None, stored: str | None
) -> tuple[WeightSpec, memoryview]:
    known = _TFJS_DTYPES.get(array.dtype)
    if known is None and is_text(array):
        hint = original.dtype.str if original.dtype.kind == "U" else None
        spec = WeightSpec(name, array.shape, "string", group, numpy_dtype=hint)
        if hint is not None:
            _text_dtype(spec, array)  # or the array could not be read again
        return spec, memoryview(encode_strings(name, array))
    how = None
    dtype = known or (array.dtype.name if array.dtype.kind not in "SVMm" else array.dtype.str)
    if stored is not None and not (stored == "float16" and array.dtype == np.int32):
        try:
            array, how = quantize(array, stored)
        except WeightsError as error:
            raise WeightsError(f"weight {name!r}: {error}") from error
    spec = WeightSpec(name, array.shape, dtype, group, how)
    return spec, np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _decode(spec: WeightSpec, piece: memoryview) -> NDArray[Any]:
    if spec.dtype == "string":
        array = decode_strings(spec, piece)
        return array if spec.numpy_dtype is None else array.astype(_text_dtype(spec, array))
    stored = spec.dtype if spec.quantization is None else spec.quantization.dtype
    array = np.frombuffer(piece, np.dtype(stored).newbyteorder("<")).reshape(spec.shape)
    if spec.quantization is not None:
        return dequantize(array, spec.quantization, spec.dtype)
    return array


def _text_dtype(spec: WeightSpec, array: NDArray[Any]) -> np.dtype[Any]:
    assert spec.numpy_dtype is not None
    size = spec.numpy_dtype[2:]
    longest = max(map(len, array.flat), default=0)
    known = spec.numpy_dtype[:2] in ("<U", ">U", "=U") and size.isdecimal() and size.isascii()
    if not known or int(size) < longest:
        raise WeightsError(f"weight {spec.name!r} has the unknown numpyDtype {spec.numpy_dtype!r}")
    if spec.size * int(size) > max(limits.TEXT_CHARACTERS, limits.TEXT_RATIO * spec.size * longest):
        raise WeightsError(
            f"weight {spec.name!r} would take {4 * spec.size * int(size):,} bytes as "
            f"{spec.numpy_dtype!r}, while its longest text has {longest} characters; "
            f"astype('<U{longest}') makes it smaller"
        )
    return np.dtype(f"<U{size}")
