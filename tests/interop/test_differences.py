"""The documented differences from TensorFlow.js exist, and each is intended.

tests/unit/models/test_numbers.py shows that pyio's numbers are correct.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.interop import inside, refused
from tests.interop.test_models import SCRIPT, arrays, both  # noqa: F401 -- a fixture

if TYPE_CHECKING:
    from tests.support.tabs import Tab

DIFFERENT = re.findall(
    r"^    (\w+): \(tf\)",
    SCRIPT.read_text().partition("const DIFFERENT")[2].partition("};")[0],
    re.MULTILINE,
)


@pytest.mark.parametrize("name", DIFFERENT)
def test_tensorflow_computes_something_else(both: Tab, name: str) -> None:  # noqa: F811
    """TensorFlow.js fails or gives other numbers or another shape for a model it built itself."""
    theirs = both.js("name => pyioModels.attempt(tf, name)", name)
    ours = both.python_module(inside, "predict_only", theirs)
    if isinstance(theirs["outputs"], str):
        assert theirs["outputs"]
        return
    for one, other in zip(arrays(ours), arrays(theirs["outputs"]), strict=True):
        assert one.shape != other.shape or np.abs(one - other).max() > 1e-3


def test_all_differences_are_tried(both: Tab) -> None:  # noqa: F811
    """The names above are those of models.js."""
    assert both.js("() => pyioModels.different") == DIFFERENT
    assert len(DIFFERENT) >= 7


@pytest.mark.parametrize("name", sorted(refused.MODELS))
def test_tensorflow_refuses_what_pyio_computes(both: Tab, name: str) -> None:  # noqa: F811
    """TensorFlow.js cannot open the model or predict with it; pyio had warned about that."""
    ours = both.python_module(refused, "make", name)
    said = both.js("([a, x]) => pyioModels.refusal(tf, a, x)", [ours["artifacts"], ours["inputs"]])
    assert said is not None
    assert ours["outputs"] > 0
    assert ours["warned"] == (name not in refused.SILENT)


def test_constraints_change_loaded_weights_in_tensorflow(both: Tab) -> None:  # noqa: F811
    """TensorFlow.js does not predict the same with a model that it saved and opened again."""
    theirs = both.js("name => pyioModels.describe(tf, name)", "initializers")
    again = both.js(
        "([a, x]) => pyioModels.reopen(tf, a, x)", [theirs["artifacts"], theirs["inputs"]]
    )
    difference = arrays(again["outputs"])[0] - arrays(theirs["outputs"])[0]
    assert np.abs(difference).max() > 1e-3


def test_losses_of_several_outputs_add_up_in_tensorflow(both: Tab) -> None:  # noqa: F811
    """TensorFlow.js's evaluate returns the first loss in place of the total, then partial sums."""
    found = both.js(
        """() => {
          const x = tf.input({ shape: [2] });
          const ends = ["a", "b"].map((name) => tf.layers.dense({ units: 1, name }).apply(x));
          const model = tf.model({ inputs: x, outputs: ends });
          model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
          const ones = tf.ones([1, 1]);
          return model.evaluate(tf.ones([1, 2]), [ones, ones]).map((value) => value.dataSync()[0]);
        }"""
    )
    one, two = found[2:]
    assert found == pytest.approx([one, one + two, one, two])
