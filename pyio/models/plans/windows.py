"""Windows: where a convolution or pooling takes its values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyio.models.ops.kernels import pad_widths
from pyio.models.plans.constants import Unplanned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.plans.builder import Value


def two(values: Sequence[int], missing: int) -> tuple[int, int]:
    """Return one or two numbers as two, `missing` in front."""
    first, second = [missing, *values][-2:]
    return first, second


@dataclass
class Window:
    """Where the windows of a convolution or pooling are. One-dimensional ones are one row high."""

    size: tuple[int, int]
    strides: tuple[int, int]
    dilation: tuple[int, int]
    front: tuple[int, int]
    sides: tuple[int, int]
    """The sides of the input, then those of the output."""
    after: tuple[int, int]

    def fields(self) -> dict[str, int]:
        """Return the fields of a row."""
        names = "window_height window_width down right dilation_down dilation_right top left"
        values = (*self.size, *self.strides, *self.dilation, *self.front)
        places = {"y_height": self.after[0], "y_width": self.after[1]}
        return {**dict(zip(names.split(), values, strict=True)), **places}


def window_of(
    shape: tuple[int, ...],
    size: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    padding: str,
    border: Any = None,
) -> Window:
    """Return the windows over an input of `shape` (batch, *space, channels).

    Args:
        shape: The shape of the input.
        size: The sides of the window.
        strides: How far it moves.
        dilation: The distance between its values.
        padding: "valid", "same" or "causal".
        border: A layer that puts 0 around the input first; the padding is "valid" then.

    Raises Unplanned for more than two dimensions, and where no window fits.
    """
    if len(size) > 2:
        raise Unplanned("three dimensions")
    widths = pad_widths(shape, size, strides, dilation, padding)[1:-1]
    if border is not None:
        widths = [(before, after) for before, after in border.padding]
    after = [
        (side + sum(width) - (k - 1) * d - 1) // s + 1
        for side, width, k, s, d in zip(shape[1:-1], widths, size, strides, dilation, strict=True)
    ]
    if min(after) < 1:
        raise Unplanned("no window fits")

    front = two([before for before, _ in widths], 0)
    return Window(
        *(two(size, 1), two(strides, 1), two(dilation, 1)),
        front,
        two(shape[1:-1], 1),
        two(after, 1),
    )


def images_of(x: Value, window: Window) -> dict[str, int]:
    """Return the fields of a row for the images that windows move over."""
    return {"images": x.shape[0], "height": window.sides[0], "width": window.sides[1]}


def shape_after(x: Value, window: Window, channels: int) -> tuple[int, ...]:
    """Return the shape of what has one value for each window and channel."""
    space = window.after if len(x.shape) == 4 else window.after[1:]
    return (x.shape[0], *space, channels)
