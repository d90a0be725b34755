"""TensorFlow.js and pyio in one page: each opens the models that the other wrote."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from tests.support.tabs import Tab

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("TensorFlow.js in a further engine", further_engines=True),
]

STORES = ("localstorage", "indexeddb")


@pytest.fixture
def both(tab: Tab) -> Tab:
    """A tab with Python and with TensorFlow.js."""
    tab.tensorflow()
    return tab


async def copy(source: str, destination: str) -> None:
    import pyio

    await pyio.save_artifacts(await pyio.load_artifacts(source), destination)


async def predict(url: str, batch: Any) -> Any:
    """The model of interop.js, computed from its stored weights with plain NumPy."""
    import numpy as np

    import pyio

    w = await pyio.load_arrays(url)
    x = np.asarray(batch, dtype=np.float32)
    x = np.maximum(x @ w["hidden/kernel"] + w["hidden/bias"], 0)
    x = (x - w["norm/moving_mean"]) / np.sqrt(w["norm/moving_variance"] + np.float32(1e-7))
    x = x * w["norm/gamma"] + w["norm/beta"]
    x = x @ w["out/kernel"] + w["out/bias"]
    x = np.exp(x - x.max(axis=1, keepdims=True))
    return (x / x.sum(axis=1, keepdims=True)).ravel().tolist()


def masked(items: dict[str, str]) -> dict[str, str]:
    """The five items without the date, which no two saves share."""
    date = json.loads(items["info"])["dateSaved"]
    assert len(date) == len("2026-01-02T03:04:05.678Z")
    return {**items, "info": items["info"].replace(date, "DATE")}


def test_localstorage_items_equal(both: Tab) -> None:
    """For the same artifacts the five values equal TensorFlow.js's, character for character."""
    both.js("() => interop.saveModel('localstorage://a/b')")
    both.python(copy, "localstorage://a/b", "localstorage://py")
    theirs = both.js("() => interop.localItems('a/b')")
    ours = both.js("() => interop.localItems('py')")
    assert all(theirs.values())
    assert masked(ours) == masked(theirs)


def test_indexeddb_records_equal(both: Tab) -> None:
    """The records in both stores are deep-equal to TensorFlow.js's, order of keys included."""
    both.js("() => interop.saveModel('indexeddb://tf')")
    both.python(copy, "indexeddb://tf", "indexeddb://py")
    assert both.js("() => interop.recordsDiffer('tf', 'py')") == []
    assert both.js("() => interop.describeRecord('py')") == {
        "date": True,
        "buffer": "[object ArrayBuffer]",
        "bytes": both.js("() => interop.describeRecord('tf')")["bytes"],
    }


def test_the_comparison_of_records_can_fail(both: Tab) -> None:
    """The comparison in the test above detects two different models."""
    both.js("() => interop.saveModel('indexeddb://one')")
    both.js("() => interop.saveOther('indexeddb://two')")
    assert both.js("() => interop.recordsDiffer('one', 'two')") != []


@pytest.mark.lacks("webkit", "of the two files that TensorFlow.js offers at once, it takes one")
def test_downloaded_files_equal(both: Tab) -> None:
    """model.json and the weights offered by pyio are TensorFlow.js's, byte for byte."""
    theirs = both.downloads(2, lambda: both.js("() => interop.saveModel('downloads://m')"))
    both.js("() => interop.saveModel('indexeddb://tf')")
    ours = both.downloads(2, lambda: both.python(copy, "indexeddb://tf", "downloads://m"))
    assert sorted(ours) == ["m.json", "m.weights.bin"]
    assert ours == theirs


@pytest.mark.parametrize("scheme", STORES)
def test_tensorflow_opens_what_pyio_wrote(both: Tab, scheme: str) -> None:
    """TensorFlow.js loads from pyio's store and predicts what Python predicts from it."""
    both.js("() => interop.saveModel('indexeddb://tf')")
    both.python(copy, "indexeddb://tf", f"{scheme}://py/x")
    theirs = both.js("url => interop.predictStored(url)", f"{scheme}://py/x")
    ours = both.python(predict, f"{scheme}://py/x", both.js("() => interop.input()"))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    np.testing.assert_allclose(theirs, both.js("() => interop.predictBuilt()"), rtol=1e-5)


def test_tensorflow_opens_what_pyio_offered(both: Tab) -> None:
    """The two downloaded files are a model for tf.io.browserFiles, with the same predictions."""
    both.js("() => interop.saveModel('indexeddb://tf')")
    files = both.downloads(2, lambda: both.python(copy, "indexeddb://tf", "downloads://m"))
    picked = [[name, base64.b64encode(data).decode()] for name, data in sorted(files.items())]
    theirs = both.js("files => interop.predictFiles(files)", picked)
    ours = both.python(predict, "indexeddb://tf", both.js("() => interop.input()"))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("scheme", STORES)
def test_everything_is_kept_on_saving_again(both: Tab, scheme: str) -> None:
    """Optimizer state, training config and metadata come through pyio unchanged."""
    both.js("url => interop.saveModel(url)", f"{scheme}://tf")
    both.python(copy, f"{scheme}://tf", f"{scheme}://py")
    before = both.js("url => interop.restored(url)", f"{scheme}://tf")
    after = both.js("url => interop.restored(url)", f"{scheme}://py")
    assert len(before["optimizer"]) == 1 + 2 * 6
    assert after == before


def test_tensorflow_lists_and_removes_what_pyio_saved(both: Tab) -> None:
    """Both see the same models under the same addresses."""
    both.js("() => interop.saveModel('indexeddb://tf')")
    for url in ("localstorage://one", "indexeddb://two"):
        both.python(copy, "indexeddb://tf", url)

    async def listed() -> Any:
        import pyio

        return sorted(await pyio.list_models())

    names = ["indexeddb://tf", "indexeddb://two", "localstorage://one"]
    assert both.js("() => interop.list()") == both.python(listed) == names
    both.js("() => interop.remove('localstorage://one')")
    both.js("() => interop.remove('indexeddb://two')")
    assert both.python(listed) == ["indexeddb://tf"]
