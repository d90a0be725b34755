"""``http://`` and ``https://``: a model on a server.

The request of a save is that of tfjs-core ``http.ts``: one multipart/form-data body with the files
``model.json`` and ``model.weights.bin``. Loading gets the model.json and then its weights, several
files at once, each checked for status and size.
"""

from __future__ import annotations

from asyncio import Semaphore, TaskGroup
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from inspect import isawaitable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from pyio import limits
from pyio.addresses import shown
from pyio.browser import fetch
from pyio.errors import (
    DamagedModelError,
    HandlerError,
    InvalidURLError,
    ModelNotFoundError,
    RequestError,
    WeightsError,
)
from pyio.format.artifacts import ModelArtifactsInfo, SaveResult
from pyio.format.checksum import require_weights
from pyio.format.kinds import LOOKED_AT
from pyio.format.manifest import (
    WeightGroup,
    parse_model_json,
    refuse_other_format,
    total_bytes,
)
from pyio.format.model_files import assemble, outline
from pyio.handlers.contract import Acquired, Loader, Saver
from pyio.handlers.http import options
from pyio.handlers.http.client import Client, deadline, read_all, sending
from pyio.handlers.http.messages import FormFile
from pyio.handlers.http.servers import Servers
from pyio.handlers.http.shards import download
from pyio.handlers.http.transport import transport
from pyio.handlers.http.urls import effective_query, joined, problem, weights_url
from pyio.progress import Meter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from pyio.converters.files import Files
    from pyio.format.artifacts import ModelArtifacts
    from pyio.format.serialized import Serialized
    from pyio.handlers.http.messages import Reply, Request
    from pyio.handlers.http.versions import Stamp, Versions
    from pyio.handlers.keywords import HTTPOptions
    from pyio.progress import OnProgress

_JSON, _WEIGHTS = "model.json", "model.weights.bin"


