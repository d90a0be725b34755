"""TensorFlow.js and pyio in one page: each opens the models that the other built."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pyio.format.json_text import dumps
from pyio.models.core.names import to_snake_case
from pyio.models.serialization.registry import FAMILY_OF
from tests.interop import built, inside

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tabs import Tab

SCRIPT = Path(__file__).with_name("models.js")
NAMES = re.findall(r'^  (?:model|direct)\("(\w+)"', SCRIPT.read_text(), re.MULTILINE)
TOLERANCE = 1e-5
UNREADABLE = {"separable_depthwise"}
"""Models whose files from TensorFlow.js can be opened by pyio only."""


@pytest.fixture
def both(tab: Tab) -> Tab:
    """A tab with Python, TensorFlow.js on its cpu backend, and the models."""
    tab.tensorflow()
    if not tab.js("() => 'pyioModels' in window"):
        tab.script(SCRIPT)
    return tab


def arrays(values: list[Any]) -> list[Any]:
    return [np.array(value["data"], np.float64).reshape(value["shape"]) for value in values]


def assert_close(ours: list[Any], theirs: list[Any]) -> None:
    """Equal shapes, and values within 1e-5 of the largest of each output."""
    assert [value["shape"] for value in ours] == [value["shape"] for value in theirs]
    for one, other in zip(arrays(ours), arrays(theirs), strict=True):
        np.testing.assert_allclose(
            one, other, rtol=TOLERANCE, atol=TOLERANCE * max(np.abs(other).max(initial=0), 1e-3)
        )


def as_loaded(text: str) -> str:
    """The topology, with the changes that TensorFlow.js makes whenever it loads one.

    StackedRNNCells get a new number, and an input shape without a dtype gets one.
    """
    text = re.sub(r"(stacked_rnn_cells_StackedRNNCells)\d+", r"\1", text)
    return re.sub(r'("batch_input_shape":\[[^]]*\]),"dtype":"float32"', r"\1", text)


def classes(value: Any) -> set[str]:
    """All class names in a topology."""
    found: set[str] = set()
    if isinstance(value, dict):
        found |= {value["class_name"]} if isinstance(value.get("class_name"), str) else set()
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        found |= classes(item)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_model_of_tensorflow(both: Tab, name: str) -> None:
    """TensorFlow.js builds and saves; pyio predicts the same, and TensorFlow.js opens it again.

    The topology that pyio writes is TensorFlow.js's own text, and so are weight names, their order
    and every byte of their values.
    """
    theirs = both.js("name => pyioModels.describe(tf, name)", name)
    ours = both.python_module(inside, "reopen", theirs)
    assert ours["text"] == theirs["text"]
    assert ours["artifacts"]["specs"] == theirs["artifacts"]["specs"]
    assert ours["artifacts"]["data"] == theirs["artifacts"]["data"]
    assert_close(ours["outputs"], theirs["outputs"])
    inputs = theirs["inputs"] if theirs["computable"] else None
    again = both.js("([a, x]) => pyioModels.reopen(tf, a, x)", [ours["artifacts"], inputs])
    # TensorFlow.js applies constraints to weights that it loads, so its predictions may change.
    # They must be equal for pyio's file and for its own file.
    own = both.js(
        "([a, x]) => pyioModels.reopen(tf, a, x).catch(() => null)", [theirs["artifacts"], inputs]
    )
    assert (own is None) == (name in UNREADABLE)
    if own is not None:
        assert {**again, "text": as_loaded(again["text"])} == {
            **own,
            "text": as_loaded(own["text"]),
        }
    elif theirs["computable"]:
        assert_close(again["outputs"], theirs["outputs"])


def test_the_models_use_every_layer_class(both: Tab) -> None:
    """No layer class of TensorFlow.js is missing from the comparisons above."""
    topologies = both.js(
        """async names => {
          const found = [];
          for (const name of names) {
            found.push((await pyioModels.describe(tf, name)).artifacts.topology);
          }
          return found;
        }""",
        NAMES,
    )
    used = set().union(*map(classes, topologies))
    # A cell is an object of its own only inside of RNN; ConvLSTM2D has its cell to itself.
    assert set(FAMILY_OF) - used == {"ConvLSTM2DCell"}
    assert len(NAMES) >= 50
    assert both.js("() => pyioModels.names") == NAMES


def test_the_comparison_can_fail() -> None:
    """The comparison detects an error of 2e-5 of the largest value, and another shape."""
    values = [{"shape": [2], "data": [1.0, 0.5]}]
    assert_close(values, values)
    for wrong in ({"shape": [2], "data": [1.00003, 0.5]}, {"shape": [1, 2], "data": [1.0, 0.5]}):
        with pytest.raises(AssertionError):
            assert_close([wrong], values)


def test_a_depth_multiplier_that_tensorflow_forgot(both: Tab) -> None:
    """SeparableConv2D: TensorFlow.js cannot open its own file, and can open pyio's copy of it."""
    theirs = both.js("name => pyioModels.describe(tf, name)", "separable_multiplier")
    failed = both.js(
        "a => pyioModels.open(tf, a).then(() => null, (error) => error.message)",
        theirs["artifacts"],
    )
    assert failed is not None
    ours = both.python_module(inside, "reopen", theirs)
    assert ours["text"] == theirs["text"]
    assert_close(ours["outputs"], theirs["outputs"])
    again = both.js(
        "([a, x]) => pyioModels.reopen(tf, a, x)", [ours["artifacts"], theirs["inputs"]]
    )
    assert_close(again["outputs"], theirs["outputs"])


