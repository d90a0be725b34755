"""Topologies that no model can have, and what the error says. Runs in the page too."""

from __future__ import annotations

import re
import time
from typing import Any


def dense(name: Any = "d", **options: Any) -> dict[str, Any]:
    return {"class_name": "Dense", "config": {"units": 2, "name": name, **options}}


def start(name: str = "in", shape: Any = (None, 2)) -> dict[str, Any]:
    config = {"batch_input_shape": list(shape), "dtype": "float32", "name": name}
    return {"name": name, "class_name": "InputLayer", "config": config, "inbound_nodes": []}


def sequential(*layers: Any) -> dict[str, Any]:
    return {"class_name": "Sequential", "config": {"name": "s", "layers": list(layers)}}


def functional(*layers: Any, out: Any = ("d", 0, 0)) -> dict[str, Any]:
    config = {
        "name": "f",
        "layers": list(layers),
        "input_layers": [["in", 0, 0]],
        "output_layers": [list(out)],
    }
    return {"class_name": "Model", "config": config}


def called(layer: dict[str, Any], *calls: Any) -> dict[str, Any]:
    return {**layer, "name": layer["config"]["name"], "inbound_nodes": list(calls)}


def deep(levels: int) -> dict[str, Any]:
    value = sequential(dense(batch_input_shape=[None, 2]))
    for _ in range(levels):
        value = sequential(value)
    return value


