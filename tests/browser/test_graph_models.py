"""Graph models in a real page: TensorFlow's answers, and a real model by way of storage."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support import graphs

if TYPE_CHECKING:
    from tests.support.tabs import Tab

DATA = Path(__file__).parents[1] / "data" / "graphs"


async def through_storage(texts: list[str]) -> Any:
    """Load the language detector over HTTP, save it, and predict with what was saved."""
    import numpy as np

    import pyio

    model = await pyio.load_graph_model(pyio.http("/vendor/model-languages/model.json"))
    await model.save("indexeddb://languages")
    saved = await pyio.load_graph_model("indexeddb://languages")
    scores, classes = saved.predict(np.array(texts, object))
    assert (await pyio.inspect("indexeddb://languages")).ops["StatelessWhile"] == 1
    return [scores.tolist(), classes[0].tolist(), repr(saved)]


@pytest.mark.repetition("the numbers are NumPy's in every engine", further_engines=True)
@pytest.mark.every_engine
@pytest.mark.usefixtures("real_models")
def test_graph_models(tab: Tab) -> None:
    """All recorded graphs and ops, and a real model that goes through IndexedDB."""
    for file, count in (("cases.zip", 73), ("ops.zip", 868), ("beyond.zip", 246)):
        packed = base64.b64encode((DATA / file).read_bytes()).decode()
        assert tab.python_module(graphs, "far_in_a_page", packed, 2e-5) == [count, {}]
    known = json.loads((DATA / "real.json").read_text("utf-8"))["languages"]
    scores, classes, shown = tab.python(through_storage, known["texts"])
    np.testing.assert_allclose(scores, known["scores"], atol=2e-6)
    assert classes == known["classes"]
    assert shown.startswith("<GraphModel: 272 nodes, 2 functions")


def test_tensorflow_opens_what_was_saved(tab: Tab) -> None:
    """tf.loadGraphModel opens what GraphModel.save wrote, with the same results."""
    expected = tab.python_module(graphs, "save_small", "indexeddb://small")
    assert expected == [[5, 0, 4]]
    tab.tensorflow()
    theirs = tab.js(
        """async () => {
          const model = await tf.loadGraphModel("indexeddb://small");
          return model.predict(tf.tensor2d([[1, 2]])).arraySync();
        }"""
    )
    assert theirs == expected
