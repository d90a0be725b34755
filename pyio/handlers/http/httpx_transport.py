"""HTTP in CPython, by httpx (the extra ``pyio-web[http]``)."""

from __future__ import annotations

import secrets
import warnings
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx

from pyio import limits
from pyio.addresses import shown, without_secrets
from pyio.errors import CompatibilityWarning, PyioError, RequestError
from pyio.handlers.http.client import read_all
from pyio.handlers.http.decoding import ACCEPTED, Body
from pyio.progress import chunks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from pyio.handlers.http.messages import Reply, Request, Send


@asynccontextmanager
async def client() -> AsyncIterator[Send]:
    """Give a function that sends requests; all requests of one block share connections."""
    async with httpx.AsyncClient(follow_redirects=False) as session:

        @asynccontextmanager
        async def send(request: Request) -> AsyncIterator[Reply]:
            if request.init:
                warnings.warn(
                    f"only a browser knows {', '.join(sorted(request.init))} of request_init; it "
                    f"makes no difference to {shown(request.url)!r} here",
                    CompatibilityWarning,
                    stacklevel=2,
                )
            body = _Multipart(request) if request.parts else None
            with _translated(request, body):
                sending = session.build_request(
                    request.method, request.url, timeout=httpx.Timeout(request.timeout)
                )
                sending.headers.encoding = "latin-1"  # as in a browser
                sending.headers["Accept-Encoding"] = ACCEPTED
                sending.headers.update(
                    httpx.Headers(
                        [
                            (name.encode("latin-1"), value.encode("latin-1"))
                            for name, value in request.headers.items()
                        ]
                    )
                )
                if body is not None:
                    sending.headers.update(body.headers)
                    sending.stream = body
                response = await session.send(sending, stream=True)
            try:
                yield _Reply(request, response)
            finally:
                await response.aclose()

        yield send


class _Reply:
    measured = True  # httpx shows every header
    hidden = False

    def __init__(self, request: Request, response: httpx.Response) -> None:
        self.status = response.status_code
        self.url = str(response.url)
        self.headers: Mapping[str, str] = dict(response.headers)
        self._request = request
        self._response = response
        self._body = Body(self.headers.get("content-encoding", ""), response.aiter_raw())

    async def read_into(self, target: memoryview) -> int:
        with _translated(self._request):
            return await self._body.read_into(target)

    async def target(self) -> str:
        return ""

    async def native(self) -> Any:
        body = await read_all(self, limit=limits.JSON_BYTES)
        return httpx.Response(
            self.status,
            headers=[
                (name, value)
                for name, value in self._response.headers.multi_items()
                if name not in ("content-encoding", "content-length", "transfer-encoding")
            ],
            content=bytes(body),
            request=self._response.request,
        )


class _Multipart(httpx.AsyncByteStream):
    """A multipart/form-data body (RFC 7578) whose files are never joined.

    Attributes:
        failure: What the caller's callback raised.
    """

    def __init__(self, request: Request) -> None:
        boundary = f"----pyio{secrets.token_hex(16)}"
        self._request = request
        self.failure: BaseException | None = None
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
        for head, part in zip(self._heads, self._request.parts, strict=True):
            yield head
            for piece in part.pieces:
                for chunk in chunks(piece):
                    self._tell(chunk.nbytes, part.file_name)
                    yield bytes(chunk)
            yield b"\r\n"
        yield self._end

    def _tell(self, count: int, name: str) -> None:
        try:
            self._request.sent(count, name)
        except BaseException as error:
            self.failure = error
            raise


class _translated:  # noqa: N801 - used as a function
    """Turn every exception of httpx and of what it uses into RequestError.

    They are not all httpx's own: a name that cannot be looked up may be an IDNAError, an OSError or
    a UnicodeError. What the caller's callback raised stays as it is.
    """

    def __init__(self, request: Request, body: _Multipart | None = None) -> None:
        self._request = request
        self._body = body

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if not isinstance(error, Exception) or isinstance(error, PyioError | MemoryError):
            return
        if self._body is not None and error is self._body.failure:
            return
        request = self._request
        why = f"{type(error).__name__}: {without_secrets(str(error))}".rstrip(": ")
        if isinstance(error, httpx.TimeoutException):
            why = f"no answer within {request.timeout} seconds"
        raise RequestError(
            f"{request.method} {shown(request.url)!r} failed: {why}",
            request.url,
            lasting=not isinstance(error, httpx.TransportError | OSError)
            or isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError),
        ) from error


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
