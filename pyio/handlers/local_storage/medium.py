"""``localstorage://`` as a medium.

What it does is imported when it is first used: a page that never uses this medium loads nothing of
it, which saves up to 10 ms of importing pyio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.browser.environment import missing_local_storage
from pyio.handlers.medium import Durability, Medium

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from pyio.format.artifacts import ModelArtifactsInfo
    from pyio.handlers.findings import Choices, Found
    from pyio.handlers.local_storage.handler import LocalStorageManager


class LocalStorage(Medium):
    """TensorFlow.js's own models in localStorage."""

    scheme = "localstorage"
    lists = True
    repairs = True
    durability = Durability.LATER

    def missing(self) -> str | None:
        """Return what this environment lacks, in words, or None."""
        return missing_local_storage()

    def handler(self, path: str, **options: Any) -> Any:
        """Return the handler of ``localstorage://path``."""
        from pyio.handlers.local_storage.handler import LocalStorageHandler

        return LocalStorageHandler(path, **options)

    async def list(self) -> dict[str, ModelArtifactsInfo]:
        return await _manager().list()

    async def info(self, path: str) -> ModelArtifactsInfo | None:
        return await _manager().info(path)

    async def remove(self, path: str) -> ModelArtifactsInfo:
        return await _manager().remove(path)

    async def sizes(self) -> dict[str, int | None]:
        return await _manager().sizes()

    async def free_bytes(self) -> int | None:
        return await _manager().free_bytes()

    def lock(self) -> AbstractAsyncContextManager[None]:
        return _manager().lock()

    async def leftovers(self, path: str, choices: Choices) -> Found:
        from pyio.handlers.local_storage.repair import find

        return await find(path, choices)


def _manager() -> LocalStorageManager:
    from pyio.handlers.local_storage.handler import MANAGER

    return MANAGER
