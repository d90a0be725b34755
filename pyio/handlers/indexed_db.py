"""``indexeddb://``: the database that TensorFlow.js keeps its models in.

Name, version, stores and records are those of tfjs-core ``indexed_db.ts``. Both records are written
in one strictly durable transaction, and a save has happened only when that completes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyio.artifacts import ModelArtifacts, ModelArtifactsInfo, SaveResult
from pyio.browser import locks
from pyio.browser.environment import missing_indexed_db as missing
from pyio.browser.kept_records import MARK
from pyio.browser.records import Member, Record
from pyio.browser.room import estimated_room, room_below
from pyio.errors import (
    DamagedModelError,
    ModelNotFoundError,
    QuotaExceededError,
    StorageError,
)
from pyio.handlers import indexed_db_moves
from pyio.handlers.indexed_db_layout import (
    DATABASE,
    INFOS,
    LOCK,
    MODELS,
    WEIGHT_DATA,
    info_of,
)
from pyio.handlers.indexed_db_moves import mark_in, was_moved
from pyio.handlers.record import artifacts_to_record, describe_record, record_to_artifacts
from pyio.handlers.sizes import removable
from pyio.json_text import dumps, loads
from pyio.model_json import (
    get_model_artifacts_info_for_json,
    info_from_json,
    info_to_json,
    with_texts,
)
from pyio.progress import Meter
from pyio.routing import require_path
from pyio.weights.layout import check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from pyio.json_text import JSONValue
    from pyio.progress import OnProgress

__all__ = ["MANAGER", "IndexedDBHandler", "alone", "missing"]

_DATE = ("modelArtifactsInfo", "dateSaved")

_BIG = 8 * 1024 * 1024
"""Bytes from which the browser's estimate of the room is looked at before anything is copied, and
from which a save that is cancelled is called back to the end."""


def alone() -> AbstractAsyncContextManager[None]:
    """Keep other tabs from changing models through pyio inside the block."""
    return locks.alone(LOCK)


class IndexedDBHandler:
    """Saves to and loads from IndexedDB under a name; see `pyio.handlers.contract`."""

    def __init__(self, path: str, *, on_progress: OnProgress | None = None) -> None:
        self.url = f"indexeddb://{path}"
        self._path = require_path(self.url, path)
        self._on_progress = on_progress

    async def save(self, artifacts: ModelArtifacts) -> SaveResult:
        # docstring inherited
        with locks.asked(LOCK) as granted:
            check(artifacts)
            artifacts = with_texts(artifacts)
            info = get_model_artifacts_info_for_json(artifacts)
            if info.total_bytes >= _BIG:
                available = await estimated_room()
                if available is not None and available < info.total_bytes:
                    raise await self._quota_error(info.total_bytes, available)
            meter = Meter(self._on_progress, "save", self.url, artifacts.weight_data_bytes)
            records = self._records(artifacts, info, meter)
            await self._put(records, info.total_bytes, granted)
        return SaveResult(info)

    async def _put(self, records: dict[str, Record], size: int, granted: locks.Granted) -> None:
        try:
            await DATABASE.put(
                records, f"saving {self.url!r}", at_once=size < _BIG, granted=granted
            )
        except StorageError as error:
            if error.reason == "QuotaExceededError":
                raise await self._quota_error(size, await room_below(size)) from error
            raise

    def _records(
        self, artifacts: ModelArtifacts, info: ModelArtifactsInfo, meter: Meter
    ) -> dict[str, Record]:
        record = artifacts_to_record(artifacts)
        buffers: dict[Member, Sequence[memoryview]] = {}
        if "weightData" in record:
            buffers[WEIGHT_DATA] = artifacts.weight_data or ()
        whole = _with_info({"modelPath": self._path, "modelArtifacts": record}, info)
        return {
            INFOS: _with_info({"modelPath": self._path}, info),
            MODELS: replace(whole, buffers=buffers, moved=meter.listener),
        }

    async def _quota_error(self, needed: int, available: int | None) -> QuotaExceededError:
        hint = "remove_model() frees what is no longer needed"
        others = await removable(self.url, MANAGER)
        return QuotaExceededError(self.url, needed, available, hint, others)

    async def load(self) -> ModelArtifacts:
        # docstring inherited
        meter = Meter(self._on_progress, "load", self.url)
        record, data = await self._record(copy=True)
        meter.total = sum(buffer.nbytes for buffer in data or ())
        meter.advance(meter.total)
        return record_to_artifacts(record.get("modelArtifacts"), data, self.url)

    async def describe(self) -> ModelArtifacts:
        # docstring inherited
        record, _ = await self._record(copy=False)
        return describe_record(record.get("modelArtifacts"), self.url)

    async def info(self) -> ModelArtifactsInfo:
        """Return the info of the model itself, listed or not. Raises what `load` raises."""
        record, data = await self._record(copy=True)
        model = record_to_artifacts(record.get("modelArtifacts"), data, self.url)
        info = get_model_artifacts_info_for_json(model)
        kept = info_from_json(record.get("modelArtifactsInfo"))
        return info if kept.date_saved is None else replace(info, date_saved=kept.date_saved)

    async def _record(
        self, *, copy: bool
    ) -> tuple[dict[str, JSONValue], tuple[memoryview, ...] | None]:
        """Return the record and the weight data, if that is to be copied."""
        what = f"loading {self.url!r}"
        try:
            found = await DATABASE.get(MODELS, self._path, WEIGHT_DATA, what, copy=copy)
            if found is None:
                raise _not_found(self.url)
            record = loads(found[0], "the record")
        except ValueError as error:
            raise DamagedModelError(self.url, str(error)) from error
        members = record if isinstance(record, dict) else {}
        if await was_moved(members.get(MARK)):
            raise _not_found(self.url)
        return members, found[1]


class IndexedDBManager:
    """Lists and removes the models in IndexedDB."""

    async def list(self) -> dict[str, ModelArtifactsInfo]:
        # docstring inherited
        texts, models = await self.overview()
        found = {path: info_of(text) for path, text in texts.items()}
        for path in found.keys() - models:
            damage = "its info is there and the model is not"
            found[path] = replace(found[path], damage=found[path].damage or damage)
        orphan = ModelArtifactsInfo(damage="its info is missing; it may still load")
        return found | dict.fromkeys(sorted(models - found.keys()), orphan)

    async def overview(self) -> tuple[dict[str, str], set[str]]:
        """Return path -> JSON text of all records of infos, and the paths of all models.

        Models that were moved away are left out.
        """
        return await indexed_db_moves.present()

    def moving(self, path: str) -> AbstractAsyncContextManager[None]:
        """Keep the source of a move to localStorage; see `pyio.handlers.indexed_db_moves`."""
        return indexed_db_moves.moving(path)

    async def revise(
        self, path: str, info: ModelArtifactsInfo | None, *, seen: str | None, whole: bool
    ) -> bool:
        """Replace the info of a model, or remove it (None), if all is as it was seen.

        That is, if its text is still `seen`, and there is still a model if `whole`, and none
        otherwise. Returns whether it was so.
        """
        record = None if info is None else _with_info({"modelPath": path}, info)
        what = f"repairing {f'indexeddb://{path}'!r}"
        async with alone():
            return await DATABASE.revise(
                INFOS, path, record, what, seen=seen, beside=(MODELS, whole)
            )

    async def room(self) -> int | None:
        """Return how many more bytes the browser takes, as it estimates, or None."""
        return await estimated_room()

    async def remove(self, path: str) -> ModelArtifactsInfo:
        # docstring inherited
        url = f"indexeddb://{path}"
        async with alone():
            existed, text = await DATABASE.delete(path, INFOS, f"removing {url!r}")
        mark = None if text is None else mark_in(text)
        if not existed or await was_moved(mark):  # its copy is still there, until the time comes
            raise _not_found(url)
        if mark is not None:
            await indexed_db_moves.give_up(path, mark)
        return ModelArtifactsInfo(damage="its info is missing") if text is None else info_of(text)


MANAGER = IndexedDBManager()


def _not_found(url: str) -> ModelNotFoundError:
    return ModelNotFoundError(url, "list_models() says what is stored")


def _with_info(members: Mapping[str, JSONValue], info: ModelArtifactsInfo) -> Record:
    """Return a record of `members` and the info, whose date is a date in JavaScript too."""
    assert info.date_saved is not None
    text = dumps({**members, "modelArtifactsInfo": info_to_json(info)})
    return Record(text, {_DATE: info.date_saved})
