"""Models whose weights are read one by one (``lazy=True``)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio.browser.opfs.pieces import Content, arrived
from pyio.format.stored import InMemory, fixed_ends, for_a_medium, loaded, with_stored
from pyio.tensors.lazy import LazyArtifacts
from tests.support.models import artifacts, run

if TYPE_CHECKING:
    from pathlib import Path


ARRAYS: dict[str, Any] = {
    "a": np.arange(6, dtype=np.float32).reshape(2, 3),
    "empty": np.zeros((0, 4), np.int32),
    "b": np.array([[1], [2]], np.int32),
}


def saved(url: str, arrays: dict[str, Any], **options: Any) -> LazyArtifacts:
    """Save arrays and load them lazily."""
    run(pyio.save_arrays(arrays, url, **options))
    found = run(pyio.load_artifacts(url, lazy=True))
    assert isinstance(found, LazyArtifacts)
    return found


@pytest.mark.parametrize("texts", [{}, {"t": np.array(["é", "xyz"])}], ids=["numbers", "texts"])
def test_single_weights(texts: dict[str, Any], tmp_path: Path) -> None:
    """Each weight comes as load_arrays gives it, from every medium, whatever stands before it."""
    arrays = {**texts, **ARRAYS}
    for url in ("memory://m", f"file://{tmp_path}/m", f"file://{tmp_path}/m.safetensors"):
        if texts and url.endswith("tensors"):
            continue  # that format has no texts
        model = saved(url, arrays)
        assert sorted(model.weight_data.names) == sorted(arrays)
        assert model.weight_data_bytes == model.weight_data.byte_length > 0
        for name, array in arrays.items():
            found = run(model.weight_data.read(name))
            assert found.dtype == array.dtype
            assert np.array_equal(found, array)
            assert model.weight_data.specs[name].shape == array.shape
    spec = pyio.WeightSpec("b", (2, 1), "int32")
    assert run(model.weight_data.read_bytes(spec.name)) == ARRAYS["b"].tobytes()
    whole = b"".join(run(model.weight_data.whole()))
    assert run(model.weight_data.read_range(1, 9)) == whole[1:9]
    for start, stop in ((-1, 2), (3, 2), (0, 10_000)):
        with pytest.raises(pyio.WeightsError, match="was asked for"):
            run(model.weight_data.read_range(start, stop))
    with pytest.raises(pyio.WeightsError, match="the nearest are 'empty'"):
        run(model.weight_data.read("emty"))


def test_what_needs_all_weights_says_so() -> None:
    """A function that decodes a model's weights names the way to them."""
    model = saved("memory://m", ARRAYS)
    weights: Any = model.weight_data
    with pytest.raises(pyio.WeightsError, match="lazy=True"):
        pyio.decode_weights(weights, model.weight_specs or ())
    with pytest.raises(pyio.WeightsError, match="lazy=True"):
        pyio.get_model_json(pyio.ModelArtifacts(**{**fields(model), "checksum": True}), ["w"])


def fields(model: pyio.ModelArtifacts) -> dict[str, Any]:
    """The weights of a model as arguments."""
    return {"weight_specs": model.weight_specs, "weight_data": model.weight_data}


@pytest.mark.parametrize("checksum", [False, True])
def test_saving_loads(checksum: bool, tmp_path: Path) -> None:
    """A lazy model that is saved is the same model, digests included, for any handler."""
    given: list[pyio.ModelArtifacts] = []

    def take(model: pyio.ModelArtifacts) -> pyio.SaveResult:
        given.append(model)
        return pyio.SaveResult(pyio.get_model_artifacts_info_for_json(model))

    run(pyio.save_artifacts(artifacts(), "memory://m", checksum=checksum))
    whole = run(pyio.load_artifacts("memory://m"))
    lazy = run(pyio.load_artifacts("memory://m", lazy=True))
    assert lazy.checksum == checksum
    run(pyio.save_artifacts(lazy, "memory://n"))
    run(pyio.save_artifacts(lazy, f"file://{tmp_path}/m"))
    run(pyio.save_artifacts(lazy, pyio.with_save_handler(take)))
    urls = ("memory://n", f"file://{tmp_path}/m")
    for found in (*[run(pyio.load_artifacts(url)) for url in urls], *given):
        assert type(found) is pyio.ModelArtifacts
        assert found == whole
    assert run(loaded(lazy)) == whole
    topology = run(pyio.load_artifacts(pyio.from_memory(pyio.ModelArtifacts({"t": 1})), lazy=True))
    assert run(loaded(topology)) == pyio.ModelArtifacts({"t": 1})


def test_changed_bytes_are_found() -> None:
    """Weights that are loaded after all are compared with the digest that was stored."""
    lazy = saved("memory://m", {"w": np.ones(4, np.float32)}, checksum=True)
    changed = InMemory(lazy.weight_specs, [memoryview(bytes(16))])
    changed.sha256 = "0" * 64
    with pytest.raises(pyio.InvalidModelError, match="the SHA-256 of its weights"):
        run(loaded(with_stored(lazy, changed)))


def test_what_is_streamed() -> None:
    """Only a medium that streams gets weights that are not loaded: none with digests or texts."""
    numbers = saved("memory://a", ARRAYS)
    texts = saved("memory://b", {"t": np.array(["x"])})
    digests = saved("memory://c", ARRAYS, checksum=True)
    assert run(for_a_medium(numbers, streams=True)) is numbers
    assert run(for_a_medium(numbers, streams=False)).stored is None
    assert run(for_a_medium(texts, streams=True)).stored is None
    assert run(for_a_medium(digests, streams=True)).stored is None


def test_ends() -> None:
    """The specs account for every byte, or the error is that of a load."""
    specs = (pyio.WeightSpec("a", (3,), "float32"), pyio.WeightSpec("b", (), "bool"))
    assert fixed_ends(specs, 13) == (12, 13)
    assert fixed_ends(None, 0) == ()
    assert fixed_ends((pyio.WeightSpec("t", (1,), "string"),), 5) is None
    with pytest.raises(pyio.WeightsError, match="ends inside 'b'"):
        fixed_ends(specs, 12)
    with pytest.raises(pyio.WeightsError, match="do not belong together"):
        fixed_ends(specs, 14)


def test_content_that_is_awaited() -> None:
    """The pieces of a file are there already, or come when they are awaited."""

    async def coming(text: bytes) -> memoryview:
        await asyncio.sleep(0)
        return memoryview(text)

    async def joined(content: Content) -> bytes:
        return b"".join([await arrived(piece) for piece in content.pieces])

    buffers = [memoryview(b"ab"), memoryview(b""), memoryview(b"c")]
    assert Content.of(buffers).size == 3
    assert run(joined(Content.of(buffers))) == b"abc"
    assert run(joined(Content(3, map(coming, (b"ab", b"c"))))) == b"abc"
