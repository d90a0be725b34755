"""A real file of an old Keras, which other people have made."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import pyio
from tests.support.models import run

EXPECTED = Path(__file__).parents[2] / "data/keras/emotions.json"
"""What tf_keras 2.21 predicts."""


def test_emotions(real_models: Path) -> None:
    """A file of Keras 2.0.5 with separable convolutions, which Keras 3 does not open."""
    model = run(pyio.load_layers_model(f"file://{real_models}/model-emotions/emotion_model.hdf5"))
    assert model.writer == "Keras 2.0.5"
    x = np.sin(np.arange(2 * 64 * 64, dtype=np.float32)).reshape(2, 64, 64, 1)
    expected = json.loads(EXPECTED.read_text("utf-8"))
    assert np.abs(model.predict(x) - np.array(expected)).max() < 1e-5