def test_an_activation_that_tensorflow_cannot_open(both: Tab) -> None:
    """TensorFlow.js saves gelu_new but cannot open it; pyio opens it and predicts the same."""
    theirs = both.js("name => pyioModels.describe(tf, name)", "gelu_new")
    ours = both.python_module(inside, "reopen", theirs)
    assert ours["text"] == theirs["text"]
    assert_close(ours["outputs"], theirs["outputs"])


def test_defaults_are_those_of_tensorflow(both: Tab) -> None:
    """Each layer made in Python with only the required arguments has TensorFlow.js's config."""
    theirs = both.js("() => pyioModels.defaults(tf)")
    required = [[item["className"], item["required"]] for item in theirs]
    ours = both.python_module(inside, "default_configs", required)
    assert ours == [item["text"] for item in theirs]
    made = {item["className"] for item in theirs}
    assert set(FAMILY_OF) - made == {"RNN", "StackedRNNCells", "TimeDistributed", "Bidirectional"}


@pytest.mark.parametrize("name", sorted(built.MODELS))
def test_a_model_built_in_python(both: Tab, name: str) -> None:
    """TensorFlow.js opens a model built in Python, writes the same text, and predicts the same."""
    ours = both.python_module(built, "make", name)
    theirs = both.js("([a, x]) => pyioModels.reopen(tf, a, x)", [ours["artifacts"], ours["inputs"]])
    assert as_loaded(theirs["text"]) == as_loaded(ours["text"])
    if ours["inputs"] is not None:
        assert_close(ours["outputs"], theirs["outputs"])


def test_models_built_in_python_use_every_layer_class(both: Tab) -> None:
    """No layer class is missing from the models above."""
    used = set()
    for name in built.MODELS:
        used |= classes(both.python_module(built, "make", name)["artifacts"]["topology"])
    assert set(FAMILY_OF) - used == {"ConvLSTM2DCell"}


@pytest.mark.parametrize(
    "optimizer", ["sgd", "momentum", "adagrad", "adadelta", "adam", "rmsprop", "text"]
)
def test_training_state_is_kept(both: Tab, optimizer: str) -> None:
    """Training config and optimizer state come through pyio unchanged, only when asked for."""
    theirs = both.js("name => pyioModels.trained(tf, name)", optimizer)
    ours = both.python_module(inside, "retrain", theirs)
    assert ours["training"] == dumps(theirs["artifacts"]["trainingConfig"])
    assert ours["artifacts"]["specs"] == theirs["artifacts"]["specs"]
    assert ours["artifacts"]["data"] == theirs["artifacts"]["data"]
    assert set(ours["without"]) == {None}
    assert ours["no_training"] is None
    np.testing.assert_allclose(ours["evaluated"], theirs["evaluated"], rtol=TOLERANCE)
    data = [theirs["x"], theirs["y"]]
    opened = "([a, x, y]) => pyioModels.reopenTrained(tf, a, x, y)"
    again = both.js(opened, [ours["artifacts"], *data])
    # Compared as text, because TensorFlow.js's centered RMSProp reaches NaN, which is kept.
    assert str(again) == str(both.js(opened, [theirs["artifacts"], *data]))
    np.testing.assert_allclose(again["evaluated"], theirs["evaluated"], rtol=TOLERANCE)


