"""Files of Keras: each predicts as Keras did, or is refused by name."""

from __future__ import annotations

import gc
import io
import json
import random
import struct
import tracemalloc
import warnings
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pyio
from pyio.converters.hdf5.datasets import Dataset
from pyio.converters.hdf5.file import read_hdf5
from tests.support.models import run
from tests.unit.converters.test_hdf5 import damaged

DATA = Path(__file__).parents[2] / "data" / "keras"
MANIFEST = json.loads((DATA / "manifest.json").read_text("utf-8"))["models"]
ZEROS: dict[str, Any] = {"class_name": "Zeros", "config": {}}
CASES = {each["file"]: model for model in MANIFEST for each in model["files"].values()}


def difference(model: Any, case: dict[str, Any]) -> float:
    """The largest difference from Keras's outputs, relative to the largest output."""
    with np.load(DATA / case["io"]) as stored:
        inputs = [stored[f"x{index}"] for index in range(case["inputs"])]
        expected = [stored[f"y{index}"] for index in range(case["outputs"])]
    found = model.predict(inputs if len(inputs) > 1 else inputs[0])
    found = found if isinstance(found, list) else [found]
    assert len(found) == len(expected)
    assert [each.shape for each in found] == [each.shape for each in expected]
    return max(
        float(np.abs(mine - theirs).max() / max(1, np.abs(theirs).max()))
        for mine, theirs in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("file", CASES)
def test_numbers_of_keras(file: str) -> None:
    """A file predicts as Keras did, also after it was copied in TensorFlow.js's form."""
    case = CASES[file]
    source = f"file://{DATA / file}"
    if case["expect"].startswith("refuse:"):
        with pytest.raises(pyio.UnsupportedModelError, match=case["expect"][7:]):
            run(pyio.load_artifacts(source))
        return
    model = run(pyio.load_layers_model(source))
    assert difference(model, case) <= case["tolerance_relative"]
    assert model.writer == "Keras " + case["keras"].rpartition(" ")[2]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pyio.CompatibilityWarning)
        run(pyio.copy_model(source, "memory://copy", overwrite=True))
    copy = run(pyio.load_layers_model("memory://copy"))
    assert difference(copy, case) <= case["tolerance_relative"]
    assert copy.writer == model.writer
    found = run(pyio.inspect(source))
    assert bool(found.tensors) == bool(model.weights)
    assert found.layers


@pytest.mark.parametrize("name", ["keras1_conv_theano", "keras1_rnn"])
def test_files_of_keras_1(name: str) -> None:
    """Old names, gates one by one, Merge, and kernels that Theano turned around.

    Keras 1 does not run any more: the files were made from models of Keras 2 by its own rules.
    """
    model = run(pyio.load_layers_model(f"file://{DATA / name}.h5"))
    with np.load(DATA / f"{name}.npz") as stored:
        assert np.abs(model.predict(stored["x0"]) - stored["y0"]).max() < 1e-6
    assert model.writer == "Keras 1.2.2"
    assert "a file of Keras 1" in model.import_notes[0]


def test_damaged_keras_files() -> None:
    """Of 600 damaged files each gives a typed error, or all arrays under their names."""
    files = {name: (DATA / name).read_bytes() for name in ("mlp_adam.keras", "nested_frozen.h5")}
    sound = {name: _arrays(data) for name, data in files.items()}
    refused = 0
    for seed in range(600):
        name = list(files)[seed % 2]
        try:
            found = _arrays(damaged(files[name], seed))
        except pyio.PyioError:
            refused += 1
        else:
            # Values in .h5 have no checksum.
            assert {k: v.shape for k, v in found.items()} == {
                k: v.shape for k, v in sound[name].items()
            }, seed
            if name.endswith(".keras"):
                assert all(np.array_equal(found[k], v) for k, v in sound[name].items()), seed
    assert refused > 300


