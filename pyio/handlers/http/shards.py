"""The weight files of a model, several at once, each straight to its place in one buffer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pyio.errors import WeightsError
from pyio.format.segments import allocate
from pyio.format.shards import check_checksum, check_sizes
from pyio.handlers.http.client import Client, length_of, read_all, read_into
from pyio.limits import UNTOLD_BYTES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from pyio.format.manifest import WeightGroup
    from pyio.handlers.http.messages import Reply, Request
    from pyio.progress import Meter

_SHOWN = 40
"""Bytes of a suspicious file that an error shows."""


async def download(
    groups: Sequence[WeightGroup],
    request_for: Callable[[str], Awaitable[Request]],
    client: Client,
    parallel: int,
    meter: Meter,
) -> tuple[memoryview, ...]:
    """Return one buffer per group, or several where strings keep its size unknown.

    Args:
        groups: What is wanted.
        request_for: Returns the request for a path of the manifest.
        client: Sends it.
        parallel: How many files are on their way at once.
        meter: Told of every piece.

    Raises:
        WeightsError: A file does not have the bytes that it should; the message names it.
        RequestError: A file could not be had. All the others are given up then.
    """
    slots = asyncio.Semaphore(parallel)
    jobs = [_Group(group) for group in groups]

    async def get(job: _Group, index: int) -> None:
        async with slots:
            file = job.files[index]
            request = await request_for(file.path)
            # those behind it must not wait for a second attempt to learn where their place is
            failed = partial(file.announce, None)
            await client.get(request, partial(job.receive, index, meter), failed)
            job.check()

    try:
        async with asyncio.TaskGroup() as tasks:
            for job in jobs:
                for index in range(len(job.files)):
                    tasks.create_task(get(job, index))
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from errors.exceptions[0].__cause__
    return tuple(piece for job in jobs for piece in job.assembled())


@dataclass(slots=True)
class _File:
    """A weights file on its way.

    Attributes:
        path: Its path in the manifest.
        announced: How long it will be; None inside if that is not known, or not known soon.
        size: How long it was.
        own: Its bytes, until they can be put into their place.
        view: Where its bytes are.
        note: What looks strange about it.
    """

    path: str
    announced: asyncio.Future[int | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    size: int | None = None
    view: memoryview | None = None
    misplaced: bool = False
    note: str = ""

    def announce(self, size: int | None) -> None:
        if not self.announced.done():
            self.announced.set_result(size)


class _Group:
    """The files of one group and the buffer that they fill."""

    def __init__(self, group: WeightGroup) -> None:
        self._group = group
        self._total = group.byte_length
        self._buffer: memoryview | None = None
        self.files = [_File(path) for path in group.paths]
        if not self.files:
            self.check()

    async def receive(self, index: int, meter: Meter, reply: Reply) -> None:
        """Take in the body of a file."""
        file = self.files[index]
        size = length_of(reply)
        file.announce(size)
        target = await self._place(index, size)
        done = 0

        def moved(count: int) -> None:
            nonlocal done
            done += count
            meter.advance(count, file.path)

        try:
            if target is None:
                file.view = memoryview(await self._read_all(file.path, reply, moved, size))
                file.size, file.misplaced = file.view.nbytes, True
            else:
                file.size, file.view = await read_into(reply, target, moved), target
        except BaseException:
            meter.advance(-done)
            raise
        file.note = _note(file.path, reply, file.view)

    async def _read_all(
        self, path: str, reply: Reply, moved: Callable[[int], None], size: int | None
    ) -> bytearray:
        """Return a whole body, or a byte more of it than can be right."""
        if self._total is not None:
            return await read_all(reply, moved, self._total)
        most = UNTOLD_BYTES if size is None else size
        body = await read_all(reply, moved, most)
        if len(body) > most:
            raise WeightsError(
                f"{path!r} has more than {most:,} bytes; a file whose size nobody tells may not be "
                "longer (pyio.limits.UNTOLD_BYTES)"
            )
        return body

    async def _place(self, index: int, size: int | None) -> memoryview | None:
        """Return where in the buffer a file goes; None while that cannot be told."""
        if self._total is None or size is None:
            return None
        start, largest = 0, size
        for earlier in self.files[:index]:
            length = await earlier.announced
            if length is None:
                return None
            start += length
            largest = max(largest, length)
        end = start + size
        # The specs may claim any size: there is memory for what the server has told of only.
        if end > self._total or largest * len(self.files) < self._total:
            return None
        if self._buffer is None:
            self._buffer = allocate(self._total, self._group.paths)
        return self._buffer[start:end]

    def check(self) -> None:
        """Raise WeightsError if all files are here and they are not what they should be."""
        sizes = [file.size for file in self.files if file.size is not None]
        if len(sizes) < len(self.files):
            return
        check_sizes(self._group, sizes, {file.path: file.note for file in self.files})
        for index, file in enumerate(self.files):
            assert file.view is not None
            check_checksum(self._group, index, file.view)

    def assembled(self) -> list[memoryview]:
        """Return the bytes of the group, in one piece if its size is known."""
        views = [file.view for file in self.files if file.view is not None]
        if self._total is None:
            return views
        if self._buffer is None:
            self._buffer = allocate(self._total, self._group.paths)
        start = 0
        for file in self.files:
            assert file.view is not None
            end = start + file.view.nbytes
            if file.misplaced:
                self._buffer[start:end] = file.view
            start = end
        return [self._buffer]


def _note(path: str, reply: Reply, body: memoryview) -> str:
    """Return what makes a body look like no weights. Raises WeightsError for a web page."""
    kind = reply.headers.get("content-type", "").partition(";")[0].strip()
    start = bytes(body[:_SHOWN])
    if kind == "text/html" and start.lstrip()[:1] == b"<":
        raise WeightsError(
            f"{path!r} is a web page of {body.nbytes:,} bytes instead of weights: {start!r}"
        )
    text = kind.startswith("text/") or kind == "application/json" or start.lstrip()[:1] == b"<"
    return f"it is {kind or 'of no type'} and starts with {start!r}" if text else ""
