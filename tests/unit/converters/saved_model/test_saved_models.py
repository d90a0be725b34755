"""Models that TensorFlow saved give TensorFlow's numbers, with and without each step."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

import pyio
from pyio import limits
from pyio.converters.files import MemoryFiles
from pyio.converters.saved_model import graph_def, importer
from pyio.converters.saved_model.protobuf import parse
from pyio.converters.saved_model.tfjs_ops import TFJS_RUNS
from pyio.errors import InvalidModelError, UnsupportedModelError, UnsupportedOpsError
from pyio.handlers.keywords import ImportOptions
from pyio.operations.transfer import IMPORTING
from tests.support.models import run
from tests.support.protobuf import const, encode, node, placeholder
from tests.support.saved_models import (
    DATA,
    array,
    case,
    contents,
    difference,
    executed,
    graph,
    imported,
    nodes_of,
    operations,
)

NAMES = sorted(path.name for path in DATA.iterdir())
STEPS = ("clean_up", "fold_constants", "fold_batch_norms", "fuse")
TOLERANCE = 2e-5


def model(name: str, **options: Any) -> pyio.ModelArtifacts:
    """One of the models in tests/data."""
    told = case(name)
    options = {**told.get("options", {}), **options}
    if "outputs_wanted" in told:
        options["outputs"] = told["outputs_wanted"]
    elif "signature" in told:
        options.setdefault("signature", told["signature"])
    return imported(contents(DATA / name / "model"), **options)


@pytest.mark.parametrize("without", [None, "clean_up", "fold_constants", "fuse", "all"])
@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_tensorflows(name: str, without: str | None) -> None:
    """All outputs equal TensorFlow's, whichever steps are left out."""
    left_out = STEPS if without == "all" else (without,) if without else ()
    artifacts = model(name, **dict.fromkeys(left_out, False))
    told = case(name)
    got = executed(artifacts, {key: array(value) for key, value in told["inputs"].items()})
    for key, value in told["outputs"].items():
        assert difference(np.asarray(got[key]), array(value)) <= TOLERANCE, key
    json.dumps([artifacts.model_topology, artifacts.signature, artifacts.model_initializer])


@pytest.mark.parametrize("name", NAMES)
def test_only_what_tensorflow_js_takes(name: str) -> None:
    """Dtypes, names and ops are those that TensorFlow.js reads; graphs are closed in themselves."""
    artifacts = model(name)
    assert {spec.dtype for spec in artifacts.weight_specs or ()} <= {
        "float32",
        "int32",
        "bool",
        "string",
    }
    topology: Any = artifacts.model_topology
    assert "versions" in topology
    graphs = [topology["node"]]
    graphs += [each["nodeDef"] for each in topology.get("library", {}).get("function", [])]
    initializer: Any = artifacts.model_initializer
    names = [spec.name for spec in artifacts.weight_specs or ()]
    assert len(names) == len(set(names))
    for nodes in graphs + ([initializer["node"]] if initializer else []):
        assert {each["op"] for each in nodes} <= TFJS_RUNS | set(case(name).get("lacks", []))
        assert not any(":" in each["name"] for each in nodes)
        assert {each["name"] for each in nodes if each["op"] == "Const"} <= set(names)


def test_a_convolution_takes_batch_norm_bias_and_activation() -> None:
    """Folding and fusing leave one op of three; without the steps there are three."""
    assert "_FusedConv2D" in operations(model("v1_hub"))
    assert not any("BatchNorm" in op for op in operations(model("v1_hub")))
    plain = operations(model("v1_hub", fuse=False, fold_batch_norms=False))
    assert any("BatchNorm" in op for op in plain)
    assert {"Conv2D", "Relu"} <= set(plain) or {"Conv2D", "Relu6"} <= set(plain)
    assert any("batch normalisation" in note for note in model("v1_hub").import_notes)
    keras = operations(model("keras_cnn"))  # with two activations that are products
    assert (keras.count("Mul"), keras.count("AddV2"), keras.count("BiasAdd")) == (2, 0, 0)
    assert operations(model("keras_cnn", fold_batch_norms=False)).count("Mul") == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"signature": "other"}, "'serving_default'"),
        ({"signature": "other", "tags": "serve"}, "'other'"),
        ({"tags": ["train"]}, "serve"),
        ({"tags": "serve,gpu"}, "one of: serve"),
    ],
)
def test_choices_are_listed(options: dict[str, Any], message: str) -> None:
    """A signature or tags that are not there: the error names what there is."""
    with pytest.raises(InvalidModelError, match=message):
        model("hub_v2", **options)


