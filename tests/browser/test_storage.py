"""Models in the browser's own stores: across reloads, restarts, and without NumPy."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.tabs import Tab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scripts.support.server import Site
    from tests.engines.contract import Browser

pytestmark = pytest.mark.every_engine
AGAIN = pytest.mark.repetition("another tab or page in a further engine", further_engines=True)
"""For tests that start Python once more; a restart and what the engine's memory takes are kept."""

STORES = ["localstorage://kept", "indexeddb://kept"]


async def save(urls: list[str], first: int) -> None:
    import numpy as np

    import pyio

    for url in urls:
        await pyio.save_arrays({"w": np.arange(first, first + 3, dtype=np.float32)}, url)


async def load(urls: list[str]) -> Any:
    import pyio

    return [(await pyio.load_arrays(url))["w"].tolist() for url in urls]


@AGAIN
def test_models_survive_a_reload(new_tab: Callable[[], Tab]) -> None:
    """Models saved before a reload of the page load after it, in both media."""
    tab = new_tab()
    tab.python(save, STORES, 1)
    tab.reload()
    assert tab.python(load, STORES) == [[1, 2, 3], [1, 2, 3]]


def test_models_survive_a_restart(launch: Callable[..., Browser], site: Site, wheel: Path) -> None:
    """Models load after the browser was closed right after the save and started again."""
    for first in (1, 5):
        browser = launch()
        tab = Tab(browser.open(f"{site.url}/index.html"), wheel.name)
        if first > 1:
            assert tab.python(load, STORES) == [[1, 2, 3], [1, 2, 3]]
        tab.python(save, STORES, first)
        browser.close()


@AGAIN
def test_another_tab_sees_what_was_saved(new_tab: Callable[[], Tab]) -> None:
    """Two tabs of one origin share the models, and either may replace them."""
    one, two = new_tab(), new_tab()
    one.python(save, STORES, 1)
    assert two.python(load, STORES) == [[1, 2, 3], [1, 2, 3]]
    two.python(save, STORES, 7)
    assert one.python(load, STORES) == [[7, 8, 9], [7, 8, 9]]


@AGAIN
def test_numpy_is_not_imported(new_tab: Callable[[], Tab]) -> None:
    """Importing pyio, and listing, copying, moving and removing models, work without NumPy."""
    tab = new_tab()
    tab.python(save, STORES, 1)
    tab.reload()

    async def manage() -> Any:
        import sys

        import pyio

        await pyio.copy_model("indexeddb://kept", "localstorage://copy")
        await pyio.move_model("localstorage://copy", "indexeddb://moved")
        await pyio.remove_model("localstorage://kept")
        return ["numpy" in sys.modules, sorted(await pyio.list_models())]

    assert tab.python(manage) == [False, ["indexeddb://kept", "indexeddb://moved"]]


@AGAIN
def test_import_starts_nothing(new_tab: Callable[[], Tab]) -> None:
    """Importing pyio opens no database, writes no item and makes no request."""
    tab = new_tab()
    tab.js("() => installNumPy()")  # or the harness does, because the function below names it
    requested = "() => performance.getEntriesByType('resource').map(({ name }) => name)"
    before = tab.js(requested)
    assert before

    def imports() -> Any:
        import sys

        import pyio

        return [pyio.__version__, "numpy" in sys.modules]

    assert tab.python(imports) == ["0.1.0", False]
    assert tab.js("() => indexedDB.databases()") == []
    assert tab.js("() => localStorage.length") == 0
    assert tab.js(requested) == before


