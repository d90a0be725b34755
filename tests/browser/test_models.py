"""Models in a real page: saved to the browser's storage, opened by TensorFlow.js, hostile ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.unit.models import hostile

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tabs import Tab


async def build_and_save(url: str) -> Any:
    import numpy as np

    import pyio

    model = pyio.Sequential(
        [
            pyio.layers.Embedding(10, 4, mask_zero=True, input_length=5),
            pyio.layers.LSTM(3, name="memory"),
            pyio.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("adam", "categoricalCrossentropy", ["accuracy"])
    model.user_defined_metadata = {"words": ["ä", "b"]}
    result = await model.save(url, include_optimizer=True)
    x = np.arange(10).reshape(2, 5)
    return [model.predict(x).tolist(), result.model_artifacts_info.weight_data_bytes]


async def load_and_predict(url: str) -> Any:
    import numpy as np

    import pyio

    model = await pyio.load_layers_model(url)
    assert model.user_defined_metadata == {"words": ["ä", "b"]}
    assert model.metrics_names == ["loss", "acc"]
    return model.predict(np.arange(10).reshape(2, 5)).tolist()


@pytest.mark.parametrize("scheme", ["indexeddb", "localstorage"])
def test_a_model_survives_a_reload(tab: Tab, scheme: str) -> None:
    """A model that was built and saved in Python loads after a reload of the page."""
    before, size = tab.python(build_and_save, f"{scheme}://my/model")
    assert size == 4 * (10 * 4 + (4 + 3 + 1) * 12 + 4 * 2) + 4
    tab.js("() => proxiesEnd()")
    tab.reload()
    tab.js("() => proxiesBegin()")
    assert tab.python(load_and_predict, f"{scheme}://my/model") == before


def test_tensorflow_opens_it_from_storage(tab: Tab) -> None:
    """tf.loadLayersModel opens what model.save wrote, with optimizer, loss and metadata."""
    before, _ = tab.python(build_and_save, "indexeddb://py")
    tab.tensorflow()
    theirs = tab.js(
        """async () => {
          const model = await tf.loadLayersModel("indexeddb://py");
          const x = tf.tensor2d([...Array(10).keys()], [2, 5]);
          return [model.predict(x).arraySync(), model.loss, model.optimizer.getClassName(),
            model.getUserDefinedMetadata()];
        }"""
    )
    np.testing.assert_allclose(theirs[0], before, rtol=1e-5)
    assert theirs[1:] == ["categoricalCrossentropy", "Adam", {"words": ["ä", "b"]}]


def test_pyio_opens_what_tensorflow_stored(tab: Tab) -> None:
    """load_layers_model opens what model.save of TensorFlow.js wrote, and predicts the same."""
    tab.tensorflow()
    theirs = tab.js(
        """async () => {
          const layers = [tf.layers.dense({units: 3, inputShape: [2], activation: "tanh"}),
            tf.layers.dense({units: 1})];
          const model = tf.sequential({layers});
          await model.save("indexeddb://tf");
          return model.predict(tf.tensor2d([[1, 2], [3, 4]])).arraySync();
        }"""
    )

    async def ours() -> Any:
        import pyio

        model = await pyio.load_layers_model("indexeddb://tf")
        return model.predict([[1, 2], [3, 4]]).tolist()

    np.testing.assert_allclose(tab.python(ours), theirs, rtol=1e-5)


def test_hostile_topologies_in_the_page(tab: Tab) -> None:
    """Each hostile topology gives a clear error within a second, despite the small stack."""
    assert tab.python_module(hostile, "refused") == {}


def test_importing_the_layers_imports_little(new_tab: Callable[[], Tab]) -> None:
    """In a fresh page, `import pyio` imports no NumPy, and one layer few modules of pyio."""

    def imported() -> list[int]:
        import sys

        def ours() -> int:
            return sum(name.startswith("pyio") for name in sys.modules)

        assert "pyio" not in sys.modules
        import pyio

        counts = [ours()]
        assert "numpy" not in sys.modules
        pyio.layers.Dense  # noqa: B018
        counts.append(ours())
        for name in pyio.layers.__all__:
            getattr(pyio.layers, name)
        counts.append(ours())
        return counts

    first, one, every = new_tab().python(imported)
    print("modules of pyio for itself, one layer, all layers:", first, one, every)
    assert first <= 3
    assert one <= 40
    assert every <= 75
