"""The products: every matrix product and convolution of every layer goes through this module.

While a model is trained, an operand can be `Followed`. Then `pyio.models.training.kernel_gradients`
computes instead, with the functions here, and notes how the gradients go back.

The NumPy wheel of Pyodide has neither BLAS nor SIMD. There, ``@`` on large float32 matrices takes
four times as long as ``einsum`` on a transposed right operand, whose inner loop runs over
contiguous memory. The compiled kernel computes large products and convolutions, where there is one.
"""

from __future__ import annotations

import itertools
import math
import sys
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from pyio.models.ops import compiled
from pyio.models.ops.followed import Followed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.kernel.library import Kernel

Array: TypeAlias = NDArray[Any]

_WITHOUT_BLAS = sys.platform == "emscripten"
_SMALL_PRODUCT = 4096
"""With fewer multiplications, the set-up of einsum costs more time than it saves."""

_SHORT_SUM = 12
"""With fewer terms per sum, einsum's inner loop is too short to be faster."""

PATCH_BYTES = 1 << 25
"""The most bytes of the unrolled input of a convolution that are in memory at once."""


class Matrix:
    """The right operand of a product, usually a weight: prepared once, used for every batch."""

    __slots__ = ("_columns", "_panels", "value")

    followed = False
    """Whether training asks for its gradient."""

    def __init__(self, value: Array, columns: Array | None = None) -> None:
        self.value = value
        self._columns = columns
        self._panels: Array | None = None

    def panels(self, kernel: Kernel) -> Array:
        """The matrix as the right operand of the kernel's products."""
        if self._panels is None:
            self._panels = compiled.packed(kernel, self.value)
        return self._panels

    @property
    def columns(self) -> Array:
        """The transposed matrix, contiguous."""
        if self._columns is None:
            self._columns = np.ascontiguousarray(self.value.T)
        return self._columns


def matrix(value: Array) -> Matrix:
    """Return `value` as the right operand of products."""
    if isinstance(value, Followed):
        return value.kernels.matrix(value)  # type: ignore[no-any-return]
    return Matrix(value)


def contiguous(x: Array) -> Array:
    """Return `x` in one block of memory, in order."""
    return x if isinstance(x, Followed) else np.ascontiguousarray(x)


def add_bias(x: Array, bias: Array) -> Array:
    """Return ``x + bias``. `x` is overwritten: it is the result of a product and used only here."""
    if isinstance(x, Followed) or isinstance(bias, Followed):
        return x + bias
    x += bias
    return x


def matmul(left: Array, right: Matrix) -> Array:
    """Return ``left @ right``: (..., k) times (k, n) is (..., n)."""
    if right.followed or isinstance(left, Followed):
        return _followed(left, right).matmul(left, right)  # type: ignore[no-any-return]
    k, n = right.value.shape
    flat = left.reshape(-1, k).astype(np.float32, copy=False)
    kernel = compiled.usable(flat.shape[0] * k * n, flat, right.value)
    if kernel is not None:
        product = compiled.product(kernel, flat, right.panels(kernel), n)
    elif not _WITHOUT_BLAS or k < _SHORT_SUM or flat.shape[0] * k * n < _SMALL_PRODUCT:
        product = flat @ right.value
    else:
        product = np.einsum("ij,kj->ik", flat, right.columns)
    return product.reshape(*left.shape[:-1], n)


def batch_matmul(left: Array, right: Array) -> Array:
    """Return ``left @ right`` for stacks of matrices, whose other sides broadcast."""
    if not _WITHOUT_BLAS or left.dtype != np.float32 or right.dtype != np.float32:
        return np.asarray(np.matmul(left, right))
    outer = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    work = math.prod(outer) * left.shape[-2] * math.prod(right.shape[-2:])
    kernel = compiled.usable(work, left, right)
    if kernel is not None:
        wide = [np.broadcast_to(each, (*outer, *each.shape[-2:])) for each in (left, right)]
        return compiled.stacked(kernel, *wide)
    if left.shape[-1] < _SHORT_SUM:
        return np.asarray(np.matmul(left, right))
    columns = np.ascontiguousarray(np.swapaxes(right, -1, -2))
    return np.asarray(np.einsum("...ij,...kj->...ik", left, columns))


