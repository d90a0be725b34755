"""Real models from npm, beside what TensorFlow 2.19.1 computes with the same graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pyio
from tests.support.models import run

DATA = Path(__file__).parents[2] / "data" / "graphs" / "real.json"


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    """What TensorFlow gave."""
    loaded: dict[str, Any] = json.loads(DATA.read_text("utf-8"))
    return loaded


def test_languages(real_models: Path, expected: dict[str, Any]) -> None:
    """The language detector of VS Code: text, hashes, a loop, lists. TensorFlow.js 4.22 cannot."""
    known = expected["languages"]
    model = run(pyio.load_graph_model(f"file://{real_models}/model-languages"))
    scores, classes = model.predict(np.array(known["texts"], object))
    np.testing.assert_allclose(scores, known["scores"], atol=2e-6)
    assert classes.tolist() == [known["classes"]] * 4
    best = [row[index] for row, index in zip(classes, scores.argmax(axis=1), strict=True)]
    assert best == ["py", "c", "sql", "yaml"]


def test_pitches(real_models: Path, expected: dict[str, Any]) -> None:
    """Spotify's basic-pitch: 32 convolutions over the sound of two seconds."""
    model = run(pyio.load_graph_model(f"file://{real_models}/model-pitches"))
    n = np.arange(43844)
    sound = 0.3 * np.sin(n * 0.05) + 0.2 * np.sin(n * 0.11) + 0.05 * np.cos(n * n * 1e-5)
    results = model.predict(sound.astype(np.float32).reshape(1, -1, 1))
    assert [each.key for each in model.outputs] == ["contour", "Identity_1:0", "Identity_2:0"]
    assert [each.shape for each in results] == [(1, 172, 264), (1, 172, 88), (1, 172, 88)]
    for result, known in zip(results, expected["pitches"]["sampled"], strict=True):
        # The model normalises logarithms of small numbers, which differ with the order of sums.
        np.testing.assert_allclose(result.ravel()[::997], known, atol=1e-3)
