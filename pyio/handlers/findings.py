"""What `pyio.repair` finds, and how a medium says what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

STALE = 3600.0
"""Seconds since the last write after which a temporary file belongs to a save that has died."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that an interrupted save has left, and what a repair does about it.

    Attributes:
        where: The address of the model, or the item, the file or the database.
        problem: What is wrong, in words.
        action: What is done about it when `pyio.repair` is told to, in words.
        acts: Whether anything is done about it at all; otherwise it is only named.
        bytes_freed: How many bytes that frees; 0 for what is only named, None if not known.
        done: Whether it has been done.
        failure: Why it was not done although that was asked for, in words, or None.
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
    """A finding and what carries out its action.

    `act` looks again and changes something only if all is still as it was found, so that another
    tab or program that saves at this moment loses nothing. It returns whether it acted.
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
