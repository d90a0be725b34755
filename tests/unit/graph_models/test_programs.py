"""Graph models with the kernel: the same numbers as with NumPy alone, also for other inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio.kernel import library
from tests.support import graphs, native
from tests.support.graphs import node, placeholder
from tests.support.models import run

if TYPE_CHECKING:
    from collections.abc import Sequence

DATA = Path(__file__).parents[2] / "data" / "graphs"
CLOSE = 2e-6
pytestmark = pytest.mark.skipif(
    native.compiler() is None, reason="a C compiler is not installed; a page tests the same"
)


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> library.Kernel:
    """The kernel, compiled for this machine."""
    return library.Kernel(native.compiled(tmp_path_factory.mktemp("kernel")))


def executed(model: Any, inputs: Any, names: Any, kernel: Any) -> list[Any]:
    """The outputs with a kernel, or with NumPy alone for None."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "kernel", lambda: kernel)
        results = model.execute(inputs, names)
    return [results] if len(names) == 1 else list(results)


def gap(found: Any, wanted: Any) -> float:
    """How far an output is from NumPy's, relative to its largest number."""
    if (found.shape, found.dtype) != (wanted.shape, wanted.dtype):
        return float("inf")
    if wanted.dtype.kind not in "fc":
        return 0.0 if np.array_equal(found, wanted) else float("inf")
    if not np.array_equal(np.isnan(found), np.isnan(wanted)):
        return float("inf")
    same = (found == wanted) | np.isnan(wanted)
    with np.errstate(all="ignore"):
        far = np.where(same, 0, np.abs(found - wanted)).max(initial=0)
    return float(far / np.abs(wanted[np.isfinite(wanted)]).max(initial=1e-30))


def computed_by_rows(model: Any) -> bool:
    """Whether the model has a program."""
    return any(program is not None for program, _ in model._state.programs.values())


@pytest.mark.parametrize(("file", "fewest"), [("cases.zip", 12), ("ops.zip", 20)])
def test_every_case(kernel: library.Kernel, file: str, fewest: int) -> None:
    """Each graph gives NumPy's numbers in the first run, and in those by its program."""
    wrong, programs = {}, 0
    for name, artifacts, case in graphs.cases((DATA / file).read_bytes()):
        inputs = {key: graphs.array(value) for key, value in case["inputs"].items()}
        names = list(case["outputs"])
        model = pyio.graph_model_from_artifacts(artifacts)
        wanted = executed(model, inputs, names, None)
        for _ in range(3):
            found = executed(model, inputs, names, kernel)
            far = max(gap(a, b) for a, b in zip(found, wanted, strict=True))
            if not far <= CLOSE:
                wrong[name] = far
        programs += computed_by_rows(model)
    assert wrong == {}
    assert programs >= fewest


def test_a_real_model(real_models: Path, kernel: library.Kernel) -> None:
    """Spotify's basic-pitch gives NumPy's numbers, as near as its logarithms allow."""
    model = run(pyio.load_graph_model(f"file://{real_models}/model-pitches"))
    sound = np.sin(np.arange(43844) * 0.05).astype(np.float32).reshape(1, -1, 1)
    names = [each.key for each in model.outputs]
    wanted = executed(model, sound, names, None)
    for _ in range(2):
        for found, each in zip(executed(model, sound, names, kernel), wanted, strict=True):
            np.testing.assert_allclose(found, each, atol=1e-3)
    assert computed_by_rows(model)


def graph(*nodes: dict[str, Any]) -> pyio.GraphModel:
    return pyio.graph_model_from_artifacts(
        pyio.ModelArtifacts(model_topology={"node": list(nodes), "versions": {"producer": 1}})
    )


def outputs(model: Any, x: Any, names: Sequence[str], kernel: Any) -> list[Any]:
    """What NumPy computes, after it is checked that three runs with the kernel give the same."""
    wanted = executed(model, {"x": x}, list(names), None)
    for _ in range(3):
        found = executed(model, {"x": x}, list(names), kernel)
        for one, other in zip(found, wanted, strict=True):
            assert gap(one, other) <= CLOSE
    return wanted


def test_shapes_that_depend_on_numbers(kernel: library.Kernel) -> None:
    """A result whose shape depends on the numbers is right for other numbers of the same shape."""
    model = graph(
        placeholder("x", shape=[6]),
        node("Relu", "positive", "x"),
        node("Where", "where", "positive"),
        node("Shape", "count", "where"),
        node("GatherNd", "found", "positive", "where"),
        node("Tanh", "y", "found"),
    )
    for x in ([1, -1, 2, 3, -1, 0], [2, -1, 1, 4, -3, 0], [1, 1, 1, 1, 1, 1], [-1] * 6):
        outputs(model, np.array(x, np.float32), ["count", "y"], kernel)
    assert model._state.programs


