"""Files on a disk as importers see them: one file, or all files of a directory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pyio import limits
from pyio.allocation import allocate
from pyio.converters.files import checked_range, missing
from pyio.handlers.files.opening import opened, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


class DiskFiles:
    """The files of a directory, opened only inside of it.

    Args:
        directory: Where they are.
        names: What is listed: the one file that an address names, or all of `listed`.
        moved: Called with the bytes of each read.
    """

    def __init__(
        self,
        directory: Path,
        names: Sequence[str],
        moved: Callable[[int], None] = lambda _count: None,
    ) -> None:
        self._directory = directory
        self._names = list(names)
        self._moved = moved

    @property
    def names(self) -> Sequence[str]:
        """The files that are listed."""
        return self._names

    def size(self, name: str) -> int:
        """Return the bytes of a file. Raises WeightsError without one."""
        try:
            return size_of(self._directory / name, self._directory)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise missing(name) from error

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        """Return a range of a file in memory of its own."""
        first, last = checked_range(name, self.size(name), start, stop)
        target = allocate(last - first, f"the file {name!r}")
        with opened(self._directory / name, self._directory) as file:
            file.seek(first)
            if file.readinto(target) != target.nbytes:
                raise missing(name)
        self._moved(target.nbytes)
        return target

    async def look(self, name: str) -> bool:
        """Return whether there is a regular file of this name."""
        return (self._directory / name).is_file()


def listed(directory: Path) -> list[str]:
    """Return the relative names of the files in a directory, links to other directories left out.

    At most `pyio.limits.FILES`: a directory with more is not that of a model.
    """
    names: list[str] = []
    for folder, folders, files in os.walk(directory):
        folders.sort()
        below = os.path.relpath(folder, directory).replace(os.sep, "/")
        names += sorted(file if below == "." else f"{below}/{file}" for file in files)
        if len(names) > limits.FILES:
            return []
    return names
