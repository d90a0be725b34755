"""pyio.sync where Python is not in a browser."""

from __future__ import annotations

import asyncio
import inspect
import re
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import pytest

import pyio
from tests.support.models import artifacts, run

COROUTINES = {name for name in pyio.__all__ if inspect.iscoroutinefunction(getattr(pyio, name))}


def test_a_model_goes_and_comes() -> None:
    """Saving, listing, loading, moving and removing are plain calls with the usual results."""
    model = pyio.Sequential([pyio.layers.Dense(2, input_shape=[3])])
    result = pyio.sync.save_model(model, "memory://sync", include_optimizer=False)
    assert isinstance(result, pyio.SaveResult)
    assert pyio.sync.list_models()["memory://sync"] == result.model_artifacts_info
    pyio.sync.move_model("memory://sync", "memory://sync2")
    loaded = pyio.sync.load_layers_model("memory://sync2")
    x = np.ones((1, 3), np.float32)
    assert loaded.predict(x).tolist() == model.predict(x).tolist()
    assert pyio.sync.run(model.save("memory://sync")) is not result
    for name in ("sync", "sync2"):
        assert pyio.sync.remove_model(f"memory://{name}").weight_data_bytes == 32
    assert not pyio.sync.exists("memory://sync")


def test_errors_are_the_usual_ones() -> None:
    """An exception of the coroutine is raised unchanged, without asyncio's frames around it."""
    with pytest.raises(pyio.ModelNotFoundError, match="memory://absent") as caught:
        pyio.sync.load_artifacts("memory://absent")
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_whatever_can_be_awaited() -> None:
    """`run` takes a coroutine and any other awaitable."""

    class Answer:
        def __await__(self) -> Any:
            return answer().__await__()

    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    pyio.sync.run(pyio.save_artifacts(artifacts(), "memory://m"))
    assert pyio.sync.remove_model("memory://m").weight_data_bytes == 104
    assert pyio.sync.run(Answer()) == 42


def test_inside_a_running_loop() -> None:
    """Within a running loop the call raises and says what to do; no coroutine is left unawaited."""

    async def cell() -> None:
        pyio.sync.save_artifacts(artifacts(), "memory://never")

    expected = (
        "pyio.sync cannot wait here: an event loop runs in this thread already, as in a Jupyter "
        "notebook. Use await instead, as in `await pyio.list_models()`, which works everywhere"
    )
    with pytest.raises(pyio.UnsupportedEnvironmentError, match=re.escape(expected)):
        run(cell())
    assert not pyio.sync.exists("memory://never")


def test_every_coroutine_function_has_a_twin() -> None:
    """The names listed for editors are exactly the existing functions; each has a docstring."""
    source = Path(inspect.getfile(pyio.sync)).read_text("utf-8")
    declared = dict(re.findall(r"^    (\w+) = blocking\(\w+\.(\w+)\)$", source, re.MULTILINE))
    # `fit` is a method of models in pyio.
    assert declared == {name: name for name in {*COROUTINES, "fit"}}, "see pyio/sync.py"
    assert set(dir(pyio.sync)) == {"blocking", "run", "fit", *COROUTINES}
    of_model = list(inspect.signature(pyio.LayersModel.fit).parameters.values())[1:]
    assert list(inspect.signature(pyio.sync.fit).parameters.values())[2:] == of_model[1:]
    for name in COROUTINES:
        twin, function = getattr(pyio.sync, name), getattr(pyio, name)
        assert not inspect.iscoroutinefunction(twin)
        assert twin is getattr(pyio.sync, name)
        assert twin.__doc__ == function.__doc__
        assert inspect.signature(twin) == inspect.signature(function)


@pytest.mark.parametrize("name", ["http", "PyioError", "__path__", "nothing", "_media"])
def test_other_names_are_attribute_errors(name: str) -> None:
    """Plain functions, classes and private names of pyio are not in pyio.sync."""
    with pytest.raises(AttributeError, match=rf"module 'pyio.sync' has no attribute '{name}'"):
        getattr(pyio.sync, name)


def test_types_are_kept() -> None:
    """A type checker sees parameters and results of the twins; mypy checks this file."""
    pyio.sync.save_artifacts(artifacts(), "memory://typed")
    assert_type(pyio.sync.load_artifacts("memory://typed"), pyio.ModelArtifacts)
    assert_type(pyio.sync.exists("memory://typed"), bool)
    info = pyio.sync.remove_model("memory://typed")
    assert_type(info, pyio.ModelArtifactsInfo)
    with pytest.raises(TypeError):
        pyio.sync.exists("memory://typed", "surplus")  # type: ignore[call-arg, arg-type, unused-ignore]


def test_sync_inside_a_callback() -> None:
    """It is refused before it begins, by a text that says what to do."""
    spec = pyio.WeightSpec("w", (8,), "bool")
    model = pyio.ModelArtifacts({"t": 1}, (spec,), (memoryview(bytes(8)),))
    found = []

    def call(_progress: pyio.Progress) -> None:
        with pytest.raises(pyio.UnsupportedEnvironmentError) as caught:
            pyio.sync.list_models()
        found.append(str(caught.value))

    pyio.sync.save_artifacts(model, "memory://callback", on_progress=call)
    assert len(found) == 2
    assert found[0].startswith("pyio.sync cannot wait inside on_progress")
    assert list(pyio.sync.list_models()) == ["memory://callback"]
    pyio.sync.remove_model("memory://callback")
