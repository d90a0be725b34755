"""``http://`` and ``https://``: a model on a server.

The request of a save is that of tfjs-core ``http.ts``: one multipart/form-data body with the files
``model.json`` and ``model.weights.bin``. Loading gets the model.json and then its weights, several
files at once, each checked for status and size.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import isawaitable
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from pyio import limits
from pyio.browser import fetch
from pyio.errors import (
    DamagedModelError,
    HandlerError,
    InvalidURLError,
    ModelNotFoundError,
    RequestError,
)
from pyio.format.artifacts import SaveResult
from pyio.format.manifest import WeightGroup, parse_model_json, total_bytes
from pyio.format.model_files import assemble, outline
from pyio.handlers.contract import Acquired, Loader, Saver
from pyio.handlers.http import options
from pyio.handlers.http.client import Client, read_all, sending
from pyio.handlers.http.messages import FormFile, Request
from pyio.handlers.http.shards import download
from pyio.handlers.http.transport import transport
from pyio.handlers.http.urls import effective_query, joined, origin, weights_url
from pyio.progress import Meter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.format.artifacts import ModelArtifacts
    from pyio.format.serialized import Serialized
    from pyio.handlers.http.messages import Reply
    from pyio.handlers.http.options import UrlConverter
    from pyio.handlers.http.transport import FetchFunction
    from pyio.progress import OnProgress

_JSON, _WEIGHTS = "model.json", "model.weights.bin"


class HTTPHandler(Saver, Loader):
    """Saves to and loads from a server; see `http` for the arguments."""

    def __init__(
        self,
        url: str,
        *,
        request_init: Mapping[str, Any] | None = None,
        fetch_func: FetchFunction | None = None,
        weight_path_prefix: str | None = None,
        weight_url_converter: UrlConverter | None = None,
        field_names: Mapping[str, str] | None = None,
        timeout: float | None = 30.0,
        retries: int = 3,
        parallel: int = 6,
        on_progress: OnProgress | None = None,
    ) -> None:
        self.url = _absolute(url, fetch_func)
        self._init = options.init(request_init or {})
        self._headers = options.headers(self._init.pop("headers", {}))
        self._method = str(self._init.pop("method", "POST"))
        self._fetch_func = options.function(fetch_func, "fetch_func")
        self._prefix = options.text(weight_path_prefix, "weight_path_prefix")
        self._converter = options.converter(weight_url_converter, "weight_url_converter")
        self._fields = options.names(field_names or {}, (_JSON, _WEIGHTS), "field_names")
        self._timeout = options.seconds(timeout, "timeout")
        self._retries = options.whole(retries, "retries", 0)
        self._parallel = options.whole(parallel, "parallel", 1)
        self._on_progress = on_progress

    async def _store(self, model: Serialized, acquired: Acquired) -> SaveResult:
        await acquired()
        text = model.model_json([f"./{_WEIGHTS}"])
        json = (memoryview(text.encode("utf-8", "surrogatepass")),)
        parts = [FormFile(self._fields[_JSON], _JSON, "application/json", json)]
        if model.artifacts.weight_data is not None:
            kind = "application/octet-stream"
            parts.append(FormFile(self._fields[_WEIGHTS], _WEIGHTS, kind, model.buffers))
        meter = Meter(self._on_progress, "save", self.url, model.info.weight_data_bytes)

        def sent(count: int, name: str) -> None:
            if name == _WEIGHTS:
                meter.advance(count, name)

        request = Request(
            self._method, self.url, self._headers, self._init, parts, self._timeout, sent
        )
        async with transport(self._fetch_func) as send, sending(send, request) as reply:
            answer = await reply.native()
        return SaveResult(model.info, responses=(answer,))

    async def _fetch(self) -> ModelArtifacts:
        async with transport(self._fetch_func) as send:
            client = Client(send, self._retries)
            base, text = await self._get_json(client)
            try:
                manifest = parse_model_json(text, urlsplit(base).path.rpartition("/")[2])
                data = None
                if manifest.groups is None:
                    Meter(self._on_progress, "load", self.url, 0)
                else:
                    data = await self.get_groups(manifest.groups, base, client)
                return assemble(manifest, data)
            except RequestError as error:
                if error.may_pass or error.status in (401, 403):
                    raise
                raise DamagedModelError(self.url, f"a weights file is missing: {error}") from error

    async def _outline(self) -> ModelArtifacts:
        async with transport(self._fetch_func) as send:
            _, text = await self._get_json(Client(send, self._retries))
            return outline(parse_model_json(text))

    async def _get_json(self, client: Client) -> tuple[str, bytes]:
        """Return the final address of the model.json and its text."""

        async def use(reply: Reply) -> tuple[str, bytes]:
            return reply.url or self.url, bytes(await read_all(reply, limit=limits.JSON_BYTES))

        try:
            return await client.get(self._request(self.url), use)
        except RequestError as error:
            if error.status in (404, 410):
                raise ModelNotFoundError(self.url, f"the server answered {error.status}") from error
            raise

    async def get_groups(
        self, groups: Sequence[WeightGroup], base: str, client: Client
    ) -> tuple[memoryview, ...]:
        """Return the bytes of some groups of the model.json at `base`."""
        meter = Meter(self._on_progress, "load", self.url, total_bytes(groups))

        async def request_for(path: str) -> Request:
            return self._request(*await self._weights_url(path, base))

        data = await download(groups, request_for, client, self._parallel, meter)
        meter.finish()
        return data

    async def load_groups(self, groups: Sequence[WeightGroup]) -> tuple[memoryview, ...]:
        """Return the bytes of groups that were parsed elsewhere, relative to this address."""
        async with transport(self._fetch_func) as send:
            return await self.get_groups(groups, self.url, Client(send, self._retries))

    async def _weights_url(self, path: str, base: str) -> tuple[str, bool]:
        """Return the address of a weights file, and whether the caller chose its server."""
        if self._converter is None:
            query = effective_query(self.url, base)
            url = weights_url(path, base, self._prefix, query)
            chosen = {origin(self.url), origin(urljoin(self.url, self._prefix or ""))}
            return url, origin(url) in chosen
        if isinstance(self._converter, Mapping):
            if path not in self._converter:
                raise HandlerError(f"weight_url_converter has no address for {path!r}")
            return joined(base, self._converter[path]), True
        converted = self._converter(path)
        address = await converted if isawaitable(converted) else converted
        return joined(base, address), True

    def _request(self, url: str, ours: bool = True) -> Request:
        """Return a GET; what may hold credentials goes only to servers that the caller chose."""
        headers, init = (self._headers, self._init) if ours else ({}, {})
        return Request("GET", url, headers, init, timeout=self._timeout)


def http(
    url: str,
    *,
    request_init: Mapping[str, Any] | None = None,
    fetch_func: FetchFunction | None = None,
    weight_path_prefix: str | None = None,
    weight_url_converter: UrlConverter | None = None,
    field_names: Mapping[str, str] | None = None,
    timeout: float | None = 30.0,
    retries: int = 3,
    parallel: int = 6,
    on_progress: OnProgress | None = None,
) -> HTTPHandler:
    """Return the handler of a model on a server, for saving and for loading.

    Args:
        url: The model.json to load, or where to send a save. On a page it may be relative.
        request_init: As in JavaScript: ``headers`` go with every request; ``method`` is that of a
            save, POST by default; all else (``credentials``, ``mode``, ``cache``) only a browser
            knows. Headers and credentials go to servers that you named here, and not to another
            one on which the weights turn out to lie.
        fetch_func: Used instead of the browser's fetch and of httpx; see
            `pyio.handlers.http.transport.FetchFunction`.
        weight_path_prefix: Goes before the paths in the model.json, instead of its own directory.
        weight_url_converter: Path -> address, as a mapping or a function, instead of all rules.
        field_names: Other names for the form fields "model.json" and "model.weights.bin".
        timeout: Seconds without an answer, or without a byte of it, after which a request failed.
        retries: Further attempts of a load where the failure may pass: no connection, 408, 429,
            5xx. A save is never sent twice.
        parallel: How many weight files are on their way at once.
        on_progress: Called with a `pyio.Progress`. A save in a browser counts the bytes that the
            browser has taken over; it does not tell what has left.

    Raises:
        InvalidURLError: The address is empty, or relative where there is no page.
        HandlerError: An option that cannot be used.
    """
    return HTTPHandler(
        url,
        request_init=request_init,
        fetch_func=fetch_func,
        weight_path_prefix=weight_path_prefix,
        weight_url_converter=weight_url_converter,
        field_names=field_names,
        timeout=timeout,
        retries=retries,
        parallel=parallel,
        on_progress=on_progress,
    )


def _absolute(url: str, fetch_func: object) -> str:
    if not isinstance(url, str) or not url:
        raise InvalidURLError(url, "expected the address of a model.json, such as https://…")
    base = fetch.base_url()
    try:
        url.encode()
        absolute = url if base is None else urljoin(base, url)
        has_server = bool(urlsplit(absolute).netloc)
    except ValueError as error:
        raise InvalidURLError(url, f"it is not an address: {error}") from error
    if base is None and fetch_func is None and not has_server:
        raise InvalidURLError(url, "there is no page that it could be relative to; give http://…")
    return absolute
