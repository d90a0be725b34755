"""pyio's part of the benchmark of models, inside Pyodide."""

import json
import time
from typing import Any

import numpy as np
from pyodide.ffi import to_js

import pyio
from pyio.format.specs import specs_from_json
from pyio.kernel import library

KERNEL = library.kernel()
model: Any = None
x: Any = None


def prepare(described: str, weights: Any, given: Any, expected: Any) -> float:
    """Make the model, and return how far its predictions are from those of TensorFlow.js."""
    global model, x
    assert KERNEL is not None, "the page has no kernel"
    value = json.loads(described)
    artifacts = pyio.ModelArtifacts(
        model_topology=value["topology"],
        weight_specs=specs_from_json(value["specs"]),
        weight_data=(memoryview(weights.to_bytes()),),
    )
    model = pyio.model_from_artifacts(artifacts)
    x = np.frombuffer(given.to_bytes(), np.float32).reshape(value["shape"])
    wanted = np.frombuffer(expected.to_bytes(), np.float32)
    found = model.predict(x, len(x)).ravel()
    return float(np.abs(found - wanted).max() / np.abs(wanted).max())


def to_onnx() -> Any:
    """Return the model as ONNX, and the dtype, the shape and the bytes of its input."""
    content, given = globals()["onnx_of"](model, x)  # the page has run its file before
    return to_js([content, given.dtype.name, list(given.shape), given.tobytes()])


def sample(with_kernel: bool, least: float) -> float:
    """Return the milliseconds of a prediction, from as many as take `least` milliseconds."""
    library.kernel = lambda: KERNEL if with_kernel else None  # type: ignore[assignment]
    model.predict(x, len(x))
    begin, calls = time.perf_counter(), 0
    while calls == 0 or 1000 * (time.perf_counter() - begin) < least:
        model.predict(x, len(x))
        calls += 1
    return 1000 * (time.perf_counter() - begin) / calls