class CountedFiles(MemoryFiles):
    """Files that note which of them are read."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(files)
        self.seen: list[str] = []

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        self.seen.append(name)
        return await super().read(name, start, stop)


@pytest.mark.parametrize("name", NAMES)
def test_an_outline_says_the_same(name: str) -> None:
    """What `inspect` gets: topology, specs and notes as in the import, and no variable is read."""
    told = case(name)
    chosen: dict[str, Any] = {key: told[key] for key in ("signature", "tags") if key in told}
    files = CountedFiles(contents(DATA / name / "model"))
    frozen = len(files.names) == 1 and files.names != ["saved_model.pb"]
    if frozen:
        chosen = {"outputs": told["outputs_wanted"]} if "outputs_wanted" in told else {}
    found = run((graph_def if frozen else importer).outline(files, **chosen))
    whole = model(name, pyio_only=True)
    assert found.weight_data is None
    assert found.weight_specs == whole.weight_specs
    assert found.model_topology == whole.model_topology
    assert found.import_notes == whole.import_notes
    # Without a signature the objects that were saved are read, which the checkpoint has as a text.
    assert not any(".data-" in each for each in files.seen) or "signature" not in told


def test_a_saved_model_file_alone() -> None:
    """It may have any name; if it needs variables, the error says that they are missing."""
    saved = contents(DATA / "hub_v2" / "model")["saved_model.pb"]
    with pytest.raises(InvalidModelError, match=r"variables\.index' with the variables is missing"):
        run(importer.artifacts(MemoryFiles({"model (1).pb": saved})))
    graph = {"node": [placeholder("x"), node("y", "Neg", "x")]}
    info = {each: {"name": f"{each}:0", "dtype": 1} for each in "xy"}
    signature = {"inputs": {"x": info["x"]}, "outputs": {"y": info["y"]}}
    meta = {"graph_def": graph, "signature_def": {"serving_default": signature}}
    alone = encode("SavedModel", {"version": 1, "meta_graphs": [meta]})
    for name in ("model (1).pb", "saved_model.pb", "deep/other.pb"):
        artifacts = run(importer.artifacts(MemoryFiles({name: alone})))
        assert executed(artifacts, {"x": np.float32(2)})["y"] == -2


def test_a_choice_of_another_kind_is_refused() -> None:
    """Outputs are those of frozen graphs, signatures those of SavedModels."""
    for name, file, option in (("hub_v2", "", "outputs"), ("frozen_loop", "/g.pb", "signature")):
        chosen: Any = {option: "y"}
        with pytest.raises(UnsupportedModelError, match=f"{option}='y' cannot be chosen"):
            run(pyio.load_artifacts(f"file://{DATA}/{name}/model{file}", **chosen))


def without_signatures(name: str) -> dict[str, bytes]:
    """The files of a model that has only its ``__call__``, as modules of TensorFlow Hub may."""
    files = contents(DATA / name / "model")
    (graph,) = parse("SavedModel", files["saved_model.pb"])["meta_graphs"]
    saved = encode("SavedModel", {"meta_graphs": [{**graph, "signature_def": {}}]})
    return {**files, "saved_model.pb": saved}


def test_a_module_without_signatures() -> None:
    """Its ``__call__`` is taken, with the variables that it captures: three of one name."""
    artifacts = imported(without_signatures("hub_v2"))
    told = case("hub_v2")
    got = executed(artifacts, {key: array(value) for key, value in told["inputs"].items()})
    assert difference(got["output_0"], array(told["outputs"]["output_0"])) <= TOLERANCE
    with pytest.raises(UnsupportedModelError, match="no signatures at all"):
        imported(without_signatures("text"))


def frozen(*nodes: dict[str, Any], functions: Any = (), **options: Any) -> pyio.ModelArtifacts:
    return imported({"graph.pb": graph(nodes, functions)}, **options)


def function(name: str, nodes: list[dict[str, Any]], result: str) -> dict[str, Any]:
    """A function of one float32 argument x."""
    signature = {
        "name": name,
        "input_arg": [{"name": "x", "type": 1}],
        "output_arg": [{"name": "y", "type": 1}],
    }
    return {"signature": signature, "node_def": nodes, "ret": {"y": result}}


def call(name: str, target: str, value: str) -> dict[str, Any]:
    return node(name, "PartitionedCall", value, f={"func": {"name": target}})


X = np.array([[1.5, -2.0, 0.0], [0.5, 3.0, -0.25]], np.float32)
INTS = np.array([[7, -7, 5], [-9, 0, 8]], np.int32)
PIXELS = np.arange(32, dtype=np.float32).reshape(1, 4, 4, 2)


def numbers(name: str, values: list[int]) -> dict[str, Any]:
    """A Const of int32."""
    shape = {"dim": [{"size": len(values)}]} if len(values) != 1 else {}
    tensor = {"dtype": 3, "shape": shape, "int_val": values}
    return node(name, "Const", dtype={"type": 3}, value={"tensor": tensor})


@pytest.mark.parametrize(
    ("op", "x", "others", "attr", "expected"),
    [
        ("Erfc", X, [], {}, np.vectorize(math.erfc)(X)),
        ("Rint", X, [], {}, np.rint(X)),
        ("Softsign", X, [], {}, X / (1 + np.abs(X))),
        ("L2Loss", X, [], {}, np.sum(X * X) / 2),
        ("Inv", X[:, :2], [], {}, 1 / X[:, :2]),
        (
            "Xlogy",
            np.abs(X),
            ["x"],
            {},
            [[0.608198, 1.386294, 0], [-0.346574, 3.295837, -0.346574]],
        ),
        ("MulNoNan", X / 0.5, ["x"], {}, X * X * 4),
        ("Mod", INTS, ["three"], {"T": {"type": 3}}, np.fmod(INTS, 3)),
        ("TruncateDiv", INTS, ["three"], {"T": {"type": 3}}, [[2, -2, 1], [-3, 0, 2]]),
        ("FloorDiv", X, ["x"], {}, [[1, 1, np.nan], [1, 1, 1]]),
        ("MatrixBandPart", X, ["all", "none"], {}, np.tril(X)),
        ("MatrixBandPart", X, ["none", "one"], {}, [[1.5, -2, 0], [0, 3, -0.25]]),
        ("MatrixDiagV3", X[0], ["none", "all", "all", "zero"], {}, np.diag(X[0])),
        ("MatrixDiag", X, [], {}, [np.diag(row) for row in X]),
        ("InvertPermutation", np.array([2, 0, 1], np.int32), [], {"T": {"type": 3}}, [1, 2, 0]),
        ("TensorScatterAdd", X, ["places", "rows"], {}, X + np.array([[3], [0]])),
        ("TensorScatterSub", X, ["places", "rows"], {}, X - np.array([[3], [0]])),
        ("Bucketize", X, [], {"boundaries": {"list": {"f": [0.0, 1.0]}}}, [[2, 0, 1], [1, 2, 0]]),
        (
            "SpaceToDepth",
            PIXELS,
            [],
            {"block_size": {"i": 2}},
            PIXELS.reshape(1, 2, 2, 2, 2, 2).transpose(0, 1, 3, 2, 4, 5).reshape(1, 2, 2, 8),
        ),
    ],
)
def test_rewritten_ops(op: str, x: Any, others: list[str], attr: Any, expected: Any) -> None:
    """What TensorFlow.js lacks or has wrong is written with other ops, of the same numbers."""
    dtype = 3 if x.dtype == np.int32 else 1
    constants = [
        numbers("three", [3]),
        numbers("all", [-1]),
        numbers("none", [0]),
        numbers("one", [1]),
        const("zero", [], float_val=[0.0]),
        const("places", [2, 1], dtype=3, int_val=[0, 0]),
        const("rows", [2, 3], float_val=[1.0] * 3 + [2.0] * 3),
    ]
    changed = node("y", op, "x", *others, **{"T": {"type": dtype}, **attr})
    artifacts = frozen(placeholder("x", list(x.shape), dtype), *constants, changed)
    assert op not in operations(artifacts)
    got = executed(artifacts, {"x": x})["y"]
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


def test_all_lacking_ops_are_named_at_once() -> None:
    """With one node each; with `pyio_only` they stay."""
    nodes = (placeholder("x"), node("a", "StringLower", "x"), node("b", "FancyOp", "a"))
    with pytest.raises(
        UnsupportedOpsError, match=r"FancyOp \('b'\), StringLower \('a'\)"
    ) as caught:
        frozen(*nodes)
    assert caught.value.ops == {"StringLower": "a", "FancyOp": "b"}
    assert operations(frozen(*nodes, pyio_only=True)) == ["FancyOp", "Placeholder", "StringLower"]


def test_a_function_that_calls_itself_is_refused() -> None:
    """Directly, or by way of another one."""
    one = function("f", [call("c", "g", "x")], "c:output:0")
    other = function("g", [call("d", "f", "x")], "d:output:0")
    with pytest.raises(InvalidModelError, match="calls itself"):
        frozen(placeholder("x"), call("y", "f", "x"), functions=[one, other])


@pytest.mark.parametrize("last", ["z:y:0", "x"])
def test_functions_that_double_are_bounded(last: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty functions that each call the next one twice would make a thousand million calls."""
    monkeypatch.setattr(limits, "GRAPH_NODES", 5_000)
    functions = [
        function(
            f"f{i}",
            [call("a", f"f{i + 1}", "x"), call("b", f"f{i + 1}", "a:output:0")],
            "b:output:0",
        )
        for i in range(30)
    ]
    functions.append(function("f30", [node("z", "Neg", "x")], last))
    with pytest.raises(InvalidModelError, match="GRAPH_NODES"):
        frozen(placeholder("x"), call("y", "f0", "x"), functions=functions)


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([placeholder("x"), node("y", "Neg", "missing")], "missing"),
        (
            [placeholder("x"), node("y", "Add", "x", "z"), node("z", "Neg", "y")],
            "no outputs|wait for",
        ),
        ([placeholder("x"), node("x", "Neg", "x")], "comes twice"),
        ([placeholder("x"), node("y", "Neg", "x:q")], "refers to no output"),
        ([placeholder("x"), node("y", "Neg", "x:-1")], "refers to no output"),
        ([placeholder("x"), call("y", "nothing", "x")], "which it lacks"),
        ([placeholder("x"), node("y", "PartitionedCall", "x")], "names no function"),
        ([placeholder("x"), node("y", "ReadVariableOp")], "no input"),
        (
            [placeholder("x"), node("v", "VarHandleOp"), node("y", "ReadVariableOp", "v")],
            "no value",
        ),
        ([node("c", "Const")], "no outputs"),
        ([node("c", "Const"), node("y", "Neg", "c")], "has no value"),
        ([const("c", [2**50], float_val=[1.0]), node("y", "Neg", "c")], "FILL_BYTES"),
        ([node("t", "HashTableV2"), node("y", "LookupTableSizeV2", "t")], "frozen graph"),
        ([placeholder("x"), node("y", "If", "x", then_branch={"i": 3})], "names no function"),
        ([placeholder("x"), node("y", "Case", "x")], "no branches"),
    ],
)
def test_graphs_without_sense(nodes: list[dict[str, Any]], message: str) -> None:
    """Each ends in an error that says what is wrong."""
    with pytest.raises(InvalidModelError, match=message):
        frozen(*nodes)


