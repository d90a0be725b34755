"""pyio's part of the benchmark, inside Pyodide."""

import gc
import json
from typing import Any

import js
import numpy as np

import pyio

artifacts = pyio.ModelArtifacts()


def prepare(data_js: Any) -> str:
    """Make artifacts of the bytes, as the ten tensors of a model, and return their specs."""
    global artifacts
    artifacts = pyio.ModelArtifacts()
    gc.collect()
    data = np.frombuffer(data_js.to_memoryview(), dtype=bool)
    cuts = [data.size * share // 55 for share in (1, 3, 6, 10, 15, 21, 28, 36, 45)]
    parts = {f"layer/{index}": part.copy() for index, part in enumerate(np.split(data, cuts))}
    encoded = pyio.encode_weights(parts)
    artifacts = pyio.ModelArtifacts({"a": 1}, encoded.specs, encoded.data)
    return json.dumps(
        [{"name": name, "shape": [part.size], "dtype": "bool"} for name, part in parts.items()]
    )


async def save(url: str) -> float:
    """Save the artifacts; return the duration in milliseconds."""
    start = js.performance.now()
    await pyio.save_artifacts(artifacts, url)
    return float(js.performance.now() - start)


async def load(url: str) -> float:
    """Load and check the artifacts; return the duration in milliseconds."""
    start = js.performance.now()
    loaded = await pyio.load_artifacts(url)
    milliseconds = float(js.performance.now() - start)
    assert loaded.weight_data_bytes == artifacts.weight_data_bytes
    return milliseconds


def copy(data_js: Any) -> float:
    """Copy the bytes into WebAssembly memory, as every load must; return milliseconds."""
    start = js.performance.now()
    data_js.to_memoryview()
    return float(js.performance.now() - start)


async def forget() -> None:
    """Remove the saved model."""
    for url in await pyio.list_models():
        await pyio.remove_model(url)
    gc.collect()
