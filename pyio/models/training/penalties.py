"""What regularizers add to the loss, and what constraints do with new values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.core.container import Container
from pyio.models.core.parts import CONSTRAINTS, REGULARIZERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyio.models.core.layer import Layer
    from pyio.models.core.parts import ConfigObject
    from pyio.models.core.weight import Weight

Array = Any

_TINY = np.float32(1e-7)
"""Keeps the divisions of constraints away from 0; the value of TensorFlow.js's cpu backend."""


def penalized(model: Container) -> Iterator[Weight]:
    """Yield each weight with a regularizer once for every call of its layer in `model`.

    TensorFlow.js counts so too, but forgets recurrent layers, Bidirectional and models inside
    TimeDistributed.
    """
    for node in model.graph.nodes:
        yield from _penalized(node.layer)


def _penalized(layer: Any) -> Iterator[Weight]:
    inner = getattr(layer, "layer", None)
    if isinstance(layer, Container):
        yield from penalized(layer)
    elif isinstance(inner, Container):
        yield from penalized(inner)
    else:
        for each in (layer, *layer.inner_layers()):
            yield from (weight for weight in each.own_weights if weight.regularizer)


def penalty(value: Array, part: ConfigObject) -> Array:
    """Return ``l1 * sum(abs(w)) + l2 * sum(w ** 2)`` (tfjs-layers ``regularizers.ts``)."""
    l1, l2 = (np.float32(part["config"].get(key) or 0) for key in ("l1", "l2"))
    total: Array = np.float32(0)
    if l1:
        total = total + (np.abs(value) * l1).sum()
    if l2:
        total = total + (np.square(value) * l2).sum()
    return total


def activity_penalty(penalized: tuple[Any, ConfigObject]) -> Array:
    """Return what an activity regularizer adds: the penalty of the outputs, for each example.

    So Keras computes it; TensorFlow.js refuses layers with an activity regularizer.
    """
    outputs, part = penalized
    total: Array = np.float32(0)
    for output in outputs if isinstance(outputs, list) else [outputs]:
        total = total + penalty(output, part) / np.float32(max(len(output), 1))
    return total


def check_parts(layers: Iterable[Layer]) -> None:
    """Raise InvalidModelError for a regularizer or a constraint that pyio does not know."""
    for layer in layers:
        activity = getattr(layer, "activity_regularizer", None)
        if activity is not None and activity["class_name"] not in REGULARIZERS:
            raise InvalidModelError(
                f"{layer.name!r} has the activity regularizer {activity['class_name']}; training "
                f"knows {', '.join(REGULARIZERS)}"
            )
        for weight in layer.own_weights:
            for part, known in (
                (weight.regularizer, REGULARIZERS),
                (weight.constraint, {**CONSTRAINTS, **REGULARIZERS}),
            ):
                if part is not None and part["class_name"] not in known:
                    raise InvalidModelError(
                        f"the weight {weight.name!r} has a {part['class_name']}, which pyio cannot "
                        f"compute; training knows {', '.join(known)}"
                    )


def constrained(value: Array, part: ConfigObject | None) -> Array:
    """Return a new value as the constraint `part` wants it (tfjs-layers ``constraints.ts``).

    Regularizers in the place of constraints, which TensorFlow.js writes for one layer, do nothing.
    """
    if part is None or part["class_name"] in REGULARIZERS:
        return value
    name = part["class_name"]
    config = {**CONSTRAINTS[name], **{k: v for k, v in part["config"].items() if v is not None}}
    if name == "NonNeg":
        return np.maximum(value, 0)
    axis = config["axis"]
    along = tuple(axis) if isinstance(axis, list | tuple) else axis
    lengths = np.sqrt(np.square(value).sum(axis=along, keepdims=True))
    if name == "UnitNorm":
        return value / (_TINY + lengths)
    low, high = np.float32(config.get("min_value", 0)), np.float32(config["max_value"])
    wanted = np.clip(lengths, low, high)
    if name == "MinMaxNorm":
        rate = np.float32(config["rate"])
        wanted = rate * wanted + (1 - rate) * lengths
    return value * (wanted / (_TINY + lengths))