def dots(left: Array, right: Array) -> Array:
    """Return the products of all rows of `left` and `right`, matrix by matrix of a batch.

    (..., i, d) and (..., k, d) is (..., i, k): ``left @ right.T`` for each pair.
    """
    if isinstance(left, Followed) or isinstance(right, Followed):
        return _followed(left, right).dots(left, right)  # type: ignore[no-any-return]
    work = left.size * right.shape[-2]
    if _WITHOUT_BLAS and compiled.usable(work, left, right) is None:
        # Both inner loops run over contiguous memory.
        return np.asarray(np.einsum("...id,...kd->...ik", left, right))
    return batch_matmul(left, np.swapaxes(right, -1, -2))


def einsum(equation: str, left: Array, right: Array) -> Array:
    """Return the sum of products that `equation` names, as ``numpy.einsum`` does."""
    inputs, output = equation.split("->")
    one, two = inputs.split(",")
    followed = isinstance(left, Followed) or isinstance(right, Followed)
    if followed or not _is_product(one, two, output) or left.dtype != right.dtype:
        sums: Array = np.einsum(equation, left, right, optimize=not _WITHOUT_BLAS)
        return sums
    both = [letter for letter in one if letter in two]
    outer = [letter for letter in both if letter in output]
    summed = [letter for letter in both if letter not in output]
    rows = [letter for letter in one if letter not in two]
    columns = [letter for letter in two if letter not in one]
    sides = dict(zip(one + two, left.shape + right.shape, strict=True))

    def flat(value: Array, letters: str, *groups: list[str]) -> Array:
        order = [letters.index(letter) for group in groups for letter in group]
        whole = [math.prod(sides[letter] for letter in group) for group in groups[-2:]]
        return value.transpose(order).reshape(*(sides[letter] for letter in outer), *whole)

    product = batch_matmul(
        flat(left, one, outer, rows, summed), flat(right, two, outer, summed, columns)
    )
    found = [*outer, *rows, *columns]
    shaped = product.reshape([sides[letter] for letter in found])
    return shaped.transpose([found.index(letter) for letter in output])


def _is_product(one: str, two: str, output: str) -> bool:
    """Whether an equation is a product of matrices, or of stacks of them."""
    letters = set(one) | set(two)
    alone = (set(one) ^ set(two)) - set(output)  # what only one operand has, and is summed
    plain = all(len(set(each)) == len(each) and each.isalpha() for each in (one, two, output))
    return plain and not alone and set(output) <= letters


