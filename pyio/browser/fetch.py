"""HTTP by the browser's own ``fetch``, which Node has too."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from pyio.browser.ffi import (
    IN_PYODIDE,
    JsException,
    JSObject,
    array_of,
    create_proxy,
    js,
    options,
    run_file,
    to_js,
)
from pyio.errors import RequestError
from pyio.handlers.http.messages import lost_on_the_way
from pyio.progress import chunks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from pyio.handlers.http.messages import Request


def available() -> bool:
    """Whether there is a ``fetch`` here."""
    return IN_PYODIDE and hasattr(js, "fetch")


def base_url() -> str | None:
    """Return the address that relative ones are relative to, or None outside of a page."""
    location_js = getattr(js, "location", None) if IN_PYODIDE else None
    document_js = getattr(js, "document", None) if IN_PYODIDE else None
    base = str(getattr(document_js, "baseURI", None) or getattr(location_js, "href", None) or "")
    if base.startswith("blob:"):  # a worker made from a Blob
        base = f"{js.location.origin}/"
    return base or None


def is_response(value: Any) -> bool:
    """Whether a caller's function returned a JavaScript Response, or pyodide's wrapper of one."""
    return IN_PYODIDE and hasattr(getattr(value, "js_response", value), "body")


@asynccontextmanager
async def send(request: Request) -> AsyncIterator[Reply]:
    """Send a request and give the answer; an exception inside the block cuts the answer off."""
    controller_js = js.AbortController.new()
    init = {**request.init, "method": request.method, "signal": controller_js.signal}
    if request.headers:
        init["headers"] = dict(request.headers)
    if request.parts:
        init["body"] = _form_data(request)
    try:
        with _translated(request.method, request.url, request.timeout):
            response_js = await _functions().fetch(
                request.url, options(**init), _milliseconds(request.timeout)
            )
        _require_delivery(request, response_js)
        async with replying(response_js, request.timeout, request.method) as reply:
            yield reply
    except BaseException:
        controller_js.abort()
        raise


def _require_delivery(request: Request, response_js: JSObject) -> None:
    # A redirect with 301, 302 or 303 drops the body, one with 307 or 308 does not, and fetch does
    # not tell which it was.
    if request.parts and response_js.redirected:
        raise lost_on_the_way(request, str(response_js.url))


@asynccontextmanager
async def replying(
    response: Any, timeout: float | None, method: str = "GET"
) -> AsyncIterator[Reply]:
    """Give a Response, or pyodide's wrapper of one, as a reply."""
    yield Reply(getattr(response, "js_response", response), timeout, method)


class Reply:
    """An answer whose body has not been read yet; see `pyio.handlers.http.transport.Reply`."""

    def __init__(self, response_js: JSObject, timeout: float | None, method: str) -> None:
        self.status = int(response_js.status)
        self.url = str(response_js.url)
        self.headers: Mapping[str, str] = {
            str(name): str(value) for name, value in response_js.headers.entries()
        }
        self._response_js = response_js
        self._body_js: JSObject = None
        self._timeout = timeout
        self._method = method

    async def read_into(self, target: memoryview) -> int:
        """Copy the next bytes of the body to the start of `target`; 0 at its end."""
        if self._body_js is None:
            self._body_js = _functions().body(self._response_js)
        target_js = create_proxy(target)
        try:
            with _translated(self._method, self.url, self._timeout):
                timeout = _milliseconds(self._timeout)
                return int(await self._body_js.fill(target_js, target.nbytes, timeout))
        finally:
            target_js.destroy()

    async def native(self) -> JSObject:
        """Return the Response itself, its body unread."""
        return self._response_js


@cache
def _functions() -> JSObject:
    return run_file("fetch.js", "http:// and https://")


def _form_data(request: Request) -> JSObject:
    form_js = js.FormData.new()
    for part in request.parts:
        pieces_js = []
        for chunk in (chunk for piece in part.pieces for chunk in chunks(piece)):
            pieces_js.append(to_js(chunk))
            request.sent(chunk.nbytes, part.file_name)
        blob_js = js.Blob.new(array_of(pieces_js), options(type=part.media_type))
        form_js.append(part.field, blob_js, part.file_name)
    return form_js


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


@contextmanager
def _translated(method: str, url: str, timeout: float | None) -> Iterator[None]:
    try:
        yield
    except JsException as error:
        if error.name == "TimeoutError":
            why = f"no answer within {timeout} seconds"
            raise RequestError(f"{method} {url!r} failed: {why}", url) from error
        raise RequestError(
            f"{method} {url!r} failed: {error}. The browser tells no more: "
            "the server was out of reach or broke off, or it does not allow this page to read "
            "its answers (CORS)",
            url,
        ) from error
