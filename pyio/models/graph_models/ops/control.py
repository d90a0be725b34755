"""Conditions, loops and calls of functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from pyio.models.graph_models.attributes import REQUIRED, function, functions, whole
from pyio.models.graph_models.ops.table import Call, op
from pyio.models.graph_models.values import DEAD, INT, TEXT, Array
from pyio.models.graph_models.values import whole as whole_in


def is_true(value: Array) -> bool:
    """Whether a condition holds: true, a number that is not 0, or a text that is not empty."""
    if value.dtype != TEXT and value.size != 1:
        return bool(value.size)
    return bool(value.reshape(-1)[0]) if value.size else False


@op("Switch", "RefSwitch")
def switch(data: Any, condition: Array) -> tuple[Any, Any]:
    """The data on one of two outputs: the second if the condition holds."""
    return (DEAD, data) if is_true(condition) else (data, DEAD)


@op("_SwitchN", count=whole(1, "num_outs"))
def switch_n(data: Any, index: Array, *, count: int) -> tuple[Any, ...]:
    """The data on one of several outputs; the last for a number beyond them."""
    chosen = branch(index, count)
    return tuple(data if output == chosen else DEAD for output in range(count))


def branch(index: Array, count: int) -> int:
    """Return which of several branches a number chooses: the last for one beyond them."""
    chosen = whole_in(index)
    return chosen if 0 <= chosen < count else count - 1


@op("Merge", "RefMerge")
def merge(*values: Any) -> tuple[Any, Array]:
    """The first input that is alive, and which it is."""
    index = next(index for index, value in enumerate(values) if value is not DEAD)
    return values[index], np.array(index, INT)


@op(
    "If",
    "StatelessIf",
    calls=True,
    then=function(REQUIRED, "then_branch"),
    other=function(REQUIRED, "else_branch"),
)
def if_(call: Call, condition: Array, *values: Any, then: str, other: str) -> tuple[Any, ...]:
    """The results of one of two functions."""
    return tuple(call.run.function(then if is_true(condition) else other, values))


@op("Case", "StatelessCase", calls=True, branches=functions())
def case(call: Call, index: Array, *values: Any, branches: tuple[str, ...]) -> tuple[Any, ...]:
    """The results of one of several functions."""
    return tuple(call.run.function(branches[branch(index, len(branches))], values))


@op("While", "StatelessWhile", calls=True, condition=function(REQUIRED, "cond"), body=function())
def while_(call: Call, *values: Any, condition: str, body: str) -> tuple[Any, ...]:
    """The values after `body` has changed them for as long as `cond` holds."""
    current = list(values)
    while is_true(call.run.function(condition, current)[0]):
        call.run.count_iteration()
        current = call.run.function(body, current)
    return tuple(current)


@op("PartitionedCall", "StatefulPartitionedCall", calls=True, name=function(REQUIRED, "f"))
def call_function(call: Call, *values: Any, name: str) -> tuple[Any, ...]:
    """The results of a function."""
    return tuple(call.run.function(name, values))
