"""Step: the call of a layer in a plan, with the layers that are computed together with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyio.models.core.layer import Layer

RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "Bidirectional"})
"""Layers that leave out the steps that a mask leaves out."""

MERGES = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})
"""Layers that combine tensors number by number, and join their masks."""

WITH_MASKS = frozenset({"MultiHeadAttention", "Attention"}) | MERGES
"""Layers that use the masks of all their inputs."""

IDENTITIES = frozenset(
    [
        "InputLayer",
        "Dropout",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
        "GaussianNoise",
        "GaussianDropout",
        "AlphaDropout",
        "ActivityRegularization",
    ]
)
"""Layers that change nothing in a prediction."""


def own_name(layer: Layer) -> str:
    """Return the name of the class of a layer of pyio, and "" for a class of the user's.

    A subclass of Dense may compute something else, so the class itself counts.
    """
    kind = type(layer)
    return kind.__name__ if kind.__module__.startswith("pyio.models.layers.") else ""


@dataclass(eq=False)
class Step:
    """The call of a layer.

    Attributes:
        layer: The layer.
        sources: The slots of its inputs.
        targets: The slots of its outputs.
        ndim: The number of sides of its first input.
        before: A layer of borders in front that is computed with it.
        after: Layers behind that are computed with it.
        mask: The mask of its input while the plan is made, where the kernel has it.
        masks: Those of all inputs, for layers that use several; None for an input without one.
        made_mask: The mask that the step makes.
    """

    layer: Layer
    sources: list[int]
    targets: list[int]
    ndim: int = 0
    before: Any = None
    after: list[Any] = field(default_factory=list)
    mask: Any = None
    masks: list[Any] = field(default_factory=list)
    made_mask: Any = None

    @property
    def layers(self) -> list[Any]:
        """All layers of the step, in order."""
        return [*([] if self.before is None else [self.before]), self.layer, *self.after]