def test_a_long_chain_needs_no_deep_stack() -> None:
    """Five thousand nodes in a row are walked without recursion."""
    chain = [node(f"n{i}", "Neg", f"n{i - 1}" if i else "x") for i in range(5_000)]
    assert len(nodes_of(frozen(placeholder("x"), *chain))) == 5_001


def test_constants_are_computed_ahead_only_if_small() -> None:
    """A huge Fill of two numbers stays an op."""
    small = const("s", [2], float_val=[1.0, 2.0])
    shape = node(
        "d",
        "Const",
        dtype={"type": 3},
        value={"tensor": {"dtype": 3, "shape": {"dim": [{"size": 2}]}, "int_val": [30_000]}},
    )
    one = const("o", [], float_val=[1.0])
    fill, add = node("f", "Fill", "d", "o"), node("a", "Neg", "s")
    result = node("y", "Add", "a", "x")
    ops = operations(
        frozen(placeholder("x"), small, shape, one, fill, add, result, outputs=["y", "f"])
    )
    assert ops == ["Add", "Fill", "Placeholder"]


def test_outputs_of_a_frozen_graph_can_be_named() -> None:
    """By node and by output; one that is not there is an error that lists what there is."""
    nodes = (placeholder("x"), node("a", "Neg", "x"), node("b", "Abs", "a"))
    signature: Any = frozen(*nodes, outputs=["a"]).signature
    assert list(signature["outputs"]) == ["a"]
    with pytest.raises(UnsupportedModelError, match=r"\['b'\]"):
        frozen(*nodes, outputs=["c"])