class HTTPHandler(Saver, Loader):
    """Saves to and loads from a server.

    Args:
        url: The address.
        chosen: All options of `http`.
        on_progress: As there.
    """

    def __init__(
        self, url: str, chosen: HTTPOptions, on_progress: OnProgress | None = None
    ) -> None:
        self.url = _absolute(url, chosen["fetch_func"])
        given = chosen["request_init"]
        init = options.init({} if given is None else given)
        headers = options.headers(init.pop("headers", {}))
        follows = init.pop("redirect", "follow") == "follow"
        self._method = options.method(init.pop("method", "POST"))
        self._fetch_func = options.function(chosen["fetch_func"], "fetch_func")
        self._prefix = options.text(chosen["weight_path_prefix"], "weight_path_prefix")
        self._converter = options.converter(chosen["weight_url_converter"], "weight_url_converter")
        fields = chosen["field_names"] or {}
        self._fields = options.names(fields, (_JSON, _WEIGHTS), "field_names")
        self._deadline = options.seconds(chosen["deadline"], "deadline")
        self._sha256 = options.sha256(chosen["sha256"], "sha256")
        self._retries = options.whole(chosen["retries"], "retries", 0)
        self._parallel = options.whole(chosen["parallel"], "parallel", 1)
        self._on_progress = on_progress
        self._servers = Servers(
            options.with_token(headers, chosen["token"]),
            init,
            options.hosts(chosen["allowed_hosts"], "allowed_hosts"),
            options.yes_or_no(chosen["redirects"], "redirects") and follows,
            options.seconds(chosen["timeout"], "timeout"),
        )
        self._servers.name(self.url)
        self._final = self.url
        self._absent = False
        try:
            self._servers.name(joined(self.url, self._prefix or ""))
        except WeightsError as error:
            raise HandlerError(f"weight_path_prefix is no prefix of addresses: {error}") from error

    def __repr__(self) -> str:
        return f"pyio.http({shown(self.url)!r})"

    async def _store(self, model: Serialized, acquired: Acquired) -> SaveResult:
        if self._sha256 is not None:
            raise HandlerError("sha256 is what a load should find; a save takes checksum=True")
        await acquired()
        text = model.model_json([f"./{_WEIGHTS}"])
        json = (memoryview(text.encode("utf-8", "surrogatepass")),)
        parts = [FormFile(self._fields[_JSON], _JSON, "application/json", json)]
        if model.artifacts.weight_data is not None:
            kind = "application/octet-stream"
            parts.append(FormFile(self._fields[_WEIGHTS], _WEIGHTS, kind, model.buffers))
        meter = Meter(self._on_progress, "save", shown(self.url), model.info.weight_data_bytes)

        def sent(count: int, name: str) -> None:
            if name == _WEIGHTS:
                meter.advance(count, name)

        request = self._servers.save(self._method, self.url, parts, sent)
        async with (
            deadline(self._deadline, self.url, ", so whether it was stored is not known"),
            transport(self._fetch_func) as send,
            sending(send, self._servers, request) as reply,
        ):
            answer = await reply.native()
        return SaveResult(model.info, responses=(answer,))

    async def _fetch(self) -> ModelArtifacts:
        return await self.fetch(_versions())

    async def fetch(self, versions: Versions) -> ModelArtifacts:
        """Return a model of TensorFlow.js, and note what the server says of each file."""
        async with self._client() as client:
            base, text = await self._get_json(client, versions)
            try:
                manifest = parse_model_json(text, _name(base))
                data = None
                if manifest.groups is None:
                    Meter(self._on_progress, "load", shown(self.url), 0)
                else:
                    data = await self.get_groups(manifest.groups, base, client, versions)
                if self._sha256 is not None:
                    require_weights(self._sha256, data)
                return assemble(manifest, data)
            except RequestError as error:
                if error.may_pass or error.lasting or error.status in (401, 403):
                    raise
                raise DamagedModelError(self.url, f"a weights file is missing: {error}") from error

    async def _outline(self) -> ModelArtifacts:
        async with self._client() as client:
            _, text = await self._get_json(client, _versions())
            return outline(parse_model_json(text))

    @asynccontextmanager
    async def _files(self) -> AsyncIterator[Files | None]:
        async with self.files(_versions()) as files:
            yield files

    @asynccontextmanager
    async def files(self, versions: Versions) -> AsyncIterator[Files | None]:
        """Give the file of the address, or what a directory has that an importer knows."""
        from pyio.converters.table import beside  # late: no model of TensorFlow.js needs it
        from pyio.handlers.http.view import ServerFiles

        url = self._final
        is_directory = "." not in _name(url)
        if self._absent and not is_directory:
            yield None
            return
        if is_directory:
            url = _as_directory(url)
        async with self._client() as client:
            meter = Meter(self._on_progress, "load", shown(self.url))
            files = ServerFiles(url, self.url, client, self._servers.get, versions, meter)
            if is_directory:
                await beside(files)
            elif not await files.look(files.main):
                yield None
                return
            if self._sha256 is not None:
                for each in files.names:
                    require_weights(self._sha256, (await files.read(each),))
            yield files
            meter.finish()

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[Client]:
        """Give what carries out one load within its deadline."""
        async with deadline(self._deadline, self.url), transport(self._fetch_func) as send:
            yield Client(send, self._servers, self._retries)

    async def _get_json(self, client: Client, versions: Versions) -> tuple[str, bytes]:
        """Return the final address of the model.json and its text."""

        async def use(reply: Reply) -> tuple[str, bytes]:
            # A further attempt replaces the whole file, and no other has been asked for yet.
            url = self._final = reply.url or self.url
            text = await read_all(reply, limit=LOOKED_AT)
            refuse_other_format(bytes(text[:LOOKED_AT]), _name(url))
            if len(text) > LOOKED_AT:
                text += await read_all(reply, limit=limits.JSON_BYTES, before=len(text))
            versions.arriving(_JSON, reply)
            versions.arrived(_JSON, len(text))
            return url, bytes(text)

        try:
            return await client.get(self._servers.get(self.url), use)
        except RequestError as error:
            if error.status in (404, 410):
                self._absent = True
                raise ModelNotFoundError(self.url, f"the server answered {error.status}") from error
            raise

    async def get_groups(
        self, groups: Sequence[WeightGroup], base: str, client: Client, versions: Versions
    ) -> tuple[memoryview, ...]:
        """Return the bytes of some groups of the model.json at `base`."""
        meter = Meter(self._on_progress, "load", shown(self.url), total_bytes(groups))

        async def request_for(path: str) -> Request:
            return self._servers.get(await self._weights_url(path, base))

        data = await download(groups, request_for, client, self._parallel, meter, versions)
        meter.finish()
        return data

    async def stamps(self, names: Sequence[str], *, of_files: bool) -> dict[str, Stamp]:
        """Ask what the server says now of the files of a copy, without their content.

        `names` are paths of a model.json, or `of_files` those of another program's files. "" is
        the file of the address itself; without it the address is a directory. A file of which the
        server says nothing is left out.
        """
        from pyio.handlers.http.versions import stamp_of  # late: few programs keep copies

        found: dict[str, Stamp] = {}
        slots = Semaphore(self._parallel)

        async def ask(name: str, url: str) -> str:
            async def use(reply: Reply) -> str:
                found[name] = stamp_of(reply)
                return reply.url or url

            try:
                async with slots:
                    return await client.get(self._servers.head(url), use)
            except RequestError as error:
                unknown = error.status in (405, 501)  # the server does not know HEAD
                if not unknown and (error.may_pass or name == ""):
                    raise
                return url

        async with self._client() as client:
            client = replace(client, retries=min(client.retries, 1))  # a copy is there
            base = await ask("", self.url) if "" in names else _as_directory(self.url)
            try:
                async with TaskGroup() as tasks:
                    for name in filter(None, names):
                        url = await self._url_of(name, base, of_files=of_files)
                        tasks.create_task(ask(name, url))
            except BaseExceptionGroup as errors:
                raise errors.exceptions[0] from errors.exceptions[0].__cause__
        return found

    async def _url_of(self, name: str, base: str, *, of_files: bool) -> str:
        if of_files:
            return weights_url(quote(name), base, None, effective_query(self.url, base))
        return await self._weights_url(name, base)

    async def list(self) -> dict[str, ModelArtifactsInfo]:
        """Return name -> info of the models of a pyio model server, whose ``/models`` this is.

        Sizes are those of the files there. Raises UnsupportedOperationError for other servers.
        """
        from pyio.handlers.http.listing import parse_listing  # late: few servers list

        async def use(reply: Reply) -> bytes:
            return bytes(await read_all(reply, limit=limits.JSON_BYTES))

        async with self._client() as client:
            text = await client.get(self._servers.get(self.url), use)
        return parse_listing(text, self.url)

    async def remove(self, path: str = "") -> ModelArtifactsInfo:
        """Remove the model at this address, or `path` below it, by DELETE.

        Raises ModelNotFoundError if it does not exist, and RequestError if the server refuses.
        """
        url = f"{self.url.rstrip('/')}/{quote(path)}" if path else self.url
        try:
            async with (
                deadline(self._deadline, url, ", so whether it was removed is not known"),
                transport(self._fetch_func) as send,
                sending(send, self._servers, self._servers.remove(url)),
            ):
                return ModelArtifactsInfo()
        except RequestError as error:
            if error.status in (404, 410):
                raise ModelNotFoundError(url, f"the server answered {error.status}") from error
            raise

    async def load_groups(self, groups: Sequence[WeightGroup]) -> tuple[memoryview, ...]:
        """Return the bytes of groups that were parsed elsewhere, relative to this address."""
        if self._sha256 is not None:
            raise HandlerError("sha256 is that of all weights, and this load reads some of them")
        async with self._client() as client:
            return await self.get_groups(groups, self.url, client, _versions())

    async def _weights_url(self, path: str, base: str) -> str:
        """Return the address of a weights file; a converter's server is one that is named."""
        if self._converter is None:
            return weights_url(path, base, self._prefix, effective_query(self.url, base))
        url = joined(base, await self._converted(path))
        self._servers.name(url)
        return url

    async def _converted(self, path: str) -> str:
        """Return what the caller's converter gives for a path."""
        if isinstance(self._converter, Mapping):
            if path not in self._converter:
                raise HandlerError(f"weight_url_converter has no address for {path!r}")
            address: Any = self._converter[path]
        else:
            assert self._converter is not None
            converted = self._converter(path)
            address = await converted if isawaitable(converted) else converted
        if not isinstance(address, str):
            raise HandlerError(
                f"weight_url_converter should give an address, got {address!r:.80} for "
                f"{shown(path)!r}"
            )
        return address


def _as_directory(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/").geturl()


def _versions() -> Versions:
    from pyio.handlers.http.versions import Versions  # late: most programs load from no server

    return Versions()


def _name(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]


def _absolute(url: str, fetch_func: object) -> str:
    if not isinstance(url, str) or not url:
        raise InvalidURLError(url, "expected the address of a model.json, such as https://…")
    base = fetch.base_url()
    try:
        absolute = url if base is None else urljoin(base, url)
        parts = urlsplit(absolute)
        url.encode()
    except ValueError as error:
        raise InvalidURLError(url, f"it is not an address: {error}") from error
    if base is None and fetch_func is None and not parts.netloc:
        raise InvalidURLError(url, "there is no page that it could be relative to; give http://…")
    # A page may also load from blob:, and a function of the caller's from anywhere.
    if parts.scheme in ("http", "https") or (base is None and fetch_func is None):
        why = problem(absolute)
        if why is not None:
            raise InvalidURLError(url, why)
    return absolute
