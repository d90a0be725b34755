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
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from tests.interop.built import MODELS
from tests.support.models import run

if TYPE_CHECKING:
    from collections.abc import Iterator

SIDE = Path(__file__).with_name("keras_side.py")
RUNS = Path(__file__).resolve().parents[1] / "data/training"
PYTHON = os.environ.get("PYIO_KERAS", sys.executable)

LEAST = 20
"""Models that Keras has to open."""


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


def models() -> Iterator[tuple[str, Any, list[Any], dict[str, Any]]]:
    """Name, model, inputs and, for a training, target and final weights."""
    for name, make in MODELS.items():
        model, inputs = make()
        if inputs is not None:
            yield name, model, inputs, {}
    for about in sorted(RUNS.glob("*/run.json")):
        told = json.loads(about.read_text("utf-8"))
        model = run(pyio.load_layers_model(f"file://{about.parent}/final"))
        further = {}
        if about.parent.name.startswith("opt_") and "adamax" not in about.parent.name:
            after = run(pyio.load_layers_model(f"file://{about.parent}/resumed"))
            further = {f"w{i}": weight.value for i, weight in enumerate(after.weights)}
            further["target"] = decoded(told["y"][0])
        yield about.parent.name, model, [decoded(x) for x in told["x"]], further


def write(folder: Path, ending: str) -> list[str]:
    """Save all models, with inputs and outputs; returns those that were refused."""
    refused = []
    for name, model, inputs, further in models():
        outputs = model.predict(inputs if len(inputs) > 1 else inputs[0])
        listed = outputs if isinstance(outputs, list) else [outputs]
        values = {f"x{i}": x for i, x in enumerate(inputs)} | {
            f"y{i}": y for i, y in enumerate(listed)
        }
        try:
            saving = model.save(f"file://{folder}/{name}{ending}", include_optimizer=bool(further))
            run(saving)
        except pyio.UnsupportedModelError as error:
            refused.append(f"{name}: {error}")
            continue
        np.savez(folder / f"{name}.npz", **values, **further)
    return refused


@pytest.mark.repetition("files that Keras itself opens (needs Keras)")
@pytest.mark.parametrize(("module", "ending"), [("keras", ".keras"), ("tf_keras", ".h5")])
def test_keras_opens(module: str, ending: str, tmp_path: Path) -> None:
    """Keras 3 opens the .keras files and Keras 2 the .h5 files: the same numbers to 1e-5.

    Where the state of the optimizer was saved, two more epochs lead where TensorFlow.js got.
    """
    if not has(module):
        pytest.skip(f"{PYTHON} has no {module}; pip install 'pyio-web[keras]', or set PYIO_KERAS")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        refused = write(tmp_path, ending)
    found = ask(tmp_path, module)
    wrong = {
        name: each
        for name, each in found.items()
        if each.get("predict", 1) > 1e-5 or each.get("train", 0) > 2e-5 or not each["outputs"]
    }
    assert wrong == {}
    assert len(found) >= LEAST, refused
