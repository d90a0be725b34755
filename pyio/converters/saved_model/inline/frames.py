"""Writes a While as the frame that TF 1 would have made of it.

TensorFlow.js disposes of tensors that a list in the function of a loop still holds, so a While
whose body uses lists fails there. As a frame it runs: the values of an iteration live in a context.

For each variable of the loop: Enter, Merge of that and NextIteration, Switch by the condition,
Identity of the true side into the body, NextIteration of the body's result, Exit of the other side.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyio.converters.saved_model.graph import Graph, Library, Node, Ref, called, function_name
from pyio.converters.saved_model.inline.scope import (
    Variable,
    int_attr,
    require_ref,
    text_attr,
    typed,
)
from pyio.converters.saved_model.tensors import BOOL
from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.converters.saved_model.inline.scope import Inliner, Scope, Value

_LISTS = ("TensorList", "EmptyTensorList")
_PARALLEL = 10


def uses_lists(name: str, library: Library) -> bool:
    """Whether a function, or one below it, uses lists of tensors."""
    seen, waiting = {name}, [name]
    while waiting:
        nodes: Graph = library.function(waiting.pop()).nodes
        for node in nodes.values():
            if node.op.startswith(_LISTS):
                return True
            waiting += [each for each in called(node) if each not in seen]
            seen.update(called(node))
    return False


def as_frame(inliner: Inliner, scope: Scope, node: Node, values: Sequence[Value]) -> list[Value]:
    """Write a While in place; return its outputs."""
    return _Frame(inliner, scope, node, values).written()


class _Frame:
    def __init__(self, inliner: Inliner, scope: Scope, node: Node, values: Sequence[Value]) -> None:
        self.inliner, self.scope, self.node, self.values = inliner, scope, node, values
        self.name = scope.names[node.name]
        body = inliner.source.library.function(function_name(node, "body"))
        self.types = [each.dtype for each in body.inputs]
        self.kept = [i for i, value in enumerate(values) if not isinstance(value, Variable)]
        if not self.kept or len(self.types) != len(values):
            raise InvalidModelError(f"{node.op} {node.name!r:.120} has no variables of its own")

    def written(self) -> list[Value]:
        """Write all nodes of the frame."""
        again = {i: self.inliner.fresh(f"{self.name}/NextIteration_{i}") for i in self.kept}
        merged = self._merged(again)
        condition = self._inside("cond", merged, merged[self.kept[0]].name)[0]
        test = self._put("LoopCond", (condition,), "LoopCond", BOOL)
        switched = {i: self._switch(i, merged[i], test) for i in self.kept}
        inside = {
            i: self._put("Identity", (Ref(each.name, 1),), f"Identity_{i}", self.types[i])
            for i, each in switched.items()
        }
        pivot = inside[self.kept[0]].name
        results = self._inside("body", inside, pivot)
        if len(results) != len(self.values):
            raise InvalidModelError(
                f"the body of {self.name!r:.120} returns another count of values"
            )
        frame = replace(self.scope, pivot=pivot)
        for i in self.kept:
            self.inliner.put(frame, "NextIteration", (results[i],), again[i], typed(self.types[i]))
        return [
            self._exit(i, switched[i]) if i in switched else v for i, v in enumerate(self.values)
        ]

    def _merged(self, again: dict[int, str]) -> dict[int, Ref]:
        label = text_attr(self.name.lower())  # TensorFlow.js compares these in lower case
        merged = {}
        for i in self.kept:
            attr = {
                "frame_name": label,
                "is_constant": {"b": 0},
                "parallel_iterations": int_attr(_PARALLEL),
            }
            value = require_ref(self.values[i], self.node.op)
            enter = self._put("Enter", (value,), f"Enter_{i}", self.types[i], **attr)
            pair = (enter, Ref(again[i]))
            merged[i] = self._put("Merge", pair, f"Merge_{i}", self.types[i], N=int_attr(2))
        return merged

    def _inside(self, part: str, given: dict[int, Ref], pivot: str) -> list[Ref]:
        """Write the function of the condition or of the body; return its results."""
        name = function_name(self.node, part)
        arguments = [given.get(i, value) for i, value in enumerate(self.values)]
        inner = self.inliner.inner(self.scope, name, arguments, f"{self.name}/{part}/")
        inner.pivot = pivot
        results = self.inliner.flatten(inner, self.inliner.source.library.function(name).results)
        stand_in = given[self.kept[0]]  # for variables, which stay what they are
        return [stand_in if isinstance(each, Variable) else each for each in results]

    def _switch(self, i: int, value: Ref, test: Ref) -> Ref:
        return self._put("Switch", (value, test), f"Switch_{i}", self.types[i])

    def _exit(self, i: int, switched: Ref) -> Ref:
        return self._put("Exit", (switched,), f"Exit_{i}", self.types[i])

    def _put(self, op: str, inputs: Sequence[Ref], part: str, dtype: int, **attr: object) -> Ref:
        name = self.inliner.fresh(f"{self.name}/{part}")
        return self.inliner.put(self.scope, op, inputs, name, typed(dtype, **attr))
