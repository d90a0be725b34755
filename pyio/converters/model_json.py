"""A model.json and its weight files in a folder that was packed or moved: a zip archive, say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.format.kinds import LOOKED_AT
from pyio.format.manifest import parse_model_json
from pyio.format.model_files import outline as outlined
from pyio.format.model_files import plain_path, read_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyio.converters.files import Files
    from pyio.format.artifacts import ModelArtifacts

_JSON = "model.json"


async def artifacts(files: Files, **_options: Any) -> ModelArtifacts:
    """Return the model. Raises InvalidModelError."""
    manifest = parse_model_json(bytes(await files.read(_JSON)), _JSON)
    return await read_model(_JSON, manifest, _Weights(files), None)


async def outline(files: Files, **_options: Any) -> ModelArtifacts:
    """Return the model without its weight data."""
    return outlined(parse_model_json(bytes(await files.read(_JSON)), _JSON))


class _Weights:
    """The files as the source of the weights."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def size(self, path: str) -> int:
        return self._files.size(plain_path(path))

    async def read_into(self, path: str, target: memoryview, moved: Callable[[int], None]) -> None:
        target[:] = await self._files.read(plain_path(path))
        moved(target.nbytes)

    async def start(self, path: str) -> bytes:
        name = plain_path(path)
        return bytes(await self._files.read(name, 0, min(LOOKED_AT, self._files.size(name))))
