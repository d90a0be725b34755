"""``memory://``: models kept in this Python process, gone when it ends.

The smallest medium that keeps the whole contract; useful in tests and in CPython.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyio.artifacts import ModelArtifacts, ModelArtifactsInfo, SaveResult
from pyio.errors import ModelNotFoundError
from pyio.handlers.record import artifacts_to_record, describe_record, record_to_artifacts
from pyio.json_text import dumps, loads
from pyio.model_json import get_model_artifacts_info_for_json, with_texts
from pyio.progress import Meter
from pyio.routing import Durability, require_path
from pyio.weights.layout import check

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from pyio.progress import OnProgress


DURABILITY = Durability.NEVER


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model as ``memory://`` keeps it: a copy that no caller's array reaches."""

    record: str
    weight_data: bytes | None
    info: ModelArtifactsInfo


MODELS: MutableMapping[str, StoredModel] = {}
"""Path -> what is stored there."""


def missing() -> None:
    """Nothing is missing anywhere."""


class MemoryHandler:
    """Saves to and loads from this process; see `pyio.handlers.contract`."""

    def __init__(self, path: str, *, on_progress: OnProgress | None = None) -> None:
        self.url = f"memory://{path}"
        self._path = require_path(self.url, path)
        self._on_progress = on_progress

    async def save(self, artifacts: ModelArtifacts) -> SaveResult:
        # docstring inherited
        check(artifacts)
        artifacts = with_texts(artifacts)
        info = get_model_artifacts_info_for_json(artifacts)
        record = dumps(artifacts_to_record(artifacts))
        meter = Meter(self._on_progress, "save", self.url, artifacts.weight_data_bytes)
        data = None if artifacts.weight_data is None else b"".join(artifacts.weight_data)
        meter.advance(artifacts.weight_data_bytes)
        MODELS[self._path] = StoredModel(record, data, info)
        return SaveResult(info)

    async def load(self) -> ModelArtifacts:
        # docstring inherited
        stored = self._stored()
        data = None if stored.weight_data is None else (memoryview(stored.weight_data),)
        size = stored.info.weight_data_bytes
        Meter(self._on_progress, "load", self.url, size).advance(size)
        return record_to_artifacts(loads(stored.record, "the record"), data, self.url)

    async def describe(self) -> ModelArtifacts:
        # docstring inherited
        return describe_record(loads(self._stored().record, "the record"), self.url)

    def _stored(self) -> StoredModel:
        if self._path not in MODELS:
            raise ModelNotFoundError(self.url, "list_models() says what is stored")
        return MODELS[self._path]


class MemoryManager:
    """Lists and removes the models in this process."""

    async def list(self) -> dict[str, ModelArtifactsInfo]:
        # docstring inherited
        return {path: stored.info for path, stored in MODELS.items()}

    async def remove(self, path: str) -> ModelArtifactsInfo:
        # docstring inherited
        if path not in MODELS:
            raise ModelNotFoundError(f"memory://{path}", "list_models() says what is stored")
        return MODELS.pop(path).info


MANAGER = MemoryManager()
