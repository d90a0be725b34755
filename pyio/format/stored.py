"""Models whose weights stay where they are stored, and how they are loaded after all."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from pyio.format.artifacts import ModelArtifacts, StoredWeights
from pyio.format.checksum import require_recorded
from pyio.format.layout import locate, tensor_ends
from pyio.format.segments import SegmentedBuffer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.format.artifacts import WeightSpec

LARGEST = 2**30
"""Bytes of one buffer of weights: a bytearray ends below 2 GiB in WebAssembly."""


class InMemory(StoredWeights):
    """Weights that were loaded whole, because their medium does not read ranges."""

    def __init__(self, specs: Sequence[WeightSpec] | None, buffers: Sequence[memoryview]) -> None:
        self.ends = tensor_ends(specs, buffers)
        self._data = SegmentedBuffer(buffers)

    async def read_range(self, start: int, stop: int) -> memoryview:
        """Return a view of them."""
        return self._data.slice(start, stop)

    async def whole(self) -> tuple[memoryview, ...]:
        """Return them as they are."""
        return self._data.segments


class _Sized:
    """Stands for the data where their size is enough."""

    def __init__(self, size: int) -> None:
        self.byte_length = size

    def slice(self, _start: int, _end: int, /) -> memoryview:
        raise AssertionError("no text has its place here")


def fixed_ends(specs: Sequence[WeightSpec] | None, size: int) -> tuple[int, ...] | None:
    """Return where each tensor ends in `size` bytes, or None if texts keep that unknown.

    Raises WeightsError unless the specs account for every byte.
    """
    if any(spec.byte_length is None for spec in specs or ()):
        return None
    return tuple([end for _, _, end in locate(specs or (), _Sized(size))])


def with_stored(artifacts: ModelArtifacts, stored: StoredWeights) -> ModelArtifacts:
    """Return a model whose weights are read in ranges."""
    return replace(artifacts, weight_data=stored)  # type: ignore[arg-type] # as `StoredWeights` says


def in_memory(artifacts: ModelArtifacts) -> ModelArtifacts:
    """Return a model that was loaded as one whose weights are read in ranges."""
    stored = InMemory(artifacts.weight_specs, artifacts.weight_data or ())
    return with_stored(artifacts, stored)


async def loaded(artifacts: ModelArtifacts) -> ModelArtifacts:
    """Return the same model with its weights, digests verified. Raises InvalidModelError."""
    if artifacts.stored is None:
        return artifacts
    data = await artifacts.stored.whole()
    if artifacts.stored.sha256 is not None:
        require_recorded(artifacts.stored.sha256, data)
    values = {each.name: getattr(artifacts, each.name) for each in fields(ModelArtifacts)}
    values["weight_data"] = None if artifacts.weight_specs is None else data
    return ModelArtifacts(**values)


async def for_a_medium(artifacts: ModelArtifacts, *, streams: bool) -> ModelArtifacts:
    """Return what a medium saves: the same model, loaded unless the medium streams its weights.

    Digests are made of whole weights, and texts are found in whole weights.
    """
    stored = artifacts.stored
    if stored is None:
        return artifacts
    fixed = fixed_ends(artifacts.weight_specs, stored.byte_length) is not None
    return artifacts if streams and fixed and not artifacts.checksum else await loaded(artifacts)
