"""A model on a server with a copy here: ``cache=True``.

The copy is a model like any other: listed with its origin, measured by `storage_report`, removed by
`remove_model`. A model of TensorFlow.js is kept as such, and TensorFlow.js can load the copy too.
Of another program's model the files are kept as they are, and imported by every load.

Beside the copy stands what the server said of each file: its ETag and its Last-Modified
(`Origin`). ``refresh="if-newer"`` asks for these again with HEAD, one small request for each file,
and loads the model anew unless all are known to be the same. The weights are asked about as well,
because a model that was trained further may have the same model.json. A server that sends
neither, or that hides the ETag from pages of other origins and sends no date, has its model loaded
each time; ``refresh="never"`` is for those.

A load gives the copy with a CachedCopyWarning if the server is out of reach: no connection, a
timeout, 408, 429 or 5xx. Any other refusal is an error, because then the server has answered. A
``sha256`` pins the weights: a copy that has it is given without a question.
"""

from __future__ import annotations

import hashlib
import os
import warnings
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pyio import limits
from pyio.addresses import shown
from pyio.browser import fetch
from pyio.errors import (
    CachedCopyWarning,
    HandlerError,
    InvalidModelError,
    InvalidURLError,
    ModelNotFoundError,
    OutOfMemoryError,
    PyioError,
    RequestError,
    StorageError,
    UnknownSchemeError,
    UnsupportedEnvironmentError,
    UnsupportedModelError,
    WeightsError,
)
from pyio.format.artifacts import ModelArtifacts, WeightSpec
from pyio.format.checksum import require_weights
from pyio.handlers.contract import (
    FOREIGN,
    Damaged,
    EnoughMemory,
    imported,
    require_unchosen,
)
from pyio.handlers.http.handler import HTTPHandler
from pyio.handlers.http.versions import Stamp, Versions
from pyio.handlers.registry import load_handler, medium_of, save_handler

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyio.converters.files import Files
    from pyio.format.artifacts import SaveResult
    from pyio.format.json_text import JSONValue
    from pyio.handlers.keywords import HTTPOptions
    from pyio.progress import OnProgress

REFRESH = ("if-newer", "never", "always")

_FOLDER = "cached"
"""What the names of all copies begin with."""

_NAME_BYTES = 120
"""Bytes of an address that the name of its copy shows; a digest keeps it unique."""


