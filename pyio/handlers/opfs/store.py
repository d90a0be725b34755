"""The models in the file system: list, look up, measure and remove."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import starmap
from typing import TYPE_CHECKING

from pyio.browser import locks
from pyio.browser.indexed_db.space import estimated_free_space
from pyio.browser.opfs import directories
from pyio.errors import ModelNotFoundError
from pyio.format.artifacts import ModelArtifactsInfo
from pyio.handlers.opfs import generations, moves
from pyio.handlers.opfs.layout import LOCK, ROOT, WEIGHTS, directory, info_in, name_of, place

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from pyio.browser.opfs.directories import Path
    from pyio.handlers.opfs.generations import Generation, Generations

_AT_ONCE = 32
"""Models that are looked at together when all are listed."""

_WHAT = "listing the origin private file system"


def exclusive() -> AbstractAsyncContextManager[None]:
    """Keep other tabs from changing models through pyio inside the block."""
    return locks.exclusive(LOCK)


async def models() -> dict[str, ModelArtifactsInfo]:
    """Return name -> info of every model, damaged ones included."""
    looked = await _all()
    if await moves.settle({folder: seen for folder, seen in looked if seen.moving}):
        looked = await _all()
    infos = await asyncio.gather(*(_named(folder, seen) for folder, seen in looked))
    return dict(sorted(entry for entry in infos if entry is not None))


async def _all() -> list[tuple[str, Generations]]:
    """Return each directory and its generations; the browser looks at many of them at once."""
    found = await directories.entries((ROOT,), _WHAT)
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(folder: str, inside: object) -> tuple[str, Generations]:
        async with turns:
            return folder, await generations.look((inside,), _WHAT)

    return [] if found is None else await asyncio.gather(*starmap(one, found.folders.items()))


async def _named(folder: str, found: Generations) -> tuple[str, ModelArtifactsInfo] | None:
    described = await _described((ROOT, folder), found, _WHAT)
    if described is None:
        return None
    newest, info = described
    name = name_of(folder, newest.manifest)
    return None if name is None else (name, info)


async def _described(
    path: Path, found: Generations, what: str
) -> tuple[Generation, ModelArtifactsInfo] | None:
    """Return the model in the directory `path` and its info, or None if it is absent.

    No lock is held here: a save or a removal may have taken the files of `found` meanwhile. So a
    damage counts if the generation that has it is still the model.
    """
    while (newest := await present(found)) is not None:
        info = await _info(newest, what)
        if info.damage is None:
            return newest, info
        found = await generations.look(path, what)
        if found.newest is not None and found.newest.number == newest.number:
            return newest, info
    return None


async def present(found: Generations) -> Generation | None:
    """Return the generation that is the model, or None if it is absent or was moved away."""
    newest = found.newest
    if newest is None or (newest.move is not None and await moves.has_happened(newest.move)):
        return None
    return newest


async def _info(newest: Generation, what: str) -> ModelArtifactsInfo:
    """Return the info of a model, with the damage that shows without reading its weights."""
    if newest.manifest is None:
        return ModelArtifactsInfo(damage=newest.problem)
    info = info_in(newest.manifest)
    if info.damage is not None or newest.manifest.groups is None:
        return info
    size = await directories.size(newest.inside, WEIGHTS, what)
    expected = newest.manifest.byte_length
    if size is None and (expected is None or expected > 0):
        return replace(info, damage=f"its {WEIGHTS} is missing")
    if expected is not None and (size or 0) != expected:
        damage = f"its {WEIGHTS} has {size or 0:,} bytes, and its specs want {expected:,}"
        return replace(info, damage=damage)
    return info


async def look_up(name: str) -> ModelArtifactsInfo | None:
    """Return what `models` says of one model, or None if it is not there."""
    what = f"reading {f'opfs://{name}'!r}"
    described = await _described(place(name), await generations.look(place(name), what), what)
    return None if described is None else described[1]


async def sizes() -> dict[str, int | None]:
    """Return name -> the bytes of a model, None for a damaged one."""
    infos = await models()
    return {name: None if info.damage else info.total_bytes for name, info in infos.items()}


async def free_bytes() -> int | None:
    """Return how many more bytes the browser takes, as it estimates, or None."""
    return await estimated_free_space()


async def remove(name: str) -> ModelArtifactsInfo:
    """Remove a model and return what was known of it. Raises ModelNotFoundError."""
    folder, what = directory(name), f"removing {f'opfs://{name}'!r}"
    async with exclusive():
        found = await generations.look(place(name), what)
        newest = await present(found)
        if newest is None:
            raise not_found(f"opfs://{name}")
        info = await _info(newest, what)
        kept = await moves.still_needed(found)
        await generations.to_its_end(generations.remove_all(folder, kept, what))
    return info


def not_found(url: str) -> ModelNotFoundError:
    """Return the error for a model that is not stored."""
    return ModelNotFoundError(url, "list_models() says what is stored")
