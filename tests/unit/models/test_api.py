"""The public methods of models: building, predicting, describing, saving and loading."""

from __future__ import annotations

import asyncio
import html.parser
import inspect
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import pyio
from pyio import layers
from pyio.models.core.layer import INNER


def small(**options: Any) -> Any:
    return pyio.Sequential(
        [
            layers.Dense(3, activation="relu", input_shape=(2,), name="hidden"),
            layers.BatchNormalization(name="norm"),
            layers.Dense(1, name="out"),
        ],
        **options,
    )


def two_ended() -> Any:
    a, b = pyio.Input(shape=(2,), name="a"), pyio.Input(shape=(3,), name="b", dtype="int32")
    return pyio.Model([a, b], [layers.Dense(2)(a), layers.Dense(1)(b)])


class Handler:
    """Keeps what is saved."""

    artifacts: Any = None

    def save(self, artifacts: Any) -> str:
        self.artifacts = artifacts
        return "saved"

    async def load(self) -> Any:
        return self.artifacts


# ---------------------------------------------------------------- predicting


def test_batches_give_what_one_gives() -> None:
    """Predict gives the same numbers whatever the batch size; model(x) computes one batch."""
    model = small()
    x = np.random.default_rng(0).standard_normal((7, 2))
    whole = model.predict(x)
    assert whole.shape == (7, 1)
    assert whole.dtype == np.float32
    for batch_size in (1, 3, 7, 100):
        np.testing.assert_allclose(model.predict(x, batch_size), whole, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(model(x), whole)
    assert model.predict(np.zeros((0, 2))).shape == (0, 1)


def test_several_inputs_and_outputs() -> None:
    """Inputs come as a list or by name, outputs as a list in order."""
    model = two_ended()
    x, y = np.ones((4, 2)), np.full((4, 3), 2)
    outputs = model.predict([x, y])
    assert [each.shape for each in outputs] == [(4, 2), (4, 1)]
    for one, other in zip(outputs, model.predict({"b": y, "a": x}), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((4, 3)), r"takes arrays of shape \['any', 2\].*got \[4, 3\]"),
        (np.zeros(2), r"got \[2\]"),
        ([np.zeros((4, 2)), np.zeros((4, 2))], r"got \[2, 4, 2\]"),
        (np.array([["a", "b"]]), "takes numbers; got an array of <U1"),
        ({"other": np.zeros((4, 2))}, r"has the inputs \['hidden_input'\]; got \['other'\]"),
    ],
)
def test_data_that_does_not_fit(x: Any, message: str) -> None:
    """The error has the shape that each input takes, and the given shape."""
    with pytest.raises(pyio.ModelInputError, match=message):
        small().predict(x)


def test_numbers_of_examples_that_differ() -> None:
    """All inputs need the same number of examples; one array for two inputs is too few."""
    with pytest.raises(pyio.ModelInputError, match=r"got \[4, 5\]"):
        two_ended().predict([np.zeros((4, 2)), np.zeros((5, 3))])
    with pytest.raises(pyio.ModelInputError, match=r"has 2 inputs .* 1 arrays were given"):
        two_ended().predict(np.zeros((4, 2)))
    with pytest.raises(pyio.ModelInputError, match="batch_size is 0"):
        small().predict(np.zeros((4, 2)), batch_size=0)


def test_words_out_of_range() -> None:
    """The error of an Embedding has the range of its vectors and of the given numbers."""
    model = pyio.Sequential([layers.Embedding(5, 2, input_length=3)])
    with pytest.raises(pyio.ModelInputError, match=r"vectors for 0 to 4; .* from 1 to 5"):
        model.predict(np.array([[1, 2, 5]]))


def test_predictions_do_not_share_memory_with_the_input() -> None:
    """A model without effect returns a copy: changing it leaves the caller's array alone."""
    x = np.ones((2, 3), np.float32)
    model = pyio.Sequential([layers.Dropout(0.5, input_shape=(3,))])
    model.predict(x)[:] = 7
    assert (x == 1).all()


def test_no_warning_from_numpy() -> None:
    """Saturated activations overflow silently, as in JavaScript; warnings are errors here."""
    model = pyio.Sequential([layers.Activation("sigmoid", input_shape=(2,))])
    np.testing.assert_array_equal(model.predict([[-1e30, 1e30]]), [[0, 1]])


def test_states_are_kept_and_reset() -> None:
    """A stateful layer goes on from the last batch until reset_states; predict uses its batch."""
    model = pyio.Sequential([layers.SimpleRNN(2, stateful=True, batch_input_shape=(2, 3, 1))])
    x = np.ones((2, 3, 1), np.float32)
    first, second = model.predict(x), model.predict(x)
    assert (first != second).any()
    model.reset_states()
    np.testing.assert_array_equal(model.predict(x), first)
    model.reset_states()
    twice = model.predict(np.ones((4, 3, 1)))
    np.testing.assert_array_equal(twice, np.concatenate([first, second]))
    with pytest.raises(pyio.ModelInputError, match="states for 2 sequences; 1 were given"):
        model.predict(x[:1])
    with pytest.raises(pyio.InvalidModelError, match="is stateful and has to know its batch size"):
        pyio.Sequential([layers.GRU(2, stateful=True, input_shape=(3, 1))])


