"""The promises of `pyio.handlers.contract` as tests, for media of your own.

    class TestMine(pyio.testing.Promises):
        scheme = "mine"
        ...

A subclass names the scheme of a registered medium that lists, and has three methods that read and
write the medium without pyio. Its tests are coroutine functions without arguments; each expects
that the medium is empty. They need no pytest, and run in CPython and inside Pyodide.
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

import pyio

if TYPE_CHECKING:
    from collections.abc import Iterator

TOPOLOGY: dict[str, Any] = {
    "class_name": "Sequential",
    "config": {"name": "m", "layers": []},
    "backend": "x",
}
WEIGHTS = {
    "a/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "flag": np.array([True, False, True]),
    "words": np.array(["é", "", "ж漢"], dtype=object),
    "n": np.array(-7, dtype=np.int32),
    "z": np.array([1 + 2j], dtype=np.complex64),
    "empty": np.zeros((0, 4), dtype=np.float32),
}


def whole_model(**changes: Any) -> pyio.ModelArtifacts:
    """Artifacts that have every field."""
    encoded = pyio.encode_weights(WEIGHTS)
    artifacts = pyio.ModelArtifacts(
        model_topology=TOPOLOGY,
        weight_specs=encoded.specs,
        weight_data=encoded.data,
        training_config={"loss": "mse", "metrics": {}, "optimizer_config": {"lr": 1e-7}},
        format="layers-model",
        generated_by="TensorFlow.js tfjs-layers v4.22.0",
        signature={"inputs": {"x": {"dtype": "DT_FLOAT"}}},
        user_defined_metadata={"author": "Zoë", "10": 1, "9": [1.5, None, "\u2028"]},
        model_initializer={"node": [1]},
        initializer_signature={"outputs": {}},
        null_fields=frozenset({"converted_by"}),
    )
    return replace(artifacts, **changes)


def fields(artifacts: pyio.ModelArtifacts) -> dict[str, Any]:
    """What two artifacts must share to be the same model; an absent part may come back empty."""
    values = {name: getattr(artifacts, name) for name in artifacts.__slots__}
    values["weight_data"] = b"".join(artifacts.weight_data or ())
    values["weight_specs"] = artifacts.weight_specs or ()
    return values


@contextmanager
def raises(kind: type[Exception], *texts: str) -> Iterator[None]:
    """Fail unless the block raises `kind` with all `texts` in its message."""
    try:
        yield
    except kind as error:
        missing = [text for text in texts if text not in str(error)]
        if missing:
            raise AssertionError(f"{missing} not in {error!s}") from error
    else:
        raise AssertionError(f"{kind.__name__} was not raised")


class Promises(ABC):
    """The tests; a subclass for each medium sets `scheme` and accesses the medium without pyio."""

    scheme: str

    @abstractmethod
    async def snapshot(self) -> Any:
        """Everything that the medium holds, to be compared."""

    @abstractmethod
    async def cut_weights(self, path: str) -> None:
        """Take the last byte of the stored weights away."""

    @abstractmethod
    async def spoil_info(self, path: str) -> None:
        """Replace the stored info by something invalid."""

    def url(self, path: str) -> str:
        """The address of a path of the medium."""
        return f"{self.scheme}://{path}"

    async def save(self, path: str, artifacts: pyio.ModelArtifacts | None = None) -> None:
        """Save a model with every field, or `artifacts`."""
        await pyio.save_artifacts(artifacts or whole_model(), self.url(path))

    async def listed(self) -> dict[str, pyio.ModelArtifactsInfo]:
        """Address -> info of the models of the medium."""
        return {
            url: info
            for url, info in (await pyio.list_models()).items()
            if url.startswith(self.scheme)
        }

    async def test_every_field_comes_back(self) -> None:
        """A model with every field is the same after save and load, null fields included."""
        await self.save("m")
        loaded = await pyio.load_artifacts(self.url("m"))
        assert fields(loaded) == fields(whole_model()), loaded
        arrays = pyio.decode_weights(loaded.weight_data or (), loaded.weight_specs or ())
        assert list(arrays) == list(WEIGHTS)
        for name, array in WEIGHTS.items():
            assert arrays[name].dtype == array.dtype
            assert np.array_equal(arrays[name], array)

    async def test_digests_are_stored_and_verified(self) -> None:
        """Digests that were asked for are stored, verified, and kept by a copy."""
        await pyio.save_artifacts(whole_model(), self.url("m"), checksum=True)
        loaded = await pyio.load_artifacts(self.url("m"))
        assert loaded.checksum
        assert fields(replace(loaded, checksum=False)) == fields(whole_model())
        assert (await pyio.inspect(self.url("m"))).has_checksum
        await pyio.copy_model(self.url("m"), self.url("copy"))
        assert (await pyio.load_artifacts(self.url("copy"))).checksum

    async def test_parts_may_be_absent(self) -> None:
        """Topology alone, weights alone, and a model without weights are kept too."""
        for name, part in {
            "topology": pyio.ModelArtifacts(model_topology=TOPOLOGY),
            "weights": whole_model(model_topology=None, signature=None, training_config=None),
            "none": whole_model(weight_specs=(), weight_data=()),
        }.items():
            await self.save(name, part)
            assert fields(await pyio.load_artifacts(self.url(name))) == fields(part), name

    async def test_pieces_make_no_difference(self) -> None:
        """The same model is stored, wherever its weight data is cut into buffers."""
        data = b"".join(whole_model().weight_data or ())
        pieces = (b"", data[:1], data[1:13], b"", data[13:])
        await self.save("pieces", whole_model(weight_data=pieces))
        assert fields(await pyio.load_artifacts(self.url("pieces"))) == fields(whole_model())

    async def test_weights_are_read_one_by_one(self) -> None:
        """A lazy load gives each weight as it was saved, and a copy has every field."""
        numbers = {name: array for name, array in WEIGHTS.items() if name != "words"}
        encoded = pyio.encode_weights(numbers)
        model = whole_model(weight_specs=encoded.specs, weight_data=encoded.data)
        await self.save("m", model)
        lazy = await pyio.load_artifacts(self.url("m"), lazy=True)
        assert isinstance(lazy, pyio.LazyArtifacts)
        assert lazy.weight_data.names == tuple(numbers)
        for name in reversed(numbers):
            array = await lazy.weight_data.read(name)
            assert array.dtype == numbers[name].dtype
            assert np.array_equal(array, numbers[name])
        await pyio.copy_model(self.url("m"), self.url("copy"))
        await self.save("again", lazy)
        for path in ("copy", "again"):
            assert fields(await pyio.load_artifacts(self.url(path))) == fields(model), path
        await self.cut_weights("m")
        with raises(pyio.DamagedModelError, self.url("m")):
            await pyio.load_artifacts(self.url("m"), lazy=True)

    async def test_saving_again_replaces_the_whole_model(self) -> None:
        """Nothing of the previous model is left in the new one."""
        await self.save("m")
        small = pyio.ModelArtifacts(model_topology={"new": 1})
        await self.save("m", small)
        assert fields(await pyio.load_artifacts(self.url("m"))) == fields(small)

    async def test_a_save_that_fails_changes_nothing(self) -> None:
        """Specs and data that disagree are refused before anything is written."""
        await self.save("m")
        before = await self.snapshot()
        good = whole_model()
        specs, data = good.weight_specs or (), b"".join(good.weight_data or ())
        lying = replace(specs[0], shape=(10**12,))
        for bad, text in (
            (whole_model(weight_data=(data[:-1],)), "the weight data ends inside"),
            (whole_model(weight_data=(data, b"x")), "do not belong together"),
            (whole_model(weight_specs=(lying, *specs[1:])), "a/kernel"),
            (whole_model(weight_specs=None), "no weight specs"),
        ):
            with raises(pyio.WeightsError, text):
                await self.save("m", bad)
        with raises(pyio.InvalidModelError, "binary"):
            await self.save("m", whole_model(model_topology=b"graph"))
        with raises(pyio.InvalidModelError, "$.x", "complex"):
            await self.save("m", whole_model(model_topology={"x": 1j}))
        assert await self.snapshot() == before

    async def test_the_result_tells_the_sizes(self) -> None:
        """The result of a save and the listing agree on date and sizes."""
        result = await pyio.save_artifacts(whole_model(), self.url("m"))
        info = (await self.listed())[self.url("m")]
        assert info == result.model_artifacts_info
        assert info.damage is None
        assert info.model_topology_bytes == len(json.dumps(TOPOLOGY, separators=(",", ":")))
        assert info.weight_data_bytes == whole_model().weight_data_bytes
        assert info.date_saved is not None
        assert abs((datetime.now(UTC) - info.date_saved).total_seconds()) < 60

    async def test_what_is_not_there_is_said(self) -> None:
        """Loading and removing an absent model names it, and creates nothing."""
        before = await self.snapshot()
        with raises(pyio.ModelNotFoundError, self.url("absent")):
            await pyio.load_artifacts(self.url("absent"))
        with raises(FileNotFoundError, self.url("absent")):
            await pyio.remove_model(self.url("absent"))
        with raises(pyio.ModelNotFoundError, self.url("absent")):
            await pyio.copy_model(self.url("absent"), self.url("copy"))
        assert await self.snapshot() == before

    async def test_names_are_literal(self) -> None:
        """Slashes, spaces, queries and other scripts are part of a name; none disturbs another."""
        names = ["x", "x/info", "a/b/c", "with space", "q?a=1#f", "имя-模型", "model_topology"]
        for index, name in enumerate(names):
            await self.save(name, pyio.ModelArtifacts(model_topology={"i": index}))
        assert set(await self.listed()) == {self.url(name) for name in names}
        for index, name in enumerate(names):
            assert (await pyio.load_artifacts(self.url(name))).model_topology == {"i": index}

    async def test_unusable_names_are_refused(self) -> None:
        """An empty name, and one that TensorFlow.js could never remove, change nothing."""
        before = await self.snapshot()
        for name, text in (("", "is empty"), ("a://b", "must not contain '://'")):
            with raises(pyio.InvalidURLError, text):
                await self.save(name)
        assert await self.snapshot() == before

    async def test_cut_weights_are_named(self) -> None:
        """Truncated weights are an error that names the model; the others load and are listed."""
        await self.save("good")
        await self.save("cut")
        await self.cut_weights("cut")
        with raises(pyio.DamagedModelError, self.url("cut"), "weight data"):
            await pyio.load_artifacts(self.url("cut"))
        with raises(pyio.DamagedModelError, self.url("cut")):
            await pyio.copy_model(self.url("cut"), self.url("copy"))
        assert fields(await pyio.load_artifacts(self.url("good"))) == fields(whole_model())
        assert set(await self.listed()) == {self.url("good"), self.url("cut")}

    async def test_a_damaged_entry_does_not_hide_the_others(self) -> None:
        """A damaged entry is listed with its damage in words, and can be removed."""
        await self.save("good")
        await self.save("spoiled")
        await self.spoil_info("spoiled")
        infos = await self.listed()
        assert infos[self.url("good")].damage is None
        assert infos[self.url("spoiled")].damage, infos
        await pyio.remove_model(self.url("spoiled"))
        assert set(await self.listed()) == {self.url("good")}

    async def test_removing_one_leaves_the_others(self) -> None:
        """Only the model of this name is removed, and its info is returned."""
        await self.save("one")
        before = await self.snapshot()
        await self.save("one/two")
        info = await pyio.remove_model(self.url("one/two"))
        assert info.weight_data_bytes == whole_model().weight_data_bytes
        assert await self.snapshot() == before

    async def test_copy_and_move(self) -> None:
        """A copy is equal and leaves the source; a move leaves only the destination."""
        await self.save("a")
        await pyio.copy_model(self.url("a"), self.url("b"))
        assert set(await self.listed()) == {self.url("a"), self.url("b")}
        await pyio.move_model(self.url("b"), "memory://there")
        assert set(await self.listed()) >= {self.url("a")}
        assert self.url("b") not in await self.listed()
        assert fields(await pyio.load_artifacts("memory://there")) == fields(whole_model())

    async def test_nothing_is_replaced_unasked(self) -> None:
        """Copying or moving onto a stored model needs overwrite=True, which then replaces it."""
        await self.save("a")
        await self.save("b", pyio.ModelArtifacts(model_topology={"old": 1}))
        before = await self.snapshot()
        for transfer in (pyio.copy_model, pyio.move_model):
            with raises(pyio.ModelExistsError, self.url("b"), "overwrite=True"):
                await transfer(self.url("a"), self.url("b"))
        assert await self.snapshot() == before
        await pyio.move_model(self.url("a"), self.url("b"), overwrite=True)
        assert set(await self.listed()) == {self.url("b")}
        assert fields(await pyio.load_artifacts(self.url("b"))) == fields(whole_model())

    async def test_a_failing_move_loses_nothing(self) -> None:
        """If the destination cannot store the model, the source is kept."""
        await self.save("a")
        before = await self.snapshot()
        for destination, kind in (
            ("downloads://a", pyio.UnsupportedOperationError),
            ("nowhere://a", pyio.UnknownSchemeError),
            (self.url("a"), pyio.InvalidURLError),
            (self.url(""), pyio.InvalidURLError),
            (self.url("x://y"), pyio.InvalidURLError),
        ):
            with raises(kind):
                await pyio.move_model(self.url("a"), destination)
        assert await self.snapshot() == before

    async def test_what_is_stored_is_nobody_elses(self) -> None:
        """Changing saved or loaded arrays does not change the stored model."""
        array = np.arange(4, dtype=np.float32)
        await pyio.save_arrays({"w": array}, self.url("m"))
        array[:] = -1
        loaded = await pyio.load_arrays(self.url("m"))
        with suppress(ValueError):  # memory:// gives read-only arrays
            loaded["w"][:] = -2
        again = await pyio.load_arrays(self.url("m"))
        assert again["w"].tolist() == [0, 1, 2, 3]

    async def test_a_cancelled_save_leaves_a_whole_model(self) -> None:
        """After a cancelled save the old model or the new one is stored, whole."""
        old = pyio.ModelArtifacts(model_topology={"old": 1})
        for pauses in range(12):
            await self.save("m", old)
            task = asyncio.ensure_future(pyio.save_artifacts(whole_model(), self.url("m")))
            for _ in range(pauses):
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            found = fields(await pyio.load_artifacts(self.url("m")))
            assert found in (fields(old), fields(whole_model())), pauses
            assert (await self.listed())[self.url("m")].damage is None
