"""Each medium keeps the contract; see promises.py for what that is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.contract import promises

if TYPE_CHECKING:
    from tests.support.tabs import Tab


@pytest.mark.parametrize("promise", promises.ALL)
def test_memory(promise: str) -> None:
    """In CPython, ``memory://`` keeps its promise."""
    asyncio.run(promises.keep("MemoryPromises", promise))


@pytest.mark.every_engine
@pytest.mark.parametrize("medium", ["LocalStoragePromises", "IndexedDBPromises", "MemoryPromises"])
@pytest.mark.parametrize("promise", promises.ALL)
def test_in_the_page(tab: Tab, medium: str, promise: str) -> None:
    """In Pyodide on a real page, the medium keeps its promise."""
    tab.python_module(promises, "keep", medium, promise)
