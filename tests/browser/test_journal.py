"""TensorFlow.js after a crash of pyio: what it saves and removes is never undone by the journal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.tabs import Tab

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition(
        "TensorFlow.js after a crash, in a further engine", further_engines=True
    ),
]

CRASH = """(left) => {
  // As if the browser were killed after `left` changes: later calls change nothing.
  const { setItem, removeItem } = Storage.prototype;
  const until = (change) => function (...args) { if (left-- > 0) change.apply(this, args); };
  Storage.prototype.setItem = until(setItem);
  Storage.prototype.removeItem = until(removeItem);
  window.restore = () => { Object.assign(Storage.prototype, { setItem, removeItem }); };
}"""

JOURNALLED = range(3, 9)
"""After how many changes there is a journal: it comes third, after trying whether it fits."""


async def save(url: str, size: int) -> None:
    import pyio

    spec = pyio.WeightSpec("w", (size,), "bool")
    model = pyio.ModelArtifacts({"t": size}, (spec,), (memoryview(bytes(size)),))
    await pyio.save_artifacts(model, url)


async def remove(url: str, _size: int) -> None:
    import pyio

    await pyio.remove_model(url)


async def state(url: str) -> Any:
    """The topology of what pyio loads or the name of the error, and what is listed as damaged."""
    import pyio

    listed = await pyio.list_models()
    damaged = {address: info.damage for address, info in listed.items() if info.damage}
    try:
        return [(await pyio.load_artifacts(url)).model_topology, damaged]
    except pyio.PyioError as error:
        return [type(error).__name__, damaged]


def crash(tab: Tab, action: Any, changes: int) -> None:
    """Let pyio's `action` end after this number of changes."""
    tab.js(CRASH, changes)
    tab.python(action, "localstorage://m", 20)
    tab.js("() => restore()")
    assert "pyio_journal" in tab.js("() => Object.keys(localStorage)"), changes


@pytest.mark.parametrize("action", [save, remove])
def test_what_tensorflow_saves_after_a_crash(tab: Tab, action: Any) -> None:
    """It stays, whatever the crash had interrupted and whatever pyio saves next."""
    tab.tensorflow()
    for changes in JOURNALLED:
        tab.js("() => localStorage.clear()")
        tab.python(save, "localstorage://m", 10)
        crash(tab, action, changes)
        tab.js("() => interop.saveModel('localstorage://m')")
        saved = tab.js("() => ({ ...localStorage })")
        found, damaged = tab.python(state, "localstorage://m")
        assert found["class_name"] == "Sequential", changes
        assert damaged == {}
        tab.python(save, "localstorage://unrelated", 5)
        now = tab.js("() => ({ ...localStorage })")
        assert saved.pop("pyio_journal")
        assert "pyio_journal" not in now
        assert {key: text for key, text in now.items() if "/m/" in key} == saved, changes
        predicted = tab.js("() => interop.predictStored('localstorage://m')")
        assert predicted == pytest.approx(tab.js("() => interop.predictBuilt()"))


def test_what_tensorflow_removes_after_a_crash(tab: Tab) -> None:
    """It does not come back."""
    tab.tensorflow()
    for changes in JOURNALLED:
        tab.js("() => localStorage.clear()")
        tab.python(save, "localstorage://m", 10)
        crash(tab, save, changes)
        tab.js("() => interop.remove('localstorage://m')")
        assert tab.python(state, "localstorage://m") == ["ModelNotFoundError", {}], changes
        tab.python(save, "localstorage://unrelated", 5)
        assert tab.js("() => interop.list()") == ["localstorage://unrelated"]


OLDER = """(removal) => {
  const entries = Object.entries(localStorage);
  const journal = entries.map(([key, text]) => [key, removal ? null : text]);
  localStorage.setItem("pyio_journal", JSON.stringify(Object.fromEntries(journal)));
}"""
"""A journal as pyio wrote it before it knew what it replaces."""


@pytest.mark.parametrize("removal", [False, True])
def test_a_journal_of_an_older_pyio(tab: Tab, removal: bool) -> None:
    """It is finished as before, except where TensorFlow.js has saved the model since."""
    tab.tensorflow()
    tab.python(save, "localstorage://m", 20)
    tab.js(OLDER, removal)
    tab.js("() => localStorage.removeItem('tensorflowjs_models/m/model_metadata')")
    tab.js("() => localStorage.setItem('tensorflowjs_models/m/model_topology', '{\"t\":1}')")
    left = ["ModelNotFoundError", {}] if removal else [{"t": 20}, {}]
    assert tab.python(state, "localstorage://m") == left
    tab.python(save, "localstorage://unrelated", 5)
    assert tab.python(state, "localstorage://m") == left

    tab.js("() => localStorage.clear()")
    tab.python(save, "localstorage://m", 20)
    tab.js(OLDER, removal)
    tab.js("() => interop.saveModel('localstorage://m')")
    found, damaged = tab.python(state, "localstorage://m")
    assert (found["class_name"], damaged) == ("Sequential", {})
    tab.python(save, "localstorage://unrelated", 5)
    assert tab.python(state, "localstorage://m") == [found, {}]
    assert "pyio_journal" not in tab.js("() => Object.keys(localStorage)")


def test_an_older_pyio_reads_a_journal(tab: Tab) -> None:
    """It takes each member for an item: writes all, and then removes the journal itself."""
    tab.python(save, "localstorage://m", 10)
    crash(tab, save, 3)
    before, after = tab.js(
        """() => {
          const before = { ...localStorage };
          const items = JSON.parse(localStorage.getItem("pyio_journal"));
          for (const [key, text] of Object.entries(items)) localStorage.setItem(key, text);
          localStorage.removeItem("pyio_journal");
          return [before, { ...localStorage }];
        }"""
    )
    assert sorted(after) == sorted(set(before) - {"pyio_journal"})
    assert json.loads(after["tensorflowjs_models/m/model_topology"]) == {"t": 20}
    assert tab.python(state, "localstorage://m") == [{"t": 20}, {}]


COUNT = """() => {
  window.counts = { calls: 0, characters: 0 };
  const { getItem, setItem } = Storage.prototype;
  Storage.prototype.getItem = function (key) {
    const text = getItem.call(this, key);
    counts.calls += 1;
    counts.characters += text?.length ?? 0;
    return text;
  };
  Storage.prototype.setItem = function (key, text) {
    counts.calls += 1;
    counts.characters += text.length;
    setItem.call(this, key, text);
  };
  window.restore = () => { Object.assign(Storage.prototype, { getItem, setItem }); };
}"""


async def work(names: list[str]) -> None:
    """Save, list, report and repair."""
    import pyio

    for name in names:
        await pyio.save_artifacts(pyio.ModelArtifacts({"t": 1}), f"localstorage://{name}")
    await pyio.list_models()
    await pyio.storage_report()
    await pyio.repair("localstorage://")


def test_work_grows_with_the_number_of_models(tab: Tab) -> None:
    """Twice as many models take twice as many accesses, and twice as many characters."""
    found = []
    for number in (20, 40):
        tab.js("() => localStorage.clear()")
        tab.js(COUNT)
        tab.python(work, [f"m{index:03}" for index in range(number)])
        found.append(tab.js("() => { restore(); return counts; }"))
    small, large = found
    assert small["calls"] > 100
    for what in ("calls", "characters"):
        assert large[what] < 2.1 * small[what], what
