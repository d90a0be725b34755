"""A lock that is not released is told with a typed error, and never waited for without end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tabs import Tab

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("waiting for a lock, in a further engine", further_engines=True),
]

HOLD = """(name) => new Promise((held) => {
  navigator.locks.request(name, () => new Promise((release) => {
    window.release = release;
    held();
  }));
})"""

KEEP_OPEN = """() => new Promise((begun, failed) => {
  const open = indexedDB.open("tensorflowjs");
  open.onerror = failed;
  open.onsuccess = () => {
    const stores = ["models_store", "model_info_store"];
    const store = open.result.transaction(stores, "readwrite").objectStore("models_store");
    const goOn = () => {
      begun();
      if (!window.ended) store.get("x").onsuccess = goOn;
    };
    goOn();
  };
})"""
"""A transaction that writes, and does not end: the browser asks for the next request for ever."""


async def use(scheme: str, seconds: float, left: str) -> Any:
    """What becomes of everything that may need the lock, and how long a save took."""
    import time

    import pyio

    pyio.limits.LOCK_SECONDS = seconds
    model = pyio.ModelArtifacts(model_topology={"t": 1})
    found: dict[str, Any] = {}
    actions = {
        "save": lambda: pyio.save_artifacts(model, f"{scheme}://new"),
        "load": lambda: pyio.load_artifacts(f"{scheme}://there"),
        "move": lambda: pyio.move_model(f"{scheme}://there", f"{scheme}://moved"),
        "remove": lambda: pyio.remove_model(f"{scheme}://{left}"),
        "list": lambda: pyio.list_models(),
        "report": pyio.storage_report,
    }
    for name, action in actions.items():
        began = time.monotonic()
        try:
            await action()
            found[name] = "done"
        except pyio.LockTimeoutError as error:
            found[name] = [error.lock, error.seconds, str(error)]
        except pyio.StorageError as error:
            found[name] = [error.reason, None, str(error)]
        found[f"{name} seconds"] = time.monotonic() - began
    pyio.limits.LOCK_SECONDS = 6.0
    return found


async def store(url: str) -> Any:
    import pyio

    await pyio.save_artifacts(pyio.ModelArtifacts(model_topology={"t": 1}), url)


@pytest.mark.parametrize("scheme", ["indexeddb", "localstorage"])
def test_another_tab_that_does_not_release_its_lock(
    new_tab: Callable[[], Tab], scheme: str
) -> None:
    """What changes a model ends with an error; loading and listing need no lock."""
    tab = new_tab()
    tab.python(store, f"{scheme}://there")
    other = new_tab()
    other.js(HOLD, f"pyio {scheme}")
    found = tab.python(use, scheme, 0.5, "there")
    for name in ("save", "remove", "move"):
        lock, seconds, text = found[name]
        assert (lock, seconds) == (f"pyio {scheme}", 0.5)
        assert text.startswith("nothing was changed: another tab or worker of this origin has not")
        assert 0.4 < found[f"{name} seconds"] < 5, name
    assert [found[name] for name in ("load", "list", "report")] == ["done"] * 3
    other.js("() => release()")
    again = tab.python(use, scheme, 5, "moved")
    assert [value for name, value in again.items() if "seconds" not in name] == ["done"] * 6
    assert tab.js("async () => (await navigator.locks.query()).held.length") == 0


def test_another_tab_that_does_not_end_its_transaction(new_tab: Callable[[], Tab]) -> None:
    """Everything that needs the database ends with an error in time, loading and listing too."""
    tab = new_tab()
    tab.python(store, "indexeddb://there")
    other = new_tab()
    other.js(KEEP_OPEN)
    found = tab.python(use, "indexeddb", 0.5, "there")
    for name in ("load", "move", "remove"):
        lock, seconds, text = found[name]
        assert (lock, seconds) == ("tensorflowjs", 0.5), name
        assert text.startswith("nothing was changed: another tab or worker of this origin has not")
    # A small save is on its way to the disk from the beginning, and no browser takes that back.
    assert "What was to be stored may be stored then" in found["save"][2]
    assert found["list"] == found["report"] == "done"  # with the reason in its row
    assert all(value < 8 for name, value in found.items() if "seconds" in name), found
    other.js("() => { window.ended = true; }")
    again = tab.python(use, "indexeddb", 5, "moved")
    assert [value for name, value in again.items() if "seconds" not in name] == ["done"] * 6


async def wait_in_turn() -> Any:
    """Three operations at once, one of which holds the lock for longer than the limit."""
    import asyncio

    import pyio
    from pyio.handlers.indexed_db.store import exclusive

    pyio.limits.LOCK_SECONDS = 0.6
    model = pyio.ModelArtifacts(model_topology={"t": 1})

    async def hold(seconds: float) -> str:
        async with exclusive():
            await asyncio.sleep(seconds)
        return "held"

    async def save(name: str) -> str:
        try:
            await pyio.save_artifacts(model, f"indexeddb://{name}")
        except pyio.LockTimeoutError as error:
            return str(error)
        return "saved"

    found = []
    for seconds in (0.9, 0.3):
        holding = asyncio.ensure_future(hold(seconds))
        await asyncio.sleep(0.1)
        found.append(await asyncio.gather(save("a"), save("b"), holding))
    pyio.limits.LOCK_SECONDS = 6.0
    return found


def test_the_limit_counts_those_that_come_first(tab: Tab) -> None:
    """Each operation that waits before this one may take its own time."""
    (first, second, _), short = tab.python(wait_in_turn)
    assert "another task of this Python has not released the lock 'pyio indexeddb'" in first
    assert second == "saved"
    assert short == ["saved", "saved", "held"]


async def sync_in_a_callback(scheme: str) -> Any:
    """The callback of a save, and of a load, calls pyio.sync."""
    import pyio
    import pyio.sync

    spec = pyio.WeightSpec("w", (8,), "bool")
    model = pyio.ModelArtifacts({"t": 1}, (spec,), (memoryview(bytes(8)),))
    await pyio.save_artifacts(model, f"{scheme}://other")
    found = []

    def call(_progress: pyio.Progress) -> None:
        try:
            pyio.sync.remove_model(f"{scheme}://other")
        except pyio.UnsupportedEnvironmentError as error:
            found.append(str(error))

    await pyio.save_artifacts(model, f"{scheme}://m", on_progress=call)
    await pyio.load_artifacts(f"{scheme}://m", on_progress=call)
    return [found, await pyio.exists(f"{scheme}://other")]


@pytest.mark.parametrize("scheme", ["indexeddb", "localstorage"])
def test_sync_inside_a_callback(tab: Tab, scheme: str) -> None:
    """It is refused before it begins: it would wait for the operation that waits for it."""
    found, still_there = tab.python(sync_in_a_callback, scheme)
    assert len(found) >= 3
    assert {text.partition(",")[0] for text in found} == {
        "pyio.sync cannot wait inside on_progress"
    }
    assert still_there
