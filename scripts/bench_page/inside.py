"""pyio's part of the benchmark, inside Pyodide."""

import gc
import json
from typing import Any

import numpy as np

import pyio

arrays: dict[str, Any] = {}


def prepare(data_js: Any) -> str:
    """Take the bytes to be saved, as the ten tensors of a model, and return their specs."""
    arrays.clear()
    gc.collect()
    data = np.frombuffer(data_js.to_memoryview(), dtype=bool)
    cuts = [data.size * share // 55 for share in (1, 3, 6, 10, 15, 21, 28, 36, 45)]
    for index, part in enumerate(np.split(data, cuts)):
        arrays[f"layer/{index}"] = part.copy()
    return json.dumps(
        [{"name": name, "shape": [part.size], "dtype": "bool"} for name, part in arrays.items()]
    )


async def save(url: str) -> None:
    """Save them as a model."""
    encoded = pyio.encode_weights(arrays)
    artifacts = pyio.ModelArtifacts({"a": 1}, encoded.specs, encoded.data)
    await pyio.save_artifacts(artifacts, url)


async def load(url: str) -> None:
    """Load it; the artifacts are checked and let go."""
    artifacts = await pyio.load_artifacts(url)
    assert artifacts.weight_data_bytes == sum(array.nbytes for array in arrays.values())


def copy(data_js: Any) -> None:
    """Copy as many bytes into WebAssembly memory, which every load must."""
    data_js.to_memoryview()


async def forget() -> None:
    """Remove what this saved."""
    for url in await pyio.list_models():
        await pyio.remove_model(url)
    gc.collect()
