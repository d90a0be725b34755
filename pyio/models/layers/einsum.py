"""EinsumDense: a dense layer whose product is any sum of products, named by an equation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.errors import InvalidModelError
from pyio.models.core.options import OptionError, option, text
from pyio.models.core.parts import ConfigObject, activation, constraint, initializer, regularizer
from pyio.models.core.shapes import Shape, Shapes, known, only
from pyio.models.core.work import volume
from pyio.models.layers.bias_activation import BiasActivation
from pyio.models.ops import kernels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.core.layer import Array

_FREE = "zyxwvutsrqponmlkjihgfedcba"


def _sides(value: Any) -> list[int | None]:
    given = value if isinstance(value, list | tuple) else [value]
    if not all(side is None or (type(side) is int and side > 0) for side in given):
        raise OptionError("a whole number from 1, or a list of them and None")
    return list(given)


class EinsumDense(BiasActivation):
    """``activation(einsum(equation, x, kernel) + bias)``, in float32.

    Args:
        equation: The letters of the sides of input, kernel and output: ``"abc,cd->abd"`` is a
            dense layer on the last axis. ``...`` stands for any sides at the start or the end.
        output_shape: The shape of the output without the batch; None for sides of the input.
        activation: The name of an activation or a layer such as ReLU; "linear" unless given.
        bias_axes: The letters of the output that the bias has; None for no bias.
        kernel_initializer: What the kernel starts from.
        bias_initializer: What the bias starts from.
        kernel_regularizer: Regularizer of the kernel. Stored in the config; used in training only.
        bias_regularizer: The same for the bias.
        activity_regularizer: The same for the output.
        kernel_constraint: Constraint on the kernel. Stored in the config; used in training only.
        bias_constraint: The same for the bias.

    Raises InvalidModelError for an equation that does not fit the input.
    """

    positional = ("equation", "output_shape")

    equation: str = option(check=text)
    output_shape: list[int | None] = option(check=_sides)
    activation: Any = option("linear", activation)
    bias_axes: str | None = option(None, text)
    kernel_initializer: ConfigObject = option("GlorotUniform", initializer)
    bias_initializer: ConfigObject = option("Zeros", initializer)
    kernel_regularizer: ConfigObject | None = option(None, regularizer)
    bias_regularizer: ConfigObject | None = option(None, regularizer)
    activity_regularizer: ConfigObject | None = option(None, regularizer)
    kernel_constraint: ConfigObject | None = option(None, constraint)
    bias_constraint: ConfigObject | None = option(None, constraint)

    def build(self, shape: Shapes) -> None:
        """Make the kernel, whose shape follows from the equation, and the bias."""
        sides = only(shape, self.name)
        self._left, self._right, self._out = self._letters(len(sides))
        sizes = self._sizes(sides)
        what = f"a side of the kernel of {self.name!r}"
        try:
            kernel = [known(sizes[letter], what) for letter in self._right]
        except KeyError as error:
            raise self._refusal(sides) from error
        self.kernel = self.add_weight("kernel", kernel, self.kernel_initializer)
        self.bias = None
        if self.bias_axes:
            wanted = set(self.bias_axes)
            if not wanted <= set(self._out):
                raise self._refusal(sides)
            start = min(self._out.index(letter) for letter in wanted)
            bias = [
                known(sizes[letter], what) if letter in wanted else 1
                for letter in self._out[start:]
            ]
            self.bias = self.add_weight("bias", bias, self.bias_initializer)

    def _letters(self, ndim: int) -> tuple[str, str, str]:
        """Return the letters of input, kernel and output, with letters for ``...``."""
        left, comma, rest = self.equation.replace(" ", "").partition(",")
        right, arrow, out = rest.partition("->")
        count = ndim - len(left.replace("...", ""))
        free = "".join([letter for letter in _FREE if letter not in self.equation][: max(count, 0)])
        left, out = left.replace("...", free), out.replace("...", free)
        letters = left + right + out
        unique = all(len(set(each)) == len(each) for each in (left, right, out))
        if not (comma and arrow and unique and letters.isalpha() and len(left) == ndim):
            raise InvalidModelError(
                f"EinsumDense {self.name!r} has the equation {self.equation!r:.120}, which does "
                f"not fit an input of {ndim} dimensions"
            )
        return left, right, out

    def _sizes(self, sides: Shape) -> dict[str, int | None]:
        """Return the side of each letter, from the input and the output shape."""
        sizes: dict[str, int | None] = dict(zip(self._left, sides, strict=True))
        given = self.output_shape
        if len(given) >= len(self._out):
            raise self._refusal(sides)
        # Sides for ``...`` at the end of the output come behind the given ones, others in front.
        behind = self.equation.rstrip().endswith("...")
        start = 1 if behind else len(self._out) - len(given)
        for letter, side in zip(self._out[start : start + len(given)], given, strict=True):
            if sizes.get(letter) is None or side is not None:
                before = sizes.get(letter)
                if None not in (before, side) and before != side:
                    raise self._refusal(sides)
                sizes[letter] = side if side is not None else before
        return sizes

    def _refusal(self, sides: Sequence[int | None]) -> InvalidModelError:
        return InvalidModelError(
            f"EinsumDense {self.name!r} has the equation {self.equation!r:.120} and output_shape "
            f"{self.output_shape}, which do not fit an input of the shape {list(sides)}"
        )

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the sides that the letters of the output mean."""
        sides = only(shape, self.name)
        sizes = self._sizes(sides) | dict(zip(self._right, self.kernel.shape, strict=True))
        return tuple(sizes.get(letter) for letter in self._out)

    def positions(self, before: Shape, after: Shape) -> int:  # noqa: ARG002
        """Return how often the whole kernel is used."""
        kept = [
            side for letter, side in zip(self._left, before, strict=True) if letter in self._right
        ]
        return volume(before[1:]) // max(1, volume(kept))

    def call(self, x: Array) -> Array:
        """Return the product, the bias added and activated."""
        equation = f"{self._left},{self._right}->{self._out}"
        return self.finish(kernels.einsum(equation, x, self.kernel.value), self.bias)
