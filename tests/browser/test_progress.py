"""on_progress, inspect and exists on the media of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.tabs import Tab

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("progress in a further engine", further_engines=True),
]

STORES = ("localstorage", "indexeddb", "opfs", "memory")


async def watch(url: str, size: int) -> Any:
    """Save and load `size` bytes; return the reports as [action, what, done, total]."""
    import numpy as np

    import pyio

    reports: list[pyio.Progress] = []
    arrays = {"a": np.ones(size - size // 3, dtype=bool), "b": np.ones(size // 3, dtype=bool)}
    await pyio.save_arrays(arrays, url, on_progress=reports.append)
    await pyio.load_arrays(url, on_progress=reports.append)
    return [[r.action, r.what, r.bytes_done, r.bytes_total] for r in reports]


@pytest.mark.parametrize("scheme", STORES)
def test_bytes_rise_to_the_total(tab: Tab, scheme: str) -> None:
    """Reports rise from 0 to all bytes and have the model's address, for save and load."""
    reports = tab.python(watch, f"{scheme}://m", 900_000)
    for action in ("save", "load"):
        done = [report[2] for report in reports if report[0] == action]
        assert done == sorted(done)
        assert (done[0], done[-1]) == (0, 900_000)
    assert {report[1] for report in reports} == {f"{scheme}://m"}
    assert {report[3] for report in reports} <= {900_000, None}
    assert reports[-1][3] == 900_000


def test_large_models_are_reported_in_parts(tab: Tab) -> None:
    """A save of 40 MB to IndexedDB is reported several times."""
    reports = tab.python(watch, "indexeddb://m", 40_000_000)
    assert len([report for report in reports if report[0] == "save"]) >= 6


@pytest.mark.parametrize("scheme", STORES)
def test_models_without_weights(tab: Tab, scheme: str) -> None:
    """A model without weights has one report with a fraction of 1, and no division by zero."""

    async def nothing(url: str) -> Any:
        import pyio

        reports: list[pyio.Progress] = []
        model = pyio.ModelArtifacts(model_topology={"a": 1})
        await pyio.save_artifacts(model, url, on_progress=reports.append)
        await pyio.load_artifacts(url, on_progress=reports.append)
        return [reports[0].fraction, reports[-1].fraction, {r.bytes_done for r in reports} == {0}]

    assert tab.python(nothing, f"{scheme}://m") == [1.0, 1.0, True]


@pytest.mark.parametrize("scheme", STORES)
def test_a_callback_that_raises_changes_nothing(tab: Tab, scheme: str) -> None:
    """An exception at the first or the last report leaves the old model in place."""

    async def stop(url: str) -> Any:
        import numpy as np

        import pyio

        def at(fraction: float) -> Any:
            def raise_there(progress: pyio.Progress) -> None:
                if progress.fraction == fraction:
                    raise ZeroDivisionError(f"{progress.action} {fraction}")

            return raise_there

        await pyio.save_arrays({"w": np.arange(9, dtype=np.float32)}, url)
        before = await pyio.list_models()
        raised = []
        for fraction in (0.0, 1.0):
            try:
                await pyio.save_arrays({"w": np.ones(5, np.float32)}, url, on_progress=at(fraction))
            except ZeroDivisionError as error:
                raised.append(str(error))
        try:
            await pyio.load_arrays(url, on_progress=at(1.0))
        except ZeroDivisionError as error:
            raised.append(str(error))
        same = before == await pyio.list_models()
        return [raised, same, (await pyio.load_arrays(url))["w"].tolist()]

    raised, same, kept = tab.python(stop, f"{scheme}://m")
    assert raised == ["save 0.0", "save 1.0", "load 1.0"]
    assert same
    assert kept == list(range(9))


def test_a_copy_reports_both_ways(tab: Tab) -> None:
    """A copy or a move first loads and then saves, and reports both to one callback."""

    async def copy() -> Any:
        import numpy as np

        import pyio

        reports: list[pyio.Progress] = []
        await pyio.save_arrays({"w": np.ones(10, dtype=bool)}, "indexeddb://a")
        await pyio.copy_model("indexeddb://a", "localstorage://b", on_progress=reports.append)
        await pyio.move_model("indexeddb://a", "memory://c", on_progress=reports.append)
        return [[r.action, r.what, r.bytes_done] for r in reports if r.fraction == 1.0]

    assert tab.python(copy) == [
        ["load", "indexeddb://a", 10],
        ["save", "localstorage://b", 10],
        ["load", "indexeddb://a", 10],
        ["save", "memory://c", 10],
    ]