@AGAIN
def test_weights_are_copied_once_each_way(new_tab: Callable[[], Tab]) -> None:
    """Saving 64 MB takes no WebAssembly memory beyond the arrays, loading takes one copy."""
    tab = new_tab()

    async def grown() -> Any:
        import gc

        import js
        import numpy as np
        import pyodide_js

        import pyio

        size = 64 * 2**20

        def memory() -> int:
            return int(pyodide_js._module.HEAPU8.length)

        # The heap never shrinks, so it grows by what a step needs beyond the free memory.
        array = np.ones(size // 4, dtype=np.float32)
        await pyio.save_arrays({"warm": array[:4]}, "indexeddb://big")
        before = memory()
        await pyio.save_arrays({"w": array}, "indexeddb://big")
        saved = memory()
        js.gc() if hasattr(js, "gc") else gc.collect()
        loaded = await pyio.load_arrays("indexeddb://big")
        assert loaded["w"][-1] == 1
        return [(saved - before) / size, (memory() - saved) / size]

    saving, loading = tab.python(grown)
    assert saving < 0.25
    assert loading < 1.3


@AGAIN
def test_memory_of_a_save_serves_the_next(new_tab: Callable[[], Tab]) -> None:
    """Successive saves reuse one ArrayBuffer; concurrent saves have their own, and never mix."""
    tab = new_tab()
    tab.js(
        """() => {
          window.stored = [];
          const { put } = IDBObjectStore.prototype;
          IDBObjectStore.prototype.put = function (record, ...rest) {
            const buffer = record.modelArtifacts?.weightData;
            if (buffer) stored.push(buffer);
            return put.call(this, record, ...rest);
          };
        }"""
    )

    async def save_all(size: int) -> Any:
        import asyncio

        import numpy as np

        import pyio

        arrays = [np.full(size, number, np.int32) for number in range(4)]

        async def save(number: int) -> None:
            await pyio.save_arrays({"w": arrays[number]}, f"indexeddb://{number}")

        await save(0)
        await save(1)
        await asyncio.gather(save(2), save(3))
        found = [(await pyio.load_arrays(f"indexeddb://{number}"))["w"] for number in range(4)]
        return [[int(array[0]), len(set(array.tolist())), array.size] for array in found]

    for size in (1000, 3_000_000):  # made before the transaction, and during it
        assert tab.python(save_all, size) == [[number, 1, size] for number in range(4)]
    small, large = tab.js(
        """() => [stored.slice(0, 4), stored.slice(4)].map((buffers) =>
          [buffers[0] === buffers[1], buffers[2] === buffers[3]])"""
    )
    assert small == [True, False]
    assert large[0] is True


@AGAIN
def test_a_page_that_allows_no_eval(browser_kept: Browser, site: Site, wheel: Path) -> None:
    """Without eval IndexedDB and OPFS work, and the error of localStorage says what it needs."""
    view = browser_kept.open(f"{site.url}/strict.html?wheel={wheel.name}")
    deadline = time.monotonic() + 60
    while not view.title().startswith("[") and time.monotonic() < deadline:
        time.sleep(0.1)
    indexed_db, opfs, *others = json.loads(view.title())
    view.close()
    assert indexed_db == opfs == {"a": 1}
    assert [kind for kind, _ in others] == ["UnsupportedEnvironmentError"] * 2
    for (_, message), scheme in zip(others, ("localstorage://", "http://"), strict=True):
        assert f"for {scheme}" in message
        assert "'unsafe-eval'" in message
        assert "indexeddb://" in message


def test_a_model_that_would_end_the_tab_is_refused(tab: Tab) -> None:
    """The limit is checked before anything is copied, and the model that is there stays."""

    async def refuse() -> Any:
        import numpy as np

        import pyio

        await pyio.save_arrays({"w": np.ones(3, np.float32)}, "indexeddb://large")
        pyio.limits.RECORD_BYTES, before = 100, pyio.limits.RECORD_BYTES
        try:
            await pyio.save_arrays({"w": np.ones(99, np.float32)}, "indexeddb://large")
            said = "saved"
        except pyio.StorageError as error:
            said = str(error)
        pyio.limits.RECORD_BYTES = before
        return [said, (await pyio.load_arrays("indexeddb://large"))["w"].size]

    said, size = tab.python(refuse)
    assert "at most 100 (pyio.limits.RECORD_BYTES): the browser would end the tab" in said
    assert size == 3
