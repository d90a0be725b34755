"""The files in a zip archive, read in ranges: the list first, then each file when it is asked for.

So a file that is stored lies in memory of its own, once and aligned, and what is not read is not
fetched. A whole file is compared with its CRC-32; the beginning alone cannot be.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from pyio import limits
from pyio.converters.files import checked_range, missing
from pyio.errors import DamagedModelError
from pyio.format.archive import UNREADABLE, is_wanted, require_all, require_small

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.converters.files import Files

_TAIL = 128 * 1024
"""Bytes from the end that are read first: the list of most archives, and its longest comment."""

_LOCAL = struct.Struct("<4s22xHH")
"""The head of a file: its sign, and the lengths of its name and its extra field (APPNOTE 4.3.7)."""


class ZipFiles:
    """The files in an archive; see `open_zip`."""

    def __init__(self, files: Files, name: str, entries: Sequence[zipfile.ZipInfo]) -> None:
        self._files = files
        self._name = name
        self._entries = {entry.filename: entry for entry in entries}
        self._expanded: dict[str, memoryview] = {}

    @property
    def names(self) -> Sequence[str]:
        """The files, with their folders; without what systems add to archives."""
        return list(self._entries)

    def size(self, name: str) -> int:
        """Return the bytes of a file, unpacked."""
        return self._entry(name).file_size

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        """Return a range of a file. Raises DamagedModelError for one that is not what it was."""
        entry = self._entry(name)
        first, last = checked_range(name, entry.file_size, start, stop)
        if entry.compress_type != zipfile.ZIP_STORED:
            if name not in self._expanded:
                self._expanded[name] = await self._unpacked(entry)
            return self._expanded[name][first:last]
        at = await self._begin(entry)
        content = await self._files.read(self._name, at + first, at + last)
        if last - first == entry.file_size:
            self._check(entry, content)
        return content

    def _entry(self, name: str) -> zipfile.ZipInfo:
        if name not in self._entries:
            raise missing(name)
        return self._entries[name]

    async def _begin(self, entry: zipfile.ZipInfo) -> int:
        """Return where the content of a file begins."""
        at = entry.header_offset
        whole = self._files.size(self._name)
        if at + _LOCAL.size > whole:
            raise self._damaged(f"{entry.filename!r} lies behind its end")
        sign, name, extra = _LOCAL.unpack(await self._files.read(self._name, at, at + _LOCAL.size))
        begin = at + _LOCAL.size + name + extra
        if sign != b"PK\x03\x04" or begin + entry.compress_size > whole:
            raise self._damaged(f"{entry.filename!r} is not where its list says")
        return int(begin)

    async def _unpacked(self, entry: zipfile.ZipInfo) -> memoryview:
        if entry.compress_type != zipfile.ZIP_DEFLATED or entry.flag_bits & 1:
            raise self._damaged(
                f"{entry.filename!r} is encrypted or compressed by method {entry.compress_type}; "
                "stored and deflated files are read"
            )
        at = await self._begin(entry)
        packed = await self._files.read(self._name, at, at + entry.compress_size)
        unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = memoryview(unpacking.decompress(packed, entry.file_size + 1))
        except zlib.error as error:
            raise self._damaged(f"{entry.filename!r} cannot be unpacked ({error})") from error
        self._check(entry, content)
        return content

    def _check(self, entry: zipfile.ZipInfo, content: memoryview) -> None:
        if content.nbytes != entry.file_size or zlib.crc32(content) != entry.CRC:
            raise self._damaged(f"the checksum of {entry.filename!r} is wrong")

    def _damaged(self, why: str) -> DamagedModelError:
        return DamagedModelError(self._name, f"the archive cannot be read ({why})")


async def open_zip(files: Files, name: str) -> ZipFiles:
    """Return the files in the archive `name` of `files`.

    Raises DamagedModelError for an archive that cannot be read, or would expand beyond
    `pyio.limits`.
    """
    size = files.size(name)
    begin = max(size - _TAIL, 0)
    try:
        while True:
            tail = _Tail(await files.read(name, begin, size), begin)
            try:
                with zipfile.ZipFile(tail) as archive:
                    listed = archive.infolist()
                    require_all(tail.data, len(listed))
                    entries = [each for each in listed if is_wanted(each.filename)]
                break
            except _BeforeError as before:
                begin = before.position
                if size - begin > limits.JSON_BYTES:
                    raise zipfile.BadZipFile("its list of files is too long") from before
        require_small(entries, size)
        names = {each.filename for each in entries}
        if len(names) < len(entries):
            raise zipfile.BadZipFile("it has two files of one name")
        if any(each.compress_size != each.file_size for each in entries if not each.compress_type):
            raise zipfile.BadZipFile("a stored file has two sizes")
    except UNREADABLE as error:
        raise DamagedModelError(name, f"the archive cannot be read ({error})") from error
    return ZipFiles(files, name, entries)


class _BeforeError(Exception):
    """The list of files begins before what was read."""

    def __init__(self, position: int) -> None:
        super().__init__()
        self.position = position


class _Tail(io.RawIOBase):
    """The end of a file, which behaves as if the rest were there."""

    def __init__(self, data: memoryview, begin: int) -> None:
        self.data = data
        self._begin = begin
        self._position = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        end = self._begin + self.data.nbytes
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: end}[whence]
        if start + offset < 0:
            raise OSError("before the beginning")
        self._position = start + offset
        return self._position

    def read(self, size: int = -1, /) -> bytes:
        if self._position < self._begin:
            raise _BeforeError(self._position)
        at = self._position - self._begin
        piece = bytes(self.data[at:] if size < 0 else self.data[at : at + size])
        listed = piece.count(b"PK\x01\x02")
        if listed > 2 * limits.ZIP_MEMBERS:
            raise zipfile.BadZipFile(
                f"it holds {listed:,} files; at most {limits.ZIP_MEMBERS:,} are read "
                "(pyio.limits.ZIP_MEMBERS)"
            )
        self._position += len(piece)
        return piece
