"""The tape: gradients of whatever a layer writes with NumPy, or an error, and never a wrong one."""

from __future__ import annotations

import inspect
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio.models.core.phase import Phase
from pyio.models.ops import kernels
from pyio.models.ops.followed import Followed
from pyio.models.training import gradients as _gradients  # noqa: F401 -- fills the tables
from pyio.models.training.tape import FUNCTIONS, METHODS, UFUNCS, Tape
from tests.training.slopes import behind, wrong

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

X = np.random.default_rng(3).normal(size=(3, 4)).astype(np.float32)
POSITIVE = np.abs(X) + np.float32(0.5)
SMALL = X / np.float32(5)


def slope_is_right(function: Callable[[Any], Any], x: Any) -> None:
    """The gradient of a function of one array is that of differences."""
    factors = np.random.default_rng(0).normal(size=np.shape(function(x))).astype(np.float32)
    tape = Tape()
    leaf = tape.leaf(x)
    out = function(leaf)
    np.testing.assert_allclose(out.value, function(x), rtol=1e-5, atol=1e-6)
    tape.backward((out * factors).sum())
    assert leaf.gradient.dtype == np.float32
    assert leaf.gradient.shape == x.shape
    found = np.empty(x.shape)
    for place in np.ndindex(*x.shape):
        moved = []
        for sign in (1, -1):
            changed = x.astype(np.float64)
            changed[place] += sign * 1e-5
            moved.append(float((function(changed) * factors.astype(np.float64)).sum()))
        found[place] = (moved[0] - moved[1]) / 2e-5
    np.testing.assert_allclose(leaf.gradient, found, rtol=2e-3, atol=2e-3)


