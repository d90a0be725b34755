"""repair in a real browser: states left behind by TensorFlow.js and by killed saves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tabs import Tab


pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition(
        "repair of what other programs left, in a further engine", further_engines=True
    ),
]


async def save(url: str, size: int = 8) -> None:
    import pyio

    spec = pyio.WeightSpec("w", (size,), "bool")
    data = (memoryview(bytes(index % 251 for index in range(size))),)
    model = pyio.ModelArtifacts(model_topology={"t": 1}, weight_specs=(spec,), weight_data=data)
    await pyio.save_artifacts(model, url)


async def repair(place: str | None = None, apply: bool = False, delete: bool = False) -> Any:
    """The findings and actions of repair as JSON, and its printed text."""
    from dataclasses import asdict

    import pyio

    plan = await pyio.repair(place, apply=apply, delete_database=delete)
    return asdict(plan) | {"text": str(plan)}


async def load(url: str) -> Any:
    """The bytes of a model's weights, or [class, message] of an error."""
    import pyio

    try:
        model = await pyio.load_artifacts(url)
    except pyio.PyioError as error:
        return [type(error).__name__, str(error)]
    return b"".join(model.weight_data or ()).hex()


async def damages() -> Any:
    import pyio

    return {url: info.damage for url, info in (await pyio.list_models()).items()}


def snapshot(tab: Tab) -> Any:
    return tab.js("async () => [await rawSnapshot(), {...localStorage}]")


def applied(tab: Tab, place: str | None = None, **choices: Any) -> Any:
    """Run repair, check that it changed nothing, and run it again with apply=True."""
    before = snapshot(tab)
    plan = tab.python(repair, place, False, choices.get("delete", False))
    assert snapshot(tab) == before, "nothing is changed without apply"
    assert not any(finding["done"] for finding in plan["findings"])
    done = tab.python(repair, place, True, choices.get("delete", False))
    told = ("where", "problem", "action", "acts", "bytes_freed")
    assert [[f[key] for key in told] for f in plan["findings"]] == [
        [f[key] for key in told] for f in done["findings"]
    ]
    return done["findings"]


# localStorage

INTERRUPT = """async (left) => {
  // As if the browser were killed after `left` changes: later calls change nothing.
  const { setItem, removeItem } = Storage.prototype;
  const until = (change) => function (...args) { if (left-- > 0) change.apply(this, args); };
  Storage.prototype.setItem = until(setItem);
  Storage.prototype.removeItem = until(removeItem);
  try {
    await ACTION;
  } finally {
    Storage.prototype.setItem = setItem;
    Storage.prototype.removeItem = removeItem;
  }
}"""


def interrupt(tab: Tab, action: str, changes: int) -> None:
    """Run an action of TensorFlow.js that is interrupted after `changes` changes."""
    tab.js(INTERRUPT.replace("ACTION", action), changes)


@pytest.mark.parametrize("written", [1, 2, 3])
def test_a_save_of_tensorflow_that_was_killed(tab: Tab, written: int) -> None:
    """The info, which is written first, and the other items of the incomplete model are removed."""
    tab.tensorflow()
    tab.python(save, "localstorage://other")
    before = snapshot(tab)
    interrupt(tab, 'interop.saveModel("localstorage://ghost")', written)
    assert tab.js("() => interop.list()") == ["localstorage://ghost", "localstorage://other"]
    assert tab.js("() => Object.keys(localStorage).length") == 5 + written
    (finding,) = applied(tab)
    assert finding["where"] == "localstorage://ghost"
    assert "is missing" in finding["problem"]
    assert finding["action"] == "remove what is left, which is not a whole model"
    assert finding["done"]
    assert finding["bytes_freed"] > 100
    assert snapshot(tab) == before
    assert tab.js("() => interop.list()") == ["localstorage://other"]


