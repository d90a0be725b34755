"""Saving to and loading from the five items of TensorFlow.js in localStorage.

Order of members and encodings are those of tfjs-core ``local_storage.ts``. The order of writing is
ours: ``info`` comes last. Both TensorFlow.js and pyio look for it first, so an interrupted save
looks like no model and never like a whole one.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pyio.browser.page import local_storage as page
from pyio.errors import (
    DamagedModelError,
    InvalidModelError,
    ModelNotFoundError,
    QuotaExceededError,
    StorageError,
)
from pyio.format.artifacts import ModelArtifacts, SaveResult, WeightSpec
from pyio.format.info import info_from_json, info_to_json
from pyio.format.json_text import dumps, loads
from pyio.format.model_json import METADATA_KEYS, artifacts_from_json, verified_artifacts
from pyio.format.specs import specs_from_json
from pyio.handlers.contract import Acquired, Damaged, Loader, Saver
from pyio.handlers.local_storage.items import ITEMS, base64_length, keys_of, parsed_item
from pyio.handlers.local_storage.store import CAPACITY, look_up, sizes
from pyio.handlers.quota import candidates_for_removal
from pyio.handlers.registry import require_path
from pyio.progress import Meter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from pyio.format.json_text import JSONValue
    from pyio.format.serialized import Serialized
    from pyio.progress import OnProgress


class LocalStorageHandler(Saver, Loader):
    """Saves to and loads from localStorage under a name; see `pyio.handlers.contract`."""

    def __init__(self, path: str, *, on_progress: OnProgress | None = None) -> None:
        self.url = f"localstorage://{path}"
        self._path = require_path(self.url, path)
        self._keys = keys_of(path)
        self._on_progress = on_progress

    @property
    def keys(self) -> Mapping[str, str]:
        """Item -> its key, in TensorFlow.js's order."""
        return self._keys

    def _request_lock(self) -> AbstractContextManager[Acquired]:
        return page.request_lock()

    async def _store(self, model: Serialized, acquired: Acquired) -> SaveResult:
        texts = {
            # TensorFlow.js cannot read `undefined` or null here; an object without members it can.
            "model_topology": model.topology or "{}",
            "weight_specs": model.specs or "[]",
            "model_metadata": dumps(model.fields(METADATA_KEYS)),
            "info": dumps(info_to_json(model.info)),
        }
        size = model.info.weight_data_bytes
        Meter(self._on_progress, "save", self.url, size).advance(size)
        await self._write(texts, model.buffers, acquired)
        return SaveResult(model.info)

    async def _write(
        self, texts: dict[str, str], weight_data: tuple[memoryview, ...], acquired: Acquired
    ) -> None:
        encoded = base64_length(sum(buffer.nbytes for buffer in weight_data))
        needed = encoded + sum(map(len, texts.values())) + sum(map(len, self._keys.values()))
        if needed > 2 * CAPACITY:
            raise await self._quota_error(needed)
        items: dict[str, str | tuple[memoryview, ...]] = {**texts, "weight_data": weight_data}
        order = (*ITEMS[1:], "info")  # readers look for the info
        try:
            await page.replace({self._keys[part]: items[part] for part in order}, acquired)
        except StorageError as error:
            if error.reason == "QuotaExceededError":
                raise await self._quota_error(needed) from error
            raise

    async def _quota_error(self, needed: int) -> QuotaExceededError:
        lengths = await page.lengths(list(self._keys.values()))
        replaced = sum(len(key) + length for key, length in lengths.items() if length >= 0)
        room = max(CAPACITY - await page.used() + replaced, 0)
        # The browser refused although it fits by our count. WebKit counts differently, so the free
        # space is unknown.
        available = room if room < needed else None
        hint = "indexeddb:// has far more room; remove_model() frees what is no longer needed"
        others = await candidates_for_removal(self.url, sizes)
        return QuotaExceededError(self.url, needed, available, hint, others)

    async def _fetch(self) -> ModelArtifacts:
        return await self._read(self._decode, decode=True)

    async def exists(self) -> bool:
        return await look_up(self._path) is not None

    async def _outline(self) -> ModelArtifacts:
        return await self._read(self._described, decode=False)

    async def _read(
        self, understand: Callable[[page.Items], ModelArtifacts], *, decode: bool
    ) -> ModelArtifacts:
        """Read all items at one moment and return the result of `understand`.

        Damaged items are read twice, because another tab's writes become visible one by one.
        """
        texts = [key for part, key in self._keys.items() if part != "weight_data"]
        look = partial(page.read_together, texts, self._keys["weight_data"], decode=decode)
        try:
            return self._understood(await look(), understand)
        except DamagedModelError:
            await page.wait_until_visible()  # another tab's writes may be visible in part
            return self._understood(await look(), understand)

    def _understood(
        self, items: page.Items, understand: Callable[[page.Items], ModelArtifacts]
    ) -> ModelArtifacts:
        self._require_items(self._present(items))
        with Damaged(self.url):  # checked here, because damaged items are read once more
            return understand(items)

    def _described(self, items: page.Items) -> ModelArtifacts:
        return artifacts_from_json(*self.parsed(self._by_item(items)), None)

    def _by_item(self, items: page.Items) -> dict[str, str | None]:
        return {part: items.texts.get(key) for part, key in self._keys.items()}

    def _present(self, items: page.Items) -> set[str]:
        texts = {part for part, text in self._by_item(items).items() if text is not None}
        return texts | {"weight_data"} if items.has_base64 else texts

    def _require_items(self, present: set[str]) -> None:
        if not present:
            raise ModelNotFoundError(self.url, "list_models() says what is stored")
        # Before TensorFlow.js 1.0 there was no metadata.
        absent = [part for part in ITEMS if part not in present and part != "model_metadata"]
        if absent:
            raise DamagedModelError(self.url, f"its {' and '.join(absent)} is missing")

    def _decode(self, items: page.Items) -> ModelArtifacts:
        texts = self._by_item(items)
        info = info_from_json(loads(texts["info"] or "", "the info"))
        fields, specs = self.parsed(texts)
        if info.damage is not None:
            raise InvalidModelError(info.damage)
        meter = Meter(self._on_progress, "load", self.url, info.weight_data_bytes)
        try:
            data = items.decoded()
        except ValueError as error:
            raise InvalidModelError(f"the weight data is not whole base64 ({error})") from error
        if data.nbytes != info.weight_data_bytes:
            raise InvalidModelError(
                f"the weight data has {data.nbytes:,} bytes and its info says "
                f"{info.weight_data_bytes:,}"
            )
        artifacts = verified_artifacts(fields, specs, (data,))
        meter.advance(data.nbytes)
        return artifacts

    def parsed(
        self, texts: Mapping[str, str | None]
    ) -> tuple[dict[str, JSONValue], tuple[WeightSpec, ...] | None]:
        """Return the fields and the specs that the texts of the items hold."""
        topology = parsed_item(texts["model_topology"], "the model topology")
        specs = parsed_item(texts["weight_specs"], "the weight specs")
        metadata = parsed_item(texts["model_metadata"], "the model metadata") or {}
        if not isinstance(metadata, dict):
            raise InvalidModelError(f"the model metadata is {metadata!r:.60}, not an object")
        fields = {key: metadata[key] for key in METADATA_KEYS if key in metadata}
        if topology:
            fields["modelTopology"] = topology
        return fields, None if specs is None else specs_from_json(specs)
