"""The header of a safetensors file: what it says, and whether it accounts for every byte."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyio import limits
from pyio.errors import DamagedModelError, InvalidModelError, UnsupportedModelError, WeightsError
from pyio.format.artifacts import WeightSpec
from pyio.format.json_text import loads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyio.converters.files import Files
    from pyio.format.json_text import JSONValue

LENGTH = struct.Struct("<Q")
METADATA = "__metadata__"
_MEMBERS = {"dtype", "shape", "data_offsets"}

FIRST = 128 * 1024
"""Bytes that are read at first: they hold the header of most files."""

_BITS: Mapping[str, int] = {
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "C64": 64,
    "F64": 64,
    "I64": 64,
    "U64": 64,
}
"""Bits of an element of each dtype of the format."""

NUMPY: Mapping[str, str] = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "I16": "int16",
    "U16": "uint16",
    "F16": "float16",
    "I32": "int32",
    "U32": "uint32",
    "F32": "float32",
    "C64": "complex64",
    "F64": "float64",
    "I64": "int64",
    "U64": "uint64",
}
"""The dtypes that NumPy has. Their tensors are views of the file."""

WIDENED = ("BF16", "F8_E5M2", "F8_E4M3")
"""The dtypes that become float32, which holds each of their values exactly."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor lies in its file, and what it is."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int

    @property
    def spec(self) -> WeightSpec:
        """What the tensor is once it is read.

        Raises UnsupportedModelError for a dtype that is not in `NUMPY` or `WIDENED`.
        """
        if self.dtype not in NUMPY and self.dtype not in WIDENED:
            raise UnsupportedModelError(
                f"the tensor {self.name!r} is {self.dtype}, which NumPy has no numbers for; save "
                f"it as BF16 or F32. Those that are read: {', '.join((*NUMPY, *WIDENED))}"
            )
        return WeightSpec(self.name, self.shape, NUMPY.get(self.dtype, "float32"))


@dataclass(frozen=True, slots=True)
class Header:
    """What the header of a file says: the tensors in the order of their data, and the texts."""

    tensors: tuple[Tensor, ...]
    metadata: dict[str, str] | None


def header_length(first: memoryview, size: int, name: str) -> int:
    """Return where the data of a file of `size` bytes begin. Raises DamagedModelError."""
    if len(first) < LENGTH.size:
        raise DamagedModelError(name, f"it has {size} bytes, and a safetensors file has 8 or more")
    (length,) = LENGTH.unpack_from(first)
    if length > limits.SAFETENSORS_HEADER:
        raise DamagedModelError(
            name,
            f"its header would have {length:,} bytes; at most {limits.SAFETENSORS_HEADER:,} are "
            "read (pyio.limits.SAFETENSORS_HEADER)",
        )
    if LENGTH.size + length > size:
        raise DamagedModelError(
            name, f"its header would end at byte {LENGTH.size + length:,} of {size:,}"
        )
    return int(LENGTH.size + length)


def parse_header(text: bytes, size: int, name: str) -> Header:
    """Return what the header `text` says of a file of `size` bytes.

    Raises DamagedModelError, which names the file, unless the tensors fill it without holes and
    overlaps.
    """
    try:
        if not text.startswith(b"{"):
            raise WeightsError(f"its header begins with {text[:20]!r} instead of {{")
        members = loads(text.decode("utf-8"), "its header", unique=True)
        assert isinstance(members, dict)  # the text begins with {
        metadata = _metadata(members.pop(METADATA, None))
        if len(members) > limits.TENSORS:
            raise WeightsError(
                f"it has {len(members):,} tensors; at most {limits.TENSORS:,} are read "
                "(pyio.limits.TENSORS)"
            )
        start = LENGTH.size + len(text)
        tensors = [_tensor(each, about, start) for each, about in members.items()]
        tensors.sort(key=lambda tensor: (tensor.start, tensor.end))
        _require_whole(tensors, start, size)
    except (InvalidModelError, UnicodeDecodeError) as error:
        raise DamagedModelError(name, str(error)) from error
    return Header(tuple(tensors), metadata)


def _metadata(value: JSONValue) -> dict[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise WeightsError(f"its {METADATA} is {value!r:.80}; expected texts by name")
    return {key: str(text) for key, text in value.items()}


def _tensor(name: str, about: JSONValue, data: int) -> Tensor:
    if not isinstance(about, dict) or about.keys() != _MEMBERS:
        raise WeightsError(f"the tensor {name!r} is {about!r:.80}; expected {sorted(_MEMBERS)}")
    dtype, shape, offsets = about["dtype"], about["shape"], about["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _BITS:
        raise WeightsError(
            f"the tensor {name!r} has the dtype {dtype!r:.40}; the format has {', '.join(_BITS)}"
        )
    if not _are_whole(shape) or len(shape) > limits.SIDES:
        raise WeightsError(f"the tensor {name!r} has the shape {shape!r:.80}")
    if not _are_whole(offsets) or len(offsets) != 2:
        raise WeightsError(f"the tensor {name!r} has the data_offsets {offsets!r:.80}")
    begin, end = offsets
    bits = math.prod(shape) * _BITS[dtype]
    if bits != 8 * (end - begin):
        raise WeightsError(
            f"the tensor {name!r} with the shape {shape} and dtype {dtype} takes "
            f"{bits / 8:,.1f} bytes, and its data_offsets give it {end - begin:,}"
        )
    return Tensor(name, dtype, tuple(shape), data + begin, data + end)


def _are_whole(value: Any) -> bool:
    return isinstance(value, list) and all(
        type(item) is int and 0 <= item <= limits.SIDE for item in value
    )


def _require_whole(tensors: Sequence[Tensor], start: int, size: int) -> None:
    before = "the header"
    for tensor in tensors:
        if tensor.start != start:
            what = "overlap" if tensor.start < start else "leave a hole"
            raise WeightsError(
                f"{before} and the tensor {tensor.name!r} {what}: one ends at byte {start:,}, the "
                f"other begins at {tensor.start:,}"
            )
        before, start = f"the tensor {tensor.name!r}", tensor.end
    if start != size:
        what = "ends early" if start > size else "has bytes behind its tensors"
        raise WeightsError(f"it {what}: they end at byte {start:,}, the file at {size:,}")


async def read_header(files: Files, name: str) -> Header:
    """Return the header of the file `name`; nothing else of it is read."""
    size = files.size(name)
    first = await files.read(name, 0, min(size, FIRST))
    end = header_length(first, size, name)
    text = first[LENGTH.size : end]
    if end > len(first):
        text = await files.read(name, LENGTH.size, end)
    if len(text) != end - LENGTH.size:
        raise DamagedModelError(name, f"it ends inside of its header of {end:,} bytes")
    return parse_header(bytes(text), size, name)