def conv(
    x: Array, kernel: Matrix, size: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> Array:
    """Return the convolution of a padded `x` (batch, *space, channels) in any number of dimensions.

    `kernel` has one row per (position in the window, input channel) and one column per filter.
    """
    if kernel.followed or isinstance(x, Followed):
        return _followed(x, kernel).conv(x, kernel, size, strides, dilation)  # type: ignore[no-any-return]
    if math.prod(size) == 1:  # a 1x1 convolution is a product of the values that the steps hit
        steps = tuple(slice(None, None, step) for step in strides)
        return matmul(x[(slice(None), *steps)], kernel)
    batch = x.shape[0]
    patches = windows(x, size, strides, dilation)
    space = patches.shape[1 : 1 + len(size)]
    if len(size) < 3:
        used = compiled.usable(patches.size * kernel.value.shape[1], x, kernel.value)
        if used is not None:
            panels, filters = kernel.panels(used), kernel.value.shape[1]
            return compiled.conv(used, x, panels, filters, size, strides, dilation)
    parts = [
        matmul(patches[cut].reshape(-1, kernel.value.shape[0]), kernel)
        for cut in in_chunks(patches)
    ]
    flat = parts[0] if len(parts) == 1 else np.concatenate(parts) if parts else x[:0]
    return flat.reshape(batch, *space, kernel.value.shape[1])


def in_chunks(patches: Array) -> list[slice]:
    """Return parts of the batch whose windows fit into memory.

    A view has no memory, but a product needs its windows side by side: kernel size times the input.
    """
    row_bytes = max(1, math.prod(patches.shape[1:]) * patches.itemsize)
    chunk = max(1, PATCH_BYTES // row_bytes)
    return [slice(start, start + chunk) for start in range(0, patches.shape[0], chunk)]


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


def pool_max(
    x: Array, size: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> Array:
    """Return the largest value of each window of a padded `x`."""
    (_, first), *others = taps(x, size, strides, dilation)
    result = first.copy()
    for _, view in others:
        np.maximum(result, view, out=result)
    return result


def pool_sum(
    x: Array, size: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> Array:
    """Return the sum of each window of a padded `x`."""
    (_, first), *others = taps(x, size, strides, dilation)
    result = first.copy()
    for _, view in others:
        result += view
    return result


def depthwise(x: Array, kernel: Array, strides: Sequence[int], dilation: Sequence[int]) -> Array:
    """Return the depthwise convolution of a padded `x` (batch, *space, channels).

    `kernel` is (*size, channels, multiplier); the result has channels * multiplier.
    """
    if isinstance(x, Followed) or isinstance(kernel, Followed):
        return _followed(x, kernel).depthwise(x, kernel, strides, dilation)  # type: ignore[no-any-return]
    *size, channels, multiplier = kernel.shape
    if len(size) < 3:
        used = compiled.usable(x.size * math.prod(size) * multiplier, x, kernel)
        if used is not None and all(windows(x, size, strides, dilation).shape):
            return compiled.depthwise(used, x, kernel, strides, dilation)
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
    if kernel.followed or isinstance(x, Followed):
        window = size, strides, dilation
        return _followed(x, kernel).conv_transpose(x, kernel, *window, filters)  # type: ignore[no-any-return]
    # Each value of the input adds a whole window to the output; windows overlap, so they are
    # added one position in the window at a time.
    spread = matmul(x, kernel).reshape(*x.shape[:-1], math.prod(size), filters)
    sides = [
        (side - 1) * step + (k - 1) * rate + 1 if side else 0
        for side, step, k, rate in zip(x.shape[1:-1], strides, size, dilation, strict=True)
    ]
    total = np.zeros((x.shape[0], *sides, filters), x.dtype)
    return added(total, spread, size, strides, dilation)


def added(
    total: Array,
    spread: Array,
    size: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
) -> Array:
    """Add each window in `spread` (batch, *space, window, channels) to its place in `total`."""
    for index, (_, view) in enumerate(taps(total, size, strides, dilation)):
        view += spread[..., index, :]
    return total


def max_pool(x: Array, size: Sequence[int], strides: Sequence[int], padding: str) -> Array:
    """Return the largest value of each window of `x`; padding never counts."""
    if isinstance(x, Followed):
        return x.kernels.max_pool(x, size, strides, padding)  # type: ignore[no-any-return]
    first, *others = _pooled(x, size, strides, padding, -np.inf)
    result = first.copy()
    for view in others:
        np.maximum(result, view, out=result)
    return result


def mean_pool(x: Array, size: Sequence[int], strides: Sequence[int], padding: str) -> Array:
    """Return the mean of each window of `x`; padding never counts."""
    if isinstance(x, Followed):
        return x.kernels.mean_pool(x, size, strides, padding)  # type: ignore[no-any-return]
    first, *others = _pooled(x, size, strides, padding, 0)
    result = first.copy()
    for view in others:
        result += view
    return result / pool_counts(x, size, strides, padding)


def pool_counts(x: Array, size: Sequence[int], strides: Sequence[int], padding: str) -> Array:
    """Return how many values each window of `x` has. Windows at the border have fewer."""
    if padding == "valid":
        return np.asarray(math.prod(size), x.dtype)
    first, *others = _pooled(np.ones((1, *x.shape[1:-1], 1), x.dtype), size, strides, padding, 0)
    total = first.copy()
    for view in others:
        total += view
    return total


def _pooled(
    x: Array, size: Sequence[int], strides: Sequence[int], padding: str, border: float
) -> list[Array]:
    ones = [1] * len(size)
    padded = pad(x, size, strides, ones, padding, border)
    return [view for _, view in taps(padded, size, strides, ones)]


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
    widths = pad_widths(x.shape, size, strides, dilation, padding)
    if not any(map(sum, widths)):
        return x
    return np.pad(x, widths, constant_values=value)


def pad_widths(
    shape: Sequence[int],
    size: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    padding: str,
) -> list[tuple[int, int]]:
    """Return how much `pad` adds before and behind each axis of `shape`."""
    widths = [(0, 0)]
    for side, k, s, d in zip(shape[1:-1], size, strides, dilation, strict=True):
        if padding == "valid":
            widths.append((0, 0))
        elif padding == "causal":
            widths.append(((k - 1) * d, 0))
        else:
            # ``-(-side // s)`` rounds up: the number of windows that "same" promises.
            total = max((-(-side // s) - 1) * s + (k - 1) * d + 1 - side, 0)
            widths.append((total // 2, total - total // 2))
    return [*widths, (0, 0)]


def _followed(*operands: Any) -> Any:
    """Return the functions that training computes with."""
    return next(
        each.kernels for each in operands if isinstance(each, Followed) or hasattr(each, "kernels")
    )
