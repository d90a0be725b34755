"""pyio's part of the benchmark of graph models, inside Pyodide."""

import json
import time
from typing import Any

import numpy as np

import pyio


async def predict(url: str, described: str, most: int, seconds: float) -> str:
    """Return, as JSON, the milliseconds of each prediction and the largest relative error."""
    told = json.loads(described)
    given = {
        each["name"]: np.array(each["values"], each["dtype"]).reshape(each["sides"])
        for each in told["given"]
    }
    model = await pyio.load_graph_model(pyio.http(url))
    error = _error(model.predict(given), told)
    milliseconds: list[float] = []
    began = time.perf_counter()
    while len(milliseconds) < most and (not milliseconds or time.perf_counter() - began < seconds):
        start = time.perf_counter()
        model.predict(given)
        milliseconds.append(1000 * (time.perf_counter() - start))
    # Later runs may be computed otherwise than the first.
    error = max(error, _error(model.predict(given), told))
    return json.dumps([milliseconds, error])


def _error(results: Any, told: dict[str, Any]) -> float:
    listed = results if isinstance(results, list) else [results]
    return max(map(_difference, listed, told["outputs"]))


def _difference(mine: Any, theirs: list[float]) -> float:
    expected = np.array(theirs)
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    return float(np.abs(mine.ravel() - expected).max(initial=0)) / scale
