"""Reads a safetensors file: its header, then the bytes of the tensors that are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.converters.safetensors.header import WIDENED, Tensor, read_header
from pyio.errors import DamagedModelError, WeightsError
from pyio.format.artifacts import ModelArtifacts, WeightSpec
from pyio.tensors.choosing import matching

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pyio.converters.files import Files

_GAP = 64 * 1024
"""Unwanted bytes between two wanted tensors that are read too, because a request takes longer."""


async def artifacts(
    files: Files, *, names: Iterable[str] | None = None, **_options: Any
) -> ModelArtifacts:
    """Return the tensors of the first file as artifacts; its texts are the user's metadata.

    Args:
        files: The files.
        names: Which tensors, by name or pattern. Only their bytes are read.

    Raises DamagedModelError for a file that is not whole, UnsupportedModelError for dtypes that
    NumPy lacks.
    """
    name = files.names[0]
    header = await read_header(files, name)
    wanted = set(matching([tensor.name for tensor in header.tensors], names))
    tensors = [tensor for tensor in header.tensors if tensor.name in wanted]
    specs, data = await read_tensors(files, name, tensors)
    return ModelArtifacts(
        weight_specs=specs, weight_data=data, user_defined_metadata=header.metadata
    )


async def outline(files: Files, **_options: Any) -> ModelArtifacts:
    """Return what the header says, without the data."""
    header = await read_header(files, files.names[0])
    specs = tuple([tensor.spec for tensor in header.tensors])
    return ModelArtifacts(weight_specs=specs, user_defined_metadata=header.metadata)


async def read_tensors(
    files: Files, name: str, tensors: Sequence[Tensor]
) -> tuple[tuple[WeightSpec, ...], tuple[memoryview, ...]]:
    """Return the specs of `tensors` and a buffer for each. Neighbours are read together."""
    specs = tuple([tensor.spec for tensor in tensors])  # refuses before anything is read
    data: list[memoryview] = []
    for run in _runs(tensors):
        start, end = run[0].start, run[-1].end
        block = await files.read(name, start, end) if end > start else memoryview(b"")
        if len(block) != end - start:
            raise DamagedModelError(
                name, f"{len(block):,} bytes came of the {end - start:,} from byte {start:,} on"
            )
        data += [_values(each, block[each.start - start : each.end - start]) for each in run]
    return specs, tuple(data)


def _runs(tensors: Sequence[Tensor]) -> list[list[Tensor]]:
    runs: list[list[Tensor]] = []
    for tensor in tensors:
        if runs and tensor.start - runs[-1][-1].end <= _GAP:
            runs[-1].append(tensor)
        else:
            runs.append([tensor])
    return runs


def _values(tensor: Tensor, data: memoryview) -> memoryview:
    """Return the bytes of the tensor as the dtype of its spec: `data` itself for most."""
    if tensor.dtype == "BOOL":
        if np.frombuffer(data, np.uint8).max(initial=0) > 1:
            raise WeightsError(f"the tensor {tensor.name!r} is BOOL and has bytes other than 0, 1")
        return data
    if tensor.dtype not in WIDENED:
        return data
    return widened(tensor.dtype, data).view(np.uint8).data


def widened(dtype: str, data: memoryview) -> NDArray[Any]:
    """Return BF16, F8_E5M2 or F8_E4M3 as float32, little-endian.

    BF16 is the upper half of a float32, F8_E5M2 that of a float16. F8_E4M3 has a sign, 4 bits of
    exponent with the bias 7 and 3 of fraction, no infinity, and NaN where all seven are set (Open
    Compute Project, "OCP 8-bit Floating Point Specification").
    """
    if dtype == "BF16":
        upper = np.frombuffer(data, "<u2").astype("<u4")
        upper <<= 16
        return upper.view("<f4")
    codes = np.frombuffer(data, np.uint8)
    table = _e5m2() if dtype == "F8_E5M2" else _e4m3()
    return table[codes]


def _e5m2() -> NDArray[Any]:
    halves = (np.arange(256, dtype="<u2") << 8).view("<f2")
    return halves.astype("<f4")


def _e4m3() -> NDArray[Any]:
    code = np.arange(256)
    exponent, fraction = (code >> 3) & 15, code & 7
    small, large = fraction / 8 * 2.0**-6, (1 + fraction / 8) * 2.0 ** (exponent - 7)
    value = np.where(exponent == 0, small, large)
    value = np.where(code & 127 == 127, np.nan, value)
    return np.copysign(value, np.where(code >> 7, -1.0, 1.0)).astype("<f4")
