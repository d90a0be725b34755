"""BiasActivation: the end that many layers share, adding a bias and applying an activation."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyio.models.core.layer import Array, Layer
from pyio.models.ops.followed import Followed
from pyio.models.serialization.registry import activation_function

if TYPE_CHECKING:
    from pyio.models.core.weight import Weight
    from pyio.models.ops.activations import Activation


class BiasActivation(Layer):
    """A layer with an `activation`."""

    activation: Any

    @cached_property
    def activate(self) -> Activation:
        """The function that it means. Raises UnknownLayersError if it is not registered."""
        return activation_function(self.activation, self.name)

    def finish(self, x: Array, bias: Weight | None) -> Array:
        """Return `x` with the bias added, activated. With a bias, `x` is overwritten.

        Callers pass the result of a product, which is not used elsewhere; adding in place saves
        an array of that size. In training it stays, because the gradient needs it.
        """
        added = None if bias is None else bias.value
        for each in (x, added):
            if isinstance(each, Followed):
                return each.kernels.finish(x, added, self.activate)
        if added is not None:
            x += added
        return x if self.activation == "linear" else self.activate(x)
