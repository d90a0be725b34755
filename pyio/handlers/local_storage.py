"""``localstorage://``: the five items of TensorFlow.js in the page's localStorage.

Keys, order of members and encodings are those of tfjs-core ``local_storage.ts``. The order of
writing is ours: ``info`` comes last, because both TensorFlow.js and pyio look for it first, so that
an interrupted save looks like no model and never like a whole one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from pyio.artifacts import ModelArtifacts, ModelArtifactsInfo, SaveResult, WeightSpec
from pyio.browser import page
from pyio.browser.environment import missing_local_storage as missing
from pyio.browser.page import alone
from pyio.errors import (
    DamagedModelError,
    InvalidModelError,
    ModelNotFoundError,
    QuotaExceededError,
    StorageError,
)
from pyio.handlers.sizes import removable
from pyio.json_text import dumps, loads
from pyio.model_json import (
    METADATA_KEYS,
    artifacts_from_json,
    fields_to_json,
    get_model_artifacts_info_for_json,
    info_from_json,
    info_to_json,
    topology_text,
    whole_artifacts,
    with_texts,
)
from pyio.progress import Meter
from pyio.routing import Durability, require_path
from pyio.weights.layout import check
from pyio.weights.specs import specs_from_json, specs_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from pyio.browser.locks import Granted
    from pyio.json_text import JSONValue
    from pyio.progress import OnProgress

__all__ = ["MANAGER", "LocalStorageHandler", "alone", "missing"]

DURABILITY = Durability.LATER
PREFIX = "tensorflowjs_models/"
_PARTS = ("info", "model_topology", "weight_specs", "weight_data", "model_metadata")
"""The items of a model, in the order in which TensorFlow.js writes and removes them."""

CAPACITY = 5 * 1024 * 1024
"""UTF-16 code units that an origin may store, measured in Chromium and Firefox.

WebKit counts bytes, of which a text takes two for each unit unless all of it is Latin-1.
"""

_UNDEFINED = "undefined"
"""What TensorFlow.js stores for a part that it does not have (not JSON)."""


class LocalStorageHandler:
    """Saves to and loads from localStorage under a name; see `pyio.handlers.contract`."""

    def __init__(self, path: str, *, on_progress: OnProgress | None = None) -> None:
        self.url = f"localstorage://{path}"
        require_path(self.url, path)
        self._keys = _keys(path)
        self._on_progress = on_progress

    @property
    def keys(self) -> Mapping[str, str]:
        """Part of a model -> the key of its item, in TensorFlow.js's order."""
        return self._keys

    async def save(self, artifacts: ModelArtifacts) -> SaveResult:
        # docstring inherited
        with page.asked() as granted:
            return await self._save(artifacts, granted)

    async def _save(self, artifacts: ModelArtifacts, granted: Granted) -> SaveResult:
        check(artifacts)
        artifacts = with_texts(artifacts)
        info = get_model_artifacts_info_for_json(artifacts)
        specs = artifacts.weight_specs or ()
        texts = {
            # TensorFlow.js cannot read `undefined` or null here; an object without members it can.
            "model_topology": "{}"
            if artifacts.model_topology is None
            else topology_text(artifacts),
            "weight_specs": dumps(specs_to_json(specs)),
            "model_metadata": dumps(fields_to_json(artifacts, METADATA_KEYS)),
            "info": dumps(info_to_json(info)),
        }
        size = artifacts.weight_data_bytes
        Meter(self._on_progress, "save", self.url, size).advance(size)
        await self._write(texts, artifacts.weight_data or (), granted)
        return SaveResult(info)

    async def _write(
        self, texts: dict[str, str], weight_data: tuple[memoryview, ...], granted: Granted
    ) -> None:
        encoded = _base64_length(sum(buffer.nbytes for buffer in weight_data))
        needed = encoded + sum(map(len, texts.values())) + sum(map(len, self._keys.values()))
        if needed > 2 * CAPACITY:
            raise await self._quota_error(needed)
        items: dict[str, str | tuple[memoryview, ...]] = {**texts, "weight_data": weight_data}
        order = (*_PARTS[1:], "info")  # readers look for the info
        try:
            await page.replace({self._keys[part]: items[part] for part in order}, granted)
        except StorageError as error:
            if error.reason == "QuotaExceededError":
                raise await self._quota_error(needed) from error
            raise

    async def _quota_error(self, needed: int) -> QuotaExceededError:
        lengths = await page.lengths(list(self._keys.values()))
        replaced = sum(len(key) + length for key, length in lengths.items() if length >= 0)
        room = max(CAPACITY - await page.used() + replaced, 0)
        # Refused all the same: the browser counts otherwise, as WebKit does, and how is not known.
        available = room if room < needed else None
        hint = "indexeddb:// has far more room; remove_model() frees what is no longer needed"
        others = await removable(self.url, MANAGER)
        return QuotaExceededError(self.url, needed, available, hint, others)

    async def load(self) -> ModelArtifacts:
        # docstring inherited
        return await self._read(self._decode, decode=True)

    async def describe(self) -> ModelArtifacts:
        # docstring inherited
        return await self._read(self._described, decode=False)

    async def _read(
        self, understand: Callable[[page.Items], ModelArtifacts], *, decode: bool
    ) -> ModelArtifacts:
        """Return what `understand` makes of all items as they are at one moment."""
        texts = [key for part, key in self._keys.items() if part != "weight_data"]
        look = partial(page.read_together, texts, self._keys["weight_data"], decode=decode)
        try:
            return self._understood(await look(), understand)
        except DamagedModelError:
            await page.settled()  # what another tab has written may be here in part
            return self._understood(await look(), understand)

    def _understood(
        self, items: page.Items, understand: Callable[[page.Items], ModelArtifacts]
    ) -> ModelArtifacts:
        self._require_parts(self._present(items))
        try:
            return understand(items)
        except InvalidModelError as error:
            raise DamagedModelError(self.url, str(error)) from error

    def _described(self, items: page.Items) -> ModelArtifacts:
        return artifacts_from_json(*self.parsed(self._by_part(items)), None)

    def _by_part(self, items: page.Items) -> dict[str, str | None]:
        return {part: items.texts.get(key) for part, key in self._keys.items()}

    def _present(self, items: page.Items) -> set[str]:
        texts = {part for part, text in self._by_part(items).items() if text is not None}
        return texts | {"weight_data"} if items.has_base64 else texts

    def _require_parts(self, present: set[str]) -> None:
        if not present:
            raise ModelNotFoundError(self.url, "list_models() says what is stored")
        # Before TensorFlow.js 1.0 there was no metadata.
        absent = [part for part in _PARTS if part not in present and part != "model_metadata"]
        if absent:
            raise DamagedModelError(self.url, f"its {' and '.join(absent)} is missing")

    def _decode(self, items: page.Items) -> ModelArtifacts:
        texts = self._by_part(items)
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
        artifacts = whole_artifacts(fields, specs, (data,))
        meter.advance(data.nbytes)
        return artifacts

    def parsed(
        self, texts: Mapping[str, str | None]
    ) -> tuple[dict[str, JSONValue], tuple[WeightSpec, ...] | None]:
        """Return the fields and the specs in the items, part -> text."""
        topology = _parse(texts["model_topology"], "the model topology")
        specs = _parse(texts["weight_specs"], "the weight specs")
        metadata = _parse(texts["model_metadata"], "the model metadata") or {}
        if not isinstance(metadata, dict):
            raise InvalidModelError(f"the model metadata is {metadata!r:.60}, not an object")
        fields = {key: metadata[key] for key in METADATA_KEYS if key in metadata}
        if topology:
            fields["modelTopology"] = topology
        return fields, None if specs is None else specs_from_json(specs)


