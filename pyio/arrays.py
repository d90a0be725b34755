"""NumPy arrays without a model: save_arrays and load_arrays."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pyio.artifacts import TFJS_ELEMENT_SIZES, ModelArtifacts, SaveResult
from pyio.errors import CompatibilityWarning
from pyio.transfer import load_artifacts, save_artifacts
from pyio.weights.encoding import Tensors, decode_weights, encode_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pyio.handlers.contract import LoadHandler, SaveHandler
    from pyio.weights.quantization import QuantizationRule


async def save_arrays(
    arrays: Tensors,
    target: str | SaveHandler,
    *,
    cast: bool = False,
    quantization: QuantizationRule = None,
    **options: Any,
) -> SaveResult:
    """Save named NumPy arrays of any shape and dtype, all of them or nothing.

    float32, int32, bool, complex64 and text are what TensorFlow.js reads. Other dtypes keep their
    values by an extension of the format: the spec's dtype is NumPy's own name ("float64", "int64",
    "<M8[ns]"), the bytes are little-endian in row-major order. TensorFlow.js refuses to read such
    an array, and a CompatibilityWarning says so.

    Args:
        arrays: A dict of arrays, or pairs of name and array.
        target: An address such as "indexeddb://my-arrays", or a handler.
        cast: Convert dtypes that TensorFlow.js lacks instead, and list it in ``conversions``.
        quantization: As in `pyio.encode_weights`.
        options: What the medium takes besides.

    Raises:
        UnsupportedDtypeError: Structured arrays and arrays of objects other than text.
        PyioError: Whatever `pyio.save_artifacts` raises.
    """
    encoded = encode_weights(arrays, cast=cast, quantization=quantization, extended=True)
    foreign = [
        f"{spec.name!r} ({spec.dtype})"
        for spec in encoded.specs
        if spec.dtype not in TFJS_ELEMENT_SIZES and spec.dtype != "string"
    ]
    if foreign:
        warnings.warn(
            f"TensorFlow.js will not read {', '.join(foreign)}; pass cast=True to save what it can",
            CompatibilityWarning,
            stacklevel=2,
        )
    artifacts = ModelArtifacts(weight_specs=encoded.specs, weight_data=encoded.data)
    result = await save_artifacts(artifacts, target, **options)
    if not isinstance(result, SaveResult):  # a handler of the caller's may return anything
        return result
    return replace(result, conversions=encoded.conversions)


async def load_arrays(source: str | LoadHandler, **options: Any) -> dict[str, NDArray[Any]]:
    """Load the arrays stored at `source`: name -> array, in the order in which they were saved.

    The weights of a whole model can be loaded like this too. Arrays are views into one buffer, as
    `pyio.decode_weights` gives them. Raises whatever `pyio.load_artifacts` raises.
    """
    artifacts = await load_artifacts(source, **options)
    return decode_weights(artifacts.weight_data or (), artifacts.weight_specs or ())
