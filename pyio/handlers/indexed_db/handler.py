"""Saving to and loading from the database that TensorFlow.js keeps its models in.

The records are those of tfjs-core ``indexed_db.ts``. Both records of a model are written in one
strictly durable transaction, and a save has happened only when that completes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pyio import limits
from pyio.browser import locks
from pyio.browser.ffi import translated
from pyio.browser.indexed_db.kept_records import MARK
from pyio.browser.indexed_db.space import estimated_free_space, measure_free_space
from pyio.errors import DamagedModelError, QuotaExceededError, StorageError
from pyio.format.artifacts import ModelArtifacts, ModelArtifactsInfo, SaveResult, StoredWeights
from pyio.format.checksum import recorded_weights
from pyio.format.info import info_from_json
from pyio.format.json_text import loads
from pyio.format.record import artifacts_to_record, outline_record, record_to_artifacts
from pyio.format.segments import allocate_weights
from pyio.format.serialized import get_model_artifacts_info_for_json
from pyio.format.stored import LARGEST, fixed_ends, in_memory, with_stored
from pyio.handlers.contract import Acquired, Damaged, EnoughMemory, Loader, Saver
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
    from collections.abc import Awaitable, Callable, Sequence
    from contextlib import AbstractContextManager

    from pyio.browser.indexed_db.records import Kept, Member, Record
    from pyio.format.json_text import JSONValue
    from pyio.format.serialized import Serialized
    from pyio.progress import OnProgress

_T = TypeVar("_T")

_BIG = 8 * 1024 * 1024
"""For saves of at least this size, the browser's estimate of the free space is checked before
anything is copied. They can also be cancelled until the very end."""


class IndexedDBHandler(Saver, Loader):
    """Saves to and loads from IndexedDB under a name; see `pyio.handlers.contract`."""

    reads_ranges = True

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

    async def lazy(self, **importing: Any) -> ModelArtifacts:
        with EnoughMemory(f"loading {self.url!r}"), Damaged(self.url):
            found = await self._open()
        return in_memory(await self.load(**importing)) if found is None else found

    async def _open(self) -> ModelArtifacts | None:
        """Return the model with weights that stay here, or None if texts hide their places."""
        record, kept = await self._taken(partial(DATABASE.keep, MODELS, self._path, WEIGHT_DATA))
        artifacts = outline_record(record.get("modelArtifacts"))
        size = 0 if kept is None or not kept.ends else kept.ends[-1]
        ends = fixed_ends(artifacts.weight_specs, size)
        if ends is None:
            return None
        meter = Meter(self._on_progress, "load", self.url, size)
        meter.advance(size)  # it is in the browser's memory
        members = record.get("modelArtifacts")
        sha256 = recorded_weights(members) if isinstance(members, dict) else None
        return with_stored(artifacts, _KeptWeights(self.url, kept, ends, sha256))

    async def exists(self) -> bool:
        return await look_up(self._path) is not None

    async def _outline(self) -> ModelArtifacts:
        record, _ = await self._record(copy=False)
        return outline_record(record.get("modelArtifacts"))

    async def info(self) -> ModelArtifactsInfo:
        """Return the info of the model itself, listed or not. Raises what `load` raises."""
        record, data = await self._record(copy=True)
        with Damaged(self.url):
            model = record_to_artifacts(record.get("modelArtifacts"), data)
        info = get_model_artifacts_info_for_json(model)
        kept = info_from_json(record.get("modelArtifactsInfo"))
        return info if kept.date_saved is None else replace(info, date_saved=kept.date_saved)

    async def _record(
        self, *, copy: bool
    ) -> tuple[dict[str, JSONValue], tuple[memoryview, ...] | None]:
        """Return the record and the weight data, if that is to be copied."""
        return await self._taken(partial(DATABASE.get, MODELS, self._path, WEIGHT_DATA, copy=copy))

    async def _taken(
        self, get: Callable[..., Awaitable[tuple[str, _T] | None]]
    ) -> tuple[dict[str, JSONValue], _T]:
        try:
            found = await get(what=f"loading {self.url!r}")
            if found is None:
                raise not_found(self.url)
            record = loads(found[0], "the record")
        except ValueError as error:
            raise DamagedModelError(self.url, str(error)) from error
        members = record if isinstance(record, dict) else {}
        if await was_moved(members.get(MARK)):
            raise not_found(self.url)
        return members, found[1]


class _KeptWeights(StoredWeights):
    """The weights of a record that was read, in the browser's memory and not in Python's."""

    def __init__(
        self, url: str, kept: Kept | None, ends: tuple[int, ...], sha256: str | None
    ) -> None:
        self.ends, self.sha256 = ends, sha256
        self._url, self._kept = url, kept

    async def read_range(self, start: int, stop: int) -> memoryview:
        what = f"reading {self._url!r}"
        with EnoughMemory(what):
            target = allocate_weights(stop - start, [self._url], zeros=False)
            if self._kept is not None:
                with translated(what):  # a Blob may have lost its file
                    await self._kept.read(start, stop, target)
            return target

    async def whole(self) -> tuple[memoryview, ...]:
        size = self.byte_length
        starts = range(0, size, LARGEST)
        return tuple([await self.read_range(at, min(at + LARGEST, size)) for at in starts])
