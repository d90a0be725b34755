"""Graph models for tests: recorded cases with TensorFlow's answers, and small graphs from nodes.

It imports nothing of the tests, so that a page can have it too.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

import pyio

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SPECIAL = {"NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf, "inf": np.inf, "-inf": -np.inf}


def array(value: Any) -> Any:
    """An array from its dtype, shape and values."""
    if value["dtype"] == "string":
        texts = np.empty(len(value["values"]), object)
        texts[:] = value["values"]
        return texts.reshape(value["shape"])
    values: Any = [
        SPECIAL.get(each, each) if isinstance(each, str) else each for each in value["values"]
    ]
    if "complex" in value["dtype"]:
        values = [complex(*each) for each in values]
    return np.array(values, value["dtype"]).reshape(value["shape"])


def difference(got: Any, expected: Any) -> float:
    """The largest |a - b| / max(1, |b|); infinite for other shapes, texts, or places of NaN."""
    if got.shape != expected.shape:
        return float("inf")
    if expected.dtype == object:
        return 0.0 if (got == expected).all() else float("inf")
    a, b = got.astype(np.complex128), expected.astype(np.complex128)
    if (np.isnan(a) != np.isnan(b)).any():
        return float("inf")
    same = (a == b) | np.isnan(b)
    with np.errstate(all="ignore"):
        gaps = np.where(same, 0, np.abs(a - b) / np.maximum(1, np.abs(b)))
    return float(gaps.max(initial=0))


def cases(packed: bytes) -> Iterator[tuple[str, pyio.ModelArtifacts, dict[str, Any]]]:
    """The name, the model, and inputs and outputs of each case in a zip."""
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        names = sorted(opened.namelist())
        if names == ["ops.json"]:  # graphs of single ops, all in one text
            for case in json.loads(opened.read("ops.json")):
                yield case["name"], pyio.ModelArtifacts(model_topology=case["topology"]), case
            return
        for case in [name for name in names if name.endswith("/case.json")]:
            folder = case.removesuffix("case.json")
            model = json.loads(opened.read(f"{folder}model.json"))
            shards = [name for group in model["weightsManifest"] for name in group["paths"]]
            data = b"".join(opened.read(folder + name) for name in shards)
            found = pyio.get_model_artifacts_for_json(model, weight_data=data)
            yield folder.strip("/"), found, json.loads(opened.read(case))


def far(packed: bytes, tolerance: float) -> tuple[int, dict[str, float | str]]:
    """The number of cases, and those beyond a difference: how far, or the error."""
    found = {name: _difference_or_error(model, case) for name, model, case in cases(packed)}
    wrong = {
        name: gap for name, gap in found.items() if isinstance(gap, str) or not gap <= tolerance
    }
    return len(found), wrong


def far_in_a_page(packed: str, tolerance: float) -> tuple[int, dict[str, float | str]]:
    """`far` with the zip as base64."""
    return far(base64.b64decode(packed), tolerance)


def _difference_or_error(model: pyio.ModelArtifacts, case: dict[str, Any]) -> float | str:
    try:
        return _difference(model, case)
    except pyio.PyioError as error:
        return str(error)


def _difference(model: pyio.ModelArtifacts, case: dict[str, Any]) -> float:
    inputs = {key: array(value) for key, value in case["inputs"].items()}
    names = list(case["outputs"])
    expected = [array(case["outputs"][name]) for name in names]
    built = pyio.graph_model_from_artifacts(model)
    # From the second run with the same shapes on the kernel may compute.
    runs = [built.execute(inputs, names) for _ in range(3)]
    if len(names) == 1:
        runs = [[each] for each in runs]
    pairs = [pair for results in runs for pair in zip(results, expected, strict=True)]
    return max(difference(a, b) for a, b in pairs)


# ---------------------------------------------------------------- graphs from nodes


def attribute(value: Any) -> dict[str, Any]:
    """An attribute in JSON: from a bool, a number, a text, a list of them, or ready JSON."""
    if isinstance(value, dict):
        return value
    if isinstance(value, bool):
        return {"b": value}
    if isinstance(value, int):
        return {"i": str(value)}
    if isinstance(value, float):
        return {"f": value}
    if isinstance(value, str) and value.startswith("DT_"):
        return {"type": value}
    if isinstance(value, str | bytes):
        return {"s": base64.b64encode(value.encode() if isinstance(value, str) else value).decode()}
    members: dict[str, list[Any]] = {}
    for each in value:
        for member, inner in attribute(each).items():
            members.setdefault(member, []).append(inner)
    return {"list": members}


def node(op: str, name: str, *inputs: str, **attributes: Any) -> dict[str, Any]:
    """A node."""
    made: dict[str, Any] = {"name": name, "op": op}
    if inputs:
        made["input"] = list(inputs)
    if attributes:
        made["attr"] = {key: attribute(value) for key, value in attributes.items()}
    return made


def placeholder(
    name: str, dtype: str = "DT_FLOAT", shape: list[int] | None = None
) -> dict[str, Any]:
    """An input."""
    sides = {"unknownRank": True} if shape is None else {"dim": [{"size": str(s)} for s in shape]}
    return node("Placeholder", name, dtype={"type": dtype}, shape={"shape": sides})


def function(
    name: str, arguments: list[str], nodes: list[Any], results: dict[str, str]
) -> dict[str, Any]:
    """A function of the library."""
    return {
        "signature": {
            "name": name,
            "inputArg": [{"name": each, "type": "DT_FLOAT"} for each in arguments],
            "outputArg": [{"name": each, "type": "DT_FLOAT"} for each in results],
        },
        "nodeDef": nodes,
        "ret": results,
    }


def graph(
    nodes: list[Any],
    weights: Mapping[str, Any] | None = None,
    functions: list[Any] | None = None,
    **members: Any,
) -> pyio.ModelArtifacts:
    """The artifacts of a graph; each weight gets its Const, unless there is a node of its name."""
    named = {each.get("name") for each in nodes if isinstance(each, dict)}
    inner = {each["name"] for one in functions or () for each in one.get("nodeDef", ())}
    encoded = pyio.encode_weights({key: np.asarray(each) for key, each in (weights or {}).items()})
    constants = [node("Const", name) for name in weights or () if name not in named | inner]
    topology: dict[str, Any] = {"node": [*constants, *nodes], "versions": {}}
    if functions:
        topology["library"] = {"function": functions}
    return pyio.ModelArtifacts(
        model_topology=topology,
        weight_specs=encoded.specs,
        weight_data=encoded.data,
        format="graph-model",
        **members,
    )


def model(nodes: list[Any], weights: Mapping[str, Any] | None = None, **more: Any) -> Any:
    """A graph model of nodes and weights."""
    return pyio.graph_model_from_artifacts(graph(nodes, weights, **more))


def apply(op: str, *inputs: Any, outputs: int = 1, **attributes: Any) -> Any:
    """What one op makes of arrays: the first output, or a tuple of as many as asked for."""
    weights = {f"in{index}": np.asarray(value) for index, value in enumerate(inputs)}
    built = model([node(op, "out", *weights, **attributes)], weights)
    found = built.execute({}, [f"out:{index}" for index in range(outputs)])
    return found if outputs == 1 else tuple(found)


async def save_small(url: str) -> Any:
    """Save a product of matrices to a medium, and return what it makes of [[1, 2]]."""
    weights = {"w": np.array([[1, -1, 3], [2, -2, 0.5]], np.float32)}
    nodes = [
        placeholder("x", shape=[-1, 2]),
        node("Const", "w", dtype="DT_FLOAT", value=tensor("DT_FLOAT", [2, 3])),
        node("MatMul", "m", "x", "w", transpose_a=False, transpose_b=False, T="DT_FLOAT"),
        node("Relu", "y", "m", T="DT_FLOAT"),
    ]
    ends = {name: {"name": f"{name}:0", "dtype": "DT_FLOAT"} for name in ("x", "y")}
    signature = {"inputs": {"x": ends["x"]}, "outputs": {"y": ends["y"]}}
    built = model(nodes, weights, signature=signature)
    await built.save(url)
    return built.predict(np.array([[1, 2]], np.float32)).tolist()


def tensor(dtype: str, shape: list[int]) -> dict[str, Any]:
    """A tensor without content, as the converter leaves it."""
    sides = {"dim": [{"size": str(side)} for side in shape]}
    return {"tensor": {"dtype": dtype, "tensorShape": sides}}
