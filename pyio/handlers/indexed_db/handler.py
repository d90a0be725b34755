"""``indexeddb://``: the database that TensorFlow.js keeps its models in.

Name, version, stores and records are those of tfjs-core ``indexed_db.ts``. Both records are written
in one strictly durable transaction, and a save has happened only when that completes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyio.browser import locks
from pyio.browser.indexed_db.kept_records import MARK
from pyio.browser.indexed_db.records import Member, Record
from pyio.browser.indexed_db.space import estimated_room, room_below
from pyio.errors import (
    DamagedModelError,
    ModelNotFoundError,
    QuotaExceededError,
    StorageError,
)
from pyio.format.artifacts import ModelArtifacts, ModelArtifactsInfo, SaveResult
from pyio.format.info import info_from_json, info_to_json
from pyio.format.json_text import dumps, loads
from pyio.format.record import artifacts_to_record, outline_record, record_to_artifacts
from pyio.format.serialized import get_model_artifacts_info_for_json
from pyio.handlers.contract import Acquired, Loader, Saver, damaged
from pyio.handlers.indexed_db import moves
from pyio.handlers.indexed_db.layout import (
    DATABASE,
    INFOS,
    LOCK,
    MODELS,
    WEIGHT_DATA,
    info_of,
)
from pyio.handlers.indexed_db.moves import mark_in, was_moved
from pyio.handlers.quota import candidates_for_removal
from pyio.handlers.registry import require_path
from pyio.progress import Meter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from pyio.format.json_text import JSONValue
    from pyio.format.serialized import Serialized
    from pyio.progress import OnProgress


_DATE = ("modelArtifactsInfo", "dateSaved")

_BIG = 8 * 1024 * 1024
"""Bytes from which the browser's estimate of the room is looked at before anything is copied, and
from which a save that is cancelled is called back to the end."""


def alone() -> AbstractAsyncContextManager[None]:
    """Keep other tabs from changing models through pyio inside the block."""
    return locks.alone(LOCK)


class IndexedDBHandler(Saver, Loader):
    """Saves to and loads from IndexedDB under a name; see `pyio.handlers.contract`."""

    def __init__(self, path: str, *, on_progress: OnProgress | None = None) -> None:
        self.url = f"indexeddb://{path}"
        self._path = require_path(self.url, path)
        self._on_progress = on_progress

    def _request_lock(self) -> AbstractContextManager[Acquired]:
        return locks.asked(LOCK)

    async def _store(self, model: Serialized, acquired: Acquired) -> SaveResult:
        size = model.info.total_bytes
        if size >= _BIG:
            available = await estimated_room()
            if available is not None and available < size:
                raise await self._quota_error(size, available)
        meter = Meter(self._on_progress, "save", self.url, model.info.weight_data_bytes)
        await self._put(self._records(model, meter), size, acquired)
        return SaveResult(model.info)

    async def _put(self, records: dict[str, Record], size: int, acquired: Acquired) -> None:
        try:
            await DATABASE.put(
                records, f"saving {self.url!r}", at_once=size < _BIG, granted=acquired
            )
        except StorageError as error:
            if error.reason == "QuotaExceededError":
                raise await self._quota_error(size, await room_below(size)) from error
            raise

    def _records(self, model: Serialized, meter: Meter) -> dict[str, Record]:
        record = artifacts_to_record(model)
        buffers: dict[Member, Sequence[memoryview]] = {}
        if "weightData" in record:
            buffers[WEIGHT_DATA] = model.buffers
        whole = _with_info({"modelPath": self._path, "modelArtifacts": record}, model.info)
        return {
            INFOS: _with_info({"modelPath": self._path}, model.info),
            MODELS: replace(whole, buffers=buffers, moved=meter.listener),
        }

    async def _quota_error(self, needed: int, available: int | None) -> QuotaExceededError:
        hint = "remove_model() frees what is no longer needed"
        others = await candidates_for_removal(self.url, MANAGER)
        return QuotaExceededError(self.url, needed, available, hint, others)

    async def _fetch(self) -> ModelArtifacts:
        meter = Meter(self._on_progress, "load", self.url)
        record, data = await self._record(copy=True)
        meter.total = sum(buffer.nbytes for buffer in data or ())
        meter.advance(meter.total)
        return record_to_artifacts(record.get("modelArtifacts"), data)

    async def exists(self) -> bool:
        return await MANAGER.info(self._path) is not None

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
        return await moves.present()

    async def info(self, path: str) -> ModelArtifactsInfo | None:
        """Return what `list` says of one model, or None if there is none."""
        return (await self.list()).get(path)

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Keep other tabs from changing models through pyio inside the block."""
        return alone()

    async def sizes(self) -> dict[str, int | None]:
        """Return path -> bytes of each model."""
        infos = await self.list()
        return {path: None if info.damage else info.total_bytes for path, info in infos.items()}

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

    async def free_bytes(self) -> int | None:
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
            await moves.give_up(path, mark)
        return ModelArtifactsInfo(damage="its info is missing") if text is None else info_of(text)


MANAGER = IndexedDBManager()


def _not_found(url: str) -> ModelNotFoundError:
    return ModelNotFoundError(url, "list_models() says what is stored")


def _with_info(members: Mapping[str, JSONValue], info: ModelArtifactsInfo) -> Record:
    """Return a record of `members` and the info, whose date is a date in JavaScript too."""
    assert info.date_saved is not None
    text = dumps({**members, "modelArtifactsInfo": info_to_json(info)})
    return Record(text, {_DATE: info.date_saved})
