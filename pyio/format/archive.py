"""One ``.zip`` out of several files and back, without joining or copying their content."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyio import limits
from pyio.errors import DamagedModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from typing_extensions import Buffer

_LENGTHS = struct.Struct("<HH")

_LISTED = b"PK\x01\x02"
"""How each entry in an archive's list of files begins."""

_END = b"PK\x05\x06"
"""How the end of an archive begins."""

_LAST_BYTES = 22 + 65_535
"""The end of an archive and the longest comment behind it."""

UNREADABLE = (
    *(zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error),
    *(struct.error, ValueError, OverflowError, MemoryError),
)
"""What zipfile raises for files that are not zip archives."""


def zip_pieces(files: Mapping[str, Sequence[memoryview]]) -> list[memoryview]:
    """Return the pieces of a zip archive of `files`, stored without compression.

    Weights hardly compress, and stored pieces are the very buffers given.
    """
    sink = _Pieces()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, pieces in files.items():
            # zipfile wants to know in advance whether a file passes 2 GiB
            large = sum(piece.nbytes for piece in pieces) >= zipfile.ZIP64_LIMIT
            with archive.open(zipfile.ZipInfo(name, _now()), "w", force_zip64=large) as entry:
                for piece in pieces:
                    entry.write(piece)
    return list(sink.pieces.values())


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Attributes:
        name: Its name without a directory.
        path: Its name with its directory.
        size: Its bytes.
        content: What is inside.
    """

    name: str
    size: int
    content: memoryview
    path: str = ""

    async def start(self, count: int) -> bytes:
        """Return the first `count` bytes, or fewer if there are fewer."""
        return bytes(self.content[:count])

    async def read(self) -> memoryview:
        """Return the whole content."""
        return self.content

    async def read_range(self, start: int, stop: int) -> memoryview:
        """Return the bytes from `start` to `stop`, which lie inside the file."""
        return self.content[start:stop]

    async def read_into(self, target: memoryview, moved: Callable[[int], None]) -> None:
        """Copy the content into `target`, which is as long."""
        target[:] = self.content
        moved(self.size)


def unzip(data: memoryview, name: str, *, every: bool = False) -> list[Member]:
    """Return the files in an archive; those that are stored are views of `data`.

    What other programs add beside the files (``__MACOSX``, names that start with a dot) is left
    out, unless `every` file is wanted. Raises DamagedModelError, naming the archive, for a cut or
    contradictory one, and for one that would expand beyond `pyio.limits`.
    """
    members = []
    try:
        with zipfile.ZipFile(_Reader(data)) as archive:
            listed = archive.infolist()
            require_all(data, len(listed))
            entries = [entry for entry in listed if every or is_wanted(entry.filename)]
            require_small(entries, data.nbytes)
            for entry in entries:
                content = _content(archive, entry, data)
                path = entry.filename
                members.append(Member(path.rpartition("/")[2], content.nbytes, content, path))
    except UNREADABLE as error:
        raise DamagedModelError(name, f"the archive cannot be read ({error})") from error
    return members


def is_wanted(path: str) -> bool:
    """Whether a file is one of the model's: not one that a system has added, such as .DS_Store."""
    *folders, base = path.split("/")
    return bool(base) and not base.startswith(".") and "__MACOSX" not in folders


def require_all(data: memoryview, count: int) -> None:
    """Raise BadZipFile unless an archive, of which `data` are the end, has `count` files.

    A wrong length of the list makes files vanish, and zipfile ignores the number (APPNOTE 4.3.16).
    """
    tail = bytes(data[-_LAST_BYTES:])
    end = tail.rfind(_END)
    told = int.from_bytes(tail[end + 10 : end + 12], "little")
    if end < 0 or told not in (count, 0xFFFF):  # the last stands for a number elsewhere (ZIP64)
        raise zipfile.BadZipFile(f"its list has {count:,} files, and it says that it has {told:,}")


