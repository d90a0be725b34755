"""The bytes that models take, for reports and for errors that say what to remove."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from pyio.errors import PyioError

Sizes: TypeAlias = "tuple[tuple[str, int | None], ...]"
"""Address and bytes of models, the largest first; None where the bytes are not known."""


class Measured(Protocol):
    """Something that knows the bytes of its models."""

    async def sizes(self) -> dict[str, int | None]:
        """Return path -> bytes, None where they are not known."""
        ...


async def model_sizes(scheme: str, models: Measured) -> Sizes:
    """Return what each model takes, as the medium counts it. Raises StorageError."""
    sizes = [(f"{scheme}://{path}", size) for path, size in (await models.sizes()).items()]
    return tuple(sorted(sizes, key=lambda entry: (-(entry[1] or 0), entry[0])))


async def candidates_for_removal(url: str, models: Measured) -> tuple[tuple[str, int], ...]:
    """Return which models beside `url` would free how many bytes, the largest first.

    Never raises, because it is called while another error is being built; models of unknown size
    are omitted.
    """
    try:
        sizes = await model_sizes(url.partition("://")[0], models)
    except PyioError:
        return ()
    return tuple((other, size) for other, size in sizes if other != url and size)
