"""What a graph model is given: accepted forms, and messages for what does not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pyio
from tests.support.graphs import graph, model, node, placeholder
from tests.support.models import artifacts as layers_artifacts
from tests.support.models import run

SIGNATURE = {
    "inputs": {
        "image": {
            "name": "a:0",
            "dtype": "DT_FLOAT",
            "tensorShape": {"dim": [{"size": "-1"}, {"size": "2"}]},
        },
        "scale": {"name": "b:0", "dtype": "DT_INT32", "tensorShape": {}},
    },
    "outputs": {"second": {"name": "z:0"}, "first": {"name": "y:0"}},
}


def two(**members: Any) -> Any:
    """A model with a float and a whole input, and two outputs."""
    nodes = [
        placeholder("a", shape=[-1, 2]),
        placeholder("b", "DT_INT32", []),
        node("Cast", "c", "b", SrcT="DT_INT32", DstT="DT_FLOAT"),
        node("Mul", "y", "a", "c"),
        node("Neg", "z", "y"),
    ]
    return pyio.graph_model_from_artifacts(graph(nodes, signature=SIGNATURE, **members))


A = np.array([[1, 2], [3, 4]], np.float32)
B = np.int32(2)


@pytest.mark.parametrize(
    "x",
    [
        [A, B],
        (A, B),
        [A.tolist(), 2],
        {"image": A, "scale": B},
        {"a": A, "b": B},
        {"a:0": A, "b:0": B},
        {"image": A.astype(np.float64), "b:0": np.int64(2)},
    ],
)
def test_forms(x: Any) -> None:
    """Lists in the order of the signature; dicts by key, node name or tensor name."""
    results = two().predict(x)
    assert [each.tolist() for each in results] == [(-2 * A).tolist(), (2 * A).tolist()]


def test_batches() -> None:
    """With a batch_size, that many examples are computed at once; others are errors."""
    built = model([placeholder("x", shape=[-1, 2]), node("Neg", "y", "x")])
    x = np.arange(14, dtype=np.float32).reshape(7, 2)
    for size in (1, 3, 7, 100):
        np.testing.assert_array_equal(built.predict(x, batch_size=size), -x)
    assert built.predict(x[:0], batch_size=2).shape == (0, 2)
    wrong: Any
    for wrong in (0, True, 2.5):
        with pytest.raises(pyio.ModelInputError, match="batch_size is"):
            built.predict(x, batch_size=wrong)
    with pytest.raises(pyio.ModelInputError, match="same number of examples"):
        two().predict([A, B], batch_size=1)
    whole = model(
        [placeholder("x", shape=[-1]), node("Sum", "y", "x", "axis")], {"axis": np.int32(0)}
    )
    with pytest.raises(pyio.ModelInputError, match="cannot be joined"):
        whole.predict(np.ones(4, np.float32), batch_size=2)


def test_a_key_of_both_sides() -> None:
    """An input and another output may have the same key."""
    signature = {
        "inputs": {"x": {"name": "a:0"}},
        "outputs": {"x": {"name": "y:0"}, "a": {"name": "z:0"}},
    }
    nodes = [placeholder("a"), node("Neg", "y", "a"), node("Square", "z", "y")]
    built = pyio.graph_model_from_artifacts(graph(nodes, signature=signature))
    assert [float(each) for each in built.predict({"x": np.float32(3)})] == [-3, 9]
    assert [float(each) for each in built.execute({"x": np.float32(3)}, ["x", "a", "a:0"])] == [
        -3,
        9,
        3,
    ]


def test_structured_outputs() -> None:
    """With structuredOutputKeys in the metadata, predict gives a dict, zipped in order."""
    built = two(user_defined_metadata={"structuredOutputKeys": ["p", "q"]})
    assert list(built.predict([A, B])) == ["p", "q"]
    assert built.predict([A, B])["q"].tolist() == (2 * A).tolist()


@pytest.mark.parametrize(
    ("x", "said"),
    [
        ([A], "has 2 inputs ['image', 'scale']; 1 arrays were given"),
        ([A, B, B], "3 arrays were given"),
        (A, "1 arrays were given"),
        ({"image": A}, "the inputs ['scale'] were not given"),
        ({}, "the inputs ['image', 'scale'] were not given"),
        ({"image": A, "scale": B, "more": B}, "there is no input 'more'"),
        ({"image": A, "scale": B, "a": A}, "given twice"),
        ({"image": A, "scale": B, "c:x": B}, "there is no input 'c:x'"),
        ([A[0], B], "the input 'image' takes arrays of shape ['any', 2]; got [2]"),
        ([A.T[:, :1], np.zeros(3, np.int32)], "shape ['any', 2]; got [2, 1]"),
        ([A, np.zeros(3, np.int32)], "the input 'scale' takes arrays of shape []; got [3]"),
        ([A.astype(np.int32), B], "takes float32; got an array of int32"),
        ([A, np.float32(2)], "takes int32; got an array of float32"),
        ([A, np.array(True)], "takes int32; got an array of bool"),
        ([A.astype(str), B], "takes float32; got an array of <U"),
        (
            [A, np.int64(2**31)],
            "numbers from -2147483648 to 2147483647; got numbers from 2147483648",
        ),
        ([[[1, 2], [3]], B], "lists given have different lengths"),
        ([None, B], "takes"),
    ],
)
def test_messages(x: Any, said: str) -> None:
    """Each mistake is a ModelInputError that names the input and what it takes."""
    with pytest.raises(pyio.ModelInputError) as caught:
        two().predict(x)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("nothing", "there is no output 'nothing'"),
        (["y", 3], "should be text"),
        ("y:z", "no reference"),
    ],
)
def test_messages_about_outputs(names: Any, said: str) -> None:
    """Outputs that do not exist are named."""
    with pytest.raises(pyio.ModelInputError) as caught:
        two().execute([A, B], names)
    assert said in str(caught.value)


def test_narrow_inputs() -> None:
    """A uint8 input takes 0 to 255, and is computed as int32 that wraps."""
    built = model([placeholder("x", "DT_UINT8"), node("AddV2", "y", "x", "x", T="DT_UINT8")])
    result = built.predict(np.array([100, 200], np.uint8))
    assert (result.dtype, result.tolist()) == (np.int32, [200, 144])
    with pytest.raises(pyio.ModelInputError, match="from 0 to 255"):
        built.predict(np.array([256]))


def test_a_default_is_used_where_nothing_is_given() -> None:
    """PlaceholderWithDefault may be left out."""
    built = model(
        [node("PlaceholderWithDefault", "x", "d"), node("Neg", "y", "x")], {"d": np.float32(3)}
    )
    assert built.predict() == -3
    assert built.predict(np.float32(4)) == -4


def test_without_signature() -> None:
    """Inputs are the placeholders, outputs what nothing uses."""
    built = model([placeholder("p"), placeholder("q"), node("Sub", "r", "p", "q")])
    assert [each.key for each in built.inputs] == ["p", "q"]
    assert [each.key for each in built.outputs] == ["r"]
    assert built.predict([np.float32(3), np.float32(1)]) == 2


def test_what_a_model_shows() -> None:
    """One line as repr; the summary and HTML have inputs, outputs and ops."""
    built = two()
    assert repr(built).startswith("<GraphModel: 5 nodes, 0 parameters")
    lines: list[str] = []
    built.summary(lines.append)
    (text,) = lines
    assert "input image a:0 float32 [any, 2]" in " ".join(text.split())
    assert "Ops: Placeholder 2, Cast 1, Mul 1, Neg 1" in text
    html = built._repr_html_()
    assert "<table" in html
    assert "image" in html
    assert built.signature == SIGNATURE


def test_the_right_function_is_named() -> None:
    """Each loader refuses the other kind by the name of the other; load_model takes both."""
    run(pyio.save_artifacts(layers_artifacts(), "memory://layers"))
    run(pyio.save_artifacts(graph([placeholder("x"), node("Neg", "y", "x")]), "memory://graph"))
    with pytest.raises(pyio.InvalidModelError, match=r"pyio\.load_graph_model"):
        run(pyio.load_layers_model("memory://graph"))
    with pytest.raises(pyio.InvalidModelError, match=r"pyio\.load_layers_model"):
        run(pyio.load_graph_model("memory://layers"))
    assert isinstance(run(pyio.load_model("memory://graph")), pyio.GraphModel)
    assert pyio.sync.load_graph_model("memory://graph").predict(np.float32(1)) == -1
    assert isinstance(pyio.sync.load_model("memory://graph"), pyio.GraphModel)


def test_inspect_says_what_is_lacking() -> None:
    """Inspect has the ops, and which of them pyio and TensorFlow.js lack."""
    nodes = [
        placeholder("x"),
        node("Neg", "y", "x"),
        node("Erfc", "z", "y"),
        node("Fancy", "w", "z"),
    ]
    run(
        pyio.save_artifacts(
            graph(nodes, signature={"inputs": {"x": {"name": "x:0"}}}), "memory://m"
        )
    )
    found = run(pyio.inspect("memory://m"))
    assert found.ops == {"Erfc": 1, "Fancy": 1, "Neg": 1, "Placeholder": 1}
    assert found.lacking_in_pyio == ("Fancy",)
    assert found.lacking_in_tfjs == ("Erfc", "Fancy")
    assert "pyio lacks the ops Fancy" in found._repr_html_()


@pytest.mark.parametrize("option", ["signature", "tags", "outputs", "quantization"])
def test_a_choice_that_is_not_there_is_refused(option: str) -> None:
    """A model of TensorFlow.js has one signature: a choice is an error and never left out."""
    run(pyio.save_artifacts(graph([placeholder("x"), node("Neg", "y", "x")]), "memory://m"))
    chosen: Any = {option: "y"}
    for call in (pyio.load_graph_model, pyio.load_artifacts, pyio.inspect):
        with pytest.raises(pyio.UnsupportedModelError, match=f"{option}='y' cannot be chosen"):
            run(call("memory://m", **chosen))
    without: Any = {option: None, "fuse": False}
    assert run(pyio.load_graph_model("memory://m", **without)).predict(np.float32(1)) == -1
