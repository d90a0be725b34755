"""The phase: what a layer can ask while a step of training runs. Predictions have no phase."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from pyio.models.core.weight import Weight

    Array = NDArray[Any]

T = TypeVar("T")


class Phase:
    """One step of training, as layers see it.

    Args:
        random: Where random numbers come from.
        of_layers: Generators of layers with a seed of their own, by layer. They outlive the step.

    Attributes:
        updates: New values of weights that are no result of gradients, such as moving averages.
            They become the values of the weights when the whole step has succeeded.
        penalties: What layers add to the loss: numbers that are followed.
        penalized: Outputs of layers with the config objects of their activity regularizers.
    """

    def __init__(
        self, random: np.random.Generator, of_layers: dict[Any, np.random.Generator]
    ) -> None:
        self.random = random
        self._of_layers = of_layers
        self._masks: dict[tuple[Any, str], Array] = {}
        self.updates: dict[Weight, Array] = {}
        self.penalties: list[Any] = []
        self.penalized: list[tuple[Any, Any]] = []

    def latest(self, weight: Weight) -> Array:
        """Return the value of `weight`, which an earlier call in this step may have changed."""
        found = self.updates.get(weight)
        return weight.value if found is None else found

    def update(self, weight: Weight, value: Any) -> None:
        """Give `weight` the plain array `value` at the end of the step."""
        self.updates[weight] = value

    def random_of(self, layer: Any) -> np.random.Generator:
        """Return the generator of `layer`: its own, if it has a seed."""
        seed = getattr(layer, "seed", None)
        if seed is None:
            return self.random
        if layer not in self._of_layers:
            self._of_layers[layer] = np.random.default_rng(abs(int(seed)))
        return self._of_layers[layer]

    def kept(self, layer: Any, shape: Sequence[int], rate: float) -> Array:
        """Return a mask of `shape`: 0 with the probability `rate`, and ``1 / (1 - rate)``.

        So the mean of what it is multiplied with stays. The formula is that of ``tf.dropout``.
        """
        drawn = self.random_of(layer).random(tuple(shape), np.float32)
        keep = np.float32(1 - rate)
        mask: Array = np.floor(drawn + keep) / keep
        return mask

    def kept_for_sequence(
        self, cell: Any, what: str, shape: Sequence[int], rate: float
    ) -> Array | None:
        """Return the mask of a cell, the same one for all steps; None without a `rate`."""
        if not 0 < rate < 1:
            return None
        key = cell, what
        if key not in self._masks:
            self._masks[key] = self.kept(cell, shape, rate)
        return self._masks[key]

    def begin_sequence(self, cells: Sequence[Any]) -> None:
        """Forget the masks of `cells`: another sequence begins."""
        self._masks = {key: mask for key, mask in self._masks.items() if key[0] not in cells}


_current: ContextVar[Phase | None] = ContextVar("phase", default=None)


def training_phase() -> Phase | None:
    """Return the step of training that runs, or None for a prediction."""
    return _current.get()


@contextmanager
def during(phase: Phase) -> Iterator[None]:
    """Within the block, layers are trained."""
    token = _current.set(phase)
    try:
        yield
    finally:
        _current.reset(token)


def without_phase(compute: Callable[..., T], *args: Any) -> T:
    """Return what `compute` returns for a prediction, also if a step of training runs."""
    token = _current.set(None)
    try:
        return compute(*args)
    finally:
        _current.reset(token)


def leave_phase() -> None:
    """End the step that runs, if there is one."""
    _current.set(None)


def plain(value: Any) -> Any:
    """Return `value` as a plain array, without what training notes about it.

    No gradient goes through the result.
    """
    return getattr(value, "untracked", value)
