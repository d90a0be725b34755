"""A machine that follows all ways through a pattern at once, so that none has to be tried again.

This is Pike's (swtch.com/~rsc/regexp/regexp2.html): a list of threads in the order of preference,
each at an instruction, with the places of the groups so far. The time is at most the length of the
text times that of the program.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyio import limits
from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.graph_models.patterns.letters import WORD, Letters
from pyio.models.graph_models.patterns.syntax import (
    Assertion,
    Choice,
    Group,
    Node,
    Repeat,
    Sequence,
)

_WORD = Letters(WORD)

Places = tuple[int, ...]
"""Begin and end of the match and of each group, -1 for a group that took no part."""


@dataclass(slots=True)
class Step:
    """An instruction: consume one of `letters`, note a place, require a place, or go on.

    `ways` are the instructions that follow, in the order of preference. The last has none.
    """

    letters: Letters | None = None
    note: int = -1
    place: str = ""
    ways: tuple[int, ...] = ()


def program(tree: Node, groups: int) -> list[Step]:
    """Return the instructions of a tree. Raises InvalidModelError for more than the limit."""
    steps: list[Step] = []
    _emit(Group(tree, 0), steps)
    steps.append(Step())
    assert groups >= 0
    return steps


def _add(steps: list[Step], step: Step) -> Step:
    if len(steps) >= limits.PATTERN_STEPS:
        raise InvalidModelError(
            f"a pattern has more than {limits.PATTERN_STEPS:,} steps, its repetitions written out"
        )
    steps.append(step)
    if not step.ways:
        step.ways = (len(steps),)
    return step


def _emit(node: Node, steps: list[Step]) -> None:
    """Append the instructions of a tree, which end behind the last."""
    if isinstance(node, Letters):
        _add(steps, Step(letters=node))
    elif isinstance(node, Assertion):
        _add(steps, Step(place=node.kind))
    elif isinstance(node, Group):
        _add(steps, Step(note=2 * node.index))
        _emit(node.part, steps)
        _add(steps, Step(note=2 * node.index + 1))
    elif isinstance(node, Sequence):
        for part in node.parts:
            _emit(part, steps)
    elif isinstance(node, Choice):
        _emit_choice(node, steps)
    else:
        _emit_repeat(node, steps)


def _emit_choice(node: Choice, steps: list[Step]) -> None:
    fork = _add(steps, Step())
    starts, ends = [], []
    for part in node.parts:
        starts.append(len(steps))
        _emit(part, steps)
        ends.append(_add(steps, Step()))
    fork.ways = tuple(starts)
    for end in ends:
        end.ways = (len(steps),)


def _emit_repeat(node: Repeat, steps: list[Step]) -> None:
    if node.high is None and node.low == 0:
        # A part that can be empty needs ``(x+)?`` for ``x*``, or the order of preference is wrong
        # (re2/compile.cc, ``Star``).
        again = Repeat(node.part, 1, None, node.greedy)
        _emit_repeat(Repeat(again, 0, 1, node.greedy), steps)
        return
    for _ in range(node.low - (node.high is None)):
        _emit(node.part, steps)
    if node.high is None:
        start = len(steps)
        _emit(node.part, steps)
        fork = _add(steps, Step())
        fork.ways = _ordered(start, len(steps), node.greedy)
        return
    forks = []
    for _ in range(node.high - node.low):
        forks.append((_add(steps, Step()), len(steps)))
        _emit(node.part, steps)
    for fork, inner in forks:
        fork.ways = _ordered(inner, len(steps), node.greedy)


def _ordered(again: int, on: int, greedy: bool) -> tuple[int, int]:
    return (again, on) if greedy else (on, again)


class Machine:
    """Finds a pattern in texts."""

    def __init__(self, tree: Node, groups: int) -> None:
        self._program = program(tree, groups)
        self._nothing: Places = (-1,) * (2 * groups + 2)
        self.work = 0

    def search(self, text: str, start: int, *, whole: bool = False) -> Places | None:
        """Return the first match that begins at `start` or later, or None.

        With `whole` it has to go from `start` to the end. Raises ModelInputError if texts and
        pattern take more work than ``pyio.limits.PATTERN_WORK``.
        """
        found: Places | None = None
        threads: dict[int, Places] = {}
        last = len(self._program) - 1
        for position in range(start, len(text) + 1):
            if found is None and (position == start or not whole):
                self._follow(0, self._nothing, text, position, threads)
            if not threads:
                if found is not None or whole:
                    break
                continue
            self._count(len(threads))
            following: dict[int, Places] = {}
            for index, places in threads.items():
                if index == last:
                    if not whole or position == len(text):
                        found = places
                        break  # threads behind are less preferred
                    continue
                letters = self._program[index].letters
                if position < len(text) and letters is not None and text[position] in letters:
                    way = self._program[index].ways[0]
                    self._follow(way, places, text, position + 1, following)
            threads = following
        return found

    def _count(self, threads: int) -> None:
        self.work += threads
        if self.work > limits.PATTERN_WORK:
            raise ModelInputError(
                f"a pattern takes more than {limits.PATTERN_WORK:,} steps for its texts; if that "
                "is meant, set pyio.limits.PATTERN_WORK"
            )

    def _follow(
        self, index: int, places: Places, text: str, position: int, threads: dict[int, Places]
    ) -> None:
        """Add the instructions that consume and are reached from `index` without consuming."""
        stack = [(index, places)]
        seen = set()
        while stack:
            index, places = stack.pop()
            if index in threads or index in seen:
                continue
            step = self._program[index]
            if step.letters is not None or not step.ways:
                threads[index] = places
                continue
            seen.add(index)
            if step.place and not _holds(step.place, text, position):
                continue
            if step.note >= 0:
                places = (*places[: step.note], position, *places[step.note + 1 :])
            stack += [(way, places) for way in reversed(step.ways)]


def _holds(place: str, text: str, position: int) -> bool:
    """Whether an assertion holds at a position."""
    if place == "begin":
        return position == 0
    if place == "end":
        return position == len(text)
    if place == "line begin":
        return position == 0 or text[position - 1] == "\n"
    if place == "line end":
        return position == len(text) or text[position] == "\n"
    before = position > 0 and text[position - 1] in _WORD
    after = position < len(text) and text[position] in _WORD
    return (before is not after) is (place == "border")
