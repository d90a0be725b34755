"""The plan of a run: which nodes, in which order, and when their values are no longer needed.

It is made once for what is fed and what is wanted, and kept. Each node that is needed has a slot
for its outputs. Loops of TF 1 (frames) become one step that runs its own steps again and again: the
frame of a node follows from its inputs, since Enter goes into a frame and Exit out of it. What a
Switch does not pass on is `DEAD`, and so is all that needs it, up to a Merge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from pyio import limits
from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.graph_models.attributes import text, value_of
from pyio.models.graph_models.nodes import FED, FRAMES, Graph, Node, Reference
from pyio.models.graph_models.order import sorted_by_need

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Frame = tuple[str, ...]
"""The loops that a node is in, the outermost first."""

_WRITERS = frozenset(
    {
        "NoOp",
        "InitializeTable",
        "InitializeTableV2",
        "LookupTableImport",
        "LookupTableImportV2",
    }
)
"""The control inputs that matter without frames: they fill tables, or name others that do."""


@dataclass(slots=True)
class Step:
    """A node at its place in the plan.

    `inputs` are slots with the number of the output; `release` are the slots that are no longer
    needed afterwards. A Merge (`merge`) in a loop has the inputs from the last turn in `back`.
    """

    node: Node
    slot: int
    inputs: list[tuple[int, int]]
    controls: list[int]
    compute: Callable[[Any, list[Any]], tuple[Any, ...]]
    merge: bool
    back: list[int] = field(default_factory=list)
    release: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Loop:
    """A frame: its steps in order, run until no NextIteration has a value."""

    name: str
    steps: list[Step | Loop]
    merges: list[Step]
    nexts: list[int]
    exits: list[int]
    release: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What a run does.

    `slots` has what is known before: constants. `fed` is where each given value goes, `wanted`
    where the results are. Without control flow, nothing has to be checked for being dead.
    """

    slots: list[Any]
    fed: list[tuple[int, int]]
    wanted: list[tuple[int, int]]
    steps: list[Step | Loop]
    guarded: bool


def make_plan(
    graph: Graph,
    fed: Sequence[Reference],
    wanted: Sequence[Reference],
    constant: Callable[[Node], Any],
    kernel: Callable[[Node], Any],
) -> Plan:
    """Return the plan for a graph.

    Args:
        graph: The graph.
        fed: The outputs that are given.
        wanted: The outputs that are asked for.
        constant: Returns the value of a Const.
        kernel: Returns what computes a node.

    Raises InvalidModelError for cycles and frames that are crossed, ModelInputError for inputs
    that are needed and not given.
    """
    needed = needed_nodes(graph, {each.node for each in fed}, wanted)
    _require_fed(needed, fed)
    planner = _Planner(graph, needed, {each.node for each in fed}, kernel)
    slots: list[Any] = [None] * len(planner.slot)
    for node in needed.values():
        if node.op == "Const" and not node.controls and node.name not in planner.given:
            slots[planner.slot[node.name]] = (constant(node),)
    steps = planner.steps(constant)
    planner.require_outside(wanted)
    for each in fed:
        planner.slot.setdefault(each.node, len(planner.slot))
    slots += [None] * (len(planner.slot) - len(slots))
    given, results = (
        [(planner.slot[each.node], each.output) for each in part] for part in (fed, wanted)
    )
    keep = {slot for slot, _ in results}
    _release(steps, keep | {slot for slot, value in enumerate(slots) if value is not None})
    return Plan(slots, given, results, steps, planner.guarded)


def needed_nodes(graph: Graph, given: set[str], wanted: Iterable[Reference]) -> dict[str, Node]:
    """Return the nodes that the results need, by name; what is given needs nothing."""
    framed = any(node.op.removeprefix("Ref") in FRAMES for node in graph.nodes.values())
    found: dict[str, Node] = {}
    stack = [each.node for each in wanted]
    while stack:
        name = stack.pop()
        if name in found:
            continue
        if name not in graph.nodes:
            raise InvalidModelError(f"{graph.name} has no node {name!r}")
        node = graph.nodes[name]
        controls = node.controls
        if not framed:
            controls = tuple(each for each in controls if graph.nodes[each].op in _WRITERS)
        if name in given:
            node = Node(name, node.op, (), (), node.attributes)
        elif controls != node.controls:
            node = Node(name, node.op, node.inputs, controls, node.attributes)
        found[name] = node
        stack += [each.node for each in node.inputs]
        stack += node.controls
    return found


