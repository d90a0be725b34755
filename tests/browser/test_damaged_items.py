"""How damaged, foreign and old localStorage items are read and listed.

Every kind of damage is reported and changes nothing. Items of other programs and of older versions
of TensorFlow.js are read correctly.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.tabs import Tab

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("damaged items in a further engine", further_engines=True),
]

PREFIX = "tensorflowjs_models/x/"
PARTS = ("info", "model_topology", "weight_specs", "weight_data", "model_metadata")
SPEC = '[{"name":"w","shape":[%s],"dtype":"float32"}]'


async def save(name: str) -> None:
    import pyio

    spec = pyio.WeightSpec("w", (2,), "float32")
    artifacts = pyio.ModelArtifacts(
        model_topology={"t": 1},
        weight_specs=(spec,),
        weight_data=(memoryview(bytes(8)),),
        format="layers-model",
        signature={"s": 1},
        training_config={"c": 1},
        null_fields=frozenset({"converted_by"}),
    )
    await pyio.save_artifacts(artifacts, f"localstorage://{name}")


async def load(name: str) -> Any:
    """Return the artifacts as a dict, or the exception as [class, message]."""
    import pyio

    try:
        found = await pyio.load_artifacts(f"localstorage://{name}")
    except pyio.PyioError as error:
        return [type(error).__name__, str(error)]
    return {
        "topology": found.model_topology,
        "specs": found.weight_specs and [[s.name, s.shape, s.dtype] for s in found.weight_specs],
        "bytes": found.weight_data_bytes,
        "format": found.format,
        "signature": found.signature,
        "nulls": sorted(found.null_fields),
    }


async def damages() -> Any:
    import pyio

    return {url: info.damage for url, info in (await pyio.list_models()).items()}


def items(tab: Tab) -> dict[str, str]:
    found: dict[str, str] = tab.js("() => ({...localStorage})")
    return found


def put(tab: Tab, part: str, text: str | None) -> None:
    """Store `text` with the browser's own API, or remove the item for None."""
    tab.js(
        """([key, text]) => {
          if (text === null) localStorage.removeItem(key);
          else localStorage.setItem(key, text);
        }""",
        [PREFIX + part, text],
    )


@pytest.fixture
def stored(tab: Tab) -> Tab:
    """A tab with the model `x` in localStorage."""
    tab.python(save, "x")
    return tab


WHOLE = {
    "topology": {"t": 1},
    "specs": [["w", [2], "float32"]],
    "bytes": 8,
    "format": "layers-model",
    "signature": {"s": 1},
    "nulls": ["converted_by"],
}


def test_the_five_items(stored: Tab) -> None:
    """The five items have TensorFlow.js's names and texts."""
    found = items(stored)
    assert sorted(found) == sorted(PREFIX + part for part in PARTS)
    assert found[PREFIX + "model_topology"] == '{"t":1}'
    assert found[PREFIX + "weight_specs"] == SPEC % 2
    assert found[PREFIX + "weight_data"] == "AAAAAAAAAAA="
    assert found[PREFIX + "model_metadata"] == (
        '{"format":"layers-model","convertedBy":null,"signature":{"s":1},"trainingConfig":{"c":1}}'
    )
    assert json.loads(found[PREFIX + "info"])["weightDataBytes"] == 8
    assert stored.python(load, "x") == WHOLE


def test_info_is_written_last(tab: Tab) -> None:
    """The info item is written last, because TensorFlow.js and pyio look for it first."""
    tab.js("""() => {
      window.written = [];
      const { setItem } = Storage.prototype;
      window.restore = () => { Storage.prototype.setItem = setItem; };
      Storage.prototype.setItem = function (key, value) {
        written.push(key);
        setItem.call(this, key, value);
      };
    }""")
    try:
        tab.python(save, "x")
        written = tab.js("() => written")
    finally:
        tab.js("() => restore()")
    items = [key for key in written if key.startswith(PREFIX)]
    assert sorted(items) == sorted(PREFIX + part for part in PARTS)
    assert items[-1] == PREFIX + "info"
    assert set(written) - set(items) == {"pyio_journal"}


