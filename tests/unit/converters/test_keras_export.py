"""Files of Keras that pyio writes: pyio reads them back with the same numbers, or refuses to write.

`tests/interop/test_keras_opens.py` gives them to Keras itself.
"""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio import layers
from pyio.converters.hdf5.file import read_hdf5
from tests.interop.built import MODELS, floats
from tests.interop.built_keras import KERAS_MODELS
from tests.support.models import run

if TYPE_CHECKING:
    from pathlib import Path

PREDICTING = [name for name in MODELS if name != "sized"]


def reopened(model: Any, path: Path, **options: Any) -> Any:
    """The model that is read from a file which was written of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(model.save(f"file://{path}", **options))
        return run(pyio.load_layers_model(f"file://{path}"))


def outputs(model: Any, inputs: list[Any]) -> list[Any]:
    found = model.predict(inputs if len(inputs) > 1 else inputs[0])
    return found if isinstance(found, list) else [found]


def config_of(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json"))


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("name", PREDICTING)
def test_every_layer(name: str, ending: str, tmp_path: Path) -> None:
    """Models that together have every layer of TensorFlow.js predict the same when read again."""
    model, inputs = MODELS[name]()
    assert inputs is not None
    again = reopened(model, tmp_path / f"m{ending}")
    for found, expected in zip(outputs(again, inputs), outputs(model, inputs), strict=True):
        assert np.allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", KERAS_MODELS)
def test_layers_that_only_keras_has(name: str, tmp_path: Path) -> None:
    """They are written for Keras 3 as they are, whatever TensorFlow.js can open."""
    model, inputs = KERAS_MODELS[name]()
    assert inputs is not None
    again = reopened(model, tmp_path / "m.keras")
    for found, expected in zip(outputs(again, inputs), outputs(model, inputs), strict=True):
        assert np.allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_the_archive(tmp_path: Path) -> None:
    """Three files, stored as they are: the first two are JSON, the last is HDF5."""
    model = pyio.Sequential([layers.Dense(2, input_shape=(3,), name="d")])
    run(model.save(f"file://{tmp_path}/m.keras"))
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        metadata = json.loads(archive.read("metadata.json"))
        weights = read_hdf5(memoryview(archive.read("model.weights.h5")))
    assert metadata["keras_version"] == "3.0.0"
    assert [dataset.path for dataset in weights.datasets()] == [
        "layers/dense/vars/0",
        "layers/dense/vars/1",
    ]
    run(model.save(f"file://{tmp_path}/m.weights.h5"))
    alone = read_hdf5(memoryview((tmp_path / "m.weights.h5").read_bytes()))
    assert [dataset.path for dataset in alone.datasets()] == [
        dataset.path for dataset in weights.datasets()
    ]


def test_other_formulas(tmp_path: Path) -> None:
    """Keras 3's hard_sigmoid is another one, so weights are scaled; in .h5 they are not."""
    model = pyio.Sequential(
        [
            layers.LSTM(3, input_shape=(4, 2), return_sequences=True),
            layers.GRU(3, activation="hard_sigmoid", recurrent_activation="sigmoid"),
            layers.Dense(2, activation="hard_sigmoid", bias_initializer="ones"),
        ]
    )
    x = floats(2, 4, 2, scale=3)
    for ending, factor in ((".keras", np.float32(1.2)), (".h5", np.float32(1))):
        again = reopened(model, tmp_path / f"m{ending}")
        assert np.allclose(again.predict(x), model.predict(x), rtol=1e-5, atol=1e-6)
        kernel = again.layers[-1].get_weights()[0]
        assert np.array_equal(kernel, model.layers[-1].get_weights()[0] * factor)
    back = reopened(again, tmp_path / "back.keras")
    assert np.allclose(back.predict(x), model.predict(x), rtol=1e-5, atol=1e-6)


