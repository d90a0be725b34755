"""Estimators of scikit-learn in a real page: fitted there, or in CPython and picked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts.support.estimators import ESTIMATORS, IN_ORDER
from tests.browser.test_picked import offer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tabs import Tab

DATA = Path(__file__).resolve().parents[1] / "data/sklearn"

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("estimators in a further engine", further_engines=True),
]


async def install(folder: str, wheels: list[str]) -> None:
    """Install scikit-learn and skops as a user does, from files of this origin."""
    import js
    import pyodide_js

    await pyodide_js.loadPackage("micropip")
    import micropip

    for wheel in wheels:
        await micropip.install(f"{js.location.origin}/vendor/{folder}/{wheel}")


async def fit(rows: list[list[float]]) -> Any:
    """Fit a pipeline, save it in this browser, and return what it predicts."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    import pyio

    x = np.asarray(rows)
    found = []
    for name, last in (("lines", LogisticRegression()), ("tree", DecisionTreeClassifier())):
        pipeline = make_pipeline(StandardScaler(), last).fit(x, x[:, 0] > 0)
        await pyio.save_object(pipeline, f"indexeddb://{name}")
        found.append(pipeline.predict_proba(x).tolist())
    return found


async def stored(rows: list[list[float]]) -> Any:
    """Return what the pipelines in this browser predict, and their class by `inspect`."""
    import numpy as np

    import pyio

    assert sorted(await pyio.list_models()) == ["indexeddb://lines", "indexeddb://tree"]
    found = []
    for name in ("lines", "tree"):
        pipeline = await pyio.load_object(f"indexeddb://{name}")
        found.append(pipeline.predict_proba(np.asarray(rows)).tolist())
    about: Any = (await pyio.inspect("indexeddb://tree")).user_defined_metadata
    return [found, about["object"]["class"], about["object"]["bits"]]


async def picked(rows: list[list[float]]) -> Any:
    """Return what the picked estimator predicts, and the warnings."""
    import warnings

    import js
    import numpy as np

    import pyio

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", pyio.CompatibilityWarning)
        estimator = await pyio.load_object(pyio.browser_files(js.offered))
    await pyio.save_object(estimator, "memory://again")
    again = await pyio.load_object("memory://again")
    x = np.asarray(rows)
    assert (again.predict(x) == estimator.predict(x)).all()
    return [estimator.predict(x).tolist(), [str(each.message) for each in caught]]


@pytest.mark.usefixtures("estimators")
def test_estimators(new_tab: Callable[[], Tab]) -> None:
    """Pipelines survive a reload; those that a 64-bit CPython has fitted predict the same here."""
    tab = new_tab()
    told = json.loads((DATA / "predictions.json").read_text("utf-8"))
    tab.python(install, ESTIMATORS.folder, IN_ORDER)
    expected = tab.python(fit, told["x"])
    tab.reload()
    tab.python(install, ESTIMATORS.folder, IN_ORDER)
    assert tab.python(stored, told["x"]) == [expected, "sklearn.pipeline.Pipeline", 32]
    for name, predicted in told["predicted"].items():
        offer(tab, {f"{name} (1).skops": (DATA / f"{name}.skops").read_bytes()})
        assert tab.python(picked, told["x"]) == [predicted, []], name
