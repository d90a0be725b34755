"""A medium: one scheme, and everything that pyio can ask of it.

Each medium of pyio is one subclass of `Medium` in its own file or folder. What a medium cannot do
has a default here that says so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import nullcontext
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar

from pyio.errors import UnsupportedOperationError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from pyio.format.artifacts import ModelArtifactsInfo
    from pyio.handlers.findings import Choices, Found


class Durability(IntEnum):
    """How soon what was saved under an address is on disk."""

    NEVER = 0
    """It is gone with the process or the page."""
    LATER = 1
    """The browser writes it to disk later, and does not say when it has."""
    AT_ONCE = 2
    """It is on disk when the save returns."""


class Medium(ABC):
    """A scheme, the handlers of its addresses, and the models that it holds.

    Attributes:
        scheme: What stands before ``://``.
        saves: Whether it can save.
        loads: Whether it can load.
        lists: Whether it can list and remove.
        keeps: Whether what is saved under an address is what is loaded from it later. A server
            that takes uploads need not do that. A medium that lists keeps.
        repairs: Whether it can find what interrupted saves have left.
        durability: How soon what was saved is on disk in this environment.
        options: The names of the options that its handlers take besides ``on_progress``.
        instead: What to do where it cannot do something.
    """

    scheme: ClassVar[str]
    saves: ClassVar[bool] = True
    loads: ClassVar[bool] = True
    lists: ClassVar[bool] = False
    keeps: ClassVar[bool] = False
    repairs: ClassVar[bool] = False
    durability: ClassVar[Durability] = Durability.AT_ONCE
    options: ClassVar[frozenset[str]] = frozenset()
    instead: ClassVar[str] = ""

    def missing(self) -> str | None:
        """Return what this environment lacks for the medium, in words, or None."""
        return None

    @abstractmethod
    def handler(self, path: str, **options: Any) -> Any:
        """Return the handler of ``scheme://path``. Raises InvalidURLError."""

    def format_of(self, path: str, given: str | None) -> str:  # noqa: ARG002 - one for all
        """Return the format in which a save to `path` writes; see `pyio.converters.writers`."""
        return "tfjs"

    async def exists(self, path: str, **options: Any) -> bool:
        """Return whether anything is stored at `path`, damaged or not: one look-up, no listing."""
        return bool(await self.handler(path, **options).exists())

    async def list(self) -> dict[str, ModelArtifactsInfo]:
        """Return path -> info of every model stored, damaged ones included."""
        raise self.cannot("list", "")

    async def info(self, path: str) -> ModelArtifactsInfo | None:
        """Return what `list` says of one model, or None if it is not there: one look-up."""
        raise self.cannot("list", path)

    async def remove(self, path: str) -> ModelArtifactsInfo:
        """Remove the model and return what was known of it. Raises ModelNotFoundError."""
        raise self.cannot("remove", path)

    async def sizes(self) -> dict[str, int | None]:
        """Return path -> the bytes that a model takes, None where that is not known.

        The info of a damaged model has the sizes that it should have, not the real ones.
        """
        infos = await self.list()
        return {path: None if info.damage else info.total_bytes for path, info in infos.items()}

    async def free_bytes(self) -> int | None:
        """Return the free bytes of the medium, or None if they are not known."""
        return None

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Keep other tabs from changing through pyio what is stored, inside the block."""
        return nullcontext()

    def moving(self, path: str) -> AbstractAsyncContextManager[None]:
        """Give a block that copies the model to a medium which is written to disk later.

        After the block the model is gone for pyio. Its data are removed once the destination is
        known to be on disk. An exception inside the block leaves the model unchanged. Media have
        this if they list models, and if a model is on disk when a save returns.
        """
        raise self.cannot("move", path)

    async def leftovers(self, path: str, choices: Choices) -> Found:  # noqa: ARG002 - no leftovers
        """Return what interrupted saves have left at `path`, or everywhere if that is empty."""
        raise self.cannot("repair", path)

    def cannot(self, verb: str, path: str) -> UnsupportedOperationError:
        """Return the error for what this medium cannot do."""
        return UnsupportedOperationError(
            f"{self.scheme}:// cannot {verb} ({f'{self.scheme}://{path}'!r}); {self.instead}"
        )
