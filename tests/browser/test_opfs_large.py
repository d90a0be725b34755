"""Large models in ``opfs://``: single weights, copies piece by piece, and more than 2 GB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.tabs import Tab

FURTHER = pytest.mark.repetition("files in a further engine", further_engines=True)


async def read_lazily(url: str) -> Any:
    """Read single weights, also after the model was replaced and removed; return the errors."""
    import numpy as np

    import pyio

    arrays: dict[str, Any] = {
        "a": np.arange(5_000, dtype=np.float32),
        "empty": np.zeros((0, 2), np.int32),
        "big": np.arange(2_000_000, dtype=np.int32).reshape(1000, 2000),
        "c": np.array([[True, False]]),
    }
    await pyio.save_arrays(arrays, url, checksum=True)
    model: Any = await pyio.load_artifacts(url, lazy=True)
    assert model.weight_data.names == tuple(arrays)
    for name in ("c", "big", "empty", "a"):
        assert np.array_equal(await model.weight_data.read(name), arrays[name]), name
    assert model.weight_data_bytes == sum(array.nbytes for array in arrays.values())
    some = await pyio.load_arrays(url, names=["c", "e*"])
    assert list(some) == ["empty", "c"]
    errors = []
    await pyio.save_arrays({"a": arrays["a"] + 1}, url)
    for name in ("a", "big"):
        try:
            errors.append(str(np.array_equal(await model.weight_data.read(name), arrays[name])))
        except pyio.StorageError as error:
            errors.append(error.reason)
    texts = {"t": np.array(["é", "xyz"]), "after": arrays["a"]}
    await pyio.save_arrays(texts, url)
    model = await pyio.load_artifacts(url, lazy=True)
    assert np.array_equal(await model.weight_data.read("after"), arrays["a"])
    await pyio.remove_model(url)
    errors.append(str(np.array_equal(await model.weight_data.read("t"), texts["t"])))
    return errors


@pytest.mark.every_engine
@FURTHER
def test_single_weights(tab: Tab) -> None:
    """Each weight is read alone, and is one of the model that was opened or an error."""
    assert tab.python(read_lazily, "opfs://m") == ["gone", "gone", "True"]
    assert tab.python(read_lazily, "indexeddb://m") == ["True"] * 3, "the browser has a copy"


async def copy_and_measure(source: str, destination: str, size: int) -> Any:
    """Copy a model with digests of its own; return the most bytes that Python took for it."""
    import hashlib
    import os
    import tracemalloc

    import pyio

    sizes = [size - 300_003, 300_000, 3]
    specs = tuple(pyio.WeightSpec(f"w{n}", (each,), "bool") for n, each in enumerate(sizes))
    data = [memoryview(os.urandom(each)) for each in sizes]
    expected = hashlib.sha256(b"".join(data)).hexdigest()
    metadata = {"kept": True}
    model = pyio.ModelArtifacts({"n": 1}, specs, tuple(data), user_defined_metadata=metadata)
    await pyio.save_artifacts(model, source)
    del data, model
    reports: list[Any] = []
    tracemalloc.start()
    try:
        info = await pyio.copy_model(source, destination, on_progress=reports.append)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert info.weight_data_bytes == size
    saves = [each.bytes_done for each in reports if each.action == "save"]
    assert (saves[0], saves[-1]) == (0, size)
    assert reports[0].action == "load"
    found: Any = await pyio.load_artifacts(destination)
    assert found.user_defined_metadata == metadata
    assert [spec.name for spec in found.weight_specs] == ["w0", "w1", "w2"]
    assert hashlib.sha256(b"".join(found.weight_data)).hexdigest() == expected
    for url in (source, destination):
        await pyio.remove_model(url)
    return most


@pytest.mark.every_engine
@FURTHER
def test_copies_go_piece_by_piece(tab: Tab) -> None:
    """A copy to opfs:// takes a few pieces of Python's memory, and not the model."""
    for source in ("indexeddb://m", "opfs://m"):
        most = tab.python(copy_and_measure, source, "opfs://copy", 50_000_000)
        assert most < 30_000_000, source


PARTS = """() => rawChangeWeights("m", (buffer) => [
  buffer.slice(0, 3), new Blob([buffer.slice(3, 10)]), new Uint8Array(buffer, 10),
])"""


async def copied(source: str, destination: str, checksum: bool) -> Any:
    """Copy a model and return its weights and whether it has digests, or the error."""
    import pyio

    if checksum:
        spec = pyio.WeightSpec("w", (20,), "bool")
        model = pyio.ModelArtifacts({"n": 1}, (spec,), (memoryview(bytes(range(20))),))
        await pyio.save_artifacts(model, source, checksum=checksum)
    try:
        await pyio.copy_model(source, destination, overwrite=True)
    except pyio.PyioError as error:
        return type(error).__name__
    found: Any = await pyio.load_artifacts(destination)
    return [b"".join(found.weight_data).hex(), found.checksum]


