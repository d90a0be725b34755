"""Keras itself opens what pyio wrote, predicts the same, and goes on with the training.

Needs a Python with Keras: this one, or the one that the environment variable PYIO_KERAS names.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import warnings
import zipfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from tests.interop.built import MODELS
from tests.interop.built_keras import KERAS_MODELS
from tests.support.models import run

if TYPE_CHECKING:
    from collections.abc import Iterator

SIDE = Path(__file__).with_name("keras_side.py")
DATA = Path(__file__).resolve().parents[1] / "data"
PYTHON = os.environ.get("PYIO_KERAS", sys.executable)

ROUNDED = ("int8", "mixed_float16")
"""Models that Keras computes with less precision than what is written of them."""

OTHER_FORMULAS = ("opt_adamax", "opt_adadelta")
"""Runs that do not go on: TensorFlow.js keeps no state, or updates by another formula."""


def has(module: str) -> bool:
    """Whether that Python has a module."""
    asked = [
        PYTHON,
        "-c",
        f"import importlib.util as u, sys; sys.exit(not u.find_spec('{module}'))",
    ]
    return subprocess.run(asked, check=False).returncode == 0


def ask(folder: Path, module: str) -> dict[str, Any]:
    """What Keras says of all files in a folder."""
    told = subprocess.run(
        [PYTHON, str(SIDE), str(folder), module], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr[-4000:]
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])["found"]
    return found


def decoded(value: dict[str, Any]) -> Any:
    """An array of TensorFlow.js's runs."""
    raw = base64.b64decode(value["base64"])
    return np.frombuffer(raw, value["dtype"]).reshape(value["shape"])


Case = tuple[str, Any, list[Any], dict[str, Any]]
"""Name, model, inputs, and further arrays for `keras_side`: expected outputs, or a training."""


def built() -> Iterator[Case]:
    """Models of every layer of TensorFlow.js, and of layers that only Keras has."""
    for name, make in (MODELS | KERAS_MODELS).items():
        model, inputs = make()
        if inputs is not None:
            yield name, model, inputs, {}


def of_keras() -> Iterator[Case]:
    """Models that Keras has saved, with the outputs that it computed then."""
    for about in json.loads((DATA / "keras/manifest.json").read_text("utf-8"))["models"]:
        if about["expect"] != "predict" or about["name"] in ROUNDED:
            continue
        with np.load(DATA / "keras" / about["io"]) as data:
            inputs = [data[f"x{i}"] for i in range(about["inputs"])]
            outputs = {f"y{i}": data[f"y{i}"] for i in range(about["outputs"])}
        for kind, file in about["files"].items():
            model = run(pyio.load_layers_model(f"file://{DATA}/keras/{file['file']}"))
            yield f"{about['name']}_{kind}", model, inputs, outputs


def of_tfjs(folder: Path) -> Iterator[Case]:
    """Models that TensorFlow.js has trained, and where it got two epochs later."""
    with zipfile.ZipFile(DATA / "training/runs.zip") as archive:
        archive.extractall(folder)
    for about in sorted(folder.glob("*/run.json")):
        told, name = json.loads(about.read_text("utf-8")), about.parent.name
        model = run(pyio.load_layers_model(f"file://{about.parent}/final"))
        further = {}
        if name.startswith("opt_") and name not in OTHER_FORMULAS:
            after = run(pyio.load_layers_model(f"file://{about.parent}/resumed"))
            further = {f"w{i}": weight.value for i, weight in enumerate(after.weights)}
            further["target"] = decoded(told["y"][0])
        yield name, model, [decoded(x) for x in told["x"]], further


OPTIMIZERS = {
    "adamw": pyio.optimizers.adamw(0.01, 0.1),
    "nadam": pyio.optimizers.nadam(0.01),
    "adamax": pyio.optimizers.adamax(0.01),
    "momentum": pyio.optimizers.momentum(0.05, 0.9, use_nesterov=True),
    "rmsprop": pyio.optimizers.rmsprop(0.01, momentum=0.5),
    "clipped": pyio.optimizers.momentum(0.05, 0.9, clipnorm=0.1),
    "clipped_all": pyio.optimizers.sgd(0.1, global_clipnorm=0.2),
    "clipped_values": pyio.optimizers.adagrad(0.1, clipvalue=0.02),
}


def of_pyio(module: str) -> Iterator[Case]:
    """Models that pyio has trained for three epochs, and where it gets two epochs later."""
    random = np.random.default_rng(0)
    x, y = (random.standard_normal((16, n)).astype(np.float32) for n in (4, 2))
    training: dict[str, Any] = {"batch_size": 4, "shuffle": False, "progress": False}
    for name, optimizer in OPTIMIZERS.items():
        if (module, name) == ("tf_keras", "nadam"):
            continue  # Keras 2 does not keep the product of its momentums
        model = pyio.Sequential(
            [
                pyio.layers.Dense(5, activation="relu", input_shape=(4,)),
                pyio.layers.BatchNormalization(),
                pyio.layers.Dense(4, trainable=False),
                pyio.layers.Dense(2),
            ]
        )
        model.compile(optimizer, "mean_squared_error", ["mae"])
        run(model.fit(x, y, epochs=3, **training))
        run(model.save(f"memory://{name}", include_optimizer=True))
        after = run(pyio.load_layers_model(f"memory://{name}"))
        run(after.fit(x, y, epochs=2, **training))
        weights = [weight for layer in after.layers for weight in layer.weights]
        further = {f"w{i}": weight.value for i, weight in enumerate(weights)}
        yield f"trained_{name}", model, [x], {"target": y, **further}


def write(cases: Iterator[Case], folder: Path, ending: str) -> list[str]:
    """Save all models, with inputs and outputs; returns those that were refused."""
    refused = []
    for name, model, inputs, further in cases:
        outputs = model.predict(inputs if len(inputs) > 1 else inputs[0])
        listed = outputs if isinstance(outputs, list) else [outputs]
        values = {f"x{i}": x for i, x in enumerate(inputs)}
        values |= {f"y{i}": y for i, y in enumerate(listed)} | further
        trains = "target" in further
        try:
            run(model.save(f"file://{folder}/{name}{ending}", include_optimizer=trains))
        except pyio.UnsupportedModelError as error:
            refused.append(f"{name}: {error}")
            continue
        np.savez(folder / f"{name}.npz", **values)
    return refused


@pytest.mark.timeout(1200)  # Keras starts slowly, and traces every model
@pytest.mark.repetition("files that Keras itself opens (needs Keras)")
@pytest.mark.parametrize(("module", "ending"), [("keras", ".keras"), ("tf_keras", ".h5")])
def test_keras_opens(module: str, ending: str, tmp_path: Path) -> None:
    """Keras 3 opens the .keras files and Keras 2 the .h5 files: the same numbers to 1e-5.

    Where the state of the optimizer was saved, two more epochs lead where TensorFlow.js got.
    """
    if not has(module):
        pytest.skip(f"{PYTHON} has no {module}; pip install --group keras, or set PYIO_KERAS")
    for folder in ("files", "runs"):
        (tmp_path / folder).mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = chain(built(), of_keras(), of_tfjs(tmp_path / "runs"), of_pyio(module))
        refused = write(cases, tmp_path / "files", ending)
    found = ask(tmp_path / "files", module)
    wrong = {
        name: each
        for name, each in found.items()
        if each.get("predict", 1) > 1e-5 or each.get("train", 0) > 1e-5 or not each["outputs"]
    }
    assert wrong == {}
    # Keras 2 has no operations between layers, and fewer layers and activations.
    assert len(refused) == {"keras": 0, "tf_keras": 8}[module], refused