def test_calls_of_nested_models(tmp_path: Path) -> None:
    """Calls count from 0; where a nested functional model is an output, from 1."""
    start = pyio.Input((3,))
    inner_start = pyio.Input((3,))
    inner = pyio.Model(inner_start, layers.Dense(3)(inner_start), name="inner")
    once = inner(start)
    model = pyio.Model(start, [inner(once), once])
    x = floats(2, 3)
    again = reopened(model, tmp_path / "m.keras")
    for found, expected in zip(again.predict(x), model.predict(x), strict=True):
        assert np.allclose(found, expected, rtol=1e-5, atol=1e-6)
    config = config_of(tmp_path / "m.keras")["config"]
    assert config["output_layers"] == [["inner", 2, 0], ["inner", 1, 0]]
    entry = next(each for each in config["layers"] if each["name"] == "inner")
    places = [call["args"][0]["config"]["keras_history"] for call in entry["inbound_nodes"]]
    assert places[1] == ["inner", 0, 0]


def test_what_keras_has_no_layer_for(tmp_path: Path) -> None:
    """One error names every layer that Keras computes otherwise; nothing is written."""

    @layers.register
    class Mine(layers.Layer):
        """A layer of the user's."""

        def call(self, x: Any) -> Any:
            return x

    model = pyio.Sequential(
        [
            layers.Resizing(4, 4, input_shape=(8, 8, 1), name="small"),
            layers.UpSampling2D(interpolation="bilinear", name="large"),
            Mine(name="mine"),
            layers.Activation("gelu_new", name="act"),
        ]
    )
    for ending in ("keras", "h5"):
        with pytest.raises(pyio.UnsupportedModelError, match=r"Keras [23] has no layers") as caught:
            run(model.save(f"file://{tmp_path}/m.{ending}"))
        assert all(name in str(caught.value) for name in ("'small'", "'large'", "'mine'", "'act'"))
    words = pyio.Sequential(
        [
            layers.Embedding(5, 3, mask_zero=True, input_length=4),
            layers.GlobalAveragePooling1D(name="mean"),
        ]
    )
    with pytest.raises(pyio.UnsupportedModelError, match="'mean' averages masked steps"):
        run(words.save(f"file://{tmp_path}/m.keras"))
    assert list(tmp_path.iterdir()) == []


def test_masks_that_keras_joins_otherwise(tmp_path: Path) -> None:
    """Keras 3 joins masks by "or", Keras 2 by "and"; masks from one place are the same in both."""
    start, other = pyio.Input((4,)), pyio.Input((4,))
    words, more = (layers.Embedding(5, 3, mask_zero=True)(each) for each in (start, other))
    dense = layers.Dense(3)(words)  # passes the mask on
    same = pyio.Model(start, layers.LSTM(2)(layers.Add(name="joined")([words, dense])))
    run(same.save(f"file://{tmp_path}/same.keras"))
    joined = layers.Add(name="joined")([words, more])
    unused = pyio.Model([start, other], layers.Flatten()(joined))
    run(unused.save(f"file://{tmp_path}/unused.keras"))
    model = pyio.Model([start, other], layers.LSTM(2)(joined))
    with pytest.raises(pyio.UnsupportedModelError, match="'joined' joins masks otherwise"):
        run(model.save(f"file://{tmp_path}/m.keras"))
    run(model.save(f"file://{tmp_path}/m.h5"))
    of_keras_3 = reopened(same, tmp_path / "again.keras")
    assert of_keras_3.get_layer("joined").any_mask
    run(of_keras_3.save(f"file://{tmp_path}/again.h5"))


def _states(**options: Any) -> Any:
    """A sequence whose first steps do not count, and that starts from a state."""
    words = pyio.Input((4,))
    x = layers.Embedding(5, 3, mask_zero=True)(words)
    _, h, c = layers.LSTM(2, return_state=True)(x)
    return words, layers.LSTM(2, return_sequences=True, name="own", **options)([x, h, c])


def _both(**options: Any) -> Any:
    words = pyio.Input((4,))
    x = layers.Embedding(5, 3, mask_zero=True)(words)
    inner = layers.GRU(2, return_sequences=True, **options)
    return words, layers.Bidirectional(inner, name="own")(x)


def _merged(**options: Any) -> Any:
    words = pyio.Input((4,))
    x = layers.Embedding(5, 3, mask_zero=True)(words)
    return words, layers.Maximum(name="own", **options)([x, layers.Dense(3)(x)])