_OF_ALL = """
negative positive absolute fabs exp exp2 expm1 square sin cos arctan sinh cosh tanh arcsinh
conjugate deg2rad rad2deg
"""
_STEPS = """
equal not_equal less less_equal greater greater_equal logical_and logical_or logical_not logical_xor
isnan isfinite isinf signbit sign floor ceil rint trunc floor_divide
"""
ELEMENTWISE: dict[str, Any] = {
    **dict.fromkeys(_OF_ALL.split(), X),
    **dict.fromkeys(["log", "log2", "log10", "log1p", "sqrt", "cbrt", "reciprocal"], POSITIVE),
    **dict.fromkeys(["tan", "arcsin", "arccos", "arctanh"], SMALL),
    "arccosh": POSITIVE + 1,
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_functions_of_one_number(name: str) -> None:
    """The derivative of each function."""
    slope_is_right(getattr(np, name), ELEMENTWISE[name])


OTHER = np.random.default_rng(4).normal(size=(4,)).astype(np.float32)
PAIRS = {
    "add": X,
    "subtract": X,
    "multiply": X,
    "divide": POSITIVE,
    "power": POSITIVE,
    "float_power": POSITIVE,
    "maximum": X,
    "minimum": X,
    "fmax": X,
    "fmin": X,
    "hypot": X,
    "arctan2": POSITIVE,
    "logaddexp": X,
}


@pytest.mark.parametrize("name", PAIRS)
def test_functions_of_two_numbers(name: str) -> None:
    """The derivative by each operand, with broadcasting, and with the same array twice."""
    function, x = getattr(np, name), PAIRS[name]
    slope_is_right(lambda a: function(a, np.abs(OTHER) + 0.3), x)
    slope_is_right(lambda a: function(np.abs(OTHER) + 0.3, a), x)
    slope_is_right(lambda a: function(a[:1] * 2, a), x)


def test_every_rule_of_numbers_is_tested() -> None:
    """No universal function has a rule without a test here, or in the lists of plain results."""
    plain = {f.__name__ for f in UFUNCS if not isinstance(_result_of(f), Followed)}
    assert plain == set(_STEPS.split())
    named = {f.__name__ for f in UFUNCS} - plain - {"remainder", "fmod", "matmul"}
    assert named == {getattr(np, name).__name__ for name in (*ELEMENTWISE, *PAIRS)}


def _result_of(function: Any) -> Any:
    tape = Tape()
    leaf = tape.leaf(np.eye(3, dtype=np.float32) / 2 + np.float32(1.2))
    with np.errstate(all="ignore"):
        return function(*[leaf] * function.nin)


T = np.random.default_rng(5).normal(size=(2, 3, 4)).astype(np.float32)
M = np.random.default_rng(6).normal(size=(4, 5))
INDEX = np.array([[0, 2, 2], [1, 0, 1]])
SHAPED: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "reshape": (lambda a: a.reshape(4, 6) * 2, T),
    "np.reshape": (lambda a: np.reshape(a, (6, -1)), T),
    "ravel": (lambda a: np.ravel(a)[3:9], T),
    "flatten": (lambda a: a.flatten(), T),
    "transpose": (lambda a: a.transpose(2, 0, 1), T),
    "transpose of a list": (lambda a: np.transpose(a, [1, 2, 0]), T),
    "T": (lambda a: a.T, T),
    "moveaxis": (lambda a: np.moveaxis(a, 0, -1), T),
    "swapaxes": (lambda a: np.swapaxes(a, 0, 2), T),
    "squeeze": (lambda a: np.squeeze(a[:, :1]), T),
    "expand_dims": (lambda a: np.expand_dims(a, (0, 2)), T),
    "broadcast_to": (lambda a: np.broadcast_to(a[:, :1], (5, 2, 3, 4)), T),
    "concatenate": (lambda a: np.concatenate([a, a[:, :1] * 2, np.ones((2, 2, 4))], axis=1), T),
    "concatenate flat": (lambda a: np.concatenate([a, a[0]], axis=None), T),
    "stack": (lambda a: np.stack([a[0], a[1] * 3, a[0]], axis=1), T),
    "vstack": (lambda a: np.vstack([a[0], a[1]]), T),
    "hstack": (lambda a: np.hstack([a[0], a[1]]), T),
    "split": (lambda a: np.split(a, 2, axis=-1)[1] * np.split(a, [1, 3], axis=2)[1], T),
    "array_split": (lambda a: np.array_split(a, 2, axis=1)[0], T),
    "pad": (lambda a: np.pad(a, ((1, 0), (0, 2), (1, 1)), constant_values=3), T),
    "pad alike": (lambda a: np.pad(a, 1), T),
    "repeat": (lambda a: np.repeat(a, 3, axis=1), T),
    "repeat unevenly": (lambda a: np.repeat(a, [1, 0, 2], axis=1), T),
    "tile": (lambda a: np.tile(a, (2, 1, 2)), T),
    "take": (lambda a: np.take(a, [0, 2, 2], axis=1), T),
    "take along": (lambda a: np.take_along_axis(a, INDEX[:, :, None], axis=1), T),
    "sort": (lambda a: np.sort(a, axis=1), T),
    "roll": (lambda a: np.roll(a, 1, axis=2), T),
    "roll both": (lambda a: np.roll(a, (1, 2), axis=(1, 2)), T),
    "flip": (lambda a: np.flip(a, 1), T),
    "tril": (lambda a: np.tril(a), T),
    "triu": (lambda a: np.triu(a, 1), T),
    "copy": (lambda a: np.copy(a) + a.copy(), T),
    "slices": (lambda a: a[:, ::-1, 1:3] * a[..., 1:2, -2:], T),
    "newaxis": (lambda a: a[:, None, 1], T),
    "rows": (lambda a: a[np.array([1, 0, 1])], T),
    "pairs": (lambda a: a[:, INDEX[0], INDEX[0]], T),
    "booleans": (lambda a: a[:, np.array([True, False, True])], T),
    "loop": (lambda a: sum(part * number for number, part in enumerate(a, 1)), T),
    "where": (lambda a: np.where(a > 0, a * 2, a * a), T),
    "where constant": (lambda a: np.where(a > 0, 1.5, a), T),
    "clip": (lambda a: np.clip(a, -0.5, 0.7), T),
    "clip method": (lambda a: a.clip(-0.5, None), T),
    "clip by itself": (lambda a: np.clip(a, a[:1], 0.7), T),
    "remainder": (lambda a: a % 0.7, T),
    "fmod": (lambda a: np.fmod(a, 0.7), T),
    "fmod by itself": (lambda a: np.fmod(2.1, np.abs(a) + 0.9), T),
    "sinc": (lambda a: np.sinc(a), T),
    "sinc at 0": (lambda a: np.sinc(a), T * np.float32(0)),
    "nan_to_num": (lambda a: np.nan_to_num(a, nan=0.0), T),
    "cumprod": (lambda a: np.cumprod(a, axis=1), T),
    "cumprod flat": (lambda a: a[0].cumprod(), T),
    "cumprod with a zero": (lambda a: np.cumprod(np.where(a > 0.5, a * 0, a), axis=2), T),
    "sum": (lambda a: a.sum(axis=1), T),
    "sum of all": (lambda a: np.sum(a, keepdims=True), T),
    "reduce": (lambda a: np.add.reduce(a, 1), T),
    "mean": (lambda a: a.mean(axis=(0, 2), keepdims=True), T),
    "var": (lambda a: np.var(a, axis=1), T),
    "std": (lambda a: a.std(axis=2, ddof=1), T),
    "max": (lambda a: a.max(axis=1), T),
    "min": (lambda a: np.min(a, axis=(0, 1), keepdims=True), T),
    "prod": (lambda a: a.prod(axis=1), T),
    "prod of all": (lambda a: np.prod(a[0]), T),
    "cumsum": (lambda a: np.cumsum(a, axis=1), T),
    "cumsum flat": (lambda a: a.cumsum(), T),
    "norm": (lambda a: np.linalg.norm(a, axis=-1), T),
    "matmul": (lambda a: a @ M, T),
    "matmul of both": (lambda a: a @ np.swapaxes(a, -1, -2), T),
    "matmul from left": (lambda a: np.ones((3, 3)) @ a, T),
    "matmul with a vector": (lambda a: a @ np.ones(4), T),
    "vector with matrix": (lambda a: a[0, 0] @ M, T),
    "dot": (lambda a: np.dot(a, M), T),
    "tensordot": (lambda a: np.tensordot(a, a * 2, axes=([1, 2], [1, 2])), T),
    "tensordot by number": (lambda a: np.tensordot(M.T, a[0], axes=([1], [1])), T),
    "inner": (lambda a: np.inner(a, M.T), T),
    "outer": (lambda a: np.outer(a[0, 0], a[1, 1]), T),
    "einsum": (lambda a: np.einsum("bij,jk->bki", a, M), T),
    "einsum of both": (lambda a: np.einsum("bij,bkj->bik", a, a), T),
    "einsum sums": (lambda a: np.einsum("bij->b", a), T),
    "einsum dots": (lambda a: np.einsum("...j,jk->...k", a, M), T),
    "einsum without arrow": (lambda a: np.einsum("ij,jk", a[0], M), T),
    "einsum of three": (lambda a: np.einsum("bij,bkj,k->bi", a, a, np.ones(3)), T),
    "astype": (lambda a: a.astype(np.float64) * 2, T),
    "operators": (lambda a: -(2 - a) / (1 + a**2) + abs(a) - (3.0 / (a * a + 1)) ** 1.5 + +a, T),
    "in place": (lambda a: _in_place(a * 1), T),
}


