"""Getting a file over HTTP, whole and in time: status, retries, size and deadline in one place."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from pyio.addresses import shown
from pyio.browser import fetch, timers
from pyio.errors import RequestError
from pyio.progress import CHUNK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from pyio.handlers.http.messages import Reply, Request, Send
    from pyio.handlers.http.servers import Servers

T = TypeVar("T")

PAUSE = 0.5
"""Seconds before the second attempt; each further one waits twice as long, and up to a quarter
more by chance, so that many pages do not come back at the same moment."""

_LONGEST_PAUSE = 30.0
"""Longest pause in seconds, even if the server asks for more."""

_PORTION = 256 * 1024
"""Chunk size for bodies without Content-Length."""

_DIGITS = 16
"""Longest Content-Length that is believed, in digits."""

_SHOWN = 120
"""Bytes of an error page that an error message shows."""

_PATIENCE = 5.0
"""Seconds that an error page may take."""


@dataclass(frozen=True, slots=True)
class Client:
    """How the requests of one load are sent.

    Attributes:
        send: The transport.
        servers: Which servers may be asked.
        retries: How many further attempts a request gets after a failure that may pass.
    """

    send: Send
    servers: Servers
    retries: int

    async def get(
        self,
        request: Request,
        use: Callable[[Reply], Awaitable[T]],
        failed: Callable[[], None] = lambda: None,
    ) -> T:
        """Send a request, several times if need be, and return what `use` makes of the reply.

        `failed` is called after each failed attempt but the last.
        Raises RequestError if the last attempt failed, or if another attempt would not help.
        """
        pause = PAUSE
        for _ in range(self.retries):
            try:
                return await self._attempt(request, use)
            except RequestError as error:
                if not error.may_pass:
                    raise
                failed()
                wait = pause * random.uniform(1, 1.25)  # noqa: S311 - nothing secret
                await asyncio.sleep(min(error.retry_after or wait, _LONGEST_PAUSE))
            pause *= 2
        return await self._attempt(request, use)

    async def _attempt(self, request: Request, use: Callable[[Reply], Awaitable[T]]) -> T:
        async with self.servers.ask(self.send, request) as reply:
            await require_success(request, reply)
            return await use(reply)


async def require_success(request: Request, reply: Reply) -> None:
    """Raise RequestError unless the answer is a success (2xx)."""
    whole = request.span is None and not request.parts
    if reply.status == HTTPStatus.PARTIAL_CONTENT and whole:
        raise RequestError(
            f"{request.method} {shown(request.url)!r} was answered 206 Partial Content, with a "
            "part of the file, although all of it was asked for",
            request.url,
            reply.status,
            lasting=True,
        )
    if 200 <= reply.status < 300:
        return
    phrase = HTTPStatus(reply.status).phrase if reply.status in list(HTTPStatus) else ""
    start = await _start(reply)
    raise RequestError(
        f"{request.method} {shown(reply.url or request.url)!r} was answered "
        f"{reply.status} {phrase}".rstrip()
        + (f": {start!r}" if start else ""),
        reply.url or request.url,
        reply.status,
        _seconds(reply.headers.get("retry-after")),
    )


def length_of(reply: Reply) -> int | None:
    """Return how many bytes the body will have, or None if the server does not say."""
    if reply.headers.get("content-encoding", "identity") != "identity":
        return None  # the length is that of the compressed body
    text = reply.headers.get("content-length", "")
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else None


async def fill(reply: Reply, target: memoryview, moved: Callable[[int], None]) -> int:
    """Copy a body into `target`, as much as fits, and return how many bytes that were."""
    done = 0
    while done < target.nbytes:
        count = await reply.read_into(target[done : done + CHUNK])
        if not count:
            require_announced(reply, done)
            return done
        done += count
        moved(count)
    return done


async def read_all(
    reply: Reply,
    moved: Callable[[int], None] = lambda _count: None,
    limit: int | None = None,
    before: int = 0,
) -> bytearray:
    """Return a whole body of unknown length, or hardly more than `limit` bytes of it.

    `before` is how many bytes of it have been read already.
    """
    body = bytearray()
    part = memoryview(bytearray(_PORTION))
    while limit is None or len(body) <= limit:
        count = await reply.read_into(part)
        if not count:
            require_announced(reply, before + len(body))
            break
        body += part[:count]
        moved(count)
    return body


def require_announced(reply: Reply, received: int) -> None:
    """Raise RequestError if a body has ended, and is not as long as its head is sure to say.

    Not every browser takes a connection that was closed too early for an error.
    """
    announced = length_of(reply)
    if reply.measured and announced is not None and announced != received:
        raise RequestError(
            f"{shown(reply.url)!r} was announced with {announced:,} bytes and ended after "
            f"{received:,}",
            reply.url,
        )


@asynccontextmanager
async def sending(send: Send, servers: Servers, request: Request) -> AsyncIterator[Reply]:
    """Send a request once, and give its answer if that is a success."""
    async with servers.ask(send, request) as reply:
        await require_success(request, reply)
        yield reply


@asynccontextmanager
async def deadline(seconds: float | None, url: str, note: str = "") -> AsyncIterator[None]:
    """Cancel the block after that many seconds, and raise RequestError then; None for no limit."""
    if seconds is None:
        yield
        return
    loop = asyncio.get_running_loop()
    limit = asyncio.timeout(None)
    try:
        async with limit:
            later = timers.call_later if fetch.available() else _call_later
            stop = later(seconds, lambda: limit.reschedule(loop.time()))
            try:
                yield
            finally:
                stop()
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise RequestError(
            f"{shown(url)!r} took longer than its deadline of {seconds} seconds{note}",
            url,
            lasting=True,
        ) from error


async def _start(reply: Reply) -> str:
    try:
        async with deadline(_PATIENCE, reply.url):
            body = await read_all(reply, limit=_SHOWN)
    except RequestError:
        return ""
    return bytes(body[:_SHOWN]).decode("utf-8", "replace").strip()


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdecimal() else None


def _call_later(seconds: float, function: Callable[[], None]) -> Callable[[], None]:
    return asyncio.get_running_loop().call_later(seconds, function).cancel
