"""Saving to and loading from the database that TensorFlow.js keeps its models in.

The records are those of tfjs-core ``indexed_db.ts``. Both records of a model are written in one
strictly durable transaction, and a save has happened only when that completes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyio import limits
from pyio.browser import locks
from pyio.browser.indexed_db.kept_records import MARK
from pyio.browser.indexed_db.space import estimated_free_space, measure_free_space
from pyio.errors import DamagedModelError, QuotaExceededError, StorageError
from pyio.format.artifacts import ModelArtifacts, ModelArtifactsInfo, SaveResult
from pyio.format.info import info_from_json
from pyio.format.json_text import loads
from pyio.format.record import artifacts_to_record, outline_record, record_to_artifacts
from pyio.format.serialized import get_model_artifacts_info_for_json
from pyio.handlers.contract import Acquired, Loader, Saver, damaged
from pyio.handlers.indexed_db.layout import (
    DATABASE,
    INFOS,
    LOCK,
    MODELS,
    WEIGHT_DATA,
    record_with_info,
)
from pyio.handlers.indexed_db.moves import was_moved
from pyio.handlers.indexed_db.store import look_up, not_found, sizes
from pyio.handlers.quota import candidates_for_removal
from pyio.handlers.registry import require_path
from pyio.progress import Meter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from pyio.browser.indexed_db.records import Member, Record
    from pyio.format.json_text import JSONValue
    from pyio.format.serialized import Serialized
    from pyio.progress import OnProgress

_BIG = 8 * 1024 * 1024
"""For saves of at least this size, the browser's estimate of the free space is checked before
anything is copied. They can also be cancelled until the very end."""


class IndexedDBHandler(Saver, Loader):
    """Saves to and loads from IndexedDB under a name; see `pyio.handlers.contract`."""

    def __init__(self, path: str, *, on_progress: OnProgress | None = None) -> None:
        self.url = f"indexeddb://{path}"
        self._path = require_path(self.url, path)
        self._on_progress = on_progress

    def _request_lock(self) -> AbstractContextManager[Acquired]:
        return locks.request_lock(LOCK)

    async def _store(self, model: Serialized, acquired: Acquired) -> SaveResult:
        size = model.info.total_bytes
        if size > limits.RECORD_BYTES:
            raise StorageError(
                f"saving {self.url!r} failed: the model takes {size:,} bytes, and one in IndexedDB "
                f"at most {limits.RECORD_BYTES:,} (pyio.limits.RECORD_BYTES): the browser would "
                "end the tab. Save it to a server, or as several models"
            )
        if size >= _BIG:
            available = await estimated_free_space()
            if available is not None and available < size:
                raise await self._quota_error(size, available)
        meter = Meter(self._on_progress, "save", self.url, model.info.weight_data_bytes)
        await self._put(self._records(model, meter), size, acquired)
        return SaveResult(model.info)

    async def _put(self, records: dict[str, Record], size: int, acquired: Acquired) -> None:
        try:
            await DATABASE.put(
                records, f"saving {self.url!r}", at_once=size < _BIG, acquired=acquired
            )
        except StorageError as error:
            if error.reason == "QuotaExceededError":
                raise await self._quota_error(size, await measure_free_space(size)) from error
            raise

    def _records(self, model: Serialized, meter: Meter) -> dict[str, Record]:
        record = artifacts_to_record(model)
        buffers: dict[Member, Sequence[memoryview]] = {}
        if "weightData" in record:
            buffers[WEIGHT_DATA] = model.buffers
        whole = record_with_info({"modelPath": self._path, "modelArtifacts": record}, model.info)
        return {
            INFOS: record_with_info({"modelPath": self._path}, model.info),
            MODELS: replace(whole, buffers=buffers, moved=meter.listener),
        }

    async def _quota_error(self, needed: int, available: int | None) -> QuotaExceededError:
        hint = "remove_model() frees what is no longer needed"
        others = await candidates_for_removal(self.url, sizes)
        return QuotaExceededError(self.url, needed, available, hint, others)

    async def _fetch(self) -> ModelArtifacts:
        meter = Meter(self._on_progress, "load", self.url)
        record, data = await self._record(copy=True)
        meter.total = sum(buffer.nbytes for buffer in data or ())
        meter.advance(meter.total)
        return record_to_artifacts(record.get("modelArtifacts"), data)

    async def exists(self) -> bool:
        return await look_up(self._path) is not None

    async def _outline(self) -> ModelArtifacts:
        record, _ = await self._record(copy=False)
        return outline_record(record.get("modelArtifacts"))

    async def info(self) -> ModelArtifactsInfo:
        """Return the info of the model itself, listed or not. Raises what `load` raises."""
        record, data = await self._record(copy=True)
        with damaged(self.url):
            model = record_to_artifacts(record.get("modelArtifacts"), data)
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
                raise not_found(self.url)
            record = loads(found[0], "the record")
        except ValueError as error:
            raise DamagedModelError(self.url, str(error)) from error
        members = record if isinstance(record, dict) else {}
        if await was_moved(members.get(MARK)):
            raise not_found(self.url)
        return members, found[1]
