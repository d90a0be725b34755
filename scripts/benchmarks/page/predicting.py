"""pyio's part of the benchmark of models, inside Pyodide."""

import base64
import json
import time

import numpy as np

import pyio
from pyio.format.specs import specs_from_json


def predict(described: str, times: int) -> str:
    """Return, as JSON, the milliseconds of each prediction and the largest relative error."""
    value = json.loads(described)
    artifacts = pyio.ModelArtifacts(
        model_topology=value["artifacts"]["topology"],
        weight_specs=specs_from_json(value["artifacts"]["specs"]),
        weight_data=(memoryview(base64.b64decode(value["artifacts"]["data"])),),
    )
    model = pyio.model_from_artifacts(artifacts)
    x = np.array(value["input"]["data"], np.float32).reshape(value["input"]["shape"])
    expected = np.array(value["output"]["data"]).reshape(value["output"]["shape"])
    error = float(np.abs(model.predict(x, len(x)) - expected).max() / np.abs(expected).max())
    model.predict(x, len(x))
    milliseconds = []
    for _ in range(times):
        begin = time.perf_counter()
        model.predict(x, len(x))
        milliseconds.append(1000 * (time.perf_counter() - begin))
    return json.dumps([milliseconds, error])