def _in_place(a: Any) -> Any:
    b = a * 2
    b += a
    b *= a
    b -= 1
    b /= 3
    return b


@pytest.mark.parametrize("name", SHAPED)
def test_other_functions(name: str) -> None:
    """The gradient of each other function, method and operator."""
    slope_is_right(*SHAPED[name])


def test_results_without_a_gradient_are_plain() -> None:
    """Comparisons, places and rounded numbers are arrays, through which no gradient goes."""
    leaf: Any = Tape().leaf(X)
    for value in (
        leaf > 0,
        leaf > 0,
        leaf == leaf,
        np.floor(leaf),
        np.sign(leaf),
        leaf.argmax(axis=1),
        np.argsort(leaf),
        leaf.astype(np.int32),
        (leaf > 0).any(),
        np.ones_like(leaf),
        pyio.layers.plain(leaf),
    ):
        assert not isinstance(value, Followed)
    assert (leaf.shape, leaf.ndim, leaf.size, len(leaf), leaf.dtype) == ((3, 4), 2, 12, 3, X.dtype)


def _into(leaf: Any) -> None:
    target = np.zeros((3, 4), np.float32)
    target[:] = leaf


def _added(leaf: Any) -> None:
    target = np.zeros((3, 4), np.float32)
    target += leaf


def _part(leaf: Any) -> None:
    y = leaf * 2
    part = y[:, :2]
    part += 1


def _whole_with_part(leaf: Any) -> None:
    y = leaf * 2
    part = y.reshape(-1)
    y += 1
    part.sum()


def _second_name(leaf: Any) -> None:
    y = z = leaf * 2
    y += 1
    _ = z + 1


def _second_name_in_a_product(leaf: Any) -> None:
    y = z = leaf * 2
    y *= 2
    kernels.matmul(z, kernels.Matrix(np.eye(4, dtype=np.float32)))


def _weight(leaf: Any) -> None:
    leaf += 1