def _arrays(data: bytes) -> dict[str, Any]:
    from pyio.converters.files import MemoryFiles
    from pyio.converters.table import recognised

    async def load() -> dict[str, Any]:
        found = await recognised(MemoryFiles({"m": data}))
        if found is None:
            raise pyio.InvalidModelError("not recognised")
        artifacts = await found[0].artifacts(found[1])
        return pyio.decode_weights(artifacts.weight_data or (), artifacts.weight_specs or ())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run(load())


@pytest.mark.parametrize("name", ["text_mask", "nested_frozen", "transformer", "k2_cnn"])
def test_weights_alone(name: str, tmp_path: Path) -> None:
    """A .weights.h5 fills a model by places, whatever its layers are called."""
    model = run(pyio.load_layers_model(f"file://{DATA / name}.keras"))
    with zipfile.ZipFile(DATA / f"{name}.keras") as archive:
        (tmp_path / "m.weights.h5").write_bytes(archive.read("model.weights.h5"))
    other = pyio.model_from_json(model.to_json())
    for layer in other.layers:
        layer.name = f"renamed_{layer.name}"
        for weight in layer.weights:
            weight.name = f"renamed_{weight.name}"
    report = run(other.load_weights_from(f"file://{tmp_path}/m.weights.h5"))
    assert len(report.matches) == len(model.weights)
    for mine, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        assert np.array_equal(mine, theirs)
    arrays = run(pyio.load_arrays(f"file://{tmp_path}/m.weights.h5"))
    assert all(key.startswith("layers/") for key in arrays)
    assert len(arrays) == len(model.weights)
    named = run(pyio.load_arrays(f"file://{DATA / name}.keras"))
    assert [key for key in named if key not in model.optimizer_weights] == [
        key for key, _ in model.named_weights()
    ]


def changed(name: str, change: Any) -> bytes:
    """A .keras file whose config.json was changed."""
    sink = io.BytesIO()
    with (
        zipfile.ZipFile(DATA / name) as archive,
        zipfile.ZipFile(sink, "w") as target,
    ):
        for member in archive.namelist():
            content = archive.read(member)
            if member == "config.json":
                config = json.loads(content)
                change(config)
                content = json.dumps(config).encode()
            target.writestr(member, content)
    return sink.getvalue()


def test_code_is_refused(tmp_path: Path) -> None:
    """A Lambda is refused wherever it is, and what a module names is not imported."""
    imported = tmp_path / "evil.py"
    imported.write_text("raise SystemExit('imported')")

    def lambda_inside(config: Any) -> None:
        layer = {"class_name": "Lambda", "config": {"name": "f", "function": ["4wEAAA==", None]}}
        config["config"]["layers"].append(
            {"class_name": "TimeDistributed", "config": {"name": "t", "layer": layer}}
        )

    def module(config: Any) -> None:
        config["config"]["layers"][1] |= {"module": "evil", "registered_name": "evil>Dense"}

    (tmp_path / "m.keras").write_bytes(changed("mlp_adam.keras", lambda_inside))
    with pytest.raises(pyio.UnsupportedModelError, match="'f' is a Lambda, which holds code"):
        run(pyio.load_artifacts(f"file://{tmp_path}/m.keras"))
    (tmp_path / "m.keras").write_bytes(changed("mlp_adam.keras", module))
    run(pyio.load_layers_model(f"file://{tmp_path}/m.keras"))


def test_wrappers_around_wrappers(tmp_path: Path) -> None:
    """Fifty Bidirectionals around one another, with 2**50 layers inside, are refused at once."""

    def wrapped(config: Any) -> None:
        inner: Any = {"class_name": "Dense", "config": {"name": "d", "units": 2}}
        for number in range(50):
            inner = {
                "class_name": "Bidirectional",
                "config": {"name": f"b{number}", "layer": inner},
            }
        config["config"]["layers"].append(inner)

    (tmp_path / "m.keras").write_bytes(changed("mlp_adam.keras", wrapped))
    with pytest.raises(pyio.DamagedModelError, match="wraps layers more than 10 deep"):
        run(pyio.load_artifacts(f"file://{tmp_path}/m.keras"))


