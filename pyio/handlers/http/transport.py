"""The seam between pyio's rules for HTTP and what sends requests: fetch, httpx, or a function.

A transport sends one request and gives the reply as soon as its head has arrived. The body is read
into memory that the caller provides. Everything else (which address, how often, how large, how many
at once, which redirects are followed with which headers) is written once, above this seam.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeAlias

from pyio.addresses import shown
from pyio.browser import fetch
from pyio.errors import RequestError
from pyio.handlers.http.urls import is_parsable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from pyio.handlers.http.messages import Reply, Request, Send

FetchFunction: TypeAlias = "Callable[[str, Mapping[str, Any]], Any]"
"""A function of the caller that sends requests: it gets an address and the members of
``request_init``, and returns an answer, awaitable or not: bytes, or an object with ``status`` (or
``status_code``) and the body as ``content`` or as an awaitable ``bytes()``; pyfetch, httpx and
requests return such."""


@asynccontextmanager
async def transport(function: FetchFunction | None) -> AsyncIterator[Send]:
    """Give a function that sends requests in this environment, or by the caller's `function`."""
    if function is not None:
        yield _Custom(function).send
    elif fetch.available():
        yield _by_fetch
    else:
        from pyio.handlers.http.httpx_transport import client  # httpx is an extra

        async with client() as send:
            yield send


@asynccontextmanager
async def _by_fetch(request: Request) -> AsyncIterator[Reply]:
    async with fetch.send(
        request.method,
        request.url,
        headers=request.headers,
        init=request.init,
        files=[
            (part.field, part.file_name, part.media_type, part.pieces) for part in request.parts
        ],
        timeout=request.timeout,
        sent=request.sent,
        follow=request.follow,
    ) as reply:
        yield reply


class _Custom:
    """A caller's function as a transport."""

    def __init__(self, function: FetchFunction) -> None:
        self._function = function

    @asynccontextmanager
    async def send(self, request: Request) -> AsyncIterator[Reply]:
        init: dict[str, Any] = {**request.init, "method": request.method}
        if not request.follow:
            init["redirect"] = "manual"
        if request.headers:
            init["headers"] = dict(request.headers)
        if request.parts:
            init["body"] = {part.field: b"".join(part.pieces) for part in request.parts}
        answer = self._function(request.url, init)
        answer = await answer if isawaitable(answer) else answer
        if fetch.is_response(answer):
            async with fetch.replying(
                answer, request.timeout, request.method, request.url
            ) as reply:
                yield reply
            return
        yield await _custom_reply(answer, request.url)


async def _custom_reply(answer: Any, url: str) -> _CustomReply:
    if isinstance(answer, bytes | bytearray | memoryview):
        return _CustomReply(200, url, {}, answer, _flat(answer))
    status = getattr(answer, "status", None) or getattr(answer, "status_code", None)
    body = getattr(answer, "content", None)
    if body is None and callable(getattr(answer, "bytes", None)):
        body = answer.bytes()
        body = await body if isawaitable(body) else body
    if not isinstance(status, int) or not isinstance(body, bytes | bytearray | memoryview):
        raise RequestError(
            f"the fetch_func returned {answer!r:.80} for {shown(url)!r}; expected bytes, or an "
            "object with status and bytes() or content",
            url,
            lasting=True,
        )
    named = str(getattr(answer, "url", "") or url)
    if not is_parsable(named):
        named = url
    try:
        fields = dict(getattr(answer, "headers", None) or {})
    except (TypeError, ValueError):
        fields = {}
    headers = {str(name).lower(): str(value) for name, value in fields.items()}
    return _CustomReply(status, named, headers, answer, _flat(body))


def _flat(body: bytes | bytearray | memoryview) -> memoryview:
    view = memoryview(body)
    return view.cast("B") if view.c_contiguous else memoryview(view.tobytes())


@dataclass(slots=True)
class _CustomReply:
    status: int
    url: str
    headers: Mapping[str, str]
    answer: Any
    body: memoryview
    measured: bool = False
    hidden: bool = False

    async def read_into(self, target: memoryview) -> int:
        piece, self.body = self.body[: target.nbytes], self.body[target.nbytes :]
        target[: piece.nbytes] = piece
        return piece.nbytes

    async def target(self) -> str:
        return ""

    async def native(self) -> Any:
        return self.answer
