"""A model.json and its weight files in a folder that was packed or moved: a zip archive, say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.format.card import METADATA_BYTES, is_metadata_name, metadata_of
from pyio.format.kinds import LOOKED_AT
from pyio.format.manifest import parse_model_json, with_metadata
from pyio.format.model_files import outline as outlined
from pyio.format.model_files import plain_path, read_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyio.converters.files import Files
    from pyio.format.artifacts import ModelArtifacts
    from pyio.format.manifest import Manifest

_JSON = "model.json"


async def artifacts(files: Files, **_options: Any) -> ModelArtifacts:
    """Return the model. Raises InvalidModelError."""
    return await read_model(_JSON, await _manifest(files), _Weights(files), None)


async def outline(files: Files, **_options: Any) -> ModelArtifacts:
    """Return the model without its weight data."""
    return outlined(await _manifest(files))


async def _manifest(files: Files) -> Manifest:
    """Return what the model.json says, and the metadata that Teachable Machine puts beside it."""
    manifest = parse_model_json(bytes(await files.read(_JSON)), _JSON)
    for name in files.names:
        if is_metadata_name(name, _JSON) and files.size(name) <= METADATA_BYTES:
            metadata = metadata_of(bytes(await files.read(name)))
            if metadata is not None:
                return with_metadata(manifest, metadata)
    return manifest


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
