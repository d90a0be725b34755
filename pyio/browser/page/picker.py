"""Files that the person at the page picked or dropped: JavaScript's ``File``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.allocation import allocate
from pyio.browser.bridge.protocol import Retry
from pyio.browser.environment import in_worker, missing_picker
from pyio.browser.ffi import IN_PYODIDE, JsException, JSObject, copy_bytes, copy_in, js
from pyio.browser.page.functions import PageFunctions
from pyio.errors import StorageError, UnsupportedEnvironmentError
from pyio.progress import CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable

_PICKER = PageFunctions("page/picker.js", "pick_files()")


class PickedFile:
    """One File, read on demand.

    Attributes:
        name: Its name, without a directory.
        path: Its name with the directories below the one that was picked, if one was.
        size: Its length in bytes. It is 0 in Chromium for a file that is gone by now.
    """

    path = ""

    def __init__(self, file_js: JSObject) -> None:
        self._file_js = file_js
        self.name = str(file_js.name)
        self.path = str(getattr(file_js, "webkitRelativePath", "") or self.name)
        self.size = int(file_js.size)

    async def read_into(self, target: memoryview, moved: Callable[[int], None]) -> None:
        """Copy the file into `target`, which is as long, a part at a time.

        Raises StorageError if it can no longer be read, for instance because it was changed.
        """
        if not self.size:
            await self._buffer(self._file_js, 0)
        for start in range(0, self.size, CHUNK):
            end = min(start + CHUNK, self.size)
            buffer_js = await self._buffer(self._file_js.slice(start, end), end - start)
            copy_in(js.Uint8Array.new(buffer_js), target[start:end])
            moved(end - start)

    async def start(self, count: int) -> bytes:
        """Return the first `count` bytes, or fewer if there are fewer."""
        size = min(count, self.size)
        return bytes(copy_bytes(await self._buffer(self._file_js.slice(0, size), size)))

    async def read_range(self, start: int, stop: int) -> memoryview:
        """Return the bytes from `start` to `stop`, which lie inside the file."""
        content = allocate(stop - start, f"the file {self.name!r}")
        for first in range(start, stop, CHUNK):
            last = min(first + CHUNK, stop)
            buffer_js = await self._buffer(self._file_js.slice(first, last), last - first)
            copy_in(js.Uint8Array.new(buffer_js), content[first - start : last - start])
        return content

    async def _buffer(self, part_js: JSObject, size: int) -> JSObject:
        try:
            buffer_js = await part_js.arrayBuffer()
        except JsException as error:
            raise self._gone(str(error), error.name) from error
        if buffer_js.byteLength != size:
            raise self._gone("its size has changed", "NotReadableError")
        return buffer_js

    def _gone(self, why: str, name: str) -> StorageError:
        return StorageError(
            f"the file {self.name!r} can no longer be read: {why}; if it was changed, moved or "
            "deleted after it was picked, pick it again",
            name,
        )

    async def read(self) -> memoryview:
        """Return the whole content."""
        content = allocate(self.size, f"the file {self.name!r}")
        await self.read_into(content, lambda _count: None)
        return content


def as_picked(value: Any) -> PickedFile | None:
    """Return a JavaScript File as a PickedFile, or None for anything else."""
    members = ("name", "size", "slice", "arrayBuffer")
    if IN_PYODIDE and all(hasattr(value, member) for member in members):
        return PickedFile(value)
    return None


async def pick(accept: str, multiple: bool) -> list[JSObject]:
    """Ask the person for files; return them, none if the person cancelled."""
    missing = missing_picker()
    if missing is not None:
        raise UnsupportedEnvironmentError(
            f"{missing}; file:// reads files where Python can reach them"
        )
    # A cell, or code in a worker, need not run just after a click. So the page may show a button.
    arguments = (accept, multiple, in_worker())
    what = "picking files"
    try:
        return list(await _PICKER.call("pick", *arguments, what=what, retry=Retry.PERSON))
    except JsException as error:
        raise UnsupportedEnvironmentError(
            f"the browser opens no picker now: {error}; call pick_files() from the handler of a "
            "click"
        ) from error
