"""A browser that is killed while it saves comes back with whole models.

``python3 -m tests.faults kills`` does the same a hundred times.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.checkpoints import kills_of_checkpoints
from tests.faults.kills import kills
from tests.faults.moves import MOVES, kills_after_moves
from tests.faults.overtaken import kills_then_tensorflow

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.place import Place
    from tests.faults.stage import Stage
    from tests.support.tabs import Tab


@pytest.mark.every_engine
@pytest.mark.repetition("a fault in a further engine", further_engines=True)
def test_killed_browsers(stage: Stage, new_site: Callable[[], Place]) -> None:
    """After SIGKILL at a random moment all media have the old model or a new one, whole.

    In IndexedDB and OPFS it is at least as new as the last one whose save had returned.
    """
    with new_site() as place:
        stage.page = f"{place.url}/index.html"
        for kill in kills(stage, place, 2, random.Random(5), lambda _: 1.5):
            for found in kill.found.values():
                assert found.verdict in ("old", "new"), kill
            for medium in ("indexeddb", "opfs"):
                assert kill.found[medium].lost_seconds == 0, kill


@pytest.mark.every_engine
@pytest.mark.repetition("a fault in a further engine", further_engines=True)
def test_killed_after_a_move(stage: Stage) -> None:
    """A model that has moved is in one of the two media after SIGKILL, for TensorFlow.js as well.

    ``python3 -m tests.faults kills --moves`` does the same a hundred times.
    """
    for kill in kills_after_moves(stage, 2, random.Random(3), 1.5):
        verdicts = [verdict for found in kill.found.values() for verdict in found]
        assert len(verdicts) == len(MOVES)
        assert set(verdicts) <= {"moved", "kept", "both"}, kill


@pytest.mark.every_engine
@pytest.mark.repetition("kills with TensorFlow.js after them")
def test_tensorflow_after_a_kill(stage: Stage) -> None:
    """What TensorFlow.js saves after a SIGKILL of pyio stays, for both programs.

    ``python3 -m tests.faults kills --overtaken`` does the same a hundred times.
    """
    for kill in kills_then_tensorflow(stage, 2, random.Random(7), 1.5):
        assert set(kill.found.values()) == {"kept"}, kill


@pytest.mark.every_engine
@pytest.mark.repetition("kills while a model is trained")
@pytest.mark.parametrize("url", ["indexeddb://epoch-{epoch}", "indexeddb://m"])
def test_killed_while_a_checkpoint_is_saved(
    stage: Stage, new_site: Callable[[], Place], url: str
) -> None:
    """After SIGKILL in the middle of a save the checkpoint before is whole, with its optimizer."""
    with new_site() as place:
        stage.page = f"{place.url}/index.html"
        for found, begun, saved in kills_of_checkpoints(stage, place, url, random.Random(9), 2):
            assert all(isinstance(epoch, int) for epoch in found.values()), found
            assert found, "no checkpoint is left"
            # The next save may be complete although its end was not heard of.
            assert max(found.values()) in range(saved, begun + 1), (found, begun, saved)
            assert all(
                address in (url, url.replace("{epoch}", str(epoch)))
                for address, epoch in found.items()
            ), found


RECORD = """(url) => {
  window.written = [{ ...localStorage }];
  const { setItem, removeItem } = Storage.prototype;
  window.restore = () => Object.assign(Storage.prototype, { setItem, removeItem });
  const noted = (action) => function (...given) {
    action.apply(this, given);
    written.push({ ...localStorage });
  };
  Storage.prototype.setItem = noted(setItem);
  Storage.prototype.removeItem = noted(removeItem);
}"""
"""Takes down what localStorage holds after each item that is written."""

REPLAY = """(number) => {
  localStorage.clear();
  Object.entries(written[number]).forEach((item) => localStorage.setItem(...item));
}"""


@pytest.mark.parametrize("what", ["save", "first save", "remove"])
def test_a_browser_that_dies_between_two_items(stage: Stage, what: str) -> None:
    """Browsers write items to disk one by one: after each of them the model is whole, or absent.

    The next save goes on as if nothing had happened, and leaves no journal behind.
    """
    stage.medium = "localstorage"
    if what != "first save":
        stage.prepare()
    stage.tab.js(RECORD)
    try:
        if what == "remove":
            stage.program.call(stage.tab, "remove", stage.url("m"))
        else:
            assert stage.save() is None
    finally:
        stage.tab.js("() => restore()")
    found = []
    for number in range(stage.tab.js("() => written.length")):
        stage.tab.js(REPLAY, number)
        found.append(stage.state())
        told = stage.program.call(stage.tab, "load", stage.url("m"))
        assert told == ("ModelNotFoundError" if found[-1] == "nothing" else found[-1])
        listed = stage.program.listed(stage.tab)
        assert (stage.url("m") in listed) == (found[-1] != "nothing")
        if number % 3 == 1:
            assert stage.program.call(stage.tab, "save", stage.url("next"), "next", 10) is None
            assert stage.state() == found[-1]
            assert "pyio_journal" not in stage.tab.js("() => Object.keys(localStorage)")
    before, after = {"save": ("old", "new"), "remove": ("old", "nothing")}.get(
        what, ("nothing", "new")
    )
    assert len(found) > 7
    assert found == sorted(found, key=[before, after].index)
    assert {*found} == {before, after}


def test_a_model_too_large_for_the_journal(stage: Stage) -> None:
    """A model that fits only once is written in place: half of it is named, and never loads."""
    stage.medium = "localstorage"
    stage.prepare()
    stage.tab.js(RECORD)
    try:
        assert stage.save(size=2_500_000) is None
    finally:
        stage.tab.js("() => restore()")
    found = []
    for number in range(stage.tab.js("() => written.length")):
        stage.tab.js(REPLAY, number)
        found.append(stage.program.call(stage.tab, "load", stage.url("m")))
        assert stage.program.call(stage.tab, "load", stage.url("other")) == "other"
    assert {*found} == {"old", "DamagedModelError", "new"}
    assert found == sorted(found, key=["old", "DamagedModelError", "new"].index)


def test_a_journal_that_is_none(tab: Tab) -> None:
    """Models are read and saved whatever another program stores under the journal's name."""

    async def use() -> Any:
        import pyio

        model = pyio.ModelArtifacts(model_topology={"a": 1})
        await pyio.save_artifacts(model, "localstorage://m")
        return (await pyio.load_artifacts("localstorage://m")).model_topology

    for text in ("", "   ", "{", "null", "3", '"x"', '{"a":1}', '{"a":{}}', "[[]]"):
        tab.js("(text) => localStorage.setItem('pyio_journal', text)", text)
        assert tab.python(use) == {"a": 1}
        assert tab.js("() => Object.keys(localStorage).sort()") == sorted(
            f"tensorflowjs_models/m/{part}"
            for part in ("info", "model_topology", "weight_specs", "weight_data", "model_metadata")
        ), json.dumps(text)