def test_a_save_of_tensorflow_that_lacks_its_metadata(tab: Tab) -> None:
    """If only the last item is missing, the model is whole, like models of TensorFlow.js 0.x."""
    tab.tensorflow()
    interrupt(tab, 'interop.saveModel("localstorage://m")', 4)
    assert applied(tab) == []
    assert tab.js("() => interop.list()") == ["localstorage://m"]


@pytest.mark.parametrize("removed", [1, 2])
def test_a_removal_of_tensorflow_that_was_killed(tab: Tab, removed: int) -> None:
    """If the info, or also the topology, is gone, the weights are kept and listed again."""
    tab.tensorflow()
    tab.js("() => interop.saveModel('localstorage://m')")
    data = tab.python(load, "localstorage://m")
    interrupt(tab, 'interop.remove("localstorage://m")', removed)
    assert tab.js("() => interop.list()") == []
    (finding,) = applied(tab)
    assert finding["problem"].startswith("its info")
    assert "its weights and specs agree" in finding["action"]
    assert finding["done"]
    assert tab.python(load, "localstorage://m") == data
    assert tab.python(damages) == {"localstorage://m": None}
    assert tab.js("() => interop.list()") == ["localstorage://m"]
    if removed == 1:
        predicted = tab.js("() => interop.predictStored('localstorage://m')")
        assert predicted == pytest.approx(tab.js("() => interop.predictBuilt()"))


def test_a_removal_that_took_the_weights(tab: Tab) -> None:
    """A model without its weights or specs is incomplete, and its other items are removed."""
    tab.tensorflow()
    for removed in (3, 4):
        tab.js("() => interop.saveModel('localstorage://m')")
        interrupt(tab, 'interop.remove("localstorage://m")', removed)
        (finding,) = applied(tab, "localstorage://m")
        assert finding["done"]
        assert tab.js("() => localStorage.length") == 0


def test_an_overwrite_of_tensorflow_that_was_killed(tab: Tab) -> None:
    """After the first item the old model has the wrong info, and repair corrects the info.

    After later items the model is a mixture of two; repair reports it and changes nothing.
    """
    tab.tensorflow()
    for written, mended in ((1, True), (2, False), (3, False)):
        tab.python(save, "localstorage://m", 1000)
        data = tab.python(load, "localstorage://m")
        assert len(data) == 2000
        interrupt(tab, 'interop.saveModel("localstorage://m")', written)
        assert tab.python(load, "localstorage://m")[0] == "DamagedModelError"
        (finding,) = applied(tab)
        assert finding["done"] is finding["acts"] is mended
        assert (tab.python(load, "localstorage://m") == data) is mended
        assert ("nothing; topology, specs and weights are there" in finding["action"]) is not mended


def test_tensorflow_without_room(tab: Tab) -> None:
    """Over quota TensorFlow.js itself removes all five items, also the old model's."""
    tab.tensorflow()
    tab.python(save, "localstorage://m")
    failed = (
        "() => interop.saveNoise('localstorage://m', 5e6).then(() => '', ({message}) => message)"
    )
    assert "quota" in tab.js(failed)
    assert applied(tab) == []
    assert tab.js("() => localStorage.length") == 0


def test_damage_is_named_and_kept(tab: Tab) -> None:
    """A model with all of its items is never removed, however damaged it is."""
    tab.python(save, "localstorage://m")
    for part, text in (
        ("model_topology", "{"),
        ("weight_specs", "[]"),
        ("weight_data", "AAA*"),
        ("model_metadata", "5"),
    ):
        tab.python(save, "localstorage://m")
        key = f"tensorflowjs_models/m/{part}"
        tab.js("([key, text]) => localStorage.setItem(key, text)", [key, text])
        before = snapshot(tab)
        (finding,) = applied(tab)
        assert not finding["acts"]
        assert "remove_model() removes it" in finding["action"]
        assert snapshot(tab) == before


async def save_verified(url: str) -> None:
    import pyio

    model = pyio.ModelArtifacts(model_topology={"t": 1})
    await pyio.save_artifacts(model, url, checksum=True)


