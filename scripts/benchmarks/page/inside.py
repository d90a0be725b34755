"""pyio's part of the benchmark, inside Pyodide."""

from __future__ import annotations

import gc
import json
import os
from typing import TYPE_CHECKING, Any

import js
import numpy as np

import pyio

if TYPE_CHECKING:
    from numpy.typing import NDArray

artifacts = pyio.ModelArtifacts()
many = artifacts


def prepare(data_js: Any) -> str:
    """Make artifacts of the bytes, as the ten tensors of a model, and return their specs."""
    return _prepare(data_js.to_bytes())


def make(size: int) -> str:
    """Make artifacts of random bytes, as `prepare` does."""
    return _prepare(os.urandom(size))


def _prepare(content: bytes) -> str:
    global artifacts, many
    artifacts = many = pyio.ModelArtifacts()
    gc.collect()
    data = np.frombuffer(content, dtype=bool)
    cuts = [data.size * share // 55 for share in (1, 3, 6, 10, 15, 21, 28, 36, 45)]
    artifacts = _model(data, cuts)
    many = _model(data, [data.size * number // 1000 for number in range(1, 1000)])
    return json.dumps(
        [
            {"name": spec.name, "shape": list(spec.shape), "dtype": spec.dtype}
            for spec in artifacts.weight_specs or ()
        ]
    )


def _model(data: NDArray[np.bool_], cuts: list[int]) -> pyio.ModelArtifacts:
    parts = {f"layer/{index}": part for index, part in enumerate(np.split(data, cuts))}
    encoded = pyio.encode_weights(parts)
    return pyio.ModelArtifacts({"a": 1}, encoded.specs, encoded.data)


async def save(url: str) -> float:
    """Save the artifacts; return the duration in milliseconds."""
    return await _save(artifacts, url)


async def save_many(url: str) -> float:
    """Save the same bytes as a thousand tensors; return the duration in milliseconds."""
    return await _save(many, url)


async def _save(model: pyio.ModelArtifacts, url: str) -> float:
    start = js.performance.now()
    await pyio.save_artifacts(model, url)
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
