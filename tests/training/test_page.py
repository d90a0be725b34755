"""Training in a page: the recorded runs, and models that pyio and TensorFlow.js train in turns."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.interop.test_models import NAMES as MODELS
from tests.interop.test_models import SCRIPT
from tests.training import runs

if TYPE_CHECKING:
    from tests.support.tabs import Tab

ZIP = Path(__file__).parents[1] / "data" / "training" / "runs.zip"
CONTENT = base64.b64encode(ZIP.read_bytes()).decode()
NAMES = [name for name in runs.Runs(ZIP.read_bytes()).names if name not in runs.RIGHT_HERE]
TOLERANCE = 1e-5

BY_CHANCE = {"mlp", "conv1d_global_max", "noise", "embedding_lstm", "embedding_masked"}
"""Models that drop values or add noise."""

OTHER_RULES = {
    "initializers": "constraints are applied after each step here",
    "gru": "the penalties of recurrent layers count here",
}


def too_far(found: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """The differences above the tolerance, by run."""
    bad = {
        name: {key: value for key, value in each.items() if not value < TOLERANCE}
        for name, each in found.items()
    }
    return {name: each for name, each in bad.items() if each}


@pytest.mark.every_engine
@pytest.mark.repetition("training in a further engine", further_engines=True)
def test_recorded_runs(tab: Tab) -> None:
    """All recorded runs give TensorFlow.js's numbers in Pyodide, resumed ones included."""
    found = tab.python_module(runs, "every", CONTENT, NAMES)
    assert len(found) == len(NAMES) >= 50
    assert too_far(found) == {}


def test_products_of_the_kernel(tab: Tab) -> None:
    """Single products by the compiled kernel are NumPy's, for any sizes and strides."""
    found = tab.python_module(runs, "products")
    if found is None:
        pytest.skip("there is no kernel in this page")
    assert max(found.values()) < 1e-5, found


def with_tensorflow(tab: Tab) -> Tab:
    """The tab with TensorFlow.js and the functions of training.js."""
    tab.tensorflow()
    if not tab.js("() => 'pyioModels' in window"):
        tab.script(SCRIPT)
    tab.script(Path(__file__).with_name("training.js"))
    return tab


def test_every_model_trains_alike(tab: Tab) -> None:
    """The models of models.js, which have every layer, end with the same weights in both.

    TensorFlow.js cannot train about twenty of them. Those train here, with gradients that other
    tests compare with differences.
    """
    theirs = with_tensorflow(tab).js("(names) => pyioTraining.everyModel(tf, names)", MODELS)
    trained = {name: each for name, each in theirs.items() if "error" not in each}
    found = tab.python_module(runs, "alike", trained)
    assert len(found) >= 35
    different = too_far(found)
    assert set(different) == BY_CHANCE | set(OTHER_RULES)


@pytest.mark.every_engine
@pytest.mark.repetition("training in a further engine", further_engines=True)
def test_the_page_stays_responsive(tab: Tab) -> None:
    """While a model is trained, the page has its turn again and again: a timer of it runs."""
    tab.js("() => { window.ticks = 0; window.ticking = setInterval(() => ticks++, 20); }")
    seconds = tab.python_module(runs, "busy")
    ticks = tab.js("() => { clearInterval(window.ticking); return window.ticks; }")
    assert seconds > 0.5
    assert ticks > 5 * seconds, "the page has its turn every 50 milliseconds"


def test_trained_in_turns(tab: Tab) -> None:
    """Half trained here and ended by TensorFlow.js, and the reverse: the same end, and state."""
    with_tensorflow(tab)
    names = [name for name in NAMES if name != "opt_adamax"]  # its state is not saved there
    begun = tab.python_module(runs, "begun", CONTENT, names)
    turned = tab.js("(begun) => pyioTraining.inTurns(tf, begun)", begun)
    found = tab.python_module(runs, "ended", CONTENT, turned["halves"], turned["wholes"])
    flat = {
        f"{name}, {who}": numbers for name, each in found.items() for who, numbers in each.items()
    }
    assert len(flat) == 2 * len(names)
    assert too_far(flat) == {}
