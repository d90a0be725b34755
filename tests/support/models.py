"""Models as files, in the layouts of TensorFlow.js, its converter and other programs."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

import pyio

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

TOPOLOGY: dict[str, Any] = {
    "class_name": "Sequential",
    "config": {
        "name": "m",
        "layers": [
            {"class_name": "Dense", "config": {"name": "dense", "units": 5}},
            {"class_name": "Activation", "config": {"name": "relu", "activation": "relu"}},
        ],
    },
    "keras_version": "tfjs-layers 4.22.0",
    "backend": "tensor_flow.js",
}
WEIGHTS = {
    "dense/kernel": np.arange(20, dtype=np.float32).reshape(4, 5),
    "dense/bias": np.linspace(-1, 1, 5, dtype=np.float32),
    "steps": np.array(7, dtype=np.int32),
}
"""104 bytes: kernel 80, bias 20, steps 4."""


def artifacts(**changes: Any) -> pyio.ModelArtifacts:
    """A layers model with `WEIGHTS`."""
    encoded = pyio.encode_weights(WEIGHTS)
    fields: dict[str, Any] = {
        "model_topology": TOPOLOGY,
        "weight_specs": encoded.specs,
        "weight_data": encoded.data,
        "format": "layers-model",
        "generated_by": "TensorFlow.js tfjs-layers v4.22.0",
        "null_fields": frozenset({"converted_by"}),
    }
    return pyio.ModelArtifacts(**fields | changes)


def graph_model() -> pyio.ModelArtifacts:
    """A graph model with all fields that only graph models have."""
    return artifacts(
        model_topology={
            "node": [{"name": "x", "op": "Placeholder"}, {"name": "y", "op": "MatMul"}],
            "library": {},
            "versions": {"producer": 1882},
        },
        format="graph-model",
        generated_by="2.19.0",
        converted_by="TensorFlow.js Converter v4.22.0",
        signature={"inputs": {"x": {"name": "x:0", "dtype": "DT_FLOAT"}}, "outputs": {}},
        user_defined_metadata={"structuredOutputKeys": ["y"]},
        model_initializer={"node": [{"name": "table", "op": "HashTableV2"}]},
        initializer_signature={"outputs": {"table": {"resourceId": 3}}},
        null_fields=frozenset(),
    )


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine although Playwright's event loop runs already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def same(one: pyio.ModelArtifacts, other: pyio.ModelArtifacts) -> bool:
    """Whether two artifacts are the same model, wherever their bytes are cut."""
    return _fields(one) == _fields(other)


def _fields(model: pyio.ModelArtifacts) -> dict[str, Any]:
    values = {name: getattr(model, name) for name in model.__slots__}
    values["weight_data"] = b"".join(model.weight_data or ())
    values["weight_specs"] = model.weight_specs or ()
    return values


def model_json(groups: list[dict[str, Any]], **fields: Any) -> bytes:
    """A model.json with a manifest of these groups."""
    value = {"modelTopology": TOPOLOGY, "format": "layers-model", "weightsManifest": groups}
    return json.dumps(value | fields).encode()


def weight(name: str, count: int, dtype: str = "float32", **more: Any) -> dict[str, Any]:
    """A manifest entry of a vector."""
    return {"name": name, "shape": [count], "dtype": dtype, **more}


def shards(*sizes: int) -> tuple[bytes, dict[str, bytes]]:
    """A model.json with one vector of bytes "w", and weights files of these sizes.

    The bytes count up, so that no two of the first 251 shards of one length are equal.
    """
    total = sum(sizes)
    data = bytes(index % 251 for index in range(total))
    names = [f"group1-shard{index}of{len(sizes)}.bin" for index in range(1, len(sizes) + 1)]
    files, start = {}, 0
    for name, size in zip(names, sizes, strict=True):
        files[name] = data[start : start + size]
        start += size
    return model_json([{"paths": names, "weights": [weight("w", total, "bool")]}]), files
