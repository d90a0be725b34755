"""Plans: the same numbers as NumPy's path, never of old weights, and NumPy's own errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio.kernel import library, rows
from pyio.models.core.phase import Phase, during
from pyio.tensors.quantization import dequantize, quantize
from tests.support import native
from tests.support.models import run
from tests.unit.models import plan_cases, random_models
from tests.unit.models.plan_cases import distance, numbers, stack, with_numpy, with_weights

if TYPE_CHECKING:
    from collections.abc import Iterator

layers: Any = pyio.layers
pytestmark = pytest.mark.skipif(
    native.compiler() is None, reason="a C compiler is not installed; a page tests the same"
)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> library.Kernel:
    """The kernel, compiled for this machine."""
    return library.Kernel(native.compiled(tmp_path_factory.mktemp("kernel")))


@pytest.fixture(autouse=True)
def same_numbers() -> None:
    """Each test draws the same numbers, whichever tests ran before it."""
    plan_cases.same_numbers()


@pytest.fixture
def kernel(compiled: library.Kernel, monkeypatch: pytest.MonkeyPatch) -> library.Kernel:
    """The same, used by all models."""
    monkeypatch.setattr(library, "kernel", lambda: compiled)
    return compiled


def test_every_case(compiled: library.Kernel) -> None:
    """Each kind of layer gives NumPy's numbers, and what the kernel knows is computed by it."""
    assert plan_cases.differences(compiled) == {}


def test_single_operations(compiled: library.Kernel) -> None:
    """Large products and convolutions outside of plans are computed by the kernel as well."""
    assert plan_cases.single_differences(compiled) == {}


@pytest.mark.repetition("more sizes of what `test_every_case` has")
@pytest.mark.parametrize("seed", range(40))
def test_random_convolutions(compiled: library.Kernel, seed: int) -> None:
    """Convolutions, poolings and products of random sizes give NumPy's numbers."""
    draw = np.random.default_rng(seed)

    def size(most: int) -> int:
        return int(draw.integers(1, most))

    shape = size(20), size(20), size(20)
    options: Any = {"padding": "same", "strides": [size(4), size(4)]}
    window = [size(6), size(6)]
    first = layers.Conv2D(size(20), window, input_shape=shape, activation="relu", **options)
    deep = layers.DepthwiseConv2D(window, depth_multiplier=size(3), **options)
    pool = draw.choice([layers.MaxPooling2D, layers.AveragePooling2D])(window, **options)
    end = layers.Flatten(), layers.Dense(size(20), activation="tanh")
    model = with_weights(stack(first, layers.BatchNormalization(), deep, pool, *end))
    # A few outputs can be small by chance, so that roundings are large beside them.
    assert distance(model, numbers(size(6), *shape), compiled) <= 1e-5
    assert with_numpy(model) == ""


_MORE = pytest.mark.repetition("more random models of what `test_random_models` has")
_SEEDS = [*range(20), *(pytest.param(seed, marks=_MORE) for seed in range(20, 200))]


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize("make", [random_models.of_sequences, random_models.of_images])
def test_random_models(compiled: library.Kernel, make: Any, seed: int) -> None:
    """Layers in any order give NumPy's numbers, masked steps and models inside included."""
    model, x = make(seed)
    # Normalizations of a few numbers that are nearly the same make roundings large.
    assert distance(model, x, compiled) <= 5e-5


@pytest.mark.parametrize(("inner", "rows"), [(9216, 1), (9216, 5), (2500, 3)])
def test_long_sums_round_little(compiled: library.Kernel, inner: int, rows: int) -> None:
    """A sum of thousands of products is as close to the exact one as a sum of hundreds."""
    model = with_weights(stack(layers.Dense(40, input_shape=(inner,))))
    kernel, bias = (weight.astype(np.float64) for weight in model.get_weights())
    x = numbers(rows, inner)
    (found,) = plan_cases.predicted(model, x, compiled)
    exact = x.astype(np.float64) @ kernel + bias
    assert np.abs(found - exact).max() / np.abs(exact).max() <= 1e-6


