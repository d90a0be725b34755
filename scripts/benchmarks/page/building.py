"""pyio's part of the benchmark of building, inside Pyodide."""

import gc
import time

import pyio

artifacts = pyio.ModelArtifacts()


async def prepare(url: str) -> None:
    """Load what `build` makes the model of."""
    global artifacts
    artifacts = await pyio.load_artifacts(url)


def build() -> float:
    """Return the milliseconds of making the model of artifacts in memory."""
    gc.collect()
    start = time.perf_counter()
    pyio.model_from_artifacts(artifacts)
    return 1000 * (time.perf_counter() - start)


async def load(url: str) -> float:
    """Return the milliseconds of loading the model."""
    gc.collect()
    start = time.perf_counter()
    await pyio.load_layers_model(url)
    return 1000 * (time.perf_counter() - start)
