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
    error = max(map(_difference, _listed(model.predict(given)), told["outputs"]))
    milliseconds: list[float] = []
    began = time.perf_counter()
    while len(milliseconds) < most and (not milliseconds or time.perf_counter() - began < seconds):
        start = time.perf_counter()
        model.predict(given)
        milliseconds.append(1000 * (time.perf_counter() - start))
    return json.dumps([milliseconds, error])


def _listed(results: Any) -> list[Any]:
    return results if isinstance(results, list) else [results]


def _difference(mine: Any, theirs: list[float]) -> float:
    expected = np.array(theirs)
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    return float(np.abs(mine.ravel() - expected).max(initial=0)) / scale