def model_of_all_kinds() -> pyio.LayersModel:
    """A model whose weights are folded, packed, and used as they are."""
    conv = layers.Conv2D(4, 3, input_shape=(8, 8, 2))
    more = layers.BatchNormalization(), layers.ReLU(), layers.DepthwiseConv2D(3)
    end = layers.Reshape([-1, 4]), layers.GRU(3), layers.LayerNormalization(), layers.Dense(2)
    return with_weights(stack(conv, *more, *end))


NEAR = 10 * plan_cases.CLOSE
"""Eight layers with random weights add up their roundings; those of old weights are far off."""


def test_a_new_value_of_each_weight_counts(kernel: library.Kernel) -> None:
    """A plan follows each weight: by set_weights of a layer, of the model, and by load_weights."""
    model, x = model_of_all_kinds(), numbers(2, 8, 8, 2)
    assert distance(model, x, kernel) <= NEAR
    for layer in model.layers:
        before = model.predict(x)
        layer.set_weights([value * 1.5 + 0.1 for value in layer.get_weights()])
        assert distance(model, x, kernel) <= NEAR
        assert np.array_equal(model.predict(x), before) is not bool(layer.weights)
    before = model.predict(x)
    model.load_weights({name: value * 2 for name, value in model.named_weights()})
    assert not np.array_equal(model.predict(x), before)
    assert distance(model, x, kernel) <= NEAR
    assert with_numpy(model) == ""


def test_training_counts(kernel: library.Kernel) -> None:
    """After each step of training, the plan predicts with the weights and averages of that step."""
    model, x = model_of_all_kinds(), numbers(6, 8, 8, 2)
    model.compile("sgd", "meanSquaredError")
    for _ in range(3):
        before = model.predict(x)
        model.train_on_batch(x, numbers(6, 2))
        assert not np.array_equal(model.predict(x), before)
        assert distance(model, x, kernel) <= NEAR
    run(model.fit(x, numbers(6, 2), epochs=2))
    assert distance(model, x, kernel) <= NEAR
    assert with_numpy(model) == ""


@pytest.mark.usefixtures("kernel")
def test_a_step_of_training_does_not_use_plans() -> None:
    """Within a step of training, layers compute with NumPy: dropout drops."""
    model = with_weights(stack(layers.Dense(50, input_shape=(4,)), layers.Dropout(0.5)))
    x = numbers(2, 4)
    assert (model.predict(x) != 0).all()
    with during(Phase(np.random.default_rng(0), {})):
        assert (model.predict(x) == 0).any()
    assert (model.predict(x) != 0).all()


def test_weights_that_are_not_finite(compiled: library.Kernel) -> None:
    """With infinite weights NumPy computes, and with finite ones the plan again."""
    model, x = model_of_all_kinds(), numbers(2, 8, 8, 2)
    kept = model.get_weights()
    assert distance(model, x, compiled) <= plan_cases.CLOSE
    model.set_weights([np.full_like(value, np.inf) for value in kept])
    (wanted,), (found,) = (plan_cases.predicted(model, x, each) for each in (None, compiled))
    np.testing.assert_array_equal(found, wanted)
    model.set_weights(kept)
    assert distance(model, x, compiled) <= plan_cases.CLOSE


