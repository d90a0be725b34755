"""Fixtures: an empty ``memory://`` for each test, and the registry of media restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyio.handlers import registry as routing
from pyio.handlers.memory import MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

    from pyio.handlers.medium import Medium
    from pyio.handlers.memory import StoredModel


@pytest.fixture(autouse=True)
def memory() -> Iterator[MutableMapping[str, StoredModel]]:
    """The content of ``memory://``; empty at the start of each test, and emptied at its end.

    It holds for all tests: which of them share a process depends on how pytest divides them.
    """
    MODELS.clear()
    yield MODELS
    MODELS.clear()


@pytest.fixture
def routes() -> Iterator[dict[str, Medium]]:
    """The registered media; they and the routers are restored when the test ends."""
    media, saving, loading = (
        dict(routing._media),
        [*routing._save_routers],
        [*routing._load_routers],
    )
    yield routing._media
    routing._media.clear()
    routing._media.update(media)
    routing._save_routers[:] = saving
    routing._load_routers[:] = loading