@pytest.mark.parametrize("scheme", STORES)
def test_inspect_and_exists(tab: Tab, scheme: str) -> None:
    """Reading no weights, inspect describes a stored model; exists finds damaged ones too."""

    async def look(url: str) -> Any:
        import numpy as np

        import pyio

        before = await pyio.exists(url)
        encoded = pyio.encode_weights({"d/kernel": np.ones((2, 3), np.float32)})
        layers: Any = [{"class_name": "Dense", "config": {"name": "d"}}]
        model = pyio.ModelArtifacts(
            model_topology={"class_name": "Sequential", "config": {"layers": layers}},
            weight_specs=encoded.specs,
            weight_data=encoded.data,
            format="layers-model",
            user_defined_metadata={"a": 1},
        )
        await pyio.save_artifacts(model, url)
        found = await pyio.inspect(url)
        try:
            absent: Any = await pyio.inspect(url + "-absent")
        except pyio.ModelNotFoundError as error:
            absent = error.url
        return [
            before,
            await pyio.exists(url),
            [(layer.name, layer.class_name) for layer in found.layers],
            [(spec.name, spec.shape, spec.byte_length) for spec in found.tensors],
            [found.format, found.parameters, found.weight_bytes, found.user_defined_metadata],
            absent,
        ]

    assert tab.python(look, f"{scheme}://looked-at") == [
        False,
        True,
        [["d", "Dense"]],
        [["d/kernel", [2, 3], 24]],
        ["layers-model", 6, 24, {"a": 1}],
        f"{scheme}://looked-at-absent",
    ]


def test_inspect_does_not_read_the_weights(tab: Tab) -> None:
    """A model whose weights cannot be decoded can still be inspected."""

    async def look() -> Any:
        import numpy as np

        import pyio

        await pyio.save_arrays({"w": np.ones(3, dtype=bool)}, "localstorage://m")
        import js

        js.localStorage.setItem("tensorflowjs_models/m/weight_data", "*** no base64 ***")
        found = await pyio.inspect("localstorage://m")
        return [spec.name for spec in found.tensors]

    assert tab.python(look) == ["w"]


def test_the_bar_without_tqdm(tab: Tab) -> None:
    """If tqdm is not installed, `progress_bar` writes lines of text."""

    async def bar() -> Any:
        import contextlib
        import io

        import numpy as np

        import pyio

        sink = io.StringIO()
        with contextlib.redirect_stderr(sink):
            await pyio.save_arrays(
                {"w": np.ones(2000, dtype=bool)}, "memory://m", on_progress=pyio.progress_bar()
            )
        return sink.getvalue()

    assert tab.python(bar) == (
        "\rsave memory://m: 0 bytes (0%)\rsave memory://m: 2,000 bytes (100%)\n"
    )


@pytest.mark.parametrize("scheme", STORES[:3])
def test_one_model_is_looked_up(tab: Tab, scheme: str) -> None:
    """exists, inspect, copy, move and remove look up one model and never list the medium."""

    async def look(scheme: str) -> Any:
        from importlib import import_module

        import pyio

        name = {"localstorage": "local_storage", "indexeddb": "indexed_db"}.get(scheme, scheme)
        store: Any = import_module(f"pyio.handlers.{name}.store")
        listings: list[str] = []
        listed = store.models

        async def counted() -> Any:
            listings.append(scheme)
            return await listed()

        store.models = counted
        try:
            model = pyio.ModelArtifacts(model_topology={"a": 1})
            await pyio.save_artifacts(model, f"{scheme}://a")
            found = [await pyio.exists(f"{scheme}://{path}") for path in "ab"]
            await pyio.inspect(f"{scheme}://a")
            await pyio.copy_model(f"{scheme}://a", f"{scheme}://b")
            await pyio.move_model(f"{scheme}://b", f"{scheme}://c")
            found += [await pyio.exists(f"{scheme}://{path}") for path in "bc"]
            await pyio.remove_model(f"{scheme}://a")
        finally:
            store.models = listed
        return [listings, found]

    assert tab.python(look, scheme) == [[], [True, False, False, True]]
