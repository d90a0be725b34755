"""HTTP by the browser's own ``fetch``, which Node has too."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from pyio.addresses import shown, without_secrets
from pyio.browser.ffi import (
    IN_PYODIDE,
    JsException,
    JSObject,
    array_of,
    create_proxy,
    js,
    options,
    own_copy,
    run_file,
)
from pyio.browser.timers import milliseconds
from pyio.errors import RequestError
from pyio.progress import chunks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

    FormFile = tuple[str, str, str, Sequence[memoryview]]
    """A file of a multipart/form-data body: its field, its name, its type and its pieces."""

_SEEKING = 5.0
"""Seconds that may be spent on finding out where a redirect leads, for the error."""


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
async def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    init: Mapping[str, Any],
    files: Sequence[FormFile],
    timeout: float | None,
    sent: Callable[[int, str], None],
    follow: bool,
) -> AsyncIterator[Reply]:
    """Send a request and give the reply; an exception inside the block cancels the rest of it.

    Args:
        method: "GET", "POST", …
        url: An absolute address.
        headers: Header fields.
        init: Further members of ``RequestInit``.
        files: The files of a multipart/form-data body; without any there is no body.
        timeout: Seconds without an answer, or without a byte of it, after which it has failed.
        sent: Called with the number of bytes of each piece that was handed over, and its file.
        follow: Whether the browser follows redirects, and sends the headers wherever they lead.
    """
    controller_js = js.AbortController.new()
    redirect = "follow" if follow else "manual"
    members = {**init, "method": method, "redirect": redirect, "signal": controller_js.signal}
    if headers:
        members["headers"] = dict(headers)
    if files:
        members["body"] = _form_data(files, sent)
    try:
        with _translated(method, url, timeout):
            response_js = await _functions().fetch(url, options(**members), milliseconds(timeout))
        async with replying(response_js, timeout, method, url) as reply:
            yield reply
    except BaseException:
        controller_js.abort()
        raise


@asynccontextmanager
async def replying(
    response: Any, timeout: float | None, method: str, url: str
) -> AsyncIterator[Reply]:
    """Give a Response, or pyodide's wrapper of one, as a reply."""
    yield Reply(getattr(response, "js_response", response), timeout, method, url)


class Reply:
    """An answer whose body has not been read yet; see `pyio.handlers.http.messages.Reply`."""

    def __init__(self, response_js: JSObject, timeout: float | None, method: str, url: str) -> None:
        kind = str(response_js.type)
        self.status = int(response_js.status)
        self.hidden = kind == "opaqueredirect"
        self.measured = kind == "basic"  # of the page's own server, so that all headers are seen
        self.url = str(response_js.url) or url
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
                timeout = milliseconds(self._timeout)
                return int(await self._body_js.fill(target_js, target.nbytes, timeout))
        finally:
            target_js.destroy()

    async def target(self) -> str:
        """Return where a hidden redirect leads a request without headers; "" if it is not known."""
        members = options(credentials="omit", referrerPolicy="no-referrer")
        timeout = milliseconds(min(self._timeout or _SEEKING, _SEEKING))
        try:
            return str(await _functions().target(self.url, members, timeout))
        except JsException:
            return ""

    async def native(self) -> JSObject:
        """Return the Response itself, its body unread."""
        return self._response_js


@cache
def _functions() -> JSObject:
    return run_file("fetch.js", "http:// and https://")


def _form_data(files: Sequence[FormFile], sent: Callable[[int, str], None]) -> JSObject:
    form_js = js.FormData.new()
    for field, name, media_type, pieces in files:
        pieces_js = []
        for chunk in (chunk for piece in pieces for chunk in chunks(piece)):
            pieces_js.append(own_copy(chunk))
            sent(chunk.nbytes, name)
        blob_js = js.Blob.new(array_of(pieces_js), options(type=media_type))
        form_js.append(field, blob_js, name)
    return form_js


@contextmanager
def _translated(method: str, url: str, timeout: float | None) -> Iterator[None]:
    try:
        yield
    except JsException as error:
        if error.name == "TimeoutError":
            why = f"no answer within {timeout} seconds"
            raise RequestError(f"{method} {shown(url)!r} failed: {why}", url) from error
        raise RequestError(
            f"{method} {shown(url)!r} failed: {without_secrets(str(error))}. "
            "The browser gives no reason: the server was out of reach or broke off, or it does not "
            "allow this page to read its answers (CORS)",
            url,
        ) from error