def require_small(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    """Raise BadZipFile if the files of an archive of `size` bytes are too many, or too large."""
    if len(entries) > limits.ZIP_MEMBERS:
        raise _too_many(len(entries))
    stored = sum(entry.file_size for entry in entries if _is_stored(entry))
    if stored > size:
        raise zipfile.BadZipFile(
            f"its files would be {stored:,} bytes and it has {size:,}, so they lie over one another"
        )
    expanded = sum(entry.file_size for entry in entries if not _is_stored(entry))
    most = max(limits.ZIP_BYTES, limits.ZIP_RATIO * size)
    if expanded > most:
        raise zipfile.BadZipFile(
            f"its {size:,} bytes would expand to {expanded:,}; at most {most:,} are "
            "(pyio.limits.ZIP_RATIO); pack the files without compression"
        )


def _too_many(count: int) -> zipfile.BadZipFile:
    return zipfile.BadZipFile(
        f"it holds {count:,} files; at most {limits.ZIP_MEMBERS:,} are read "
        "(pyio.limits.ZIP_MEMBERS)"
    )


def _is_stored(entry: zipfile.ZipInfo) -> bool:
    return entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & 1


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, data: memoryview) -> memoryview:
    if not _is_stored(entry):
        return _expanded(archive, entry)
    # The local header repeats name and extra field, in lengths of its own (APPNOTE 4.3.7).
    with archive.open(entry):
        name_length, extra_length = _LENGTHS.unpack_from(data, entry.header_offset + 26)
    start = entry.header_offset + 30 + name_length + extra_length
    content = data[start : start + entry.file_size]
    if content.nbytes != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise zipfile.BadZipFile(f"the checksum of {entry.filename!r} is wrong")
    return content


def _expanded(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> memoryview:
    if entry.flag_bits & 1:
        raise zipfile.BadZipFile(f"{entry.filename!r} is encrypted; pack it without a password")
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        # zipfile cannot expand others a part at a time, so that a few bytes could fill the memory
        raise zipfile.BadZipFile(
            f"{entry.filename!r} is compressed by method {entry.compress_type}; stored and "
            "deflated files are read"
        )
    with archive.open(entry) as file:
        content = file.read(entry.file_size)  # without a number it would expand all at once
    if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise zipfile.BadZipFile(f"{entry.filename!r} is not what it should be by its checksum")
    return memoryview(content)


class _Reader(io.RawIOBase):
    """A readable file over bytes in memory; io.BytesIO would copy them."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._data.nbytes}
        self._position = max(start[whence] + offset, 0)
        return self._position

    def read(self, size: int = -1, /) -> bytes:
        end = self._data.nbytes if size < 0 else self._position + size
        piece = bytes(self._data[self._position : end])
        # zipfile reads the whole list of files at once, and makes an object of each before it
        # tells how many there are. Folders, and what others add, are in the list too.
        listed = piece.count(_LISTED)
        if listed > 2 * limits.ZIP_MEMBERS:
            raise _too_many(listed)
        self._position += len(piece)
        return piece


class _Pieces(io.RawIOBase):
    """A file that keeps what is written as it is; what is written again replaces a whole piece.

    That is all zipfile does: it goes back to each entry's header once, to fill in its checksum.
    """

    def __init__(self) -> None:
        self.pieces: dict[int, memoryview] = {}
        self._position = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        assert whence == io.SEEK_SET
        self._position = offset
        return offset

    def write(self, data: Buffer, /) -> int:
        piece = memoryview(data)
        if piece.nbytes:
            replaced = self.pieces.get(self._position)
            assert replaced is None or replaced.nbytes == piece.nbytes
            self.pieces[self._position] = piece
            self._position += piece.nbytes
        return piece.nbytes


def _now() -> tuple[int, int, int, int, int, int]:
    year, month, day, hour, minute, second, *_ = time.localtime()
    return (max(year, 1980), month, day, hour, minute, second)
