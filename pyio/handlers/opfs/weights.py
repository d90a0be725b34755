"""The weights of one generation: one file, which is read whole or in ranges."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pyio.browser.opfs import directories, files
from pyio.browser.opfs.pieces import Content
from pyio.errors import StorageError
from pyio.format.artifacts import StoredWeights
from pyio.format.segments import allocate_weights
from pyio.format.stored import LARGEST
from pyio.handlers.contract import EnoughMemory
from pyio.handlers.opfs.layout import JSON, WEIGHTS
from pyio.progress import CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyio.browser.opfs.directories import Path
    from pyio.format.manifest import Manifest
    from pyio.format.serialized import Serialized
    from pyio.progress import Meter

_GAP, _SPAN = 64 * 1024, 8 * 1024 * 1024
"""Bytes between two tensors that are read too, because another read takes longer, and how many
bytes are read at once so."""


class StoredFile(StoredWeights):
    """The weights of one generation, which is never written again, only removed."""

    def __init__(
        self, url: str, folder: Path, ends: tuple[int, ...], cuts: Sequence[int], sha256: str | None
    ) -> None:
        self.ends, self.sha256 = ends, sha256
        self._url, self._folder, self._cuts = url, folder, cuts

    async def read_range(self, start: int, stop: int) -> memoryview:
        what = f"reading {self._url!r}"
        with EnoughMemory(what):
            try:
                return await _read(self._folder, (start, stop), what)
            except StorageError as error:
                if await directories.size(self._folder, JSON, what) is None:
                    raise _gone(self._url) from error
                raise

    async def whole(self) -> tuple[memoryview, ...]:
        ranges = zip([0, *self._cuts], self._cuts, strict=False)
        return tuple([await self.read_range(start, stop) for start, stop in ranges])


async def read_ranges(
    folder: Path, ranges: Iterable[tuple[int, int]], what: str, meter: Meter
) -> tuple[memoryview, ...]:
    """Return some ranges of the weights, their only copy."""
    data: list[memoryview] = []
    for near in _spans(ranges):
        first, last = near[0][0], near[-1][1]
        moved = meter.advance if len(near) == 1 else None
        span = await _read(folder, (first, last), what, moved)
        data += [span[start - first : end - first] for start, end in near]
        if moved is None:
            meter.advance(sum(end - start for start, end in near))
    return tuple(data)


async def _read(
    folder: Path, extent: tuple[int, int], what: str, moved: Callable[[int], None] | None = None
) -> memoryview:
    """Return a range of the weights in a buffer of its own: their only copy."""
    start, stop = extent
    target = allocate_weights(stop - start, [WEIGHTS], zeros=False)
    await files.read_into(folder, WEIGHTS, target, what, start=start, moved=moved)
    return target


def _spans(ranges: Iterable[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Return the ranges in groups, each of which is read at once."""
    groups: list[list[tuple[int, int]]] = []
    for start, end in ranges:
        near = groups[-1] if groups else []
        if near and start - near[-1][1] < _GAP and end - near[0][0] <= _SPAN:
            near.append((start, end))
        else:
            groups.append([(start, end)])
    return groups


def _gone(url: str) -> StorageError:
    return StorageError(
        f"{url!r} was replaced or removed after it had been opened with lazy=True, and its weights "
        "are gone; load it again",
        "gone",
    )


def content(model: Serialized) -> Content:
    """Return the weights as they are written; those that are not loaded come piece by piece."""
    stored = model.artifacts.stored
    if stored is None:
        return Content.of(model.buffers)
    size = stored.byte_length
    starts = range(0, size, CHUNK)
    return Content(size, (stored.read_range(at, min(at + CHUNK, size)) for at in starts))


def cuts(manifest: Manifest, size: int) -> list[int]:
    """Return where the buffers of the weights end, which are cut between tensors if they can be."""
    if size <= LARGEST:
        return [size]
    lengths = [spec.byte_length for spec in manifest.specs or ()]
    ends, found = [0], list[int]()
    for length in lengths:
        if length is None or length > LARGEST:
            break
        ends.append(ends[-1] + length)
    for before, after in pairwise(ends):
        if after > size:
            break
        if after - (found[-1] if found else 0) > LARGEST:
            found.append(before)
    found += range((found[-1] if found else 0) + LARGEST, size, LARGEST)
    return [*found, size]