def test_inputs_that_are_not_finite(compiled: library.Kernel) -> None:
    """NaN and infinity come out where NumPy has them."""
    names = [
        "relu",
        "relu6",
        "elu",
        "selu",
        "tanh",
        "sigmoid",
        "hard_sigmoid",
        "softplus",
        "swish",
        "softmax",
        "mish",
        "gelu",
    ]
    x = np.array([[np.nan, 1, 2], [np.inf, 0, 1], [-np.inf, 3, 1], [1e30, -1e30, 0]], np.float32)
    for name in names:
        model = stack(layers.Activation(name, input_shape=(3,)))
        (wanted,), (found,) = (plan_cases.predicted(model, x, each) for each in (None, compiled))
        np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6, err_msg=name)
        assert with_numpy(model) == ""
    image = np.zeros((1, 4, 4, 5), np.float32)
    image[0, 0, 0], image[0, 2, 3, 1], image[0, 3, 2] = np.nan, np.inf, -np.inf
    for kind in (layers.MaxPooling2D, layers.AveragePooling2D):
        model = stack(kind(2, input_shape=(4, 4, 5)))
        (wanted,), (found,) = (
            plan_cases.predicted(model, image, each) for each in (None, compiled)
        )
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("number", [20, -1, 2**31 - 1])
def test_numbers_out_of_range(number: int) -> None:
    """A number without a vector is the error that NumPy's path raises, and later calls work."""
    model = with_weights(stack(layers.Embedding(20, 8, input_length=3), layers.LSTM(2)))
    good = model.predict([[1, 2, 3]])
    with pytest.raises(pyio.ModelInputError, match="vectors for 0 to 19"):
        model.predict([[1, 2, number]])
    np.testing.assert_array_equal(model.predict([[1, 2, 3]]), good)
    assert with_numpy(model) == ""


