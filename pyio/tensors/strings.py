"""String tensors: per element a uint32 length in bytes, little-endian, and that much UTF-8."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import WeightsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pyio.format.artifacts import WeightSpec

_LENGTH = struct.Struct("<I")


def is_text(array: NDArray[Any]) -> bool:
    """Whether `array` becomes a string tensor: NumPy text (``U``, StringDType) or objects."""
    return array.dtype.kind in "UTO"


def encode_strings(name: str, array: NDArray[Any]) -> bytes:
    """Return the elements in row-major order. Raises WeightsError for one that is no text.

    ``bytes`` are written as they are; a ``str`` may carry undecodable bytes as
    ``surrogateescape`` does, so that what was read is written back unchanged.
    """
    parts: list[bytes] = []
    for element in array.reshape(-1):
        if isinstance(element, str):
            text = _utf8(name, element)
        elif isinstance(element, bytes):
            text = element
        else:
            raise WeightsError(
                f"weight {name!r} holds {element!r} of type {type(element).__name__}; "
                "an array of objects can be saved only if all of them are str or bytes"
            )
        parts += (_LENGTH.pack(len(text)), text)
    return b"".join(parts)


def _utf8(name: str, text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise WeightsError(
            f"weight {name!r} holds {text!r:.60}, a text with half a surrogate pair, which UTF-8 "
            "cannot say"
        ) from error


def decode_strings(spec: WeightSpec, piece: memoryview) -> NDArray[Any]:
    """Return the elements as an object array of `str`, of the shape that the spec gives."""
    elements = np.empty(spec.size, dtype=object)
    start = 0
    for index in range(spec.size):
        (length,) = _LENGTH.unpack_from(piece, start)
        start += 4 + length
        elements[index] = str(piece[start - length : start], "utf-8", "surrogateescape")
    return elements.reshape(spec.shape)
