"""Handlers around something that the caller has: artifacts in memory, or a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyio.errors import HandlerError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pyio.format.artifacts import ModelArtifacts, SaveResult
    from pyio.handlers.contract import LoadHandler, SaveHandler

    SaveFunction: TypeAlias = Callable[[ModelArtifacts], SaveResult | Awaitable[SaveResult]]


class _FromMemory:
    def __init__(self, artifacts: ModelArtifacts) -> None:
        self._artifacts = artifacts

    def __repr__(self) -> str:
        return f"pyio.from_memory({self._artifacts!r:.200})"

    def load(self) -> ModelArtifacts:
        return self._artifacts


class _WithSave:
    def __init__(self, save: SaveFunction) -> None:
        self._save = save

    def __repr__(self) -> str:
        return f"pyio.with_save_handler({self._save!r:.200})"

    def save(self, artifacts: ModelArtifacts) -> SaveResult | Awaitable[SaveResult]:
        return self._save(artifacts)


def from_memory(artifacts: ModelArtifacts) -> LoadHandler:
    """Return a handler whose ``load()`` gives that very `artifacts` object."""
    return _FromMemory(artifacts)


def with_save_handler(save: SaveFunction) -> SaveHandler:
    """Return a handler that saves by calling `save(artifacts)`, a plain or a coroutine function.

    What it returns comes back from the save unchanged. Raises HandlerError if it is not callable.
    """
    if not callable(save):
        raise HandlerError(f"with_save_handler expects a function, got {save!r}")
    return _WithSave(save)