def wrapped(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = dense()
    for number in range(levels):
        config = {"name": f"t{number}", "layer": value, "batch_input_shape": [None, 2, 2]}
        value = {"class_name": "TimeDistributed", "config": config}
    return sequential(value)


BIG = 10**12

HOSTILE: dict[str, tuple[Any, str]] = {
    "cycle": (
        functional(
            start(),
            called(dense("d"), [["e", 0, 0, {}]]),
            called(dense("e"), [["d", 0, 0, {}]]),
        ),
        "'d', 'e' can never be computed: each needs the result of another of them",
    ),
    "loop": (
        functional(start(), called(dense("d"), [["d", 0, 0, {}]])),
        "'d' can never be computed",
    ),
    "missing layer": (
        functional(start(), called(dense("d"), [["gone", 0, 0, {}]])),
        "the inbound_nodes of 'd' refers to the layer 'gone', which does not exist",
    ),
    "missing call": (
        functional(start(), called(dense("d"), [["in", 7, 0, {}]])),
        "'d' can never be computed",
    ),
    "missing tensor": (
        functional(start(), called(dense("d"), [["in", 0, 3, {}]])),
        "refers to output 3 of call 0 of 'in', which does not exist",
    ),
    "negative call": (
        functional(start(), called(dense("d"), [["in", -1, 0, {}]])),
        "expected \\[layer name, call number, output number\\]",
    ),
    "missing output": (
        functional(start(), called(dense("d"), [["in", 0, 0, {}]]), out=("gone", 0, 0)),
        "output_layers refers to the layer 'gone'",
    ),
    "output that is not computed": (
        functional(start(), called(dense("d")), out=("d", 0, 0)),
        "refers to output 0 of call 0 of 'd', which does not exist",
    ),
    "other source": (
        functional(start(), start("other"), called(dense("d"), [["other", 0, 0, {}]])),
        "the outputs depend on 'other', which is not among the inputs",
    ),
    "deep nesting": (deep(1000), "nested deeper than 200"),
    "deep wrapping": (wrapped(1000), "nested deeper than 200"),
    "wrapping just below the limit": (wrapped(95), "'t93' takes inputs of at least 3 dimensions"),
    "big input": (
        sequential(dense(batch_input_shape=[None, BIG])),
        "the input shape of 'd' is \\[None, 1000000000000\\]",
    ),
    "big units": (
        sequential(dense(batch_input_shape=[None, 2]) | {"config": {"units": BIG, "name": "d"}}),
        "units of Dense 'd' is 1000000000000; expected a whole number from 1 to 2147483647",
    ),
    "big weight": (
        sequential(
            {
                "class_name": "Dense",
                "config": {"units": 10**6, "name": "d", "batch_input_shape": [None, 10**6]},
            }
        ),
        "the weight 'd/kernel' would have the shape \\[1000000, 1000000\\], 4,000,000,000,000",
    ),
    "big repetition": (
        sequential(
            {
                "class_name": "RepeatVector",
                "config": {"n": 10**9, "name": "r", "batch_input_shape": [None, 100]},
            }
        ),
        "the output of 'r' has the shape",
    ),
    "many sides": (
        sequential(dense(batch_input_shape=[None, *[9] * 100])),
        "the input shape of 'd' has the shape",
    ),
    "negative side": (
        sequential(dense(batch_input_shape=[None, -4])),
        "the input shape of 'd' is \\[None, -4\\]; expected a whole number from 0",
    ),
    "name that is a number": (
        sequential(dense(5, batch_input_shape=[None, 2])),
        "the name of a Dense is 5; expected text",
    ),
    "model name that is a number": (
        {"class_name": "Sequential", "config": {"name": 7, "layers": []}},
        "the name of a Sequential is 7; expected text",
    ),
    "duplicate names": (
        functional(start(), called(dense("d"), [["in", 0, 0, {}]]), called(dense("d"))),
        "two layers of the model are called 'd'",
    ),
    "duplicate names in a stack": (
        sequential(dense(batch_input_shape=[None, 2]), dense()),
        "2 layers of the model are called 'd'",
    ),
    "no layers": (
        {"class_name": "Sequential", "config": {"name": "s"}},
        "should have a list of layers, got None",
    ),
    "layers of text": (
        {"class_name": "Sequential", "config": {"layers": ["x"]}},
        "something other than objects among its layers",
    ),
    "no shape": (sequential(dense()), "the first layer of a Sequential, 'd', needs an input_shape"),
    "config that is text": (
        sequential({"class_name": "Dense", "config": "x"}),
        "the config of a Dense is 'x'; expected an object",
    ),
    "class name that is a list": (
        sequential({"class_name": ["Dense"], "config": {}}),
        "has the class_name \\['Dense'\\]",
    ),
    "no class name": ({"config": {}}, "the topology has class_name None"),
    "a graph model": ({"node": []}, "a graph model has none and cannot be built here"),
    "calls that are text": (
        functional(start(), called(dense("d"), "in")),
        "a call of 'd' is 'in'",
    ),
    "calls without places": (
        functional(start(), called(dense("d"), [])),
        "a call of 'd' is \\[\\]",
    ),
    "no inputs": (
        {"class_name": "Model", "config": {"name": "f", "layers": [start()], "output_layers": []}},
        "has no input_layers",
    ),
    "shapes that do not fit": (
        sequential(
            dense(batch_input_shape=[None, 2]),
            {"class_name": "Conv2D", "config": {"name": "c", "filters": 1, "kernel_size": 3}},
        ),
        "Conv2D 'c' takes inputs of 4 dimensions",
    ),
    "a window larger than the image": (
        sequential(
            {
                "class_name": "Conv2D",
                "config": {
                    "name": "c",
                    "filters": 1,
                    "kernel_size": 9,
                    "batch_input_shape": [None, 4, 4, 1],
                },
            }
        ),
        "the output of 'c' has the shape",
    ),
    "a list": ([], "the topology has class_name None"),
    "not JSON": ("{", "the model topology is not JSON"),
}


def refused() -> dict[str, str]:
    """Build each of them; return what went wrong, which should be nothing, by their names."""
    import pyio

    wrong = {}
    for what, (topology, message) in HOSTILE.items():
        fastest = float("inf")
        for _ in range(3):  # on a busy machine, the best of three counts
            begin = time.perf_counter()
            try:
                pyio.model_from_json(topology)
                wrong[what] = "was built"
            except pyio.InvalidModelError as error:
                if not re.search(message, str(error)):
                    wrong[what] = f"said {error}"
            fastest = min(fastest, time.perf_counter() - begin)
            if fastest < 1:
                break
        else:
            wrong[what] = f"took {fastest} s"
    return wrong
