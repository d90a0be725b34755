"""The findings of `pyio.repair`, and the actions that a medium offers for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

STALE = 3600.0
"""Seconds since the last write after which a temporary file belongs to a save that has died."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A remainder of an interrupted save, and the action of a repair.

    Attributes:
        where: The address of the model, or the item, the file or the database.
        problem: What is wrong, in words.
        action: What ``pyio.repair(apply=True)`` does about it, in words.
        acts: Whether there is an action; otherwise the finding is only reported.
        bytes_freed: How many bytes that frees; 0 if it is only reported, None if not known.
        done: Whether it has been done.
        failure: Why the requested action failed, in words, or None.
    """

    where: str
    problem: str
    action: str
    acts: bool = True
    bytes_freed: int | None = 0
    done: bool = False
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Leftover:
    """A finding and the function that carries out its action.

    `act` checks again and changes something only if nothing has changed since the finding. So
    another tab or program that saves at this moment loses nothing. It returns whether it acted.
    """

    finding: Finding
    act: Callable[[], Awaitable[bool]] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What one medium found: what is left over, and the names of databases of other programs."""

    leftovers: tuple[Leftover, ...] = ()
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """Choices of the caller; see `pyio.repair`."""

    delete_database: bool = False
    older_than: float = STALE


def report_only(where: str, problem: str, action: str) -> Leftover:
    """Return a finding that is only reported, with what the person may do."""
    return Leftover(Finding(where, problem, f"nothing; {action}", acts=False))