@pytest.mark.filterwarnings("ignore::pyio.CompatibilityWarning")  # of the options of Keras alone
@pytest.mark.parametrize(
    ("make", "option"),
    [(_states, "zero_until_seen"), (_both, "zero_output_for_mask"), (_merged, "any_mask")],
)
def test_numbers_of_masked_steps(make: Any, option: str, tmp_path: Path) -> None:
    """They differ from Keras's. That is an error where a layer reads them, and says what to set."""
    url = f"file://{tmp_path}/m.keras"
    for end in (layers.Flatten(), layers.Conv1D(2, 2), layers.Dense(2)):
        words, y = make()
        with pytest.raises(pyio.UnsupportedModelError, match=rf"'own' .*{option}=True"):
            run(pyio.Model(words, end(y)).save(url))
        words, y = make(**{option: True})
        run(pyio.Model(words, end(y)).save(url))
    for last in (layers.LSTM(2), layers.Bidirectional(layers.GRU(2))):
        words, y = make()
        run(pyio.Model(words, last(layers.Dense(3)(y))).save(url))
    words, y = make()
    heads = layers.MultiHeadAttention(1, 2)(layers.Reshape([4, 1])(words), y)
    run(pyio.Model(words, heads).save(url))


def test_what_an_h5_has_no_place_for(tmp_path: Path) -> None:
    """States of stacked cells in another order, tables of tf_idf and lists of ngrams."""
    cells = [layers.LSTMCell(2), layers.GRUCell(3)]
    start = pyio.Input((4, 2))
    states = pyio.Model(start, layers.RNN(cells, return_state=True, name="stack")(start))
    words = ["the", "cat"]
    lookup = layers.StringLookup(
        vocabulary=words, output_mode="tf_idf", idf_weights=[0.5, 0.7], name="table"
    )
    text = pyio.Input((1,), dtype="string")
    table = pyio.Model(text, lookup(text))
    with pytest.raises(pyio.UnsupportedModelError, match="'stack' has the states of the last"):
        run(states.save(f"file://{tmp_path}/m.keras"))
    with pytest.raises(pyio.UnsupportedModelError, match="'table' has tf_idf"):
        run(table.save(f"file://{tmp_path}/m.h5"))
    again = reopened(table, tmp_path / "m.keras")
    x = np.array([["cat"], ["the"], ["dog"]])
    assert np.allclose(again.predict(x), table.predict(x))


