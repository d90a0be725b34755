"""The ops that the kernel knows, by name: each has a function that adds rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from pyio.models.plans.builder import Value
from pyio.models.plans.constants import Unplanned

if TYPE_CHECKING:
    from pyio.models.plans.builder import Builder


class Fixed:
    """A weight of a graph model, which never changes."""

    def __init__(self, value: Any) -> None:
        self.value = value


@dataclass(frozen=True, slots=True)
class Operation:
    """A node while it becomes rows.

    Attributes:
        builder: Where the rows go.
        inputs: Tensors of the plan, and arrays that are the same in every run.
        attributes: The attributes of the node, by the names of the op's parameters.
        shape: The shape of the first output.
        alone: Whether the first input has no other use, so that the row before may change if it
            has made that input.
    """

    builder: Builder
    inputs: list[Any]
    attributes: dict[str, Any]
    shape: tuple[int, ...]
    alone: bool

    def value(self, number: int) -> Value:
        """Return an input that is computed. Raises Unplanned for a constant."""
        found = self.inputs[number]
        if not isinstance(found, Value):
            raise Unplanned("a constant")
        return found

    def constant(self, number: int) -> Any:
        """Return an input that is the same in every run. Raises Unplanned for another."""
        found = self.inputs[number]
        if not isinstance(found, np.ndarray):
            raise Unplanned("no constant")
        return found


Emitter: TypeAlias = Callable[[Operation, str], Value]

EMITTERS: dict[str, Emitter] = {}


def emits(*names: str) -> Callable[[Emitter], Emitter]:
    """Enter the function below for the ops of these names."""

    def enter(emitter: Emitter) -> Emitter:
        EMITTERS.update(dict.fromkeys(names, emitter))
        return emitter

    return enter