def _require_fed(needed: Mapping[str, Node], fed: Sequence[Reference]) -> None:
    given = {each.node for each in fed}
    missing = [node.name for node in needed.values() if node.op in FED and node.name not in given]
    if missing:
        raise ModelInputError(
            f"the inputs {sorted(missing)} are needed and were not given; "
            f"given were {sorted(given) or 'none'}"
        )
    outputs = set(fed)
    for node in needed.values():
        for each in node.inputs:
            if each.node in given and each not in outputs:
                raise ModelInputError(
                    f"{node.where} needs output {each.output} of the node {each.node!r}, of which "
                    "only other outputs were given"
                )


class _Planner:
    """Puts the needed nodes in order, each in its frame."""

    def __init__(
        self,
        graph: Graph,
        needed: Mapping[str, Node],
        given: set[str],
        kernel: Callable[[Node], Any],
    ) -> None:
        self.graph = graph
        self.nodes = needed
        self.given = given
        self.kernel = kernel
        self.slot = {name: index for index, name in enumerate(needed)}
        kinds = {node.op.removeprefix("Ref") for node in needed.values()}
        self.guarded = bool(kinds & FRAMES)
        self.frame: dict[str, Frame] = {}

    def steps(self, constant: Callable[[Node], Any]) -> list[Step | Loop]:
        """Return the steps of the whole graph."""
        order = sorted_by_need(self.nodes, self._sources, self.graph.name)
        for name in order:
            self.frame[name] = self._frame_of(self.nodes[name])
        self._require_turns()
        known = self.given | {
            name for name, node in self.nodes.items() if node.op == "Const" and not node.controls
        }
        self.constant = constant
        return self._scope((), [name for name in order if name not in known])

    def require_outside(self, wanted: Iterable[Reference]) -> None:
        """Raise ModelInputError for results inside of a loop, which have many values."""
        for each in wanted:
            if self._frame_made(each.node):
                raise ModelInputError(
                    f"{self.nodes[each.node].where} is inside of a loop, so it has many values; "
                    "ask for what comes after the loop"
                )

    def _sources(self, name: str) -> list[str]:
        """Return the nodes that come before a node: its inputs, but for the last iteration's."""
        node = self.nodes[name]
        merge = node.op.removeprefix("Ref") == "Merge"
        inputs = [each.node for each in node.inputs]
        if merge:
            inputs = [each for each in inputs if not self._is_next(each)]
        return [*inputs, *node.controls]

    def _is_next(self, name: str) -> bool:
        return self.nodes[name].op.removeprefix("Ref") == "NextIteration"

    def _require_turns(self) -> None:
        """Raise InvalidModelError for a Merge that takes values of another loop's last turn."""
        for name, node in self.nodes.items():
            if node.op.removeprefix("Ref") != "Merge":
                continue
            for each in node.inputs:
                back = self._is_next(each.node) and each.node not in self.given
                if back and self.frame[each.node] != (self.frame[name] or None):
                    raise InvalidModelError(
                        f"{node.where} is not in the loop of its input {each.node!r}"
                    )

    def _frame_of(self, node: Node) -> Frame:
        """Return the frame that a node runs in: the deepest that its inputs come from."""
        made = [self._frame_made(name) for name in self._sources(node.name)]
        deepest = max(made, key=len, default=())
        for each in made:
            if deepest[: len(each)] != each:
                raise InvalidModelError(
                    f"{node.where} has inputs from two loops, {each[-1]!r} and {deepest[-1]!r}"
                )
        return deepest

    def _frame_made(self, name: str) -> Frame:
        """Return the frame that the outputs of a node are in."""
        node, frame = self.nodes[name], self.frame[name]
        kind = node.op.removeprefix("Ref")
        if name in self.given:
            return ()
        if kind == "Enter":
            if len(frame) >= limits.GRAPH_DEPTH:
                raise InvalidModelError(f"loops are more than {limits.GRAPH_DEPTH} deep")
            return (*frame, value_of(text(), "frame_name", node.attributes, node.where))
        if kind == "Exit":
            if not frame:
                raise InvalidModelError(f"{node.where} leaves a loop without being in one")
            return frame[:-1]
        return frame

    def _scope(self, frame: Frame, names: list[str]) -> list[Step | Loop]:
        """Return the steps of a frame; `names` are its nodes, with those of loops inside."""
        depth = len(frame)
        unit: dict[str, Any] = {
            name: self.frame[name][: depth + 1] if len(self.frame[name]) > depth else name
            for name in names
        }
        members: dict[Any, list[str]] = {}
        for name in names:
            members.setdefault(unit[name], []).append(name)
        needs: dict[Any, list[Any]] = {each: [] for each in members}
        for name in names:
            for source in self._sources(name):
                if source in unit and unit[source] != unit[name]:
                    needs[unit[name]].append(unit[source])
        order = sorted_by_need(members, needs.__getitem__, self.graph.name)
        return [
            self._loop(each, members[each]) if isinstance(each, tuple) else self._step(each)
            for each in order
        ]

    def _loop(self, frame: Frame, names: list[str]) -> Loop:
        merges = [name for name in names if self._turns(name, frame)]
        kept = set(merges)
        steps = self._scope(frame, [name for name in names if name not in kept])
        own = [name for name in names if self.frame[name] == frame]
        kinds = {name: self.nodes[name].op.removeprefix("Ref") for name in own}
        return Loop(
            frame[-1],
            steps,
            [self._step(name) for name in merges],
            [self.slot[name] for name in own if kinds[name] == "NextIteration"],
            [self.slot[name] for name in own if kinds[name] == "Exit"],
        )

    def _turns(self, name: str, frame: Frame) -> bool:
        """Whether a node is a Merge that takes values of the last iteration of this frame."""
        node = self.nodes[name]
        return (
            self.frame[name] == frame
            and node.op.removeprefix("Ref") == "Merge"
            and any(self._is_next(each.node) for each in node.inputs)
        )

    def _step(self, name: str) -> Step:
        node = self.nodes[name]
        inputs = [(self.slot[each.node], each.output) for each in node.inputs]
        merge = node.op.removeprefix("Ref") == "Merge"
        back = [i for i, each in enumerate(node.inputs) if merge and self._is_next(each.node)]
        # A Merge does not wait for control inputs: they may come from the side that is dead.
        controls = [] if merge else [self.slot[each] for each in node.controls]
        compute = partial(_always, self.constant(node)) if node.op == "Const" else self.kernel(node)
        return Step(node, self.slot[name], inputs, controls, compute, merge, back)


def _always(value: Any, _run: Any, _inputs: Any) -> tuple[Any]:
    """Return a constant that waits for a control input."""
    return (value,)


def _used(step: Step | Loop) -> set[int]:
    """Return the slots that a step reads."""
    if isinstance(step, Step):
        return {slot for slot, _ in step.inputs} | set(step.controls)
    inner: set[int] = set()
    for each in (*step.merges, *step.steps):
        inner |= _used(each)
    return inner


def _made(step: Step | Loop) -> list[int]:
    return [step.slot] if isinstance(step, Step) else step.exits


def _release(steps: list[Step | Loop], keep: set[int]) -> None:
    """Note after which step each value made here is no longer needed."""
    last: dict[int, int] = {}
    for index, step in enumerate(steps):
        for slot in _made(step):
            last[slot] = index
        used = _used(step)
        for slot in used:
            if slot in last:
                last[slot] = index
        if isinstance(step, Loop):
            _release([*step.merges, *step.steps], {*step.nexts, *step.exits})
    for slot, index in last.items():
        if slot not in keep:
            steps[index].release.append(slot)