def _item(leaf: Any) -> None:
    y = leaf * 2
    y[0] = 1


REFUSED: dict[str, Callable[[Any], Any]] = {
    "np.asarray": np.asarray,
    "np.array": np.array,
    "np.ascontiguousarray": np.ascontiguousarray,
    "into a plain array": _into,
    "added to a plain array": _added,
    "a part in place": _part,
    "a whole with parts in place": _whole_with_part,
    "a second name": _second_name,
    "a second name in a product": _second_name_in_a_product,
    "a weight in place": _weight,
    "an item": _item,
    "float": lambda a: float(a.sum()),
    "int": lambda a: int(a.sum()),
    "bool": lambda a: bool(a.sum()),
    "range": lambda a: range(a.sum()),
    "an unknown function": lambda a: np.linalg.inv(a[:3, :3]),
    "an unknown universal function": lambda a: np.spacing(a),
    "a method of one": lambda a: np.add.accumulate(a),
    "out": lambda a: np.add(a, 1, out=np.zeros((3, 4))),
    "where in a sum": lambda a: np.sum(a, where=np.ones((3, 4), bool)),
    "dtype": lambda a: np.multiply(a, 2, dtype=np.float64),
    "dtype of a sum": lambda a: a.sum(dtype=np.float64),
    "item()": lambda a: a.sum().item(),
    "tolist": lambda a: a.tolist(),
    "pad by reflecting": lambda a: np.pad(a, 1, mode="reflect"),
    "a diagonal": lambda a: np.einsum("ii->i", a[:3, :3]),
    "another order": lambda a: a.reshape(-1, order="F"),
    "an index": lambda a: X[a],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_followed(name: str) -> None:
    """It raises TypeError with advice, in the layer's own line."""
    with pytest.raises((pyio.GradientError, TypeError, IndexError)) as caught:
        REFUSED[name](Tape().leaf(X))
    if name != "an index":
        assert isinstance(caught.value, pyio.GradientError)
        assert "training cannot follow" in str(caught.value)


def test_members_that_are_absent() -> None:
    """`hasattr` and `getattr` with a default work as for other objects."""
    leaf = Tape().leaf(X)
    assert not hasattr(leaf, "numpy")
    assert getattr(leaf, "device", None) is None
    assert hasattr(leaf, "reshape")


def in_a_step(call: Callable[[Any, Any], Any], *states: str) -> Any:
    """A model whose one layer computes `call(self, x)` above a `Shift`."""

    class Own(pyio.layers.Layer):
        def call(self, x: Any) -> Any:
            return call(self, x)

    model = behind(Own(), (4,))
    model.compile("sgd", "mse")
    for state in states:
        setattr(model.layers[-1], state, np.ones(4, np.float32))
    return model


def test_a_plain_array_that_changes_after_its_use() -> None:
    """It would spoil the gradients of what was computed with it before, so it is refused."""

    def buffer(_: Any, x: Any) -> Any:
        factors = np.ones((2, 4), np.float32)
        y = x * factors[0]
        factors[0] = 7
        return y * factors[0]

    def counter(layer: Any, x: Any) -> Any:
        y = x * layer.count
        layer.count += 1
        return y

    for call in (buffer, counter):
        model = in_a_step(call, "count")
        with pytest.raises(pyio.GradientError, match="changes an array in place"):
            model.train_on_batch(X, X)
        model.layers[-1].count += 1  # after the step it is an array as before
    x = X.copy()
    dense = pyio.Sequential([pyio.layers.Dense(4, input_shape=(4,))])
    dense.compile("sgd", "mse")
    dense.train_on_batch(x, x)
    x += 1


def test_arrays_that_pickle_made() -> None:
    """Their memory is that of ``bytes``: NumPy would not let them be changed again after a step."""
    x: Any = np.empty(0, np.float32)
    x.__setstate__((1, X.shape, X.dtype, False, X.tobytes()))
    for given in (x, x[:]):
        inputs = pyio.Input((4,))
        gate = pyio.layers.Multiply()([inputs, pyio.layers.Dense(4)(inputs)])
        model = pyio.Model(inputs, gate)
        model.compile("sgd", "mse")
        assert np.isfinite(model.train_on_batch(given, given))
        assert given.flags.writeable


def test_an_array_of_an_earlier_step() -> None:
    """A layer that keeps a result has to keep it as a plain array: gradients end at a step."""

    def keeping(layer: Any, x: Any) -> Any:
        y = x + layer.kept * np.float32(0.5)
        layer.kept = y
        return y

    def keeping_plain(layer: Any, x: Any) -> Any:
        y = x + layer.kept * np.float32(0.5)
        layer.kept = pyio.layers.plain(y)
        return y

    model = in_a_step(keeping, "kept")
    model.train_on_batch(X, X)
    with pytest.raises(pyio.GradientError, match="of an earlier step"):
        model.train_on_batch(X, X)
    with pytest.raises(pyio.GradientError, match="of an earlier step"):
        model.predict(X)
    model = in_a_step(keeping_plain, "kept")
    for _ in range(3):
        model.train_on_batch(X, X)


def test_what_is_plain_cannot_be_changed() -> None:
    """The plain array is the memory that the gradients need, so it is read-only."""
    leaf: Any = Tape().leaf(X.copy())
    with pytest.raises(ValueError, match="read-only"):
        pyio.layers.plain(leaf * 2)[0] = 1
    assert pyio.layers.plain(X) is X


class Gated(pyio.layers.Layer):
    """A layer as people write them."""

    def build(self, shape: Any) -> None:
        self.scale = self.add_weight("scale", (shape[-1],), pyio.initializers.ones())
        self.mix = self.add_weight("mix", (shape[-1], shape[-1]), pyio.initializers.glorot_normal())

    def call(self, x: Any) -> Any:
        gates = 1 / (1 + np.exp(-(x @ self.mix.value)))
        y = np.where(x > 0, x, 0.1 * x) * self.scale.value
        y *= gates
        mean, deviation = np.mean(y, axis=-1, keepdims=True), y.std(axis=-1, keepdims=True)
        parts = [(y[..., i : i + 1] - mean) / (deviation + 1e-3) for i in range(y.shape[-1])]
        return np.concatenate(parts, axis=-1) + np.einsum("bi,ij->bj", y, self.mix.value)


def test_a_layer_of_someone_else() -> None:
    """A layer that knows nothing of training has right gradients."""
    assert wrong(behind(Gated(), (4,)), [X]) == {}


def test_a_layer_inside_a_layer() -> None:
    """A layer that calls another one is followed through it."""

    class Twice(pyio.layers.Layer):
        def build(self, shape: Any) -> None:
            self.inner = pyio.layers.Dense(shape[-1], activation="tanh")
            self.inner.ensure_built(shape, f"{self.name}/inner")
            self._trainable_weights += self.inner.weights

        def call(self, x: Any) -> Any:
            return self.inner(self.inner(x))

    assert wrong(behind(Twice(), (4,)), [X]) == {}


def test_a_layer_that_cannot_be_followed() -> None:
    """The error of a layer comes out of the training, and nothing has changed."""

    class Rounded(pyio.layers.Layer):
        def call(self, x: Any) -> Any:
            return np.asarray(x)

    model = pyio.Sequential([pyio.layers.Dense(2, input_shape=(4,)), Rounded()])
    model.compile("sgd", "mse")
    before = model.get_weights()
    with pytest.raises(pyio.GradientError, match=r"leave np\.asarray out"):
        model.train_on_batch(X, np.zeros((3, 2)))
    for one, other in zip(before, model.get_weights(), strict=True):
        assert (one == other).all()
    assert model.optimizer.iterations == 0


def test_the_slopes_at_corners() -> None:
    """They are TensorFlow.js's: zeros on padded images are met all the time."""

    def slope(function: Callable[[Any], Any], *at: float) -> Any:
        tape = Tape()
        leaf = tape.leaf(np.array(at, np.float32))
        tape.backward(function(leaf).sum())
        return leaf.gradient.tolist()

    assert slope(lambda x: np.maximum(x, 0), 0) == [0]
    assert slope(lambda x: np.maximum(0, x), 0) == [0]
    assert slope(lambda x: np.clip(x, -1, 1), -1, 1) == [1, 1]
    assert slope(np.abs, 0) == [-1]
    assert slope(lambda x: np.maximum(x[:1], x[1:]), 2, 2) == [1, 0]
    assert slope(lambda x: np.minimum(x[:1], x[1:]), 2, 2) == [1, 0]
    assert slope(lambda x: x.max(), 3, 3, 1) == [1, 1, 0]
    pooled = slope(lambda x: kernels.max_pool(x.reshape(1, 4, 1), [2], [2], "valid"), 3, 3, 1, 1)
    assert pooled == [1, 0, 1, 0]


def activation_slope(name: str, at: float) -> float:
    layer = pyio.layers.Activation(name)
    tape = Tape()
    leaf = tape.leaf(np.array([[at]], np.float32))
    out: Any = layer.call(leaf)  # type: ignore[arg-type]
    tape.backward(out.sum())
    return float(leaf.gradient[0, 0])


def test_the_slopes_of_activations_at_corners() -> None:
    """Relu 0; relu6, hard sigmoid: that of the inside; elu 1; selu: the left one."""
    assert activation_slope("relu", 0) == 0
    assert activation_slope("relu6", 0) == 0
    assert activation_slope("relu6", 6) == 1
    assert activation_slope("hard_sigmoid", 2.5) == pytest.approx(0.2)
    assert activation_slope("elu", 0) == 1
    assert activation_slope("selu", 0) == pytest.approx(1.7581, abs=1e-4)


def test_an_activation_that_was_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that was registered under the name of one of pyio has its own derivative."""
    monkeypatch.setitem(pyio.models.ops.activations.ACTIVATIONS, "relu", lambda x: 3 * x)
    assert activation_slope("relu", 1) == 3


def test_many_parts_of_an_array_share_one_gradient() -> None:
    """Going back through T parts of an array makes one array, and not T."""
    tape = Tape()
    leaf = tape.leaf(np.zeros((1000, 50), np.float32))
    total = sum(part.sum() for part in leaf)
    tape.backward(total)
    assert (leaf.gradient == 1).all()


def profiled(work: Callable[[], Any]) -> Counter[str]:
    """How often each function of Python, and each builtin one, is called."""
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            calls[f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}"] += 1
        elif event == "c_call" and frame.f_globals.get("__name__") == kernels.__name__:
            calls[argument.__name__] += 1

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def test_predictions_do_not_slow_down() -> None:
    """A prediction asks once for each product whether training follows it, and no more."""
    layers = [pyio.layers.Dense(4, activation="relu", input_shape=(4,))]
    model = pyio.Sequential([*layers, *(pyio.layers.Dense(4) for _ in range(9))])
    model.predict(X)
    calls = profiled(lambda: model.predict(X))
    assert calls[f"{kernels.__name__}.matmul"] == 10
    assert calls["isinstance"] == 10
    training = [name for name in calls if name.startswith("pyio.models.training")]
    assert training == []
    assert calls[f"{kernels.__name__}._followed"] == 0


def test_predictions_import_no_gradients() -> None:
    """`import pyio`, making, loading and predicting import nothing that only training needs."""
    from tests.unit.test_public_api import python

    code = """
import sys, asyncio, numpy as np, pyio
model = pyio.Sequential([pyio.layers.LSTM(2, input_shape=(3, 2)), pyio.layers.Dense(2)])
model.compile("adam", "mse", ["mae"])
asyncio.run(model.save("memory://m", include_optimizer=True))
model = asyncio.run(pyio.load_layers_model("memory://m"))
model.predict(np.ones((1, 3, 2)))
model.evaluate(np.ones((1, 3, 2)), np.ones((1, 2)))
print(*sorted(m for m in sys.modules if m.startswith("pyio.models.training.")))
"""
    modules = python(code).split()
    known = "compiling evaluation loss_settings losses model optimizers"
    assert modules == [f"pyio.models.training.{name}" for name in known.split()]


def test_every_function_of_the_tables_is_public() -> None:
    """The tables name functions of NumPy, and no two rules stand for the same one by accident."""
    assert all(callable(each) for each in (*FUNCTIONS, *UFUNCS))
    assert {"reshape", "sum", "astype", "__getitem__"} <= set(METHODS)
    assert inspect.isfunction(FUNCTIONS[np.concatenate])


def test_products_are_recomputed_and_not_kept() -> None:
    """A convolution keeps its input for the way back, and not the windows of it."""
    model = pyio.Sequential(
        [pyio.layers.Conv2D(4, 5, input_shape=(40, 40, 1)), pyio.layers.GlobalMaxPooling2D()]
    )
    model.compile("sgd", "mse")
    x = np.ones((8, 40, 40, 1), np.float32)
    import tracemalloc

    model.train_on_batch(x, np.zeros((8, 4)))
    patches = 8 * 36 * 36 * 25 * 4
    outputs = 8 * 36 * 36 * 4 * 4
    tracemalloc.start()
    model.train_on_batch(x, np.zeros((8, 4)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * patches + 8 * outputs
    _ = Phase
