"""Writes a safetensors file, byte for byte as the library does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pyio.converters.safetensors.header import LENGTH, METADATA, NUMPY
from pyio.errors import WeightsError
from pyio.tensors.encoding import decode_artifacts, encode_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pyio.format.artifacts import ModelArtifacts

ORDER = [
    "BOOL",
    "F4",
    "F6_E2M3",
    "F6_E3M2",
    "U8",
    "I8",
    "F8_E5M2",
    "F8_E4M3",
    "F8_E8M0",
    "F8_E4M3FNUZ",
    "F8_E5M2FNUZ",
    "I16",
    "U16",
    "F16",
    "BF16",
    "I32",
    "U32",
    "F32",
    "C64",
    "F64",
    "I64",
    "U64",
]
"""The library's writer puts tensors of a later dtype first (``safetensors/src/tensor.rs``)."""

_DTYPES = {name: dtype for dtype, name in NUMPY.items()}


def pieces(artifacts: ModelArtifacts) -> list[memoryview]:
    """Return the file of all tensors of `artifacts`, with the texts of the user's metadata.

    The bytes are those that the library's own writer gives: ``__metadata__`` first, tensors by
    dtype and then by name, the header padded with spaces to a multiple of 8.

    Raises WeightsError for dtypes that the format lacks, and for metadata other than texts.
    """
    metadata = artifacts.user_defined_metadata
    if metadata is not None and not (
        isinstance(metadata, dict) and all(isinstance(text, str) for text in metadata.values())
    ):
        raise WeightsError("a safetensors file holds texts by name as metadata, and nothing else")
    return written(decode_artifacts(artifacts), metadata)


def written(arrays: Mapping[str, NDArray[Any]], metadata: Any = None) -> list[memoryview]:
    """Return the file of `arrays`: the header, then one piece per array."""
    rank = {dtype: place for place, dtype in enumerate(ORDER)}
    dtypes = {name: _dtype(name, array) for name, array in arrays.items()}
    order = sorted(arrays, key=lambda name: (-rank[dtypes[name]], name))
    header: dict[str, Any] = {METADATA: metadata} if metadata else {}
    at = 0
    for name in order:
        array = arrays[name]
        end = at + array.nbytes
        header[name] = {"dtype": dtypes[name], "shape": array.shape, "data_offsets": [at, end]}
        at = end
    try:
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise WeightsError(f"a name or a text cannot be written as UTF-8: {error}") from error
    text += b" " * (-len(text) % 8)
    encoded = encode_weights([(name, arrays[name]) for name in order], extended=True)
    start = memoryview(LENGTH.pack(len(text)) + text)
    return [start, *encoded.data]


def _dtype(name: str, array: NDArray[Any]) -> str:
    if name == METADATA:
        raise WeightsError(f"an array cannot be called {METADATA} in a safetensors file")
    dtype = _DTYPES.get(array.dtype.name)
    if dtype is None:
        raise WeightsError(
            f"the array {name!r} is {array.dtype}; a safetensors file takes "
            f"{', '.join(_DTYPES)}. TensorFlow.js's format and .npz take others"
        )
    return dtype