VALUES: list[Any] = [None, -1, 2**70, "x", [], {}, ["a", 0, 0], {"class_name": "Dense"}]


def test_mutated_topologies() -> None:
    """Of 200 topologies with a wrong value somewhere each gives artifacts or a typed error."""
    names = [name for name in CASES if name.endswith(".keras") and "lambda" not in name]
    for seed in range(200):
        chance = random.Random(seed)

        def mutate(config: Any, chance: random.Random = chance) -> None:
            inner: Any = None
            key: Any = None
            while isinstance(config, dict | list) and config and chance.random() > 0.1:
                inner = config
                keys = list(config) if isinstance(config, dict) else list(range(len(config)))
                key = chance.choice(keys)
                config = config[key]
            if inner is not None:
                inner[key] = chance.choice(VALUES)

        with suppress(pyio.PyioError):
            _arrays(changed(names[seed % len(names)], mutate))


def test_a_class_of_ones_own(tmp_path: Path) -> None:
    """An unknown class is named; with a class registered under its name the numbers are right."""

    class Own(pyio.layers.Layer):
        units: int = pyio.layers.option()

        def build(self, shape: Any) -> None:
            self.scale = self.add_weight("scale", (shape[-1], self.units), ZEROS)
            self.shift = self.add_weight("shift", (self.units,), ZEROS)

        def compute_output_shape(self, shape: Any) -> Any:
            return (*shape[:-1], self.units)

        def call(self, x: Any) -> Any:
            return x @ self.scale.value + self.shift.value

    def rename(config: Any) -> None:
        layer = config["config"]["layers"][-1]
        layer |= {"class_name": "DENSE", "module": None, "registered_name": "mine>DENSE"}
        layer["config"] = {"name": "dense", "units": 3}

    file = tmp_path / "m.keras"
    file.write_bytes(changed("k2_cnn.keras", rename))
    with pytest.raises(pyio.UnknownLayersError, match="'DENSE'"):
        run(pyio.load_layers_model(f"file://{file}"))
    assert run(pyio.inspect(f"file://{file}")).layers[-1].class_name == "DENSE"
    custom = {"DENSE": Own}
    model = run(pyio.load_layers_model(f"file://{file}", custom_objects=custom))
    with np.load(DATA / CASES["k2_cnn.keras"]["io"]) as stored:
        found = model.predict(stored["x0"])
        found = np.exp(found - found.max(-1, keepdims=True))
        expected = stored["y0"]
    assert np.allclose(found / found.sum(-1, keepdims=True), expected, atol=1e-5)


def test_notes() -> None:
    """What the importer changed is said on the artifacts and on the model."""
    source = f"file://{DATA}/int8.keras"
    assert "int8 weights were made float32" in run(pyio.load_artifacts(source)).import_notes[0]
    assert "int8 weights were made float32" in run(pyio.load_layers_model(source)).import_notes[0]


