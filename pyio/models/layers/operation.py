"""KerasOp: an operation on tensors between the layers of a model that Keras wrote."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import GradientError, InvalidModelError
from pyio.limits import LAYER_SIDE
from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import OptionError, option, text
from pyio.models.core.shapes import Shape, Shapes, as_list, check_size
from pyio.models.core.work import volume
from pyio.models.ops.tensor_operations import OPERATIONS, as_computed

if TYPE_CHECKING:
    from collections.abc import Sequence

_TRIED = 1_000_000
"""Elements of the arrays with which the shape of a result is found out."""


_GROWING = [
    "Pad",
    "OneHot",
    "Split",
    "SplitOfTensorFlow",
    "Diff",
    "Repeat",
    "Tile",
    "BroadcastTo",
    "Unstack",
]
"""Operations whose results are larger the larger the numbers among their arguments are."""

_MOST = 1_000_000
"""The largest of those numbers."""


def _largest(value: Any) -> int:
    """Return the largest whole number in JSON, or 1."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return max(map(_largest, value), default=1)
    return abs(value) if type(value) is int else 1


def _arguments(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise OptionError('a list of arguments, {"ref": i} for the input i')
    return list(value)


def _keywords(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise OptionError("an object of arguments by name")
    return dict(value)


class KerasOp(Layer):
    """An operation of ``keras.ops``, as ``x * 2`` makes one in Keras.

    Args:
        op_name: The operation, by Keras 3's name of its class: "Add", "GetItem", "Mean".
        op_args: Its arguments without names. ``{"ref": i}`` is the input `i`, and a slice is
            ``{"class_name": "__slice__", "config": {"start", "stop", "step"}}``.
        op_kwargs: Its arguments with names.

    Inputs and outputs have any shapes and any of the dtypes float32, int32 and bool. Raises
    InvalidModelError for an operation or an argument that is not known.
    """

    positional = ("op_name",)

    op_name: str = option(check=text)
    op_args: list[Any] = option([{"ref": 0}], _arguments)
    op_kwargs: dict[str, Any] = option({}, _keywords)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.op_name not in OPERATIONS:
            raise InvalidModelError(
                f"{self.name!r} is the operation {self.op_name!r:.80}; pyio computes "
                f"{', '.join(OPERATIONS)}"
            )
        self._largest = _largest([self.op_args, self.op_kwargs]) if self.op_name in _GROWING else 1
        if self._largest > _MOST:
            raise InvalidModelError(
                f"the {self.op_name} {self.name!r} has the number {self._largest:,}; {_MOST:,} is "
                "the most there can be"
            )

    def compute_output_shape(self, shape: Shapes) -> Any:
        """Return the shapes that the operation has for arrays of `shape`.

        They are found out with arrays of no example, so that nothing large is computed.
        """
        shapes = as_list(shape)
        found: list[Any] = [None, None]
        # The second is for an index of one example, the third for a batch that is written out.
        for trials in (((0, 2), (0, 3)), ((2, 2), (3, 3)), ((1, 2), (1, 3))):
            if None in found:
                found = [self._tried(shapes, *sides) for sides in trials]
        if not all(found):
            raise InvalidModelError(
                f"the operation {self.op_name} {self.name!r} does not fit inputs of the shapes "
                f"{[list(sides) for sides in shapes]}"
            )
        batch = next((sides[0] for sides in shapes if sides), None)
        results = [
            tuple(
                a if a == b != 0 else batch if a == b and axis == 0 else None
                for axis, (a, b) in enumerate(zip(*pair, strict=True))
            )
            for pair in zip(*found, strict=True)
        ]
        return results if len(results) > 1 else results[0]

    def _tried(self, shapes: Sequence[Shape], batch: int, unknown: int) -> list[Shape] | None:
        sides = [
            (batch, *(unknown if side is None else side for side in each[1:])) for each in shapes
        ]
        if sum(map(volume, sides)) * self._largest > _TRIED:
            return None
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # of means of no example
                result = self.call([np.ones(each, np.float32) for each in sides])
        except InvalidModelError:
            return None
        results = result if isinstance(result, list) else [result]
        return [check_size(each.shape, self.name) for each in results]

    def call(self, x: Any) -> Any:
        """Return the result, or a list of them.

        Raises InvalidModelError for arguments that the operation does not take.
        """
        arrays = x if isinstance(x, list) else [x]
        args = [self._value(each, arrays) for each in self.op_args]
        kwargs = {key: self._value(each, arrays) for key, each in self.op_kwargs.items()}
        try:
            return as_computed(OPERATIONS[self.op_name](*args, **kwargs))
        except GradientError:
            raise
        except (TypeError, ValueError, IndexError, ArithmeticError) as error:
            raise InvalidModelError(
                f"the operation {self.op_name} {self.name!r} has arguments or inputs that pyio "
                f"does not compute ({error})"
            ) from None

    def compute(self, x: Any, mask: Any) -> tuple[Any, Any]:  # noqa: ARG002 - every layer has it
        """Return the result; an operation has no mask."""
        return self.call(x), None

    def _value(self, value: Any, arrays: Sequence[Array]) -> Any:
        """Return an argument with inputs, slices and constants in their places."""
        if isinstance(value, list):
            return [self._value(each, arrays) for each in value]
        if not isinstance(value, Mapping):
            return value
        if "ref" in value:
            return arrays[self._number(value["ref"], len(arrays))]
        config = value.get("config")
        if value.get("class_name") == "__slice__" and isinstance(config, Mapping):
            return slice(*(config.get(key) for key in ("start", "stop", "step")))
        if value.get("class_name") == "__ellipsis__":
            return Ellipsis
        if value.get("class_name") == "__tuple__":
            return [self._value(each, arrays) for each in value.get("items") or []]
        if value.get("class_name") in ("__numpy__", "__tensor__") and isinstance(config, Mapping):
            return as_computed(np.asarray(config.get("value"), str(config.get("dtype"))))
        raise InvalidModelError(f"{self.name!r} has the argument {value!r:.120}")

    def _number(self, number: Any, count: int) -> int:
        if type(number) is not int or not 0 <= number < min(count, LAYER_SIDE):
            raise InvalidModelError(f"{self.name!r} takes the input {number!r} of {count}")
        return number