@pytest.mark.parametrize("scheme", ["localstorage", "indexeddb"])
def test_a_model_whose_digest_is_wrong(tab: Tab, scheme: str) -> None:
    """A model with a wrong digest gets no info, because it was changed, and is not removed."""
    tab.python(save_verified, f"{scheme}://m")
    if scheme == "localstorage":
        tab.js("""() => {
          localStorage.setItem("tensorflowjs_models/m/model_topology", '{"t":2}');
          localStorage.removeItem("tensorflowjs_models/m/info");
        }""")
    else:
        tab.js("""async () => {
          const record = JSON.parse(await rawSnapshot())[0][0];
          record.modelArtifacts.modelTopology.t = 2;
          delete record.modelArtifacts.weightData;
          await rawPut("models_store", JSON.stringify(record));
          await rawDelete("model_info_store", "m");
        }""")
    before = snapshot(tab)
    (finding,) = applied(tab)
    assert not finding["acts"]
    assert "remove_model() removes it" in finding["action"]
    assert snapshot(tab) == before


@pytest.mark.parametrize("text", ["{", "null", '{"dateSaved":"x"}'])
def test_an_info_that_cannot_be_read(tab: Tab, text: str) -> None:
    """An unreadable info makes TensorFlow.js list nothing; for a whole model it is rewritten."""
    tab.tensorflow()
    tab.js("() => interop.saveModel('localstorage://m')")
    data = tab.python(load, "localstorage://m")
    tab.js("text => localStorage.setItem('tensorflowjs_models/m/info', text)", text)
    (finding,) = applied(tab)
    assert finding["done"]
    assert tab.python(load, "localstorage://m") == data
    assert tab.js("() => interop.list()") == ["localstorage://m"]


def test_items_of_nobody(tab: Tab) -> None:
    """Keys that only resemble a model's keys are reported and not changed."""
    keys = ["tensorflowjs_models/info", "tensorflowjs_models//info", "tensorflowjs_models/x/y"]
    for key in keys:
        tab.js("key => localStorage.setItem(key, '{}')", key)
    findings = applied(tab)
    assert sorted(f["where"] for f in findings) == sorted(keys)
    assert not any(f["acts"] for f in findings)
    named = {f["where"]: f["problem"] for f in findings}
    assert "tf.io.listModels fails on it" in named["tensorflowjs_models/info"]


def test_a_save_of_pyio_that_was_killed(tab: Tab) -> None:
    """After a kill at any change of a save, repair leaves only the old model or the new one."""
    tab.python(save, "localstorage://m", 10)
    old = tab.python(load, "localstorage://m")
    seen = set()
    for changes in range(12):
        tab.js("() => localStorage.clear()")
        tab.python(save, "localstorage://m", 10)
        tab.js(
            """left => {
              const { setItem, removeItem } = Storage.prototype;
              const until = (change) =>
                function (...args) { if (left-- > 0) change.apply(this, args); };
              Storage.prototype.setItem = until(setItem);
              Storage.prototype.removeItem = until(removeItem);
              window.restore = () => {
                Object.assign(Storage.prototype, { setItem, removeItem });
              };
            }""",
            changes,
        )
        tab.python(save, "localstorage://m", 20)
        tab.js("() => restore()")
        found = tab.python(load, "localstorage://m")
        seen.add(found)
        applied(tab)
        assert tab.python(load, "localstorage://m") == found
        assert tab.js("() => Object.keys(localStorage).length") == 5, changes
        assert tab.python(repair)["findings"] == []
    assert old in seen
    assert len(seen) == 2