def test_losses_and_metrics(both: Tab) -> None:
    """Every loss and metric gives TensorFlow.js's number, name and training config."""
    theirs = both.js("() => pyioModels.evaluations(tf)")
    assert len(theirs) == 14
    ours = both.python_module(inside, "evaluate_all", theirs)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(
            one["values"], other["values"], rtol=2e-5, atol=1e-6, err_msg=other["loss"]
        )
        config = dumps(other["artifacts"]["trainingConfig"])
        assert (one["loaded"], one["compiled"]) == (config, config)
        snake = [to_snake_case(name) for name in other["names"]]
        assert one["names"] == snake


def test_a_model_compiled_in_python(both: Tab) -> None:
    """TensorFlow.js opens optimizers of pyio.optimizers; before training only `iter` is kept."""
    ours = both.python_module(inside, "compiled")
    for item in ours:
        again = both.js(
            "([a, x, y]) => pyioModels.reopenTrained(tf, a, x, y)",
            [item["artifacts"], item["x"], item["y"]],
        )
        assert again["optimizer"] == item["optimizer"]
        assert again["config"] == pytest.approx(item["config"])
        assert again["state"] == [{"shape": [], "dtype": "int32", "data": [0]}]
        np.testing.assert_allclose(again["evaluated"], item["evaluated"], rtol=TOLERANCE)


def test_automatic_names_are_those_of_tensorflow(new_tab: Callable[[], Tab]) -> None:
    """In a fresh page, the same things made in the same order get the same names."""
    tab = new_tab()
    tab.tensorflow()
    theirs = tab.js(
        """() => {
          const made = [];
          const note = (thing) => { made.push(thing.name); return thing; };
          const input = tf.input({ shape: [3] });
          note(input.sourceLayer);
          const dense = note(tf.layers.dense({ units: 2 }));
          note(tf.layers.lstm({ units: 2 }));
          note(tf.layers.lstmCell({ units: 2 }));
          const gru = () => tf.layers.gruCell({ units: 1 });
          note(tf.layers.rnn({ cell: [gru(), gru()] }));
          note(tf.layers.stackedRNNCells({ cells: [tf.layers.lstmCell({ units: 1 })] }));
          note(tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 1 }), mergeMode: "sum" }));
          note(tf.layers.lstm({ units: 2, name: "own" }));
          note(tf.layers.lstmCell({ units: 2 }));
          note(tf.layers.convLstm2d({ filters: 1, kernelSize: 1 }));
          note(tf.layers.convLstm2dCell({ filters: 1, kernelSize: 1 }));
          note(tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 1 }) }));
          note(tf.model({ inputs: input, outputs: dense.apply(input) }));
          note(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] }));
          note(tf.sequential());
          note(tf.layers.dense({ units: 1 }));
          note(tf.input({ shape: [1] }).sourceLayer);
          return made;
        }"""
    )

    def ours() -> list[str]:
        import pyio
        from pyio import layers

        tensor = pyio.Input(shape=(3,))
        dense = layers.Dense(2)
        made = [
            tensor.layer,
            dense,
            layers.LSTM(2),
            layers.LSTMCell(2),
            layers.RNN([layers.GRUCell(1), layers.GRUCell(1)]),
            layers.StackedRNNCells([layers.LSTMCell(1)]),
            layers.Bidirectional(layers.LSTM(1), merge_mode="sum"),
            layers.LSTM(2, name="own"),
            layers.LSTMCell(2),
            layers.ConvLSTM2D(1, 1),
            layers.ConvLSTM2DCell(1, 1),
            layers.TimeDistributed(layers.Dense(1)),
            pyio.Model(tensor, dense(tensor)),
            pyio.Sequential([layers.Dense(1, input_shape=(2,))]),
            pyio.Sequential(),
            layers.Dense(1),
            pyio.Input(shape=(1,)).layer,
        ]
        return [thing.name for thing in made]

    assert tab.python(ours) == theirs
