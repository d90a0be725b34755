"""Weights: values, matching by name, by normalised name, by order and shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pyio
from pyio import layers


def values(model: Any, seed: int = 0) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    return {
        weight.name: random.standard_normal(weight.shape).astype(np.float32)
        for weight in model.weights
    }


def two_layers(name: str = "m") -> Any:
    return pyio.Sequential(
        [layers.Dense(3, input_shape=(2,), name="a"), layers.Dense(3, name="b")], name
    )


def test_by_name() -> None:
    """Names that are equal match, in whatever order, and the report says so."""
    model = two_layers()
    given = values(model)
    report = model.load_weights(dict(reversed(given.items())))
    assert {match.how for match in report.matches} == {"name"}
    assert str(report) == "4 weights loaded (4 by name)"
    for name, value in model.named_weights():
        np.testing.assert_array_equal(value, given[name])
    assert model.load_report is report


@pytest.mark.parametrize(
    "spelling",
    [
        "sequential_1/{layer}/{weight}",
        "{layer}/{weight}:0",
        "{layer}/{layer}/{weight}:0",
        "{layer}/vars/{weight}",
        "_layer_checkpoint_dependencies/{layer}/vars/{index}",
        "{layer}/{index}",
        "layers/{layer}/vars/{index}",
        "model/encoder/{layer}/{weight}",
    ],
)
def test_by_normalised_name(spelling: str) -> None:
    """What Keras and its converters call weights is understood, also strictly."""
    model = two_layers()
    given = values(model)
    renamed = {}
    for name, value in given.items():
        layer, weight = name.split("/")
        index = ["kernel", "bias"].index(weight)
        renamed[spelling.format(layer=layer, weight=weight, index=index)] = value
    report = model.load_weights(renamed)
    assert len(report.matches) == 4
    for name, value in model.named_weights():
        np.testing.assert_array_equal(value, given[name])


@pytest.mark.parametrize("spelling", ["{}/lstm_cell/{}", "{}/lstm_cell_7/{}", "{}/cell/{}"])
def test_recurrent_layers_of_keras(spelling: str) -> None:
    """The name of the cell between layer and weight is skipped."""
    model = pyio.Sequential([layers.LSTM(2, input_shape=(3, 2), name="memory")])
    given = values(model)
    renamed = {spelling.format(*name.split("/")): value for name, value in given.items()}
    model.load_weights(renamed)
    np.testing.assert_array_equal(model.get_weights()[1], given["memory/recurrent_kernel"])


def test_strict_lists_everything_at_once() -> None:
    """One error names what is missing, what is left over and what has another shape."""
    model = two_layers()
    before = [weight.copy() for weight in model.get_weights()]
    given = {
        "a/kernel": np.zeros((2, 3)),
        "a/bias": np.zeros(4),
        "c/kernel": np.zeros((9, 9)),
        "c/bias": np.zeros(9),
    }
    with pytest.raises(pyio.WeightsError) as caught:
        model.load_weights(given)
    message = str(caught.value)
    assert "missing (2): b/kernel, b/bias" in message
    assert "left over (2): c/kernel, c/bias" in message
    assert "another shape (1): a/bias has [3], stored [4]" in message
    for weight, value in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, value)


def test_tolerant_takes_what_fits() -> None:
    """Without strict, missing and surplus weights are reported instead."""
    model = two_layers()
    report = model.load_weights({"a/bias": np.ones(3), "x/y": np.zeros((7, 7))}, strict=False)
    assert report.missing == ("a/kernel", "b/kernel", "b/bias")
    assert report.extra == ("x/y",)
    assert str(report).endswith("missing: a/kernel, b/kernel, b/bias; left over: x/y")
    np.testing.assert_array_equal(model.get_weights()[1], np.ones(3))


def test_tolerant_refuses_another_shape() -> None:
    """A weight of that name with another shape is an error in any case."""
    with pytest.raises(pyio.WeightsError, match=r"a/bias has \[3\], stored \[4\]"):
        two_layers().load_weights({"a/bias": np.ones(4)}, strict=False)


def test_by_order_and_shape() -> None:
    """Names that say nothing match in order where the shapes agree, but never strictly."""
    model = two_layers()
    given = list(values(model).values())
    nameless = {f"w{number}": value for number, value in enumerate(given)}
    with pytest.raises(pyio.WeightsError, match="missing \\(4\\)"):
        model.load_weights(nameless)
    report = model.load_weights(nameless, strict=False)
    assert [match.how for match in report.matches] == ["order and shape"] * 4
    for weight, value in zip(model.get_weights(), given, strict=True):
        np.testing.assert_array_equal(weight, value)


def test_names_that_could_mean_two_weights_match_neither() -> None:
    """If normalising makes two names equal, neither weight is matched."""
    model = two_layers()
    given = {"x/a/kernel": np.zeros((2, 3)), "y/a/kernel": np.ones((2, 3))}
    with pytest.raises(pyio.WeightsError, match="missing \\(4\\)"):
        model.load_weights(given)


@pytest.mark.filterwarnings("ignore::pyio.CompatibilityWarning")
def test_two_weights_of_one_name() -> None:
    """Layers of the same name in nested models are saved with the name of the model before it."""
    inner, other = two_layers("inner"), two_layers("other")
    tensor = pyio.Input(shape=(2,))
    model = pyio.Model(tensor, layers.Dense(2, name="a")(other(layers.Dense(2)(inner(tensor)))))
    with pytest.raises(pyio.WeightsError, match=r"missing.*inner/a/kernel.*other/a/kernel"):
        model.load_weights({})
    artifacts = pyio.model_to_artifacts(model)
    names = [spec.name for spec in artifacts.weight_specs or ()]
    assert {"inner/a/kernel", "other/a/kernel", "a/kernel"} <= set(names)
    again = pyio.model_from_artifacts(artifacts)
    x = np.ones((1, 2))
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    assert len({id(weight) for weight in again.weights}) == len(model.weights)
    with pytest.warns(pyio.CompatibilityWarning, match="two layers with weights are called 'a'"):
        pyio.model_to_artifacts(again)


def test_set_weights_is_all_or_nothing() -> None:
    """A list with one wrong shape, or of another length, changes nothing."""
    model = two_layers()
    before = [value.copy() for value in model.get_weights()]
    wrong = [np.zeros((2, 3)), np.zeros(3), np.zeros((3, 3)), np.zeros(5)]
    with pytest.raises(pyio.WeightsError, match=r"'b/bias' has the shape \[3\].*has \[5\]"):
        model.set_weights(wrong)
    with pytest.raises(pyio.WeightsError, match="has 4 weights; 3 arrays were given"):
        model.set_weights(wrong[:3])
    for value, old in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(value, old)


def test_values_of_another_kind() -> None:
    """float64 becomes float32; text is refused by name."""
    model = two_layers()
    model.set_weights([np.ones(weight.shape, np.float64) for weight in model.weights])
    assert {weight.dtype for weight in model.get_weights()} == {np.dtype(np.float32)}
    with pytest.raises(pyio.WeightsError, match="'a/bias' is float32; the array given is <U1"):
        model.weights[1].assign(np.array(["x"] * 3))


def test_initial_values_appear_when_they_are_needed() -> None:
    """Loading allocates nothing that is replaced at once; the first use makes the values."""
    layer = layers.Dense(3, input_shape=(2,), kernel_initializer="ones")
    model = pyio.Sequential([layer])
    assert model.weights[0]._value is None
    np.testing.assert_array_equal(model.predict([[1.0, 2.0]]), [[3, 3, 3]])


@pytest.mark.parametrize(
    ("part", "check"),
    [
        (pyio.initializers.zeros(), lambda v: (v == 0).all()),
        (pyio.initializers.ones(), lambda v: (v == 1).all()),
        (pyio.initializers.constant(3), lambda v: (v == 3).all()),
        (pyio.initializers.identity(2), lambda v: (v == 2 * np.eye(40)).all()),
        (pyio.initializers.random_uniform(1, 2), lambda v: 1 <= v.min() < 1.1 < 1.9 < v.max() <= 2),
        (pyio.initializers.random_normal(5, 0.5), lambda v: abs(v.mean() - 5) < 0.1 < v.std()),
        (pyio.initializers.truncated_normal(0, 1), lambda v: 1.5 < np.abs(v).max() <= 2),
        (pyio.initializers.orthogonal(), lambda v: np.allclose(v @ v.T, np.eye(40), atol=1e-5)),
        (pyio.initializers.glorot_uniform(), lambda v: 0.25 < np.abs(v).max() <= (6 / 80) ** 0.5),
        (pyio.initializers.he_normal(), lambda v: abs(v.std() - 0.88 * (2 / 40) ** 0.5) < 0.02),
        (pyio.initializers.le_cun_uniform(), lambda v: 0.25 < v.max() <= (3 / 40) ** 0.5),
    ],
)
def test_initializers(part: Any, check: Any) -> None:
    """Each initializer gives values with the properties that its name promises."""
    layer = layers.Dense(40, input_shape=(40,), kernel_initializer=part)
    model = pyio.Sequential([layer])
    assert check(model.get_weights()[0])


def test_a_seed_repeats() -> None:
    """The same seed gives the same values, another seed others."""

    def kernel(seed: int) -> Any:
        initial = pyio.initializers.glorot_normal(seed)
        layer = layers.Dense(5, input_shape=(5,), kernel_initializer=initial)
        return pyio.Sequential([layer]).get_weights()[0]

    np.testing.assert_array_equal(kernel(1), kernel(1))
    assert (kernel(1) != kernel(2)).any()


def test_forget_gates_start_open() -> None:
    """unit_forget_bias lets the bias of the forget gate, the second of four, start from 1."""
    model = pyio.Sequential([layers.LSTM(2, unit_forget_bias=True, input_shape=(3, 1))])
    np.testing.assert_array_equal(model.get_weights()[2], [0, 0, 1, 1, 0, 0, 0, 0])


def test_weights_are_copied() -> None:
    """Arrays that come out of a model, or went into it, can be changed without changing it."""
    model = two_layers()
    values = [np.ones(weight.shape, np.float32) for weight in model.weights]
    named = {weight.name: np.ones(weight.shape, np.float32) for weight in model.weights}
    for assign, arrays in (
        (model.set_weights, values),
        (model.load_weights, named),
    ):
        assign(arrays)
        before = model.predict([[1.0, 2.0]])
        given = arrays.values() if isinstance(arrays, dict) else arrays
        for array in [*given, *model.get_weights(), *model.layers[0].get_weights()]:
            array[:] = 7
        np.testing.assert_allclose(model.predict([[1.0, 2.0]]), before, rtol=1e-6)
        assert all((value == 1).all() for value in model.get_weights())


def test_weights_that_were_loaded_can_be_changed() -> None:
    """Getting, changing and setting weights works on a loaded model as on a new one."""
    model = pyio.model_from_artifacts(pyio.model_to_artifacts(two_layers()))
    values = model.get_weights()
    values[0] += 1
    model.set_weights(values)
    np.testing.assert_array_equal(model.get_weights()[0], values[0])


@pytest.mark.parametrize("given", [[np.ones(3)], None, {0: np.ones(3)}])
def test_weights_without_names(given: Any) -> None:
    """load_weights needs names; the error says which function takes arrays without names."""
    with pytest.raises(pyio.WeightsError, match="dict of name -> array; set_weights takes"):
        two_layers().load_weights(given)


def test_weights_that_are_no_arrays() -> None:
    """set_weights takes a list; ragged lists are named."""
    model = two_layers()
    for given in (None, 3, {"a/kernel": np.ones(3)}):
        with pytest.raises(pyio.WeightsError, match="takes a list of arrays; got a"):
            model.set_weights(given)
    ragged = [[[1.0], [1.0, 2.0]], *model.get_weights()[1:]]
    with pytest.raises(pyio.WeightsError, match="'a/kernel' are lists of different lengths"):
        model.set_weights(ragged)
    with pytest.raises(pyio.WeightsError, match="'a/kernel' are lists of different lengths"):
        model.load_weights({"a/kernel": [[1.0], [1.0, 2.0]]})


def through(model: pyio.LayersModel) -> pyio.LayersModel:
    """The model after it was saved and loaded."""
    return pyio.model_from_artifacts(pyio.model_to_artifacts(model))


@pytest.mark.filterwarnings("ignore::pyio.CompatibilityWarning")
@pytest.mark.parametrize("wrapped_first", [True, False])
def test_a_layer_in_a_wrapper_and_beside_it(wrapped_first: bool) -> None:
    """Its weights are saved once, and both places have them after loading."""
    shared = layers.Dense(2, name="words")
    a, b = pyio.Input(shape=[3]), pyio.Input(shape=[5, 3])
    if wrapped_first:
        steps = layers.TimeDistributed(layer=shared)(b)
        one = shared(a)
    else:
        one = shared(a)
        steps = layers.TimeDistributed(layer=shared)(b)
    model = pyio.Model([a, b], [one, steps])
    copy = through(model)
    x = [np.ones((1, 3)), np.ones((1, 5, 3))]
    for ours, theirs in zip(copy.predict(x), model.predict(x), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert len(copy.weights) == len(model.weights) == 2
    copy.set_weights([np.zeros((3, 2)), np.ones(2)])
    assert (copy.predict(x)[1] == 1).all()
    saved = pyio.model_to_artifacts(copy)
    assert saved.weight_specs == pyio.model_to_artifacts(model).weight_specs


@pytest.mark.filterwarnings("ignore::pyio.CompatibilityWarning")
@pytest.mark.parametrize("at_the_top", [True, False])
@pytest.mark.parametrize("make", [lambda: layers.Dense(3, name="s"), lambda: two_layers("s")])
def test_a_layer_in_two_models(at_the_top: bool, make: Any) -> None:
    """A layer or a whole model in a nested model and beside it, or in two nested models."""
    shared = make()

    def nested(name: str) -> pyio.LayersModel:
        x = pyio.Input(shape=(2,))
        return pyio.Model(x, shared(x), name=name)

    x = pyio.Input(shape=(2,))
    other = shared if at_the_top else nested("second")
    model = pyio.Model(x, [nested("first")(x), other(x)])
    copy = through(model)
    ours, theirs = copy.predict(np.ones((1, 2))), model.predict(np.ones((1, 2)))
    for one, other_one in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other_one)
    assert len(copy.weights) == len(model.weights)
    with pytest.warns(pyio.CompatibilityWarning, match="in two places"):
        pyio.model_to_artifacts(copy)


@pytest.mark.filterwarnings("ignore::pyio.CompatibilityWarning")
def test_a_layer_twice_in_a_sequential() -> None:
    """It is the same layer after loading."""
    dense = layers.Dense(2, name="d")
    model = pyio.Sequential([layers.InputLayer(input_shape=(2,)), dense, dense])
    copy = through(model)
    assert copy.layers[-1] is copy.layers[-2]
    np.testing.assert_array_equal(copy.predict(np.ones((1, 2))), model.predict(np.ones((1, 2))))


def test_a_tensor_is_replaced_and_not_written_into() -> None:
    """Matrices and plans are made of the tensors, so a change in place would go unnoticed."""
    model = pyio.Sequential([pyio.layers.Dense(2, input_shape=[2])])
    layer: Any = model.layers[0]
    kernel = layer.kernel
    for _ in range(2):
        with pytest.raises(ValueError, match="read-only"):
            kernel.value[...] = 1
        kernel.assign(np.ones((2, 2), np.float32))
    mine = model.get_weights()[0]
    mine[...] = 3  # an array of the caller's own
    np.testing.assert_array_equal(kernel.value, 1)
