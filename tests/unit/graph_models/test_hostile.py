"""Graphs that are damaged or hostile: an error of pyio that names what is wrong, in little time."""

from __future__ import annotations

import copy
import random
from typing import Any

import numpy as np
import pytest

import pyio
from pyio import limits
from tests.support.graphs import function, graph, model, node, placeholder

X = placeholder("x", shape=[-1])


def calling(name: str) -> Any:
    return node("PartitionedCall", "call", "x", f={"func": {"name": name}})


@pytest.mark.parametrize(
    ("nodes", "functions", "said"),
    [
        ([X, X], [], "two nodes of the graph are called 'x'"),
        ([X, node("Neg", "y", "nothing")], [], "has the input 'nothing', which does not exist"),
        ([X, node("Neg", "y", "^nothing")], [], "has the input 'nothing', which does not exist"),
        ([X, node("Neg", "y", "x:1:2:3")], [], "no reference"),
        ([X, node("Neg", "y", "x:-1")], [], "no reference"),
        ([X, {"name": "y"}], [], "the op of the node 'y' is None"),
        ([X, {"op": "Neg"}], [], "the name of a node"),
        ([X, 3], [], "a node of the graph is 3"),
        ([X, {**node("Neg", "y"), "input": "x"}], [], "expected a list"),
        ([X, {**node("Neg", "y", "x"), "attr": []}], [], None),
        ([X, {**node("Neg", "y", "x"), "attr": [1]}], [], "the attributes of the node 'y'"),
        ([X, calling("f")], [], "calls the function 'f', which does not exist"),
        ([X, calling("f")], [function("f", ["x"], [calling("f")], {"r": "call:0"})], "cycle"),
        ([X], [function("f", ["x"], [], {}), function("f", ["x"], [], {})], "two functions"),
        ([X], [{"signature": {}}], "the name of a function"),
        (
            [X],
            [{**function("f", ["x"], [], {"r": "x"}), "ret": {}}],
            "does not say what its result 'r' is",
        ),
        ([X, node("Conv2D", "y", "x", "x")], [], None),
        ([X, node("Conv2D", "y", "x", "x", strides={"i": "1"}, padding="SAME")], [], None),
        ([X, node("Cast", "y", "x", DstT={"type": "DT_NONE"})], [], "'DT_NONE'"),
        ([X, node("DepthToSpace", "y", "x")], [], "lacks the attribute 'block_size'"),
        ([X, node("StringLower", "y", "x", encoding={"s": "*"})], [], "not base64"),
        ([X, node("StridedSlice", "y", "x", begin_mask={"i": "many"})], [], "no meaning"),
        ([X, node("StaticRegexReplace", "y", "x", pattern="(", rewrite="")], [], None),
    ],
)
def test_structures(nodes: Any, functions: Any, said: str | None) -> None:
    """What is wrong is named when the model is made; `None` is for what only running finds."""
    if said is not None:
        with pytest.raises(pyio.InvalidModelError) as caught:
            model(nodes, functions=functions)
        assert said in str(caught.value)
        return
    try:
        model(nodes, functions=functions).predict(np.ones(1, np.float32))
    except pyio.PyioError:
        return


@pytest.mark.parametrize(
    "nodes",
    [
        [node("Neg", "a", "b"), node("Neg", "b", "a")],
        [X, node("Neg", "a", "x", "^b"), node("InitializeTableV2", "b", "a", "a", "a")],
        [X, node("Merge", "a", "x", "b"), node("Neg", "b", "a")],
    ],
)
def test_cycles(nodes: Any) -> None:
    """A cycle that is no loop is an error when it is reached."""
    with pytest.raises(pyio.InvalidModelError, match="cycle"):
        model(nodes).execute({"x": np.ones(1, np.float32)} if nodes[0] is X else {}, "a")


def test_all_unknown_ops_are_named_at_once() -> None:
    """One error has every unknown op with its nodes, also those in functions that are called."""
    body = function("f", ["v"], [node("Third", "t", "v")], {"r": "t:0"})
    nodes = [
        X,
        node("First", "a", "x"),
        node("Second", "b", "a"),
        node("First", "c", "x"),
        calling("f"),
    ]
    with pytest.raises(pyio.UnknownOpsError) as caught:
        model(nodes, functions=[body])
    ops = {name: sorted(found) for name, found in caught.value.ops.items()}
    assert ops == {"First": ["a", "c"], "Second": ["b"], "Third": ["t"]}
    assert "First (node" in str(caught.value)


