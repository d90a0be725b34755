"""What a row can do besides, so that its result is not read and written once more.

A row may change while nothing but the next op sees its result: it is the last row, and the tensor
has no other use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.kernel.rows import OPERATIONS, address, word_of

if TYPE_CHECKING:
    from pyio.models.graph_models.compiled.table import Operation
    from pyio.models.plans.builder import Value

_ENDS = {
    OPERATIONS[name][0]: (word_of(name, "y"), word_of(name, "act"))
    for name in ("gemm", "conv", "depthwise", "combine", "affine")
}
"""Operations that can end with an activation, by number: the words of their result and of that."""

_SHIFTED = {
    OPERATIONS[name][0]: (word_of(name, "bias"), word_of(name, columns))
    for name, columns in (("gemm", "columns"), ("conv", "filters"), ("depthwise", "channels"))
}
"""Operations that can add a number to each column: the words of those and of how many there are."""

_MULTIPLIER = OPERATIONS["depthwise"][0], word_of("depthwise", "multiplier")


def with_activation(o: Operation, x: Value, act: int) -> bool:
    """Let the row that makes `x` apply an activation; return whether it does."""
    row = _row(o, x)
    if row is None:
        return False
    row[_ENDS[row[0]][1]] = act
    return True


def with_shift(o: Operation, x: Value, shift: Any) -> bool:
    """Let the row that makes `x` add a constant to each column; return whether it does."""
    row = _row(o, x)
    if row is None or row[0] not in _SHIFTED or x.shape != o.shape:
        return False
    bias, columns = _SHIFTED[row[0]]
    width = x.shape[-1]
    several = row[0] == _MULTIPLIER[0] and row[_MULTIPLIER[1]] != 1
    vector = shift.size == 1 or shift.shape[-1:] == (shift.size,)
    if row[bias] or row[columns] != width or several or not vector or shift.size not in (1, width):
        return False
    if shift.dtype != np.float32 or not np.isfinite(shift).all():  # the order of sums would matter
        return False
    added = np.ascontiguousarray(np.broadcast_to(shift.reshape(-1), (width,)))
    row[bias] = address(o.builder.fixed(added))
    return True


def _row(o: Operation, x: Value) -> list[int] | None:
    """Return the row that has just made `x`, if it may change and has no activation yet."""
    row = o.builder.rows[-1] if o.alone else [0]
    if row[0] not in _ENDS or x.memory.users != 1:
        return None
    y, act = _ENDS[row[0]]
    return None if row[act] or row[y] != address(x.array) else row
