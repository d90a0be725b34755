"""An importer's view of files, the same for every medium: names, sizes, and ranges of bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pyio.errors import WeightsError
from pyio.format.archive import is_wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Buffer


class Files(Protocol):
    """The files of one model, read in ranges; the media make it.

    A medium that cannot list (a server, a file whose directory is not searched) has in `names` only
    what is known so far. An importer asks for a further file with `present`.
    """

    @property
    def names(self) -> Sequence[str]:
        """Relative paths with "/". The first is the file that an address names, if it names one."""
        ...

    def size(self, name: str, /) -> int:
        """Return the bytes of a file in `names`. Raises WeightsError for any other."""
        ...

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        """Return the bytes from `start` to `stop`, by default to the end.

        The result may be a view of memory that other reads share; it does not change later.
        Raises WeightsError for a file that does not exist, or a range that is not inside of it.
        """
        ...


class MemoryFiles:
    """Files in memory; what is read is a view of them."""

    def __init__(self, files: Mapping[str, Buffer]) -> None:
        self._files = {name: memoryview(content).cast("B") for name, content in files.items()}

    @property
    def names(self) -> Sequence[str]:
        """The names that were given."""
        return list(self._files)

    def size(self, name: str) -> int:
        """Return the bytes of a file."""
        return self._file(name).nbytes

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        """Return a range of a file."""
        file = self._file(name)
        first, last = checked_range(name, file.nbytes, start, stop)
        return file[first:last]

    def _file(self, name: str) -> memoryview:
        if name not in self._files:
            raise missing(name)
        return self._files[name]


class Below:
    """The files below a folder of others, with the names that they have there."""

    def __init__(self, files: Files, folder: str) -> None:
        self._files = files
        self._folder = f"{folder.rstrip('/')}/" if folder else ""

    @property
    def names(self) -> Sequence[str]:
        """The names without the folder."""
        cut = len(self._folder)
        return [name[cut:] for name in self._files.names if name.startswith(self._folder)]

    def size(self, name: str) -> int:
        """Return the bytes of a file."""
        return self._files.size(self._folder + name)

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        """Return a range of a file."""
        return await self._files.read(self._folder + name, start, stop)

    async def look(self, name: str) -> bool:
        """Return whether a file exists that need not be in `names`."""
        return await present(self._files, self._folder + name)


class Leading:
    """The same files, one of them first."""

    def __init__(self, files: Files, first: str) -> None:
        self._files = files
        self._first = first

    @property
    def names(self) -> Sequence[str]:
        """The names, the chosen one first."""
        return [self._first, *(name for name in self._files.names if name != self._first)]

    def size(self, name: str) -> int:
        """Return the bytes of a file."""
        return self._files.size(name)

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        """Return a range of a file."""
        return await self._files.read(name, start, stop)

    async def look(self, name: str) -> bool:
        """Return whether a file exists that need not be in `names`."""
        return await present(self._files, name)


async def present(files: Files, name: str) -> bool:
    """Return whether a file exists and can be read, also one that is not in `names`."""
    if name in files.names:
        return True
    look: Any = getattr(files, "look", None)
    return look is not None and bool(await look(name))


def wanted(names: Sequence[str]) -> list[str]:
    """Return the names without what systems add to folders."""
    return [name for name in names if is_wanted(name)]


def missing(name: str) -> WeightsError:
    """Return the error for a file that does not exist."""
    return WeightsError(f"the file {name!r} is missing")


def checked_range(name: str, size: int, start: int, stop: int | None) -> tuple[int, int]:
    """Return where a range begins and ends. Raises WeightsError for one that leaves the file."""
    last = size if stop is None else stop
    if not 0 <= start <= last <= size:
        raise WeightsError(
            f"bytes {start:,} to {last:,} of {name!r} are needed, and it has {size:,}"
        )
    return start, last