def test_unknown_ops_that_nothing_needs() -> None:
    """Unknown ops are no obstacle in functions and nodes that the outputs do not need."""
    unused = function("unused", ["v"], [node("Fourth", "t", "v")], {"r": "t:0"})
    built = model(
        [X, node("Neg", "y", "x"), node("Fifth", "z", "x")],
        functions=[unused],
        signature={"outputs": {"y": {"name": "y:0"}}},
    )
    x = np.ones(1, np.float32)
    assert built.predict(x) == -1
    with pytest.raises(pyio.UnknownOpsError, match="Fifth"):
        built.execute(x, "z")


def test_loops_that_cross() -> None:
    """A node with inputs from two loops is an error."""
    nodes = [
        X,
        node("Enter", "a", "x", frame_name="A"),
        node("Enter", "b", "x", frame_name="B"),
        node("Add", "c", "a", "b"),
        node("Exit", "d", "c"),
    ]
    with pytest.raises(pyio.InvalidModelError, match="two loops"):
        model(nodes).execute(np.ones(1, np.float32), "d")
    with pytest.raises(pyio.InvalidModelError, match="without being in one"):
        model([X, node("Exit", "d", "x")]).predict(np.ones(1, np.float32))


def nested(depth: int) -> list[Any]:
    return [
        function(
            f"f{i}",
            ["x"],
            [calling(f"f{i + 1}")] if i < depth - 1 else [],
            {"r": "call:0" if i < depth - 1 else "x"},
        )
        for i in range(depth)
    ]


def test_functions_that_are_deep() -> None:
    """Functions may call functions up to `limits.GRAPH_DEPTH`."""
    allowed = limits.GRAPH_DEPTH
    built = model([X, calling("f0")], functions=nested(allowed))
    assert built.predict(np.ones(1, np.float32)) == 1
    with pytest.raises(pyio.InvalidModelError, match="deep"):
        model([X, calling("f0")], functions=nested(allowed + 1))


@pytest.mark.parametrize(
    ("limit", "value", "nodes"),
    [
        ("GRAPH_NODES", 2, [X, node("Neg", "a", "x"), node("Neg", "b", "x")]),
        ("GRAPH_LIST", 2, [X, node("AddN", "a", "x", "x", "x")]),
        ("GRAPH_LIST", 1, [X, node("Squeeze", "a", "x", squeeze_dims=[0, 1])]),
        ("GRAPH_FUNCTIONS", 0, [X, calling("f0")]),
    ],
)
def test_limits(monkeypatch: pytest.MonkeyPatch, limit: str, value: int, nodes: Any) -> None:
    """Each limit of the structure refuses one more than it allows."""
    functions = nested(1)
    model(nodes, functions=functions)
    monkeypatch.setattr(limits, limit, value)
    with pytest.raises(pyio.InvalidModelError):
        model(nodes, functions=functions)


BIG = np.int32(2**31 - 1)
MANY = np.array([70_000, 70_000], np.int32)


