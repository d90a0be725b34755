"""What is stored, across all media: list, copy, move and remove models. Needs no NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.errors import (
    InvalidURLError,
    ModelExistsError,
    UnsupportedOperationError,
)
from pyio.routing import (
    available_media,
    load_handler,
    media,
    medium_of,
    require_path,
    save_handler,
    split_url,
)
from pyio.transfer import load_artifacts, save_artifacts

if TYPE_CHECKING:
    from pyio.artifacts import ModelArtifactsInfo


async def list_models() -> dict[str, ModelArtifactsInfo]:
    """Return address -> info of every model stored in this browser (and in ``memory://``).

    A damaged entry is listed too, with what is wrong with it in ``info.damage``. Media that this
    environment lacks are left out.
    """
    return {
        f"{medium.scheme}://{path}": info
        for medium in available_media()
        if medium.lists
        for path, info in (await medium.manager().list()).items()
    }


async def remove_model(url: str) -> ModelArtifactsInfo:
    """Remove the model at `url`, damaged or not, and return what was known of it.

    Raises ModelNotFoundError, InvalidURLError, UnsupportedOperationError or StorageError.
    """
    medium, path = medium_of(url)
    if not medium.lists:
        raise UnsupportedOperationError(
            f"{medium.scheme}:// cannot remove ({url!r}); {medium.instead}"
        )
    medium.require()
    return await medium.manager().remove(require_path(url, path))


async def copy_model(
    source: str, destination: str, *, overwrite: bool = False
) -> ModelArtifactsInfo:
    """Copy a model from one address to another, across media, and return the copy's info.

    Raises ModelExistsError if something is stored at `destination`, unless `overwrite`; otherwise
    what loading and saving raise. The source is never touched, and nothing is half copied.
    """
    _require_different(source, destination)
    load_handler(source, {})
    save_handler(destination, {})
    if not overwrite and await _is_stored(destination):
        raise ModelExistsError(destination)
    result = await save_artifacts(await load_artifacts(source), destination)
    return result.model_artifacts_info


async def move_model(
    source: str, destination: str, *, overwrite: bool = False
) -> ModelArtifactsInfo:
    """Move a model from one address to another and return its info.

    The source is removed only after the destination is stored for good; whatever fails, the model
    is still there. A destination that cannot say whether it keeps the model, such as a download,
    is refused. Raises what `copy_model` and `remove_model` raise.
    """
    _require_different(source, destination)
    for url, role in ((source, "from"), (destination, "to")):
        medium, _ = medium_of(url)
        if not medium.lists:
            raise UnsupportedOperationError(
                f"cannot move {role} {url!r}: {medium.scheme}:// does not say what it keeps; use "
                "copy_model, and remove_model once you have made sure of the copy"
            )
    info = await copy_model(source, destination, overwrite=overwrite)
    await remove_model(source)
    return info


def _require_different(source: str, destination: str) -> None:
    if split_url(source) == split_url(destination):  # the scheme may be spelt in capitals
        raise InvalidURLError(destination, "source and destination are the same")


async def _is_stored(url: str) -> bool:
    scheme, path = split_url(url)
    medium = media().get(scheme)  # None where a router of the user's serves the scheme
    return medium is not None and medium.lists and path in await medium.manager().list()