def test_a_layer_by_itself() -> None:
    """A layer computes with arrays and is built by the first of them."""
    layer = layers.Dense(2, kernel_initializer="ones")
    np.testing.assert_array_equal(layer(np.array([[1.0, 2.0]])), [[3, 3]])
    assert layer.count_params() == 6
    np.testing.assert_array_equal(layers.Add()([np.ones(2), np.ones(2)]), [2, 2])
    given = layers.Dense(1, input_shape=(2,), weights=[np.ones((2, 1)), np.ones(1)])
    np.testing.assert_array_equal(pyio.Sequential([given]).predict([[1.0, 1.0]]), [[3]])


# ---------------------------------------------------------------- describing


def test_summary_shows_layers_shapes_and_counts() -> None:
    """The text has a line per layer, and the totals."""
    texts: list[str] = []
    small(name="small").summary(texts.append)
    lines = texts[0].splitlines()
    assert lines[0] == "Sequential 'small'"
    assert lines[3].split() == ["hidden", "(Dense)", "(None,", "3)", "9", "hidden_input[0]"]
    assert lines[-3:] == ["Total params: 25", "Trainable params: 19", "Non-trainable params: 6"]
    assert small().count_params() == 25


def test_a_summary_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """As Keras and TensorFlow.js do."""
    model = small(name="small")
    model.summary()
    texts: list[str] = []
    model.summary(print_fn=texts.append)
    assert capsys.readouterr().out == f"{texts[0]}\n"


def test_the_notebook_shows_a_table() -> None:
    """_repr_html_ is well-formed, has a row per layer, and escapes names."""
    rows: list[str] = []

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
            if tag == "tr":
                rows.append(tag)

    text = small(name="<b>")._repr_html_()
    Reader().feed(text)
    assert len(rows) == 4
    assert "&lt;b&gt;" in text
    assert "<code><b>" not in text
    assert repr(small(name="s")) == "<Sequential 's': 3 layers, 25 parameters>"


# ---------------------------------------------------------------- saving


def test_save_and_load_through_a_handler() -> None:
    """A model saved by a handler and loaded from it predicts the same; the result is its own."""
    model, handler = small(), Handler()
    model.user_defined_metadata = {"labels": ["a", "b"], "n": 1}
    assert asyncio.run(model.save(handler)) == "saved"
    again = asyncio.run(pyio.load_layers_model(handler))
    x = np.ones((2, 2))
    np.testing.assert_allclose(again.predict(x), model.predict(x), rtol=1e-6)
    assert again.user_defined_metadata == {"labels": ["a", "b"], "n": 1}
    assert again.to_json() == model.to_json()
    assert isinstance(again, pyio.Sequential)


def test_artifacts_are_laid_out_as_tensorflow_does() -> None:
    """The descriptive fields, the order of weights, and the null that TensorFlow.js writes."""
    artifacts = pyio.model_to_artifacts(small())
    assert artifacts.format == "layers-model"
    assert artifacts.generated_by == f"pyio v{pyio.__version__}"
    assert artifacts.null_fields == {"converted_by"}
    assert artifacts.training_config is None
    names = [spec.name for spec in artifacts.weight_specs or ()]
    assert names[-2:] == ["norm/moving_mean", "norm/moving_variance"]


def test_only_what_is_trainable() -> None:
    """trainable_only leaves out the weights that training does not change."""
    handler = Handler()
    asyncio.run(small().save(handler, trainable_only=True))
    assert len(handler.artifacts.weight_specs) == 6
    with pytest.raises(pyio.WeightsError, match="missing \\(2\\): norm/moving_mean"):
        asyncio.run(pyio.load_layers_model(handler))
    again = asyncio.run(pyio.load_layers_model(handler, strict=False))
    assert again.load_report is not None
    assert again.load_report.missing == ("norm/moving_mean", "norm/moving_variance")


