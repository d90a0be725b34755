"""Branches and loops, whose functions stay functions.

Each use gets a copy of its own: without the arguments that are variables, whose values become
constants inside. Outputs are referred to as ``node:index``, and each has a node of its own, because
TensorFlow.js keeps only one index for a node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pyio.converters.saved_model.graph import Argument, Node, Ref, function_name
from pyio.converters.saved_model.inline.frames import as_frame, uses_lists
from pyio.converters.saved_model.inline.scope import (
    Copy,
    Scope,
    Value,
    Variable,
    require_ref,
    typed,
)
from pyio.converters.saved_model.tensors import INT32
from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from pyio.converters.saved_model.inline.scope import Inliner

_LOOPS = frozenset(("While", "StatelessWhile"))
_CASES = frozenset(("Case", "StatelessCase"))


def functional(inliner: Inliner, scope: Scope, node: Node, values: Sequence[Value]) -> list[Value]:
    """Write an If, Case or While; return its outputs."""
    if node.op in _CASES:
        listed = node.attr.get("branches", {}).get("list", {}).get("func", ())
        names = [each.get("name", "") for each in listed]
        if not names or not values:
            raise InvalidModelError(f"{node.op} {node.name!r:.120} has no branches")
        index = require_ref(values[0], node.op)
        return _chosen(inliner, scope, scope.names[node.name], names, (index, values[1:], 0))
    if node.op not in _LOOPS:
        return _branches(inliner, scope, node, values)
    if uses_lists(function_name(node, "body"), inliner.source.library):
        inliner.notes["loops that use lists are written as frames, which TensorFlow.js can run"] = (
            None
        )
        return as_frame(inliner, scope, node, values)
    return _loop(inliner, scope, node, values)


def _branches(inliner: Inliner, scope: Scope, node: Node, values: Sequence[Value]) -> list[Value]:
    if not values:
        raise InvalidModelError(f"{node.op} {node.name!r:.120} has no condition")
    condition, arguments = require_ref(values[0], node.op), values[1:]
    first, second = (
        _copied(inliner, scope, function_name(node, branch), arguments)
        for branch in ("then_branch", "else_branch")
    )
    return _if(inliner, scope, scope.names[node.name], condition, arguments, (first, second))


def _if(
    inliner: Inliner,
    scope: Scope,
    name: str,
    condition: Ref,
    arguments: Sequence[Value],
    branches: tuple[Copy, Copy],
) -> list[Value]:
    first, second = branches
    if len(first.outputs) != len(second.outputs):
        raise InvalidModelError(f"the branches of {name!r:.120} return different counts of values")
    attr = {
        "then_branch": {"func": {"name": first.name}},
        "else_branch": {"func": {"name": second.name}},
        "Tin": {"list": {"type": [each.dtype for each in first.inputs]}},
        "Tout": {"list": {"type": [each.dtype for each, _ in first.outputs]}},
    }
    given = [each for each in arguments if not isinstance(each, Variable)]
    inliner.put(scope, "StatelessIf", [condition, *given], name, attr)
    return [Ref(name, index) for index in range(len(first.outputs))]


def _loop(inliner: Inliner, scope: Scope, node: Node, values: Sequence[Value]) -> list[Value]:
    kept = [i for i, value in enumerate(values) if not isinstance(value, Variable)]
    condition = _copied(inliner, scope, function_name(node, "cond"), values)
    body = _copied(inliner, scope, function_name(node, "body"), values, kept)
    if len(body.outputs) != len(kept) or len(condition.outputs) != 1:
        raise InvalidModelError(
            f"the functions of {node.name!r:.120} return other counts of values"
        )
    attr = {
        "cond": {"func": {"name": condition.name}},
        "body": {"func": {"name": body.name}},
        "T": {"list": {"type": [each.dtype for each in body.inputs]}},
    }
    name = scope.names[node.name]
    given = [require_ref(values[i], node.op) for i in kept]
    inliner.put(scope, "StatelessWhile", given, name, attr)
    places = {i: Ref(name, place) for place, i in enumerate(kept)}
    return [places.get(i, value) for i, value in enumerate(values)]


def _copied(
    inliner: Inliner,
    scope: Scope,
    name: str,
    values: Sequence[Value],
    kept: Container[int] | None = None,
) -> Copy:
    """Return a copy of a function for one use; `kept` are its outputs, None for all."""
    function = inliner.source.library.function(name)
    inner = inliner.inner(scope, name, values, "")
    copy = _begun(inliner, inner, name, function.inputs, values)
    results = inliner.flatten(inner, function.results)
    _end(
        inliner,
        inner,
        copy,
        [
            (output, value)
            for i, (output, value) in enumerate(zip(function.outputs, results, strict=True))
            if kept is None or i in kept
        ],
    )
    return copy


def _begun(
    inliner: Inliner,
    inner: Scope,
    name: str,
    arguments: Sequence[Argument],
    values: Sequence[Value],
) -> Copy:
    """Let a scope write into a new copy, with arguments in place of the values."""
    copy = Copy(inliner.fresh(name), [])
    for argument, value in zip(arguments, values, strict=True):
        if isinstance(value, Variable):
            inner.arguments[argument.name] = Variable(value.name)
        else:
            new = inliner.fresh(argument.name)
            copy.inputs.append(Argument(new, argument.dtype))
            inner.arguments[argument.name] = Ref(new)
    inner.out, inner.suffix = copy.nodes, f"@{copy.name}"
    return copy


def _end(
    inliner: Inliner, inner: Scope, copy: Copy, results: Sequence[tuple[Argument, Value]]
) -> None:
    inliner.copies.append(copy)
    for output, value in results:
        ref = require_ref(value, f"the function {copy.name!r:.120}")
        name = inliner.fresh("result")
        inliner.put(inner, "Identity", (ref,), name, typed(output.dtype))
        copy.outputs.append((output, name))


def _chosen(
    inliner: Inliner,
    scope: Scope,
    name: str,
    names: Sequence[str],
    given: tuple[Ref, Sequence[Value], int],
) -> list[Value]:
    """Write a Case as one If in the other: the last branch is for every other index."""
    index, arguments, number = given
    library = inliner.source.library
    if len(names) == 1:
        inner = inliner.inner(scope, names[0], arguments, f"{name}/")
        return inliner.flatten(inner, library.function(names[0]).results)
    function = library.function(names[0])
    first = _copied(inliner, scope, names[0], arguments)
    inner = Scope({}, scope.out, calling=scope.calling)
    inputs = (Argument("__index__", INT32), *function.inputs)
    other = _begun(inliner, inner, f"{names[0]}_or_later", inputs, (index, *arguments))
    rest = [inner.arguments[each.name] for each in inputs]
    again = (require_ref(rest[0], "Case"), rest[1:], number + 1)
    results = _chosen(inliner, inner, inliner.fresh("case"), names[1:], again)
    _end(inliner, inner, other, list(zip(function.outputs, results, strict=True)))
    number_ref = inliner.constant(scope, f"{name}/number{scope.suffix}", np.int32(number))
    test = inliner.fresh(f"{name}/is")
    condition = inliner.put(scope, "Equal", (index, number_ref), test, typed(INT32))
    return _if(
        inliner, scope, name, condition, (index, *arguments), (_with_index(inliner, first), other)
    )


def _with_index(inliner: Inliner, copy: Copy) -> Copy:
    """Give a branch the index as an argument as well, because both branches take the same."""
    copy.inputs.insert(0, Argument(inliner.fresh("index"), INT32))
    return copy
