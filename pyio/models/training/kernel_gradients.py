"""How gradients go back through products, convolutions and poolings.

The functions have the names and arguments of those in `pyio.models.ops.kernels`, which hands over
whatever training follows. Values are computed there.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.ops import kernels
from pyio.models.ops.kernels import Matrix
from pyio.models.training.fused import finish as finish
from pyio.models.training.fused import gru_candidate as gru_candidate
from pyio.models.training.fused import gru_gates as gru_gates
from pyio.models.training.fused import gru_step as gru_step
from pyio.models.training.fused import lstm_step as lstm_step
from pyio.models.training.rules import kept, tape_of, unbroadcast
from pyio.models.training.tape import Array, Tape, Traced, raw

if TYPE_CHECKING:
    from collections.abc import Sequence


class TracedMatrix(Matrix):
    """A matrix whose gradient is asked for.

    The gradients of all its products are collected and computed as one product at the end: a
    recurrent layer has one product for each step.
    """

    __slots__ = ("_flipped", "_pairs", "leaf", "plain")

    followed = True

    def __init__(self, leaf: Traced) -> None:
        super().__init__(raw(leaf))
        self.leaf = leaf
        self.plain = Matrix(self.value)
        self._pairs: list[tuple[Array, Array]] = []
        self._flipped: Matrix | None = None
        leaf.tape.last(self._add_collected)

    @property
    def kernels(self) -> Any:
        """The module with the functions that note gradients."""
        return Traced.kernels

    def collect(self, left: Array, gradient: Array) -> None:
        """Note a product: its left operand (rows, k), and its gradient (rows, n)."""
        self._pairs.append((left, gradient))

    def add(self, gradient: Array) -> None:
        """Add a gradient of the matrix."""
        self.leaf.add(gradient)

    def flipped_product(self, gradient: Array) -> Array:
        """Return the product of `gradient` (rows, n) with the transposed matrix."""
        if self._flipped is None:
            self._flipped = flipped(self)
        return kernels.matmul(gradient, self._flipped)

    def _add_collected(self, _: Array) -> None:
        if not self._pairs:
            return
        lefts, gradients = zip(*self._pairs, strict=True)
        self._pairs = []
        one = len(lefts) == 1
        left = lefts[0] if one else np.concatenate(lefts)
        gradient = gradients[0] if one else np.concatenate(gradients)
        self.add(transposed_product(left, gradient))


def flipped(matrix: Matrix) -> Matrix:
    """Return the transposed matrix as the right operand of products."""
    return Matrix(matrix.value.T, np.ascontiguousarray(matrix.value))


def transposed_product(left: Array, right: Array) -> Array:
    """Return ``left.T @ right``: (rows, k) and (rows, n) give (k, n)."""
    return kernels.matmul(np.ascontiguousarray(left.T), Matrix(right))


def matrix(value: Traced) -> Matrix:
    """Return `value` as the right operand of products."""
    return TracedMatrix(value)


def plain_matrix(right: Matrix) -> Matrix:
    """Return a matrix without a gradient, for the products of values."""
    return right.plain if isinstance(right, TracedMatrix) else right


def _back_product(right: Matrix, gradient: Array) -> Array:
    if isinstance(right, TracedMatrix):
        return right.flipped_product(gradient)
    return kernels.matmul(gradient, flipped(right))


def matmul(left: Any, right: Matrix) -> Traced:
    """Return ``left @ right``: (..., k) times (k, n) is (..., n)."""
    k, n = right.value.shape
    x = raw(left)
    flat = x.reshape(-1, k).astype(np.float32, copy=False)
    y = kernels.matmul(flat, plain_matrix(right)).reshape(*x.shape[:-1], n)

    def back(g: Array) -> None:
        g = g.reshape(-1, n)
        if isinstance(right, TracedMatrix):
            right.collect(flat, g)
        if isinstance(left, Traced):
            left.add(_back_product(right, g).reshape(x.shape))

    return _tape(left, right).record(y, back)


def _tape(left: Any, right: Matrix) -> Tape:
    return right.leaf.tape if isinstance(right, TracedMatrix) else tape_of(left)


def conv(
    x: Any, kernel: Matrix, size: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> Traced:
    """Return the convolution of a padded `x` (batch, *space, channels)."""
    if math.prod(size) == 1:  # a product of the values that the steps hit
        steps = tuple(slice(None, None, step) for step in strides)
        return matmul(x[(slice(None), *steps)], kernel)
    values = np.ascontiguousarray(raw(x))
    y = kernels.conv(values, plain_matrix(kernel), size, strides, dilation)
    window = size, strides, dilation

    def back(g: Array) -> None:
        # The windows are laid out again and not kept: they take kernel size times the input.
        patches = kernels.windows(values, *window)
        total = np.zeros(values.shape, values.dtype) if isinstance(x, Traced) else None
        sums: Array = None
        for cut in kernels.in_chunks(patches):
            part = g[cut].reshape(-1, g.shape[-1])
            if isinstance(kernel, TracedMatrix):
                columns = patches[cut].reshape(part.shape[0], -1)
                product = transposed_product(columns, part)
                sums = product if sums is None else sums + product
            if total is not None:
                spread = _back_product(kernel, part)
                sides = (*g[cut].shape[:-1], math.prod(size), values.shape[-1])
                kernels.added(total[cut], spread.reshape(sides), *window)
        if isinstance(kernel, TracedMatrix) and sums is not None:
            kernel.add(sums)
        if total is not None:
            x.add(total)

    return _tape(x, kernel).record(y, back)


def depthwise(x: Any, kernel: Any, strides: Sequence[int], dilation: Sequence[int]) -> Traced:
    """Return the depthwise convolution of a padded `x` (batch, *space, channels)."""
    a, w = raw(x), raw(kernel)
    *size, channels, multiplier = w.shape

    def back(g: Array) -> None:
        g = g.reshape(*g.shape[:-1], channels, multiplier)
        if isinstance(kernel, Traced):
            sums = np.zeros_like(w)
            flat = g.reshape(-1, channels, multiplier)
            for position, view in kernels.taps(a, size, strides, dilation):
                sums[position] = np.einsum("xc,xcm->cm", view.reshape(-1, channels), flat)
            kernel.add(sums)
        if isinstance(x, Traced):
            total = np.zeros(a.shape, a.dtype)
            for position, view in kernels.taps(total, size, strides, dilation):
                view += np.einsum("...cm,cm->...c", g, w[position])
            x.add(total)

    return tape_of(x, kernel).record(kernels.depthwise(a, w, strides, dilation), back)


def dots(left: Any, right: Any) -> Traced:
    """Return ``left @ right.T`` for each pair of matrices of a batch."""
    a, b = raw(left), raw(right)

    def back(g: Array) -> None:
        if isinstance(left, Traced):
            left.add(unbroadcast(kernels.dots(g, np.swapaxes(b, -1, -2)), a.shape))
        if isinstance(right, Traced):
            turned = np.swapaxes(g, -1, -2)
            right.add(unbroadcast(kernels.dots(turned, np.swapaxes(a, -1, -2)), b.shape))

    return tape_of(left, right).record(kernels.dots(a, b), back)


def conv_transpose(
    x: Any,
    kernel: Matrix,
    size: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    filters: int,
) -> Traced:
    """Return the whole transposed convolution of `x`."""
    window = size, strides, dilation
    values = raw(x)
    y = kernels.conv_transpose(values, plain_matrix(kernel), *window, filters)

    def back(g: Array) -> None:
        views = [view for _, view in kernels.taps(g, *window)]
        parts = np.stack(views, axis=-2).reshape(-1, math.prod(size) * filters)
        if isinstance(kernel, TracedMatrix):
            kernel.collect(values.reshape(-1, values.shape[-1]), parts)
        if isinstance(x, Traced):
            x.add(_back_product(kernel, parts).reshape(values.shape))

    return _tape(x, kernel).record(y, back)


def max_pool(x: Traced, size: Sequence[int], strides: Sequence[int], padding: str) -> Traced:
    """Return the largest value of each window. Of equal ones, the first gets the gradient."""
    values = raw(x)
    ones = [1] * len(size)
    apart = all(step >= side for step, side in zip(strides, size, strict=True))

    result = kernels.max_pool(values, size, strides, padding)

    def back(g: Array) -> None:
        source = kernels.pad(values, size, strides, ones, padding, -np.inf)
        total = np.zeros(source.shape, source.dtype)
        targets = kernels.taps(total, size, strides, ones)
        views = kernels.taps(source, size, strides, ones)
        for (_, view), (_, target) in zip(views, targets, strict=True):
            here = view == result
            if apart:
                target[...] = kept(g, here)
            else:
                target += kept(g, here)
            g = np.where(here, g.dtype.type(0), g)
        x.add(_without_border(total, values.shape, size, strides, padding))

    return x.tape.record(result, back)


def mean_pool(x: Traced, size: Sequence[int], strides: Sequence[int], padding: str) -> Traced:
    """Return the mean of each window. TensorFlow.js has a wrong gradient at padded borders."""
    values = raw(x)
    ones = [1] * len(size)

    def back(g: Array) -> None:
        padded = kernels.pad(values, size, strides, ones, padding)
        total = np.zeros(padded.shape, padded.dtype)
        share = g / kernels.pool_counts(values, size, strides, padding)
        for _, target in kernels.taps(total, size, strides, ones):
            target += share
        x.add(_without_border(total, values.shape, size, strides, padding))

    return x.tape.record(kernels.mean_pool(values, size, strides, padding), back)


def _without_border(
    total: Array, shape: Sequence[int], size: Sequence[int], strides: Sequence[int], padding: str
) -> Array:
    widths = kernels.pad_widths(shape, size, strides, [1] * len(size), padding)
    cut = tuple(
        slice(before, before + side) for (before, _), side in zip(widths, shape, strict=True)
    )
    return total[cut]


Traced.kernels = sys.modules[__name__]
