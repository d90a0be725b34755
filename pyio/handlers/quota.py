"""The sizes of models, for reports and for errors that suggest models to remove."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyio.errors import PyioError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

Sizes: TypeAlias = "tuple[tuple[str, int | None], ...]"
"""Address and bytes of models, the largest first; None where the bytes are not known."""


def by_size(scheme: str, sizes: Mapping[str, int | None]) -> Sizes:
    """Return `sizes`, path -> bytes, as addresses and bytes, the largest first."""
    found = [(f"{scheme}://{path}", size) for path, size in sizes.items()]
    return tuple(sorted(found, key=lambda entry: (-(entry[1] or 0), entry[0])))


async def candidates_for_removal(
    url: str, measure: Callable[[], Awaitable[Mapping[str, int | None]]]
) -> tuple[tuple[str, int], ...]:
    """Return the other models than `url` and the bytes that their removal frees, the largest first.

    `measure` is `Medium.sizes` of the medium. Never raises, because it is called while another
    error is being built; models of unknown size are omitted.
    """
    try:
        sizes = by_size(url.partition("://")[0], await measure())
    except PyioError:
        return ()
    return tuple((other, size) for other, size in sizes if other != url and size)
