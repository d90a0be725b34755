"""The layers that plans know, by the names of their classes: each has a function that adds rows.

A function takes the builder, the step and the inputs, and returns the outputs. It raises Unplanned,
before or after it has added rows, for options that the kernel does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from pyio.models.plans.constants import Unplanned
from pyio.models.plans.step import Step, own_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyio.models.core.layer import Layer
    from pyio.models.plans.builder import Builder, Value

Emitter: TypeAlias = "Callable[[Builder, Step, list[Value]], Value | list[Value]]"

EMITTERS: dict[str, Any] = {}


def emits(*names: str) -> Callable[[Emitter], Emitter]:
    """Enter the function below for the classes of these names."""

    def enter(emitter: Emitter) -> Emitter:
        EMITTERS.update(dict.fromkeys(names, emitter))
        return emitter

    return enter


def emit(builder: Builder, layer: Layer, xs: list[Value]) -> Value | list[Value]:
    """Add the rows of a layer inside another one. Raises Unplanned for one that is not known."""
    emitter = EMITTERS.get(own_name(layer))
    if emitter is None:
        raise Unplanned(layer.class_name)
    outputs: Value | list[Value] = emitter(builder, Step(layer, [], [], len(xs[0].shape)), xs)
    return outputs
