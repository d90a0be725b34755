"""Which servers a load or a save may ask, and what each of them is told: one place for all media.

Headers, and what else may hold credentials, go to the servers that the caller named and to no
other, whatever a model.json names and wherever a redirect leads. No transport follows a redirect
below this module, with one exception: a browser's fetch, where nothing is sent that another server
must not have. A browser does not tell where a redirect leads, so there it cannot be followed here.
"""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from pyio.addresses import shown
from pyio.errors import RequestError
from pyio.handlers.http.messages import Request
from pyio.handlers.http.urls import Origin, origin, problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from pyio.handlers.http.messages import FormFile, Reply, Send

_KEEPING_THE_BODY = (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)
_REDIRECTS = (
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    *_KEEPING_THE_BODY,
)

_MOST_REDIRECTS = 20
"""As browsers do."""


@dataclass(frozen=True, slots=True)
class Servers:
    """The servers of one handler.

    Attributes:
        headers: Header fields for servers that the caller named.
        init: Further members of ``RequestInit`` for them.
        hosts: All hosts that may be asked besides, or None for any.
        redirects: Whether redirects are followed.
        timeout: Of each request, in seconds.
        named: The servers that the caller named.
    """

    headers: Mapping[str, str] = field(repr=False)
    init: Mapping[str, Any] = field(repr=False)
    hosts: frozenset[str] | None
    redirects: bool
    timeout: float | None
    named: set[Origin] = field(default_factory=set)

    def name(self, url: str) -> None:
        """Take the server of an absolute address for one that the caller named."""
        self.named.add(origin(url))

    def get(self, url: str) -> Request:
        """Return the request for a file."""
        return self._addressed(Request("GET", url, timeout=self.timeout))

    def head(self, url: str) -> Request:
        """Return the request for what a server says of a file, without its content."""
        return self._addressed(Request("HEAD", url, timeout=self.timeout))

    def remove(self, url: str) -> Request:
        """Return the request that removes a model."""
        return self._addressed(Request("DELETE", url, timeout=self.timeout))

    def part(self, request: Request, first: int, last: int) -> Request:
        """Return the request for the bytes from `first` up to `last` of a file."""
        return self._addressed(replace(request, span=(first, last)))

    def save(
        self, method: str, url: str, parts: Sequence[FormFile], sent: Callable[[int, str], None]
    ) -> Request:
        """Return the request that sends a model."""
        request = Request(method, url, parts=parts, timeout=self.timeout, sent=sent)
        return self._addressed(request)

    @asynccontextmanager
    async def ask(self, send: Send, request: Request) -> AsyncIterator[Reply]:
        """Send a request, follow its redirects, and give the answer. Raises RequestError."""
        told: Counter[str] = Counter()
        listener = request.sent

        def sent(count: int, name: str) -> None:
            told[name] += count
            listener(count, name)

        request = replace(request, sent=sent)
        for _ in range(_MOST_REDIRECTS + 1):
            self._require_allowed(request.url, request)
            async with send(request) as reply:
                target = await self._target(request, reply)
                if target is None:
                    self._require_allowed(reply.url or request.url, request)
                    yield reply
                    return
            for name, count in told.items():  # which go once more
                sent(-count, name)
            request = self._addressed(replace(request, url=target))
        raise RequestError(
            f"{request.method} {shown(request.url)!r} failed: it came after more than "
            f"{_MOST_REDIRECTS} redirects",
            request.url,
            lasting=True,
        )

    def _addressed(self, request: Request) -> Request:
        """Return `request` with what its server may be told, and no more."""
        named = origin(request.url) in self.named
        headers = dict(self.headers) if named else {}
        span = (
            {}
            if request.span is None
            else {"range": f"bytes={request.span[0]}-{request.span[1] - 1}"}
        )
        return replace(
            request,
            headers={**headers, **span},
            init=self.init if named else {},
            follow=self.redirects and self.hosts is None and not (headers or request.parts),
        )

    def _require_allowed(self, url: str, request: Request) -> None:
        """Raise RequestError for a host that the caller did not allow."""
        if self.hosts is None or origin(url) in self.named:
            return
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if {host, f"{host}:{parts.port}"} & self.hosts:
            return
        raise RequestError(
            f"{request.method} {shown(url)!r} was not sent: {host!r} is not in allowed_hosts",
            url,
            lasting=True,
        )

    async def _target(self, request: Request, reply: Reply) -> str | None:
        """Return where a redirect leads, or None for any other answer."""
        if reply.hidden:
            # Not even an empty request may go to hosts that are not allowed.
            seeking = self.redirects and self.hosts is None
            raise self._refusal(request, await reply.target() if seeking else "", None)
        location = reply.headers.get("location")
        if reply.status not in _REDIRECTS or location is None:
            return None
        try:
            target = urljoin(request.url, location)
            why = problem(target)
        except ValueError as error:
            why = str(error)
        if why is not None:
            raise RequestError(
                f"{request.method} {shown(request.url)!r} was redirected to {shown(location)!r}, "
                f"which is no usable address: {why}",
                request.url,
                reply.status,
                lasting=True,
            )
        elsewhere = origin(target) not in self.named
        dropped = reply.status not in _KEEPING_THE_BODY
        if not self.redirects or (request.parts and (elsewhere or dropped)):
            raise self._refusal(request, target, reply.status)
        return target

    def _refusal(self, request: Request, target: str, status: int | None) -> RequestError:
        """Return the error for a redirect that is not followed; `target` may be unknown."""
        where = f"to {shown(target)!r}" if target else "to another address"
        if not self.redirects:
            why = "and redirects=False forbids that; give the final address"
        elif not request.parts:
            why = (
                "which a browser follows without asking, so that headers would go to a server that "
                "you did not name; give the final address, or leave out headers and allowed_hosts"
            )
        else:
            itself = repr(shown(target)) if target else "the final address"
            why = (
                "and the model was not sent there, so whether it was stored is not known; save to "
                f"{itself} itself"
            )
        return RequestError(
            f"{request.method} {shown(request.url)!r} was redirected {where}, {why}",
            request.url,
            status,
            lasting=True,
        )
