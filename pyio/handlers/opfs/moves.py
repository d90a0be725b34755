"""What was moved from the file system to localStorage, and what becomes of its files.

The file system is on disk when a save returns, localStorage later. So the generation that moves is
kept until the destination is known to be on disk; `pyio.handlers.local_storage.moves` has the notes
of the moves and the reasons. An empty directory beside the generation carries the name of the move.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from pyio.browser import locks
from pyio.browser.opfs import directories, files
from pyio.browser.opfs.pieces import Content, arrived
from pyio.browser.page import local_storage as page
from pyio.browser.page.persistence import browser_run
from pyio.errors import ModelNotFoundError, PyioError
from pyio.format.json_text import dumps
from pyio.format.manifest import parse_model_json
from pyio.format.segments import allocate_weights
from pyio.handlers.local_storage import moves
from pyio.handlers.local_storage.moves import has_happened
from pyio.handlers.opfs import generations
from pyio.handlers.opfs.layout import (
    INFO,
    JSON,
    LOCK,
    NAME,
    ROOT,
    WEIGHTS,
    mark,
    name_of,
    place,
)
from pyio.progress import CHUNK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Mapping

    from pyio.handlers.opfs.generations import Generations

__all__ = ["has_happened", "moving", "settle", "still_needed"]

_WHAT = "settling a move"


@asynccontextmanager
async def moving(path: str) -> AsyncIterator[None]:
    """Keep the source of a move to localStorage, to which the model is copied inside the block.

    After the block it is gone for pyio. An exception inside the block leaves it as it was. The
    caller holds the locks of both media.
    """
    what, move = f"moving {f'opfs://{path}'!r}", secrets.token_hex(8)
    found = await generations.look(place(path), what)
    newest = found.newest
    if newest is None or (newest.move is not None and await has_happened(newest.move)):
        raise ModelNotFoundError(f"opfs://{path}", "list_models() says what is stored")
    await moves.begin(move)
    marked = (*place(path), mark(newest.number, move))
    try:
        if newest.move is not None:  # the mark of an earlier move, which never happened
            await directories.remove(place(path), mark(newest.number, newest.move), what)
        await directories.make(marked, what)
        yield
        await moves.finish(move)
    except BaseException:
        with suppress(PyioError):  # otherwise a later listing does it
            await directories.remove(marked[:-1], marked[-1], what)
            await moves.forget([move])
        raise


async def still_needed(found: Generations) -> Collection[int]:
    """Return the generations that are kept until the destination of their move is on disk.

    One whose move is lost is kept too if the name has another model by now: `settle` restores it.
    """
    if not found.moving:
        return ()
    notes = await moves.known()

    def is_needed(number: int, move: str) -> bool:
        if notes is None or (move in notes and notes[move].done):
            return True
        return found.newest is not None and found.newest.number > number

    return {number for number, move in found.moving.items() if is_needed(number, move)}


async def settle(marked: Mapping[str, Generations]) -> bool:
    """Remove the sources of moves that are on disk, and restore those of moves that are lost.

    `marked` is directory -> its generations, some of which are moving. Returns whether anything was
    done. It waits for no lock, so that a listing never does.
    """
    if not marked:
        return False
    notes, run = await moves.known(), await browser_run()
    due = [move for found in marked.values() for move in found.moving.values()]
    if notes is None or not any(_is_due(notes.get(move), run) for move in due):
        return False
    async with locks.if_free(page.LOCK, LOCK) as free:
        if not free:
            return False
        await page.wait_until_visible()  # what another tab has just written is here now
        notes = await moves.known()
        if notes is None:
            return False
        settled = []
        for folder in marked:
            found = await generations.look((ROOT, folder), _WHAT)
            for number, move in found.moving.items():
                note = notes.get(move)
                if _is_due(note, run):
                    happened = note is not None and note.done
                    await _settle(folder, found, number, move, happened=happened)
                    settled.append(move)
        await moves.forget([move for move in settled if move in notes])
    return True


def _is_due(note: moves.Move | None, run: str | None) -> bool:
    return note is None or not note.done or note.is_on_disk(run)


async def _settle(
    folder: str, found: Generations, number: int, move: str, *, happened: bool
) -> None:
    path = (ROOT, folder)
    newer = found.newest is not None and found.newest.number > number
    if not happened and newer and not await _is_repeated(folder, found, number):
        await _restore(folder, number)
    if happened or newer:
        await generations.remove(folder, number, _WHAT)
    await directories.remove(path, mark(number, move), _WHAT)
    await directories.remove((ROOT,), folder, _WHAT, only_empty=True)


async def _is_repeated(folder: str, found: Generations, number: int) -> bool:
    """Whether the same model has been saved anew under the name that it had."""
    assert found.newest is not None
    paths = [(ROOT, folder, str(each)) for each in (number, found.newest.number)]
    texts = [await directories.read(path, JSON, _WHAT) for path in paths]
    fields = [dict(parse_model_json(bytes(text or b"")).fields) for text in texts]
    for each in fields:
        each.pop(INFO, None)
    sizes = [await directories.size(path, WEIGHTS, _WHAT) for path in paths]
    if fields[0] != fields[1] or sizes[0] != sizes[1]:
        return False
    both = [_content(path, sizes[0] or 0) for path in paths]
    for pieces in zip(*(content.pieces for content in both), strict=True):
        one, other = await asyncio.gather(*map(arrived, pieces))
        if one != other:
            return False
    return True


def _content(path: tuple[str, ...], size: int) -> Content:
    """Return the weights of a generation, each piece of which is read when it is awaited."""

    async def piece(start: int) -> memoryview:
        part = allocate_weights(min(CHUNK, size - start), [WEIGHTS], zeros=False)
        await files.read_into(path, WEIGHTS, part, _WHAT, start=start)
        return part

    return Content(size, map(piece, range(0, size, CHUNK)))


async def _restore(folder: str, number: int) -> None:
    """Save a model whose move was lost under a name of its own, as its name has another by now."""
    path = (ROOT, folder, str(number))
    text = await directories.read(path, JSON, _WHAT)
    manifest = parse_model_json(bytes(text or b""))
    size = await directories.size(path, WEIGHTS, _WHAT)
    name = name_of(folder, manifest)
    numbered = (f"{name} (recovered {attempt})" for attempt in count(1))
    async for new in _free(numbered):
        renamed = dumps({**manifest.fields, NAME: new}).encode("utf-8", "surrogatepass")
        data = None if size is None else partial(_content, path, size)
        await generations.write(new, partial(bytes, renamed), data, _WHAT)
        return


async def _free(names: Iterable[str]) -> AsyncIterator[str]:
    for name in names:
        if (await generations.look(place(name), _WHAT)).newest is None:
            yield name
