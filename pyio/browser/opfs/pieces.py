"""How weights are cut into pieces that move at once, and what a full disk looks like."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pyio.errors import StorageError
from pyio.progress import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

FULL = ("QuotaExceededError", "NS_ERROR_FILE_NO_DEVICE_SPACE")
"""The reasons of a full disk; the second is Firefox's, for a handle that cannot grow."""


Targets: TypeAlias = "Callable[[int], Sequence[memoryview]]"
"""Returns memory for a number of bytes, in one buffer or several."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a file will have in it.

    Attributes:
        size: Its bytes, or 0 for a text that is made when it is written.
        pieces: They themselves in pieces of at most `CHUNK` bytes, or what gives a piece when it is
            awaited.
    """

    size: int
    pieces: Iterable[memoryview | Awaitable[memoryview]]

    @classmethod
    def of(cls, buffers: Sequence[memoryview]) -> Content:
        """Return what buffers have in them, small ones joined."""
        return cls(sum(buffer.nbytes for buffer in buffers), joined(buffers))

    @classmethod
    def made_late(cls, text: Callable[[], bytes]) -> Content:
        """Return a text that is made when it is written, which other files are before."""

        def pieces() -> Iterator[memoryview]:
            yield from joined([memoryview(text())])

        return cls(0, pieces())

    async def measured(self) -> Content:
        """Return the same with its size, for which a text is made now."""
        if self.size:
            return self
        return Content.of([await arrived(piece) for piece in self.pieces])


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that will be written.

    Attributes:
        name: Its name; no such file exists.
        content: Its bytes.
        moved: Called with the bytes of each part.
    """

    name: str
    content: Content
    moved: Callable[[int], None]


async def arrived(piece: memoryview | Awaitable[memoryview]) -> memoryview:
    """Return a piece, once it is there."""
    return await piece if isinstance(piece, Awaitable) else piece


def require_written(count: int, wanted: int) -> None:
    """Raise StorageError unless a handle wrote all bytes.

    Firefox 153 writes fewer when the quota is reached, and gives no error.
    """
    if int(count) != wanted:
        told = (
            f"only {int(count):,} of {wanted:,} bytes were written: the disk or the quota is full"
        )
        raise StorageError(told, FULL[0])


def require_read(count: int, wanted: int) -> None:
    """Raise StorageError unless all bytes were read."""
    if int(count) != wanted:
        told = f"only {int(count):,} of {wanted:,} bytes were read: the file has been cut"
        raise StorageError(told)
