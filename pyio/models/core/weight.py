"""Weight: one named tensor of a layer. Its values are made only when they are needed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pyio.errors import InvalidModelError, WeightsError
from pyio.limits import WEIGHT_BYTES
from pyio.models.ops.kernels import Matrix, matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray


def copied(value: ArrayLike, name: str) -> NDArray[Any]:
    """Return `value` as an array of its own. Raises WeightsError naming the weight `name`."""
    try:
        return np.array(value)
    except ValueError:
        raise WeightsError(
            f"the values for the weight {name!r} are lists of different lengths"
        ) from None


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view of `array` that cannot be written into."""
    view = array.view()
    view.flags.writeable = False
    return view


class Weight:
    """One named tensor of a layer.

    Attributes:
        name: The full name, ``layer/kernel``, as TensorFlow.js writes it into the weight specs.
        shape: Its sides; all of them are known.
        dtype: "float32" or "int32".
        trainable: Whether training changes it.
        regularizer: The config object of what training adds to the loss for it, or None.
        constraint: The config object of what training does with its values after each step.
        changes: How often any weight has got another tensor. Where it stays, no weight has changed.
    """

    changes: ClassVar[int] = 0

    __slots__ = (
        *("_initial", "_leaf", "_matrix", "_value", "constraint", "dtype", "name", "regularizer"),
        *("shape", "trainable"),
    )

    def __init__(
        self,
        name: str,
        shape: tuple[int, ...],
        dtype: str,
        initial: Callable[[tuple[int, ...], str], NDArray[Any]],
        trainable: bool = True,
    ) -> None:
        # Checked before anything is allocated: a damaged topology can ask for any size.
        if math.prod(shape) * 4 > WEIGHT_BYTES:
            raise InvalidModelError(
                f"the weight {name!r} would have the shape {list(shape)}, "
                f"{math.prod(shape) * 4:,} bytes; {WEIGHT_BYTES:,} is the most there can be"
            )
        self.name = name
        self.shape = shape
        self.dtype = dtype
        self.trainable = trainable
        self.regularizer: Any = None
        self.constraint: Any = None
        self._initial = initial
        self._value: NDArray[Any] | None = None
        self._matrix: tuple[int, Matrix] | None = None
        self._leaf: Any = None

    def __repr__(self) -> str:
        return f"Weight({self.name!r}, shape={self.shape}, dtype={self.dtype!r})"

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def value(self) -> NDArray[Any]:
        """The tensor. The initializer makes it at first use, unless values were assigned before.

        So a model that is loaded never draws the random numbers that its weights replace. While a
        step of training runs, it is what stands for the tensor there. It cannot be written into:
        `assign` gives other values, because matrices and plans are made of them and must notice.
        """
        if self._leaf is not None:
            return self._leaf  # type: ignore[no-any-return]
        if self._value is None:
            self._value = read_only(self._initial(self.shape, self.dtype))
        return self._value

    @property
    def matrix(self) -> Matrix:
        """The tensor as the right operand of products: all sides but the last are its rows.

        Kept from one batch to the next, because preparing a matrix takes time.
        """
        return self.matrix_of(len(self.shape) - 1)

    def matrix_of(self, sides: int) -> Matrix:
        """The tensor as the right operand of products: the first `sides` sides are its rows."""
        if self._matrix is None or self._matrix[0] != sides:
            rows = math.prod(self.shape[:sides])
            self._matrix = sides, matrix(self.value.reshape(rows, -1))
        return self._matrix[1]

    def follow(self, leaf: Any) -> None:
        """Let `leaf` stand for the tensor, until this is called with None."""
        self._leaf = leaf
        self._matrix = None
        Weight.changes += 1

    def assign(self, value: ArrayLike) -> None:
        """Replace the tensor by `value`; an array of the right dtype is not copied.

        Raises WeightsError when the shape differs or the values are not numbers.
        """
        array = np.asarray(value)
        if array.shape != self.shape:
            raise WeightsError(
                f"weight {self.name!r} has the shape {list(self.shape)}; the array given has "
                f"{list(array.shape)}"
            )
        if array.dtype.kind not in "fiub":
            raise WeightsError(
                f"weight {self.name!r} is {self.dtype}; the array given is {array.dtype}"
            )
        self._value = read_only(array.astype(self.dtype, copy=False))
        self._matrix = None
        Weight.changes += 1

    def reshape(self, shape: tuple[int, ...]) -> None:
        """Give the weight another shape and forget its values."""
        self.shape = shape
        self._value = self._matrix = None
        Weight.changes += 1

    def start_from_ones(self, start: int, stop: int) -> None:
        """Make the initial values from `start` to `stop` 1; values are still made late."""
        initial = self._initial

        def with_ones(shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
            values = initial(shape, dtype)
            values[start:stop] = 1
            return values

        self._initial = with_ones


def assign_all(weights: Sequence[Weight], values: Sequence[ArrayLike], what: str) -> None:
    """Assign `values` to `weights`, all or none. Raises WeightsError naming `what`."""
    if not isinstance(values, list | tuple):
        raise WeightsError(f"{what} takes a list of arrays; got a {type(values).__name__}")
    if len(weights) != len(values):
        raise WeightsError(f"{what} has {len(weights)} weights; {len(values)} arrays were given")
    arrays = [copied(value, weight.name) for value, weight in zip(values, weights, strict=True)]
    for weight, array in zip(weights, arrays, strict=True):
        if weight.shape != array.shape:
            raise WeightsError(
                f"{what}: the weight {weight.name!r} has the shape {list(weight.shape)}; the "
                f"array given has {list(array.shape)}"
            )
    for weight, array in zip(weights, arrays, strict=True):
        weight.assign(array)