def test_a_save_at_the_same_moment(tab: Tab) -> None:
    """A save that another tab completes between the report and the repair is kept."""

    async def race() -> Any:
        import js

        import pyio
        from pyio.handlers.findings import Choices
        from pyio.handlers.registry import media

        await pyio.save_artifacts(pyio.ModelArtifacts(model_topology={"t": 1}), "localstorage://m")
        items = {key: js.localStorage.getItem(key) for key in js.Object.keys(js.localStorage)}
        js.localStorage.removeItem("tensorflowjs_models/m/weight_specs")
        found = await media()["localstorage"].leftovers("", Choices())
        (leftover,) = found.leftovers
        for key, text in items.items():
            js.localStorage.setItem(key, text)
        assert leftover.act
        acted = await leftover.act()
        return [
            leftover.finding.action,
            acted,
            dict(items)
            == {key: js.localStorage.getItem(key) for key in js.Object.keys(js.localStorage)},
        ]

    action, acted, same = tab.python(race)
    assert "remove" in action
    assert (acted, same) == (False, True)


# IndexedDB


def test_ghosts_that_tensorflow_leaves_of_what_cannot_be_cloned(
    new_tab: Callable[[], Tab],
) -> None:
    """An info whose model failed to be cloned in a second transaction is removed."""
    tab = new_tab()
    tab.tensorflow()
    tab.js("() => interop.saveUncloneable('indexeddb://ghost')")
    assert tab.js("() => interop.list()") == ["indexeddb://ghost"]
    (finding,) = applied(tab)
    assert finding["done"]
    assert tab.js("() => interop.list()") == []


def test_a_model_without_info(tab: Tab) -> None:
    """A whole model without an info gets its info, with its date, and is listed again."""
    tab.tensorflow()
    tab.js("() => interop.saveModel('indexeddb://m')")
    before = snapshot(tab)
    tab.js("() => rawDelete('model_info_store', 'm')")
    assert tab.js("() => interop.list()") == []
    (finding,) = applied(tab)
    assert finding["problem"] == "its info is missing; the model is whole"
    assert finding["action"] == "write its info anew"
    assert finding["done"]
    assert snapshot(tab) == before, "info as in TensorFlow.js, with its date"
    assert tab.js("() => interop.list()") == ["indexeddb://m"]
    assert tab.js("() => interop.predictStored('indexeddb://m')") == pytest.approx(
        tab.js("() => interop.predictBuilt()")
    )


def test_a_damaged_info_of_a_whole_model(tab: Tab) -> None:
    """The damaged info of a whole model is rewritten from the model."""
    tab.python(save, "indexeddb://m")
    before = snapshot(tab)
    text = json.dumps({"modelPath": "m", "modelArtifactsInfo": 5})
    tab.js("text => rawPut('model_info_store', text)", text)
    (finding,) = applied(tab)
    assert finding["done"]
    assert snapshot(tab) == before


def test_a_damaged_model_without_info(tab: Tab) -> None:
    """A record without a whole model may belong to another program: it is reported and kept."""
    tab.python(save, "indexeddb://good")
    tab.python(save, "indexeddb://cut")
    tab.js("() => rawCutWeights('cut')")
    tab.js("() => rawDelete('model_info_store', 'cut')")
    tab.js("text => rawPut('models_store', text)", '{"modelPath":"theirs","value":1}')
    before = snapshot(tab)
    findings = applied(tab)
    assert [f["where"] for f in findings] == ["indexeddb://cut", "indexeddb://theirs"]
    assert not any(f["acts"] for f in findings)
    assert "remove_model() removes it" in findings[0]["action"]
    assert snapshot(tab) == before
    assert applied(tab, "indexeddb://good") == []


