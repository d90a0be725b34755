"""``memory://``: models kept in this Python process, gone when it ends.

The smallest medium that keeps the whole contract; useful in tests and in CPython.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyio.errors import ModelNotFoundError
from pyio.format.artifacts import ModelArtifacts, ModelArtifactsInfo, SaveResult
from pyio.format.json_text import dumps, loads
from pyio.format.record import artifacts_to_record, outline_record, record_to_artifacts
from pyio.handlers.contract import Acquired, Loader, Saver
from pyio.handlers.medium import Durability, Medium
from pyio.handlers.registry import require_path
from pyio.progress import Meter

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from pyio.format.serialized import Serialized
    from pyio.progress import OnProgress


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model as ``memory://`` keeps it: a copy that no caller's array reaches."""

    record: str
    weight_data: bytes | None
    info: ModelArtifactsInfo


MODELS: MutableMapping[str, StoredModel] = {}
"""Path -> what is stored there."""


class MemoryHandler(Saver, Loader):
    """Saves to and loads from this process; see `pyio.handlers.contract`."""

    def __init__(self, path: str, *, on_progress: OnProgress | None = None) -> None:
        self.url = f"memory://{path}"
        self._path = require_path(self.url, path)
        self._on_progress = on_progress

    async def _store(self, model: Serialized, acquired: Acquired) -> SaveResult:
        await acquired()
        record = dumps(artifacts_to_record(model))
        size = model.info.weight_data_bytes
        meter = Meter(self._on_progress, "save", self.url, size)
        data = None if model.artifacts.weight_data is None else b"".join(model.buffers)
        meter.advance(size)
        MODELS[self._path] = StoredModel(record, data, model.info)
        return SaveResult(model.info)

    async def _fetch(self) -> ModelArtifacts:
        stored = self._stored()
        data = None if stored.weight_data is None else (memoryview(stored.weight_data),)
        size = stored.info.weight_data_bytes
        Meter(self._on_progress, "load", self.url, size).advance(size)
        return record_to_artifacts(loads(stored.record, "the record"), data)

    async def exists(self) -> bool:
        return self._path in MODELS

    async def _outline(self) -> ModelArtifacts:
        return outline_record(loads(self._stored().record, "the record"))

    def _stored(self) -> StoredModel:
        if self._path not in MODELS:
            raise ModelNotFoundError(self.url, "list_models() says what is stored")
        return MODELS[self._path]


class Memory(Medium):
    """The models in this process."""

    scheme = "memory"
    lists = True
    durability = Durability.NEVER

    def handler(self, path: str, **options: Any) -> Any:
        return MemoryHandler(path, **options)

    async def list(self) -> dict[str, ModelArtifactsInfo]:
        return {path: stored.info for path, stored in MODELS.items()}

    async def info(self, path: str) -> ModelArtifactsInfo | None:
        return MODELS[path].info if path in MODELS else None

    async def remove(self, path: str) -> ModelArtifactsInfo:
        if path not in MODELS:
            raise ModelNotFoundError(f"memory://{path}", "list_models() says what is stored")
        return MODELS.pop(path).info
