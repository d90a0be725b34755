"""What the localStorage handler makes of items that are not what they should be.

The page is a stand-in here, a dict; the real one is in the browser tests.
"""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING

import pytest

import pyio
from pyio.errors import DamagedModelError, ModelNotFoundError, QuotaExceededError, StorageError
from pyio.handlers import local_storage
from pyio.handlers.local_storage import MANAGER, LocalStorageHandler

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PREFIX = "tensorflowjs_models/x/"
MODEL = pyio.ModelArtifacts(
    model_topology={"t": 1},
    weight_specs=(pyio.WeightSpec("w", (2,), "float32"),),
    weight_data=(memoryview(bytes(8)),),
    training_config={"c": 1},
    format="layers-model",
    signature={"s": 1},
    null_fields=frozenset({"converted_by"}),
)
SPEC = '[{"name":"w","shape":[%s],"dtype":"float32"}]'


class Page:
    """localStorage as a dict, with the functions of `pyio.browser.page`."""

    def __init__(self) -> None:
        self.items_: dict[str, str] = {}
        self.refuse = ""

    async def read(self, keys: Sequence[str]) -> dict[str, str | None]:
        return {key: self.items_.get(key) for key in keys}

    async def lengths(self, keys: Sequence[str]) -> dict[str, int]:
        return {key: len(self.items_[key]) if key in self.items_ else -1 for key in keys}

    async def read_base64(self, key: str) -> memoryview:
        return memoryview(base64.b64decode(self.items_[key], validate=True))

    async def replace(self, items: Mapping[str, str | Sequence[memoryview] | None]) -> None:
        if self.refuse:
            raise StorageError("no", self.refuse)
        for key, value in items.items():
            if value is None:
                self.items_.pop(key, None)
            elif isinstance(value, str):
                self.items_[key] = value
            else:
                self.items_[key] = base64.b64encode(b"".join(value)).decode()

    async def items(self, start: str, end: str) -> dict[str, str]:
        return {k: v for k, v in self.items_.items() if k.startswith(start) and k.endswith(end)}

    async def used(self) -> int:
        return sum(len(key) + len(value) for key, value in self.items_.items())


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    """A page that holds one sound model, x."""
    page = Page()
    monkeypatch.setattr(local_storage, "page", page)
    asyncio.run(LocalStorageHandler("x").save(MODEL))
    return page


def load() -> pyio.ModelArtifacts:
    return asyncio.run(LocalStorageHandler("x").load())


def test_the_five_items(page: Page) -> None:
    """The five items have TensorFlow.js's names and texts, info written last."""
    names = ["model_topology", "weight_specs", "weight_data", "model_metadata", "info"]
    assert list(page.items_) == [PREFIX + name for name in names]
    texts = {key.removeprefix(PREFIX): value for key, value in page.items_.items()}
    assert texts["model_topology"] == '{"t":1}'
    assert texts["weight_specs"] == SPEC % 2
    assert texts["weight_data"] == "AAAAAAAAAAA="
    assert texts["model_metadata"] == (
        '{"format":"layers-model","convertedBy":null,"signature":{"s":1},"trainingConfig":{"c":1}}'
    )
    assert json.loads(texts["info"])["weightDataBytes"] == 8
    assert load() == MODEL


@pytest.mark.parametrize(
    ("part", "text", "problem"),
    [
        ("info", "", "the info is not JSON"),
        ("info", "undefined", "it starts with 'undefined'"),
        ("info", "null", "its info is not an object"),
        ("info", "{}", "its date None is no date"),
        ("info", '{"dateSaved":"0001-01-01T00:00:00+14:00"}', "is no date"),
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
        ("weight_data", "AAA", "is not whole base64"),
        ("weight_data", "****", "is not whole base64"),
    ],
    ids=range(27),
)
def test_damage_is_named(page: Page, part: str, text: str, problem: str) -> None:
    """Each damaged item is a DamagedModelError that says the address and what is wrong."""
    page.items_[PREFIX + part] = text
    with pytest.raises(DamagedModelError) as caught:
        load()
    assert caught.value.url == "localstorage://x"
    assert problem in caught.value.problem
    asyncio.run(LocalStorageHandler("y").save(MODEL))
    assert set(asyncio.run(MANAGER.list())) == {"x", "y"}, "it hides nothing"


@pytest.mark.parametrize("part", ["info", "model_topology", "weight_specs", "weight_data"])
def test_a_missing_item_is_named(page: Page, part: str) -> None:
    """A model without one of its items is damaged, not absent."""
    del page.items_[PREFIX + part]
    with pytest.raises(DamagedModelError, match=f"its {part} is missing"):
        load()


@pytest.mark.parametrize("part", ["model_topology", "weight_specs", "weight_data"])
def test_a_missing_item_is_listed_as_damage(page: Page, part: str) -> None:
    """The listing names a missing item without loading the model, unless the info says worse."""
    del page.items_[PREFIX + part]
    listed = asyncio.run(MANAGER.list())["x"]
    assert listed.damage == f"its {part} is missing"
    assert listed.weight_data_bytes == 8
    page.items_[PREFIX + "info"] = "{}"
    assert "no date" in (asyncio.run(MANAGER.list())["x"].damage or "")


