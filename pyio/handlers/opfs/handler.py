"""Saving to and loading from the origin private file system; see `generations` for what it keeps.

Loads take no lock: what is read is never written again, only removed. If that happens while it is
read, the newer generation is read instead.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeVar

from pyio.browser import locks
from pyio.browser.indexed_db.space import estimated_free_space, measure_free_space
from pyio.browser.opfs import directories, files
from pyio.browser.opfs.pieces import FULL
from pyio.errors import InvalidModelError, QuotaExceededError, StorageError, WeightsError
from pyio.format.artifacts import SaveResult
from pyio.format.checksum import recorded_weights
from pyio.format.model_files import assemble, outline
from pyio.format.segments import allocate_weights
from pyio.format.stored import fixed_ends, in_memory, with_stored
from pyio.handlers.contract import Acquired, Damaged, EnoughMemory, Loader, Saver
from pyio.handlers.opfs import generations, moves
from pyio.handlers.opfs.layout import LOCK, WEIGHTS, json_text, place
from pyio.handlers.opfs.store import exclusive, not_found, present, sizes
from pyio.handlers.opfs.weights import StoredFile, content, cuts, read_ranges
from pyio.handlers.quota import candidates_for_removal
from pyio.handlers.registry import require_path
from pyio.progress import Meter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from contextlib import AbstractContextManager

    from pyio.browser.opfs.pieces import Targets
    from pyio.format.artifacts import ModelArtifacts
    from pyio.format.manifest import Manifest
    from pyio.format.serialized import Serialized
    from pyio.handlers.opfs.generations import Generation
    from pyio.progress import OnProgress

_T = TypeVar("_T")

_BIG = 8 * 1024 * 1024
"""Bytes from which on the browser's estimate of the free space is checked before a save."""

_ATTEMPTS = 3
"""How often a load begins anew, because a newer model has come, before it keeps others out."""


