"""Running graphs: plans, values that are freed, control flow, functions, lists and tables."""

from __future__ import annotations

import itertools
import weakref
from typing import Any

import numpy as np
import pytest

import pyio
from pyio import limits
from pyio.models.graph_models import kernel
from pyio.models.graph_models.ops.table import OPS, Op
from tests.support.graphs import function, graph, model, node, placeholder
from tests.support.models import run

X = placeholder("x", shape=[-1])


@pytest.fixture
def peak(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The largest number of results of the op Neg that lived at once."""
    living: weakref.WeakSet[Any] = weakref.WeakSet()
    seen = {"most": 0}

    class Token:
        pass

    def negative(x: Any) -> Any:
        result = np.negative(x)
        token = Token()
        living.add(token)
        weakref.finalize(result, lambda _held: None, token)
        seen["most"] = max(seen["most"], len(living))
        return result

    monkeypatch.setitem(OPS, "Neg", Op(negative, {}))
    return seen


def chain(length: int, start: str = "x") -> list[Any]:
    names = [start, *(f"n{index}" for index in range(length))]
    return [node("Neg", after, before) for before, after in itertools.pairwise(names)]


def test_values_are_freed_after_their_last_use(peak: dict[str, int]) -> None:
    """A chain of 500 nodes has two results at once, and one that branches has three."""
    built = model([X, *chain(500)])
    np.testing.assert_array_equal(built.predict(np.ones(3, np.float32)), np.ones(3))
    assert peak["most"] == 2
    branched = model([X, *chain(50), node("Add", "end", "n0", "n49")])
    branched.predict(np.ones(3, np.float32))
    assert peak["most"] == 3


def loop_v1(turns: str = "5", body: list[Any] | None = None) -> list[Any]:
    """A frame that negates x so often; the counter starts at 0."""
    return [
        X,
        node("Enter", "i0", "zero", frame_name="Loop"),
        node("Enter", "v0", "x", frame_name="Loop"),
        node("Enter", "limit", turns, frame_name="Loop", is_constant=True),
        node("Merge", "i", "i0", "inext"),
        node("Merge", "v", "v0", "vnext"),
        node("Less", "less", "i", "limit"),
        node("LoopCond", "cond", "less"),
        node("Switch", "is", "i", "cond"),
        node("Switch", "vs", "v", "cond"),
        node("AddV2", "i1", "is:1", "one"),
        *(body or [node("Neg", "v1", "vs:1")]),
        node("NextIteration", "inext", "i1"),
        node("NextIteration", "vnext", "v1"),
        node("Exit", "out", "vs"),
        node("Exit", "count", "is"),
    ]


NUMBERS: dict[str, Any] = {"zero": np.int32(0), "one": np.int32(1), "turns": np.int32(5)}


def test_a_loop_keeps_one_turn(peak: dict[str, int]) -> None:
    """A loop of 200 turns holds the values of one turn, and the one that is handed on."""
    built = model(loop_v1("turns"), NUMBERS | {"turns": np.int32(201)})
    result, count = built.execute(np.arange(3, dtype=np.float32), ["out", "count"])
    np.testing.assert_array_equal(result, [0, -1, -2])
    assert count == 201
    assert peak["most"] <= 3


def test_a_plan_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same inputs and outputs use one plan, functions too; attributes are not read again."""
    body = function(
        "body",
        ["i", "v"],
        [
            node("AddV2", "i1", "i", "step"),
            node("Neg", "v1", "v"),
            node("Const", "step"),
        ],
        {"a": "i1:z:0", "b": "v1:y:0"},
    )
    cond = function(
        "cond",
        ["i", "v"],
        [node("Less", "less", "i", "most"), node("Const", "most")],
        {"c": "less:z:0"},
    )
    built = model(
        [
            X,
            node(
                "StatelessWhile",
                "w",
                "zero",
                "x",
                cond={"func": {"name": "cond"}},
                body={"func": {"name": "body"}},
            ),
            node("Identity", "out", "w:1"),
        ],
        {"zero": np.int32(0), "step": np.int32(1), "most": np.int32(7)},
        functions=[body, cond],
    )
    x = np.ones(2, np.float32)
    np.testing.assert_array_equal(built.predict(x), [-1, -1])
    assert built._state.plans_made == 3, "the graph and two functions"
    monkeypatch.setattr(kernel, "value_of", None)
    for _ in range(3):
        built.predict(x)
    assert built._state.plans_made == 3
    monkeypatch.undo()
    built.execute({"x": x}, "w:0")
    assert built._state.plans_made == 4


def test_a_chain_of_many_nodes_needs_no_recursion() -> None:
    """10,000 nodes one after another run."""
    assert model([X, *chain(10_000)]).predict(np.ones(1, np.float32)) == 1


def test_any_node_may_be_given_and_asked_for() -> None:
    """What lies before a given node is not needed; several outputs are asked for by number."""
    built = model(
        [
            placeholder("a"),
            node("Unpack", "parts", "a", num=2),
            node("Neg", "b", "parts:1"),
            node("AddV2", "c", "b", "parts"),
        ]
    )
    a = np.array([[1.0], [2.0]], np.float32)
    np.testing.assert_array_equal(built.execute(a), [-1])
    first, second = built.execute(a, ["parts", "parts:1"])
    assert (first, second) == (1, 2)
    assert built.execute({"parts:1": np.float32(5)}, "b") == -5
    assert built.execute({"b": np.float32(5), "parts": np.float32(1)}, ["c"]) == 6
    both = {"parts:1": np.float32(5), "parts": np.float32(1)}
    assert built.execute(both, "c") == -4
    assert built.execute(dict(reversed(both.items())), "c") == -4
    with pytest.raises(pyio.ModelInputError, match="no output 2"):
        built.execute(a, "parts:2")
    with pytest.raises(pyio.ModelInputError, match="only other outputs were given"):
        built.execute({"parts:1": np.float32(5)}, "c")


def test_results_are_the_callers_own() -> None:
    """Changing a result changes neither the input, nor a weight, nor another result."""
    built = model(
        [X, node("Identity", "y", "x"), node("Identity", "w1", "w"), node("Identity", "w2", "w")],
        {"w": np.ones(2, np.float32)},
    )
    x = np.zeros(2, np.float32)
    for _ in range(2):
        results = built.execute(x, ["y", "w1", "w2", "w"])
        assert [each.tolist() for each in results] == [[0, 0], [1, 1], [1, 1], [1, 1]]
        for index, each in enumerate(results):
            each += 10 * (index + 1)
    assert x.tolist() == [0, 0]


@pytest.mark.parametrize("given", [3.0, -3.0])
def test_a_condition_of_tf_1(given: float) -> None:
    """Switch and Merge: constants live only on the side that was taken; the other is an error."""
    built = model(
        [
            placeholder("p", shape=[]),
            node("Greater", "yes", "p", "zero"),
            node("Switch", "s", "p", "yes"),
            node("Identity", "t", "s:1"),
            node("Identity", "f", "s"),
            node("Const", "ten", "^t"),
            node("Const", "twenty", "^f"),
            node("Mul", "a", "s:1", "ten"),
            node("Mul", "b", "s", "twenty"),
            node("Merge", "m", "b", "a"),
        ],
        {"zero": np.float32(0), "ten": np.float32(10), "twenty": np.float32(20)},
    )
    value, index = built.execute(np.float32(given), ["m", "m:1"])
    assert (value, index) == ((30, 1) if given > 0 else (-60, 0))
    with pytest.raises(pyio.ModelInputError, match="not taken"):
        built.execute(np.float32(given), "b" if given > 0 else "a")


def test_a_loop_inside_of_a_condition_does_not_run() -> None:
    """A loop on the side that was not taken has no values; its Merge gives the other side."""
    nodes = loop_v1("turns")
    nodes[2] = node("Enter", "v0", "s:1", frame_name="Loop")
    built = model(
        [*nodes, node("Switch", "s", "x", "wanted"), node("Merge", "m", "s", "out")],
        NUMBERS | {"wanted": np.array(False)},
    )
    x = np.array([4.0], np.float32)
    assert built.execute(x, "m") == 4
    taken = model(
        [*nodes, node("Switch", "s", "x", "wanted"), node("Merge", "m", "s", "out")],
        NUMBERS | {"wanted": np.array(True)},
    )
    assert taken.execute(x, "m") == -4


def test_inside_of_a_loop_nothing_can_be_asked_for() -> None:
    """A node in a loop has many values, which is an error that says so."""
    built = model(loop_v1("turns"), NUMBERS)
    with pytest.raises(pyio.ModelInputError, match="inside of a loop"):
        built.execute(np.ones(1, np.float32), "v1")


def test_loops_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """More turns than `limits.GRAPH_ITERATIONS` are an error, in frames and in functions."""
    monkeypatch.setattr(limits, "GRAPH_ITERATIONS", 100)
    x = np.ones(1, np.float32)
    with pytest.raises(pyio.ModelInputError, match="GRAPH_ITERATIONS"):
        model(loop_v1("turns"), NUMBERS | {"turns": np.int32(101)}).predict(x)
    same = function("same", ["v"], [], {"v": "v"})
    endless = model(
        [
            X,
            node(
                "While", "w", "x", cond={"func": {"name": "same"}}, body={"func": {"name": "same"}}
            ),
        ],
        functions=[same],
    )
    with pytest.raises(pyio.ModelInputError, match="GRAPH_ITERATIONS"):
        endless.predict(x)
    monkeypatch.setattr(limits, "GRAPH_ITERATIONS", None)
    assert model(loop_v1("turns"), NUMBERS | {"turns": np.int32(101)}).execute(x, "count") == 101


@pytest.mark.parametrize(
    ("value", "dtype", "side"),
    [
        (0.0, "DT_FLOAT", "no"),
        (2.0, "DT_FLOAT", "yes"),
        ("", "DT_STRING", "no"),
        ("a", "DT_STRING", "yes"),
    ],
)
def test_conditions_need_not_be_bools(value: Any, dtype: str, side: str) -> None:
    """If takes numbers that are not 0, and texts that are not empty."""
    sides = [
        function(name, ["v"], [node("Const", name)], {"r": f"{name}:output:0"})
        for name in ("yes", "no")
    ]
    built = model(
        [
            placeholder("p", dtype, []),
            node(
                "If",
                "r",
                "p",
                "p",
                then_branch={"func": {"name": "yes"}},
                else_branch={"func": {"name": "no"}},
            ),
        ],
        {"yes": np.int32(1), "no": np.int32(0)},
        functions=sides,
    )
    given = np.array(value, object if dtype == "DT_STRING" else np.float32)
    assert built.predict(given) == (side == "yes")


@pytest.mark.parametrize(("index", "expected"), [(0, 10), (1, 20), (2, 20), (-1, 20)])
def test_one_of_several_functions(index: int, expected: int) -> None:
    """Case runs one of its functions, the last for a number beyond them; so does _SwitchN."""
    sides = [
        function(name, ["v"], [node("Const", name)], {"r": f"{name}:output:0"})
        for name in ("a", "b")
    ]
    branches = {"list": {"func": [{"name": "a"}, {"name": "b"}]}}
    weights = {"a": np.int32(10), "b": np.int32(20)}
    i = placeholder("i", "DT_INT32", [])
    built = model([i, node("Case", "r", "i", "i", branches=branches)], weights, functions=sides)
    assert built.predict(np.int32(index)) == expected
    parts = [node("_SwitchN", "s", "i", "i", num_outs=2), node("AddV2", "p", "s", "a")]
    parts += [node("AddV2", "q", "s:1", "b"), node("Merge", "m", "p", "q")]
    assert model([i, *parts], weights).execute(np.int32(index), "m") == expected + index


def test_the_initializer_runs_once_and_when_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that the initializer fills, by its node's name; a captured one by its resource."""
    runs = []
    filled = OPS["InitializeTableV2"].function

    def counted(*inputs: Any) -> Any:
        runs.append(1)
        return filled(*inputs)

    monkeypatch.setitem(OPS, "InitializeTableV2", Op(counted, {}))
    words = node("HashTableV2", "table", key_dtype="DT_STRING", value_dtype="DT_INT32")
    find = [placeholder("x", "DT_STRING"), node("LookupTableFindV2", "y", "t", "x", "none")]
    start = [
        words,
        node("Const", "keys"),
        node("Const", "values"),
        node("InitializeTableV2", "fill", "table", "keys", "values"),
        node("NoOp", "end", "^fill"),
    ]
    weights = {
        "none": np.int32(-1),
        "values": np.array([7, 8], np.int32),
        "keys": np.array(["a", "ä"], object),
    }
    by_name = pyio.graph_model_from_artifacts(
        graph(
            [dict(words), node("Identity", "t", "table"), *find, node("Const", "none")],
            weights,
            model_initializer={"node": start},
        )
    )
    by_resource = pyio.graph_model_from_artifacts(
        graph(
            [node("Placeholder", "t", dtype={"type": "DT_RESOURCE"}), *find, node("Const", "none")],
            weights,
            model_initializer={"node": start},
            initializer_signature={"outputs": {"o": {"name": "table:0", "resourceId": 3}}},
            signature={
                "inputs": {"x": {"name": "x:0"}, "t": {"name": "t:0", "resourceId": 3}},
                "outputs": {"y": {"name": "y:0"}},
            },
        )
    )
    for built in (by_name, by_resource):
        runs.clear()
        assert [each.key for each in built.inputs] == ["x"]
        assert runs == []
        for _ in range(2):
            found = built.execute(np.array([["ä", "b"], ["a", ""]], object), "y")
            assert found.tolist() == [[8, -1], [7, -1]]
        assert runs == [1]


def test_text_is_str_outside_and_bytes_inside() -> None:
    """Text goes in as str, bytes or NumPy text, and comes out as str, undecodable bytes too."""
    built = model([placeholder("x", "DT_STRING"), node("StringUpper", "y", "x")])
    for given in (
        np.array(["ab", "c"]),
        np.array([b"ab", b"c"]),
        ["ab", "c"],
        np.array([b"ab", "c"], object),
    ):
        assert built.predict(given).tolist() == ["AB", "C"]
    assert built.predict(np.array(b"\xffa", object)).item() == "\udcffA"


def test_random_ops_give_other_numbers_each_time() -> None:
    """Only shapes, dtypes and ranges of random numbers are known."""
    built = model(
        [
            node("RandomUniform", "u", "shape"),
            node("RandomStandardNormal", "n", "shape"),
            node("TruncatedNormal", "t", "shape"),
            node("RandomUniformInt", "i", "shape", "low", "high"),
            node("Multinomial", "m", "logits", "count"),
        ],
        {
            "shape": np.array([50, 40], np.int32),
            "low": np.int32(3),
            "high": np.int32(6),
            "logits": np.array([[0, 50, 0], [50, 0, 0]], np.float32),
            "count": np.int32(9),
        },
    )
    names = ["u", "n", "t", "i", "m"]
    u, n, t, i, m = built.execute({}, names)
    assert u.shape == n.shape == t.shape == i.shape == (50, 40)
    assert u.dtype == n.dtype == t.dtype == np.float32
    assert 0 <= u.min() < 0.1 < 0.9 < u.max() < 1
    assert np.abs(t).max() <= 2 < np.abs(n).max()
    assert set(i.ravel()) == {3, 4, 5}
    assert m.tolist() == [[1] * 9, [0] * 9]
    assert not np.array_equal(u, built.execute({}, "u"))


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("RandomUniform", []),
        ("RandomNormal", []),
        ("TruncatedNormal", []),
        ("RandomUniformInt", ["low", "high"]),
        ("RandomUniformFullInt", []),
    ],
)
def test_keys_and_counters_of_random_numbers(kind: str, more: list[str]) -> None:
    """Ops that take a key give what ops with seeds give, which are compared with TensorFlow's."""
    dtype = {"dtype": "DT_INT32" if "Int" in kind else "DT_FLOAT"}
    weights = {
        "shape": np.array([5, 3], np.int32),
        "seeds": np.array([3, -4], np.int32),
        "low": np.int32(-9),
        "high": np.int32(70),
    }
    built = model(
        [
            node("StatelessRandomGetKeyCounter", "key", "seeds"),
            node("StatelessRandomGetAlg", "algorithm"),
            node(f"Stateless{kind}", "old", "shape", "seeds", *more, **dtype),
            node(f"Stateless{kind}V2", "new", "shape", "key", "key:1", "algorithm", *more, **dtype),
        ],
        weights,
    )
    old, new = built.execute({}, ["old", "new"])
    assert old.shape == (5, 3)
    assert np.array_equal(old, new)
    with pytest.raises(pyio.ModelInputError, match="Words"):
        built.execute({}, "key")