@pytest.mark.parametrize(
    ("op", "inputs"),
    [
        ("Fill", [MANY, np.float32(0)]),
        ("Zeros", [MANY]),
        ("Tile", [np.zeros((2, 2), np.float32), MANY]),
        ("Range", [np.float32(0), np.float32(1e30), np.float32(1)]),
        ("LinSpace", [np.float32(0), np.float32(1), BIG]),
        ("Pad", [np.zeros((1, 1), np.float32), np.array([[0, 70_000]] * 2, np.int32)]),
        ("MirrorPad", [np.zeros((1, 1), np.float32), np.array([[0, 70_000]] * 2, np.int32)]),
        ("BroadcastTo", [np.float32(1), MANY]),
        ("OneHot", [np.zeros(10, np.int32), BIG, np.float32(1), np.float32(0)]),
        ("ScatterNd", [np.zeros((1, 2), np.int32), np.zeros(1, np.float32), MANY]),
        ("SparseToDense", [np.zeros((1, 2), np.int32), MANY, np.float32(1), np.float32(0)]),
        ("ResizeBilinear", [np.zeros((1, 2, 2, 1), np.float32), MANY]),
        ("ResizeNearestNeighbor", [np.zeros((1, 2, 2, 1), np.float32), MANY]),
        ("Add", [np.zeros((70_000, 1), np.float32), np.zeros((1, 70_000), np.float32)]),
        (
            "SelectV2",
            [np.ones((70_000, 1), bool), np.zeros((1, 70_000), np.float32), np.float32(0)],
        ),
        ("RandomUniform", [MANY]),
        ("StatelessRandomNormal", [MANY, np.zeros(2, np.int32)]),
        ("StatelessMultinomial", [np.zeros((1, 2), np.float32), BIG, np.zeros(2, np.int32)]),
        ("MatrixDiag", [np.zeros(70_000, np.float32)]),
        ("MatrixDiagV2", [np.zeros(1, np.float32), np.int32(0), BIG, BIG, np.float32(0)]),
        ("SegmentSum", [np.zeros(1, np.float32), np.array([BIG], np.int32)]),
        ("DynamicStitch", [np.array([BIG], np.int32), np.zeros(1, np.float32)]),
        ("ResizeBicubic", [np.zeros((1, 2, 2, 1), np.float32), MANY]),
        ("ResizeArea", [np.zeros((1, 2, 2, 1), np.float32), np.array([1, BIG], np.int32)]),
        ("TensorListReserve", [np.int32(-1), BIG]),
        ("TensorArrayV3", [BIG]),
        ("Bincount", [np.zeros(1, np.int32), BIG, np.zeros(0, np.float32)]),
        ("UnsortedSegmentSum", [np.zeros(1, np.float32), np.zeros(1, np.int32), BIG]),
        ("RaggedRange", [np.int32(0), BIG, np.int32(1)]),
        (
            "SparseFillEmptyRows",
            [
                np.zeros((0, 1), np.int32),
                np.zeros(0, np.float32),
                np.array([2**31 - 1], np.int32),
                np.float32(0),
            ],
        ),
        ("GatherV2", [np.zeros((1, 70_000), np.float32), np.zeros(70_000, np.int32), np.int32(0)]),
        (
            "NonMaxSuppressionV4",
            [
                np.zeros((1, 4), np.float32),
                np.zeros(1, np.float32),
                BIG,
                np.float32(0.5),
                np.float32(-1),
            ],
        ),
        (
            "CropAndResize",
            [
                np.zeros((1, 2, 2, 1), np.float32),
                np.zeros((1, 4), np.float32),
                np.zeros(1, np.int32),
                MANY,
            ],
        ),
        (
            "SpaceToBatchND",
            [
                np.zeros((1, 2, 2, 1), np.float32),
                np.ones(2, np.int32),
                np.array([[0, 70_000]] * 2, np.int32),
            ],
        ),
    ],
)
def test_results_that_are_too_large(op: str, inputs: list[Any]) -> None:
    """An op that would make a tensor beyond `limits.WEIGHT_BYTES` is refused before it does."""
    all_attributes: dict[str, dict[str, Any]] = {
        "MirrorPad": {"mode": "SYMMETRIC"},
        "NonMaxSuppressionV4": {"pad_to_max_output_size": True},
        "DynamicStitch": {"N": 1},
    }
    attributes = all_attributes.get(op, {})
    weights = {f"in{index}": value for index, value in enumerate(inputs)}
    built = model(
        [node(op, "out", *weights, **attributes), node("Identity", "end", "out")], weights
    )
    with pytest.raises(pyio.ModelInputError, match="the node 'out'"):
        built.execute({}, "end")


@pytest.mark.parametrize(
    ("op", "inputs"),
    [
        ("GatherV2", [np.zeros(3, np.float32), np.array([-1], np.int32), np.int32(0)]),
        ("GatherNd", [np.zeros(3, np.float32), np.array([[3]], np.int32)]),
        ("Reshape", [np.zeros(3, np.float32), np.array([2, 2], np.int32)]),
        ("MatMul", [np.zeros((2, 3), np.float32), np.zeros((2, 3), np.float32)]),
        ("FloorDiv", [np.int32(1), np.int32(0)]),
        ("Sum", [np.zeros(3, np.float32), np.array([1], np.int32)]),
        ("Add", [np.zeros(3, np.float32)]),
        ("Add", [np.zeros(3, np.float32), np.zeros(4, np.float32)]),
        ("Fill", [np.array([-1], np.int32), np.float32(0)]),
        ("Range", [np.int32(0), np.int32(1), np.int32(0)]),
        ("ConcatV2", [np.zeros(1, np.float32), np.zeros(1, np.int32), np.int32(0)]),
        ("RFFT", [np.zeros(3, np.float32), np.array([4], np.int32)]),
        ("StringLower", [np.zeros(3, np.float32)]),
        ("TensorListStack", [np.zeros(3, np.float32), np.int32(0)]),
    ],
)
def test_inputs_that_do_not_fit(op: str, inputs: list[Any]) -> None:
    """What an op cannot compute is an OpError with the node, the op and its inputs."""
    weights = {f"in{index}": value for index, value in enumerate(inputs)}
    with pytest.raises(pyio.OpError) as caught:
        model([node(op, "out", *weights)], weights).execute({}, "out")
    assert (caught.value.node, caught.value.op) == ("out", op)
    assert "out" in str(caught.value)