def test_records_that_come_back(tab: Tab) -> None:
    """Records that another tab stores between the report and the repair are kept, in each case."""

    async def race(spoil: str, restore: str) -> Any:
        from pyodide.code import run_js

        from pyio.handlers.findings import Choices
        from pyio.handlers.registry import media

        await run_js(spoil)
        found = await media()["indexeddb"].leftovers("", Choices())
        (leftover,) = found.leftovers
        await run_js(restore)
        assert leftover.act
        return [leftover.finding.action, await leftover.act()]

    tab.python(save, "indexeddb://m")
    tab.js("""async () => {
      const { modelArtifactsInfo } = JSON.parse(await rawSnapshot())[1][0];
      window.info = JSON.stringify({ modelPath: "m", modelArtifactsInfo });
      window.model = JSON.stringify({ modelPath: "m", modelArtifacts: {}, modelArtifactsInfo });
    }""")
    before = tab.js("() => rawSnapshot()")
    spoil, restore = "rawDelete('model_info_store', 'm')", "rawPut('model_info_store', info)"
    assert tab.python(race, spoil, restore) == ["write its info anew", False]
    assert tab.js("() => rawSnapshot()") == before
    spoil, restore = "rawDelete('models_store', 'm')", "rawPut('models_store', model)"
    assert tab.python(race, spoil, restore) == ["remove the info", False]
    assert tab.python(damages) == {"indexeddb://m": None}


def test_the_scratch_database(tab: Tab) -> None:
    """The scratch database is deleted; databases of other programs are reported and kept."""
    tab.js(
        """() => Promise.all(["pyio-room", "theirs"].map((name) => new Promise((done) => {
          const request = indexedDB.open(name, 1);
          request.onupgradeneeded = () => request.result.createObjectStore("room");
          request.onsuccess = () => done(request.result.close());
        })))"""
    )
    (finding,) = applied(tab)
    assert finding["where"] == "IndexedDB database 'pyio-room'"
    assert finding["done"]
    names = "async () => (await indexedDB.databases()).map(({ name }) => name)"
    assert tab.js(names) == ["theirs"]
    plan = tab.python(repair)
    assert plan["foreign"] == ["theirs"]
    assert "which are left alone: 'theirs'" in plan["text"]


OTHER_LAYOUTS = {
    "without stores": ("1", "", "it has no store 'models_store' and it has no store"),
    "newer": ("7", "db.createObjectStore('x').put(1, 1)", "it has version 7 and not 1"),
}


@pytest.mark.parametrize("case", OTHER_LAYOUTS)
def test_a_database_of_another_layout(tab: Tab, case: str) -> None:
    """The database is reported with its content, and deleted only on request; then saves work."""
    version, upgrade, problem = OTHER_LAYOUTS[case]
    tab.js(
        f"""() => new Promise((done) => {{
          const request = indexedDB.open("tensorflowjs", {version});
          request.onupgradeneeded = () => {{ const db = request.result; {upgrade} }};
          request.onsuccess = () => done(request.result.close());
        }})"""
    )
    version_now = "async () => (await indexedDB.databases()).map(({ version }) => version)"
    (finding,) = tab.python(repair, None, True)["findings"]
    assert problem in finding["problem"]
    held = "1 records in 'x'" if case == "newer" else "it holds nothing"
    assert held in finding["problem"]
    assert "delete_database=True deletes it with all that it holds" in finding["action"]
    assert not finding["acts"]
    assert tab.js(version_now) == [int(version)]
    (finding,) = tab.python(repair, None, False, True)["findings"]
    assert finding["acts"]
    assert tab.js(version_now) == [int(version)]
    (finding,) = tab.python(repair, None, True, True)["findings"]
    assert finding["done"], finding
    tab.tensorflow()
    tab.js("() => interop.saveModel('indexeddb://m')")
    assert tab.python(damages) == {"indexeddb://m": None}


def test_a_database_that_another_tab_holds(new_tab: Callable[[], Tab]) -> None:
    """If another tab keeps a database open, its deletion fails and the reason is reported."""
    tab = new_tab()
    tab.js(
        """() => new Promise((done) => {
          indexedDB.open("tensorflowjs", 3).onsuccess = ({ target }) => {
            window.held = target.result;
            done();
          };
        })"""
    )
    (finding,) = tab.python(repair, None, True, True)["findings"]
    assert not finding["done"]
    assert "another tab holds it" in finding["failure"]
    tab.js("() => held.close()")