def test_seeds_that_may_have_been_cut_off() -> None:
    """A constant seed of 64 bits is cut off where it is imported: an error, never other numbers."""
    weights = {"shape": np.array([2], np.int32), "seeds": np.array([2**31 - 1, 0], np.int32)}
    built = model([node("StatelessRandomUniform", "y", "shape", "seeds")], weights)
    with pytest.raises(pyio.OpError, match="cut off"):
        built.execute({}, "y")


def test_a_graph_model_is_saved_as_it_was(tmp_path: Any) -> None:
    """Saving writes topology and weights unchanged, and the saved model predicts the same."""
    stored = graph(
        [X, node("AddV2", "y", "x", "w")],
        {"w": np.float32(2)},
        user_defined_metadata={"a": [1]},
        generated_by="2.19.1",
    )
    built = pyio.graph_model_from_artifacts(stored)
    run(built.save(f"file://{tmp_path}/m"))
    again = run(pyio.load_artifacts(f"file://{tmp_path}/m"))
    assert again.model_topology == stored.model_topology
    assert (again.format, again.generated_by) == ("graph-model", "2.19.1")
    loaded = run(pyio.load_graph_model(f"file://{tmp_path}/m"))
    assert loaded.user_defined_metadata == {"a": [1]}
    assert loaded.predict(np.ones(1, np.float32)) == 3
    pending = built.save("memory://x")
    assert "await it" in repr(pending)
    pending.close()
