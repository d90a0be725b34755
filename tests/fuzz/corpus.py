"""The input of the fuzzers: real models as each medium stores them, and functions to load them.

Everything here runs in CPython. The browser's own base64 and structured clone are tested in
``tests/browser/test_fuzzed_storage.py``.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

import pyio
from pyio.format.archive import Member, zip_pieces
from pyio.format.checksum import MEMBER
from pyio.format.json_text import dumps
from pyio.format.model_files import lay_out
from pyio.format.model_json import METADATA_KEYS, fields_to_json, topology_text, verified_artifacts
from pyio.format.record import artifacts_to_record
from pyio.format.serialized import serialize
from pyio.format.specs import specs_to_json
from pyio.handlers.local_storage.handler import LocalStorageHandler
from pyio.handlers.memory import MODELS, StoredModel
from pyio.handlers.picked_files import BrowserFilesHandler
from tests.interop import built
from tests.support.models import graph_model

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from pathlib import Path

    Load: TypeAlias = Callable[["Artefact", Mapping[str, bytes]], Awaitable[pyio.ModelArtifacts]]


@dataclass(frozen=True)
class Artefact:
    """A model as a medium stores it.

    Attributes:
        model: Which model it is.
        kind: Which medium.
        parts: Its files, items or records.
        load: Reads such parts.
        place: A directory of its own.
        guarded: Parts in which every change is detected even without ``checksum=True``.
    """

    model: str
    kind: str
    parts: Mapping[str, bytes]
    load: Load
    place: Path
    guarded: frozenset[str] = frozenset()

    @property
    def has_checksum(self) -> bool:
        """Whether the model was saved with digests."""
        return any(MEMBER.encode() in content for content in self.parts.values())

    async def read(self, parts: Mapping[str, bytes]) -> pyio.ModelArtifacts:
        """Load the model from `parts`."""
        return await self.load(self, parts)


def models() -> dict[str, pyio.ModelArtifacts]:
    """One model of each sort."""
    return {
        "sequential": _sequential(),
        "functional": _functional(),
        "graph": graph_model(),
        "quantized": _arrays(
            _numbers(), quantization={"uint8": "a", "uint16": "b", "float16": "c"}
        ),
        "strings": _arrays({"words": np.array([["é", ""], ["ж漢", "x" * 40]]), "n": np.int32(7)}),
        "dtypes": _arrays(
            {
                "complex": np.array([1 + 2j, -3j], np.complex64),
                "flag": np.array([True, False]),
                "double": np.linspace(0, 1, 3),
                "day": np.array(["2026-01-02"], "<M8[D]"),
                "empty": np.zeros((0, 4), np.float32),
            }
        ),
        "topology": pyio.ModelArtifacts(model_topology=_sequential().model_topology),
    }


def layers() -> dict[str, pyio.ModelArtifacts]:
    """Models that together use every layer class."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pyio.CompatibilityWarning)
        return {name: pyio.model_to_artifacts(build()[0]) for name, build in built.MODELS.items()}


def artefacts(place: Path, *, checksums: tuple[bool, ...] = (False, True)) -> Iterator[Artefact]:
    """Every model in every medium, with and without digests; files go below `place`."""
    everything = {
        **{name: (model, [*KINDS]) for name, model in models().items()},
        **{name: (model, ["record"]) for name, model in layers().items()},
    }
    for checksum in checksums:
        for name, (model, kinds) in everything.items():
            for kind in kinds:
                lay, load = KINDS[kind]
                parts = lay(replace(model, checksum=checksum))
                folder = place / f"{name}-{kind}-{checksum}".replace(" ", "-")
                folder.mkdir(parents=True)
                guarded = frozenset(part for part in parts if _is_guarded(kind, part))
                yield Artefact(name, kind, parts, load, folder, guarded)


def _is_guarded(kind: str, part: str) -> bool:
    return "zip" in kind or ("shards" in kind and part.endswith(".bin"))


def difference(one: pyio.ModelArtifacts, other: pyio.ModelArtifacts) -> str | None:
    """The difference between two models: "weights", "description", or None."""
    for name in one.__slots__:
        if name in ("weight_data", "checksum"):
            continue
        if (getattr(one, name) or None) != (getattr(other, name) or None):
            return "description"
    same = b"".join(one.weight_data or ()) == b"".join(other.weight_data or ())
    return None if same else "weights"


def _sequential() -> pyio.ModelArtifacts:
    layers = [
        pyio.layers.Dense(5, activation="relu", input_shape=[4], name="hidden"),
        pyio.layers.BatchNormalization(name="norm"),
        pyio.layers.Dense(3, activation="softmax", name="out"),
    ]
    model = pyio.Sequential(layers, name="digits")
    model.compile("adam", "categoricalCrossentropy", ["accuracy"])
    model.user_defined_metadata = {"author": "Zoë", "10": [1.5e-7, None, True]}
    return pyio.model_to_artifacts(model, include_optimizer=True)


