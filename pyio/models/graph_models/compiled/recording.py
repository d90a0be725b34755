"""A run with NumPy that notes the shapes of all values, and what does not depend on the inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.graph_models.ops.all import OPS
from pyio.models.graph_models.run import Run, inputs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.graph_models.plan import Loop, Step

_OF_SHAPES = frozenset({"Shape", "ShapeN", "Size", "Rank"})
"""Ops whose results depend on the shape of the input alone."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a step has made: the shape and dtype of each output, None for what is no array.

    `known` has the outputs themselves, if they are the same in every run with such shapes.
    """

    step: Step
    outputs: tuple[tuple[tuple[int, ...], np.dtype[Any]] | None, ...]
    known: tuple[Any, ...] | None


class Recorder(Run):
    """A run that notes what its steps make. The functions that it calls are not noted."""

    notes: list[Note] | None = None

    def _steps(self, steps: Sequence[Step | Loop], slots: list[Any], guarded: bool) -> None:
        if self.notes is not None or guarded:  # a function, or control flow
            self.notes = self.notes or []
            super()._steps(steps, slots, guarded)
            return
        self.notes = []
        known = {slot for slot, value in enumerate(slots) if value is not None}
        known -= {slot for slot, _ in self.given}
        for step in steps:
            inputs = inputs_of(step, slots)  # type: ignore[arg-type]
            made = step.compute(self, inputs)  # type: ignore[union-attr]
            slots[step.slot] = made  # type: ignore[union-attr]
            self._note(step, made, known)  # type: ignore[arg-type]
            for slot in step.release:
                slots[slot] = None

    given: Sequence[tuple[int, int]] = ()
    """Where the inputs are."""

    def _note(self, step: Step, made: tuple[Any, ...], known: set[int]) -> None:
        op = OPS.get(step.node.op)
        pure = op is not None and op.pure and not step.controls
        same = all(slot in known for slot, _ in step.inputs)
        fixed = pure and (same or step.node.op in _OF_SHAPES)
        if fixed:
            known.add(step.slot)
        outputs = tuple(
            (each.shape, each.dtype) if isinstance(each, np.ndarray) else None for each in made
        )
        assert self.notes is not None
        self.notes.append(Note(step, outputs, made if fixed else None))