def test_results_of_earlier_runs_stay(kernel: library.Kernel) -> None:
    """The outputs of a run, and views of tensors among them, do not change with the next run."""
    model = graph(
        placeholder("x", shape=[2, 3]),
        node("Tanh", "a", "x"),
        node("ZerosLike", "zeros", "a"),
        node("Relu", "b", "a"),
        node("Selu", "c", "b"),
    )
    names = ["a", "b", "c", "zeros"]
    first = np.arange(6, dtype=np.float32).reshape(2, 3)
    for _ in range(2):
        executed(model, {"x": first}, names, kernel)
    kept = executed(model, {"x": first}, names, kernel)
    copies = [each.copy() for each in kept]
    executed(model, {"x": -first}, names, kernel)
    for one, other in zip(kept, copies, strict=True):
        np.testing.assert_array_equal(one, other)
    assert computed_by_rows(model)
    np.testing.assert_array_equal(first, np.arange(6).reshape(2, 3))


def test_the_limit_of_work_counts(kernel: library.Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program does not run where NumPy would refuse the work."""
    model = graph(placeholder("x", shape=[50]), node("Tanh", "y", "x"))
    x = np.ones(50, np.float32)
    for _ in range(3):
        executed(model, {"x": x}, ["y"], kernel)
    assert computed_by_rows(model)
    monkeypatch.setattr(pyio.limits, "PREDICT_WORK", 0.1)
    with pytest.raises(pyio.ModelInputError, match="PREDICT_WORK"):
        executed(model, {"x": x}, ["y"], kernel)


WINDOW: dict[str, Any] = {"strides": [1, 1, 1, 1], "padding": "SAME", "data_format": "NHWC"}
NUMBERS = np.random.default_rng(5)


def numbers(*shape: int) -> Any:
    return NUMBERS.normal(size=shape).astype(np.float32)


def left_to_numpy(model: Any) -> list[str]:
    """The ops that the last program leaves to NumPy."""
    program, _ = list(model._state.programs.values())[-1]
    return [part.step.node.op for part in program.parts if hasattr(part, "step")]


@pytest.mark.parametrize("sides", [(), (3,), (1, 1, 3), (4, 1, 1), (4, 5, 3)])
def test_slopes(kernel: library.Kernel, sides: tuple[int, ...]) -> None:
    """Slopes below 0 broadcast, and a convolution can end with them."""
    weights = {"a": numbers(*sides), "k": numbers(3, 3, 3, 3), "b": numbers(3)}
    fused: dict[str, Any] = {"num_args": 2, "fused_ops": ["BiasAdd", "Prelu"]}
    nodes = [
        placeholder("x", shape=[2, 4, 5, 3]),
        node("_FusedConv2D", "c", "x", "k", "b", "a", **WINDOW, **fused),
        node("Prelu", "y", "c", "a"),
    ]
    model = graphs.model(nodes, weights)
    outputs(model, numbers(2, 4, 5, 3), ["c", "y"], kernel)
    assert left_to_numpy(model) == []


def test_a_product_that_leaks(kernel: library.Kernel) -> None:
    """A product can end with one slope for all."""
    fused: dict[str, Any] = {"fused_ops": ["BiasAdd", "LeakyRelu"], "leakyrelu_alpha": 0.3}
    weights = {"w": numbers(4, 6), "b": numbers(6)}
    nodes = [placeholder("x", shape=[5, 4]), node("_FusedMatMul", "y", "x", "w", "b", **fused)]
    model = graphs.model(nodes, weights)
    outputs(model, numbers(5, 4), ["y"], kernel)
    assert left_to_numpy(model) == []


@pytest.mark.parametrize("op", ["ResizeBilinear", "ResizeNearestNeighbor"])
@pytest.mark.parametrize("how", [{}, {"align_corners": True}, {"half_pixel_centers": True}])
def test_images_in_another_size(kernel: library.Kernel, op: str, how: dict[str, Any]) -> None:
    """Each way to resize gives NumPy's numbers, larger and smaller."""
    sizes = {"large": [9, 16], "small": [3, 2], "one": [1, 1]}
    nodes = [placeholder("x", shape=[2, 5, 6, 7])]
    nodes += [node(op, f"y_{name}", "x", name, **how) for name in sizes]
    weights = {name: np.array(size, np.int32) for name, size in sizes.items()}
    model = graphs.model(nodes, weights)
    outputs(model, numbers(2, 5, 6, 7), [f"y_{name}" for name in sizes], kernel)
    assert left_to_numpy(model) == []


def test_sums_of_several(kernel: library.Kernel) -> None:
    """AddN adds any number of tensors and constants."""
    nodes = [
        placeholder("x", shape=[3, 4]),
        node("Tanh", "a", "x"),
        node("Exp", "b", "a"),
        node("AddN", "two", "a", "b"),
        node("AddN", "y", "x", "a", "w", "b", "two"),
        node("AddN", "single", "y"),
    ]
    model = graphs.model(nodes, {"w": numbers(3, 4)})
    outputs(model, numbers(3, 4), ["a", "two", "y", "single"], kernel)
    assert left_to_numpy(model) == ["AddN"]


@pytest.mark.parametrize("name", ["Relu", "Relu6", "Elu", "Sigmoid", "Tanh", "LeakyRelu"])
def test_activations_are_joined_where_nothing_else_sees(kernel: library.Kernel, name: str) -> None:
    """An activation becomes part of the row before it, unless its input is used elsewhere."""
    weights = {"w": numbers(4, 4), "k": numbers(3, 3, 1, 4), "d": numbers(3, 3, 4, 1)}
    deep = {**WINDOW, "strides": [1, 1, 1, 1]}
    nodes = [
        placeholder("x", shape=[9, 4]),
        node("MatMul", "alone", "x", "w"),
        node(name, "one", "alone"),
        node("MatMul", "seen", "one", "w"),
        node(name, "two", "seen"),
        node("Add", "sum", "seen", "two"),
        node(name, "three", "sum"),
        node("Reshape", "flat", "three", "shape"),
        node(name, "four", "flat"),
        node("MatMul", "wanted", "three", "w"),
        node("Identity", "same", "wanted"),
        node(name, "five", "same"),
        node("Reshape", "image", "x", "sides"),
        node("Conv2D", "conv", "image", "k", **WINDOW),
        node(name, "six", "conv"),
        node("DepthwiseConv2dNative", "deep", "six", "d", **deep),
        node(name, "seven", "deep"),
    ]
    shapes = {"shape": np.array([36], np.int32), "sides": np.array([1, 6, 6, 1], np.int32)}
    model = graphs.model(nodes, {**weights, **shapes})
    names = ["one", "two", "three", "four", "wanted", "five", "seven"]
    outputs(model, numbers(9, 4), names, kernel)
    assert left_to_numpy(model) == []


def test_an_activation_of_what_numpy_has_made(kernel: library.Kernel) -> None:
    """A tensor that NumPy has made may lie where a row wrote before: that row stays as it is."""
    nodes = [
        placeholder("x", shape=[4, 4]),
        node("MatMul", "a", "x", "w"),
        node("Cumsum", "b", "a", "axis"),
        node("Relu", "c", "b"),
        node("Cumsum", "y", "c", "axis"),
    ]
    model = graphs.model(nodes, {"w": numbers(4, 5), "axis": np.array(0, np.int32)})
    outputs(model, numbers(4, 4), ["y"], kernel)
    assert left_to_numpy(model) == ["Cumsum", "Cumsum"]


@pytest.mark.parametrize("sides", [(), (1,), (4,), (1, 1, 1, 4), (6, 1), (6, 6, 4)])
def test_constants_are_joined_where_nothing_else_sees(
    kernel: library.Kernel, sides: tuple[int, ...]
) -> None:
    """A constant that is added becomes part of the row before it, if each column gets one."""
    weights = {"k": numbers(3, 3, 2, 4), "d": numbers(3, 3, 4, 1), "b": numbers(*sides)}
    weights |= {"two": numbers(3, 3, 4, 2), "w": numbers(4, 4), "rows": numbers(4)}
    nodes = [
        placeholder("x", shape=[2, 6, 6, 2]),
        node("Conv2D", "conv", "x", "k", **WINDOW),
        node("AddV2", "one", "conv", "b"),
        node("Relu6", "relu", "one"),
        node("DepthwiseConv2dNative", "deep", "relu", "d", **WINDOW),
        node("AddV2", "two_sum", "deep", "b"),
        node("AddV2", "three", "two_sum", "b"),
        node("Reshape", "flat", "three", "shape"),
        node("MatMul", "product", "flat", "w"),
        node("BiasAdd", "four", "product", "rows"),
        node("Conv2D", "seen", "one", "single", **WINDOW),
        node("AddV2", "five", "seen", "b"),
        node("AddV2", "six", "seen", "five"),
        node("DepthwiseConv2dNative", "twice", "six", "two", **WINDOW),
        node("AddV2", "seven", "twice", "eight"),
    ]
    weights |= {"single": numbers(1, 1, 4, 4), "eight": numbers(8)}
    shape = {"shape": np.array([72, 4], np.int32)}
    model = graphs.model(nodes, {**weights, **shape})
    outputs(model, numbers(2, 6, 6, 2), ["one", "four", "six", "seven"], kernel)
    assert left_to_numpy(model) == []


def test_constants_that_are_not_finite(kernel: library.Kernel) -> None:
    """An infinite constant is added after the product, as NumPy does."""
    weights = {"w": numbers(4, 3), "b": np.array([np.inf, -np.inf, np.nan], np.float32)}
    nodes = [
        placeholder("x", shape=[2, 4]),
        node("MatMul", "a", "x", "w"),
        node("AddV2", "y", "a", "b"),
    ]
    x = numbers(2, 4)
    x[1] = np.inf
    outputs(graphs.model(nodes, weights), x, ["y"], kernel)
