"""Short tracebacks of plain mistakes, and a save without await."""

from __future__ import annotations

import asyncio
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

import pyio
from tests.support.models import run

if TYPE_CHECKING:
    from collections.abc import Callable

layers: Any = pyio.layers
MISSPELT: Any = {"cheksum": True}
MISTAKES: dict[str, Callable[[], Any]] = {
    "predict": lambda: model().predict([[1.0]]),
    "call": lambda: model()([[1.0]]),
    "get_layer": lambda: model().get_layer("nothing"),
    "set_weights": lambda: model().set_weights([]),
    "load_weights": lambda: model().load_weights({}),
    "save": lambda: run(model().save("nothing://m")),
    "Model": lambda: pyio.Model(1, 2),  # type: ignore[arg-type]
    "add": lambda: pyio.Sequential([pyio.layers.Dense(1)]),
    "load_layers_model": lambda: run(pyio.load_layers_model("memory://not-there")),
    "save_arrays": lambda: run(pyio.save_arrays({}, "memory://a", **MISSPELT)),
    "copy_model": lambda: run(pyio.copy_model("memory://not-there", "memory://b")),
    "sync": lambda: pyio.sync.load_arrays("memory://not-there"),
    "http": lambda: pyio.http(""),
    "Dense": lambda: layers.Dense(-1),
    "a misspelt option": lambda: layers.Conv2D(2, 3, paddin="same"),
    "too many arguments": lambda: layers.MaxPooling2D(2, 2),
    "Bidirectional": lambda: layers.Bidirectional(layers.Dense(1)),
    "a layer in a graph": lambda: layers.Conv2D(2, 3)(pyio.Input((4,))),
    "a layer of arrays": lambda: layers.Conv2D(2, 3)([[1.0]]),
    "weights of a layer": lambda: layers.Dense(1).set_weights([1]),
    "Input": lambda: pyio.Input((-1,)),
    "from_config": lambda: layers.Dense.from_config({}),
    "initializer": lambda: layers.Dense(1, kernel_initializer="nothing"),
    "register": lambda: pyio.layers.register_activation("", len),
    "EarlyStopping": lambda: pyio.callbacks.EarlyStopping(monitor=3),  # type: ignore[arg-type]
    "Checkpoint": lambda: pyio.callbacks.Checkpoint("memory://m", mode="best"),
    "metadata": lambda: setattr(model(), "user_defined_metadata", {"a": object()}),
    "inspect": lambda: run(pyio.inspect("memory://not-there")),
    "decode": lambda: pyio.decode_weights(b"1", [pyio.WeightSpec("w", (2,), "bool")]),
}


def model() -> pyio.LayersModel:
    return pyio.Sequential([pyio.layers.Dense(1, input_shape=(2,))])


def frames_of_pyio(make: Callable[[], Any]) -> list[str]:
    with pytest.raises(pyio.PyioError) as caught:
        make()
    found = []
    error: BaseException | None = caught.value
    while error is not None:
        found += [f.filename for f in traceback.extract_tb(error.__traceback__)]
        error = error.__cause__ or error.__context__
    return [name for name in found if "/pyio/" in name]


@pytest.mark.parametrize("make", MISTAKES.values(), ids=MISTAKES)
def test_frames_of_pyio_are_left_out(make: Callable[[], Any]) -> None:
    """At most the decorated function itself remains, and below pyio.sync what waits for it."""
    assert len(frames_of_pyio(make)) <= 2


def test_a_variable_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """For those who look for a fault of pyio."""
    monkeypatch.setenv("PYIO_TRACEBACKS", "full")
    assert len(frames_of_pyio(MISTAKES["predict"])) > 3


def test_in_a_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong shape is a traceback of a few lines, with the error's text."""
    shell: Any = InteractiveShell.instance()
    try:
        shell.run_cell(
            "import pyio\nm = pyio.Sequential([pyio.layers.Dense(1, input_shape=(2,))])\n"
            "m.predict([[1.0, 2.0, 3.0]])"
        )
    finally:
        InteractiveShell.clear_instance()
    shown = capsys.readouterr().out
    assert "takes arrays of shape" in shown
    assert len(shown.splitlines()) < 16, shown


def test_a_save_that_is_not_awaited_says_so() -> None:
    """It is an ordinary coroutine in every other respect."""
    saving = model().save("memory://m")
    assert "not saved yet: await it, as in `await model.save('memory://m')`" in repr(saving)
    saving.close()
    assert not run(pyio.exists("memory://m"))

    async def work() -> None:
        await model().save("memory://m")
        await asyncio.create_task(model().save("memory://n"))
        await asyncio.gather(model().save("memory://o"))
        await asyncio.wait_for(model().save("memory://p"), 10)

    asyncio.run(work())
    assert isinstance(asyncio.run(model().save("memory://q")), pyio.SaveResult)
    assert isinstance(pyio.sync.run(model().save("memory://r")), pyio.SaveResult)
    assert [url for url in run(pyio.list_models()) if url.startswith("memory://")] == [
        f"memory://{name}" for name in "mnopqr"
    ]


@pytest.mark.filterwarnings("default")
def test_forgetting_it_warns() -> None:
    """Python warns as for every coroutine."""
    saving = [model().save("memory://m")]
    with pytest.warns(RuntimeWarning, match="save_model' was never awaited"):
        saving.clear()
