"""Moves from a medium that is durable at once to localStorage, which the browser writes later.

A browser that is killed in between must not lose the model. So its source is kept, marked with the
name of the move, and an item of localStorage says which moves have happened. That item is written
after the model, and browsers write localStorage to disk in order: if a kill takes the model, it
takes the item as well, and the source is there as before. While the item is there, the source is
gone for pyio. It is removed once the destination is known to be on disk: when the browser has been
started anew since, or after a day.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyio.browser.bridge.protocol import Retry
from pyio.browser.page import local_storage as page
from pyio.browser.page.persistence import browser_run
from pyio.errors import InvalidModelError, PyioError, StorageError
from pyio.format.json_text import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyio.format.json_text import JSONValue

KEY = "pyio_moves"
"""The item: name of a move -> what is known of it."""

_DAY = 24 * 3600.0
"""Seconds after which a browser has written localStorage, or has been started anew. Chromium writes
at most 10 MB an hour for an origin, so that a large item may wait for an hour."""


@dataclass(frozen=True, slots=True)
class Move:
    """What localStorage says of a move.

    Attributes:
        done: Whether the model has been written to the destination.
        run: The run of the browser in which it was done, or None if not known.
        begun: When it began, in seconds of `time.time`.
    """

    done: bool
    run: str | None
    begun: float

    def is_on_disk(self, run: str | None) -> bool:
        """Whether the destination is known to be on disk; `run` is the browser's run of now."""
        restarted = None not in (run, self.run) and run != self.run
        return self.done and (restarted or time.time() - self.begun > _DAY)


async def begin(move: str) -> None:
    """Record a move that begins, and reserve the space that `finish` needs.

    The caller holds the lock of localStorage. Raises StorageError.
    """
    await _write({**await _read(), move: Move(False, await browser_run(), time.time())})


async def finish(move: str) -> None:
    """Note that the model has been written to the destination."""
    moves = await _read()
    begun = moves.get(move)
    if begun is None:  # something else has emptied localStorage, and the destination with it
        raise StorageError(f"the item {KEY!r} of localStorage was removed during a move")
    await _write({**moves, move: Move(True, begun.run, begun.begun)})


async def forget(names: Iterable[str]) -> None:
    """Remove the notes of moves."""
    moves = await _read()
    gone = set(names)
    await _write({name: move for name, move in moves.items() if name not in gone})


async def known() -> dict[str, Move] | None:
    """Return all notes, or None where this Python reaches no localStorage."""
    with suppress(PyioError):
        return await _read(Retry.LISTING)
    return None


async def has_happened(move: str) -> bool:
    """Return whether localStorage says that a model has been moved there."""
    note = (await known() or {}).get(move)
    return note is not None and note.done


async def _read(retry: Retry = Retry.REPEATABLE) -> dict[str, Move]:
    text = (await page.read([KEY], retry))[KEY]
    try:
        found = loads(text or "{}", KEY)
    except InvalidModelError:
        return {}
    entries = found.items() if isinstance(found, dict) else ()
    moves = {name: _move(entry) for name, entry in entries}
    return {name: move for name, move in moves.items() if move is not None}


def _move(entry: JSONValue) -> Move | None:
    if not isinstance(entry, dict):
        return None
    done, run, begun = entry.get("done"), entry.get("run"), entry.get("begun")
    if not isinstance(begun, int | float) or not isinstance(run, str | None):
        return None
    return Move(done == 1, run, float(begun))


async def _write(moves: Mapping[str, Move]) -> None:
    # `done` is a digit, so that a finished move takes as much room as one that has begun.
    entries: dict[str, JSONValue] = {
        name: {"done": int(move.done), "run": move.run, "begun": round(move.begun)}
        for name, move in moves.items()
    }
    await page.replace({KEY: dumps(entries) if entries else None})
