"""Each medium fulfils the contract; see promises.py."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.contract import promises

if TYPE_CHECKING:
    from tests.support.tabs import Tab


@pytest.mark.parametrize("promise", promises.ALL)
def test_memory(promise: str) -> None:
    """In CPython, ``memory://`` fulfils the contract."""
    asyncio.run(promises.keep("MemoryPromises", promise))


@pytest.mark.every_engine
@pytest.mark.parametrize(
    "medium", ["LocalStoragePromises", "IndexedDBPromises", "OPFSPromises", "MemoryPromises"]
)
@pytest.mark.parametrize("promise", promises.ALL)
def test_in_the_page(tab: Tab, medium: str, promise: str) -> None:
    """In Pyodide on a real page, the medium fulfils the contract."""
    tab.python_module(promises, "keep", medium, promise)
