"""``file://`` as a medium. Its handlers are imported when they are first used."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pyio.handlers.medium import Durability, Medium

if TYPE_CHECKING:
    from pyio.handlers.findings import Choices, Found


class Files(Medium):
    """Directories, wherever Python has files."""

    scheme = "file"
    keeps = True
    repairs = True
    # Pyodide keeps its files in memory, unless a page or Node mounts others; it cannot tell.
    durability = Durability.NEVER if sys.platform == "emscripten" else Durability.AT_ONCE
    options = frozenset({"shard_size_bytes", "format"})
    instead = "look into the directory, and delete it yourself"

    def handler(self, path: str, **options: Any) -> Any:
        from pyio.handlers.files.handler import FileHandler

        return FileHandler(path, **options)

    def format_of(self, path: str, given: str | None) -> str:
        from pyio.handlers.files.handler import FileHandler

        return FileHandler(path, format=given).format

    async def leftovers(self, path: str, choices: Choices) -> Found:
        from pyio.handlers.files.repair import find

        return await find(path, choices)
