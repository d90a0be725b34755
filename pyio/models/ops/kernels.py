"""The products: every matrix product and convolution of every layer goes through this module.

The NumPy wheel of Pyodide has neither BLAS nor SIMD. There, ``@`` on large float32 matrices takes
four times as long as ``einsum`` on a transposed right operand, whose inner loop runs over
contiguous memory. A faster kernel replaces `matmul` and `depthwise` here and nothing else.
"""

from __future__ import annotations

import itertools
import math
import sys
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Array: TypeAlias = NDArray[Any]

_WITHOUT_BLAS = sys.platform == "emscripten"
_SMALL_PRODUCT = 4096
"""With fewer multiplications, the set-up of einsum costs more time than it saves."""

_SHORT_SUM = 12
"""With fewer terms per sum, einsum's inner loop is too short to be faster."""

_PATCH_BYTES = 1 << 25
"""The most bytes of the unrolled input of a convolution that are in memory at once."""


class Matrix:
    """The right operand of a product, usually a weight: prepared once, used for every batch."""

    __slots__ = ("_columns", "value")

    def __init__(self, value: Array) -> None:
        self.value = value
        self._columns: Array | None = None

    @property
    def columns(self) -> Array:
        """The transposed matrix, contiguous."""
        if self._columns is None:
            self._columns = np.ascontiguousarray(self.value.T)
        return self._columns


def matmul(left: Array, right: Matrix) -> Array:
    """Return ``left @ right``: (..., k) times (k, n) is (..., n)."""
    k, n = right.value.shape
    flat = left.reshape(-1, k).astype(np.float32, copy=False)
    if not _WITHOUT_BLAS or k < _SHORT_SUM or flat.shape[0] * k * n < _SMALL_PRODUCT:
        product = flat @ right.value
    else:
        product = np.einsum("ij,kj->ik", flat, right.columns)
    return product.reshape(*left.shape[:-1], n)


def dots(left: Array, right: Array) -> Array:
    """Return the products of all rows of `left` and `right`, matrix by matrix of a batch.

    (..., i, d) and (..., k, d) is (..., i, k): ``left @ right.T`` for each pair.
    """
    if _WITHOUT_BLAS:  # both inner loops run over contiguous memory
        return np.asarray(np.einsum("...id,...kd->...ik", left, right))
    return np.asarray(left @ np.swapaxes(right, -1, -2))


def einsum(equation: str, left: Array, right: Array) -> Array:
    """Return the sum of products that `equation` names, as ``numpy.einsum`` does."""
    return np.asarray(np.einsum(equation, left, right, optimize=not _WITHOUT_BLAS))


