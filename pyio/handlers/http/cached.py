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
import warnings
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pyio.addresses import shown
from pyio.browser import fetch
from pyio.errors import (
    CachedCopyWarning,
    HandlerError,
    InvalidModelError,
    ModelNotFoundError,
    OutOfMemoryError,
    PyioError,
    RequestError,
    StorageError,
    UnsupportedEnvironmentError,
    UnsupportedModelError,
)
from pyio.format.checksum import require_weights
from pyio.handlers.contract import (
    FOREIGN,
    Damaged,
    EnoughMemory,
    imported,
    require_unchosen,
)
from pyio.handlers.http.copies import Kept, NotKeptError, Origin, Recorded, as_artifacts, files_in
from pyio.handlers.http.copy_names import copy_url
from pyio.handlers.http.handler import HTTPHandler
from pyio.handlers.http.versions import Stamp, Versions
from pyio.handlers.registry import load_handler, save_handler

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyio.format.artifacts import ModelArtifacts, SaveResult
    from pyio.handlers.keywords import HTTPOptions
    from pyio.progress import OnProgress

REFRESH = ("if-newer", "never", "always")


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
        self.copy_url = copy_url(chosen["cache"], self.url, prefix)

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
        except (NotKeptError, InvalidModelError, ModelNotFoundError):
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
            raise NotKeptError
        if origin.files is None:
            require_unchosen(importing)
            if self._sha256 is not None:
                require_weights(self._sha256, kept.weight_data)
            found = replace(kept, origin=None)
            if kept.ends is not None:
                found.remember_ends(kept.ends)
            found.remember_order(kept.order)
            return found
        files = Kept(files_in(kept), origin)
        if self._sha256 is not None:
            for name in files.names:
                require_weights(self._sha256, (await files.read(name),))
        return await imported(nullcontext(files), NotKeptError(), importing)

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
            recorded = Recorded(files)
            names = list(files.names)
            found = await imported(nullcontext(recorded), error, importing)
        main = urlsplit(self.url).path.rpartition("/")[2]  # "" for a directory
        stamps = {name: each for name, each in versions.stamps.items() if name in recorded.whole}
        absent = sorted(recorded.absent)
        origin = Origin(shown(self.url), _renamed(stamps, unquote(main)), names, absent)
        await self._keep(as_artifacts(recorded.whole), origin)
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


def _without_query(address: str) -> bytes:
    return address.partition("#")[0].partition("?")[0].encode("utf-8", "surrogatepass")


def _renamed(stamps: Mapping[str, Stamp], main: str) -> dict[str, Stamp]:
    return {"" if name == main else name: each for name, each in stamps.items()}
