"""Sorting by need: what is needed comes before what needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def sorted_by_need(
    items: Iterable[Any], needs: Callable[[Any], Iterable[Any]], what: str
) -> list[Any]:
    """Return `items` so that each comes after what it needs. Raises InvalidModelError for a cycle.

    Chains of thousands of nodes occur, so this does not recurse.
    """
    order: list[Any] = []
    state: dict[Any, bool] = {}  # False while its needs are looked at, then True
    for item in items:
        stack = [item]
        while stack:
            current = stack[-1]
            if state.get(current):
                stack.pop()
            elif current in state:
                state[current] = True
                order.append(current)
                stack.pop()
            else:
                state[current] = False
                for need in needs(current):
                    if state.get(need) is False:
                        raise InvalidModelError(f"{what} has a cycle through {need!r}")
                    if need not in state:
                        stack.append(need)
    return order