class LocalStorageManager:
    """Lists and removes the models in localStorage."""

    async def list(self) -> dict[str, ModelArtifactsInfo]:
        # docstring inherited
        found = await self._found()
        if any(info.damage is not None for info in found.values()):
            await page.settled()  # as when loading
            found = await self._found()
        return found

    async def _found(self) -> dict[str, ModelArtifactsInfo]:
        items = await page.overview(PREFIX, "/info")
        parts = _parts(items)
        lengths = await page.lengths([_keys(path)["weight_data"] for path in parts])
        return {
            path: _info(items.get(_keys(path)["info"]), found, length)
            for (path, found), length in zip(parts.items(), lengths.values(), strict=True)
        }

    async def sizes(self) -> dict[str, int | None]:
        """Return path -> what the items of a model take of the quota, keys included."""
        paths = list(_parts(await page.overview(PREFIX, "/info")))
        lengths = await page.lengths([key for path in paths for key in _keys(path).values()])
        taken = {key: len(key) + length for key, length in lengths.items() if length >= 0}
        return {path: sum(taken.get(key, 0) for key in _keys(path).values()) for path in paths}

    async def room(self) -> int | None:
        """Return how much of the quota is left."""
        return max(CAPACITY - await page.used(), 0)

    async def remove(self, path: str) -> ModelArtifactsInfo:
        # docstring inherited
        keys = _keys(path)
        async with alone():
            values = await page.read([keys["info"]])
            lengths = await page.lengths(list(keys.values()))
            found = {part for part in _PARTS if lengths[keys[part]] >= 0}
            if not found:
                url = f"localstorage://{path}"
                raise ModelNotFoundError(url, "list_models() says what is stored")
            await page.replace(dict.fromkeys(reversed(keys.values())))
        return _info(values[keys["info"]], found, lengths[keys["weight_data"]])


MANAGER = LocalStorageManager()


def _keys(path: str) -> dict[str, str]:
    return {part: f"{PREFIX}{path}/{part}" for part in _PARTS}


def _parts(keys: Iterable[str]) -> dict[str, set[str]]:
    """Return path -> the parts that are there."""
    parts: dict[str, set[str]] = {}
    for key in keys:
        path, _, part = key[len(PREFIX) :].rpartition("/")
        if path and part in _PARTS:
            parts.setdefault(path, set()).add(part)
    return parts


def _info(text: str | None, parts: Collection[str], length: int) -> ModelArtifactsInfo:
    """Return what the info says, with what can be seen to be wrong without loading the model.

    `length` is how many characters of base64 the weight data has.
    """
    if text is None:
        return ModelArtifactsInfo(damage="its info is missing")
    try:
        info = info_from_json(loads(text, "its info"))
    except InvalidModelError as error:
        return ModelArtifactsInfo(damage=str(error))
    absent = [part for part in _PARTS[1:4] if part not in parts]
    if absent and info.damage is None:
        return replace(info, damage=f"its {' and '.join(absent)} is missing")
    wanted = _base64_length(info.weight_data_bytes)
    if length != wanted and info.damage is None:
        damage = f"its weight data is {length:,} characters long and should be {wanted:,}"
        return replace(info, damage=damage)
    return info


def _base64_length(size: int) -> int:
    return -(-size // 3) * 4


def _parse(text: str | None, what: str) -> JSONValue:
    return None if text is None or text == _UNDEFINED else loads(text, what)
