"""``file://`` as a medium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.handlers.files.handler import FileHandler
from pyio.handlers.medium import Medium

if TYPE_CHECKING:
    from pyio.handlers.findings import Choices, Found


class Files(Medium):
    """Directories, wherever Python has files."""

    scheme = "file"
    keeps = True
    repairs = True
    options = frozenset({"shard_size_bytes"})
    instead = "look into the directory, and delete it yourself"

    def handler(self, path: str, **options: Any) -> Any:
        return FileHandler(path, **options)

    async def leftovers(self, path: str, choices: Choices) -> Found:
        from pyio.handlers.files.repair import find  # late: few programs repair

        return await find(path, choices)