@pytest.mark.parametrize(
    ("part", "text", "problem"),
    [
        ("info", "", "the info is not JSON"),
        ("info", "undefined", "it starts with 'undefined'"),
        ("info", "null", "its info is not an object"),
        ("info", "{}", "its date None is not a date"),
        ("info", '{"dateSaved":"0001-01-01T00:00:00+14:00"}', "is not a date"),
        ("info", "[" * 100_000, "nested too deeply"),
        ("model_topology", "", "the model topology is not JSON"),
        ("model_topology", '{"t":1', "the model topology is not JSON"),
        ("model_topology", "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("weight_specs", "", "the weight specs is not JSON"),
        ("weight_specs", "null", "8 bytes of weight data and no weight specs"),
        ("weight_specs", "{}", "should be a list, not an object"),
        ("weight_specs", "[{}]", "entry 0 of the weight specs has no name"),
        ("weight_specs", SPEC % "1e3", "has the shape [1000.0]"),
        ("weight_specs", SPEC % -2, "has the shape [-2]"),
        ("weight_specs", SPEC % 3, "want the bytes 0 to 12, and there are 8"),
        ("weight_specs", SPEC % 1, "the specs account for 4"),
        ("weight_specs", SPEC % f"{'9' * 4000},{'9' * 4000}", "at most 64 whole numbers"),
        ("weight_specs", SPEC % f"0,{'9' * 4000}", "at most 64 whole numbers"),
        ("weight_specs", SPEC % ",".join(["1"] * 65), "at most 64 whole numbers"),
        ("model_metadata", "", "the model metadata is not JSON"),
        ("model_metadata", "5", "the model metadata is 5, not an object"),
        ("model_metadata", '{"format":5}', "format should be a string or null, got 5"),
        ("weight_data", "", "0 bytes and its info says 8"),
        ("weight_data", "AAAA", "3 bytes and its info says 8"),
        ("weight_data", "AAA", "2 bytes and its info says 8"),
        ("weight_data", "****", "is not whole base64"),
        ("weight_specs", '[{"name":"w","shape":[2],"dtype":"float8"}]', "'float8'"),
        ("model_topology", "<html>", "the model topology is not JSON"),
        ("model_metadata", "[1]", "not an object"),
    ],
    ids=range(30),
)
def test_damage_is_named(stored: Tab, part: str, text: str, problem: str) -> None:
    """Each damaged item raises a DamagedModelError with the address and the problem."""
    put(stored, part, text)
    stored.python(save, "y")
    before = items(stored)
    kind, message = stored.python(load, "x")
    assert kind == "DamagedModelError"
    assert "'localstorage://x' is damaged" in message
    assert problem in message
    assert stored.python(load, "y") == WHOLE
    assert set(stored.python(damages)) == {"localstorage://x", "localstorage://y"}
    assert items(stored) == before


@pytest.mark.parametrize("text", ["", "AAAA", "AAAAAAAAAAAAAAAA"])
def test_weights_of_another_length_are_listed(stored: Tab, text: str) -> None:
    """The listing reports weights that are too short or too long, without decoding them."""
    put(stored, "weight_data", text)
    said = f"its weight data is {len(text)} characters long and should be 12"
    assert stored.python(damages) == {"localstorage://x": said}


@pytest.mark.parametrize("part", ["info", "model_topology", "weight_specs", "weight_data"])
def test_a_missing_item_is_named(stored: Tab, part: str) -> None:
    """A model without one of its items is damaged, not absent, and the listing says so."""
    put(stored, part, None)
    kind, message = stored.python(load, "x")
    assert kind == "DamagedModelError"
    assert f"its {part} is missing" in message
    assert stored.python(damages) == {"localstorage://x": f"its {part} is missing"}
    stored.python(remove, "x")
    assert items(stored) == {}


async def remove(name: str) -> None:
    import pyio

    await pyio.remove_model(f"localstorage://{name}")


def test_stray_items(tab: Tab) -> None:
    """Keys that only resemble a model's are not listed, whatever their value."""
    for key in ("tensorflowjs_models/info", "tensorflowjs_models//info", "other/x/info"):
        tab.js("key => localStorage.setItem(key, '{')", key)
    assert tab.python(damages) == {}


def test_empty_items_are_there(tab: Tab) -> None:
    """The weight data item of a model without weights is empty, but not missing."""

    async def save_topology() -> None:
        import pyio

        await pyio.save_artifacts(pyio.ModelArtifacts(model_topology={"t": 1}), "localstorage://x")

    tab.python(save_topology)
    assert items(tab)[PREFIX + "weight_data"] == ""
    assert tab.python(damages) == {"localstorage://x": None}
    assert tab.python(load, "x")["topology"] == {"t": 1}


def test_models_from_before_the_metadata(stored: Tab) -> None:
    """TensorFlow.js 0.x wrote no metadata; such a model loads without the optional fields."""
    put(stored, "model_metadata", None)
    absent: dict[str, Any] = {"format": None, "signature": None, "nulls": []}
    assert stored.python(load, "x") == WHOLE | absent
    assert stored.python(damages) == {"localstorage://x": None}


@pytest.mark.parametrize("text", ["undefined", "null"])
def test_parts_that_tensorflow_did_not_have(stored: Tab, text: str) -> None:
    """TensorFlow.js stores `undefined` for a missing topology; it loads as None."""
    put(stored, "model_topology", text)
    assert stored.python(load, "x") == WHOLE | {"topology": None}


def test_undefined_specs(stored: Tab) -> None:
    """TensorFlow.js stores `undefined` for missing specs as well; they load as None."""
    info = json.loads(items(stored)[PREFIX + "info"])
    put(stored, "info", json.dumps({**info, "weightDataBytes": 0}))
    put(stored, "weight_specs", "undefined")
    put(stored, "weight_data", "")
    assert stored.python(load, "x") == WHOLE | {"specs": None, "bytes": 0}


def test_metadata_has_no_say_in_the_topology(stored: Tab) -> None:
    """Foreign members of the metadata do not override the other items."""
    put(stored, "model_metadata", '{"modelTopology":{"evil":1},"weightSpecs":[],"x":1}')
    found = stored.python(load, "x")
    assert found["topology"] == {"t": 1}
    assert found["specs"] == [["w", [2], "float32"]]


def test_an_absent_model_is_not_damaged(tab: Tab) -> None:
    """Without any item the model does not exist."""
    kind, message = tab.python(load, "absent")
    assert kind == "ModelNotFoundError"
    assert "'localstorage://absent'" in message
