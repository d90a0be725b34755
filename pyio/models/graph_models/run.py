"""One execution of a plan: node after node, each value freed after its last use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio import limits
from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.graph_models.kernel import Kernel
from pyio.models.graph_models.nodes import Reference
from pyio.models.graph_models.plan import Loop, Plan, Step, make_plan
from pyio.models.graph_models.values import DEAD, Dead

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyio.models.graph_models.nodes import Graph, Node
    from pyio.models.graph_models.values import Table

_PLANS = 64
"""The plans of a graph that are kept; the oldest is dropped for another."""


@dataclass(slots=True)
class State:
    """What the graphs of a model share: weights, functions, tables and random numbers."""

    weights: Mapping[str, Any]
    functions: Mapping[str, Graph]
    tables: dict[str, Table] = field(default_factory=dict)
    random: np.random.Generator = field(default_factory=np.random.default_rng)
    plans_made: int = 0
    programs: dict[Any, Any] = field(default_factory=dict)
    busy: bool = False

    def constant(self, node: Node) -> Any:
        """Return the value of a Const: the weight of its name. Raises InvalidModelError."""
        if node.name not in self.weights:
            raise InvalidModelError(f"there is no weight for {node.where}")
        return self.weights[node.name]

    def plan(self, graph: Graph, fed: tuple[Reference, ...], wanted: tuple[Reference, ...]) -> Plan:
        """Return the plan for what is fed and wanted, made once."""
        key = fed, wanted
        found: Plan | None = graph.plans.get(key)
        if found is None:
            found = make_plan(graph, fed, wanted, self.constant, Kernel)
            self.plans_made += 1
            if len(graph.plans) >= _PLANS:
                del graph.plans[next(iter(graph.plans))]
            graph.plans[key] = found
        return found


class Run:
    """One execution, with the functions that it calls."""

    def __init__(self, state: State, examples: int = 1) -> None:
        self.state = state
        self.iterations = 0
        self.examples = max(examples, 1)
        self.work = 0

    @property
    def random(self) -> np.random.Generator:
        """The source of random numbers of the model."""
        return self.state.random

    @property
    def tables(self) -> dict[str, Table]:
        """The tables of the model by the names of their nodes."""
        return self.state.tables

    def graph(
        self, graph: Graph, fed: Mapping[Reference, Any], wanted: Sequence[Reference]
    ) -> list[Any]:
        """Return the values of `wanted`, where `fed` are given. Raises PyioError."""
        plan = self.state.plan(graph, tuple(fed), tuple(wanted))
        slots = plan.slots.copy()
        for (slot, output), value in zip(plan.fed, fed.values(), strict=True):
            outputs = list(slots[slot] or ())
            outputs += [DEAD] * (output + 1 - len(outputs))
            outputs[output] = value
            slots[slot] = tuple(outputs)
        self._steps(plan.steps, slots, plan.guarded)
        return [
            self._result(slots[slot], output, each)
            for (slot, output), each in zip(plan.wanted, wanted, strict=True)
        ]

    def function(self, name: str, inputs: Sequence[Any]) -> list[Any]:
        """Return the results of a function of the library."""
        body = self.state.functions[name]
        if len(inputs) != len(body.arguments):
            raise InvalidModelError(
                f"the function {name!r} takes {len(body.arguments)} arguments, got {len(inputs)}"
            )
        fed = {Reference(each): value for each, value in zip(body.arguments, inputs, strict=True)}
        return self.graph(body, fed, body.results)

    def count_iteration(self) -> None:
        """Count one more turn of a loop. Raises ModelInputError above the limit."""
        self.iterations += 1
        limit = limits.GRAPH_ITERATIONS
        if limit is not None and self.iterations > limit:
            raise ModelInputError(
                f"the loops of the graph made more than {limit:,} turns; if that is meant, set "
                "pyio.limits.GRAPH_ITERATIONS"
            )

    def count_work(self, amount: int) -> None:
        """Count multiplications. Raises ModelInputError above the limit for all examples."""
        self.work += amount
        limit = limits.PREDICT_WORK * self.examples
        if self.work > limit:
            raise ModelInputError(
                f"the graph takes more than {limit:.1e} multiplications; if that is meant, set "
                "pyio.limits.PREDICT_WORK"
            )

    def _result(self, outputs: Any, output: int, wanted: Reference) -> Any:
        if not isinstance(outputs, Dead) and output >= len(outputs):
            raise ModelInputError(
                f"the node {wanted.node!r} has no output {output}; it has {len(outputs)}"
            )
        if outputs[output] is DEAD:
            raise ModelInputError(
                f"output {output} of the node {wanted.node!r} was not computed: it is on the side "
                "of a condition that was not taken"
            )
        return outputs[output]

    def _steps(self, steps: Sequence[Step | Loop], slots: list[Any], guarded: bool) -> None:
        for step in steps:
            if isinstance(step, Loop):
                self._loop(step, slots)
            else:
                inputs = inputs_of(step, slots)
                if guarded and _is_dead(step, inputs, slots):
                    slots[step.slot] = DEAD
                elif step.merge:
                    slots[step.slot] = _merged(inputs, range(len(inputs)))
                else:
                    slots[step.slot] = step.compute(self, inputs)
            for slot in step.release:
                slots[slot] = None

    def _loop(self, loop: Loop, slots: list[Any]) -> None:
        """Run a frame until no NextIteration has a value."""
        results = dict.fromkeys(loop.exits, DEAD)
        for slot in loop.nexts:
            slots[slot] = DEAD
        first = True
        while True:
            for step in loop.merges:
                inputs = inputs_of(step, slots)
                chosen = [i for i in range(len(inputs)) if (i not in step.back) is first]
                slots[step.slot] = _merged(inputs, chosen)
            for slot in (*loop.nexts, *(each for step in loop.merges for each in step.release)):
                slots[slot] = None
            self._steps(loop.steps, slots, guarded=True)
            results |= {slot: slots[slot] for slot in loop.exits if slots[slot] is not DEAD}
            if all(slots[slot] is DEAD for slot in loop.nexts):
                break
            first = False
            self.count_iteration()
        for slot, value in results.items():
            slots[slot] = value


def inputs_of(step: Step, slots: list[Any]) -> list[Any]:
    """Return the values that a node takes. Raises InvalidModelError for outputs that are absent."""
    try:
        return [slots[slot][output] for slot, output in step.inputs]
    except (IndexError, TypeError):
        raise _no_output(step, slots) from None


def _is_dead(step: Step, inputs: list[Any], slots: list[Any]) -> bool:
    """Whether a node does not run: an input is dead; for a Merge, all of them."""
    # Loops, because this is asked for each node in each turn.
    if step.merge:
        return all(each is DEAD for each in inputs)
    for each in inputs:
        if each is DEAD:
            return True
    for slot in step.controls:  # noqa: SIM110 -- as above
        if slots[slot] is DEAD:
            return True
    return False


def _merged(inputs: list[Any], chosen: Sequence[int]) -> Any:
    """Return the first input of those chosen that is alive, and which it is."""
    for index in chosen:
        if inputs[index] is not DEAD:
            return inputs[index], np.array(index, np.int32)
    return DEAD


def _no_output(step: Step, slots: list[Any]) -> InvalidModelError:
    for (slot, output), source in zip(step.inputs, step.node.inputs, strict=True):
        if slots[slot] is None:
            return InvalidModelError(f"{step.node.where} comes before {source.node!r}, its input")
        if not isinstance(slots[slot], Dead) and output >= len(slots[slot]):
            return InvalidModelError(
                f"{step.node.where} needs output {output} of the node {source.node!r}, which has "
                f"{len(slots[slot])}"
            )
    raise AssertionError(step.node.where)
