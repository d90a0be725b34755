"""Randomly damaged models in the real localStorage and the real IndexedDB.

The part that can run in CPython is in ``tests/fuzz``.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.fuzz import inside
from tests.fuzz.damage import DAMAGES, change_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tabs import Tab

PREFIX = "tensorflowjs_models/x/"
PARTS = ("info", "model_topology", "weight_specs", "weight_data", "model_metadata")

RAW = """() => {
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const change = async (name, action) => {
    const database = await settled(indexedDB.open("tensorflowjs", 1));
    try {
      const store = database.transaction(name, "readwrite").objectStore(name);
      return await action(store);
    } finally {
      database.close();
    }
  };
  let whole = null;
  const put = (store, record) => settled(store.put(record));

  // The JSON of the artifacts without their weights, and the weights in base64.
  window.fuzzGet = () => change("models_store", async (store) => {
    whole = await settled(store.get("x"));
    const { weightData, ...rest } = whole.modelArtifacts;
    return [JSON.stringify(rest), btoa(String.fromCharCode(...new Uint8Array(weightData)))];
  });

  window.fuzzPut = async (artifacts, weights, info) => {
    const record = { modelPath: "x", modelArtifactsInfo: whole.modelArtifactsInfo };
    try {
      record.modelArtifacts = JSON.parse(artifacts);
      if (info) info = JSON.parse(info);
    } catch {
      return false;  // a record cannot hold text that is no JSON
    }
    const bytes = Uint8Array.from(atob(weights), (character) => character.charCodeAt(0));
    if (record.modelArtifacts instanceof Object) record.modelArtifacts.weightData = bytes.buffer;
    await change("models_store", (store) => put(store, record));
    const about = info || whole.modelArtifactsInfo;
    await change("model_info_store", (store) =>
      put(store, { modelPath: "x", modelArtifactsInfo: about }));
    return true;
  };

  // Values that a structured clone keeps and JSON does not know.
  const cycle = () => { const list = []; list.push(list); return list; };
  const bytes = () => new Uint8Array(whole.modelArtifacts.weightData.slice(0));
  const weights = (value) => (artifacts) => { artifacts.weightData = value(); };
  const strange = {
    "a cycle as weights": weights(cycle),
    "lists in lists as weights": weights(() => [[[bytes().buffer]]]),
    "a million pieces of nothing": weights(() => new Array(1e6)),
    "holes among the weights": weights(() => [bytes().buffer, , null, undefined]),
    "a number as weights": weights(() => 5),
    "a bigint as weights": weights(() => 5n),
    "text as weights": weights(() => "AAAA"),
    "a map as weights": weights(() => new Map([[1, bytes()]])),
    "an error as weights": weights(() => new Error("x")),
    "an object as weights": weights(() => ({ byteLength: 8, length: 8, 0: 1 })),
    "a DataView of weights": weights(() => new DataView(bytes().buffer)),
    "doubles as weights": weights(() => new Float64Array(8)),
    "bigints as weights": weights(() => new BigInt64Array(8)),
    "an empty list of weights": weights(() => []),
    "a Blob of other weights": weights(() => new Blob(["abc"])),
    "a cycle in the topology": (artifacts) => { artifacts.modelTopology.self = artifacts; },
    "a bigint in the topology": (artifacts) => { artifacts.modelTopology.n = 5n; },
    "a bigint in a shape": (artifacts) => { artifacts.weightSpecs[0].shape = [2n]; },
    "a map as specs": (artifacts) => { artifacts.weightSpecs = new Map(); },
    "a date as specs": (artifacts) => { artifacts.weightSpecs = new Date(); },
    "a broken date as format": (artifacts) => { artifacts.format = new Date(NaN); },
    "specs full of holes": (artifacts) => { artifacts.weightSpecs = new Array(1e5); },
    "a bad quantization": (artifacts) => {
      artifacts.weightSpecs[0].quantization = { dtype: "uint8", min: NaN, scale: Infinity };
    },
    "not a number in a shape": (artifacts) => { artifacts.weightSpecs[0].shape = [NaN]; },
    "buffers in the topology": (artifacts) => { artifacts.modelTopology = bytes(); },
  };
  window.fuzzNames = Object.keys(strange);
  window.fuzzStrange = async (name) => {
    const record = structuredClone(whole);
    strange[name](record.modelArtifacts);
    await change("models_store", (store) => put(store, record));
  };
}"""


PLAIN = pytest.mark.repetition("chance damage without digests, which tests/fuzz does in CPython")


@pytest.fixture(
    params=[pytest.param(False, id="plain", marks=PLAIN), pytest.param(True, id="checksum")]
)
def checksum(request: pytest.FixtureRequest) -> bool:
    """Whether the damaged model was saved with digests."""
    return bool(request.param)


@pytest.fixture
def raw(tab: Tab) -> Tab:
    """A tab with functions that use the browser's storage directly."""
    tab.js(RAW)
    return tab


