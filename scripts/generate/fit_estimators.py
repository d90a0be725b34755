"""Fit the estimators of ``tests/data/sklearn`` in a 64-bit CPython, and store what they predict.

``python scripts/generate/fit_estimators.py`` needs scikit-learn 1.8.0, the version of Pyodide, and
skops.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

if __name__ == "__main__":  # before the imports below, so that --help needs no packages
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import pyio

TARGET = Path(__file__).resolve().parents[2] / "tests/data/sklearn"


def estimators() -> dict[str, Any]:
    """Return estimators of kinds that store their state in different ways."""
    forest = RandomForestClassifier(4, max_depth=4, random_state=0)
    network = MLPClassifier((6,), max_iter=60, random_state=0)
    return {
        "forest": make_pipeline(StandardScaler(), forest),
        "svm": make_pipeline(StandardScaler(), SVC()),
        "boosting": HistGradientBoostingClassifier(max_iter=4, max_depth=3),
        "network": make_pipeline(StandardScaler(), network),
    }


async def main() -> None:
    """Fit and store."""
    random = np.random.default_rng(3)
    x = random.standard_normal((80, 4))
    y = (x[:, 0] + x[:, 1] > 0).astype(int) + (x[:, 2] > 0.5)
    rows = x[:12].round(6)
    predicted = {}
    for name, estimator in estimators().items():
        estimator.fit(x, y)
        await pyio.save_object(estimator, f"file://{TARGET}/{name}.skops")
        predicted[name] = estimator.predict(rows).tolist()
    told = {"x": rows.tolist(), "predicted": predicted}
    (TARGET / "predictions.json").write_text(json.dumps(told), "utf-8")


if __name__ == "__main__":
    asyncio.run(main())
