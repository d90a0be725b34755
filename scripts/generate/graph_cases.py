"""Write graphs of single ops with TensorFlow's answers to ``tests/data/graphs/ops.zip``.

TensorFlow is not among the project's dependencies. Run this in an environment of its own with
``pip install tensorflow-cpu==2.19.1``:

    python scripts/generate/graph_cases.py tests/data/graphs/ops.zip
    python scripts/generate/graph_cases.py tests/data/graphs/beyond.zip --beyond

The second file has ops that TensorFlow.js lacks.

The same graph runs in both: as the JSON that pyio reads, and as the GraphDef that it stands for.
Types of inputs (``T``, ``Tidx``, …) and counts of them are filled in from TensorFlow's op
definitions. What TensorFlow refuses is printed, and left out.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # before the imports below, which need packages
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("zip", help="the file to write")
    parser.add_argument("--beyond", action="store_true", help="ops that TensorFlow.js lacks")
    parser.parse_args()

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from scripts.generate import graph_case_list, graph_cases_beyond

DTYPES = {
    "float32": "DT_FLOAT",
    "float64": "DT_DOUBLE",
    "int32": "DT_INT32",
    "int64": "DT_INT64",
    "uint8": "DT_UINT8",
    "int8": "DT_INT8",
    "int16": "DT_INT16",
    "uint16": "DT_UINT16",
    "bool": "DT_BOOL",
    "object": "DT_STRING",
    "complex64": "DT_COMPLEX64",
}
DATE = (2026, 1, 1, 0, 0, 0)


def attribute(value: Any) -> dict[str, Any]:
    """Return an attribute as proto3 JSON."""
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
        data = value.encode() if isinstance(value, str) else value
        return {"s": base64.b64encode(data).decode()}
    members: dict[str, list[Any]] = {}
    for each in value:
        for member, inner in attribute(each).items():
            members.setdefault(member, []).append(inner)
    return {"list": members}


def types(op: str, arrays: list[Any]) -> dict[str, Any]:
    """Return the type attributes and counts that TensorFlow wants to be written."""
    from tensorflow.python.framework import op_def_registry

    definition = op_def_registry.get(op)
    found: dict[str, Any] = {}
    # The host_args of fused ops are always left out.
    named = [arg for arg in definition.input_arg if arg.name != "host_args"]
    counted = [arg for arg in named if arg.number_attr or arg.type_list_attr]
    spare = len(arrays) - (len(named) - len(counted))
    at = 0
    for arg in named:
        many = spare // len(counted) if arg in counted else 1
        kinds = [DTYPES[array.dtype.name] for array in arrays[at : at + many]]
        if arg.number_attr:
            found[arg.number_attr] = {"i": str(many)}
        if arg.type_attr and kinds:
            found[arg.type_attr] = {"type": kinds[0]}
        if arg.type_list_attr:
            found[arg.type_list_attr] = {"list": {"type": kinds}}
        at += many
    return found


def outputs_of(op: str, attributes: dict[str, Any]) -> int:
    """Return how many outputs a node has."""
    from tensorflow.python.framework import op_def_registry

    total = 0
    for arg in op_def_registry.get(op).output_arg:
        if arg.number_attr:
            value = attributes.get(arg.number_attr, {"i": "1"})
            total += int(value["i"])
        elif arg.type_list_attr:
            total += len(attributes[arg.type_list_attr]["list"]["type"])
        else:
            total += 1
    return total


def written(array: Any) -> dict[str, Any]:
    """Return an array as JSON."""
    array = np.asarray(array)
    name = "string" if array.dtype == object else array.dtype.name
    values: list[Any] = []
    for each in array.reshape(-1).tolist():
        if isinstance(each, bytes):
            each = each.decode("utf-8", "surrogateescape")
        elif isinstance(each, complex):
            each = [each.real, each.imag]
        elif isinstance(each, float):
            each = float(f"{each:.9g}") if np.isfinite(each) else str(each).replace("nan", "NaN")
        values.append(each)
    return {"dtype": name, "shape": list(array.shape), "values": values}


def topology(op: str, arrays: list[Any], attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the GraphDef of one op with placeholders before it."""
    nodes: list[dict[str, Any]] = [
        {
            "name": f"x{index}",
            "op": "Placeholder",
            "attr": {
                "dtype": {"type": DTYPES[array.dtype.name]},
                "shape": {"shape": {"dim": [{"size": str(side)} for side in array.shape]}},
            },
        }
        for index, array in enumerate(arrays)
    ]
    inputs = [f"x{index}" for index in range(len(arrays))]
    nodes.append({"name": "y", "op": op, "input": inputs, "attr": attributes})
    return {"node": nodes, "versions": {"producer": 1994}}


def answer(graph: dict[str, Any], arrays: list[Any], count: int) -> list[Any]:
    """Return what TensorFlow computes."""
    import tensorflow as tf
    from google.protobuf.json_format import ParseDict

    definition = tf.compat.v1.GraphDef()
    ParseDict(graph, definition)
    with tf.Graph().as_default() as built:
        tf.import_graph_def(definition, name="")
        feed = {f"x{index}:0": array for index, array in enumerate(arrays)}
        with tf.compat.v1.Session(graph=built) as session:
            found: list[Any] = session.run([f"y:{index}" for index in range(count)], feed)
            return found


def main() -> None:
    """Write the zip that the first argument names."""
    found = []
    chosen = graph_cases_beyond if "--beyond" in sys.argv else graph_case_list
    for name, (op, arrays, given) in chosen.CASES.items():
        # Without the defaults, as a converter may leave them out.
        attributes = {key: attribute(value) for key, value in given.items()}
        try:
            attributes = types(op, arrays) | attributes
            graph = topology(op, arrays, attributes)
            results = answer(graph, arrays, outputs_of(op, attributes))
        except Exception as error:  # noqa: BLE001 -- each case tells of its own
            print(f"{name}: {type(error).__name__}: {str(error)[:300]}")
            continue
        inputs = {f"x{index}": written(array) for index, array in enumerate(arrays)}
        outputs = {f"y:{index}": written(each) for index, each in enumerate(results)}
        if op.startswith("FusedBatchNorm"):  # the others are for gradients, and may be anything
            outputs = {name: outputs[name] for name in ("y:0", "y:1", "y:2")}
        found.append({"name": name, "topology": graph, "inputs": inputs, "outputs": outputs})
    with zipfile.ZipFile(sys.argv[1], "w") as packed:
        info = zipfile.ZipInfo("ops.json", DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        text = json.dumps(found, separators=(",", ":"))
        packed.writestr(info, text, compresslevel=9)
    print(f"{len(found)} of {len(chosen.CASES)} cases")


if __name__ == "__main__":
    main()
