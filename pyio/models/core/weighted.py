"""Weighted: the part of a layer that holds weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.errors import WeightsError
from pyio.models.core.initial_values import initial_values
from pyio.models.core.weight import Weight, copied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from pyio.models.core.parts import Part


class Weighted:
    """Something with weights of its own, in the order of TensorFlow.js."""

    name: str
    scope: str
    _trainable: bool
    _trainable_weights: list[Weight]
    _other_weights: list[Weight]

    def add_weight(
        self,
        name: str,
        shape: Sequence[int],
        initializer: Part,
        trainable: bool = True,
        dtype: str = "float32",
    ) -> Weight:
        """Return a new weight of this layer. Its values are made when they are first needed."""

        def initial(sides: tuple[int, ...], dtype: str) -> NDArray[Any]:
            return initial_values(initializer, sides, dtype)

        weight = Weight(f"{self.scope}/{name}", tuple(shape), dtype, initial, trainable)
        (self._trainable_weights if trainable else self._other_weights).append(weight)
        return weight

    @property
    def trainable_weights(self) -> list[Weight]:
        """The weights that training changes."""
        return [w for w in self._trainable_weights if w.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The weights that training leaves alone: frozen ones, then those that never change."""
        frozen = [w for w in self._trainable_weights if not (self.trainable and w.trainable)]
        return frozen + self._other_weights

    @property
    def weights(self) -> list[Weight]:
        """All weights, the trainable ones first, as TensorFlow.js orders them."""
        return [*self.trainable_weights, *self.non_trainable_weights]

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights. Setting it holds for each of them."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        self.mark_trainable(self._trainable)

    def mark_trainable(self, value: bool) -> None:
        """Let the weights themselves, not the layer, be trainable or not."""
        for weight in self._trainable_weights:
            weight.trainable = value

    def get_weights(self) -> list[NDArray[Any]]:
        """Return copies of the values of all weights."""
        return [weight.value.copy() for weight in self.weights]

    def set_weights(self, values: Sequence[ArrayLike]) -> None:
        """Assign `values`, one array per weight in the order of `weights`.

        Raises WeightsError for another number of arrays or another shape.
        """
        assign_all(self.weights, values, f"layer {self.name!r}")

    def count_params(self) -> int:
        """Return the number of elements in all weights."""
        return sum(weight.size for weight in self.weights)


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