@pytest.mark.parametrize(("stored", "tolerance"), [("float16", 5e-3), ("uint8", 0.1)])
def test_quantization(stored: str, tolerance: float) -> None:
    """Lists of floats are stored in fewer bytes, whole numbers are not; the numbers are near."""
    artifacts = model("keras_cnn", quantization=stored)
    specs = artifacts.weight_specs or ()
    floats = {spec.name for spec in specs if spec.dtype == "float32" and spec.size > 1}
    assert {spec.name for spec in specs if spec.quantization is not None} == floats
    told = case("keras_cnn")
    got = executed(artifacts, {key: array(value) for key, value in told["inputs"].items()})
    ((key, value),) = told["outputs"].items()
    assert difference(got[key], array(value)) <= tolerance


def test_the_names_of_options() -> None:
    """What `load_artifacts` hands to importers is what its annotations say."""
    assert set(ImportOptions.__annotations__) == IMPORTING


def test_sparse_inputs_are_refused() -> None:
    """A signature with a tensor in parts says so."""
    files = contents(DATA / "hub_v2" / "model")
    info = {"composite": b""}
    signature = {"inputs": {"x": info}, "outputs": {"y": info}}
    added = encode(
        "SavedModel",
        {
            "meta_graphs": [
                {"graph_def": {"node": [placeholder("x")]}, "signature_def": {"s": signature}}
            ]
        },
    )
    with pytest.raises(UnsupportedModelError, match="sparse or ragged"):
        imported({**files, "saved_model.pb": added})