async def save_twenty() -> None:
    import pyio

    spec = pyio.WeightSpec("w", (20,), "bool")
    model = pyio.ModelArtifacts({"n": 1}, (spec,), (memoryview(bytes(range(20))),))
    await pyio.save_artifacts(model, "indexeddb://m")


@pytest.mark.every_engine
@FURTHER
def test_what_is_copied_is_whole(tab: Tab) -> None:
    """Records in parts are copied, damaged ones are refused, and digests are verified."""
    expected = bytes(range(20)).hex()
    tab.python(save_twenty)
    tab.js(PARTS)
    assert tab.python(copied, "indexeddb://m", "opfs://m", False) == [expected, False]
    tab.js("""() => rawChangeWeights("m", () => [new Uint8Array(3), { a: 1 }])""")
    assert tab.python(copied, "indexeddb://m", "opfs://m", False) == "DamagedModelError"
    tab.python(save_twenty)
    tab.js("() => rawCutWeights('m')")
    assert tab.python(copied, "indexeddb://m", "opfs://m", False) == "DamagedModelError"
    assert tab.python(copied, "indexeddb://m", "opfs://m", True) == [expected, True]
    tab.js("() => rawChangeFile('m', 'weights.bin', 0, 'x'.repeat(20))")
    assert tab.python(copied, "opfs://m", "opfs://n", False) == "DamagedModelError"


async def through_low_memory(url: str) -> Any:
    """Save and load as if Python's memory went beyond 2 GiB; return whether all bytes came back."""
    import os

    import numpy as np

    import pyio
    from pyio.browser import ffi

    heap_bytes = ffi._heap_bytes
    ffi._heap_bytes = lambda: 2**32
    try:
        arrays = {
            f"w{n}": np.frombuffer(os.urandom(size), bool)
            for n, size in enumerate((5, 0, 262_144, 2_000_001))
        }
        await pyio.save_arrays(arrays, url)
        found = await pyio.load_arrays(url)
    finally:
        ffi._heap_bytes = heap_bytes
    return {name: found[name].tobytes() == arrays[name].tobytes() for name in arrays}


def test_memory_beyond_two_gigabytes(tab: Tab) -> None:
    """Where JavaScript does not reach all of Python's memory, bytes go through lower memory."""
    for scheme in ("opfs", "indexeddb", "localstorage"):
        same = tab.python(through_low_memory, f"{scheme}://m")
        assert same == {"w0": True, "w1": True, "w2": True, "w3": True}, scheme


async def save_large(size: int, count: int) -> Any:
    """Save `count` weights of `size` bytes; return the bytes of them and of Python's memory."""
    import numpy as np
    import pyodide_js

    import pyio

    arrays = {f"w{n}": np.full(size // 4, n, np.int32) for n in range(count)}
    for n, array in enumerate(arrays.values()):
        array[-1] = -n
    result = await pyio.save_arrays(arrays, "opfs://m")
    return [result.model_artifacts_info.weight_data_bytes, pyodide_js._module.HEAPU8.length]


async def copy_large(size: int, count: int) -> None:
    """Copy the model, and read the first and the last of its weights."""
    import pyio

    await pyio.copy_model("opfs://m", "opfs://copy")
    await pyio.remove_model("opfs://m")
    lazy: Any = await pyio.load_artifacts("opfs://copy", lazy=True)
    for n in (0, count - 1):
        found = await lazy.weight_data.read(f"w{n}")
        assert (found[0], found[-1], found.size) == (n, -n, size // 4), n


async def load_large(size: int, count: int) -> Any:
    """Load the copy; return the bytes of Python's memory."""
    import pyodide_js

    import pyio

    arrays = await pyio.load_arrays("opfs://copy")
    assert len(arrays) == count
    for n, array in enumerate(arrays.values()):
        middle = array[1::100_000]
        assert (array[0], array[-1], array.size) == (n, -n, size // 4), n
        assert (middle == n).all(), n
    await pyio.remove_model("opfs://copy")
    return pyodide_js._module.HEAPU8.length


@pytest.mark.repetition("a model of the same kind, of more than 2 GB")
def test_more_than_two_gigabytes(tab: Tab) -> None:
    """A model of 2.4 GB is saved, copied and loaded with one copy in memory."""
    saved, before = tab.python(save_large, 300_000_000, 8)
    assert saved == 2_400_000_000
    assert before > 2**31, "addresses beyond it are what is tried"
    tab.python(copy_large, 300_000_000, 8)
    after = tab.python(load_large, 300_000_000, 8)
    assert after - before < 300_000_000, "what the save had taken was enough for the load"
