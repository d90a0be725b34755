"""Files on a server as importers see them, got whole or in ranges (RFC 9110, section 14).

A server need not support ranges, and a page need not see what it answers: Content-Range is hidden
from pages of other origins unless the server exposes it. Then the file is got whole, once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from pyio import limits
from pyio.allocation import allocate
from pyio.converters.files import checked_range, missing
from pyio.errors import RequestError, WeightsError
from pyio.format.kinds import LOOKED_AT
from pyio.handlers.http.client import Client, fill, length_of, read_all
from pyio.handlers.http.urls import effective_query, weights_url
from pyio.handlers.http.versions import REMEDY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyio.handlers.http.messages import Reply, Request
    from pyio.handlers.http.versions import Versions
    from pyio.progress import Meter

_RANGE = re.compile(r"bytes (\d{1,16})-(\d{1,16})/(\d{1,16})")

_ABSENT = (403, 404, 410)
"""Answers for a file that a directory does not have; stores of objects answer 403."""


class ServerFiles:
    """The files beside and below one address.

    Args:
        url: The final address of the file or, with a slash at its end, of the directory.
        asked: The address that the caller gave, whose query may go on.
        client: Carries out requests.
        request_for: Makes the request for an address.
        versions: Notices files that change during the load.
        meter: Told of the bytes that arrive.
    """

    def __init__(
        self,
        url: str,
        asked: str,
        client: Client,
        request_for: Callable[[str], Request],
        versions: Versions,
        meter: Meter,
    ) -> None:
        self._base = url
        self._query = effective_query(asked, url)
        self._client = client
        self._request_for = request_for
        self._versions = versions
        self._meter = meter
        self._sizes: dict[str, int] = {}
        self._starts: dict[str, memoryview] = {}
        self._whole: dict[str, memoryview] = {}
        self.main = unquote(urlsplit(url).path.rpartition("/")[2])

    @property
    def names(self) -> Sequence[str]:
        """The files that were found so far."""
        return list(self._sizes)

    def size(self, name: str) -> int:
        """Return the bytes of a file that was found."""
        if name not in self._sizes:
            raise missing(name)
        return self._sizes[name]

    async def look(self, name: str) -> bool:
        """Ask for the beginning of a file, and note how long it is. Returns whether it exists."""
        if name in self._sizes:
            return True
        try:
            await self._begin(name)
        except RequestError as error:
            if error.status in _ABSENT:
                return False
            raise
        return True

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        """Return a range of a file; a server without ranges sends it whole, once."""
        if not await self.look(name):
            raise missing(name)
        size = self._sizes[name]
        first, last = checked_range(name, size, start, stop)
        if name not in self._whole and last <= self._starts[name].nbytes:
            return self._starts[name][first:last]
        if name not in self._whole and last - first < size:
            part = await self._part(name, first, last)
            if part is not None:
                return part
        if name not in self._whole:
            self._whole[name] = await self._all(name, size)
        return self._whole[name][first:last]

    async def _begin(self, name: str) -> None:
        async def use(reply: Reply) -> None:
            self._versions.arriving(name, reply)
            total = _total(reply)
            if total is None:  # all that can be done is to read on
                body = memoryview(await read_all(reply, self._meter.advance, limits.UNTOLD_BYTES))
                if reply.status == 206:  # a part of unknown place: it is got whole
                    raise RequestError("a part without Content-Range", reply.url)
                if body.nbytes > limits.UNTOLD_BYTES:
                    raise WeightsError(
                        f"{name!r} has more than {limits.UNTOLD_BYTES:,} bytes; a file of unknown "
                        "size may not be longer (pyio.limits.UNTOLD_BYTES)"
                    )
                self._whole[name] = body
                self._sizes[name] = body.nbytes
            else:
                start = allocate(min(LOOKED_AT, total), f"the file {name!r}")
                await _filled(reply, start, name)
                self._starts[name] = start
                self._sizes[name] = total

        await self._ask(name, (0, LOOKED_AT), use)

    async def _part(self, name: str, first: int, last: int) -> memoryview | None:
        """Return a range, or None if the server sends no ranges."""
        target = allocate(last - first, f"the file {name!r}")

        async def use(reply: Reply) -> bool:
            self._versions.continuing(name, reply)
            sent = _RANGE.fullmatch(reply.headers.get("content-range", ""))
            if reply.status != 206 or sent is None or int(sent[1]) != first:
                return False
            if int(sent[3]) != self._sizes[name]:
                raise WeightsError(f"{name!r} has another size than before: {REMEDY}")
            await _filled(reply, target, name)
            return True

        if not await self._ask(name, (first, last), use):
            return None
        self._meter.advance(target.nbytes, name)
        return target

    async def _all(self, name: str, size: int) -> memoryview:
        target = allocate(size, f"the file {name!r}")
        moved = [0]

        def advance(count: int) -> None:
            moved[0] += count
            self._meter.advance(count, name)

        def failed() -> None:
            self._meter.advance(-moved[0], name)
            moved[0] = 0

        async def use(reply: Reply) -> None:
            self._versions.continuing(name, reply)
            await _filled(reply, target, name, advance)
            if await reply.read_into(memoryview(bytearray(1))):
                raise WeightsError(f"{name!r} is longer than the {size:,} bytes it was to have")

        await self._client.get(self._request(name), use, failed)
        start = self._starts[name]
        if target[: start.nbytes] != start:
            raise WeightsError(f"{name!r} begins otherwise than before: {REMEDY}")
        return target

    async def _ask(
        self, name: str, span: tuple[int, int], use: Callable[[Reply], object]
    ) -> object:
        """Ask for a range, and without one if that fails before any answer.

        A page may have to ask another server first whether it may send the header of a range.
        """
        plain = self._request(name)
        once = Client(self._client.send, self._client.servers, 0)
        try:
            return await once.get(self._client.servers.part(plain, *span), use)  # type: ignore[arg-type]
        except RequestError as error:
            if not error.may_pass and error.status != 416:  # 416: a file of no bytes
                raise
        return await self._client.get(plain, use)  # type: ignore[arg-type]

    def _request(self, name: str) -> Request:
        if name == self.main:
            return self._request_for(self._base)
        return self._request_for(weights_url(quote(name), self._base, None, self._query))


async def _filled(
    reply: Reply,
    target: memoryview,
    name: str,
    moved: Callable[[int], None] = lambda _count: None,
) -> None:
    count = await fill(reply, target, moved)
    if count != target.nbytes:
        raise RequestError(
            f"{name!r} ended after {count:,} bytes of {target.nbytes:,}", reply.url, None
        )


def _total(reply: Reply) -> int | None:
    """Return the bytes of the whole file, of which an answer may have a part."""
    if reply.status != 206:
        return length_of(reply)
    sent = _RANGE.fullmatch(reply.headers.get("content-range", ""))
    return None if sent is None or int(sent[1]) else int(sent[3])
