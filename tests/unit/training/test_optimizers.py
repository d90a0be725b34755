"""Optimizers: those of Keras, clipping, penalties and constraints, and their saved state."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import pyio
from pyio.models.core.weight import Weight
from pyio.models.training.state import RunningOptimizer, commit
from tests.support.models import run
from tests.unit.training.test_fit import X, Y, dense, fitted, same

START = np.array([1.0, -2.0, 0.5], np.float32)
GRADIENTS = [np.random.default_rng(n).normal(size=3).astype(np.float32) * 3 for n in range(6)]


def moved(optimizer: Any, count: int = 2) -> list[Any]:
    """Two weights after the steps; the second one has twice the gradients."""
    weights = [Weight(f"w{n}", (3,), "float32", lambda *_: START.copy()) for n in range(count)]
    running = RunningOptimizer(
        {"class_name": optimizer.class_name, "config": dict(optimizer.config)}, {}
    )
    for gradient in GRADIENTS:
        commit(running.changes(weights, [gradient * (n + 1) for n in range(count)]))
    return [weight.value.tolist() for weight in weights]


def reference(kind: str) -> list[float]:
    """The formulas of Keras 3 for one weight, in double precision."""
    w, m, v, product = START.astype(np.float64), np.zeros(3), np.zeros(3), 1.0
    rate, b1, b2, decay = 0.01, 0.9, 0.999, 0.1
    for t, gradient in enumerate(GRADIENTS, 1):
        g = gradient.astype(np.float64)
        if kind == "adamw":
            w = w - rate * decay * w
        m, v = m + (g - m) * (1 - b1), v + (g * g - v) * (1 - b2)
        if kind == "adamw":
            w = w - rate * np.sqrt(1 - b2**t) / (1 - b1**t) * m / (
                np.sqrt(v) + 1e-7 * np.sqrt(1 - b2**t)
            )
            continue
        now, after = b1 * (1 - 0.5 * 0.96**t), b1 * (1 - 0.5 * 0.96 ** (t + 1))
        product *= now
        ahead = after * m / (1 - product * after) + (1 - now) * g / (1 - product)
        w = w - rate * ahead / (np.sqrt(v / (1 - b2**t)) + 1e-7)
    return w.tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", ["adamw", "nadam"])
def test_optimizers_of_keras(kind: str) -> None:
    """AdamW and Nadam compute what Keras 3 computes."""
    made = pyio.optimizers.adamw(0.01, 0.1) if kind == "adamw" else pyio.optimizers.nadam(0.01)
    np.testing.assert_allclose(moved(made)[0], reference(kind), rtol=1e-5)


def test_clipping() -> None:
    """By value, by the length of each gradient, and by that of all together."""
    sgd = pyio.optimizers.sgd
    lengths = [float(np.linalg.norm(g)) for g in GRADIENTS]
    by_norm = START - 0.1 * sum(g / max(1, n) for g, n in zip(GRADIENTS, lengths, strict=True))
    np.testing.assert_allclose(moved(sgd(0.1, clipnorm=1))[0], by_norm, rtol=1e-5)
    by_value = START - 0.1 * sum(np.clip(g, -0.5, 0.5) for g in GRADIENTS)
    np.testing.assert_allclose(moved(sgd(0.1, clipvalue=0.5))[0], by_value, rtol=1e-5)
    of_both = [n * np.sqrt(5) for n in lengths]
    by_all = START - 0.1 * sum(2 * g / max(1, n) for g, n in zip(GRADIENTS, of_both, strict=True))
    np.testing.assert_allclose(moved(sgd(0.1, global_clipnorm=1))[1], by_all, rtol=1e-5)
    with pytest.raises(pyio.InvalidModelError, match="expected one of"):
        sgd(0.1, clipnorm=1, clipvalue=1)
    with pytest.raises(pyio.InvalidModelError, match="a number above 0"):
        sgd(0.1, clipnorm=-1)


EVERY = {
    name: getattr(pyio.optimizers, name) for name in pyio.optimizers.__all__ if name != "Optimizer"
}


@pytest.mark.parametrize("name", EVERY)
def test_a_single_number(name: str) -> None:
    """A weight that is one number moves as each number of an array does."""
    made = getattr(pyio.optimizers, name)()
    config = {"class_name": made.class_name, "config": dict(made.config)}
    weights = [Weight("w", shape, "float32", lambda *s: np.ones(s[0], "f")) for shape in ((), (3,))]
    for weight in weights:
        running = RunningOptimizer(config, {})
        for gradient in (0.5, -0.2, 0.0):
            commit(running.changes([weight], [np.full(weight.shape, gradient, np.float32)]))
    assert weights[0].value.shape == ()
    assert (weights[0].value == weights[1].value).all()
    assert weights[0].value != 1


@pytest.mark.parametrize("name", EVERY)
def test_a_training_is_resumed(name: str) -> None:
    """Saved with its optimizer and loaded, a training goes on as if nothing had happened."""
    warnings.simplefilter("ignore", pyio.CompatibilityWarning)
    wanted, model = dense(optimizer=EVERY[name]()), dense(optimizer=EVERY[name]())
    fitted(wanted, X, Y, epochs=5, batch_size=4, shuffle=False)
    fitted(model, X, Y, epochs=3, batch_size=4, shuffle=False)
    run(model.save("memory://half", include_optimizer=True))
    half = run(pyio.load_layers_model("memory://half"))
    assert same(half.optimizer_weights.values(), model.optimizer_weights.values())
    assert list(half.optimizer_weights) == list(model.optimizer_weights)
    fitted(half, X, Y, epochs=5, initial_epoch=3, batch_size=4, shuffle=False)
    for one, other in zip(half.get_weights(), wanted.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert half.optimizer.iterations == 15
    if len(half.optimizer_weights) > 1:
        assert half.optimizer.report is not None
        assert half.optimizer.report.how == "position"
    half.compile(EVERY[name](), "mse")
    assert half.optimizer_weights == {}


@pytest.mark.parametrize(
    ("optimizer", "words"),
    [
        (pyio.optimizers.adamw(), "the optimizer AdamW"),
        (pyio.optimizers.nadam(), "the optimizer Nadam"),
        (pyio.optimizers.adamax(), "the state of Adamax"),
        (pyio.optimizers.adam(clipnorm=1), "clipnorm in the optimizer"),
        (pyio.optimizers.adam(), None),
    ],
)
def test_what_tensorflow_cannot_read(optimizer: Any, words: str | None) -> None:
    """Saving the optimizer warns about what TensorFlow.js does not have."""
    model = dense(optimizer=optimizer)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(model.save("memory://m"))
        assert caught == []
        run(model.save("memory://m", include_optimizer=True))
    said = [str(each.message) for each in caught]
    assert len(said) == (0 if words is None else 1)
    assert words is None or words in said[0]


def test_a_state_that_does_not_fit() -> None:
    """After freezing, a state is matched by name without the suffix of TensorFlow.js, or anew."""
    model = dense()
    model.train_on_batch(X, Y)
    state = model.optimizer_weights
    renamed = {}
    for name, value in state.items():
        weight, slash, kind = name.rpartition("/")
        renamed[f"{weight}_1{slash}{kind}" if slash else name] = value
    other = dense()
    for one, two in zip(other.layers, model.layers, strict=True):
        one.name, one.set_weights = two.name, one.set_weights
        for a, b in zip(one.weights, two.weights, strict=True):
            a.name = b.name
            a.assign(b.value)
    other.layers[0].trainable = False
    other.optimizer_weights = renamed
    other.train_on_batch(X, Y)
    report = other.optimizer.report
    assert report.how == "name"
    assert len(report.matched) == 2
    assert len(report.extra) == 4
    model.layers[0].trainable = False
    model.train_on_batch(X, Y)
    for one, two in zip(other.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)
    strange = dense()
    strange.optimizer_weights = {"iter": np.array(3, np.int32), "x/m": np.ones(2)}
    strange.train_on_batch(X, Y)
    assert len(strange.optimizer.report.started) == 4
    assert "started anew" in repr(strange.optimizer.report)
    assert strange.optimizer.iterations == 4


def test_settings_of_keras() -> None:
    """A training config of Keras trains as well: its names are those of Python."""
    model = dense(optimizer="sgd")
    model.training_config["optimizer_config"] = {
        "class_name": "Adam",
        "config": {"learning_rate": 0.02, "beta_1": 0.8, "beta_2": 0.99, "epsilon": None},
    }
    wanted = dense(optimizer=pyio.optimizers.adam(0.02, 0.8, 0.99))
    for each in (model, wanted):
        each.train_on_batch(X, Y)
    assert same(model.get_weights(), wanted.get_weights())
    model.optimizer.learning_rate = 0.5
    assert model.training_config["optimizer_config"]["config"]["learning_rate"] == 0.5
    model.training_config["optimizer_config"] = {"class_name": "Lion", "config": {}}
    model.optimizer_weights = {}
    with pytest.raises(pyio.InvalidModelError, match="'Lion' is not one of"):
        model.train_on_batch(X, Y)


def test_a_centered_rmsprop_has_no_nan() -> None:
    """A gradient of 0 makes NaN in TensorFlow.js."""
    weight = Weight("w", (1,), "float32", lambda *_: np.ones(1, np.float32))
    made = pyio.optimizers.rmsprop(centered=True)
    running = RunningOptimizer({"class_name": "RMSProp", "config": dict(made.config)}, {})
    for gradient in (0.0, 0.0, 1e-6, 0.5):
        commit(running.changes([weight], [np.full(1, gradient, np.float32)]))
        assert np.isfinite(weight.value).all()


CONSTRAINTS: list[tuple[Any, Any]] = [
    (pyio.constraints.max_norm(1, axis=0), lambda w: (np.linalg.norm(w, axis=0) <= 1.0001).all()),
    (pyio.constraints.unit_norm(axis=1), lambda w: np.allclose(np.linalg.norm(w, axis=1), 1)),
    (pyio.constraints.non_neg(), lambda w: (w >= 0).all() and (w > 0).any()),
    (
        pyio.constraints.min_max_norm(0.5, 0.6, axis=0),
        lambda w: (abs(np.linalg.norm(w, axis=0) - 0.55) <= 0.0501).all(),
    ),
]


@pytest.mark.parametrize(("constraint", "holds"), CONSTRAINTS)
def test_constraints_hold_after_each_step(constraint: Any, holds: Any) -> None:
    """They are applied after every update, which TensorFlow.js does not do."""
    layer = pyio.layers.Dense(3, kernel_constraint=constraint, input_shape=(4,))
    model = pyio.Sequential([layer])
    model.compile(pyio.optimizers.sgd(0.3), "mse")
    for _ in range(3):
        model.train_on_batch(X, np.ones((10, 3)))
        assert holds(layer.kernel.value)


def penalty_of(layer: Any, *shape: int) -> float:
    """What the regularizers of a layer add to the loss of a step."""
    model = pyio.Sequential([pyio.layers.Reshape(shape, input_shape=shape), layer])
    model.compile(pyio.optimizers.sgd(0), "mse")
    x = np.ones((2, *shape), np.float32)
    y = model.predict(x)
    trained: Any = model.train_on_batch(x, y)
    measured: Any = model.evaluate(x, y)
    return float(trained - measured)


def test_penalties_count_everywhere() -> None:
    """Those of recurrent layers, of wrappers and of models in TimeDistributed count too."""
    l1 = pyio.regularizers.l1(0.1)
    ones: dict[str, Any] = {"kernel_initializer": "ones", "kernel_regularizer": l1}
    dense_layer = pyio.layers.Dense(3, **ones, input_shape=(2,))
    assert penalty_of(dense_layer, 2) == pytest.approx(0.6)
    assert penalty_of(pyio.layers.LSTM(2, **ones), 3, 2) == pytest.approx(1.6)
    both = pyio.layers.Bidirectional(pyio.layers.SimpleRNN(2, **ones))
    assert penalty_of(both, 3, 2) == pytest.approx(0.8)
    again = pyio.layers.TimeDistributed(pyio.layers.Dense(3, **ones))
    assert penalty_of(again, 5, 2) == pytest.approx(0.6)
    inner = pyio.Sequential([pyio.layers.Dense(3, **ones, input_shape=(2,))])
    assert penalty_of(pyio.layers.TimeDistributed(inner), 5, 2) == pytest.approx(0.6)
    cells = [pyio.layers.SimpleRNNCell(2, recurrent_initializer="ones", recurrent_regularizer=l1)]
    assert penalty_of(pyio.layers.RNN(cells), 3, 2) == pytest.approx(0.4)
    squares = pyio.layers.Dense(
        3, kernel_initializer="ones", kernel_regularizer=pyio.regularizers.l1l2(0.1, 0.2)
    )
    assert penalty_of(squares, 2) == pytest.approx(0.6 + 1.2)


def test_activity_regularizers() -> None:
    """They penalize outputs, for each example, as in Keras; TensorFlow.js refuses them."""
    layer = pyio.layers.Dense(
        3, kernel_initializer="ones", activity_regularizer=pyio.regularizers.l1(0.1)
    )
    assert penalty_of(layer, 2) == pytest.approx(0.6)


def test_penalties_of_a_layer_for_them() -> None:
    """`ActivityRegularization` penalizes what it passes."""
    layers: Any = pyio.layers
    layer = layers.ActivityRegularization(0.1, 0.2)
    model = pyio.Sequential(
        [pyio.layers.Dense(2, kernel_initializer="ones", input_shape=(2,)), layer]
    )
    model.compile(pyio.optimizers.sgd(0), "mse")
    x = np.ones((3, 2), np.float32)
    y = model.predict(x)
    found = model.train_on_batch(x, y)
    assert found == pytest.approx(0.1 * 4 + 0.2 * 8)


def test_a_spectral_norm() -> None:
    """The kernel is divided by its largest singular value before each step, as in Keras."""
    inner = pyio.layers.Dense(3, kernel_initializer=pyio.initializers.random_normal(0, 2, seed=1))
    layer = pyio.layers.SpectralNormalization(inner, power_iterations=30)
    model = pyio.Sequential([pyio.layers.Reshape([4], input_shape=(4,)), layer])
    model.compile(pyio.optimizers.sgd(0), "mse")
    before = inner.kernel.value
    with pytest.raises(pyio.DivergedError):
        model.train_on_batch(X * np.float32(np.nan), np.zeros((10, 3)))
    assert (inner.kernel.value == before).all()
    model.train_on_batch(X, np.zeros((10, 3)))
    largest = np.linalg.svd(before, compute_uv=False)[0]
    np.testing.assert_allclose(inner.kernel.value, before / largest, rtol=1e-4)


def test_layers_that_only_keras_trains() -> None:
    """Layers of Keras that change images in training pass them here, with a warning."""
    layers: Any = pyio.layers
    flip = layers.RandomFlip("horizontal", input_shape=(4,))
    model = pyio.Sequential([flip, pyio.layers.Dense(2)])
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="RandomFlip of .* pass their input unchanged"):
        model.train_on_batch(X, Y)


def test_parts_that_are_not_known() -> None:
    """A regularizer or a constraint of another library is named before anything is computed."""
    for option in ("kernel_regularizer", "kernel_constraint", "activity_regularizer"):
        strange: dict[str, Any] = {option: {"class_name": "Strange", "config": {}}}
        model = pyio.Sequential([pyio.layers.Dense(3, input_shape=(2,), **strange)])
        model.compile("sgd", "mse")
        with pytest.raises(pyio.InvalidModelError, match="Strange"):
            model.train_on_batch(np.ones((1, 2)), np.ones((1, 3)))


def test_a_learning_rate_of_its_own() -> None:
    """Setting it acts at once, and shows in the optimizer's words."""
    model = dense(optimizer="sgd")
    model.optimizer.learning_rate = 0
    before = model.get_weights()
    model.train_on_batch(X, Y)
    assert same(model.get_weights(), before)
    assert repr(model.optimizer) == "<SGD: learning rate 0, 1 steps done>"
