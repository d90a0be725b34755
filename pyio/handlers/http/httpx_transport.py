"""HTTP in CPython, by httpx (the extra ``pyio-web[http]``)."""

from __future__ import annotations

import secrets
import warnings
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx

from pyio.errors import CompatibilityWarning, RequestError
from pyio.progress import chunks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from pyio.handlers.http.messages import Reply, Request, Send


@asynccontextmanager
async def client() -> AsyncIterator[Send]:
    """Give a function that sends requests; all requests of one block share connections."""
    async with httpx.AsyncClient(follow_redirects=True) as session:

        @asynccontextmanager
        async def send(request: Request) -> AsyncIterator[Reply]:
            if request.init:
                warnings.warn(
                    f"only a browser knows {', '.join(sorted(request.init))} of request_init; it "
                    f"makes no difference to {request.url!r} here",
                    CompatibilityWarning,
                    stacklevel=2,
                )
            with _translated(request):
                sending = session.build_request(
                    request.method, request.url, timeout=httpx.Timeout(request.timeout)
                )
                sending.headers.encoding = "latin-1"  # as in a browser
                sending.headers.update(
                    httpx.Headers(
                        [
                            (name.encode("latin-1"), value.encode("latin-1"))
                            for name, value in request.headers.items()
                        ]
                    )
                )
                if request.parts:
                    body = _Multipart(request)
                    sending.headers.update(body.headers)
                    sending.stream = body
                response = await session.send(sending, stream=True)
            try:
                yield _Reply(request, response)
            finally:
                await response.aclose()

        yield send


class _Reply:
    def __init__(self, request: Request, response: httpx.Response) -> None:
        self.status = response.status_code
        self.url = str(response.url)
        self.headers: Mapping[str, str] = dict(response.headers)
        # httpx turns a POST into a GET without its body where the redirect asks for that.
        self.may_lack_body = response.request.method != request.method.upper()
        self._request = request
        self._response = response
        self._body = response.aiter_bytes()
        self._left = memoryview(b"")

    async def read_into(self, target: memoryview) -> int:
        with _translated(self._request):
            while not self._left.nbytes:
                try:
                    self._left = memoryview(await anext(self._body))
                except StopAsyncIteration:
                    return 0
        piece, self._left = self._left[: target.nbytes], self._left[target.nbytes :]
        target[: piece.nbytes] = piece
        return piece.nbytes

    async def native(self) -> Any:
        with _translated(self._request):
            await self._response.aread()
        return self._response


class _Multipart(httpx.AsyncByteStream):
    """A multipart/form-data body (RFC 7578) whose files are never joined; a redirect rereads it."""

    def __init__(self, request: Request) -> None:
        boundary = f"----pyio{secrets.token_hex(16)}"
        self._request = request
        self._told: Counter[str] = Counter()
        self._heads = [
            (
                f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(part.field)}"; '
                f'filename="{_quoted(part.file_name)}"\r\n'
                f"Content-Type: {part.media_type}\r\n\r\n"
            ).encode()
            for part in request.parts
        ]
        self._end = f"--{boundary}--\r\n".encode()
        files = sum(piece.nbytes for part in request.parts for piece in part.pieces)
        length = files + sum(map(len, self._heads)) + 2 * len(self._heads) + len(self._end)
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(length),
        }

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for name, count in self._told.items():
            self._request.sent(-count, name)
        self._told.clear()
        for head, part in zip(self._heads, self._request.parts, strict=True):
            yield head
            for piece in part.pieces:
                for chunk in chunks(piece):
                    self._told[part.file_name] += chunk.nbytes
                    self._request.sent(chunk.nbytes, part.file_name)
                    yield bytes(chunk)
            yield b"\r\n"
        yield self._end


class _translated:  # noqa: N801 - used as a function
    """Turn httpx's exceptions inside the block into RequestError."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, httpx.HTTPError | httpx.InvalidURL | httpx.StreamError):
            request = self._request
            why = f"{type(error).__name__}: {error}".rstrip(": ")
            if isinstance(error, httpx.TimeoutException):
                why = f"no answer within {request.timeout} seconds"
            raise RequestError(
                f"{request.method} {request.url!r} failed: {why}", request.url
            ) from error


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