def items(tab: Tab) -> dict[str, str]:
    texts: dict[str, str] = tab.js(
        "([prefix, parts]) =>"
        " Object.fromEntries(parts.map(part => [part, localStorage.getItem(prefix + part)]))",
        [PREFIX, PARTS],
    )
    return texts


def by_chance(texts: dict[str, str], count: int) -> Iterator[list[str]]:
    """Random damaged texts, the same in every run."""
    random = Random("items")
    others = [text.encode() for text in texts.values()]
    for _ in range(count):
        part = random.choice(PARTS)
        damage = random.choice(DAMAGES)
        yield [part, damage(random, texts[part].encode(), others).decode("utf-8", "replace")]


@pytest.mark.parametrize(
    "count",
    [100, pytest.param(250, marks=pytest.mark.repetition("more chance damage"))],
)
def test_items_damaged_by_chance(tab: Tab, checksum: bool, count: int) -> None:
    """Each damaged item gives a PyioError or the same model.

    Without digests other values are allowed where the format cannot detect the damage; with digests
    they are not. The listing always has both models, and the damage that is visible without
    loading.
    """
    tab.python_module(inside, "save", "localstorage", checksum)
    cases = list(by_chance(items(tab), count))
    outcomes, wrong = tab.python_module(inside, "try_items", cases, False)
    assert wrong == []
    assert outcomes["typed error"] > count / 2


@pytest.mark.parametrize(
    "step",
    [20, pytest.param(2, marks=pytest.mark.repetition("every other character, not each 20th"))],
)
def test_characters_of_every_item(tab: Tab, step: int) -> None:
    """With digests, a flipped bit in any of the five items never gives other values."""
    tab.python_module(inside, "save", "localstorage", True)
    cases = []
    for part, text in items(tab).items():
        for place in range(0, len(text), step):
            character = text[place]
            for bit in (0, place % 6 + 1):
                flipped = chr(ord(character) ^ (1 << bit))
                cases.append([part, text[:place] + flipped + text[place + 1 :]])
    outcomes: Counter[str] = Counter()
    for start in range(0, len(cases), 300):  # a call into the page may not take too long
        found, wrong = tab.python_module(inside, "try_items", cases[start : start + 300], True)
        assert wrong == []
        outcomes.update(found)
    assert sum(outcomes.values()) == len(cases) > 1200 / step
    assert outcomes["typed error"] > 0.8 * len(cases)  # the rest are dates and unused sizes


def test_records_damaged_by_chance(raw: Tab, checksum: bool) -> None:
    """The same for IndexedDB records with changed members, bytes or infos."""
    raw.python_module(inside, "save", "indexeddb", checksum)
    artifacts, weights = raw.js("() => fuzzGet()")
    random, cases = Random("records"), []
    for number in range(240):
        data, info, text = base64.b64decode(weights), "", artifacts.encode()
        if number % 4 == 0:
            data = random.choice(DAMAGES)(random, data, [text])
        elif number % 4 == 1:
            info = change_tree(random, b'{"dateSaved":"x","weightDataBytes":8}', ()).decode()
        else:
            text = change_tree(random, text, ())
        cases.append([text.decode(), inside.encoded(data), info])
    outcomes, wrong = raw.python_module(inside, "try_records", cases, False)
    assert wrong == []
    assert outcomes["typed error"] > 60


def test_every_byte_of_a_record(raw: Tab) -> None:
    """With digests, a flipped bit in a record never gives other values."""
    raw.python_module(inside, "save", "indexeddb", True)
    artifacts, weights = raw.js("() => fuzzGet()")
    data, cases = base64.b64decode(weights), []
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        cases.append([artifacts, inside.encoded(bytes(changed)), ""])
    for place, character in enumerate(artifacts):
        flipped = chr(ord(character) ^ (1 << place % 7))
        text = artifacts[:place] + flipped + artifacts[place + 1 :]
        if _is_json(text):
            cases.append([text, weights, ""])
    outcomes, wrong = raw.python_module(inside, "try_records", cases, True)
    assert wrong == []
    assert sum(outcomes.values()) == len(cases) > 300


def test_records_that_json_cannot_say(raw: Tab) -> None:
    """Cycles, bigints, maps and lists of a million members are reported quickly."""
    raw.python_module(inside, "save", "indexeddb", False)
    raw.js("() => fuzzGet()")
    names = raw.js("() => fuzzNames")
    found: dict[str, Any] = raw.python_module(inside, "try_strange", names)
    assert {name: said for name, (_, said) in found.items() if said} == {}
    loaded = {name: outcome for name, (outcome, _) in found.items() if outcome != "typed error"}
    assert loaded == {
        "a DataView of weights": "same model",
        "a broken date as format": "other values",  # null in JSON, which a format may be
        "buffers in the topology": "other values",  # an object of numbers in JSON
    }


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