def conv(
    x: Array, kernel: Matrix, size: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> Array:
    """Return the convolution of a padded `x` (batch, *space, channels) in any number of dimensions.

    `kernel` has one row per (position in the window, input channel) and one column per filter.
    """
    if math.prod(size) == 1:  # a 1x1 convolution is a product of the values that the steps hit
        steps = tuple(slice(None, None, step) for step in strides)
        return matmul(x[(slice(None), *steps)], kernel)
    batch = x.shape[0]
    patches = windows(x, size, strides, dilation)
    space = patches.shape[1 : 1 + len(size)]
    # A view has no memory, but the product needs its windows side by side: kernel size times the
    # input. So the batch is cut where that would be too much.
    row_bytes = max(1, math.prod(patches.shape[1:]) * patches.itemsize)
    chunk = max(1, _PATCH_BYTES // row_bytes)
    parts = [
        matmul(patches[start : start + chunk].reshape(-1, kernel.value.shape[0]), kernel)
        for start in range(0, batch, chunk)
    ]
    flat = parts[0] if len(parts) == 1 else np.concatenate(parts) if parts else x[:0]
    return flat.reshape(batch, *space, kernel.value.shape[1])


def windows(
    x: Array, size: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> Array:
    """Return a view (batch, *space, *size, channels) of all windows of `x`; nothing is copied.

    A window is the input with other strides: the step from window to window is `strides` values,
    the step inside a window is `dilation` values.
    """
    space = [
        (side - (k - 1) * d - 1) // s + 1
        for side, k, s, d in zip(x.shape[1:-1], size, strides, dilation, strict=True)
    ]
    steps = x.strides[1:-1]
    return as_strided(
        x,
        (x.shape[0], *(max(side, 0) for side in space), *size, x.shape[-1]),
        (
            x.strides[0],
            *(step * s for step, s in zip(steps, strides, strict=True)),
            *(step * d for step, d in zip(steps, dilation, strict=True)),
            x.strides[-1],
        ),
        writeable=False,
    )


def taps(
    x: Array, size: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> list[tuple[tuple[int, ...], Array]]:
    """Return, for each position in the window, a view of the values there in all windows.

    So a window of 3x3 takes nine operations on whole arrays instead of a loop over the windows.
    """
    views = []
    for position in itertools.product(*map(range, size)):
        cut = [slice(None)]
        for axis, offset in enumerate(position):
            side = x.shape[1 + axis]
            reach = (size[axis] - 1) * dilation[axis] + 1
            count = max((side - reach) // strides[axis] + 1, 0)
            start = offset * dilation[axis]
            stop = start + (count - 1) * strides[axis] + 1 if count else start
            cut.append(slice(start, stop, strides[axis]))
        views.append((position, x[tuple(cut)]))
    return views


def depthwise(x: Array, kernel: Array, strides: Sequence[int], dilation: Sequence[int]) -> Array:
    """Return the depthwise convolution of a padded `x` (batch, *space, channels).

    `kernel` is (*size, channels, multiplier); the result has channels * multiplier.
    """
    *size, channels, multiplier = kernel.shape
    total: Array | None = None  # the first term is the sum to which the others are added in place
    for position, view in taps(x, size, strides, dilation):
        weight = kernel[position]
        term = view * weight[:, 0] if multiplier == 1 else view[..., None] * weight
        total = term if total is None else np.add(total, term, out=total)
    assert total is not None
    return total.reshape(*total.shape[: 1 + len(size)], channels * multiplier)


def conv_transpose(
    x: Array,
    kernel: Matrix,
    size: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    filters: int,
) -> Array:
    """Return the whole transposed convolution of `x`: side ``(side - 1) * stride + reach``.

    The reach of a window goes from its first to its last value: ``(size - 1) * dilation + 1``.

    `kernel` has one row per input channel and one column per (position in the window, filter).
    """
    # Each value of the input adds a whole window to the output; windows overlap, so they are
    # added one position in the window at a time.
    spread = matmul(x, kernel).reshape(*x.shape[:-1], math.prod(size), filters)
    sides = [
        (side - 1) * step + (k - 1) * rate + 1 if side else 0
        for side, step, k, rate in zip(x.shape[1:-1], strides, size, dilation, strict=True)
    ]
    total = np.zeros((x.shape[0], *sides, filters), x.dtype)
    for index, (_, view) in enumerate(taps(total, size, strides, dilation)):
        view += spread[..., index, :]
    return total


def pad(
    x: Array,
    size: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    padding: str,
    value: float = 0,
) -> Array:
    """Return `x` (batch, *space, channels) with the border that `padding` asks for.

    "same" puts the smaller half in front, "causal" everything in front, "valid" nothing.
    """
    if padding == "valid":
        return x
    widths = [(0, 0)]
    for side, k, s, d in zip(x.shape[1:-1], size, strides, dilation, strict=True):
        if padding == "causal":
            widths.append(((k - 1) * d, 0))
        else:
            # ``-(-side // s)`` rounds up: the number of windows that "same" promises.
            total = max((-(-side // s) - 1) * s + (k - 1) * d + 1 - side, 0)
            widths.append((total // 2, total - total // 2))
    if not any(map(sum, widths)):
        return x
    return np.pad(x, [*widths, (0, 0)], constant_values=value)
