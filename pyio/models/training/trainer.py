"""Trainer: whole steps of training. A step changes everything that it changes, or nothing."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import DivergedError, InvalidModelError
from pyio.models.core.phase import Phase, leave_phase
from pyio.models.training.evaluation import (
    loss_functions,
    measures,
    metrics_names,
    numbers_of,
    require_config,
)
from pyio.models.training.gradients import Batch, Found, gradients, weighted
from pyio.models.training.penalties import check_parts
from pyio.models.training.state import Change, commit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pyio.models.core.weight import Weight


class Trainer:
    """Trains a compiled model, batch by batch.

    Args:
        model: The model.
        random: Where random numbers come from.

    Attributes:
        functions: The loss of each output.
        labels: The names of the numbers that a step returns.

    Raises InvalidModelError for a model that was not compiled or has nothing to train, and for
    regularizers and constraints that pyio does not know.
    """

    def __init__(self, model: Any, random: np.random.Generator) -> None:
        config = require_config(model, model.training_config)
        self.model = model
        self._random = random
        self.functions = loss_functions(model, config)
        self._metrics = measures(model, config)
        self.labels = _unique(metrics_names(model, config))
        if not any(self.functions):
            raise InvalidModelError(f"the model {model.name!r} was compiled without a loss")
        if model.unknown_classes:
            raise InvalidModelError(
                f"the model {model.name!r} has layers whose classes are not registered: "
                f"{', '.join(model.unknown_classes)}; it cannot be trained"
            )
        check_parts(model.all_layers())
        _warn_of_passing(model)
        model.optimizer.begin(self.weights())

    def weights(self) -> list[Weight]:
        """Return the weights that training changes now: freezing a layer acts at once.

        Raises InvalidModelError if all are frozen.
        """
        found = [weight for weight in self.model.trainable_weights if weight.trainable]
        if not found:
            raise InvalidModelError(
                f"the model {self.model.name!r} has no trainable weights; set `trainable` of a "
                "layer to True"
            )
        return found

    def step(self, batch: Batch) -> NDArray[Any]:
        """Train with one batch and return its numbers, those that `labels` names.

        The loss has the penalties in it, and the outputs are those before the update.

        Raises DivergedError if the loss or a gradient is not finite. Then, and after any other
        exception, the weights are those of the step before.
        """
        weights = self.weights()
        states = _states(self.model.all_layers())
        before: list[tuple[Weight, Any]] = []
        try:
            for layer in self.model.all_layers():
                for weight, value in layer.before_step():
                    before.append((weight, weight.value))
                    weight.assign(value)
            phase = Phase(self._random, self.model.optimizer.generators)
            found = gradients(self.model, weights, batch, self.functions, phase)
            _check_finite(found)
            changes: list[Change] = self.model.optimizer.changes(weights, found.gradients)
            changes += [(weight.assign, new) for weight, new in phase.updates.items()]
            numbers = numbers_of(
                found.loss, found.losses, self._metrics, batch.targets, found.outputs
            )
        except BaseException:
            # Also for an interrupt while the step was leaving: nothing of it remains.
            leave_phase()
            for weight in weights:
                weight.follow(None)
            for weight, value in before:
                weight.assign(value)
            for layer, state in states:
                layer._states = state  # noqa: SLF001 -- back to what they were
            raise
        commit(changes)
        return numbers

    def measure(self, batch: Batch) -> NDArray[Any]:
        """Return the same numbers without training: in the way of predictions, no penalties."""
        inputs = batch.inputs if len(batch.inputs) > 1 else batch.inputs[0]
        predicted = self.model.predict(inputs, batch.size)
        outputs = predicted if isinstance(predicted, list) else [predicted]
        losses = []
        with np.errstate(all="ignore"):
            for function, true, out, weight in zip(
                self.functions, batch.targets, outputs, batch.weights, strict=True
            ):
                each = 0.0 if function is None else weighted(function(true, out), weight)
                losses.append(float(np.mean(each)))
        return numbers_of(sum(losses), losses, self._metrics, batch.targets, outputs)

    def named(self, numbers: NDArray[Any], prefix: str = "") -> dict[str, float]:
        """Return numbers by their labels."""
        return {
            f"{prefix}{label}": float(number)
            for label, number in zip(self.labels, numbers, strict=True)
        }


def _states(layers: Any) -> list[tuple[Any, Any]]:
    """Return the stateful layers with the states that they have now."""
    return [
        (layer, layer._states)  # noqa: SLF001 -- a step puts them back
        for layer in layers
        if layer.stateful and hasattr(layer, "_states")
    ]


def _check_finite(found: Found) -> None:
    """Raise DivergedError for a loss or a gradient that is not finite."""
    if not math.isfinite(found.loss) or not _finite(found.gradients):
        raise DivergedError(found.loss)


def _finite(arrays: Sequence[Any]) -> bool:
    """Whether all numbers are finite. The sum tells it nearly always, and is quicker."""
    with np.errstate(all="ignore"):
        return all(
            each is None or math.isfinite(float(each.sum())) or bool(np.isfinite(each).all())
            for each in arrays
        )


def _warn_of_passing(model: Any) -> None:
    """Warn of layers of Keras that change images in training there, and not here."""
    names = {
        layer.class_name for layer in model.all_layers() if getattr(layer, "unlike_keras", False)
    }
    if names:
        warnings.warn(
            f"{', '.join(sorted(names))} of {model.name!r} pass their input unchanged while pyio "
            "trains, although Keras changes it",
            stacklevel=3,
        )


def _unique(names: Sequence[str]) -> list[str]:
    """Return names; one that occurs several times gets numbers, as in TensorFlow.js."""
    seen: Mapping[str, list[str]] = {name: [] for name in names}
    labels = []
    for name in names:
        labels.append(f"{name}_{len(seen[name])}" if names.count(name) > 1 else name)
        seen[name].append(name)
    return labels
