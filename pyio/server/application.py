"""The requests of the server, as an ASGI application: `application` makes one.

| request | answer |
|---|---|
| ``GET /models`` | names, ETags, dates and sizes of all models |
| ``GET`` or ``HEAD`` ``/models/NAME/model.json`` | the model.json; its ETag names the version |
| ``GET`` or ``HEAD`` of its weights | the bytes, also in ranges; they never change |
| ``GET /models/NAME`` | 307 to the model.json |
| ``POST`` or ``PUT`` of a model or its model.json | saves the upload of TensorFlow.js |
| ``DELETE`` of a model or its model.json | removes it |

``If-None-Match: *`` saves only where there is nothing yet, ``If-Match: "…"`` only over that
version; otherwise the answer is 412. Without either the last save wins, whole. Writes need the
token. Pages of all origins may ask (CORS).
"""

from __future__ import annotations

import errno
import hmac
import logging
import re
from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from pyio import limits
from pyio.errors import LockTimeoutError
from pyio.server import storage as stores
from pyio.server.names import EXPECTED, JSON, Place, place_of
from pyio.server.storage import Condition, ConditionError, Storage, Stored
from pyio.server.uploads import drain, received

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

_NO_ROOM = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

_LOG = logging.getLogger("uvicorn.error")

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_ETAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')

