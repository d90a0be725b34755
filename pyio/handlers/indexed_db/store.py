"""The models in IndexedDB: list, look up, measure and remove."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyio.browser import locks
from pyio.browser.indexed_db.space import estimated_free_space
from pyio.errors import ModelNotFoundError
from pyio.format.artifacts import ModelArtifactsInfo
from pyio.handlers.indexed_db import moves
from pyio.handlers.indexed_db.layout import (
    DATABASE,
    INFOS,
    KEY,
    LOCK,
    MODELS,
    info_of,
    record_with_info,
)

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager


def exclusive() -> AbstractAsyncContextManager[None]:
    """Keep other tabs from changing models through pyio inside the block."""
    return locks.exclusive(LOCK)


async def models() -> dict[str, ModelArtifactsInfo]:
    """Return path -> info of every model, damaged ones included."""
    texts, names = await moves.present()
    paths = [*texts, *sorted(names - texts.keys())]
    return {path: _info(texts.get(path), path in names) for path in paths}


async def look_up(path: str) -> ModelArtifactsInfo | None:
    """Return what `models` says of one model, or None if it is not there."""
    text, whole = await DATABASE.look_up(path, INFOS, MODELS, f"reading {f'indexeddb://{path}'!r}")
    if text is None:
        # A model without an info may have been moved away, which only a listing finds out.
        return (await models()).get(path) if whole else None
    return None if await moves.was_moved(moves.mark_in(text)) else _info(text, whole)


def _info(text: str | None, whole: bool) -> ModelArtifactsInfo:
    """Return the info in a record, with the damage that shows without loading the model."""
    if text is None:
        return ModelArtifactsInfo(damage="its info is missing; it may still load")
    info = info_of(text)
    missing = None if whole else "its info is there and the model is not"
    return replace(info, damage=info.damage or missing)


async def sizes() -> dict[str, int | None]:
    """Return path -> the bytes of a model, None for a damaged one."""
    infos = await models()
    return {path: None if info.damage else info.total_bytes for path, info in infos.items()}


async def free_bytes() -> int | None:
    """Return how many more bytes the browser takes, as it estimates, or None."""
    return await estimated_free_space()


async def remove(path: str) -> ModelArtifactsInfo:
    """Remove a model and return what was known of it. Raises ModelNotFoundError."""
    url = f"indexeddb://{path}"
    async with exclusive():
        existed, text = await DATABASE.delete(path, INFOS, f"removing {url!r}")
    mark = None if text is None else moves.mark_in(text)
    if not existed or await moves.was_moved(mark):  # its copy stays until the move is on disk
        raise not_found(url)
    if mark is not None:
        await moves.give_up(path, mark)
    return ModelArtifactsInfo(damage="its info is missing") if text is None else info_of(text)


async def revise(
    path: str, info: ModelArtifactsInfo | None, *, seen: str | None, whole: bool
) -> bool:
    """Replace the info of a model, or remove it (None), if nothing has changed.

    That is, if its text is still `seen`, and `whole` still says whether the model exists. Returns
    whether it acted.
    """
    record = None if info is None else record_with_info({KEY: path}, info)
    what = f"repairing {f'indexeddb://{path}'!r}"
    async with exclusive():
        return await DATABASE.revise(INFOS, path, record, what, seen=seen, beside=(MODELS, whole))


def not_found(url: str) -> ModelNotFoundError:
    """Return the error for a model that is not stored."""
    return ModelNotFoundError(url, "list_models() says what is stored")