def test_work_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """More multiplications than `limits.PREDICT_WORK` for each example are refused."""
    square = np.ones((100, 100), np.float32)
    built = model(
        [placeholder("x"), node("MatMul", "a", "x", "x"), node("MatMul", "b", "a", "x")], {}
    )
    monkeypatch.setattr(limits, "PREDICT_WORK", 15_000)
    with pytest.raises(pyio.ModelInputError, match="PREDICT_WORK"):
        built.predict(square)
    assert built.execute(square, "a").shape == (100, 100)
    pool = node(
        "MaxPool", "y", "x", ksize=[1, 20_000, 20_000, 1], strides=[1, 1, 1, 1], padding="SAME"
    )
    monkeypatch.undo()
    with pytest.raises(pyio.ModelInputError, match="takes too long"):
        model([placeholder("x"), pool]).predict(np.ones((1, 9, 9, 1), np.float32))


def test_endless_loops_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop without end and without another limit ends with PREDICT_WORK."""
    same = function("same", ["v"], [node("Neg", "w", "v")], {"v": "w:y:0"})
    one = function("one", ["v"], [node("Const", "true")], {"v": "true:output:0"})
    turns = {"cond": {"func": {"name": "one"}}, "body": {"func": {"name": "same"}}}
    built = model(
        [X, node("While", "w", "x", **turns)], {"true": np.array(True)}, functions=[same, one]
    )
    monkeypatch.setattr(limits, "PREDICT_WORK", 10**8)
    with pytest.raises(pyio.ModelInputError, match="PREDICT_WORK"):
        built.predict(np.ones(1, np.float32))


def sample() -> pyio.ModelArtifacts:
    body = function(
        "body",
        ["i", "v"],
        [node("AddV2", "j", "i", "step"), node("Mul", "w", "v", "v")],
        {"a": "j:z:0", "b": "w:z:0"},
    )
    cond = function("cond", ["i", "v"], [node("Less", "less", "i", "step")], {"c": "less:z:0"})
    for each in (body, cond):
        each["nodeDef"].append(node("Const", f"step{'' if each is body else '2'}"))
    cond["nodeDef"][0]["input"][1] = "step2"
    return graph(
        [
            placeholder("x", shape=[-1, 4]),
            node("MatMul", "m", "x", "k", transpose_a=False, T="DT_FLOAT"),
            node("StridedSlice", "s", "m", "begin", "end", "strides", begin_mask=3, end_mask=3),
            node(
                "While",
                "loop",
                "zero",
                "s",
                cond={"func": {"name": "cond"}},
                body={"func": {"name": "body"}},
            ),
            node("ConcatV2", "c", "loop:1", "s", "axis", N=2),
            node("Softmax", "y", "c"),
        ],
        {
            "k": np.ones((4, 3), np.float32),
            "begin": np.zeros(2, np.int32),
            "end": np.zeros(2, np.int32),
            "strides": np.array([1, -1], np.int32),
            "zero": np.int32(0),
            "axis": np.int32(1),
            "step": np.int32(1),
            "step2": np.int32(3),
        },
        [body, cond],
    )


def places(value: Any) -> list[tuple[Any, Any]]:
    """All members of JSON, each as its container and key."""
    found: list[tuple[Any, Any]] = []
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        found.append((value, key))
        found += places(inner)
    return found


def test_damage_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand graphs with one or two members changed either run or raise an error of pyio."""
    monkeypatch.setattr(limits, "GRAPH_ITERATIONS", 1000)
    monkeypatch.setattr(limits, "WEIGHT_BYTES", 10**7)
    chance = random.Random(13)
    stored = sample()
    x = np.ones((2, 4), np.float32)
    assert pyio.graph_model_from_artifacts(stored).predict(x).shape == (2, 6)
    values: list[Any] = [
        None,
        0,
        -1,
        7,
        2.5,
        True,
        "",
        "x",
        "^x",
        "x:5",
        "k",
        "Const",
        "Neg",
        [],
        {},
        ["x"],
        {"i": "1"},
        {"s": "AAAA"},
        {"type": "DT_INT32"},
        {"list": {}},
        "While",
        "Switch",
        "Merge",
        "Exit",
        "DT_STRING",
    ]
    ran = 0
    for _ in range(1000):
        topology = copy.deepcopy(stored.model_topology)
        for _ in range(chance.choice([1, 2])):
            container, key = chance.choice(places(topology))
            if chance.random() < 0.3:
                if isinstance(container, dict):
                    del container[key]
                else:
                    container.pop(key)
            else:
                container[key] = chance.choice(values)
        damaged = pyio.ModelArtifacts(
            model_topology=topology,
            weight_specs=stored.weight_specs,
            weight_data=stored.weight_data,
            format="graph-model",
        )
        try:
            pyio.graph_model_from_artifacts(damaged).predict(x)
            ran += 1
        except pyio.PyioError:
            continue
    assert 30 < ran < 900
