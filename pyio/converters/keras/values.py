"""Datasets of Keras -> arrays that a model here computes with, and what was changed in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pyio.converters.hdf5.datasets import Dataset

    Array = NDArray[Any]

_BFLOAT16 = "bfloat16"
_ATTENTIONS = ("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention")


def value_of(dataset: Dataset, notes: list[str]) -> Array:
    """Return the values of a dataset; 16-bit numbers are widened to float32.

    bfloat16 is the upper half of a float32; Keras stores it as opaque bytes with an attribute.
    """
    array = dataset.array()
    if dataset.type.kind == "V":
        if dataset.attributes.get("dtype") != _BFLOAT16 or dataset.type.size != 2:
            raise UnsupportedModelError(
                f"{dataset.path!r} has values of the kind "
                f"{dataset.attributes.get('dtype', 'opaque')!r}, which is not read"
            )
        _note(notes, "bfloat16 weights were widened to float32")
        words = np.frombuffer(array.tobytes(), "<u2").astype(np.uint32) << 16
        return words.view(np.float32).reshape(array.shape)
    if dataset.type.numpy == "<f2":
        _note(notes, "float16 weights were widened to float32")
        return array.astype(np.float32)
    # A product would copy an array at an odd address each time; once is less.
    return array if array.flags.aligned else array.copy()


def plain_arrays(
    class_name: str, name: str, arrays: Sequence[Array], notes: list[str]
) -> list[Array]:
    """Return the arrays of a layer as float32 where it was quantized.

    Keras stores kernels in int8 and the factors by which they were multiplied (keras 3.15
    ``quantizers.py``): value = stored / factor. Keras also quantizes inputs, so numbers differ.
    """
    stored = [array for array in arrays if array.dtype == np.int8]
    if class_name in _ATTENTIONS and any(array.ndim == 0 for array in arrays):
        raise UnsupportedModelError(
            f"the {class_name} {name!r} is quantized to float8, which is not read. Save the model "
            "before quantize()"
        )
    if not stored:
        return list(arrays)
    # An .h5 has what is trained first: the bias before the kernel.
    *others, scale = [array for array in arrays if array.dtype != np.int8] or [stored[0]]
    rows = class_name in ("Embedding", "ReversibleEmbedding")
    kernel = stored[0]
    fits = len(stored) == 1 and kernel.ndim == 2 and scale.dtype == np.float32 and scale.ndim == 1
    if not fits or scale.size != kernel.shape[0 if rows else 1] or not _may_be_int8(class_name):
        raise UnsupportedModelError(
            f"the {class_name} {name!r} is quantized in a way that is not read; int8 of Dense and "
            "Embedding is. Save the model before quantize()"
        )
    _note(notes, "int8 weights were made float32; Keras quantizes inputs too, so numbers differ")
    real = kernel / (scale[:, None] if rows else scale)
    return [real.astype(np.float32), *others]


def _may_be_int8(class_name: str) -> bool:
    return class_name in ("Dense", "Embedding", "ReversibleEmbedding")


def _note(notes: list[str], text: str) -> None:
    if text not in notes:
        notes.append(text)
