"""The generations of one model. Nothing that exists is ever opened for writing.

A save writes a new generation and removes the older ones when it has happened. Of a large model the
save returns before they are removed, and the lock is free when they are. A killed browser
leaves a generation without a whole model.json, which never happened, or older generations, which no
longer count. Both files are there from the beginning, so that they are opened at once; the
model.json has no bytes until the weights are on disk. Firefox 153 and WebKitGTK 2.50 lost a
model.json that was replaced when they were killed.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from pyio.browser.opfs import directories, files
from pyio.browser.opfs.pieces import Content, NewFile
from pyio.errors import InvalidModelError, PyioError, StorageError
from pyio.format.manifest import parse_model_json
from pyio.handlers.opfs.layout import (
    JSON,
    LOCK,
    ROOT,
    WEIGHTS,
    directory,
    mark,
    marks,
    next_number,
    numbers,
    place,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
    from typing import Any

    from pyio.browser.opfs.directories import Path
    from pyio.format.manifest import Manifest


_PAUSE = 0.05
"""Seconds in which another tab has written a model.json."""

_LARGE = 16 * 1024 * 1024
"""Bytes of weights from which on a save does not wait until what it replaces is removed.

That takes a sixth of the time of a save. The lock is kept until it is done.
"""

_ATTEMPTS = 5
"""How often a generation is written that another tab removes meanwhile."""

_TAKEN = ("NotFoundError", "NoModificationAllowedError")
"""What the browser says of a file in a directory that another tab has removed, or is removing."""

Needed: TypeAlias = "Callable[[Generations], Awaitable[Collection[int]]]"
"""Returns the generations that are kept because they are moving away."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation with a model.json.

    Attributes:
        number: Its number.
        inside: The path of its directory.
        manifest: What its model.json says, or None.
        problem: Why that cannot be read, or "".
        move: The move by which it is moving away, or None.
    """

    number: int
    inside: Path = field(compare=False)
    manifest: Manifest | None
    problem: str = ""
    move: str | None = None


@dataclass(frozen=True, slots=True)
class Generations:
    """All generations of a model.

    Attributes:
        numbers: All of them, the highest first, whole or not.
        marks: Generation -> the move by which it is moving away.
        newest: The one that is the model, or None if no save has happened.
    """

    numbers: Sequence[int] = ()
    marks: Mapping[int, str] | None = None
    newest: Generation | None = None

    @property
    def moving(self) -> Mapping[int, str]:
        """The marked generations that exist."""
        return {n: move for n, move in (self.marks or {}).items() if n in self.numbers}


async def look(place: Path, what: str) -> Generations:
    """Return the generations in the directory of a model, absent or not.

    A newer one may come, and the one that was the model go, between two glances.
    """
    found, before = await _look(place, what), None
    while found.numbers and found.newest is None and found != before:
        found, before = await _look(place, what), found
    if found.newest is not None and found.newest.manifest is None:
        await asyncio.sleep(_PAUSE)  # it may have been read while it was written
        found = await _look(place, what)
    return found


async def _look(place: Path, what: str) -> Generations:
    found = await directories.entries(place, what)
    if found is None:
        return Generations()
    known, moving = numbers(found.folders), marks(found.folders)
    unreadable = None
    for number in known:
        inside = (found.folders[str(number)],)
        try:
            generation = await _generation(inside, number, moving.get(number), what)
        except StorageError:
            if await _is_there(place, number, what):
                raise
            continue  # removed while it was read; Firefox 153 calls that AbortError
        if generation is not None and generation.manifest is not None:
            return Generations(known, moving, generation)
        unreadable = unreadable or generation
    return Generations(known, moving, unreadable)


async def _generation(inside: Path, number: int, move: str | None, what: str) -> Generation | None:
    text = await directories.read(inside, JSON, what)
    if not text:  # a file is empty until it is written
        return None
    try:
        manifest, problem = parse_model_json(bytes(text)), ""
    except InvalidModelError as error:
        manifest, problem = None, str(error)
    return Generation(number, inside, manifest, problem, move)


async def write(
    name: str,
    text: Callable[[], bytes],
    weights: Callable[[], Content] | None,
    what: str,
    *,
    moved: Callable[[int], None] | None = None,
    needed: Needed | None = None,
) -> None:
    """Write a new generation and remove the older ones. The caller holds the lock.

    Args:
        name: The name of the model.
        text: Makes its model.json, once its weights are on their way to the disk.
        weights: Returns its weights, or None for no file of them.
        what: What is being done, for errors.
        moved: Called with the bytes of each part of the weights.
        needed: Returns which of the older generations are not removed, if some are moving.

    Raises StorageError, and then the new generation is gone.
    """
    counted = 0

    def count(size: int) -> None:
        nonlocal counted
        counted += size
        if moved is not None:
            moved(size)

    for left in reversed(range(_ATTEMPTS)):
        try:
            await _write(name, text, weights() if weights else None, what, count, needed)
        except StorageError as error:
            # Another tab took the new generation for an unfinished one. In Chromium 156, tabs have
            # separate locks if the site's data were cleared between the opening of the two.
            if error.reason not in _TAKEN:
                raise
            if not left:
                raise _removed(what, error.reason) from error
            count(-counted)
        else:
            return


def _removed(what: str, reason: str) -> StorageError:
    return StorageError(
        f"{what} failed: its new files were removed while they were written, {_ATTEMPTS} times, "
        "by another tab or because the site's data were cleared. The save changed nothing else. "
        "Reload this page and the other tabs of this site, and save again",
        reason,
    )


async def _write(
    name: str,
    text: Callable[[], bytes],
    weights: Content | None,
    what: str,
    moved: Callable[[int], None],
    needed: Needed | None,
) -> None:
    path, number = place(name), next_number(())
    new = [NewFile(JSON, Content.made_late(text), lambda _size: None)]
    if weights is not None:
        new.insert(0, NewFile(WEIGHTS, weights, moved))
    try:
        made, found = await directories.make_in(path, str(number), what)
        older = [each for each in numbers(found.folders) if each != number]
        if older and older[0] > number:  # the clock was set back
            await directories.remove((found.here,), str(number), what)
            number = next_number(older)
            made = await directories.make((found.here, str(number)), what)
        await files.write((made,), new, what)
    except BaseException as error:
        try:
            gone = isinstance(error, StorageError) and not await _is_there(path, number, what)
        finally:
            await to_its_end(_take_back(name, number, what))
        if gone:
            # Firefox and WebKit give UnknownError for a file in a directory that was removed.
            raise StorageError(str(error), _TAKEN[0]) from error
        raise
    moving = marks(found.folders)
    here = (found.here,)
    large = weights is not None and weights.size >= _LARGE
    if older and not (large and not moving and _goes_later(here, older)):
        await to_its_end(_remove_older(here, {n: moving.get(n) for n in older}, needed, what))


async def _is_there(path: Path, number: int, what: str) -> bool:
    """Whether a generation is there, or that cannot be told."""
    try:
        found = await directories.entries(path, what)
    except PyioError:
        return True
    return found is not None and str(number) in found.folders


def _goes_later(here: Path, older: Sequence[int]) -> bool:
    return directories.remove_later(here, [str(number) for number in older], LOCK)


async def _take_back(name: str, number: int, what: str) -> None:
    with suppress(PyioError):  # what stays has no model.json, and the next save removes it
        await remove(directory(name), number, what)
        await directories.remove((ROOT,), directory(name), what, only_empty=True)


async def _remove_older(
    here: Path, older: Mapping[int, str | None], needed: Needed | None, what: str
) -> None:
    kept: Collection[int] = ()
    with suppress(PyioError):  # another tab reads it; the next save removes it
        if needed is not None and any(older.values()):
            kept = await needed(await look(here, what))
        for number, move in sorted(older.items()):
            if number not in kept:
                await directories.remove(here, str(number), what)
                if move is not None:
                    await directories.remove(here, mark(number, move), what)


async def remove(folder: str, number: int, what: str, move: str | None = None) -> None:
    """Remove a generation, its model.json first: so it never happened, whenever a kill comes."""
    path = (ROOT, folder, str(number))
    await directories.remove(path, JSON, what)
    await directories.remove(path[:-1], path[-1], what)
    if move is not None:
        await directories.remove(path[:-1], mark(number, move), what)


async def remove_all(folder: str, kept: Collection[int], what: str) -> None:
    """Remove the generations of a model from the lowest to the highest, and then its directory.

    So the model is there, whole, until it is gone.
    """
    found = await directories.entries((ROOT, folder), what)
    if found is None:
        return
    moving = marks(found.folders)
    for number in reversed(numbers(found.folders)):
        if number not in kept:
            await remove(folder, number, what, moving.get(number))
    await directories.remove((ROOT,), folder, what, only_empty=bool(kept))


async def to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for `work` even if this task is cancelled: the lock must be held until it is done."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
