"""What was moved from IndexedDB to localStorage, and what becomes of its records.

IndexedDB is on disk when a transaction completes, localStorage later. So the records are kept until
the destination is known to be on disk; `pyio.handlers.local_storage.moves` has the notes of the
moves and the reasons. For pyio the model is gone from IndexedDB as soon as the move is done. For
TensorFlow.js it is there until the records are removed, so that it finds the model after any crash.
"""

from __future__ import annotations

import secrets
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING

from pyio.browser import locks
from pyio.browser.indexed_db.kept_records import (
    MARK,
    KeptRecords,
    copy_key,
    is_copy,
    kept_copies,
)
from pyio.browser.page import local_storage as page
from pyio.browser.page.persistence import browser_run
from pyio.errors import (
    ForeignDatabaseError,
    InvalidModelError,
    PyioError,
    QuotaExceededError,
    StorageError,
)
from pyio.format.json_text import loads
from pyio.handlers.indexed_db.layout import (
    DATABASE,
    INFO,
    INFOS,
    KEY,
    LOCK,
    MODELS,
    WEIGHT_DATA,
    info_of,
)
from pyio.handlers.local_storage import moves

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping, Sequence

    from pyio.format.json_text import JSONValue

_KEPT = KeptRecords(DATABASE, MODELS, INFOS, KEY, INFO)


@asynccontextmanager
async def moving(path: str) -> AsyncIterator[None]:
    """Keep the source of a move to localStorage, to which the model is copied inside the block.

    After the block it is gone for pyio. An exception inside the block leaves it as it was. The
    caller holds the locks of both media.
    """
    what, move = f"moving {f'indexeddb://{path}'!r}", secrets.token_hex(8)
    await moves.begin(move)
    try:
        await _keep(path, move, what)
        yield
        await moves.finish(move)
    except BaseException:
        with suppress(PyioError):  # otherwise a later listing does it
            await _KEPT.restore(path, move, path, what)
            await moves.forget([move])
        raise


async def _keep(path: str, move: str, what: str) -> None:
    try:
        await _KEPT.keep(path, move, await _happened(), what)
    except StorageError as error:
        if error.reason != "QuotaExceededError":
            raise
        texts, _ = await _stored()
        needed = info_of(texts[path]).total_bytes if path in texts else 0
        hint = (
            "a move to localStorage keeps its source for a while. Use copy_model, check the copy, "
            "then call remove_model"
        )
        raise QuotaExceededError(f"indexeddb://{path}", needed, None, hint) from error


async def _happened() -> set[str]:
    return {move for move, note in (await moves.known() or {}).items() if note.done}


async def was_moved(mark: JSONValue) -> bool:
    """Whether the model in a record with this `MARK` has been moved away."""
    return isinstance(mark, str) and await moves.has_happened(mark)


async def give_up(path: str, move: str) -> None:
    """Remove the copy of a model whose move has not happened, because it was removed itself."""
    if await moves.known() is not None:
        await _KEPT.forget(path, move, f"removing {f'indexeddb://{path}'!r}")


async def present() -> tuple[dict[str, str], set[str]]:
    """Return path -> JSON text of all records of infos, and the paths of all models.

    Models that were moved away are left out. This is the use of pyio that removes their records
    when the time has come.
    """
    texts, models = await _stored()
    kept = kept_copies(models)
    if not kept:
        return texts, models
    with suppress(ForeignDatabaseError):  # nothing is written to a database of a newer version
        if await _settle_all(kept):
            texts, models = await _stored()
            kept = kept_copies(models)
    gone = await _happened()
    moved = {
        path
        for move, path in kept.items()
        if move in gone and (path not in texts or mark_in(texts[path]) == move)
    }
    shown = {path: text for path, text in texts.items() if path not in moved}
    return shown, {key for key in models if key not in moved and not is_copy(key)}


async def _stored() -> tuple[dict[str, str], set[str]]:
    return await DATABASE.overview(INFOS, MODELS, "listing IndexedDB")


async def _settle_all(kept: Mapping[str, str]) -> bool:
    """Remove the sources of moves that are on disk, and restore those of moves that are lost.

    `kept` is move -> path of the source. Returns whether anything was done. It waits for no lock,
    so that a listing never does; while another tab moves a model, nothing is done.
    """
    notes, run = await moves.known(), await browser_run()
    if notes is None or not any(_is_due(notes.get(move), run) for move in kept):
        return False
    async with locks.if_free(LOCK, page.LOCK) as free:
        if not free:
            return False
        await page.wait_until_visible()  # what another tab has just written is here now
        notes = await moves.known()
        if notes is None:
            return False
        texts, models = await _stored()
        kept = kept_copies(models)
        for move, path in kept.items():
            note = notes.get(move)
            if _is_due(note, run):
                happened = note is not None and note.done
                await _settle(path, move, {*texts, *models}, happened=happened)
                notes.pop(move, None)
        await moves.forget([move for move in await moves.known() or {} if move not in notes])
    return True


def _is_due(note: moves.Move | None, run: str | None) -> bool:
    return note is None or not note.done or note.is_on_disk(run)


async def _settle(path: str, move: str, taken: Collection[str], *, happened: bool) -> None:
    what = f"settling the move of {f'indexeddb://{path}'!r}"
    if happened or await _is_repeated(path, move, what):
        await _KEPT.forget(path, move, what)
        return
    numbered = (f"{path} (recovered {number})" for number in count(1))
    free_name = next(name for name in numbered if name not in taken)
    await _KEPT.restore(path, move, free_name, what)


async def _is_repeated(path: str, move: str, what: str) -> bool:
    """Whether the same model has been saved anew under the name that it had."""
    found = [
        await DATABASE.get(MODELS, key, WEIGHT_DATA, what) for key in (path, copy_key(path, move))
    ]
    models = []
    for record in found:
        if record is None:
            return False
        members = loads(record[0], "the record")
        if not isinstance(members, dict):
            return False
        models.append((members.get(MARK), members.get("modelArtifacts"), _joined(record[1])))
    return models[0][0] != move and models[0][1:] == models[1][1:]


def _joined(data: Sequence[memoryview] | None) -> bytes:
    return b"".join(data or ())


def mark_in(text: str) -> str | None:
    """Return the mark in the JSON text of a record."""
    with suppress(InvalidModelError):
        record = loads(text, "its info")
        mark = record.get(MARK) if isinstance(record, dict) else None
        return mark if isinstance(mark, str) else None
    return None
