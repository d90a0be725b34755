"""The constants of a graph model as weight specs and bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.format.artifacts import WeightSpec
from pyio.tensors.encoding import encode_weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pyio.tensors.quantization import QuantizationRule


def encoded(
    constants: dict[str, NDArray[Any]], quantization: QuantizationRule
) -> tuple[tuple[WeightSpec, ...], tuple[memoryview, ...]]:
    """Return specs and data of the constants, in order.

    Only lists of floats are quantized: a shape or an axis that is off by one is another model.
    """
    chosen = {
        name: value
        for name, value in constants.items()
        if quantization is not None and value.dtype == np.float32 and value.size > 1
    }
    plain = encode_weights({name: v for name, v in constants.items() if name not in chosen})
    smaller = encode_weights(chosen, quantization=quantization)
    pairs = {
        spec.name: (spec, buffer)
        for each in (plain, smaller)
        for spec, buffer in zip(each.specs, each.data, strict=True)
    }
    ordered = [pairs[name] for name in constants]
    return tuple(spec for spec, _ in ordered), tuple(buffer for _, buffer in ordered)


def specified(constants: dict[str, NDArray[Any]]) -> Iterator[WeightSpec]:
    """Yield the specs alone, of constants at run time."""
    for name, value in constants.items():
        dtype = "string" if value.dtype == object else value.dtype.name
        yield WeightSpec(name, value.shape, dtype)