@pytest.mark.parametrize("file", ["mlp_adam.h5", "mlp_adam.keras", "k2_cnn.keras"])
def test_training(file: str) -> None:
    """Loss, metrics, optimizer and its state are those of TensorFlow.js; a load keeps them."""
    found = run(pyio.load_artifacts(f"file://{DATA / file}"))
    metrics = ["accuracy"] if file.startswith("mlp") else []
    settings = {"loss_settings": {"label_smoothing": 0.1}} if file.startswith("mlp") else {}
    assert found.training_config == {
        "loss": "categorical_crossentropy",
        "metrics": metrics,
        **settings,
        "optimizer_config": {
            "class_name": "Adam",
            "config": {"learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-07},
        },
    }
    state = [spec.name for spec in found.weight_specs or () if spec.group == "optimizer"]
    model = run(pyio.load_layers_model(f"file://{DATA / file}"))
    weights = [weight.name for weight in model.trainable_weights]
    expected = {"iter", *(f"{name}/{kind}" for name in weights for kind in "mv")}
    assert set(state) == expected == set(model.optimizer_weights)
    assert model.optimizer_weights["iter"] > 0
    for weight in model.trainable_weights:
        first, second = (model.optimizer_weights[f"{weight.name}/{kind}"] for kind in "mv")
        assert first.shape == second.shape == weight.shape
        assert second.min() >= 0 > first.min() or weight.size < 10


ROWS = 1_638_400
"""Rows of 16 numbers: 100 MiB."""


def enlarged(data: bytes, path: str, rows: int) -> bytearray:
    """An HDF5 file in which the values of a dataset (10, 16) are `rows` rows behind its end."""
    root = read_hdf5(memoryview(data))
    dataset = root.get(path)
    assert isinstance(dataset, Dataset)
    place = dataset.array().ctypes.data - np.frombuffer(data, np.uint8).ctypes.data
    result = bytearray(data)
    layout = result.index(struct.pack("<QQ", place, 640))
    space = result.rindex(struct.pack("<QQQQ", 10, 16, 10, 16), 0, layout)
    struct.pack_into("<QQQQ", result, space, rows, 16, rows, 16)
    start = -(-len(result) // 8) * 8
    struct.pack_into("<QQ", result, layout, start, 64 * rows)
    struct.pack_into("<Q", result, 40, start + 64 * rows)  # the end of the file
    result += bytes(start - len(result))
    result += np.arange(16 * rows, dtype=np.float32).data.cast("B")
    return result


def with_rows(config: bytes, rows: int) -> bytes:
    """The topology of the model `mlp_adam` with more inputs, in as many bytes."""
    value = json.loads(config)
    value["config"]["layers"][0]["config"]["batch_shape"] = [None, rows]
    for layer in value["config"]["layers"]:
        layer.pop("build_config", None)
    value["config"].pop("build_input_shape", None)
    return json.dumps(value, separators=(",", ":")).encode().ljust(len(config))


def large_h5() -> bytearray:
    """The model `mlp_adam` as an .h5 with 100 MiB of weights."""
    data = (DATA / "mlp_adam.h5").read_bytes()
    large = enlarged(data, "model_weights/dense/mlp/dense/kernel", ROWS)
    config = read_hdf5(memoryview(data)).attributes["model_config"]
    assert isinstance(config, str)
    at = large.index(config.encode())
    large[at : at + len(config)] = with_rows(config.encode(), ROWS)
    return large


def write_large_keras(file: Path) -> None:
    """Write the same model as a .keras file."""
    with zipfile.ZipFile(DATA / "mlp_adam.keras") as archive, zipfile.ZipFile(file, "w") as target:
        for name in archive.namelist():
            content: Any = archive.read(name)
            if name == "config.json":
                content = with_rows(content, ROWS)
            elif name == "model.weights.h5":
                content = enlarged(content, "layers/dense/vars/0", ROWS)
            target.writestr(name, content)


@pytest.mark.parametrize("kind", ["h5", "keras"])
def test_large_weights_are_in_memory_once(kind: str, tmp_path: Path) -> None:
    """100 MiB of weights take 100 MiB of memory: the arrays of the model are views of the file."""
    file = tmp_path / f"m.{kind}"
    if kind == "h5":
        file.write_bytes(large_h5())
    else:
        write_large_keras(file)
    gc.collect()
    tracemalloc.start()
    model = run(pyio.load_layers_model(f"file://{file}"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    kernel = model.layers[1 if len(model.layers) > 6 else 0].weights[0].value
    assert kernel.shape == (ROWS, 16)
    assert kernel[-1, -1] == np.float32(16 * ROWS - 1)
    assert kernel.flags.aligned
    assert peak < 1.1 * kernel.nbytes
