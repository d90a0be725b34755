"""Files that the person at the page picked or dropped: JavaScript's ``File``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.allocation import allocate
from pyio.browser.bridge.protocol import Retry
from pyio.browser.environment import in_worker, missing_picker
from pyio.browser.ffi import IN_PYODIDE, JsException, JSObject
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
        size: Its length in bytes.
    """

    def __init__(self, file_js: JSObject) -> None:
        self._file_js = file_js
        self.name = str(file_js.name)
        self.size = int(file_js.size)

    async def read_into(self, target: memoryview, moved: Callable[[int], None]) -> None:
        """Copy the file into `target`, which is as long, a part at a time.

        Raises StorageError if it can no longer be read, for instance because it was changed.
        """
        for start in range(0, self.size, CHUNK):
            end = min(start + CHUNK, self.size)
            try:
                buffer_js = await self._file_js.slice(start, end).arrayBuffer()
            except JsException as error:
                raise StorageError(
                    f"reading the file {self.name!r} failed: {error}; if it was changed after it "
                    "was picked, pick it again",
                    error.name,
                ) from error
            buffer_js.assign_to(target[start:end])
            moved(end - start)

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