@pytest.mark.parametrize("examples", [0, 1, 2, 31, 32, 33, 100])
def test_every_number_of_examples(compiled: library.Kernel, examples: int) -> None:
    """Any number of examples is computed, in blocks of any size, and none at all as well."""
    conv = layers.Conv2D(8, 3, padding="same", input_shape=(40, 40, 3))
    model = with_weights(stack(conv, layers.GlobalAveragePooling2D(), layers.Dense(2)))
    x = numbers(examples, 40, 40, 3)
    (wanted,), (found,) = (plan_cases.predicted(model, x, each) for each in (None, compiled))
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
    few = model.predict(x[:1]) if examples else wanted
    np.testing.assert_allclose(few, wanted[: len(few)], rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("kernel")
def test_results_are_the_callers_own() -> None:
    """A result does not change with the next prediction, nor does the input."""
    model = with_weights(stack(layers.Dense(3, input_shape=(4,)), layers.ReLU()))
    x, y = numbers(2, 4), numbers(2, 4)
    kept = x.copy()
    first = model.predict(x)
    copy = first.copy()
    model.predict(y)
    first_again = model.predict(x)
    np.testing.assert_array_equal(first, copy)
    np.testing.assert_array_equal(first_again, copy)
    np.testing.assert_array_equal(x, kept)


@pyio.layers.register
class Doubled(pyio.layers.Dense):
    """A class of a user's that computes something else."""

    def call(self, x: Any) -> Any:
        return super().call(x) * 2


@pytest.mark.usefixtures("kernel")
def test_a_subclass_computes_itself() -> None:
    """The kernel does not compute a class of the user's as the class that it comes from."""
    inner = Doubled(3, input_shape=(4,))
    model = with_weights(stack(inner, layers.Dense(2)))
    model.layers[1].set_weights([np.eye(3, 2), np.zeros(2)])
    x = numbers(2, 4)
    kernel, bias = inner.get_weights()
    wanted = 2 * (x @ kernel + bias)
    np.testing.assert_allclose(model.predict(x), wanted[:, :2], rtol=1e-5)
    assert with_numpy(model) == "Doubled"


@pytest.mark.usefixtures("kernel")
def test_a_layer_that_asks_its_own_model() -> None:
    """A model that is asked while it computes answers with NumPy's path."""
    seen: list[Any] = []

    class Asking(pyio.layers.Layer):
        def call(self, x: Any) -> Any:
            if len(seen) < 3:
                seen.append(x)
                seen.append(model.predict(x * 0 + 5))
            return x

    model = stack(layers.Dense(4, input_shape=(4,)), Asking(), layers.Dense(4))
    with_weights(model)
    x = numbers(2, 4)
    found = model.predict(x)
    assert len(seen) > 2
    np.testing.assert_allclose(found, model.predict(x), rtol=1e-6)


@pytest.mark.usefixtures("kernel")
def test_another_function_of_the_same_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """An activation that was registered under a name of pyio's computes itself."""
    from pyio.models.ops.activations import ACTIVATIONS

    monkeypatch.setitem(ACTIVATIONS, "relu", lambda x: x * 0 + 7)
    model = with_weights(stack(layers.Dense(3, activation="relu", input_shape=(4,))))
    assert (model.predict(numbers(2, 4)) == 7).all()


def test_states_stay_with_numpy(compiled: library.Kernel) -> None:
    """A model that keeps a state from batch to batch has no plan."""
    cell = layers.LSTM(3, stateful=True, batch_input_shape=(2, 4, 5))
    model = with_weights(stack(cell, layers.Dense(2)))
    x = numbers(2, 4, 5)
    plan_cases.predicted(model, x, compiled)
    second = plan_cases.predicted(model, x, compiled)
    model.reset_states()
    plan_cases.predicted(model, x, None)
    np.testing.assert_array_equal(second, plan_cases.predicted(model, x, None))


@pytest.mark.usefixtures("kernel")
def test_a_call_like_an_earlier_one_is_checked_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An array like an earlier one needs no checks; all else is checked."""
    model = with_weights(stack(layers.Dense(40, input_shape=(4,)), layers.Dense(2)))
    x = numbers(6, 4)
    wanted = [model.predict(x) for _ in range(3)]
    assert model.graph.plans.ready
    np.testing.assert_array_equal(wanted[0], wanted[2])
    parts = model.predict(x, batch_size=4)
    np.testing.assert_allclose(parts, wanted[0], rtol=1e-5, atol=1e-6)
    for other in (x.astype(np.float64), x.astype(">f4"), x.tolist(), np.ma.asarray(x)):
        np.testing.assert_allclose(model.predict(other), wanted[0], rtol=1e-5, atol=1e-6)
    for batch_size in (0, True, 2.5, [1], None):
        with pytest.raises(pyio.ModelInputError, match="batch_size"):
            model.predict(x, batch_size)  # type: ignore[arg-type]
    for wrong in (numbers(6, 5), np.array([["a"] * 4] * 6), [x, x]):
        with pytest.raises(pyio.ModelInputError):
            model.predict(wrong)
    monkeypatch.setattr(pyio.limits, "PREDICT_WORK", 1)
    with pytest.raises(pyio.ModelInputError, match="PREDICT_WORK"):
        model.predict(x)


@pytest.mark.usefixtures("kernel")
def test_a_model_that_grows_forgets_its_plans() -> None:
    """After a further layer, an array like an earlier one goes through that layer too."""
    model = stack(layers.Dense(3, input_shape=(4,)))
    with_weights(model)
    x = numbers(2, 4)
    before = [model.predict(x) for _ in range(2)]
    model.add(layers.ReLU())
    np.testing.assert_array_equal(model.predict(x), np.maximum(before[1], 0))
    model.pop()
    np.testing.assert_array_equal(model.predict(x), before[0])


@pytest.mark.usefixtures("kernel")
def test_few_plans_are_kept() -> None:
    """A model keeps the plans of the last few shapes."""
    model = with_weights(stack(layers.Dense(3, input_shape=(4,))))
    for examples in range(1, 13):
        model.predict(numbers(examples, 4))
    plans = model.graph.plans
    assert len(plans.known) == 8
    assert set(plans.ready.values()) <= set(plans.known.values())


def test_exponentially_many_calls(compiled: library.Kernel) -> None:
    """A model of models that each call another twice is refused before it is unrolled."""
    given = pyio.Input(shape=(2,))
    model = pyio.Model(given, layers.Dense(2)(given))
    for _ in range(14):
        outer = pyio.Input(shape=(2,))
        model = pyio.Model(outer, model(model(outer)))
    plan_cases.predicted(model, numbers(1, 2), compiled)
    assert with_numpy(model) == "no plan"


def structs() -> Iterator[tuple[str, list[str]]]:
    """The structs of kernel.c: names, and their fields in order."""
    source = re.sub(r"//.*", "", native.SOURCE.read_text("utf-8"))
    (window,) = re.findall(r"#define WINDOW word (.*)", source)
    for name, body in re.findall(r"^struct (\w+) \{(.*?)\};", source, re.DOTALL | re.MULTILINE):
        plain = body.replace("WINDOW", f"word {window}").replace("\n", " ")
        fields = []
        for declaration in plain.split(";"):
            words = re.sub(r"\b(const|word|float|int|void)\b|\*", " ", declaration)
            fields += [field.strip() for field in words.split(",") if field.strip()]
        yield name, fields


def test_rows_have_the_fields_of_the_structs() -> None:
    """Python and C name the fields of each operation alike, and number operations alike."""
    found = dict(structs())
    for name, (_, sizes) in rows.OPERATIONS.items():
        struct = found.get(name, found["cell"])
        assert struct == ["op", *(f"{k}[{n}]" if n > 1 else k for k, n in sizes.items())], name
        assert 1 + sum(sizes.values()) <= rows.WORDS
    source = native.SOURCE.read_text("utf-8")
    for enum, wanted in (
        ("operation", rows.OPERATIONS),
        ("activation", rows.ACTIVATIONS),
        ("combination", rows.COMBINATIONS),
    ):
        (names,) = re.findall(rf"enum {enum} \{{(.*?)\}}", source, re.DOTALL)
        listed = [each.split("=")[0].strip().lower() for each in names.split(",") if each.strip()]
        assert listed == list(wanted)
    assert re.findall(r"#define ROW (\d+)", source) == [str(rows.WORDS)]


def test_addresses_above_two_gigabytes() -> None:
    """An address with the highest bit set is the same bits as a word of WebAssembly."""
    words = rows.table([[1, 3 << 30] + [0] * 30])
    assert int(words.astype(np.int32)[0, 1]) & 0xFFFFFFFF == 3 << 30


def test_half_numbers(compiled: library.Kernel) -> None:
    """All numbers of float16 become the same numbers of float32."""
    halves = np.arange(1 << 16, dtype=np.uint16)
    wide = np.empty(halves.size, np.float32)
    compiled.widen_halves(rows.address(halves), rows.address(wide), halves.size)
    wanted = halves.view(np.float16).astype(np.float32)
    np.testing.assert_array_equal(wide, wanted)
    finite = ~np.isnan(wanted)
    np.testing.assert_array_equal(wide[finite].view(np.uint32), wanted[finite].view(np.uint32))


@pytest.mark.parametrize("stored", ["uint8", "uint16", "float16"])
def test_quantized_weights(
    compiled: library.Kernel, monkeypatch: pytest.MonkeyPatch, stored: str
) -> None:
    """Weights that are stored smaller become exactly the numbers that NumPy gives them."""
    values = (numbers(200, 300) * 3)[:, ::2]
    quantized, how = quantize(values, stored)
    wanted = dequantize(quantized, how, "float32")
    monkeypatch.setattr(library, "kernel", lambda: compiled)
    np.testing.assert_array_equal(dequantize(quantized, how, "float32"), wanted)
    np.testing.assert_array_equal(dequantize(quantized.T, how, "float32"), wanted.T)


def test_there_is_no_kernel_outside_of_pages() -> None:
    """CPython computes with NumPy."""
    library.kernel.cache_clear()
    assert library.kernel() is None
