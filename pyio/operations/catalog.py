"""What is stored, across all media: list, copy, move and remove models. Needs no NumPy."""

from __future__ import annotations

import warnings
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, cast

from pyio.display.listing import Listing
from pyio.errors import (
    CompatibilityWarning,
    HandlerError,
    InvalidURLError,
    ModelExistsError,
    ModelNotFoundError,
    StorageError,
    UnsupportedEnvironmentError,
    UnsupportedOperationError,
)
from pyio.format.artifacts import ModelArtifactsInfo, SaveResult
from pyio.format.serialized import get_model_artifacts_info_for_json
from pyio.handlers.contract import Loader, Saver, StoreManager
from pyio.handlers.medium import Durability
from pyio.handlers.registry import (
    available_media,
    load_handler,
    media,
    medium_of,
    require_available,
    require_path,
    save_handler,
    split_url,
)
from pyio.operations.inspection import is_stored
from pyio.operations.transfer import (
    IMPORTING,
    divided,
    format_at,
    load_artifacts,
    save_artifacts,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from typing import Unpack

    from pyio.format.artifacts import ModelArtifacts
    from pyio.handlers.contract import LoadHandler, SaveHandler
    from pyio.handlers.keywords import HTTPOptions, ImportOptions
    from pyio.handlers.medium import Medium
    from pyio.progress import OnProgress


async def list_models(
    place: str | None = None, **options: Unpack[HTTPOptions]
) -> dict[str, ModelArtifactsInfo]:
    """Return address -> info of every model stored in this browser (and in ``memory://``).

    With a `place` return those of it: of one medium ("indexeddb://"), or of a server that
    ``python -m pyio serve`` runs ("https://example.org/models", with `options` of `pyio.http`).

    A damaged entry is listed too, with what is wrong with it in ``info.damage``. A medium that
    cannot be listed at all has one entry, its scheme without a path, which says why. Media that
    this environment lacks are left out. The dict prints as a table, and a notebook shows one. A
    size is that of the model, the same in every medium: topology, weight specs and weights.
    `storage_report` says what it takes of the room.
    """
    if place is not None:
        return await _list_place(place, options)
    found = Listing()
    for medium in available_media():
        if not medium.lists:
            continue
        try:
            infos = await medium.list()
        except (StorageError, UnsupportedEnvironmentError) as error:
            infos = {"": ModelArtifactsInfo(damage=str(error))}
        found |= {f"{medium.scheme}://{path}": info for path, info in infos.items()}
    return found


async def _list_place(place: str, options: HTTPOptions) -> Listing:
    medium, path = medium_of(place)
    if medium.lists and not path:
        _require_none(medium, options)
        require_available(medium)
        infos = await medium.list()
        return Listing({f"{medium.scheme}://{name}": info for name, info in infos.items()})
    handler = load_handler(place, options)
    if not isinstance(handler, StoreManager):
        raise medium.cannot("list", path)
    from urllib.parse import quote  # late: few programs list a server

    below = place.partition("?")[0].rstrip("/")
    infos = await handler.list()
    return Listing({f"{below}/{quote(name)}/model.json": info for name, info in infos.items()})


def _require_none(medium: Medium, options: HTTPOptions) -> None:
    if options:
        raise HandlerError(f"{medium.scheme}:// has no option {min(options)!r}")


async def remove_model(url: str, **options: Unpack[HTTPOptions]) -> ModelArtifactsInfo:
    """Remove the model at `url`, damaged or not, and return its info.

    A server that ``python -m pyio serve`` runs removes models too; `options` are those of
    `pyio.http`, such as ``token``. Nothing is known of that model then, and the info is empty.

    Raises ModelNotFoundError, InvalidURLError, UnsupportedOperationError or StorageError.
    """
    medium, path = medium_of(url)
    if not medium.lists:
        handler = load_handler(url, options) if medium.loads else None
        if not isinstance(handler, StoreManager):
            raise medium.cannot("remove", path)
        return await handler.remove("")
    _require_none(medium, options)
    require_available(medium)
    return await medium.remove(require_path(url, path))


async def copy_model(
    source: str | LoadHandler,
    destination: str | SaveHandler,
    *,
    overwrite: bool = False,
    on_progress: OnProgress | None = None,
    **importing: Unpack[ImportOptions],
) -> ModelArtifactsInfo:
    """Copy a model from one address to another, across media, and return the copy's info.

    Either may be a handler, such as ``pyio.http(url, token="…")``. It replaces what is there, and
    reports progress by itself.

    `on_progress` is called for the load and then for the save (`pyio.Progress.action`).
    `importing` says what of a SavedModel is copied (`pyio.converters.saved_model.importer`).
    From ``indexeddb://`` and ``opfs://`` to ``opfs://`` weights go piece by piece, but for models
    with digests or tensors of text.

    Raises ModelExistsError if something is stored at `destination`, unless `overwrite`; otherwise
    what loading and saving raise. A file of another program is converted, and a warning says
    what TensorFlow.js cannot use. The source is not changed, and no half copy is ever visible.
    """
    _require_importing(importing)
    origin, url = _address_of(source, "load"), _address_of(destination, "save")
    if origin and url:
        _require_different(origin, url)
    heard = {} if on_progress is None else {"on_progress": on_progress}
    loader = load_handler(source, heard if origin else {})
    saver = save_handler(destination, heard if url else {})
    await _require_free(url, saver, overwrite=overwrite)
    artifacts = await _loaded(loader, saver, importing)
    for note in artifacts.import_notes:
        if note.startswith("TensorFlow.js"):
            warnings.warn(note, CompatibilityWarning, stacklevel=2)
    async with _exclusive(url):
        await _require_free(url, saver, overwrite=overwrite)  # loading may have taken long
        try:
            result = await save_artifacts(artifacts, saver)
        except StorageError as error:
            if error.reason != "gone":
                raise
            # Another tab has replaced the source. Now the lock keeps it.
            result = await save_artifacts(await _loaded(loader, saver, importing), saver)
    if isinstance(result, SaveResult):
        return result.model_artifacts_info
    # A handler of the caller's may return anything.
    return get_model_artifacts_info_for_json(artifacts)


async def move_model(
    source: str,
    destination: str,
    *,
    overwrite: bool = False,
    on_progress: OnProgress | None = None,
) -> ModelArtifactsInfo:
    """Move a model from one address to another and return its info.

    The source is removed only after the destination is on disk; whatever fails, the model is still
    there. localStorage is written to disk later. So a model that moves there from IndexedDB is gone
    for pyio at once, and a later use of pyio removes its records. A destination that cannot say
    whether it keeps the model, such as a download, is refused. A model that moves to ``memory://``
    ends with the page or the process. Raises what `copy_model` and `remove_model` raise.
    """
    _require_different(source, destination)
    (origin, path), (target, _) = medium_of(source), medium_of(destination)
    if not origin.lists:
        raise UnsupportedOperationError(
            f"cannot move from {source!r}: {origin.scheme}:// cannot remove; use copy_model"
        )
    if not target.lists and not target.keeps:
        raise UnsupportedOperationError(
            f"cannot move to {destination!r}: {target.scheme}:// cannot confirm that a model was "
            "stored. Use copy_model, check the copy, then call remove_model"
        )
    if not target.lists and target.durability < min(origin.durability, Durability.LATER):
        raise UnsupportedOperationError(
            f"cannot move to {destination!r}: here {target.scheme}:// is gone when the page is "
            "closed. Use copy_model, check the copy, then call remove_model"
        )
    written = target.format_of(split_url(destination)[1], None)
    if written not in ("tfjs", "zip"):
        raise UnsupportedOperationError(
            f"cannot move to {destination!r}: a {written} file does not keep all of a model. Use "
            "copy_model, check the copy, then call remove_model"
        )
    for medium in (origin, target):
        require_available(medium)
    # Without the lock, a model that another tab saves under `source` would be removed.
    async with _exclusive(source, destination):
        if origin.durability > target.durability == Durability.LATER:
            async with origin.moving(path):
                return await copy_model(
                    source, destination, overwrite=overwrite, on_progress=on_progress
                )
        info = await copy_model(source, destination, overwrite=overwrite, on_progress=on_progress)
        with suppress(ModelNotFoundError):  # it has been removed meanwhile
            await remove_model(source)
    return info


def _require_importing(given: Mapping[str, object]) -> None:
    """Raise HandlerError for an option that is not one of importing."""
    unknown, _ = divided(given)
    if unknown:
        raise HandlerError(
            f"copy_model has no option {min(unknown)!r}; its options: on_progress, overwrite, and "
            f"for models of TensorFlow {', '.join(sorted(IMPORTING))}. An option of a medium "
            "belongs to its handler, as in copy_model(pyio.http(url, timeout=60), destination)"
        )


def _address_of(place: str | LoadHandler | SaveHandler, verb: str) -> str:
    """Return an address, or "" for a handler. Raises InvalidURLError for anything else."""
    if isinstance(place, str):
        return place
    if not callable(getattr(place, verb, None)):
        split_url(place)  # type: ignore[arg-type]  # raises
    return ""


async def _loaded(
    loader: LoadHandler, saver: SaveHandler, importing: ImportOptions
) -> ModelArtifacts:
    """Return what is copied, with weights that stay where they are if they can be streamed."""
    if not isinstance(loader, Loader):
        return await load_artifacts(loader, **importing)
    if format_at(saver, {}) not in ("tfjs", "zip"):
        return await loader.load(for_tfjs=False, **importing)
    if loader.reads_ranges and isinstance(saver, Saver) and saver.streams:
        artifacts = await loader.lazy()
        if not artifacts.checksum:
            return artifacts
    return await load_artifacts(loader, **importing)


def _require_different(source: str, destination: str) -> None:
    if split_url(source) == split_url(destination):  # the scheme may be spelt in capitals
        raise InvalidURLError(destination, "source and destination are the same")


@asynccontextmanager
async def _exclusive(*urls: str) -> AsyncIterator[None]:
    """Hold the locks of the media of `urls` inside the block, in the order that avoids deadlock."""
    schemes = sorted({split_url(url)[0] for url in urls if url} & media().keys())
    async with AsyncExitStack() as stack:
        for scheme in schemes:
            await stack.enter_async_context(media()[scheme].lock())
        yield


async def _require_free(url: str, saver: SaveHandler, *, overwrite: bool) -> None:
    """Raise ModelExistsError if a model is at `url`, which is "" for a handler of the caller's."""
    # None if only a router serves the scheme
    medium = media().get(split_url(url)[0]) if url else None
    if overwrite or medium is None or not (medium.lists or medium.keeps):
        return
    # The handlers of media that keep models load as well as save.
    if await is_stored(cast("LoadHandler", saver)):
        raise ModelExistsError(url)
