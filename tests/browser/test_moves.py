"""Moves from IndexedDB to localStorage, which the browser writes to disk later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.tabs import Tab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scripts.support.server import Site
    from tests.engines.contract import Browser

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("the end of a move, in a further engine", further_engines=True),
]

SOURCE, DESTINATION = "indexeddb://a", "localstorage://b"

KILL = """(before) => {
  localStorage.clear();
  Object.entries(before).forEach((item) => localStorage.setItem(...item));
}"""
"""What a kill leaves that comes before the browser has written localStorage to disk."""

KEYS = """() => new Promise((done) => {
  indexedDB.open("tensorflowjs").onsuccess = ({ target: { result } }) => {
    const names = ["models_store", "model_info_store"];
    const transaction = result.transaction(names);
    const requests = names.map((name) => transaction.objectStore(name).getAllKeys());
    transaction.oncomplete = () => {
      result.close();
      done(requests.map((request) => request.result));
    };
  };
})"""
"""The keys of both stores."""


async def save(url: str, number: int) -> None:
    import pyio

    data = (memoryview(bytes([number] * 8)),)
    specs = (pyio.WeightSpec("w", (8,), "bool"),)
    await pyio.save_artifacts(pyio.ModelArtifacts({"number": number}, specs, data), url)


async def move(source: str, destination: str, overwrite: bool = False) -> str | None:
    import pyio

    try:
        await pyio.move_model(source, destination, overwrite=overwrite)
    except pyio.PyioError as error:
        return type(error).__name__
    return None


async def found() -> Any:
    """The number of each model that is listed; None for one that does not load."""
    import pyio

    numbers: dict[str, Any] = {}
    for url in await pyio.list_models():
        try:
            topology: Any = (await pyio.load_artifacts(url)).model_topology
            numbers[url] = topology["number"]
        except pyio.PyioError:
            numbers[url] = None
    return numbers


def items(tab: Tab) -> Any:
    return tab.js("() => ({ ...localStorage })")


async def try_everything(url: str) -> Any:
    """The result of each function of pyio for a model that was moved away."""
    import pyio

    said: list[Any] = [await pyio.exists(url), url in await pyio.list_models()]
    report = await pyio.storage_report()
    said.append(url in dict(report.models))
    actions: list[Callable[[], Any]] = [
        lambda: pyio.load_artifacts(url),
        lambda: pyio.inspect(url),
        lambda: pyio.copy_model(url, "memory://c"),
        lambda: pyio.move_model(url, "memory://c"),
        lambda: pyio.remove_model(url),
    ]
    for action in actions:
        try:
            await action()
            said.append("done")
        except pyio.PyioError as error:
            said.append(type(error).__name__)
    return said


def test_the_source_is_gone_for_pyio(tab: Tab) -> None:
    """After a move no function of pyio finds the source, and all find the destination."""
    tab.python(save, SOURCE, 1)
    assert tab.python(move, SOURCE, DESTINATION) is None
    assert tab.python(try_everything, SOURCE) == [False] * 3 + ["ModelNotFoundError"] * 5
    assert tab.python(found) == {DESTINATION: 1}


def test_a_kill_brings_the_source_back(tab: Tab) -> None:
    """A kill that takes the destination leaves the source as it was, and nothing beside it."""
    tab.python(save, SOURCE, 1)
    before = items(tab)
    assert tab.python(move, SOURCE, DESTINATION) is None
    tab.js(KILL, before)
    assert tab.python(found) == {SOURCE: 1}
    assert tab.js(KEYS) == [["a"], ["a"]]
    assert items(tab) == before


def test_a_kill_before_the_listing(tab: Tab) -> None:
    """The source loads, and can be replaced and removed, before anything has listed the models."""
    for number, use in enumerate(("load", "save", "remove")):
        tab.python(save, SOURCE, number)
        before = items(tab)
        assert tab.python(move, SOURCE, DESTINATION) is None
        tab.js(KILL, before)

        async def act(what: str) -> Any:
            import pyio

            if what == "remove":
                await pyio.remove_model("indexeddb://a")
                return None
            if what == "save":
                await pyio.save_artifacts(pyio.ModelArtifacts({"number": 7}), "indexeddb://a")
            return (await pyio.load_artifacts("indexeddb://a")).model_topology

        left = {"load": {"number": number}, "save": {"number": 7}, "remove": None}[use]
        assert tab.python(act, use) == left
        expected = {} if use == "remove" else {SOURCE: (left or {})["number"]}
        if use == "save":  # what was replaced is there as well: pyio cannot know what was meant
            expected["indexeddb://a (recovered 1)"] = number
        assert tab.python(found) == expected
        tab.clear_storage()


def test_a_save_under_the_name_of_the_source(tab: Tab) -> None:
    """The name is free after the move, and a kill then loses neither of the two models."""
    tab.python(save, SOURCE, 1)
    before = items(tab)
    assert tab.python(move, SOURCE, DESTINATION) is None
    tab.python(save, SOURCE, 2)
    assert tab.python(found) == {SOURCE: 2, DESTINATION: 1}
    tab.js(KILL, before)
    assert tab.python(found) == {SOURCE: 2, "indexeddb://a (recovered 1)": 1}
    assert tab.python(found) == {SOURCE: 2, "indexeddb://a (recovered 1)": 1}


def test_a_move_there_and_back(tab: Tab) -> None:
    """A model that has come back to its name is there once, after a kill as well."""
    tab.python(save, SOURCE, 1)
    before = items(tab)
    assert tab.python(move, SOURCE, DESTINATION) is None
    assert tab.python(move, DESTINATION, SOURCE) is None
    assert tab.python(found) == {SOURCE: 1}
    tab.js(KILL, before)
    assert tab.python(found) == {SOURCE: 1}
    assert tab.js(KEYS) == [["a"], ["a"]]


def test_a_kill_after_an_overwriting_move(tab: Tab) -> None:
    """The model that was at the destination is there again, and so is the source."""
    tab.python(save, SOURCE, 1)
    tab.python(save, DESTINATION, 2)
    before = items(tab)
    assert tab.python(move, SOURCE, DESTINATION) == "ModelExistsError"
    assert tab.js(KEYS) == [["a"], ["a"]]
    assert items(tab) == before
    assert tab.python(move, SOURCE, DESTINATION, True) is None
    assert tab.python(found) == {DESTINATION: 1}
    tab.js(KILL, before)
    assert tab.python(found) == {SOURCE: 1, DESTINATION: 2}


def test_no_model_at_the_source(tab: Tab) -> None:
    """A move without a source raises the usual error, and leaves nothing behind."""
    assert tab.python(move, SOURCE, DESTINATION) == "ModelNotFoundError"
    tab.python(save, SOURCE, 1)
    assert tab.python(move, SOURCE, DESTINATION) is None
    assert tab.python(move, SOURCE, DESTINATION, True) == "ModelNotFoundError"
    assert tab.python(found) == {DESTINATION: 1}


async def cancel(number: int) -> bool:
    """Cancel a move when it waits for the n-th time; return whether it waited as often."""
    import asyncio
    from contextlib import suppress

    import pyio

    task = asyncio.ensure_future(pyio.move_model("indexeddb://a", "localstorage://b"))
    for _ in range(number):
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return task.cancelled()


def test_a_move_that_is_cancelled(tab: Tab) -> None:
    """Whenever a move is cancelled, the model is in one medium or in both, whole, for pyio."""
    number, seen = 0, set()
    while True:
        tab.python(save, SOURCE, 1)
        cancelled = tab.python(cancel, number)
        left = tab.python(found)
        assert set(left.values()) == {1}
        seen.add(tuple(left))
        tab.clear_storage()
        if not cancelled:
            break
        number += 3
    assert number > 3
    assert (SOURCE,) in seen


def test_tensorflow_saves_under_the_name_of_the_source(tab: Tab) -> None:
    """What TensorFlow.js saves after a move is there for pyio, and stays."""
    tab.python(save, SOURCE, 1)
    before = items(tab)
    assert tab.python(move, SOURCE, DESTINATION) is None
    tab.tensorflow()
    tab.js("""() => tf.io.getSaveHandlers("indexeddb://a")[0].save({
      modelTopology: { number: 3 }, weightSpecs: [], weightData: new ArrayBuffer(0),
    })""")
    assert tab.python(found) == {SOURCE: 3, DESTINATION: 1}
    tab.js(KILL, before)
    assert tab.python(found) == {SOURCE: 3, "indexeddb://a (recovered 1)": 1}


def test_after_a_day_the_records_are_removed(tab: Tab) -> None:
    """A browser that keeps running has written localStorage by then."""
    tab.python(save, SOURCE, 1)
    assert tab.python(move, SOURCE, DESTINATION) is None
    assert tab.python(found) == {DESTINATION: 1}
    assert tab.js(KEYS)[0] != []
    tab.js("""() => {
      const moves = JSON.parse(localStorage.getItem("pyio_moves"));
      Object.values(moves).forEach((move) => { move.begun -= 25 * 3600; });
      localStorage.setItem("pyio_moves", JSON.stringify(moves));
    }""")
    assert tab.python(found) == {DESTINATION: 1}
    assert tab.js(KEYS) == [[], []]
    assert "pyio_moves" not in items(tab)


def test_after_a_restart_the_records_are_removed(
    launch: Callable[..., Browser], site: Site, wheel: Path
) -> None:
    """A listing of the next run of the browser removes the records of the source."""
    browser = launch()
    tab = Tab(browser.open(f"{site.url}/index.html"), wheel.name)
    tab.python(save, SOURCE, 1)
    assert tab.python(move, SOURCE, DESTINATION) is None
    assert tab.python(found) == {DESTINATION: 1}
    assert len(tab.js(KEYS)[0]) == 2
    browser.close()
    browser = launch()
    tab = Tab(browser.open(f"{site.url}/index.html"), wheel.name)
    assert tab.python(found) == {DESTINATION: 1}
    assert tab.js(KEYS) == [[], []]
    assert "pyio_moves" not in items(tab)


def test_memory_of_the_page_is_refused(tab: Tab) -> None:
    """On a page the files of Pyodide end with it, so that nothing moves there by mistake."""
    tab.python(save, SOURCE, 1)
    assert tab.python(move, SOURCE, "file:///models/a") == "UnsupportedOperationError"
    assert tab.python(found) == {SOURCE: 1}
