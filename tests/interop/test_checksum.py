"""TensorFlow.js and models that were saved with ``checksum=True``, in one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from tests.support.tabs import Tab


@pytest.fixture
def both(tab: Tab) -> Tab:
    """A tab with Python, TensorFlow.js, and its model at ``indexeddb://tf``."""
    tab.tensorflow()
    tab.js("() => interop.saveModel('indexeddb://tf')")
    return tab


async def save(url: str) -> None:
    """Save TensorFlow.js's model with digests."""
    import pyio

    model = await pyio.load_artifacts("indexeddb://tf")
    assert not model.checksum
    await pyio.save_artifacts(model, url, checksum=True)


async def files() -> list[list[str]]:
    """The files that ``downloads://m`` offers, with digests: name, base64."""
    import base64
    from dataclasses import replace

    import pyio

    model = replace(await pyio.load_artifacts("indexeddb://tf"), checksum=True)
    text = pyio.get_model_json(model, ["./m.weights.bin"])
    contents = {"m.json": text.encode(), "m.weights.bin": b"".join(model.weight_data or ())}
    return [[name, base64.b64encode(content).decode()] for name, content in contents.items()]


async def has_checksum(url: str) -> bool:
    """Load a model, and return whether its digests were verified."""
    import pyio

    found = (await pyio.load_artifacts(url)).checksum
    assert (await pyio.inspect(url)).has_checksum == found
    return found


@pytest.mark.parametrize("scheme", ["localstorage", "indexeddb"])
def test_tensorflow_opens_it(both: Tab, scheme: str) -> None:
    """TensorFlow.js loads the model with its optimizer and metadata as if there were no digests."""
    url = f"{scheme}://py"
    both.python(save, url)
    assert both.python(has_checksum, url)
    assert both.js("url => interop.restored(url)", url) == both.js(
        "() => interop.restored('indexeddb://tf')"
    )
    np.testing.assert_array_equal(
        both.js("url => interop.predictStored(url)", url),
        both.js("() => interop.predictStored('indexeddb://tf')"),
    )


def test_tensorflow_opens_its_files(both: Tab) -> None:
    """TensorFlow.js loads the files with digests as well, with tf.io.browserFiles."""
    picked = both.python(files)
    predicted = both.js("files => interop.predictFiles(files)", picked)
    np.testing.assert_array_equal(predicted, both.js("() => interop.predictBuilt()"))


def test_only_the_member_is_more(both: Tab) -> None:
    """Only one localStorage item differs from TensorFlow.js's: the metadata has one more member."""
    both.js("() => interop.saveModel('localstorage://plain')")
    both.python(save, "localstorage://py")
    plain = both.js("() => interop.localItems('plain')")
    signed = both.js("() => interop.localItems('py')")
    for part in ("model_topology", "weight_specs", "weight_data"):
        assert signed[part] == plain[part]
    start = plain["model_metadata"].removesuffix("}")
    assert signed["model_metadata"].startswith(start + ',"pyioChecksum":{"algorithm":"sha256",')


@pytest.mark.parametrize("scheme", ["localstorage", "indexeddb"])
def test_what_tensorflow_does_to_it(both: Tab, scheme: str) -> None:
    """A model that TensorFlow.js saves again has no digests, and loads.

    Its copyModel keeps correct digests in IndexedDB, because it clones unknown members.
    """
    url = f"{scheme}://py"
    both.python(save, url)
    both.js("url => tf.io.copyModel(url, url + '-copy').then(() => null)", url)
    assert both.python(has_checksum, f"{url}-copy") == (scheme == "indexeddb")
    both.js("url => tf.loadLayersModel(url).then(model => model.save(url)).then(() => null)", url)
    assert not both.python(has_checksum, url)


async def move(source: str, destination: str) -> Any:
    """Move a model, damage it without pyio, and return the error of a load."""
    import js

    import pyio

    await pyio.move_model(source, destination)
    assert (await pyio.load_artifacts(destination)).checksum
    key = f"tensorflowjs_models/{destination.partition('://')[2]}/weight_data"
    text = js.localStorage.getItem(key)
    js.localStorage.setItem(key, ("B" if text[0] != "B" else "C") + text[1:])
    try:
        await pyio.load_artifacts(destination)
    except pyio.DamagedModelError as error:
        return str(error)
    return None


def test_moving_between_stores(both: Tab) -> None:
    """A move from IndexedDB to localStorage keeps the digests, which detect later changes."""
    both.python(save, "indexeddb://py")
    said = both.python(move, "indexeddb://py", "localstorage://moved")
    assert "'localstorage://moved' is damaged: the SHA-256 of its weights is" in said
