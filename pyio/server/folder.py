"""Models in a folder: each in its own directory, in a layout that ``file://`` reads too.

Files are replaced by the code of ``file://`` (`pyio.handlers.files.folder`): written under a
temporary name, flushed, renamed while the lock of the directory is held. Conditions are decided
under that lock. The work is done in threads, because files have no other way to be waited for.
"""

from __future__ import annotations

import asyncio
import hashlib
import mmap
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pyio.errors import InvalidModelError
from pyio.handlers.files.folder import Folder
from pyio.handlers.files.opening import opened, read_file, size_of
from pyio.progress import Meter
from pyio.server.names import JSON
from pyio.server.storage import Condition, ConditionError, Stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence

_PART = 1024 * 1024

_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class FolderStorage:
    """A directory of models; see `pyio.server.storage.Storage`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __repr__(self) -> str:
        return f"the folder {str(self._root)!r}"

    async def stat(self, path: str) -> Stored | None:
        return await asyncio.to_thread(self._stat, path)

    async def get(self, path: str, most: int) -> tuple[bytes, Stored] | None:
        return await asyncio.to_thread(self._get, path, most)

    async def read(self, path: str, start: int, stop: int) -> AsyncIterator[bytes]:
        file = self._root / path
        with _refusals(), opened(file, file.parent) as content:
            content.seek(start)
            while start < stop:
                part = await asyncio.to_thread(content.read, min(_PART, stop - start))
                if not part:
                    raise OSError(f"{path} ends early")
                yield part
                start += len(part)

    async def put_weights(self, path: str, file: IO[bytes], size: int) -> None:
        await self._in_thread(partial(self._replace, path, _mapped(file, size)))

    async def publish(self, path: str, content: bytes, condition: Condition) -> Stored:
        def allowed() -> None:
            if not condition.holds(self._stat(path)):
                raise ConditionError

        await self._in_thread(partial(self._replace, path, memoryview(content), allowed))
        return Stored(len(content), _etag(content), datetime.now(UTC))

    async def remove(self, path: str, condition: Condition) -> bool:
        def allowed() -> None:
            if not condition.holds(self._stat(path)):
                raise ConditionError

        file = self._root / path
        remove = Folder(file.parent).remove_file
        return bool(await self._in_thread(partial(remove, file.name, allowed)))

    async def list(self, name: str = "") -> AsyncIterator[tuple[str, Stored]]:
        for path in await asyncio.to_thread(self._paths, name):
            try:
                found = await self.stat(path)
            except OSError:  # a pipe, or a file that may not be read: it hides no other
                continue
            if found is not None:
                yield path, found

    def _paths(self, name: str) -> Sequence[str]:
        top = self._root / name
        found = []
        for folder, _folders, files in os.walk(top):
            below = Path(folder).relative_to(self._root)
            found += [(below / file).as_posix() for file in files if not file.startswith(".")]
        return found

    def _stat(self, path: str) -> Stored | None:
        if path.endswith(f"/{JSON}"):  # its ETag is that of its content
            found = self._get(path, 2**31)
            return None if found is None else found[1]
        file = self._root / path
        try:
            with _refusals():
                size, modified = size_of(file, file.parent), file.stat().st_mtime
        except _ABSENT:
            return None
        return Stored(size, f'"{Path(path).stem}"', datetime.fromtimestamp(modified, UTC))

    def _get(self, path: str, most: int) -> tuple[bytes, Stored] | None:
        file = self._root / path
        try:
            with _refusals():
                content = read_file(file, file.parent, most)
                modified = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        except _ABSENT:
            return None
        return content, Stored(len(content), _etag(content), modified)

    async def _replace(
        self, path: str, content: memoryview, allowed: Callable[[], None] = lambda: None
    ) -> None:
        file = self._root / path
        meter = Meter(None, "save", path, content.nbytes)
        await Folder(file.parent).replace_file(file.name, (content,), meter, allowed)

    async def _in_thread(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Run a coroutine that writes files, and waits for locks, on a loop of its own."""
        return await asyncio.to_thread(lambda: asyncio.run(work()))


@contextmanager
def _refusals() -> Iterator[None]:
    """Raise OSError for what is no regular file, or leads out of its directory."""
    try:
        yield
    except InvalidModelError as error:
        raise OSError(str(error)) from error


def _mapped(file: IO[bytes], size: int) -> memoryview:
    """Return the content of a file as memory that the system reads from disk as it is needed.

    It is not closed: an error on its way up may still refer to a part of it.
    """
    if not size:
        return memoryview(b"")
    number = file.fileno()
    file.flush()
    return memoryview(mmap.mmap(number, size, access=mmap.ACCESS_READ))


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:40]}"'
