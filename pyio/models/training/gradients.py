"""One step of training: the loss of a batch, and its gradient for every weight."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import GradientError
from pyio.models.core.phase import Phase, during
from pyio.models.training import kernel_gradients as kernel_gradients  # gives Traced its kernels
from pyio.models.training import sum_rules as sum_rules  # fills the tables of rules
from pyio.models.training.penalties import activity_penalty, penalized, penalty
from pyio.models.training.tape import Tape, Traced, raw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyio.models.core.container import Container
    from pyio.models.core.weight import Weight
    from pyio.models.training.losses import Measure

Array = Any


@dataclass(frozen=True, slots=True)
class Batch:
    """The examples of one step.

    Attributes:
        inputs: One array per input of the model.
        targets: One per output.
        weights: For each output, the numbers that its losses are multiplied with, or None.
    """

    inputs: list[Array]
    targets: list[Array]
    weights: list[Array | None]

    @property
    def size(self) -> int:
        """The number of examples."""
        return len(self.inputs[0])


@dataclass(frozen=True, slots=True)
class Found:
    """What a step found out.

    Attributes:
        loss: The total, penalties included.
        losses: The mean loss of each output.
        outputs: The outputs of the model, as plain arrays.
        gradients: For each weight its gradient, or None if the loss does not depend on it.
        phase: The phase, with the new moving averages.
    """

    loss: float
    losses: list[float]
    outputs: list[Array]
    gradients: list[Array | None]
    phase: Phase


def gradients(
    model: Container,
    weights: Sequence[Weight],
    batch: Batch,
    functions: Sequence[Measure | None],
    phase: Phase,
) -> Found:
    """Return losses and gradients for a batch. No weight changes.

    Raises GradientError if a layer computes something that cannot be followed.
    """
    tape = Tape()
    try:
        with np.errstate(all="ignore"), during(phase), _followed(weights, tape) as leaves:
            outputs, _ = model.graph.run(batch.inputs, [None] * len(batch.inputs))
            total, losses = total_loss(functions, batch, outputs)
            for weight in penalized(model):
                total = total + penalty(weight.value, weight.regularizer)
            for extra in (*phase.penalties, *map(activity_penalty, phase.penalized)):
                total = total + extra
            values = float(raw(total)), losses, [raw(output) for output in outputs]
            if not isinstance(total, Traced):
                raise GradientError(_NO_WEIGHT)
            tape.backward(total)
    except ValueError as error:
        if "read-only" in str(error):
            raise GradientError(_CHANGED) from error
        raise
    finally:
        tape.close()
    return Found(*values, [leaf.gradient for leaf in leaves], phase)


_NO_WEIGHT = (
    "the loss does not depend on any trainable weight, so there is nothing to train: between the "
    "weights and the outputs something has no gradient, such as a comparison, a rounding, numbers "
    "of classes or pyio.layers.plain(x). Compute it from the trained outputs instead, as a metric"
)

_CHANGED = (
    "training cannot follow a layer that changes an array in place after it was used; write the "
    "result as a new array: `y = y + x`"
)


@contextmanager
def _followed(weights: Sequence[Weight], tape: Tape) -> Iterator[list[Traced]]:
    """Within the block, what is computed with `weights` is noted on the tape."""
    leaves = [tape.leaf(weight.value) for weight in weights]
    try:
        for weight, leaf in zip(weights, leaves, strict=True):
            weight.follow(leaf)
        yield leaves
    finally:
        for weight in weights:
            weight.follow(None)


def total_loss(
    functions: Sequence[Measure | None], batch: Batch, outputs: Sequence[Any]
) -> tuple[Any, list[float]]:
    """Return the total loss, to be gone back from, and the mean loss of each output.

    TensorFlow.js adds the losses of the examples before it takes the mean. Where outputs have
    the same number of losses, the sum of the means is equal to that. Elsewhere it mixes examples
    and steps, and pyio does not.
    """
    total: Any = np.float32(0)
    losses = []
    parts: list[Any] = []
    for function, true, output, weight in zip(
        functions, batch.targets, outputs, batch.weights, strict=True
    ):
        if function is None:
            losses.append(0.0)
            continue
        each = weighted(function(true, output), weight)
        losses.append(float(np.mean(raw(each))))
        parts.append(each)
    if parts and len({part.shape for part in parts}) == 1:
        added = parts[0]
        for part in parts[1:]:
            added = added + part
        return np.mean(added), losses
    for part in parts:
        total = total + np.mean(part)
    return total, losses


def weighted(losses: Any, weight: Array | None) -> Any:
    """Return the losses of examples, or of examples and steps, multiplied with weights."""
    if weight is None:
        return losses
    return losses * weight.reshape(weight.shape + (1,) * (losses.ndim - weight.ndim))
