"""Stored models stay whole if the browser refuses a save or other programs have written data."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tabs import Tab


pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("quotas and foreign data, in a further engine", further_engines=True),
]


async def save_bytes(url: str, size: int) -> Any:
    """Save `size` ones; return None, or the exception as [class, message, attributes]."""
    import numpy as np

    import pyio

    try:
        await pyio.save_arrays({"w": np.ones(size, dtype=bool)}, url)
    except pyio.PyioError as error:
        return [type(error).__name__, str(error), error.__dict__]
    return None


async def save_noise(url: str, size: int) -> Any:
    """As `save_bytes`, but with random bytes, because Chromium compresses what IndexedDB stores."""
    import os

    import numpy as np

    import pyio

    try:
        await pyio.save_arrays({"w": np.frombuffer(os.urandom(size), dtype=bool)}, url)
    except pyio.PyioError as error:
        return [type(error).__name__, str(error), error.__dict__]
    return None


async def load_sum(url: str) -> Any:
    import pyio

    try:
        return int((await pyio.load_arrays(url))["w"].sum())
    except pyio.PyioError as error:
        return [type(error).__name__, str(error)]


async def damages() -> Any:
    import pyio

    return {url: info.damage for url, info in (await pyio.list_models()).items()}


def snapshot(tab: Tab) -> Any:
    return tab.js("async () => [await rawSnapshot(), {...localStorage}]")


LOCAL_LENGTH = """start => Object.entries(localStorage)
  .filter(([key]) => key.startsWith(start))
  .reduce((sum, [key, value]) => sum + key.length + value.length, 0)"""


def test_localstorage_quota(tab: Tab) -> None:
    """An overwrite that does not fit leaves both models whole; the error has both byte counts."""
    assert tab.python(save_bytes, "localstorage://old", 1_000_000) is None
    assert tab.python(save_bytes, "localstorage://other", 500_000) is None
    before = snapshot(tab)
    for size in (3_500_000, 300_000_000):
        kind, text, about = tab.python(save_bytes, "localstorage://old", size)
        assert kind == "QuotaExceededError"
        assert about["bytes_needed"] > size * 4 / 3
        assert 4_000_000 < about["bytes_available"] < 5_000_000
        assert f"{about['bytes_needed']:,} bytes are needed" in text
        assert f"{about['bytes_available']:,} bytes are available" in text
        assert "indexeddb://" in text
        (other,) = about["removable"]
        assert other[0] == "localstorage://other"
        assert other[1] == tab.js(LOCAL_LENGTH, "tensorflowjs_models/other/")
        assert snapshot(tab) == before
    kind, text, about = tab.python(save_bytes, "localstorage://new", 3_000_000)
    assert kind == "QuotaExceededError"
    old = tab.js(LOCAL_LENGTH, "tensorflowjs_models/old/")
    assert [url for url, _ in about["removable"]] == ["localstorage://old", "localstorage://other"]
    assert f"removing 'localstorage://old' would free {old:,} bytes" in text
    assert snapshot(tab) == before
    assert tab.python(save_bytes, "localstorage://old", 3_000_000) is None
    assert tab.python(load_sum, "localstorage://old") == 3_000_000


@pytest.mark.parametrize("size", [20_000_000, 60_000_000])
def test_indexeddb_quota(small_quota: Tab, size: int) -> None:
    """An overwrite that does not fit keeps the old model; the error has both byte counts."""
    tab = small_quota
    assert tab.python(save_noise, "indexeddb://old", 4_000_000) is None
    assert tab.python(save_noise, "indexeddb://other", 1_000_000) is None
    before = tab.js("() => rawSnapshot()")
    kind, text, about = tab.python(save_noise, "indexeddb://old", size)
    assert kind == "QuotaExceededError"
    assert about["bytes_needed"] > size
    # 16 MiB minus the 5 MB of the two models, found by trial: Chromium hides the real quota.
    assert 6_000_000 < about["bytes_available"] < 12_000_000
    assert f"{about['bytes_needed']:,} bytes are needed" in text
    assert f"{about['bytes_available']:,} bytes are available" in text
    ((other, freed),) = about["removable"]
    assert other == "indexeddb://other"
    assert 1_000_000 < freed < 1_001_000
    assert f"all other models together are {freed:,} bytes" in text
    assert tab.js("() => rawSnapshot()") == before
    assert tab.python(damages) == {"indexeddb://old": None, "indexeddb://other": None}
    names = tab.js("async () => (await indexedDB.databases()).map(({name}) => name)")
    assert names == ["tensorflowjs"]


@pytest.mark.lacks("webkit", "what its estimate tells is a part of the room, and refuses nothing")
def test_what_the_estimate_refuses_is_not_tried(tab: Tab) -> None:
    """If the browser's estimate is too small for a big model, its bytes are not copied."""
    tab.js("""() => {
      window.keptEstimate = StorageManager.prototype.estimate;
      StorageManager.prototype.estimate = async () => ({ quota: 9000000, usage: 1000000 });
    }""")
    try:
        kind, _, about = tab.python(save_bytes, "indexeddb://m", 8_500_000)
        assert kind == "QuotaExceededError"
        assert about["bytes_available"] == 8_000_000
        assert about["removable"] == []
        assert tab.js("() => indexedDB.databases()") == []
        assert tab.python(save_bytes, "indexeddb://m", 7_000_000) is None
    finally:
        tab.js("() => { StorageManager.prototype.estimate = keptEstimate; }")