class CachedHandler(HTTPHandler):
    """Loads from a server, or from the copy of an earlier load; see `pyio.http`.

    Args:
        url: The address.
        chosen: All options of `pyio.http`.
        on_progress: As there.
    """

    def __init__(
        self, url: str, chosen: HTTPOptions, on_progress: OnProgress | None = None
    ) -> None:
        refresh = chosen["refresh"]
        if refresh not in REFRESH:
            raise HandlerError(
                f"refresh should be one of {', '.join(REFRESH)}, got {refresh!r:.80}"
            )
        if fetch.available() and chosen["fetch_func"] is None:
            # The browser's own cache may give an old file without asking.
            init = {"cache": "no-cache", **(chosen["request_init"] or {})}
            chosen = {**chosen, "request_init": init}
        super().__init__(url, chosen, on_progress)
        self._refresh = refresh
        prefix = str(chosen["weight_path_prefix"] or "")
        self.copy_url = f"{_place(chosen['cache'])}{_name(self.url, prefix)}"

    def __repr__(self) -> str:
        return f"pyio.http({shown(self.url)!r}, cache=…)"

    async def save(self, _artifacts: ModelArtifacts, /) -> SaveResult:
        """Raise HandlerError: a save goes to the server alone."""
        raise HandlerError("cache is for loading; save without it")

    async def load(self, **importing: Any) -> ModelArtifacts:
        with EnoughMemory(f"loading {self.url!r}"), Damaged(self.url):
            copy = await self._from_usable_copy(importing)
            return await self._from_server(importing) if copy is None else copy

    async def describe(self, **importing: Any) -> ModelArtifacts:
        with EnoughMemory(f"reading {self.url!r}"), Damaged(self.url):
            copy = await self._from_usable_copy(importing)
        if copy is None:
            return await super().describe(**importing)
        return replace(copy, weight_data=None)

    async def _from_usable_copy(self, importing: Mapping[str, Any]) -> ModelArtifacts | None:
        """Return the model of the copy; None without one that may be given and is whole."""
        if not await self._is_usable():
            return None
        try:
            return await self._from_copy(importing)
        except UnsupportedModelError:
            raise
        except (_NotKeptError, InvalidModelError, ModelNotFoundError):
            return None  # it is damaged or gone, or not all of it was needed before

    async def _is_usable(self) -> bool:
        """Whether there is a copy that may be given. Raises what keeps that from being known."""
        if self._refresh == "always":
            return False
        origin = await self._origin()
        if origin is None:
            return False
        if self._sha256 is not None:
            return True
        if await self._places(origin.stamps if origin.files is None else ()) != origin.places:
            return False
        if self._refresh == "never":
            return True
        try:
            return await self._is_current(origin)
        except InvalidModelError:  # it names files that no server has
            return False
        except RequestError as error:
            if not error.may_pass:
                raise
            warnings.warn(
                f"{shown(self.url)!r} cannot be asked for a newer version, so the copy of "
                f"{origin.fetched} is used: {error}",
                CachedCopyWarning,
                stacklevel=4,
            )
            return True

    async def _origin(self) -> Origin | None:
        try:
            outline = load_handler(self.copy_url, {})
            described = await outline.describe()  # type: ignore[attr-defined]
        except (ModelNotFoundError, InvalidModelError, UnsupportedEnvironmentError):
            return None
        except StorageError as error:
            self._warn("the copy cannot be read", error)
            return None
        return Origin.from_json(described.origin)

    async def _places(self, names: Iterable[str]) -> dict[str, str]:
        """Return a digest of each address that the caller's converter gives, without its query."""
        if self._converter is None:
            return {}
        found = {}
        for name in filter(None, names):
            try:
                address = await self._converted(name)
            except HandlerError:  # it knows another version's files
                return {name: ""}
            found[name] = hashlib.sha256(_without_query(address)).hexdigest()[:12]
        return found

    async def _is_current(self, origin: Origin) -> bool:
        names = list(origin.stamps)
        now = await self.stamps(names, of_files=origin.files is not None)
        return all(
            name in now and stamp.same(now[name]) for name, stamp in origin.stamps.items()
        ) and bool(origin.stamps)

    async def _from_copy(self, importing: Mapping[str, Any]) -> ModelArtifacts:
        options = {} if self._on_progress is None else {"on_progress": self._on_progress}
        kept: ModelArtifacts = await load_handler(self.copy_url, options).load()  # type: ignore[misc]
        origin = Origin.from_json(kept.origin)
        if origin is None:
            raise _NotKeptError
        if origin.files is None:
            require_unchosen(importing)
            if self._sha256 is not None:
                require_weights(self._sha256, kept.weight_data)
            found = replace(kept, origin=None)
            if kept.ends is not None:
                found.remember_ends(kept.ends)
            found.remember_order(kept.order)
            return found
        files = _Kept(_files_in(kept), origin)
        if self._sha256 is not None:
            for name in files.names:
                require_weights(self._sha256, (await files.read(name),))
        return await imported(nullcontext(files), _NotKeptError(), importing)

    async def _from_server(self, importing: Mapping[str, Any]) -> ModelArtifacts:
        versions = Versions()
        try:
            found = await self.fetch(versions)
        except FOREIGN as error:
            return await self._files_from_server(error, importing)
        stamps = _renamed(versions.stamps, "model.json")
        places = await self._places(stamps)
        await self._keep(found, Origin(shown(self.url), stamps, places=places))
        require_unchosen(importing)
        return found

    async def _files_from_server(
        self, error: Exception, importing: Mapping[str, Any]
    ) -> ModelArtifacts:
        versions = Versions()
        async with self.files(versions) as files:
            if files is None:
                raise error
            recorded = _Recorded(files)
            names = list(files.names)
            found = await imported(nullcontext(recorded), error, importing)
        main = urlsplit(self.url).path.rpartition("/")[2]  # "" for a directory
        stamps = {name: each for name, each in versions.stamps.items() if name in recorded.whole}
        absent = sorted(recorded.absent)
        origin = Origin(shown(self.url), _renamed(stamps, unquote(main)), names, absent)
        await self._keep(_as_artifacts(recorded.whole), origin)
        return found

    async def _keep(self, found: ModelArtifacts, origin: Origin) -> None:
        """Store a copy; the load has succeeded, so a failure is a warning.

        What is read may be more than can be written, such as deeper JSON.
        """
        copy = replace(found, origin=origin.to_json())
        try:
            await save_handler(self.copy_url, {}).save(copy)  # type: ignore[misc]
        except (
            StorageError,
            OutOfMemoryError,
            UnsupportedEnvironmentError,
            InvalidModelError,
        ) as error:
            self._warn("no copy could be kept", error)

    def _warn(self, what: str, error: PyioError) -> None:
        warnings.warn(
            f"{shown(self.url)!r} is loaded from its server: {what} ({error})",
            CachedCopyWarning,
            stacklevel=5,
        )


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a copy came from, as it stands in the copy's member ``pyioOrigin``.

    Attributes:
        url: The address, without what may be secret in it.
        stamps: What the server said of each file; that of the address itself is called "".
        files: Of another program's model, the names by which an importer recognises it. The copy
            holds its files then, as arrays of bytes.
        absent: Files that an importer looked for and that were not there.
        fetched: When it was loaded from there.
        places: Path -> where a converter of the caller's said that it is, as a digest.
    """

    url: str
    stamps: Mapping[str, Stamp]
    files: Sequence[str] | None = None
    absent: Sequence[str] = ()
    fetched: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, JSONValue]:
        """Return it as JSON, dated now."""
        from pyio.format.artifacts import now

        members: dict[str, JSONValue] = {
            "url": self.url,
            "fetched": now().isoformat(timespec="seconds"),
            "stamps": {name: [each.etag, each.modified] for name, each in self.stamps.items()},
        }
        if self.files is not None:
            members["files"] = list(self.files)
            members["absent"] = list(self.absent)
        if self.places:
            members["places"] = dict(self.places)
        return members

    @classmethod
    def from_json(cls, value: JSONValue) -> Origin | None:
        """Return what a copy says, or None where it does not say it in this way."""
        if not isinstance(value, dict) or not isinstance(value.get("url"), str):
            return None
        stamps, files, absent = value.get("stamps"), value.get("files"), value.get("absent", [])
        if not isinstance(stamps, dict) or not (files is None or _are_texts(files, None)):
            return None
        if len(stamps) > limits.FILES + 1:  # each is asked for
            return None
        if not _are_texts(absent, None):
            return None
        if not all(_are_texts(each, 2) for each in stamps.values()):
            return None
        places = value.get("places", {})
        if not isinstance(places, dict):
            return None
        read = {name: Stamp(*each) for name, each in stamps.items()}
        fetched = str(value.get("fetched", ""))[:40]
        return cls(value["url"], read, files, absent, fetched, places)


def _without_query(address: str) -> bytes:
    return address.partition("#")[0].partition("?")[0].encode("utf-8", "surrogatepass")


def _are_texts(value: JSONValue, count: int | None) -> bool:
    listed = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return listed and count in (None, len(value))  # type: ignore[arg-type]


def _renamed(stamps: Mapping[str, Stamp], main: str) -> dict[str, Stamp]:
    return {"" if name == main else name: each for name, each in stamps.items()}


class _NotKeptError(Exception):
    """The copy does not have what this load needs."""


class _Recorded:
    """Files on a server, each read whole so that it can be kept."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.whole: dict[str, memoryview] = {}
        self.absent: set[str] = set()

    @property
    def names(self) -> Sequence[str]:
        return self._files.names

    def size(self, name: str) -> int:
        return self._files.size(name)

    async def look(self, name: str) -> bool:
        from pyio.converters.files import present

        found = await present(self._files, name)
        if not found:
            self.absent.add(name)
        return found

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        from pyio.converters.files import checked_range

        if name not in self.whole:
            self.whole[name] = await self._files.read(name)
        first, last = checked_range(name, self.whole[name].nbytes, start, stop)
        return self.whole[name][first:last]


