"""Files of other programs in a page: downloads in their formats, and loading them again."""

from __future__ import annotations

import io
import zipfile
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pyio.converters.hdf5.file import read_hdf5
from pyio.converters.safetensors.writer import written
from tests.browser.test_picked import offer

if TYPE_CHECKING:
    from tests.support.tabs import Tab

pytestmark = pytest.mark.repetition("files of other programs in a page", further_engines=True)

ARRAYS = {"a": np.arange(3.0), "b": np.arange(4, dtype=np.int64)}


async def save(name: str) -> Any:
    """Offer a model or arrays in the format of the name; return what the model predicts."""
    import numpy as np

    import pyio

    arrays = {"a": np.arange(3.0), "b": np.arange(4, dtype=np.int64)}
    if name == "a.npy":
        return await pyio.save_arrays({"a": arrays["a"]}, "downloads://a.npy") and None
    if name.startswith("a."):
        return await pyio.save_arrays(arrays, f"downloads://{name}") and None
    layers = pyio.layers
    model = pyio.Sequential(
        [layers.LSTM(4, input_shape=(3, 2), name="steps"), layers.Dense(2, name="end")], name="m"
    )
    for weight in model.weights:
        weight.assign(np.linspace(-1, 1, weight.size, dtype=np.float32).reshape(weight.shape))
    model.compile("adam", "mean_squared_error")
    await model.save(f"downloads://{name}", include_optimizer=name.endswith(".keras"))
    x = np.linspace(-1, 1, 12, dtype=np.float32).reshape(2, 3, 2)
    return model.predict(x).tolist()


async def load(kind: str) -> Any:
    """What is in the offered file: predictions of a model, or arrays."""
    import js
    import numpy as np

    import pyio

    files = pyio.browser_files(js.offered)
    if kind == "model":
        model = await pyio.load_layers_model(files)
        x = np.linspace(-1, 1, 12, dtype=np.float32).reshape(2, 3, 2)
        return model.predict(x).tolist()
    if kind == "some":
        found = await pyio.load_arrays(files, names=["b*"])
    else:
        found = await pyio.load_arrays(files)
    return {name: [str(array.dtype), array.tolist()] for name, array in found.items()}


@pytest.mark.every_engine
def test_downloads_and_picked_files(tab: Tab) -> None:
    """Each file has its format, byte for byte where one is defined, and loads again when picked."""
    results: list[Any] = []
    files: dict[str, bytes] = {}

    def saved(name: str) -> None:
        results.append(tab.python(save, name))

    for name in ("m.keras", "m.h5", "a.safetensors", "a.npz", "a.npy"):  # WebKit takes one at once
        files |= tab.downloads(1, partial(saved, name))
        assert list(files)[-1] == name
    expected = results[0]
    assert results[1] == expected
    assert files["a.safetensors"] == b"".join(written(ARRAYS))
    with np.load(io.BytesIO(files["a.npz"])) as found:
        assert {name: found[name].tolist() for name in found} == {
            name: array.tolist() for name, array in ARRAYS.items()
        }
    assert np.load(io.BytesIO(files["a.npy"])).tolist() == ARRAYS["a"].tolist()
    with zipfile.ZipFile(io.BytesIO(files["m.keras"])) as archive:
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
    assert read_hdf5(memoryview(files["m.h5"])).group("model_weights/steps") is not None
    for name in ("m.keras", "m.h5"):
        offer(tab, {name: files[name]})
        assert np.allclose(tab.python(load, "model"), expected, rtol=1e-5, atol=1e-6), name
    both = {"a": ["float64", ARRAYS["a"].tolist()], "b": ["int64", ARRAYS["b"].tolist()]}
    for name in ("a.safetensors", "a.npz"):
        offer(tab, {name: files[name]})
        assert tab.python(load, "arrays") == both, name
        assert tab.python(load, "some") == {"b": both["b"]}, name
    offer(tab, {"a.npy": files["a.npy"]})
    assert tab.python(load, "arrays") == {"array": both["a"]}
