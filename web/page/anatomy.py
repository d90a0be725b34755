"""What is in a model: its kind, its tensors, and how its weights are spread. No browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    import pyio

BINS = 32
SAMPLED = 200_000
"""Elements of a tensor that its histogram counts, evenly spread; of fewer, all."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often the values of a tensor lie where.

    Attributes:
        counts: For each of `BINS` equal steps from `low` to `high`, how many values there are.
        low: The least finite value.
        high: The greatest finite value.
        mean: Their mean.
        deviation: Their standard deviation.
        odd: How many values are infinite or not a number.
    """

    counts: tuple[int, ...]
    low: float
    high: float
    mean: float
    deviation: float
    odd: int

    @property
    def words(self) -> str:
        """The numbers in words, for those who do not see the picture."""
        said = f"{self.low:.3g} to {self.high:.3g}, mean {self.mean:.3g} ± {self.deviation:.3g}"
        return f"{said}, {self.odd:,} not finite" if self.odd else said


def histogram(values: NDArray[Any]) -> Histogram | None:
    """Return the histogram of a tensor, or None where it has no numbers."""
    if values.dtype.kind not in "fiub" or values.size == 0:
        return None
    flat = values.reshape(-1)
    sample = flat[:: max(1, flat.size // SAMPLED)].astype(np.float64)
    finite = sample[np.isfinite(sample)]
    odd = int(sample.size - finite.size)
    if finite.size == 0:
        return Histogram((0,) * BINS, 0.0, 0.0, 0.0, 0.0, odd)
    low, high = float(finite.min()), float(finite.max())
    edges = (low, high) if high > low else (low - 0.5, high + 0.5)
    counts, _ = np.histogram(finite, BINS, edges)
    spread = float(finite.mean()), float(finite.std())
    return Histogram(tuple(map(int, counts)), low, high, *spread, odd)


def kind_of(found: pyio.Inspection) -> str:
    """Return what a model is, in words."""
    if found.ops:
        return "a graph of ops (TensorFlow)"
    if found.layers:
        return "a model of layers"
    return "arrays alone, without a model"


def made_by(found: pyio.Inspection) -> str:
    """Return which programs made it, as far as it says so."""
    made = found.generated_by
    if made and made[0].isdigit():  # the converter of TensorFlow.js writes a number alone
        made = f"TensorFlow {made}"
    names = [name for name in (made, found.converted_by) if name]
    return ", then ".join(names) if names else "not stated"


def ends_of(model: Any) -> str:
    """Return the shapes of inputs and outputs, such as "28 × 28 × 1 → 10"."""
    sides = [" and ".join(_shape(each.shape) for each in part) for part in _parts(model)]
    return " → ".join(sides)


def _parts(model: Any) -> tuple[Any, Any]:
    return model.inputs[:4], model.outputs[:4]


def _shape(shape: tuple[int | None, ...] | None) -> str:
    if shape is None:
        return "any shape"
    sides = [("any" if side is None else f"{side:,}") for side in shape[1:]]
    return " × ".join(sides) or "one number"
