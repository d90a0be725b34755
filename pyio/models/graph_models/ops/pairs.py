"""An equation of two arrays as one product of stacks of matrices, through the layers' kernel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pyio.models.ops import kernels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.graph_models.values import Array


def paired(equation: str, left: Array, right: Array) -> Array | None:
    """Return the sum of products, or None if the equation needs more than one product.

    Labels of both arrays are the stack if the result has them, and else what is summed over. Each
    other label is the rows or the columns of the result.
    """
    sources, _, target = equation.partition("->")
    first, _, second = sources.partition(",")
    if any(len(set(each)) != len(each) for each in (first, second, target)):
        return None
    stack = [label for label in first if label in second and label in target]
    summed = [label for label in first if label in second and label not in target]
    rows = [label for label in first if label not in second]
    columns = [label for label in second if label not in first]
    sides = dict(zip(first + second, left.shape + right.shape, strict=True))
    agreed = all(left.shape[first.index(each)] == sides[each] for each in first)
    if not summed or not agreed or set(target) != {*stack, *rows, *columns}:
        return None
    product = kernels.batch_matmul(
        _laid_out(left, first, stack, rows, summed, sides),
        _laid_out(right, second, stack, summed, columns, sides),
    )
    made = [*stack, *rows, *columns]
    whole = product.reshape([sides[label] for label in made])
    return whole.transpose([made.index(label) for label in target])


def _laid_out(
    array: Array,
    labels: str,
    stack: Sequence[str],
    rows: Sequence[str],
    columns: Sequence[str],
    sides: dict[str, int],
) -> Array:
    """Return an array as a stack of matrices."""
    order = [labels.index(label) for label in (*stack, *rows, *columns)]
    shape = [math.prod(sides[label] for label in part) for part in (rows, columns)]
    return array.transpose(order).reshape([*(sides[label] for label in stack), *shape])
