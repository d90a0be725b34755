"""Windows that move over images and volumes: their size, steps, gaps and borders."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio import limits
from pyio.errors import ModelInputError
from pyio.models.graph_models.attributes import ints, text
from pyio.models.graph_models.values import sized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.graph_models.values import Array


@dataclass(frozen=True, slots=True)
class Window:
    """How a window moves over the space; the channels come last."""

    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    borders: tuple[tuple[int, int], ...]
    channels_first: bool

    @property
    def steps(self) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """What the kernels take."""
        return self.size, self.strides, self.dilations

    def padded(self, x: Array, value: float = 0) -> Array:
        """Return `x` with its border."""
        if not any(map(any, self.borders)):
            return x
        widths = [(0, 0), *self.borders, (0, 0)]
        sized(side + sum(width) for side, width in zip(x.shape, widths, strict=True))
        return np.pad(x, widths, constant_values=value)

    def back(self, x: Array) -> Array:
        """Return a result with its channels where the input had them."""
        return np.moveaxis(x, -1, 1) if self.channels_first else x


WINDOW: dict[str, Any] = {
    "strides": ints(),
    "padding": text("VALID"),
    "explicit": ints((), "explicit_paddings"),
}
CONVOLUTION: dict[str, Any] = {**WINDOW, "dilations": ints(())}
"""The attributes that all convolutions have, besides the layout of the data."""

LAYOUT = text("NHWC", "data_format")
LAYOUT_3D = text("NDHWC", "data_format")

_PLACE_WORK = 10_000
"""What Python takes for one place of a window, in multiplications."""


def _require_affordable(x: Array, size: Sequence[int]) -> None:
    """Raise for a window that is too large: some ops look at one place of it at a time."""
    if math.prod(size) * (x.size + _PLACE_WORK) > limits.PREDICT_WORK * max(len(x), 1):
        raise ModelInputError(
            f"a window of {list(size)} over {list(x.shape)} takes too long; if that is meant, set "
            "pyio.limits.PREDICT_WORK"
        )


def window_over(
    x: Array,
    size: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    padding: str,
    explicit: Sequence[int],
    layout: str,
) -> tuple[Array, Window]:
    """Return `x` with its channels last, and the window over it.

    Strides, dilations and paddings have one entry for each side in the order of the layout.
    """
    rank = len(size)
    if x.ndim != rank + 2:
        raise ValueError(f"the input has {x.ndim} sides; expected {rank + 2}")
    first = layout.startswith("NC")
    start = 2 if first else 1
    steps = of_space(strides, start, rank, "strides")
    rates = of_space(dilations, start, rank, "dilations") if dilations else (1,) * rank
    _require_affordable(x, size)
    if first:
        x = np.moveaxis(x, 1, -1)
    pairs = list(zip(explicit[::2], explicit[1::2], strict=True))[start : start + rank]
    borders = _borders(x.shape[1:-1], size, steps, rates, padding, pairs)
    return x, Window(tuple(size), steps, rates, borders, first)


def of_space(values: Sequence[int], start: int, rank: int, what: str) -> tuple[int, ...]:
    """Return the entries that speak of the space. Raises ValueError."""
    if len(values) == 1:
        values = (values[0],) * (rank + 2)
    found = tuple(values[start : start + rank])
    if len(values) != rank + 2 or any(value < 1 for value in found):
        raise ValueError(f"{what} is {list(values)}; expected {rank + 2} numbers from 1")
    return found


def _borders(
    space: Sequence[int],
    size: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    padding: str,
    explicit: Sequence[tuple[int, int]],
) -> tuple[tuple[int, int], ...]:
    if padding == "VALID":
        return ((0, 0),) * len(size)
    if padding == "EXPLICIT":
        if len(explicit) != len(size) or any(min(pair) < 0 for pair in explicit):
            raise ValueError(f"explicit_paddings has {list(explicit)} for the space")
        return tuple(explicit)
    if padding != "SAME":
        raise ValueError(f"the padding is {padding!r}; expected SAME, VALID or EXPLICIT")
    borders = []
    for side, k, step, rate in zip(space, size, strides, dilations, strict=True):
        total = max(0, (-(-side // step) - 1) * step + (k - 1) * rate + 1 - side)
        borders.append((total // 2, total - total // 2))
    return tuple(borders)