class _Kept:
    """The files of a copy, of which an importer first sees those that it saw on the server."""

    def __init__(self, files: Mapping[str, memoryview], origin: Origin) -> None:
        self._files = files
        self._absent = origin.absent
        self.names = [name for name in origin.files or () if name in files]
        if not self.names:
            raise _NotKeptError

    def size(self, name: str) -> int:
        return self._file(name).nbytes

    async def look(self, name: str) -> bool:
        if name in self._absent:
            return False
        self._file(name)
        return True

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        from pyio.converters.files import checked_range

        file = self._file(name)
        first, last = checked_range(name, file.nbytes, start, stop)
        return file[first:last]

    def _file(self, name: str) -> memoryview:
        if name not in self._files:
            raise _NotKeptError
        return self._files[name]


def _as_artifacts(files: Mapping[str, memoryview]) -> ModelArtifacts:
    """Return files as arrays of bytes, which every medium keeps."""
    specs = tuple(WeightSpec(name, (each.nbytes,), "uint8") for name, each in files.items())
    return ModelArtifacts(weight_specs=specs, weight_data=tuple(files.values()))


def _files_in(copy: ModelArtifacts) -> dict[str, memoryview]:
    from pyio.format.segments import SegmentedBuffer

    data = SegmentedBuffer(copy.weight_data or ())
    files, start = {}, 0
    for spec in copy.weight_specs or ():
        if spec.byte_length is None:
            raise WeightsError(f"the file {spec.name!r} of the copy is no array of bytes")
        files[spec.name] = data.slice(start, start + spec.byte_length)
        start += spec.byte_length
    return files


