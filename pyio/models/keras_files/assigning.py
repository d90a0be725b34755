"""Arrays of a file -> the weights of a layer, in their order."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyio.errors import InvalidModelError, WeightsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pyio.models.core.weight import Weight

SEEDS = ("seed_generator", "seed_generator_state")
"""States of random layers, which are no weights here."""


@dataclass(slots=True)
class Placed:
    """Arrays that no weight of the model took, by name: those of layers that are not known."""

    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


def assign(weights: Sequence[Weight], arrays: Sequence[NDArray[Any]], what: str) -> None:
    """Assign arrays to weights in order. Raises InvalidModelError for what does not fit."""
    if len(weights) != len(arrays):
        raise InvalidModelError(
            f"the file has {len(arrays)} weights for {what}, which takes {len(weights)}"
        )
    for weight, array in zip(weights, arrays, strict=True):
        fitting = array
        if weight.shape != array.shape and _alike(weight.shape, array.shape):
            fitting = array.reshape(weight.shape)
        if weight.shape != fitting.shape:
            raise InvalidModelError(
                f"the weight {weight.name!r} of {what} has the shape {list(weight.shape)}; the "
                f"file has {list(array.shape)}"
            )
        try:
            weight.assign(fitting)
        except WeightsError as error:
            raise InvalidModelError(str(error)) from error


def _alike(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two shapes differ by sides of 1 only."""
    return [n for n in one if n != 1] == [n for n in other if n != 1] and math.prod(one) > 0
