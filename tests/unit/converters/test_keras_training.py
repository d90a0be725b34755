"""Training that Keras began, and pyio goes on with: the state of the optimizer is read."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pyio
from pyio.converters.keras.optimizer_state import optimizer_state
from pyio.converters.keras.training import training_config
from tests.support.models import run

DATA = Path(__file__).parents[2] / "data/keras/training.zip"
"""Models that Keras has trained for three epochs, with the weights that it had two later."""

with zipfile.ZipFile(DATA) as archive:
    FILES = [name for name in archive.namelist() if not name.endswith(".npz")]


@pytest.mark.parametrize("file", FILES)
def test_training_goes_on(file: str, tmp_path: Path) -> None:
    """Two more epochs lead where Keras got, but for where epsilon stands in the formula of Adam."""
    with zipfile.ZipFile(DATA) as archive:
        archive.extract(file, tmp_path)
        stored = np.load(io.BytesIO(archive.read(f"{file.partition('.')[0]}.npz")))
    model = run(pyio.load_layers_model(f"file://{tmp_path}/{file}"))
    assert model.optimizer.iterations == 12
    run(model.fit(stored["x"], stored["y"], batch_size=4, epochs=2, shuffle=False, progress=False))
    weights = [weight for layer in model.layers for weight in layer.weights]
    for index, weight in enumerate(weights):
        assert np.abs(weight.value - stored[f"arr_{index}"]).max() < 1e-5, weight.name
    report = model.optimizer.report  # None where there is no state but the count of steps
    assert report is None or report.started == ()


ADAM = {"learning_rate": 0.01, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}


def config_of(optimizer: str = "Adam", loss: Any = "mse", **settings: Any) -> dict[str, Any]:
    """What Keras says of a compiled model."""
    about = {"class_name": optimizer, "config": {**ADAM, **settings}}
    return {"optimizer": about, "loss": loss, "metrics": []}


LEFT_OUT: dict[str, dict[str, Any]] = {
    "'Lion'": config_of("Lion"),
    "amsgrad=True": config_of(amsgrad=True),
    "use_ema=True": config_of(use_ema=True),
    "gradient_accumulation_steps=4": config_of(gradient_accumulation_steps=4),
    "weight_decay=0.1": config_of("SGD", weight_decay=0.1),
    "decay=0.5": config_of(decay=0.5),
    "'ExponentialDecay'": config_of(learning_rate={"class_name": "ExponentialDecay"}),
    "axis=1": config_of(loss={"class_name": "CategoricalCrossentropy", "config": {"axis": 1}}),
    "reduction='sum'": config_of(
        loss={"class_name": "MeanSquaredError", "config": {"reduction": "sum"}}
    ),
    "have its loss": config_of(loss="huber"),
    "losses have weights": config_of() | {"loss_weights": [1, 2]},
}


@pytest.mark.parametrize("why", LEFT_OUT)
def test_what_cannot_go_on(why: str) -> None:
    """What pyio would compute otherwise is left out whole, and the note says why."""
    notes: list[str] = []
    assert training_config(LEFT_OUT[why], notes, for_tfjs=False) is None
    (note,) = notes
    assert note.startswith("the training config was left out: ")
    assert why in note


@pytest.mark.parametrize(
    ("given", "class_name", "setting"),
    [
        (config_of("AdamW", weight_decay=0.1), "AdamW", ("weightDecay", 0.1)),
        (config_of(weight_decay=0.1), "AdamW", ("weightDecay", 0.1)),
        (config_of("Nadam"), "Nadam", ("beta1", 0.9)),
    ],
)
def test_what_tensorflow_js_does_not_have(
    given: dict[str, Any], class_name: str, setting: tuple[str, float]
) -> None:
    """A loaded model keeps it; a copy leaves it out, because TensorFlow.js would not open it."""
    found = training_config(given, [], for_tfjs=False)
    assert found is not None
    assert found["optimizer_config"]["class_name"] == class_name
    assert found["optimizer_config"]["config"][setting[0]] == setting[1]
    notes: list[str] = []
    assert training_config(given, notes) is None
    assert "TensorFlow.js" in notes[0]


@pytest.mark.parametrize("form", ["one", "list", "dict"])
def test_losses_with_settings(form: str, tmp_path: Path) -> None:
    """Of logits and with smoothed labels: computed, and kept by copies and by files of Keras."""
    start = pyio.Input((3,))
    outputs = [pyio.layers.Dense(4, name=name)(start) for name in ("a", "b")]
    single = form == "one"
    model = pyio.Model(start, outputs[0] if single else outputs)
    settings = {"label_smoothing": 0.25, "from_logits": True, "axis": -1}
    smooth = {"class_name": "CategoricalCrossentropy", "config": settings}
    losses = {"one": smooth, "list": [smooth, "mse"], "dict": {"a": smooth, "b": "mse"}}
    config = training_config(config_of(loss=losses[form]), [], for_tfjs=False)
    assert config is not None
    model.training_config = config
    x = np.array([[0.5, -1, 2]], np.float32)
    true = np.array([[0, 1, 0, 0]], np.float32)
    predicted = model.predict(x)
    logits = predicted if single else predicted[0]
    log = logits - np.log(np.exp(logits).sum())
    expected = -((true * 0.75 + 0.25 / 4) * log).sum()
    found: Any = model.evaluate(x, true if single else [true, predicted[1]])
    assert np.allclose(
        found if single else found[:3], expected if single else [expected, expected, 0]
    )
    with pytest.warns(pyio.CompatibilityWarning, match="the settings of the loss"):
        run(model.save("memory://m", include_optimizer=True))
    run(model.save(f"file://{tmp_path}/m.keras", include_optimizer=True))
    run(model.save(f"file://{tmp_path}/m.h5", include_optimizer=True))
    for address in ("memory://m", f"file://{tmp_path}/m.keras", f"file://{tmp_path}/m.h5"):
        again = run(pyio.load_layers_model(address))
        kept = again.training_config or {}
        assert kept["loss_settings"] == config["loss_settings"], address
        before: Any = again.train_on_batch(x, true if single else [true, predicted[1]])
        assert np.allclose(before if single else before[0], expected)


def test_the_optimizer_of_a_mixed_precision_model() -> None:
    """Keras puts it into another one, which scales the loss."""
    inner = config_of()["optimizer"]
    wrapped = {"class_name": "LossScaleOptimizer", "config": {"inner_optimizer": inner}}
    found = training_config({"optimizer": wrapped, "loss": "mse"}, [])
    assert found is not None
    assert found["optimizer_config"]["class_name"] == "Adam"


@pytest.mark.parametrize(
    ("key", "object_"),
    [
        ("loss", {"class_name": "SparseCategoricalCrossentropy", "config": {"ignore_class": 0}}),
        ("loss", {"class_name": "CategoricalCrossentropy", "config": {"axis": 0}}),
        ("metrics", [{"class_name": "Precision", "config": {"class_id": 0}}]),
        ("weighted_metrics", ["mse"]),
    ],
)
def test_a_setting_of_0_is_not_overlooked(key: str, object_: Any) -> None:
    """What a loss or a metric has set to 0 is noted, because it is not computed."""
    optimizer = {"class_name": "SGD", "config": {"learning_rate": 0.1}}
    notes: list[str] = []
    training_config({"optimizer": optimizer, "loss": "mse", key: object_}, notes)
    said = " ".join(notes)
    assert "=0, which is not computed here" in said or "weighted_metrics were left out" in said


def test_a_metric_with_the_name_of_another() -> None:
    """The class says what is computed."""
    optimizer = {"class_name": "SGD", "config": {"learning_rate": 0.1}}
    metric = {"class_name": "MeanSquaredError", "config": {"name": "mae"}}
    found = training_config({"optimizer": optimizer, "loss": "mse", "metrics": [metric]}, [])
    assert found is not None
    assert found["metrics"] == ["mse"]


def test_orders_of_slots() -> None:
    """Old Keras has all slots of a kind together; numbers that do not fit are left out."""
    config = training_config(config_of(), [])
    assert config is not None
    weights = [("a", (2,)), ("b", (2,))]
    slots = [np.full(2, number, np.float32) for number in (1, 2, 3, 4)]
    steps = np.array(5)
    together = optimizer_state(config, [steps, np.array(0.01), *slots], weights, [])
    assert [float(each.flat[0]) for each in together.values()] == [5, 1, 3, 2, 4]
    old = optimizer_state(config, [steps, *slots, np.zeros(1)], weights, [], old=True)
    assert [float(each.flat[0]) for each in old.values()] == [5, 1, 2, 3, 4]
    assert list(old) == ["iter", "a/m", "b/m", "a/v", "b/v"]
    notes: list[str] = []
    assert optimizer_state(config, [np.array(0), np.array(0.01)], weights, notes) == {}
    assert notes == []  # it was compiled, and not trained yet
    assert optimizer_state(config, [steps, *slots[:3]], weights, notes) == {}
    assert "left out" in notes[0]


def test_quantized_weights_are_refused_by_name(tmp_path: Path) -> None:
    """int4 and float8 keep weights in forms of their own."""
    layer = {
        "class_name": "Dense",
        "config": {
            "name": "d",
            "units": 2,
            "dtype": {
                "class_name": "QuantizedDTypePolicy",
                "config": {"mode": "int4", "source_name": "float32"},
            },
        },
    }
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        model = {"class_name": "Sequential", "config": {"name": "m", "layers": [layer]}}
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("config.json", json.dumps(model))
        archive.writestr("model.weights.h5", b"")
    with (
        warnings.catch_warnings(),
        pytest.raises(pyio.UnsupportedModelError, match="of 'd' are quantized to 'int4'"),
    ):
        run(pyio.load_artifacts(f"file://{tmp_path}/m.keras"))
