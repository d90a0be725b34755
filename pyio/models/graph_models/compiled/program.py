"""Program: what a plan of a graph model does with the kernel, for given shapes of its inputs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.kernel.rows import address, table
from pyio.models.graph_models.attributes import value_of
from pyio.models.graph_models.compiled import products as _products  # noqa: F401 -- fills the table
from pyio.models.graph_models.compiled.table import EMITTERS, Operation
from pyio.models.graph_models.ops.all import OPS
from pyio.models.plans.builder import Builder, Value
from pyio.models.plans.constants import Constants, Unplanned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.kernel.library import Kernel
    from pyio.models.graph_models.compiled.recording import Note
    from pyio.models.graph_models.plan import Plan, Step
    from pyio.models.graph_models.run import Run

    Place = tuple[int, int]
    """A slot and the number of the output."""


class NumPyStep:
    """A step that NumPy computes between rows.

    Args:
        step: The step.
        inputs: The places of its inputs, each with the tensor or array that it has if it is known.
        shapes: The shape and dtype of each output that is an array.
        copied: Whether it gets copies, because it may keep what it gets, as lists do.
    """

    def __init__(
        self,
        step: Step,
        inputs: list[tuple[Place, Any]],
        shapes: Sequence[Any],
        copied: bool,
    ) -> None:
        self.step = step
        self._shapes = shapes
        self._inputs = inputs
        self._copied = copied

    def run(self, run: Run, values: dict[Place, Any]) -> bool:
        """Compute, and return whether the outputs have the planned shapes.

        What is known ahead depends on these shapes. They may depend on numbers, as those of Where.
        """
        given = [
            values[place] if known is None else known.array if isinstance(known, Value) else known
            for place, known in self._inputs
        ]
        if self._copied:
            given = [each.copy() if isinstance(each, np.ndarray) else each for each in given]
        memory = [known.array for _, known in self._inputs if isinstance(known, Value)]
        results = self.step.compute(run, given)
        if [_described(each) for each in results] != list(self._shapes):
            return False
        for number, made in enumerate(results):
            # What lies in the memory of the plan would change with the next rows.
            shared = isinstance(made, np.ndarray) and any(
                np.may_share_memory(made, each) for each in memory
            )
            values[self.step.slot, number] = made.copy() if shared else made
        return True


class Load:
    """Copies what NumPy has made to where rows read it."""

    def __init__(self, place: Place, target: Value) -> None:
        self._place = place
        self._target = target.array

    def run(self, _run: Run, values: dict[Place, Any]) -> bool:
        """Copy, and return whether the value has the planned shape and dtype."""
        value = values[self._place]
        fits = (
            isinstance(value, np.ndarray)
            and value.shape == self._target.shape
            and value.dtype == self._target.dtype
        )
        if fits:
            self._target[...] = value
        return fits


class Rows:
    """Rows one after another."""

    def __init__(self, kernel: Kernel, first: int, last: int) -> None:
        self._kernel = kernel
        self.first = first
        self.count = last - first
        self.address = 0

    def run(self, _run: Run, _values: dict[Place, Any]) -> bool:
        """Execute them, and return whether that has succeeded."""
        return not self._kernel.run(self.address, self.count)


class Program:
    """A plan of a graph model, compiled.

    Args:
        plan: The plan.
        notes: What its steps have made in a run with such inputs.
        fed: The inputs in order.
        kernel: The kernel.

    Raises Unplanned if the kernel would compute nothing.
    """

    def __init__(
        self, plan: Plan, notes: Sequence[Note], fed: Sequence[Any], kernel: Kernel
    ) -> None:
        self._kernel = kernel
        self.builder = Builder(Constants(kernel))
        self.parts: list[Any] = []
        self._first = 0
        self._tensors: dict[Place, Value] = {}
        self._known: dict[Place, Any] = {}
        self._shapes: dict[Place, Any] = {}
        self._wanted = plan.wanted
        self._kept = {slot for slot, _ in plan.wanted}
        self._uses = Counter([place for note in notes for place in note.step.inputs])
        self._uses.update(plan.wanted)
        self._last = {slot: n for n, note in enumerate(notes) for slot, _ in note.step.inputs}
        for slot, value in enumerate(plan.slots):
            for number, each in enumerate(value or ()):
                self._known[slot, number] = each
        self._inputs = [self._input(place, each) for place, each in zip(plan.fed, fed, strict=True)]
        for number, note in enumerate(notes):
            self._compile(note)
            self._release(number, note.step)
        self._end_rows()
        if not self.builder.rows:
            raise Unplanned("nothing for the kernel")
        self._words = table(self.builder.rows)
        for part in self.parts:
            if isinstance(part, Rows):
                part.address = address(self._words[part.first :])

    def run(self, run: Run, fed: Sequence[Any]) -> list[Any] | None:
        """Return what is wanted, or None if a step has made another shape than planned."""
        values: dict[Place, Any] = {}
        for (place, target), each in zip(self._inputs, fed, strict=True):
            if target is None:
                values[place] = each
            else:
                target.array[...] = each
        for part in self.parts:
            if not part.run(run, values):
                return None
        return [self._result(place, values) for place in self._wanted]

    def _result(self, place: Place, values: dict[Place, Any]) -> Any:
        found = self._tensors.get(place)
        if found is not None:
            return found.array.copy()
        return values[place] if place in values else self._known[place]

    # ------------------------------------------------------------ compiling

    def _input(self, place: Place, given: Any) -> tuple[Place, Value | None]:
        if not isinstance(given, np.ndarray) or given.dtype != np.float32 or not given.size:
            self._shapes[place] = _described(given)
            return place, None
        value = self.builder.value(*given.shape)
        self._bind(place, value)
        return place, value

    def _bind(self, place: Place, value: Value) -> None:
        self._tensors[place] = value
        self.builder.take(value)

    def _release(self, number: int, step: Step) -> None:
        for slot in {slot for slot, _ in step.inputs} | {step.slot}:
            if slot in self._kept or self._last.get(slot, number) != number:
                continue
            for place in [place for place in self._tensors if place[0] == slot]:
                self.builder.release(self._tensors.pop(place))

    def _compile(self, note: Note) -> None:
        step = note.step
        if note.known is not None:
            for number, each in enumerate(note.known):
                self._known[step.slot, number] = each
            return
        mark = len(self.builder.rows)
        try:
            self._bind((step.slot, 0), self._in_rows(note))
        except Unplanned:
            self.builder.back_to(max(mark, self._first))
            self._in_numpy(note)

    def _in_rows(self, note: Note) -> Value:
        node, output = note.step.node, note.outputs[0] if note.outputs else None
        emitter = EMITTERS.get(node.op)
        others = any((note.step.slot, n) in self._uses for n in range(1, len(note.outputs)))
        if emitter is None or output is None or others or note.step.controls:
            raise Unplanned(node.op)
        shape, dtype = output
        if dtype != np.float32 or 0 in shape:
            raise Unplanned("another dtype, or nothing to compute")
        attributes = {
            name: value_of(attribute, name, node.attributes, node.where)
            for name, attribute in OPS[node.op].attributes.items()
        }
        inputs = [self._loaded(place) for place in note.step.inputs]
        # An input that has just been loaded may lie where the last row wrote another tensor.
        alone = self._uses[note.step.inputs[0]] == 1 and len(self.builder.rows) > self._first
        found = emitter(Operation(self.builder, inputs, attributes, shape, alone), node.op)
        if found.shape != shape:
            raise Unplanned("another shape")
        return found

    def _loaded(self, place: Place) -> Any:
        """Return an input of rows: a tensor, copied from NumPy if need be, or a known array."""
        if place in self._tensors:
            return self._tensors[place]
        if place in self._known:
            return self._known[place]
        described = self._shapes.get(place)
        if described is None or described[1] != np.float32 or 0 in described[0]:
            raise Unplanned("no array of fractions")
        value = self.builder.value(*described[0])
        self._end_rows()
        self.parts.append(Load(place, value))
        self._bind(place, value)
        return value

    def _in_numpy(self, note: Note) -> None:
        self._end_rows()
        inputs = []
        for place in note.step.inputs:
            known = self._tensors.get(place)
            inputs.append((place, self._known.get(place) if known is None else known))
        op = OPS.get(note.step.node.op)
        arrays = all(known is not None or self._shapes.get(place) for place, known in inputs)
        plain = op is not None and op.pure and arrays and None not in note.outputs
        self.parts.append(NumPyStep(note.step, inputs, note.outputs, copied=not plain))
        for number, each in enumerate(note.outputs):
            self._shapes[note.step.slot, number] = each

    def _end_rows(self) -> None:
        last = len(self.builder.rows)
        if last > self._first:
            self.parts.append(Rows(self._kernel, self._first, last))
        self._first = last


def _described(value: Any) -> Any:
    return (value.shape, value.dtype) if isinstance(value, np.ndarray) else None