def test_a_move_that_does_not_fit_loses_nothing(tab: Tab) -> None:
    """A model too large for localStorage stays in IndexedDB when moved, and nothing is left."""
    assert tab.python(save_bytes, "indexeddb://big", 6_000_000) is None
    assert tab.python(save_bytes, "localstorage://other", 1000) is None
    before = snapshot(tab)

    async def move() -> Any:
        import pyio

        try:
            await pyio.move_model("indexeddb://big", "localstorage://big")
        except pyio.QuotaExceededError as error:
            return error.url

    assert tab.python(move) == "localstorage://big"
    assert snapshot(tab) == before


RECORDS: dict[str, tuple[dict[str, Any], str]] = {
    "another program's": ({"modelPath": "bad", "value": 1}, "not an object"),
    "artifacts that are a text": ({"modelPath": "bad", "modelArtifacts": "x"}, "not an object"),
    "specs without data": (
        {"modelArtifacts": {"weightSpecs": [{"name": "w", "shape": [8], "dtype": "bool"}]}},
        "ends inside 'w'",
    ),
    "weights that are a text": ({"modelArtifacts": {"weightData": "x"}}, "[object String]"),
    "a format that is a number": ({"modelArtifacts": {"format": 3}}, "format should be a string"),
}


@pytest.mark.parametrize("case", RECORDS)
def test_foreign_records(tab: Tab, case: str) -> None:
    """A record that is no model is an error that says why, and the listing names it."""
    record, text = RECORDS[case]
    assert tab.python(save_bytes, "indexeddb://good", 8) is None
    tab.js("text => rawPut('models_store', text)", json.dumps({"modelPath": "bad", **record}))
    before = tab.js("() => rawSnapshot()")
    kind, message = tab.python(load_sum, "indexeddb://bad")
    assert kind == "DamagedModelError"
    assert "'indexeddb://bad' is damaged" in message
    assert text in message
    found = tab.python(damages)
    assert found["indexeddb://good"] is None
    assert "info is missing" in found["indexeddb://bad"]
    assert tab.js("() => rawSnapshot()") == before


def test_a_ghost_listing_is_named(tab: Tab) -> None:
    """An info record without its model (TensorFlow.js leaves such) is listed as damaged."""
    assert tab.python(save_bytes, "indexeddb://ghost", 8) is None
    tab.js("() => rawDelete('models_store', 'ghost')")
    assert "the model is not" in tab.python(damages)["indexeddb://ghost"]
    assert tab.python(load_sum, "indexeddb://ghost")[0] == "ModelNotFoundError"