OPTIMIZERS: dict[str, tuple[Any, list[str], int]] = {
    "sgd": (pyio.optimizers.sgd(0.1), [], 0),
    "momentum": (pyio.optimizers.momentum(0.1, 0.8), ["momentum"], 2),
    "adam": (pyio.optimizers.adam(0.1), ["m", "v"], 4),
    "rmsprop": (pyio.optimizers.rmsprop(0.1), ["rms", "momentum", "mg"], 2),
    "centered": (
        pyio.optimizers.rmsprop(0.1, momentum=0.5, centered=True),
        ["rms", "momentum", "mg"],
        6,
    ),
    "adagrad": (pyio.optimizers.adagrad(0.1), ["accumulator"], 2),
    "adadelta": (pyio.optimizers.adadelta(0.1), ["accum_grad", "accum_var"], 4),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_state_of_an_optimizer(name: str, tmp_path: Path) -> None:
    """The count of steps and the learning rate, then the slots in Keras's order."""
    optimizer, slots, count = OPTIMIZERS[name]
    model = pyio.Sequential([layers.Dense(2, input_shape=(3,), name="d")])
    model.compile(optimizer, "mean_squared_error", ["accuracy"])
    state = {
        f"d/{weight}/{slot}": np.full(shape, number, np.float32)
        for number, slot in enumerate(slots, 1)
        for weight, shape in (("kernel", (3, 2)), ("bias", (2,)))
    }
    model.optimizer_weights = {"iter": np.array(7, np.int32), **state}
    run(model.save(f"file://{tmp_path}/m.keras", include_optimizer=True))
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        weights = read_hdf5(memoryview(archive.read("model.weights.h5")))
    variables = [each for each in weights.datasets() if each.path.startswith("optimizer/vars/")]
    arrays = {int(each.path.rpartition("/")[2]): each.array() for each in variables}
    assert len(arrays) == count + 2
    assert arrays[0].dtype == np.int64
    assert [float(arrays[0]), float(arrays[1])] == [7, np.float32(0.1)]
    firsts = [float(arrays[index].flat[0]) for index in range(2, count + 2)]
    expected = {
        "momentum": [-np.float32(0.1)] * 2,
        "adam": [1, 2, 1, 2],
        "rmsprop": [1, 1],
        "centered": [1, 1, 2, 2, 3, 3],
        "adagrad": [1, 1],
        "adadelta": [1, 2, 1, 2],
    }
    assert firsts == expected.get(name, [])
    told = config_of(tmp_path / "m.keras")["compile_config"]
    assert told["loss"] == "mean_squared_error"
    assert told["optimizer"]["config"]["learning_rate"] == 0.1
    run(model.save(f"file://{tmp_path}/m.h5", include_optimizer=True))
    root = read_hdf5(memoryview((tmp_path / "m.h5").read_bytes()))
    group = root.group("optimizer_weights")
    assert group is not None
    assert len(list(group.datasets())) == count + 1
    if slots:
        del model.optimizer_weights[f"d/bias/{slots[0]}"]
        with pytest.raises(pyio.WeightsError, match="train once more"):
            run(model.save(f"file://{tmp_path}/n.keras", include_optimizer=True))


def test_an_optimizer_without_counterpart(tmp_path: Path) -> None:
    """Adamax with a decay of the learning rate is TensorFlow.js's alone, so it is refused."""
    model = pyio.Sequential([layers.Dense(2, input_shape=(3,))])
    model.compile(pyio.optimizers.adamax(decay=0.1), "mean_squared_error")
    with pytest.raises(pyio.UnsupportedModelError, match="Adamax"):
        run(model.save(f"file://{tmp_path}/m.keras", include_optimizer=True))
    run(model.save(f"file://{tmp_path}/m.keras"))
    assert "compile_config" not in config_of(tmp_path / "m.keras")


def test_a_config_in_the_words_of_keras(tmp_path: Path) -> None:
    """TensorFlow.js reads a training config with Keras's names; its state has TF.js's suffixes."""
    model = pyio.Sequential([layers.Dense(2, input_shape=(3,), name="d")])
    model.training_config = {
        "loss": "mean_squared_error",
        "metrics": [],
        "optimizer_config": {
            "class_name": "RMSprop",
            "config": {"learning_rate": 0.25, "rho": 0.5, "epsilon": None},
        },
    }
    state = {"d_1/kernel": (3, 2), "d_1/bias": (2,)}
    model.optimizer_weights = {
        "iter": np.array(3, np.int32),
        **{f"{name}/rms": np.full(shape, 2, np.float32) for name, shape in state.items()},
        **{f"{name}/momentum": np.zeros(shape, np.float32) for name, shape in state.items()},
    }
    run(model.save(f"file://{tmp_path}/m.keras", include_optimizer=True))
    optimizer = config_of(tmp_path / "m.keras")["compile_config"]["optimizer"]
    assert optimizer["class_name"] == "RMSprop"
    assert optimizer["config"]["learning_rate"] == 0.25
    assert optimizer["config"]["rho"] == 0.5
    again = run(pyio.load_layers_model(f"file://{tmp_path}/m.keras"))
    assert again.optimizer.iterations == 3
    assert again.optimizer_weights["d/bias/rms"].tolist() == [2, 2]


def test_h5py_reads_the_whole_file(tmp_path: Path) -> None:
    """libhdf5 opens the .h5 file, where it is installed."""
    h5py = pytest.importorskip("h5py")
    model, _ = MODELS["images"]()
    run(model.save(f"file://{tmp_path}/m.h5"))
    with h5py.File(io.BytesIO((tmp_path / "m.h5").read_bytes()), "r") as file:
        names = [name.decode() for name in file["model_weights"].attrs["layer_names"]]
    assert names == [layer.name for layer in model.layers]
