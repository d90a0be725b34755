"""The weight files of a model, several at once, each straight to its place in one buffer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pyio import limits
from pyio.addresses import shown
from pyio.errors import WeightsError
from pyio.format.segments import allocate_weights
from pyio.format.shards import check_checksum, check_sizes
from pyio.handlers.http.client import Client, fill, length_of, read_all

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from pyio.format.manifest import WeightGroup
    from pyio.handlers.http.messages import Reply, Request
    from pyio.handlers.http.versions import Versions
    from pyio.progress import Meter

_SHOWN = 40
"""Bytes of a suspicious file that an error shows."""


async def download(
    groups: Sequence[WeightGroup],
    request_for: Callable[[str], Awaitable[Request]],
    client: Client,
    parallel: int,
    meter: Meter,
    versions: Versions,
) -> tuple[memoryview, ...]:
    """Return one buffer per group, or several where strings keep its size unknown.

    Args:
        groups: The groups to download.
        request_for: Returns the request for a path of the manifest.
        client: Sends it.
        parallel: How many files are on their way at once.
        meter: Counts every piece.
        versions: Notes the ETag of every file.

    Raises:
        WeightsError: A file does not have the bytes that it should; the message names it.
        RequestError: A request failed for good. All others are cancelled then.
    """
    slots = asyncio.Semaphore(parallel)
    jobs = [_Group(group, versions) for group in groups]

    async def get(job: _Group, index: int) -> None:
        async with slots:
            file = job.files[index]
            request = await request_for(file.path)
            # The files behind this one must not wait for a second attempt to learn their place.
            failed = partial(file.claim, None)
            await client.get(request, partial(job.receive, index, meter), failed)
            job.check()

    try:
        async with asyncio.TaskGroup() as tasks:
            for job in jobs:
                for index in range(len(job.files)):
                    tasks.create_task(get(job, index))
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from errors.exceptions[0].__cause__
    if not all(group.checksums for group in groups):  # which tell more than ETags
        versions.check()
    return tuple(piece for job in jobs for piece in job.assembled())


@dataclass(slots=True)
class _File:
    """A weights file on its way.

    Attributes:
        path: Its path in the manifest.
        claimed: How many bytes of the group's buffer it may use; None inside for no claim. The
            first attempt decides, because the places of the files behind it follow from this.
        start: Where in the group's buffer `view` begins; None if the file has memory of its own.
        view: The bytes of the attempt that succeeded.
        note: What looks strange about it.
    """

    path: str
    claimed: asyncio.Future[int | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    start: int | None = None
    view: memoryview | None = None
    note: str = ""

    def claim(self, size: int | None) -> None:
        """Claim `size` bytes, if an earlier attempt has not decided already."""
        if not self.claimed.done():
            self.claimed.set_result(size)


class _Group:
    """The files of one group and the buffer that they fill."""

    def __init__(self, group: WeightGroup, versions: Versions) -> None:
        self._group = group
        self._versions = versions
        self._total = group.byte_length
        self._buffer: memoryview | None = None
        self.files = [_File(path) for path in group.paths]
        if not self.files:
            self.check()

    async def receive(self, index: int, meter: Meter, reply: Reply) -> None:
        """Read the body of a file."""
        file = self.files[index]
        self._versions.arriving(file.path, reply)
        size = length_of(reply)
        file.claim(size)
        # A further attempt that announces another length must not write into the claimed place:
        # it would reach into the bytes of the next file, or leave a gap before them.
        start = await self._place(index, size) if file.claimed.result() == size else None
        done = 0

        def moved(count: int) -> None:
            nonlocal done
            done += count
            meter.advance(count, shown(file.path))

        try:
            if start is None or size is None or self._buffer is None:
                start, view = None, memoryview(await self._read_all(file.path, reply, moved, size))
            else:
                view = self._buffer[start : start + size]
                view = view[: await fill(reply, view, moved)]
                more = await self._read_beyond(view, reply, moved)
                if more:
                    start, view = None, memoryview(bytes(view) + more)
        except BaseException:
            meter.advance(-done)
            raise
        file.note = _note(file.path, reply, view)
        file.start, file.view = start, view
        self._versions.arrived(file.path, view.nbytes)

    async def _read_all(
        self, path: str, reply: Reply, moved: Callable[[int], None], size: int | None
    ) -> bytearray:
        """Return a whole body, or one byte more than it may have."""
        if self._total is not None:
            return await read_all(reply, moved, self._total)
        most = limits.UNTOLD_BYTES if size is None else size
        body = await read_all(reply, moved, most)
        if len(body) > most:
            raise WeightsError(
                f"{shown(path)!r} has more than {most:,} bytes; a file of unknown size may not be "
                "longer (pyio.limits.UNTOLD_BYTES)"
            )
        return body

    async def _read_beyond(
        self, view: memoryview, reply: Reply, moved: Callable[[int], None]
    ) -> bytes:
        """Return what follows the bytes that were announced, or as much as shows the fault.

        A page cannot see that an answer from another server was compressed, and then the announced
        length is that of the compressed body.
        """
        first = bytearray(1)
        count = await reply.read_into(memoryview(first))
        moved(count)
        left = (self._total or 0) - view.nbytes - count
        if not count or left < 0:
            return bytes(first[:count])
        return bytes(first + await read_all(reply, moved, left, view.nbytes + count))

    async def _place(self, index: int, size: int | None) -> int | None:
        """Return where in the buffer a file begins; None if that is not known."""
        if self._total is None or size is None:
            return None
        start, largest = 0, size
        for earlier in self.files[:index]:
            length = await earlier.claimed
            if length is None:
                return None
            start += length
            largest = max(largest, length)
        # The specs may claim any size: memory is allocated only for bytes that the server has
        # announced.
        if start + size > self._total or largest * len(self.files) < self._total:
            return None
        if self._buffer is None:
            self._buffer = allocate_weights(self._total, self._group.paths)
        return start

    def check(self) -> None:
        """Raise WeightsError if all files are here and they are not what they should be."""
        views = self._views()
        if len(views) < len(self.files):
            return
        # A checksum tells which file is wrong; sizes alone leave several to be suspected.
        for index, view in enumerate(views):
            check_checksum(self._group, index, view)
        sizes = [view.nbytes for view in views]
        check_sizes(self._group, sizes, {file.path: file.note for file in self.files})

    def _views(self) -> list[memoryview]:
        return [file.view for file in self.files if file.view is not None]

    def assembled(self) -> list[memoryview]:
        """Return the bytes of the group, in one piece if its size is known."""
        views = self._views()
        if self._total is None:
            return views
        if self._buffer is None:
            self._buffer = allocate_weights(self._total, self._group.paths)
        # The final sizes alone decide where each file belongs; what was written elsewhere, because
        # a file turned out longer or shorter than it had claimed, is copied before it is moved.
        start, moves = 0, []
        for file, view in zip(self.files, views, strict=True):
            if file.start is None:
                moves.append((start, view))
            elif file.start != start:
                moves.append((start, memoryview(bytes(view))))
            start += view.nbytes
        for place, view in moves:
            self._buffer[place : place + view.nbytes] = view
        return [self._buffer]


def _note(path: str, reply: Reply, body: memoryview) -> str:
    """Return what makes a body look like no weights. Raises WeightsError for a web page."""
    kind = reply.headers.get("content-type", "").partition(";")[0].strip()
    start = bytes(body[:_SHOWN])
    if kind == "text/html" and start.lstrip()[:1] == b"<":
        raise WeightsError(
            f"{shown(path)!r} is a web page of {body.nbytes:,} bytes instead of weights: {start!r}"
        )
    text = kind.startswith("text/") or kind == "application/json" or start.lstrip()[:1] == b"<"
    return f"it is {kind or 'of no type'} and starts with {start!r}" if text else ""
