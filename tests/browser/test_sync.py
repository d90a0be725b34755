"""pyio.sync in a browser: it waits where WebAssembly can pause, and says so where it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.tabs import Start, Tab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scripts.support.server import Site
    from tests.engines.contract import Browser

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("waiting in a further engine", further_engines=True),
]
needs_jspi = pytest.mark.lacks("webkit", "WebKit has no JavaScript Promise Integration")


@pytest.fixture(scope="module", params=["page", "module"])
def tab_without_jspi(
    request: pytest.FixtureRequest,
    browser_kept: Browser,
    new_site: Callable[[], Site],
    wheel: Path,
) -> Iterator[Tab]:
    """Python on the page and in a worker of a browser that has no JSPI, as Safari has none."""
    with new_site() as site:
        view = browser_kept.open(f"{site.url}/bridge.html")
        tab = Tab(view, wheel.name, Start(thread=request.param, jspi=False))
        yield tab
        tab.close()


def sync_calls() -> Any:
    """Save, list, load and remove, in a plain function."""
    import numpy as np

    import pyio

    model = pyio.Sequential([pyio.layers.Dense(2, input_shape=[3])])
    pyio.sync.save_model(model, "indexeddb://waited")
    listed = [url for url in pyio.sync.list_models() if url.startswith("indexeddb")]
    loaded = pyio.sync.load_layers_model("indexeddb://waited")
    x = np.ones((2, 3), np.float32)
    same = (loaded.predict(x) == model.predict(x)).all()
    removed = pyio.sync.run(pyio.remove_model("indexeddb://waited"))
    try:
        pyio.sync.load_artifacts("indexeddb://waited")
    except pyio.ModelNotFoundError as error:
        return [listed, bool(same), removed.weight_data_bytes, str(error), error.__cause__ is None]


ABSENT = "there is no model at 'indexeddb://waited'; list_models() says what is stored"
EXPECTED = [["indexeddb://waited"], True, 32, ABSENT, True]


@needs_jspi
def test_waiting(tab: Tab) -> None:
    """From a function without async, every step returns its result or raises its own error."""
    assert tab.python(sync_calls) == EXPECTED


@needs_jspi
def test_other_tasks_go_on(tab: Tab) -> None:
    """While one task waits, others run and may wait themselves; each gets its own result."""

    async def several() -> Any:
        import asyncio

        import pyio

        async def one(name: str) -> list[str]:
            await asyncio.sleep(0)
            for number in range(3):
                model = pyio.ModelArtifacts(model_topology={"n": number})
                pyio.sync.save_artifacts(model, f"indexeddb://{name}/{number}")
                await asyncio.sleep(0)
            return [url for url in pyio.sync.list_models() if url.startswith(f"indexeddb://{name}")]

        return await asyncio.gather(*map(one, ("a", "b", "c")))

    assert tab.python(several) == [
        [f"indexeddb://{name}/{n}" for n in range(3)] for name in ("a", "b", "c")
    ]


@needs_jspi
def test_errors_keep_their_attributes(tab: Tab) -> None:
    """A quota error comes out with its byte counts, and the browser's own error as its cause."""

    def overfill() -> Any:
        import numpy as np

        import pyio

        try:
            pyio.sync.save_arrays({"w": np.zeros(6_000_000, bool)}, "localstorage://m")
        except pyio.QuotaExceededError as error:
            return [error.url, error.bytes_needed > 6_000_000, type(error.__cause__).__name__]

    assert tab.python(overfill) == ["localstorage://m", True, "StorageError"]


@needs_jspi
def test_an_event_handler_cannot_wait(tab: Tab) -> None:
    """Where JavaScript calls Python plainly, the error names the ways that can wait."""

    async def handler() -> Any:
        import asyncio

        import js
        from pyodide.ffi import create_once_callable

        import pyio

        said: asyncio.Future[str] = asyncio.Future()

        def clicked(*_: Any) -> None:
            try:
                pyio.sync.list_models()
            except pyio.UnsupportedEnvironmentError as error:
                said.set_result(str(error))

        target = js.EventTarget.new()
        target.addEventListener("click", create_once_callable(clicked))
        target.dispatchEvent(js.Event.new("click"))
        return await said

    message = tab.python(handler)
    assert "JavaScript in a way that cannot pause" in message
    assert "callPromising" in message
    assert "Use await instead" in message


def test_without_jspi(tab_without_jspi: Tab) -> None:
    """Nothing begins; the error names what is missing and `await`, which works."""

    async def both() -> Any:
        import pyio

        model = pyio.ModelArtifacts(model_topology={"a": 1})
        try:
            pyio.sync.save_artifacts(model, "indexeddb://m")
        except pyio.UnsupportedEnvironmentError as error:
            before = list(await pyio.list_models())
            await pyio.save_artifacts(model, "indexeddb://m")
            return [str(error), before, list(await pyio.list_models())]

    said, before, after = tab_without_jspi.python(both)
    assert said == (
        "pyio.sync cannot wait here: this browser has no JavaScript Promise Integration (Chromium "
        "has it since version 137). Use await instead, as in `await pyio.list_models()`, which "
        "works everywhere"
    )
    assert (before, after) == ([], ["indexeddb://m"])