def test_the_optimizer_is_saved_when_asked_for() -> None:
    """A model compiled in Python has its step counter saved, and keeps it through a load."""
    model, handler = small(), Handler()
    asyncio.run(model.save(handler, include_optimizer=True))
    assert handler.artifacts.training_config is None
    model.compile("adam", "meanSquaredError", ["accuracy", "mse"])
    asyncio.run(model.save(handler, include_optimizer=True))
    assert handler.artifacts.training_config == {
        "loss": "mean_squared_error",
        "metrics": ["accuracy", "mse"],
        "optimizer_config": {
            "class_name": "Adam",
            "config": {"learningRate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7},
        },
    }
    again = asyncio.run(pyio.load_layers_model(handler))
    assert list(again.optimizer_weights) == ["iter"]
    x, y = np.ones((3, 2)), np.ones((3, 1))
    np.testing.assert_allclose(again.evaluate(x, y), model.evaluate(x, y))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lion",), "the optimizer 'lion' is not one of sgd"),
        (("sgd", "wrong"), "the loss 'wrong' is not one of mean_squared_error"),
        (("sgd", ["mse", "mse"]), "2 losses were given for the 1 outputs"),
        (("sgd", {"other": "mse"}), r"the loss names the output 'other'; the model has \['out'\]"),
        (("sgd", "mse", ["f1"]), "the metric 'f1' is not one of accuracy"),
    ],
)
def test_compiling_with_what_is_not_known(arguments: Any, message: str) -> None:
    """Names that TensorFlow.js does not know are refused; the error lists the known ones."""
    with pytest.raises(pyio.InvalidModelError, match=message):
        small().compile(*arguments)


def test_evaluating_needs_a_loss_and_targets() -> None:
    """Evaluating a model that was not compiled, or with targets that do not fit, is an error."""
    model = small()
    with pytest.raises(pyio.InvalidModelError, match="has no loss; call compile"):
        model.evaluate(np.ones((1, 2)), np.ones((1, 1)))
    assert model.metrics_names == []
    model.compile("sgd", "mse")
    with pytest.raises(pyio.ModelInputError, match=r"2 examples and \[3\] targets"):
        model.evaluate(np.ones((2, 2)), np.ones((3, 1)))


@pytest.mark.parametrize(
    ("value", "message"),
    [([1], "is a list; expected a dict"), ({"a": object()}, "JSON cannot hold")],
)
def test_metadata_is_a_json_object(value: Any, message: str) -> None:
    """Anything but a dict of JSON values is refused at once."""
    with pytest.raises(pyio.InvalidModelError, match=message):
        small().user_defined_metadata = value


def test_artifacts_that_are_no_layers_model() -> None:
    """The error says that there are only weights, or only data without specs."""
    with pytest.raises(pyio.InvalidModelError, match=r"pyio\.load_arrays reads the weights alone"):
        pyio.model_from_artifacts(pyio.ModelArtifacts())
    topology = small().topology()
    data = (memoryview(b""),)
    with pytest.raises(pyio.InvalidModelError, match="weight data but no weight specs"):
        pyio.model_from_artifacts(pyio.ModelArtifacts(topology, weight_data=data))
    assert pyio.model_from_artifacts(pyio.ModelArtifacts(topology)).count_params() == 25


def test_importing_pyio_imports_no_numpy() -> None:
    """`import pyio` stays light; layers and models are imported when they are used."""
    code = (
        "import sys, pyio\n"
        "assert 'numpy' not in sys.modules and 'pyio.models' not in sys.modules\n"
        "pyio.layers.Dense\n"
        "assert 'numpy' in sys.modules\n"
        "assert 'pyio.models.layers.recurrent' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_inputs_of_text_are_refused() -> None:
    """An input that is declared as text has no arrays that a model could compute with."""
    model = pyio.Sequential([layers.InputLayer(input_shape=(2,), dtype="string", name="words")])
    with pytest.raises(pyio.ModelInputError, match="'words' is declared as 'string'"):
        model.predict([[1.0, 2.0]])


def test_what_editors_offer() -> None:
    """A model offers what users call, and no inner names; every layer class does the same."""
    offered = {name for name in dir(small()) if not name.startswith("_")}
    assert {"predict", "save", "summary"} <= offered
    assert not offered & INNER
    assert offered <= {
        *("add", "batch_input_shape", "build", "built", "call", "class_name", "compile"),
        *("compute_mask", "compute_output_shape", "count_params", "dtype", "evaluate"),
        *("from_config", "get_config", "get_layer", "get_weights", "graph", "inbound_nodes"),
        *("input", "input_names", "inputs", "layers", "load_report", "load_weights"),
        *("metrics_names", "name", "non_trainable_weights", "optimizer_weights", "output"),
        *("fit", "import_notes", "load_weights_from", "optimizer", "stop_training"),
        *("output_names", "outputs", "pop", "predict", "reset_states", "save", "set_weights"),
        *("stateful", "summary", "to_json", "topology", "trainable", "trainable_weights"),
        *("training_config", "unknown_classes", "unplaced_weights", "user_defined_metadata"),
        *("train_on_batch", "weights", "writer"),
    }
    assert str(inspect.signature(pyio.Sequential)).startswith("(layers")
    assert str(inspect.signature(pyio.Model)).startswith("(inputs")
    assert not {"Any", "TYPE_CHECKING"} & set(dir(pyio))
