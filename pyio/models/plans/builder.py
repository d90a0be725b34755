"""Builder: the rows and the memory of a plan while it is made."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.kernel.rows import row
from pyio.models.plans.constants import Constant, Constants, Unplanned

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from numpy.typing import NDArray

    from pyio.models.core.weight import Weight

    Array = NDArray[Any]

MOST_BYTES = 1 << 30
"""The largest tensor of a plan. The kernel counts bytes as int32."""


class Memory:
    """A block of memory, and how many of the plan's tensors in it are still used."""

    __slots__ = ("block", "users")

    def __init__(self, block: Array) -> None:
        self.block = block
        self.users = 0


class Value:
    """A tensor of a plan: an array at an address that stays, and the memory that it lies in."""

    __slots__ = ("array", "memory")

    def __init__(self, array: Array, memory: Memory) -> None:
        self.array = array
        self.memory = memory

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sides, the batch included."""
        return self.array.shape

    @property
    def size(self) -> int:
        """The number of its elements."""
        return self.array.size

    def reshaped(self, *shape: int) -> Value:
        """Return the same memory with another shape."""
        return Value(self.array.reshape(shape), self.memory)


class Builder:
    """Collects the rows of a plan, and gives out memory, constants and scratch.

    Attributes:
        rows: The rows so far.
        constants: The constants that the rows refer to.
    """

    def __init__(self, constants: Constants) -> None:
        self.rows: list[list[int]] = []
        self.constants: list[Constant] = []
        self._shared = constants
        self._free: list[Memory] = []
        self._kept: list[Array] = []
        self._scratch: Array = np.empty(0, np.float32)

    # ------------------------------------------------------------ rows

    def add(self, operation: str, **fields: Any) -> None:
        """Add an operation; values and constants stand for their addresses."""
        plain = {
            name: value.array if isinstance(value, Value | Constant) else value
            for name, value in fields.items()
        }
        self.rows.append(row(operation, **plain))

    def product(self, x: Value, panels: Any, y: Value, bias: Any = None, act: int = 0) -> None:
        """Add the product of a packed matrix with all that stands on the last side of `x`.

        `y` has a row of results for each. An `act` of 0 leaves them as they are.
        """
        inner = x.shape[-1]
        rows = x.size // inner
        columns = y.size // rows
        self.add(
            "gemm",
            x=x,
            x_row=inner,
            panels=panels,
            y=y,
            y_row=columns,
            rows=rows,
            inner=inner,
            columns=columns,
            bias=bias,
            act=act,
        )

    def back_to(self, mark: int) -> None:
        """Forget the rows from number `mark` on."""
        del self.rows[mark:]

    # ------------------------------------------------------------ memory

    @property
    def bytes(self) -> int:
        """The memory of the tensors of the plan."""
        return sum(each.nbytes for each in self._kept)

    def value(self, *shape: int, dtype: Any = np.float32) -> Value:
        """Return memory for a tensor of `shape`. Raises Unplanned for one that is too large."""
        size = math.prod(shape)
        if not size or size * 4 > MOST_BYTES:
            raise Unplanned(f"a tensor of {size} elements")
        fitting = [each for each in self._free if each.block.size >= size]
        memory = min(fitting, key=lambda each: each.block.size, default=None)
        if memory is None:
            memory = Memory(np.zeros(size, np.float32))
            self._kept.append(memory.block)
        else:
            self._free.remove(memory)
        return Value(memory.block[:size].view(dtype).reshape(shape), memory)

    def take(self, value: Value) -> None:
        """Note one more user of the memory of `value`."""
        value.memory.users += 1

    def release(self, value: Value) -> None:
        """Note one user less; memory without users serves for other tensors."""
        value.memory.users -= 1
        if value.memory.users <= 0 and value.memory not in self._free:
            self._free.append(value.memory)

    def free_unused(self, memory: Memory) -> None:
        """Give memory back that only one operation needed."""
        if memory.users <= 0 and memory not in self._free:
            self._free.append(memory)

    def scratch(self, size: int) -> Array:
        """Return memory that keeps nothing from one row to the next."""
        if size * 4 > MOST_BYTES:
            raise Unplanned(f"a scratch of {size} elements")
        if self._scratch.size < size:
            self._scratch = np.zeros(size, np.float32)
            self._kept.append(self._scratch)
        return self._scratch

    def fixed(self, array: Array) -> Array:
        """Keep `array`, whose address is in a row."""
        self._kept.append(array)
        return array

    # ------------------------------------------------------------ constants

    def constant(
        self, kind: Hashable, weights: Sequence[Weight], make: Callable[..., Array]
    ) -> Constant:
        """Return what `make` computes of the arrays of `weights`. `kind` tells kinds apart."""
        return self._noted(self._shared.get(kind, weights, make, packed=False))

    def panels(
        self, kind: Hashable, weights: Sequence[Weight], make: Callable[..., Array]
    ) -> Constant:
        """Return the same as the right operand of products; `make` computes a matrix."""
        return self._noted(self._shared.get(kind, weights, make, packed=True))

    def weight(self, weight: Weight | None) -> Constant | None:
        """Return a weight as it is."""
        return None if weight is None else self.constant("itself", [weight], lambda w: w)

    def _noted(self, constant: Constant) -> Constant:
        if constant not in self.constants:
            constant.refresh()
            self.constants.append(constant)
        return constant
