"""``indexeddb://`` as a medium.

What it does is imported when it is first used: a page that never uses this medium loads nothing of
it, which saves up to 10 ms of importing pyio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.browser.environment import missing_indexed_db
from pyio.handlers.medium import Medium

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from pyio.format.artifacts import ModelArtifactsInfo
    from pyio.handlers.findings import Choices, Found


class IndexedDB(Medium):
    """TensorFlow.js's own models in IndexedDB."""

    scheme = "indexeddb"
    lists = True
    repairs = True

    def missing(self) -> str | None:
        return missing_indexed_db()

    def handler(self, path: str, **options: Any) -> Any:
        from pyio.handlers.indexed_db.handler import IndexedDBHandler

        return IndexedDBHandler(path, **options)

    async def list(self) -> dict[str, ModelArtifactsInfo]:
        from pyio.handlers.indexed_db import store

        return await store.models()

    async def info(self, path: str) -> ModelArtifactsInfo | None:
        from pyio.handlers.indexed_db import store

        return await store.look_up(path)

    async def remove(self, path: str) -> ModelArtifactsInfo:
        from pyio.handlers.indexed_db import store

        return await store.remove(path)

    async def sizes(self) -> dict[str, int | None]:
        from pyio.handlers.indexed_db import store

        return await store.sizes()

    async def free_bytes(self) -> int | None:
        from pyio.handlers.indexed_db import store

        return await store.free_bytes()

    def lock(self) -> AbstractAsyncContextManager[None]:
        from pyio.handlers.indexed_db.store import exclusive

        return exclusive()

    def moving(self, path: str) -> AbstractAsyncContextManager[None]:
        from pyio.handlers.indexed_db.moves import moving

        return moving(path)

    async def leftovers(self, path: str, choices: Choices) -> Found:
        from pyio.handlers.indexed_db.repair import find

        return await find(path, choices)
