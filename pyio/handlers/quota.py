"""How much room the models of a medium take, for reports and for errors that say what to remove."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyio.errors import PyioError

if TYPE_CHECKING:
    from pyio.handlers.contract import StoreManager

Sizes: TypeAlias = "tuple[tuple[str, int | None], ...]"
"""Address and bytes of models, the largest first; None where the bytes are not known."""


async def model_sizes(scheme: str, manager: StoreManager) -> Sizes:
    """Return what each model takes, as the medium counts it. Raises StorageError.

    A manager may have ``sizes()`` for that, path -> bytes. The bytes of a damaged model are not
    known otherwise: its info says what should be there, not what is.
    """
    count = getattr(manager, "sizes", None)
    found: dict[str, int | None]
    if count is not None:
        found = await count()
    else:
        infos = await manager.list()
        found = {path: None if info.damage else info.total_bytes for path, info in infos.items()}
    sizes = [(f"{scheme}://{path}", size) for path, size in found.items()]
    return tuple(sorted(sizes, key=lambda entry: (-(entry[1] or 0), entry[0])))


async def removable(url: str, manager: StoreManager) -> tuple[tuple[str, int], ...]:
    """Return which models beside `url` would free how many bytes, the largest first.

    It is for an error that is about to be raised, so it raises none: what cannot be found out is
    left out.
    """
    try:
        sizes = await model_sizes(url.partition("://")[0], manager)
    except PyioError:
        return ()
    return tuple((other, size) for other, size in sizes if other != url and size)
