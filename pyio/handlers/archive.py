"""One ``.zip`` out of several files, without joining them in Python."""

from __future__ import annotations

import io
import time
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Buffer


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
