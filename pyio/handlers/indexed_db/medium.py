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
    from pyio.handlers.indexed_db.handler import IndexedDBManager


class IndexedDB(Medium):
    """TensorFlow.js's own models in IndexedDB."""

    scheme = "indexeddb"
    lists = True
    repairs = True

    def missing(self) -> str | None:
        """Return what this environment lacks, in words, or None."""
        return missing_indexed_db()

    def handler(self, path: str, **options: Any) -> Any:
        """Return the handler of ``indexeddb://path``."""
        from pyio.handlers.indexed_db.handler import IndexedDBHandler

        return IndexedDBHandler(path, **options)

    async def list(self) -> dict[str, ModelArtifactsInfo]:
        return await _manager().list()

    async def info(self, path: str) -> ModelArtifactsInfo | None:
        return await _manager().info(path)

    async def remove(self, path: str) -> ModelArtifactsInfo:
        return await _manager().remove(path)

    async def free_bytes(self) -> int | None:
        return await _manager().free_bytes()

    def lock(self) -> AbstractAsyncContextManager[None]:
        return _manager().lock()

    def moving(self, path: str) -> AbstractAsyncContextManager[None]:
        from pyio.handlers.indexed_db.moves import moving

        return moving(path)

    async def leftovers(self, path: str, choices: Choices) -> Found:
        from pyio.handlers.indexed_db.repair import find

        return await find(path, choices)


def _manager() -> IndexedDBManager:
    from pyio.handlers.indexed_db.handler import MANAGER

    return MANAGER
