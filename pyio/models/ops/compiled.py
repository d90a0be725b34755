"""Single products and convolutions by the kernel, where there is one.

What no plan computes still passes through `kernels`: graph models, training, layers that plans do
not know. There each operation is a call of its own, which pays off for large ones only.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.kernel import library
from pyio.kernel.rows import address, row, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pyio.kernel.library import Kernel

    Array = NDArray[Any]

LEAST_WORK = 1 << 16
"""With fewer multiplications, describing the operation takes longer than NumPy does."""

MOST_ELEMENTS = 1 << 28
"""The kernel counts bytes as int32."""

_SCRATCH = 16384


def usable(work: int, *arrays: Array) -> Kernel | None:
    """Return the kernel if it can compute with `arrays` and is faster for so much `work`."""
    if work < LEAST_WORK:
        return None
    fit = all(x.dtype == np.float32 and 0 < x.size < MOST_ELEMENTS for x in arrays)
    return library.kernel() if fit else None


def packed(kernel: Kernel, value: Array) -> Array:
    """Return a matrix of float32 as the right operand of the kernel's products."""
    inner, columns = value.shape
    panels = np.empty((-(-columns // 8), inner, 8), np.float32)
    row_step, column_step = (step // 4 for step in value.strides)
    kernel.pack(address(value), row_step, column_step, address(panels), inner, columns)
    return panels


def product(kernel: Kernel, left: Array, panels: Array, columns: int) -> Array:
    """Return the product of `left` (rows, inner) and a packed matrix that has `columns`."""
    left = np.ascontiguousarray(left)
    rows, inner = left.shape
    y = np.empty((rows, columns), np.float32)
    _run(
        kernel,
        "gemm",
        x=left,
        x_row=inner,
        panels=panels,
        y=y,
        y_row=columns,
        rows=rows,
        inner=inner,
        columns=columns,
    )
    return y


def stacked(kernel: Kernel, left: Array, right: Array) -> Array:
    """Return the products of stacks of matrices: (..., i, k) times (..., k, n) is (..., i, n).

    `right` may have any strides in its matrices. The outer sides of both are equal.
    """
    outer, (rows, inner), columns = left.shape[:-2], left.shape[-2:], right.shape[-1]
    x = np.ascontiguousarray(left).reshape(-1, rows, inner)
    right = right.reshape(-1, inner, columns)  # copied only where it has to be
    y = np.empty((len(x), rows, columns), np.float32)
    step, row_step, column_step = (each // 4 for each in right.strides)
    _run(
        kernel,
        "products",
        x=x,
        right=right,
        y=y,
        count=len(x),
        panels=np.empty((-(-columns // 8), inner, 8), np.float32),
        rows=rows,
        inner=inner,
        columns=columns,
        right_row=row_step,
        right_column=column_step,
        x_row=inner,
        y_row=columns,
        heads=1,
        x_step=rows * inner,
        right_step=step,
        y_step=rows * columns,
    )
    return y.reshape(*outer, rows, columns)


def conv(
    kernel: Kernel,
    x: Array,
    panels: Array,
    filters: int,
    size: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
) -> Array:
    """Return the convolution of a padded `x` in one or two dimensions with packed filters."""
    x = np.ascontiguousarray(x)
    window, after = _window(x, size, strides, dilation)
    inner = math.prod(size) * x.shape[-1]
    y = np.empty((x.shape[0], *after, filters), np.float32)
    scratch = np.empty(max(_SCRATCH, 8 * inner), np.float32)
    channels = x.shape[-1]
    _run(
        kernel,
        "conv",
        **{"x": x, "y": y, "panels": panels, "scratch": scratch, **window},
        channels=channels,
        x_channels=channels,
        filters=filters,
        y_channels=filters,
    )
    return y


def depthwise(
    kernel: Kernel, x: Array, filters: Array, strides: Sequence[int], dilation: Sequence[int]
) -> Array:
    """Return the convolution of each channel of a padded `x` in one or two dimensions."""
    x, filters = np.ascontiguousarray(x), np.ascontiguousarray(filters)
    *size, channels, multiplier = filters.shape
    window, after = _window(x, size, strides, dilation)
    y = np.empty((x.shape[0], *after, channels * multiplier), np.float32)
    _run(
        kernel,
        "depthwise",
        **{"x": x, "y": y, "kernel": filters, **window},
        channels=channels,
        multiplier=multiplier,
    )
    return y


def _window(
    x: Array, size: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> tuple[dict[str, int], list[int]]:
    """Return the fields of a row that say where the windows are, and the sides of the result."""
    after = [
        (side - (k - 1) * d - 1) // s + 1
        for side, k, s, d in zip(x.shape[1:-1], size, strides, dilation, strict=True)
    ]
    found = {"images": x.shape[0]}
    pairs = {
        "height width": x.shape[1:-1],
        "window_height window_width": size,
        "down right": strides,
        "dilation_down dilation_right": dilation,
        "y_height y_width": after,
    }
    for names, values in pairs.items():
        found |= dict(zip(names.split(), [1, *values][-2:], strict=True))
    return found, after


def _run(used: Kernel, operation: str, /, **fields: Any) -> None:
    words = table([row(operation, **fields)])
    used.run(address(words), 1)