def _place(cache: bool | str) -> str:
    """Return the address below which copies go, ready for a name."""
    if cache is True:
        return _usual_place()
    if not isinstance(cache, str):
        raise HandlerError(
            f"cache should be True, False or an address such as 'indexeddb://', got {cache!r:.80}"
        )
    try:
        medium, path = medium_of(cache)
    except (InvalidURLError, UnknownSchemeError) as error:
        raise HandlerError(f"cache={cache!r:.80} is no place for copies: {error}") from error
    if not (medium.lists or medium.keeps):
        raise HandlerError(f"cache={cache!r:.80} is no place for copies: it keeps nothing")
    return cache if not path or path.endswith("/") else f"{cache}/"


def _usual_place() -> str:
    if medium_of("indexeddb://")[0].missing() is None:
        return "indexeddb://"
    folder = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return f"file://{Path(folder).absolute().as_posix()}/pyio/"


def _name(url: str, prefix: str) -> str:
    """Return the name of a copy: the address as far as it is readable, and a digest of all of it.

    The query is in the digest only, because it may hold a secret.
    """
    parts = urlsplit(url)
    digest = hashlib.sha256("\n".join((url.partition("#")[0], prefix)).encode()).hexdigest()[:12]
    path = "/".join(part for part in parts.path.split("/") if part not in ("", ".", ".."))
    path = path.removesuffix("/model.json").removesuffix("model.json")
    readable = "".join(
        char if char.isalnum() or char in "-._/" else "_" for char in f"{parts.hostname}/{path}"
    )
    kept = readable.encode()[:_NAME_BYTES].decode("utf-8", "ignore").strip("/")
    return f"{_FOLDER}/{kept}-{digest}"
