"""Products in a plan, with the normalization behind them folded into their weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from pyio.models.plans.activations import Ending, ending
from pyio.models.plans.normalization import factor_and_shift
from pyio.models.plans.table import emits

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pyio.models.core.weight import Weight
    from pyio.models.plans.builder import Builder, Value
    from pyio.models.plans.constants import Constant
    from pyio.models.plans.step import Step

    Array = NDArray[Any]

ALL = slice(None)
Shaping: TypeAlias = "Callable[[Array], Array]"


def matrix(kernel: Array) -> Array:
    """Return a kernel with one row for each position and channel, and one column per filter."""
    return kernel.reshape(-1, kernel.shape[-1])


class Folded:
    """The weights of a product together with the normalization behind it.

    ``(x @ w + b - mean) * factor + beta`` is ``x @ (w * factor) + ((b - mean) * factor + beta)``.
    """

    def __init__(
        self, builder: Builder, kernel: Weight, bias: Weight | None, end: Ending | None = None
    ) -> None:
        self._builder = builder
        self._kernel = kernel
        self._bias = bias
        self._layer = None if end is None else end.normalization
        self._parts = [] if self._layer is None else factor_and_shift(self._layer)[0]

    def _kind(self, what: str) -> tuple[object, ...]:
        epsilon = None if self._layer is None else self._layer.epsilon
        return (what, epsilon, self._bias is None)

    def _scaled(self, shape: Shaping) -> Callable[..., Array]:
        """Return a function from the weights to the kernel, shaped and scaled by column."""
        if self._layer is None:
            return shape
        factor = factor_and_shift(self._layer)[1]
        return lambda kernel, *parts: shape(kernel) * factor(*parts)[0]

    def panels(self, columns: slice = ALL) -> Constant:
        """Return some columns of the kernel, packed for products."""
        scaled = self._scaled(matrix)
        weights = [self._kernel, *self._parts]
        kind = self._kind(f"columns {columns.start} to {columns.stop}")
        return self._builder.panels(kind, weights, lambda *values: scaled(*values)[:, columns])

    def array(self, what: str, shape: Shaping) -> Constant:
        """Return the kernel as an array, with the channels of the output last."""
        weights = [self._kernel, *self._parts]
        return self._builder.constant(self._kind(what), weights, self._scaled(shape))

    def bias(self) -> Constant | None:
        """Return what is added to the product."""
        if self._layer is None:
            return self._builder.weight(self._bias)
        factor = factor_and_shift(self._layer)[1]

        def shifted(*values: Array) -> Array:
            parts = values if self._bias is None else values[1:]
            scale, shift = factor(*parts)
            return shift if self._bias is None else values[0] * scale + shift

        weights = [*([] if self._bias is None else [self._bias]), *self._parts]
        return self._builder.constant(self._kind("bias"), weights, shifted)


def finished(builder: Builder, y: Value, end: Ending) -> Value:
    """Apply softmax in place, where it is the activation."""
    if end.softmax:
        width = y.shape[-1]
        log = end.softmax == "log_softmax"
        builder.add("softmax", x=y, y=y, rows=y.size // width, width=width, log=log)
    return y


@emits("Dense")
def dense(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """A product on the last axis."""
    layer: Any = step.layer
    (x,) = xs
    end = ending(step)
    folded = Folded(builder, layer.kernel, layer.bias, end)
    y = builder.value(*x.shape[:-1], layer.kernel.shape[-1])
    builder.product(x, folded.panels(), y, folded.bias(), end.act)
    return finished(builder, y, end)