MAX_BYTES = 4 * 1024**3


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator chose.

    Attributes:
        token: What a write has to bring along, or None to refuse all writes.
        max_bytes: Bytes of the longest upload.
        grace: Seconds that unused weights are kept.
    """

    token: str | None = None
    max_bytes: int = MAX_BYTES
    grace: float = stores.GRACE


def application(storage: Storage, settings: Settings) -> Starlette:
    """Return the application that serves `storage`."""
    server = _Server(storage, settings)
    path = "/models/{path:path}"
    cors = Middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE"],
        allow_headers=["authorization", "if-match", "if-none-match", "range", "content-type"],
        expose_headers=["etag", "location", "content-length", "content-range", "last-modified"],
        max_age=3600,
    )
    made = Starlette(
        routes=[
            Route("/models", server.listing, methods=["GET"]),
            Route("/models/", server.listing, methods=["GET"]),
            Route(path, server.read, methods=["GET"]),
            Route(path, server.save, methods=["POST", "PUT"]),
            Route(path, server.remove, methods=["DELETE"]),
        ],
        middleware=[cors],
        exception_handlers={
            HTTPException: _problem,
            ConditionError: _changed,
            LockTimeoutError: _busy,
            ClientDisconnect: _gone,
            OSError: _failed,
        },
    )
    made.state.max_bytes = settings.max_bytes
    return made


class _Server:
    def __init__(self, storage: Storage, settings: Settings) -> None:
        self._storage = storage
        self._settings = settings

    async def listing(self, _request: Request) -> Response:
        models = await stores.listing(self._storage)
        return JSONResponse({"models": models}, headers={"Cache-Control": "no-cache"})

    async def read(self, request: Request) -> Response:
        place = _place(request)
        if not place.file:
            root = request.scope.get("root_path", "")
            target = f"{root}/models/{place.path}"
            return Response(None, 307, headers={"Location": target, "Cache-Control": "no-cache"})
        if place.file == JSON:
            return await self._json(request, place)
        return await self._weights(request, place)

    async def _json(self, request: Request, place: Place) -> Response:
        found = await self._storage.get(place.path, limits.JSON_BYTES)
        if found is None:
            raise HTTPException(404, f"there is no model {place.name!r}")
        content, stored = found
        headers = {**_headers(stored), "Cache-Control": "no-cache"}
        if _is_known(request, stored.etag):
            return Response(None, 304, headers=headers)
        return Response(content, headers=headers, media_type="application/json")

    async def _weights(self, request: Request, place: Place) -> Response:
        stored = await self._storage.stat(place.path)
        if stored is None:
            raise HTTPException(404, f"there is no {place.path!r}; load the model.json again")
        headers = {
            **_headers(stored),
            "Accept-Ranges": "bytes",
            "Cache-Control": "public, max-age=31536000, immutable",
        }
        if _is_known(request, stored.etag):
            return Response(None, 304, headers=headers)
        span = _span(request.headers.get("range", ""), stored.size)
        if span is not None and span[0] >= span[1]:
            headers["Content-Range"] = f"bytes */{stored.size}"
            return Response(None, 416, headers=headers)
        start, stop = span or (0, stored.size)
        headers["Content-Length"] = str(stop - start)
        if span is not None:
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{stored.size}"
        status, kind = 200 if span is None else 206, "application/octet-stream"
        if request.method == "HEAD":
            return Response(None, status, headers=headers, media_type=kind)
        body = self._storage.read(place.path, start, stop)
        try:
            first = await anext(body, b"")
        except FileNotFoundError as error:  # collected meanwhile
            raise HTTPException(404, f"there is no {place.path!r} any more") from error
        return StreamingResponse(_chained(first, body), status, headers=headers, media_type=kind)

    async def save(self, request: Request) -> Response:
        self._require_token(request)
        place, condition = _place(request), _condition(request)
        if place.file not in ("", JSON):
            raise HTTPException(400, "weights are sent with their model.json")
        async with received(request, self._settings.max_bytes) as upload:
            weights = None
            if upload.sha256 is not None and upload.file is not None:
                weights = (upload.sha256, upload.file, upload.size)
            stored = await stores.save(self._storage, place.name, upload.text, weights, condition)
        about = {
            "name": place.name,
            "etag": stored.etag,
            "bytes": upload.size,
            "sha256": upload.sha256,
        }
        root = request.scope.get("root_path", "")
        headers = {**_headers(stored), "Location": f"{root}/models/{place.path}"}
        return JSONResponse(about, 201, headers=headers, background=self._collection(place.name))

    async def remove(self, request: Request) -> Response:
        self._require_token(request)
        place, condition = _place(request), _condition(request)
        if place.file not in ("", JSON):
            raise HTTPException(400, "weights are removed with their model")
        if not await self._storage.remove(place.path, condition):
            raise HTTPException(404, f"there is no model {place.name!r}")
        return Response(None, 204, background=self._collection(place.name))

    def _collection(self, name: str) -> BackgroundTask:
        async def collect() -> None:
            try:
                await stores.collect(self._storage, name, self._settings.grace)
            except (OSError, LockTimeoutError):
                # The answer has been sent; what is left is collected by the next save.
                _LOG.exception("unused weights of %s were not collected", name)

        return BackgroundTask(collect)

    def _require_token(self, request: Request) -> None:
        token = self._settings.token
        if token is None:
            raise HTTPException(403, "this server is read-only")
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        same = hmac.compare_digest(given.strip().encode(), token.encode())
        if kind.lower() != "bearer" or not same:
            raise HTTPException(
                401, "a write needs the server's token", {"WWW-Authenticate": "Bearer"}
            )


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


def _place(request: Request) -> Place:
    place = place_of(request.path_params["path"])
    if place is None:
        raise HTTPException(400, f"no model has this path: {EXPECTED}")
    return place


def _condition(request: Request) -> Condition:
    absent, etag = request.headers.get("if-none-match"), request.headers.get("if-match")
    if absent is None and etag is None:
        return Condition()
    if absent is not None and (etag is not None or absent.strip() != "*"):
        raise HTTPException(400, "a write takes If-None-Match: * or If-Match with one ETag")
    if etag is not None and not _ETAG.fullmatch(etag.strip()):
        raise HTTPException(400, 'If-Match takes one ETag, such as "0123abcd" with its marks')
    return Condition(absent is not None, None if etag is None else etag.strip())


def _headers(stored: Stored) -> dict[str, str]:
    return {
        "ETag": stored.etag,
        "Last-Modified": format_datetime(stored.modified, usegmt=True),
    }


def _is_known(request: Request, etag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    tags = [each.strip().removeprefix("W/") for each in known.split(",")]
    return bool(etag) and (etag in tags or known.strip() == "*")


def _span(text: str, size: int) -> tuple[int, int] | None:
    """Return the range that is asked for; None for all, also where several are."""
    found = _RANGE.fullmatch(text.strip())
    if found is None or found[1] == found[2] == "":
        return None
    if not found[1]:  # the last bytes
        return max(size - int(found[2]), 0), size
    start = int(found[1])
    if found[2] and int(found[2]) < start:
        return None  # not a range (RFC 9110, 14.1.1)
    return min(start, size), min(int(found[2]) + 1, size) if found[2] else size


async def _problem(request: Request, error: Any) -> Response:
    headers = dict(error.headers or {})
    if request.method in ("POST", "PUT"):
        most = 2 * request.app.state.max_bytes  # a model that is a little too large
        if error.status_code == 408 or not await drain(request, most):
            headers["Connection"] = "close"
    return JSONResponse({"error": error.detail}, error.status_code, headers=headers)


async def _changed(request: Request, _error: Any) -> Response:
    if request.headers.get("if-none-match"):
        return JSONResponse({"error": "there is a model already"}, 412)
    return JSONResponse({"error": "the model has changed since that version, or is gone"}, 412)


async def _busy(_request: Request, error: Any) -> Response:
    return JSONResponse({"error": str(error)}, 503, headers={"Retry-After": "5"})


async def _gone(_request: Request, _error: Any) -> Response:
    return Response(None, 400)  # which the client will not see


async def _failed(_request: Request, error: Any) -> Response:
    """Tell that the storage failed, and not how: that is for the operator's log."""
    _LOG.error("the storage failed", exc_info=error)
    full = getattr(error, "errno", None) in _NO_ROOM
    if full:
        return JSONResponse({"error": "the server has no room for the model"}, 507)
    return JSONResponse({"error": "the server's storage failed"}, 502)
