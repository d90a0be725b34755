"""The models in localStorage: list, look up, measure and remove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.browser.page import local_storage as page
from pyio.errors import ModelNotFoundError
from pyio.handlers.local_storage.items import ITEMS, PREFIX, info_of, keys_of, names_of

if TYPE_CHECKING:
    from pyio.format.artifacts import ModelArtifactsInfo

CAPACITY = 5 * 1024 * 1024
"""UTF-16 code units that an origin may store, measured in Chromium and Firefox.

WebKit counts bytes, of which a text takes two for each unit unless all of it is Latin-1.
"""


async def models() -> dict[str, ModelArtifactsInfo]:
    """Return path -> info of every model, damaged ones included."""
    found = await _found()
    if any(info.damage is not None for info in found.values()):
        await page.wait_until_visible()  # another tab may be writing it
        found = await _found()
    return found


async def _found() -> dict[str, ModelArtifactsInfo]:
    texts = await page.overview(PREFIX, "/info")
    names = names_of(texts)
    lengths = await page.lengths([keys_of(path)["weight_data"] for path in names])
    return {
        path: info_of(texts.get(keys_of(path)["info"]), found, length)
        for (path, found), length in zip(names.items(), lengths.values(), strict=True)
    }


async def look_up(path: str) -> ModelArtifactsInfo | None:
    """Return what `models` says of one model, or None if it is not there."""
    info = await _look_up(path)
    if info is not None and info.damage is not None:
        await page.wait_until_visible()  # as in `models`
        info = await _look_up(path)
    return info


async def _look_up(path: str) -> ModelArtifactsInfo | None:
    keys = keys_of(path)
    text, lengths = await page.read_and_measure(keys["info"], list(keys.values()))
    found = {item for item in ITEMS if lengths[keys[item]] >= 0}
    return info_of(text, found, lengths[keys["weight_data"]]) if found else None


async def remove(path: str) -> ModelArtifactsInfo:
    """Remove a model and return what was known of it. Raises ModelNotFoundError."""
    async with page.exclusive():
        info = await _look_up(path)
        if info is None:
            raise ModelNotFoundError(f"localstorage://{path}", "list_models() says what is stored")
        await page.replace(dict.fromkeys(reversed(keys_of(path).values())))
    return info


async def sizes() -> dict[str, int | None]:
    """Return path -> what a model takes of the quota: UTF-16 code units of keys and values."""
    paths = list(names_of(await page.overview(PREFIX, "/info")))
    lengths = await page.lengths([key for path in paths for key in keys_of(path).values()])
    taken = {key: len(key) + length for key, length in lengths.items() if length >= 0}
    return {path: sum(taken.get(key, 0) for key in keys_of(path).values()) for path in paths}


async def free_bytes() -> int:
    """Return how much of the quota is left."""
    return max(CAPACITY - await page.used(), 0)
