"""Each medium fulfils the contract in every Pyodide that pyio supports; see tests/contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract import promises

if TYPE_CHECKING:
    from tests.support.tabs import Tab


@pytest.mark.parametrize(
    "medium", ["LocalStoragePromises", "IndexedDBPromises", "OPFSPromises", "MemoryPromises"]
)
@pytest.mark.parametrize("promise", promises.ALL)
def test_in_each_pyodide(tab: Tab, medium: str, promise: str) -> None:
    """On the page and in a worker, the medium fulfils the contract."""
    tab.python_module(promises, "keep", medium, promise)
