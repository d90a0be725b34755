"""Constants: what a plan computes from weights once, such as a kernel packed for products.

They follow the weights. Before a plan runs, each constant compares the arrays that its weights have
with those it was made from. A weight gets another array whenever its values change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.kernel.rows import address

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from numpy.typing import NDArray

    from pyio.kernel.library import Kernel
    from pyio.models.core.weight import Weight

    Array = NDArray[Any]


class Unplanned(Exception):  # noqa: N818 -- no error: NumPy computes it
    """What is met has no place in a plan."""


class Constant:
    """An array that is made of the values of weights, and made again in place when they change.

    Args:
        weights: The weights that it is made of.
        make: Computes it from their arrays.
        kernel: Packs it as the right operand of products, if given. It is a matrix then.

    Raises Unplanned for values that are not finite: with them, the order of computing matters.
    """

    def __init__(
        self, weights: Sequence[Weight], make: Callable[..., Array], kernel: Kernel | None
    ) -> None:
        self._weights = list(weights)
        self._make = make
        self._kernel = kernel
        self._seen: list[Any] = []
        self.array: Array = np.empty(0, np.float32)
        self.refresh()

    def refresh(self) -> None:
        """Bring the array up to date. Raises Unplanned for values that are not finite."""
        values = [weight.value for weight in self._weights]
        if len(values) == len(self._seen) and all(map(_same, values, self._seen)):
            return
        self._seen = []
        with np.errstate(all="ignore"):
            made = np.ascontiguousarray(self._make(*values), np.float32)
        if not np.isfinite(made).all():
            raise Unplanned("weights that are not finite")
        self._take(made)
        self._seen = values

    def _take(self, made: Array) -> None:
        if self._kernel is None:
            if self.array.shape != made.shape:
                self.array = made.copy()
            self.array[...] = made
            return
        inner, columns = made.shape
        sides = (-(-columns // 8), inner, 8)
        if self.array.shape != sides:
            self.array = np.empty(sides, np.float32)
        self._kernel.pack(address(made), columns, 1, address(self.array), inner, columns)


def _same(one: object, other: object) -> bool:
    return one is other


class Constants:
    """The constants of a model, which all its plans share."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._known: dict[Hashable, Constant] = {}

    def get(
        self,
        kind: Hashable,
        weights: Sequence[Weight],
        make: Callable[..., Array],
        packed: bool,
    ) -> Constant:
        """Return the constant of a `kind` of `weights`, which `make` computes."""
        key = kind, packed, *weights
        if key not in self._known:
            self._known[key] = Constant(weights, make, self.kernel if packed else None)
        return self._known[key]
