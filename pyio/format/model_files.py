"""A model as a model.json and weight files: what file://, picked files and downloads share.

The readers here raise InvalidModelError, and the handlers name the address.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from pyio.errors import WeightsError
from pyio.format.json_text import LONE_SURROGATE
from pyio.format.kinds import kind_of
from pyio.format.model_json import MODEL_JSON_KEYS, artifacts_from_json, verified_artifacts
from pyio.format.segments import allocate_weights
from pyio.format.shards import check_checksum, check_sizes, shard
from pyio.progress import Meter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyio.format.artifacts import ModelArtifacts
    from pyio.format.manifest import Manifest, WeightGroup
    from pyio.format.serialized import Serialized
    from pyio.progress import OnProgress


class Source(Protocol):
    """Where weight files lie that can be asked for their size before they are read."""

    def size(self, path: str, /) -> int:
        """Return the bytes of a file. Raises WeightsError if it does not exist."""
        ...

    async def read_into(
        self, path: str, target: memoryview, moved: Callable[[int], None], /
    ) -> None:
        """Fill `target`, which is as long as the file; call `moved` with the bytes of each part."""
        ...

    async def start(self, path: str, /) -> bytes:
        """Return the first bytes of a file, by which `pyio.format.kinds` tells what it is."""
        ...


_NOTED = 20
"""Files of a group that are looked at to say what is wrong with their sizes."""


async def read_model(
    url: str, manifest: Manifest, source: Source, on_progress: OnProgress | None
) -> ModelArtifacts:
    """Return the model that a parsed model.json and the files in `source` make up.

    Raises InvalidModelError, which names the file that does not fit.
    """
    if manifest.groups is None:
        Meter(on_progress, "load", url, 0)
        return outline(manifest)
    data = await read_groups(manifest.groups, source, on_progress, url)
    return assemble(manifest, data)


async def read_groups(
    groups: Sequence[WeightGroup], source: Source, on_progress: OnProgress | None, url: str
) -> tuple[memoryview, ...]:
    """Return one buffer per group. Nothing is read before all sizes are known to be right."""
    sizes = [[source.size(path) for path in group.paths] for group in groups]
    for group, lengths in zip(groups, sizes, strict=True):
        try:
            check_sizes(group, lengths, {})
        except WeightsError:
            kinds = [(path, kind_of(await source.start(path))) for path in group.paths[:_NOTED]]
            check_sizes(group, lengths, {path: f"it is {kind}" for path, kind in kinds if kind})
            raise
    meter = Meter(on_progress, "load", url, sum(map(sum, sizes)))
    buffers = []
    for group, lengths in zip(groups, sizes, strict=True):
        buffer = allocate_weights(sum(lengths), group.paths)
        start = 0
        for index, (path, length) in enumerate(zip(group.paths, lengths, strict=True)):
            target = buffer[start : start + length]
            await source.read_into(path, target, partial(meter.advance, what=path))
            check_checksum(group, index, target)
            start += length
        buffers.append(buffer)
    return tuple(buffers)


def assemble(manifest: Manifest, data: Sequence[memoryview] | None) -> ModelArtifacts:
    """Return the artifacts of a parsed model.json and its weights, checked."""
    return verified_artifacts(manifest.fields, manifest.specs, data)


def outline(manifest: Manifest) -> ModelArtifacts:
    """Return what a parsed model.json says: the artifacts without their weight data."""
    return artifacts_from_json(manifest.fields, manifest.specs, None)


def lay_out(
    model: Serialized,
    json_name: str,
    weights_name: str,
    *,
    weights_path: str,
    shard_size_bytes: int | None,
    keys: Sequence[str] = MODEL_JSON_KEYS,
) -> dict[str, Sequence[memoryview]]:
    """Return the files that make up a model, name -> pieces, the model.json first.

    Args:
        model: The model.
        json_name: The name of the json.
        weights_name: The name of the weights if they are one file.
        weights_path: How the json calls that file.
        shard_size_bytes: Cut the weights into files of that size under the converter's names.
        keys: The members of the json.

    Raises:
        WeightsError: `shard_size_bytes` is not a number of bytes.
    """
    artifacts = model.artifacts
    weights: Mapping[str, Sequence[memoryview]] = {}
    if shard_size_bytes is not None:
        group, weights = shard(artifacts.weight_specs or (), model.buffers, shard_size_bytes)
        text = model.model_json(group.paths, keys=keys, checksums=group.checksums)
    else:
        if artifacts.weight_data is not None:
            weights = {weights_name: artifacts.weight_data}
        text = model.model_json([weights_path], keys=keys)
    return {json_name: (memoryview(text.encode("utf-8", "surrogatepass")),), **weights}


def plain_path(path: str) -> str:
    """Return a manifest path that stays below the model.json, or raise WeightsError.

    The paths come from a file of unknown origin.
    """
    parts = path.replace("\\", "/").split("/")
    if not path.isascii() and LONE_SURROGATE.search(path):
        raise WeightsError(
            f"the model.json names the weights file {path!r}; no file's name can have that"
        )
    if parts[0] == "" or ".." in parts or "\x00" in path or ":" in parts[0]:
        raise WeightsError(
            f"the model.json names the weights file {path!r}, which does not lie below its own "
            "directory; only files beside or below it are read"
        )
    return "/".join(part for part in parts if part not in ("", "."))
