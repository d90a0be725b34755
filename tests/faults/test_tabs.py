"""Several tabs at once, on the same names."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.catalogue import ALL_BROWSER_MEDIA
from tests.faults.scenarios import SCENARIOS
from tests.faults.storms import TYPED, killed_storms, storm

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.stage import Stage
    from tests.support.tabs import Tab


@pytest.mark.every_engine
@pytest.mark.repetition("a fault in a further engine", further_engines=True)
def test_many_tabs(stage: Stage, record_property: Callable[[str, object], None]) -> None:
    """Three tabs with 60 operations leave whole models that one of them saved, and no others."""
    tabs = [stage.tab, stage.open(), stage.open()]
    weather = storm(stage, tabs, 60, 1)
    for tab in tabs[1:]:
        tab.close()
    for medium in ALL_BROWSER_MEDIA:
        record_property("cell", ["many_tabs", medium, stage.engine])
        record_property("outcome", "explained")
    assert weather.unexplained == []
    assert set(weather.errors) <= TYPED
    assert stage.tab.js("() => faults.strays()") == []


@pytest.mark.every_engine
@pytest.mark.repetition("kills with TensorFlow.js after them")
def test_tensorflow_after_a_killed_storm(stage: Stage) -> None:
    """TensorFlow.js and pyio agree after a SIGKILL in a storm, and lose nothing of each other.

    ``python3 -m tests.faults storm --kills 30`` does the same thirty times with more tabs.
    """
    for kill in killed_storms(stage, 2, 1, random.Random(5), 3):
        assert kill.wrong == {}


@pytest.mark.every_engine
@pytest.mark.repetition("a fault in a further engine", further_engines=True)
@pytest.mark.parametrize("medium", ALL_BROWSER_MEDIA)
def test_tabs_of_before_and_after_a_clearing(stage: Stage, medium: str) -> None:
    """Two tabs save whole models, although each may have a lock of its own, as in Chromium."""
    stage.medium = medium
    stage.tab.js("() => fetch('/clear').then((answer) => answer.text())")
    verdicts, note = SCENARIOS["two_tabs"](stage)
    assert (verdicts, note) == (["new"], "saved")


async def race(verb: str) -> Any:
    """Save to the source of a move, or to the destination of a copy, while that goes on."""
    import asyncio

    import pyio

    def model(number: int) -> pyio.ModelArtifacts:
        return pyio.ModelArtifacts(model_topology={"number": number})

    saves: list[asyncio.Task[Any]] = []
    url = "indexeddb://source" if verb == "move" else "localstorage://destination"

    def begin(progress: pyio.Progress) -> None:
        if progress.action == "load" and not saves:
            saves.append(asyncio.ensure_future(pyio.save_artifacts(model(2), url)))

    await pyio.save_artifacts(model(1), "indexeddb://source")
    operation = pyio.move_model if verb == "move" else pyio.copy_model
    try:
        await operation("indexeddb://source", "localstorage://destination", on_progress=begin)
        ended = "done"
    except pyio.PyioError as error:
        ended = type(error).__name__
    await saves[0]
    found = {}
    for place in await pyio.list_models():
        topology: Any = (await pyio.load_artifacts(place)).model_topology
        found[place] = topology["number"]
    return [ended, found]


def test_what_is_saved_during_a_move_is_not_lost(tab: Tab) -> None:
    """A save under the name of a move's source waits, and is not removed with the source."""
    found = {"indexeddb://source": 2, "localstorage://destination": 1}
    assert tab.python(race, "move") == ["done", found]


def test_what_is_saved_during_a_copy_is_not_replaced(tab: Tab) -> None:
    """A model that comes to the destination while a copy loads is not replaced unasked."""
    found = {"indexeddb://source": 1, "localstorage://destination": 2}
    assert tab.python(race, "copy") == ["ModelExistsError", found]


async def move_what_goes_away(remove: str) -> Any:
    """Move a model that is removed behind pyio's back once it is loaded."""
    import js

    import pyio

    def gone(progress: pyio.Progress) -> None:
        if progress.action == "save":
            js.eval(remove)

    await pyio.save_artifacts(pyio.ModelArtifacts({"number": 1}), "localstorage://source")
    places = ("localstorage://source", "indexeddb://destination")
    info = await pyio.move_model(*places, on_progress=gone)
    found: Any = await pyio.load_artifacts("indexeddb://destination")
    return [info.model_topology_bytes, found.model_topology, list(await pyio.list_models())]


def test_a_source_that_is_gone_already_has_been_moved(tab: Tab) -> None:
    """A move succeeds if its source is removed by another tab before the move removes it."""
    moved = [12, {"number": 1}, ["indexeddb://destination"]]
    assert tab.python(move_what_goes_away, "localStorage.clear()") == moved


async def load_what_is_being_written(write: str) -> Any:
    """Load and list a model while the items of another come one by one."""
    import js

    import pyio

    for name, size in (("model", 2), ("other", 5)):
        spec = pyio.WeightSpec("w", (size,), "bool")
        data = (memoryview(bytes(size)),)
        artifacts = pyio.ModelArtifacts({"n": size}, (spec,), data)
        await pyio.save_artifacts(artifacts, f"localstorage://{name}")
    js.eval(write)("model", "other")
    loaded = await pyio.load_artifacts("localstorage://model")
    js.eval(write)("third", "model")
    inspected = await pyio.inspect("localstorage://third")
    js.eval(write)("fourth", "model")
    listed = (await pyio.list_models())["localstorage://fourth"]
    return [loaded.model_topology, inspected.tensors[0].shape, listed.damage]


@pytest.mark.every_engine
@pytest.mark.repetition("a fault in a further engine", further_engines=True)
def test_what_is_being_written_is_looked_at_again(tab: Tab) -> None:
    """A model is not reported as damaged while another tab is writing it."""
    write = """(to, from) => {
      const put = (part) => localStorage.setItem(`tensorflowjs_models/${to}/${part}`,
        localStorage.getItem(`tensorflowjs_models/${from}/${part}`));
      put("weight_data");
      put("info");
      setTimeout(() => ["model_topology", "weight_specs", "model_metadata"].forEach(put), 20);
    }"""
    assert tab.python(load_what_is_being_written, write) == [{"n": 5}, [5], None]
