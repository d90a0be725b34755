"""Models of TensorFlow in tests/data, and graphs made by hand, as artifacts and as numbers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import pyio
from pyio.converters.files import MemoryFiles
from pyio.converters.saved_model import graph_def, importer
from pyio.models.graph_models.reading import graph_model_from_artifacts
from tests.support.protobuf import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

DATA = Path(__file__).resolve().parents[1] / "data" / "saved_models"
"""Models with inputs, and the outputs that TensorFlow 2.19 gave for them."""


def contents(folder: Path) -> dict[str, bytes]:
    """The files below a folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def case(name: str) -> dict[str, Any]:
    """Inputs, outputs and the signature of one model."""
    found: dict[str, Any] = json.loads((DATA / name / "case.json").read_text("utf-8"))
    return found


def imported(files: dict[str, bytes], **options: Any) -> pyio.ModelArtifacts:
    """The artifacts of a SavedModel, or of a frozen graph if that is the only file."""
    frozen = len(files) == 1 and "saved_model.pb" not in files
    module = graph_def if frozen else importer
    found: pyio.ModelArtifacts = asyncio.run(module.artifacts(MemoryFiles(files), **options))
    return found


def graph(nodes: Sequence[dict[str, Any]], functions: Sequence[dict[str, Any]] = ()) -> bytes:
    """A frozen graph."""
    library = {"function": [encode("FunctionDef", each) for each in functions]}
    return encode("GraphDef", {"node": nodes, "library": library})


def nodes_of(artifacts: pyio.ModelArtifacts) -> dict[str, Any]:
    """The nodes of the main graph by name."""
    topology: Any = artifacts.model_topology
    return {node["name"]: node for node in topology["node"]}


def operations(artifacts: pyio.ModelArtifacts) -> list[str]:
    """The ops of the main graph that are not constants, sorted."""
    nodes = nodes_of(artifacts).values()
    return sorted(node["op"] for node in nodes if node["op"] != "Const")


def executed(artifacts: pyio.ModelArtifacts, inputs: dict[str, Any]) -> dict[str, Any]:
    """The outputs of a model by key of its signature."""

    async def run() -> Any:
        await pyio.save_artifacts(artifacts, "memory://graph")
        model = graph_model_from_artifacts(await pyio.load_artifacts("memory://graph"))
        await pyio.remove_model("memory://graph")
        return model.execute(inputs, keys)

    signature: Any = artifacts.signature
    keys = list(signature["outputs"])
    found = asyncio.run(run())
    return dict(zip(keys, found if isinstance(found, list) else [found], strict=True))


def array(value: dict[str, Any]) -> Any:
    """An array from its dtype, shape and values in a case.json."""
    dtype = object if value["dtype"] == "string" else value["dtype"]
    listed = value["values"]
    if dtype == value["dtype"]:
        listed = [float(each) if isinstance(each, str) else each for each in listed]
    flat = np.empty(len(listed), dtype)
    flat[:] = listed
    return flat.reshape(value["shape"])


def difference(got: Any, expected: Any) -> float:
    """The largest difference relative to max(1, |expected|); 1 for other shapes or texts."""
    if got.shape != expected.shape:
        return 1.0
    if expected.dtype == object:
        return float(got.tolist() != expected.tolist())
    got, expected = got.astype(complex), expected.astype(complex)
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    relative = np.abs(got - expected) / np.maximum(1, np.abs(expected))
    return float(np.max(np.where(same, 0, relative), initial=0))
