"""Trainings that TensorFlow.js records in Node while the tests run, and goes on with."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.models import run
from tests.training.runs import Runs, check, compare, trained
from tests.training.test_page import too_far

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed"),
    pytest.mark.repetition("more trainings than the recorded ones"),
]

RECORD = Path(__file__).with_name("record.js")


def record(vendor: Path, folder: Path, action: str) -> None:
    """Call TensorFlow.js in Node; every training has to succeed there."""
    command = ["node", str(RECORD), str(vendor / "tfjs/tf.min.js"), str(folder), action]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {}


@pytest.fixture(scope="module")
def runs(vendor: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Runs]:
    """Every training of cases.js."""
    folder = tmp_path_factory.mktemp("runs")
    record(vendor, folder, "record")
    return folder, Runs(folder)


def test_trained_alike(runs: tuple[Path, Runs]) -> None:
    """Weights, state, losses of batches and history are TensorFlow.js's, resumed runs included."""
    _, recorded = runs
    assert len(recorded.names) > 350
    assert too_far({name: run(check(recorded, name)) for name in recorded.names}) == {}


def test_tensorflow_goes_on(vendor: Path, runs: tuple[Path, Runs]) -> None:
    """What pyio has trained half, TensorFlow.js trains to the same end: every fourth of them."""
    folder, recorded = runs
    names = [name for name in recorded.names if recorded.has(name, "resumed")][::4]
    for name in names:
        model, told = recorded.model(name, "init"), recorded.run(name)
        run(trained(model, told, told["fit"]))
        run(model.save(f"file://{folder / name / 'ours'}", include_optimizer=True))
    record(vendor, folder, "go-on")
    ends = {
        name: compare(recorded.model(name, "theirs"), recorded.model(name, "resumed"), state=True)
        for name in names
    }
    assert too_far(ends) == {}