def _functional() -> pyio.ModelArtifacts:
    words = pyio.Input(shape=[6], name="words", dtype="int32")
    numbers = pyio.Input(shape=[2], name="numbers")
    embedded = pyio.layers.Embedding(9, 3, input_length=6, name="embedding")(words)
    read = pyio.layers.LSTM(2, name="lstm")(embedded)
    both = pyio.layers.Concatenate(name="both")([read, numbers])
    out = pyio.layers.Dense(1, name="out")(both)
    return pyio.model_to_artifacts(pyio.Model(inputs=[words, numbers], outputs=out, name="two"))


def _numbers() -> dict[str, Any]:
    values = np.linspace(-1, 1, 24, dtype=np.float32)
    return {"a": values.reshape(4, 6), "b": values, "c": values[:5], "d": values[:2]}


def _arrays(arrays: Any, quantization: Any = None) -> pyio.ModelArtifacts:
    encoded = pyio.encode_weights(arrays, quantization=quantization, extended=True)
    return pyio.ModelArtifacts(weight_specs=encoded.specs, weight_data=encoded.data)


def _files(model: pyio.ModelArtifacts, size: int | None = None) -> dict[str, bytes]:
    files = lay_out(
        serialize(model),
        "model.json",
        "weights.bin",
        weights_path="./weights.bin",
        shard_size_bytes=size,
    )
    return {name: b"".join(pieces) for name, pieces in files.items()}


def _shards(model: pyio.ModelArtifacts) -> dict[str, bytes]:
    return _files(model, max(model.weight_data_bytes // 3, 1))


def _stored(model: pyio.ModelArtifacts) -> dict[str, bytes]:
    pieces = zip_pieces({n: (memoryview(part),) for n, part in _files(model).items()})
    return {"m.zip": b"".join(pieces)}


def _deflated(model: pyio.ModelArtifacts) -> dict[str, bytes]:
    import io
    import zipfile

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(model).items():
            archive.writestr(name, content)
    return {"m.zip": file.getvalue()}


def _record(model: pyio.ModelArtifacts) -> dict[str, bytes]:
    record = dumps(artifacts_to_record(serialize(model))).encode()
    if model.weight_data is None:
        return {"record": record}
    return {"record": record, "weights": b"".join(model.weight_data)}


def _items(model: pyio.ModelArtifacts) -> dict[str, bytes]:
    specs = dumps(specs_to_json(model.weight_specs or ()))
    return {
        "model_topology": topology_text(model).encode(),
        "weight_specs": specs.encode(),
        "model_metadata": dumps(fields_to_json(model, METADATA_KEYS)).encode(),
        "weight_data": b"".join(model.weight_data or ()),
    }


_WRITTEN: dict[Path, dict[str, bytes]] = {}
"""The content of the directories, so that only changed files are written."""


async def _load_directory(artefact: Artefact, parts: Mapping[str, bytes]) -> pyio.ModelArtifacts:
    there = _WRITTEN.get(artefact.place, {})
    for name, content in parts.items():
        if there.get(name) != content:
            (artefact.place / name).write_bytes(content)
    _WRITTEN[artefact.place] = dict(parts)
    return await pyio.load_artifacts(f"file://{artefact.place}")


async def _load_picked(_: Artefact, parts: Mapping[str, bytes]) -> pyio.ModelArtifacts:
    files = [Member(name, len(content), memoryview(content)) for name, content in parts.items()]
    return await _Picked(files).load()


class _Picked(BrowserFilesHandler):
    """Reads files in memory instead of JavaScript's."""

    def __init__(self, files: list[Member]) -> None:
        self._files: Any = files
        self._on_progress = None
        self.url = "picked"


async def _load_http(_: Artefact, parts: Mapping[str, bytes]) -> pyio.ModelArtifacts:
    @dataclass
    class Answer:
        content: bytes
        status: int

    def fetch(url: str, _init: object) -> Answer:
        name = url.rpartition("/")[2]
        return Answer(parts.get(name, b""), 200 if name in parts else 404)

    return await pyio.http("http://x/model.json", fetch_func=fetch, retries=0).load()


async def _load_record(_: Artefact, parts: Mapping[str, bytes]) -> pyio.ModelArtifacts:
    text = parts["record"].decode("utf-8", "replace")  # the browser returns text
    MODELS["fuzzed"] = StoredModel(text, parts.get("weights"), pyio.ModelArtifactsInfo())
    return await pyio.load_artifacts("memory://fuzzed")


async def _load_items(_: Artefact, parts: Mapping[str, bytes]) -> pyio.ModelArtifacts:
    texts: dict[str, Any] = {name: part.decode("utf-8", "replace") for name, part in parts.items()}
    data = (memoryview(parts["weight_data"]),)
    return verified_artifacts(*LocalStorageHandler("fuzzed").parsed(texts), data)


KINDS: dict[str, tuple[Callable[[pyio.ModelArtifacts], dict[str, bytes]], Load]] = {
    "file://": (_files, _load_directory),
    "file:// in shards": (_shards, _load_directory),
    "http://": (_files, _load_http),
    "http:// in shards": (_shards, _load_http),
    "picked files": (_files, _load_picked),
    "zip": (_stored, _load_picked),
    "deflated zip": (_deflated, _load_picked),
    "record": (_record, _load_record),
    "localStorage items": (_items, _load_items),
}
"""Medium -> the functions that write a model in its layout and read it."""
