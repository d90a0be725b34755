"""The weights of a model that was loaded with ``lazy=True``: each is read when it is asked for."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pyio.errors import WeightsError
from pyio.format.artifacts import ModelArtifacts, StoredWeights
from pyio.format.stored import in_memory
from pyio.tensors.choosing import chosen
from pyio.tensors.encoding import decode_tensor, refuse_duplicates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from pyio.format.artifacts import WeightSpec


class LazyWeights(StoredWeights):
    """The weights of a stored model, of which single ones are read.

    ``load_artifacts(source, lazy=True)`` returns a model that has this as its `weight_data`. What
    is read is always the model that was opened: if another one has been saved under its name since,
    or it was removed, a read raises StorageError.

    Attributes:
        specs: Name -> WeightSpec, in the order of the data.
    """

    def __init__(self, specs: Iterable[WeightSpec], stored: StoredWeights) -> None:
        known = tuple(specs)
        refuse_duplicates([spec.name for spec in known])
        self.specs: Mapping[str, WeightSpec] = {spec.name: spec for spec in known}
        self.ends, self.sha256 = stored.ends, stored.sha256
        self._places = dict(zip(self.specs, pairwise((0, *self.ends)), strict=True))
        self._stored = stored

    def __repr__(self) -> str:
        return f"<LazyWeights: {len(self.specs)} tensors, {self.byte_length:,} bytes>"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the weights, in the order of the data."""
        return tuple(self.specs)

    async def read(self, name: str) -> NDArray[Any]:
        """Return one weight as an array, as `pyio.load_arrays` gives it; nothing else is read.

        Raises WeightsError for a name that no weight has, and StorageError if the model was
        replaced or removed.
        """
        return decode_tensor(self.specs[self._known(name)], await self.read_bytes(name))

    async def read_bytes(self, name: str) -> memoryview:
        """Return the bytes of one weight as they are stored. Raises as `read` does."""
        return await self._stored.read_range(*self._places[self._known(name)])

    async def read_range(self, start: int, stop: int) -> memoryview:
        """Return some bytes of the weight data, as they are stored. Raises WeightsError."""
        if not 0 <= start <= stop <= self.byte_length:
            raise WeightsError(
                f"the weight data has {self.byte_length:,} bytes; {start:,} to {stop:,} was asked "
                "for"
            )
        return await self._stored.read_range(start, stop)

    async def whole(self) -> tuple[memoryview, ...]:
        """Return all bytes of the weight data, in one buffer or several."""
        return await self._stored.whole()

    def _known(self, name: str) -> str:
        if name not in self.specs:
            chosen(self.names, [name])  # raises what names the nearest
        return name


class LazyArtifacts(ModelArtifacts):
    """A model whose weights are not loaded; ``await artifacts.weight_data.read(name)`` reads one.

    Saving it loads them, or streams them where the medium can (``opfs://``).
    """

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def weight_data(self) -> LazyWeights:  # type: ignore[override]
            """The weights."""
            ...


def lazy_artifacts(artifacts: ModelArtifacts) -> LazyArtifacts:
    """Return a model with weights that are read one by one. Raises WeightsError for wrong specs."""
    if artifacts.stored is None:
        artifacts = in_memory(artifacts)
    assert artifacts.stored is not None
    values: dict[str, Any] = {
        each.name: getattr(artifacts, each.name) for each in fields(ModelArtifacts)
    }
    values["weight_data"] = LazyWeights(artifacts.weight_specs or (), artifacts.stored)
    found = LazyArtifacts(**values)
    found.remember_notes(artifacts.import_notes)
    return found