class OPFSHandler(Saver, Loader):
    """Saves to and loads from the file system under a name; see `pyio.handlers.contract`."""

    streams = True
    reads_ranges = True

    def __init__(self, path: str, *, on_progress: OnProgress | None = None) -> None:
        self.url = f"opfs://{path}"
        self._path = require_path(self.url, path)
        self._on_progress = on_progress

    def _request_lock(self) -> AbstractContextManager[Acquired]:
        return locks.request_lock(LOCK)

    async def _store(self, model: Serialized, acquired: Acquired) -> SaveResult:
        needed = model.artifacts.weight_data_bytes
        scarce = needed >= _BIG and await _has_less_than(needed) is not None
        text = json_text(model, self._path)
        weights = None if model.artifacts.weight_specs is None else partial(content, model)
        what = f"saving {self.url!r}"
        await acquired()
        # With the lock, what an earlier save has replaced is gone.
        if scarce and (available := await _has_less_than(needed)) is not None:
            raise await self._quota_error(model, available)
        meter = Meter(self._on_progress, "save", self.url, needed)
        try:
            await generations.write(
                self._path, text, weights, what, moved=meter.advance, needed=moves.still_needed
            )
        except StorageError as error:
            if error.reason in FULL:
                available = await measure_free_space(model.info.total_bytes)
                raise await self._quota_error(model, available) from error
            raise
        return SaveResult(model.info)

    async def _quota_error(self, model: Serialized, available: int | None) -> QuotaExceededError:
        hint = "remove_model() frees what is no longer needed"
        others = await candidates_for_removal(self.url, sizes)
        return QuotaExceededError(self.url, model.info.total_bytes, available, hint, others)

    async def load(
        self,
        *,
        names: Sequence[str] | None = None,
        **importing: Any,  # noqa: ARG002 - there are no files of other programs here
    ) -> ModelArtifacts:
        """Return the whole model, or the tensors that are asked for.

        Args:
            names: Names of tensors, or patterns such as "encoder/*"; nothing else is read then, and
                digests are not verified. A name that stands for nothing gives nothing. Where there
                are tensors of text, whose place is not known before, the whole model is returned.
            importing: Options of importers, which have nothing to do here.
        """
        if names is None:
            return await super().load()
        with EnoughMemory(f"loading {self.url!r}"), Damaged(self.url):
            return await self._newest(partial(self._read_some, names))

    async def _fetch(self) -> ModelArtifacts:
        return await self._newest(self._read)

    async def _newest(self, read: Callable[[Generation], Awaitable[_T]]) -> _T:
        """Read the newest generation, anew if it is replaced meanwhile."""
        for _ in range(_ATTEMPTS):
            generation = await self._generation()
            try:
                return await read(generation)
            except (StorageError, InvalidModelError):
                if (await self._generation()).number == generation.number:
                    raise
        async with exclusive():
            return await read(await self._generation())

    async def _generation(self) -> Generation:
        what = f"loading {self.url!r}"
        found = await present(await generations.look(place(self._path), what))
        if found is None:
            raise not_found(self.url)
        return found

    async def _read(self, generation: Generation) -> ModelArtifacts:
        manifest = _manifest(generation)
        if manifest.groups is None:
            Meter(self._on_progress, "load", self.url, 0)
            return outline(manifest)
        meter = Meter(self._on_progress, "load", self.url, manifest.byte_length)

        def targets(size: int) -> list[memoryview]:
            meter.total = size
            ends = cuts(manifest, size)
            lengths = [end - start for start, end in zip([0, *ends], ends, strict=False)]
            return [allocate_weights(length, [WEIGHTS], zeros=False) for length in lengths]

        data = await self._whole(generation, manifest, targets, meter)
        return assemble(manifest, data)

    async def _whole(
        self, generation: Generation, manifest: Manifest, targets: Targets, meter: Meter
    ) -> Sequence[memoryview]:
        what, expected = f"loading {self.url!r}", manifest.byte_length or 0
        try:
            return await files.read_whole(
                generation.inside, WEIGHTS, targets, what, expected=expected, moved=meter.advance
            )
        except StorageError as error:
            if error.reason != "NotFoundError":
                raise
            if manifest.byte_length != 0:
                raise _missing() from error
        return ()

    async def _read_some(self, names: Sequence[str], generation: Generation) -> ModelArtifacts:
        manifest = _manifest(generation)
        specs, expected = manifest.specs or (), manifest.byte_length
        if expected is None:
            return await self._read(generation)
        size = await self._size(generation, manifest)
        if size != expected:
            raise WeightsError(f"the weight data has {size:,} bytes; its specs want {expected:,}")
        ends = list(accumulate(spec.byte_length or 0 for spec in specs))
        chosen = [
            (spec, (start, end))
            for spec, start, end in zip(specs, [0, *ends], ends, strict=False)
            if any(spec.name == name or fnmatchcase(spec.name, name) for name in names)
        ]
        total = sum(end - start for _, (start, end) in chosen)
        meter = Meter(self._on_progress, "load", self.url, total)
        ranges = [extent for _, extent in chosen]
        data = await read_ranges(generation.inside, ranges, f"loading {self.url!r}", meter)
        found = tuple(spec for spec, _ in chosen)
        return replace(outline(manifest), weight_specs=found, weight_data=data, checksum=False)

    async def lazy(self, **importing: Any) -> ModelArtifacts:
        with EnoughMemory(f"loading {self.url!r}"), Damaged(self.url):
            found = await self._newest(self._open)
        return in_memory(await self.load(**importing)) if found is None else found

    async def _open(self, generation: Generation) -> ModelArtifacts | None:
        """Return the model with weights that stay here, or None if texts hide their places."""
        manifest = _manifest(generation)
        size = 0 if manifest.groups is None else await self._size(generation, manifest)
        ends = fixed_ends(manifest.specs, size)
        if ends is None:
            return None
        Meter(self._on_progress, "load", self.url, size)
        digest = recorded_weights(manifest.fields)
        stored = StoredFile(self.url, generation.inside, ends, cuts(manifest, size), digest)
        return with_stored(outline(manifest), stored)

    async def _size(self, generation: Generation, manifest: Manifest) -> int:
        size = await directories.size(generation.inside, WEIGHTS, f"loading {self.url!r}")
        if size is None and manifest.byte_length != 0:
            raise _missing()
        return size or 0

    async def exists(self) -> bool:
        what = f"reading {self.url!r}"
        return await present(await generations.look(place(self._path), what)) is not None

    async def _outline(self) -> ModelArtifacts:
        return outline(_manifest(await self._generation()))


async def _has_less_than(needed: int) -> int | None:
    """Return the free bytes if the browser says that they are too few."""
    available = await estimated_free_space()
    return None if available is None or available >= needed else available


def _missing() -> WeightsError:
    return WeightsError(f"the weight data is not there: its {WEIGHTS} is missing")


def _manifest(generation: Generation) -> Manifest:
    if generation.manifest is None:
        raise InvalidModelError(generation.problem)
    return generation.manifest
