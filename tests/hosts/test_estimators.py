"""scikit-learn in the real JupyterLite: a pipeline is there after a reload."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.support.hosts import HOSTS
from scripts.support.server import Site
from tests.hosts.jupyterlite import Lab, notebook
from tests.hosts.test_jupyterlite import pytestmark as _of_notebooks

if TYPE_CHECKING:
    from tests.engines.driven import PlaywrightBrowser

pytestmark = [*_of_notebooks, pytest.mark.repetition("a notebook with scikit-learn")]

INSTALL = ["%pip install pyio-web", "%pip install scikit-learn", "%pip install skops"]
IMPORT = """
import pyio
import skops.io
"""
FIT = """
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
x = np.random.default_rng(0).standard_normal((60, 3))
pipeline = make_pipeline(StandardScaler(), RandomForestClassifier(5, random_state=0))
pipeline.fit(x, x[:, 0] > x[:, 1])
await pyio.save_object(pipeline, "indexeddb://pipeline")
"""
LOAD = """
import numpy as np
x = np.random.default_rng(0).standard_normal((60, 3))
pipeline = await pyio.load_object("indexeddb://pipeline")
"""
PREDICTED = """
async def predicted():
    return pipeline.predict_proba(x).tolist()
"""


def test_a_pipeline_after_a_reload(hosts_browser: PlaywrightBrowser) -> None:
    """Fitted in a notebook, saved to IndexedDB, and loaded by a new kernel: it predicts the same.

    Everything is installed as users do it, scikit-learn from Pyodide and skops from the index.
    """
    cells = [*INSTALL, IMPORT, PREDICTED, FIT, LOAD]
    *prepare, fit, load = range(len(cells))
    with Site({"/": HOSTS / "jupyterlite"}, isolated=False) as site:
        view = hosts_browser.open(f"{site.url}/lab/index.html")
        lab = Lab(view, "pipeline.ipynb", notebook(cells))
        for cell in (*prepare, fit):  # one by one: each takes its time on a busy machine
            lab.run(cell)
        expected = lab.call("predicted()")
        lab.saved()
        lab.reload()
        for cell in (*prepare, load):
            lab.run(cell)
        assert lab.call("predicted()") == expected
        view.close()