@pytest.mark.parametrize(
    "change",
    [
        "buffer => [buffer.slice(0, 3), buffer.slice(3)]",
        "buffer => new Uint8Array(Uint8Array.of(9, 9, ...new Uint8Array(buffer), 9).buffer, 2, 8)",
        "buffer => new Blob([buffer])",
        "buffer => new DataView(buffer)",
    ],
    ids=["list of buffers", "view with an offset", "Blob", "DataView"],
)
def test_weights_that_others_stored(tab: Tab, change: str) -> None:
    """Weights load correctly in every form that other programs have stored."""
    assert tab.python(save_bytes, "indexeddb://m", 8) is None
    tab.js(f"() => rawChangeWeights('m', {change})")
    assert tab.python(load_sum, "indexeddb://m") == 8


def test_a_newer_database(tab: Tab) -> None:
    """A database with a newer version is named as the reason, for every operation."""
    tab.js(
        """() => new Promise(done => {
          indexedDB.open("tensorflowjs", 2).onsuccess = ({target}) => done(target.result.close());
        })"""
    )
    kind, message, _ = tab.python(save_bytes, "indexeddb://m", 8)
    assert kind == "ForeignDatabaseError"
    assert "newer version" in message
    assert tab.python(load_sum, "indexeddb://m")[0] == "ForeignDatabaseError"
    assert tab.python(save_bytes, "localstorage://m", 8) is None
    listed = tab.python(damages)
    assert listed["localstorage://m"] is None, "the other models are still listed"
    assert "newer version" in listed["indexeddb://"]


def test_a_database_without_stores(tab: Tab) -> None:
    """A database without the stores raises an error that names it, and does not hang."""
    tab.js(
        """() => new Promise(done => {
          indexedDB.open("tensorflowjs", 1).onsuccess = ({target}) => done(target.result.close());
        })"""
    )
    kind, message, _ = tab.python(save_bytes, "indexeddb://m", 8)
    assert kind == "ForeignDatabaseError"
    assert "'models_store'" in message


def test_a_cancelled_first_save_leaves_a_sound_database(tab: Tab) -> None:
    """However early the very first save is cancelled, the database has both stores or is absent."""

    async def cancel(pauses: int) -> None:
        import asyncio
        from contextlib import suppress

        import numpy as np

        import pyio

        array = {"w": np.ones(8, dtype=bool)}
        task = asyncio.ensure_future(pyio.save_arrays(array, "indexeddb://m"))
        for _ in range(pauses):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    for pauses in range(10):
        tab.python(cancel, pauses)
        assert tab.python(save_bytes, "indexeddb://next", 8) is None, pauses
        assert tab.python(load_sum, "indexeddb://next") == 8
        tab.clear_storage()


def test_storage_that_is_refused(new_tab: Callable[[], Tab]) -> None:
    """If the page may not use localStorage, the error says so and what to do."""
    refused = new_tab()
    refused.js(
        """() => Object.defineProperty(window, "localStorage", {
          get() { throw new DOMException("Access is denied for this document.", "SecurityError"); }
        }) && null"""
    )
    kind, message, about = refused.python(save_bytes, "localstorage://m", 8)
    assert kind == "StorageRefusedError"
    assert "SecurityError" in message
    assert "allow site data" in message
    assert about["reason"] == "SecurityError"


def test_base64_without_the_browsers_own_encoder(tab: Tab) -> None:
    """Without Uint8Array.toBase64 the same text is stored and read."""
    data = bytes(range(256)) * 300 + b"xy"

    async def round_trip(text: str) -> Any:
        import base64

        import numpy as np

        import pyio

        array = np.frombuffer(base64.b64decode(text), dtype=bool)
        await pyio.save_arrays({"w": array}, "localstorage://m")
        return bytes((await pyio.load_arrays("localstorage://m"))["w"].view(np.uint8)).hex()

    text = base64.b64encode(data).decode()
    tab.js(
        """() => {
          window.kept = [Uint8Array.prototype.toBase64, Uint8Array.fromBase64];
          delete Uint8Array.prototype.toBase64;
          delete Uint8Array.fromBase64;
        }"""
    )
    try:
        assert tab.python(round_trip, text) == data.hex()
        key = "tensorflowjs_models/m/weight_data"
        assert tab.js("key => localStorage.getItem(key)", key) == text
    finally:
        tab.js("() => { [Uint8Array.prototype.toBase64, Uint8Array.fromBase64] = kept; }")
