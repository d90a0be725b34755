"""``opfs://`` as a medium.

What it does is imported when it is first used, as in `pyio.handlers.indexed_db.medium`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.browser.environment import missing_opfs
from pyio.handlers.medium import Medium

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from pyio.format.artifacts import ModelArtifactsInfo
    from pyio.handlers.findings import Choices, Found


class OPFS(Medium):
    """Models in the origin private file system, each a model.json and its weights."""

    scheme = "opfs"
    lists = True
    repairs = True

    def missing(self) -> str | None:
        return missing_opfs()

    def handler(self, path: str, **options: Any) -> Any:
        from pyio.handlers.opfs.handler import OPFSHandler

        return OPFSHandler(path, **options)

    async def list(self) -> dict[str, ModelArtifactsInfo]:
        from pyio.handlers.opfs import store

        return await store.models()

    async def info(self, path: str) -> ModelArtifactsInfo | None:
        from pyio.handlers.opfs import store

        return await store.look_up(path)

    async def remove(self, path: str) -> ModelArtifactsInfo:
        from pyio.handlers.opfs import store

        return await store.remove(path)

    async def free_bytes(self) -> int | None:
        from pyio.handlers.opfs import store

        return await store.free_bytes()

    def lock(self) -> AbstractAsyncContextManager[None]:
        from pyio.handlers.opfs.store import exclusive

        return exclusive()

    def moving(self, path: str) -> AbstractAsyncContextManager[None]:
        from pyio.handlers.opfs.moves import moving

        return moving(path)

    async def leftovers(self, path: str, choices: Choices) -> Found:
        from pyio.handlers.opfs.repair import find

        return await find(path, choices)