def test_empty_items_are_there(page: Page) -> None:
    """A model without weights has an empty item of weight data, which is not a missing one."""
    asyncio.run(LocalStorageHandler("x").save(pyio.ModelArtifacts(model_topology={"t": 1})))
    assert page.items_[PREFIX + "weight_data"] == ""
    assert asyncio.run(MANAGER.list())["x"].damage is None
    assert load().model_topology == {"t": 1}


def test_models_from_before_the_metadata(page: Page) -> None:
    """TensorFlow.js 0.x wrote no metadata; such a model loads without the optional fields."""
    del page.items_[PREFIX + "model_metadata"]
    assert load() == pyio.ModelArtifacts(
        model_topology={"t": 1}, weight_specs=MODEL.weight_specs, weight_data=MODEL.weight_data
    )


@pytest.mark.parametrize("text", ["undefined", "null"])
def test_parts_that_tensorflow_did_not_have(page: Page, text: str) -> None:
    """TensorFlow.js stores `undefined` for a topology that it does not have; it loads as none."""
    page.items_[PREFIX + "model_topology"] = text
    assert load().model_topology is None


def test_metadata_has_no_say_in_the_topology(page: Page) -> None:
    """Members that do not belong in the metadata do not override what the other items say."""
    page.items_[PREFIX + "model_metadata"] = '{"modelTopology":{"evil":1},"weightSpecs":[],"x":1}'
    found = load()
    assert found.model_topology == {"t": 1}
    assert found.weight_specs == MODEL.weight_specs


@pytest.mark.usefixtures("page")
def test_an_absent_model_is_not_damaged() -> None:
    """Where there is no item at all, there is no model."""
    with pytest.raises(ModelNotFoundError, match="'localstorage://nobody'"):
        asyncio.run(LocalStorageHandler("nobody").load())
    with pytest.raises(ModelNotFoundError, match="'localstorage://nobody'"):
        asyncio.run(MANAGER.remove("nobody"))


def test_no_room_is_said_in_bytes(page: Page) -> None:
    """A full store names what was needed and what is there, counting what would be replaced."""
    before = dict(page.items_)
    page.items_["other"] = "y" * 95
    page.refuse = "QuotaExceededError"
    with pytest.raises(QuotaExceededError) as caught:
        asyncio.run(LocalStorageHandler("x").save(MODEL))
    assert caught.value.bytes_needed == sum(len(key) + len(value) for key, value in before.items())
    assert caught.value.bytes_available == 5 * 1024 * 1024 - 100
    del page.items_["other"]
    assert page.items_ == before


def test_far_too_much_is_not_even_tried(page: Page) -> None:
    """A model that no browser takes is refused before it is encoded."""
    page.refuse = "NeverAsked"
    size = 8 * 1024 * 1024
    big = pyio.ModelArtifacts(
        weight_specs=(pyio.WeightSpec("w", (size,), "bool"),),
        weight_data=(memoryview(bytes(size)),),
    )
    with pytest.raises(QuotaExceededError, match="indexeddb:// has far more room"):
        asyncio.run(LocalStorageHandler("big").save(big))


def test_removing_takes_all_items(page: Page) -> None:
    """Removing gives the info back and leaves nothing of that model, and all of the others."""
    before = dict(page.items_)
    asyncio.run(LocalStorageHandler("x/y").save(MODEL))
    assert asyncio.run(MANAGER.remove("x/y")).weight_data_bytes == 8
    assert page.items_ == before


def test_a_model_without_info_can_be_removed(page: Page) -> None:
    """What is left of a model that lost its info can be cleared away."""
    del page.items_[PREFIX + "info"]
    assert asyncio.run(MANAGER.remove("x")).damage == "its info is missing"
    assert page.items_ == {}


def test_bad_models_and_names_change_nothing(page: Page) -> None:
    """Specs that do not match the data, and an empty name, are refused before any write."""
    before = dict(page.items_)
    bad = pyio.ModelArtifacts(weight_specs=MODEL.weight_specs, weight_data=(memoryview(b"1234"),))
    with pytest.raises(pyio.WeightsError, match="'w'"):
        asyncio.run(LocalStorageHandler("x").save(bad))
    with pytest.raises(pyio.InvalidURLError, match="is empty"):
        LocalStorageHandler("")
    assert page.items_ == before


def test_other_refusals_are_passed_on(page: Page) -> None:
    """Only a full store is called full."""
    page.refuse = "SecurityError"
    with pytest.raises(StorageError) as caught:
        asyncio.run(LocalStorageHandler("x").save(MODEL))
    assert type(caught.value) is StorageError


def test_odd_keys_are_no_models(page: Page) -> None:
    """Keys of others and a model without a name are not listed; slashes belong to a name."""
    info = page.items_[PREFIX + "info"]
    for key in ("tensorflowjs_models//info", "tensorflowjs_models/info", "other/x/info"):
        page.items_[key] = info
    page.items_["tensorflowjs_models/a/b/info"] = "{not json"
    found = asyncio.run(MANAGER.list())
    assert set(found) == {"x", "a/b"}
    assert found["x"].damage is None
    assert "is not JSON" in (found["a/b"].damage or "")
