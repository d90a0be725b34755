"""pyio's part of the benchmark of training, inside Pyodide."""

import gc
import json
import time
from typing import Any

import numpy as np

import pyio
from pyio.format.specs import specs_from_json

training: list[Any] = []
"""The model, and the batch that it is trained with."""


def prepare(described: str, weights_js: Any, x_js: Any) -> None:
    """Make the model and its batch."""
    value = json.loads(described)
    artifacts = pyio.ModelArtifacts(
        model_topology=value["topology"],
        weight_specs=specs_from_json(value["specs"]),
        weight_data=(memoryview(weights_js.to_bytes()),),
        training_config=value["training"],
    )
    x = np.frombuffer(x_js.to_bytes(), np.float32).reshape(value["shape"])
    y = np.eye(10, dtype=np.float32)[value["answers"]]
    training[:] = [pyio.model_from_artifacts(artifacts), x, y]
    gc.collect()


def train(steps: int) -> str:
    """Return, as JSON, the milliseconds and the loss of each step."""
    model, x, y = training
    milliseconds, losses = [], []
    for _ in range(steps):
        begin = time.perf_counter()
        losses.append(model.train_on_batch(x, y))
        milliseconds.append(1000 * (time.perf_counter() - begin))
    return json.dumps({"milliseconds": milliseconds, "losses": losses})
