"""Which arrays of many are wanted: by their names, or by patterns of names."""

from __future__ import annotations

from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pyio.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MARKS = frozenset("*?[")


def chosen(available: Sequence[str], names: Iterable[str] | None) -> list[str]:
    """Return those of the `available` names that are wanted, in their own order.

    Args:
        available: All names.
        names: The wanted ones, or patterns such as "encoder/*"; None for all.

    Raises WeightsError for a name or a pattern that stands for none of them.
    """
    if names is None:
        return list(available)
    listed = require_names(names)
    unknown = [name for name in listed if not matching(available, [name])]
    if unknown:
        raise WeightsError(
            f"there are no arrays called {', '.join(map(repr, unknown))}; "
            f"{_nearest(available, unknown[0])}"
        )
    return matching(available, listed)


def matching(available: Sequence[str], names: Iterable[str] | None) -> list[str]:
    """As `chosen`, without an error for what stands for nothing."""
    if names is None:
        return list(available)
    known, kept = set(available), set[str]()
    for name in names:
        if name in known:
            kept.add(name)
        elif _MARKS & set(name):
            kept.update(each for each in available if fnmatchcase(each, name))
    return [name for name in available if name in kept]


def require_names(names: Iterable[str]) -> list[str]:
    """Return `names` as a list. Raises WeightsError for a text, and for what is no text inside."""
    listed = [] if isinstance(names, str) else list(names)
    if isinstance(names, str) or not all(isinstance(name, str) for name in listed):
        raise WeightsError(f"names is {names!r:.80}; expected a list of names or patterns")
    return listed


def _nearest(available: Sequence[str], name: str) -> str:
    near = get_close_matches(name, available[:10_000], 5) or available[:5]
    shown = ", ".join(map(repr, near)) or "nothing"
    return f"of the {len(available):,} that are there, the nearest are {shown}"
