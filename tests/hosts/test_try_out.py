"""The notebooks under ``/try/`` of the built site run, with the pyio of the site."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scripts.support.demo import add_packages
from scripts.support.server import Site
from scripts.support.try_out import EXAMPLES, add_notebooks
from tests.hosts.jupyterlite import Lab
from tests.hosts.reading import array
from tests.hosts.test_marimo import run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engines.driven import PlaywrightBrowser

pytestmark = [
    pytest.mark.repetition("the examples of the notebooks, in the built site"),
    pytest.mark.stalls("JupyterLite or marimo"),
]


@pytest.mark.timeout(600)  # builds JupyterLite, and starts two hosts
def test_the_notebooks_of_the_site(
    hosts_browser: PlaywrightBrowser, wheel: Path, tmp_path: Path
) -> None:
    """Both install the wheel of the site, save and list a model; neither asks an index for pyio."""
    asked: list[str] = []
    hosts_browser.context.on("request", lambda request: asked.append(request.url))
    with Site({"/": tmp_path}) as site:
        add_packages(tmp_path, wheel)
        add_notebooks(tmp_path, wheel, site.url)
        view = hosts_browser.open(f"{site.url}/try/jupyterlite/lab/index.html")
        lab = Lab(view, "jupyterlite.ipynb")
        example = json.loads((EXAMPLES / "jupyterlite.ipynb").read_text("utf-8"))
        cells = {entry["id"]: index for index, entry in enumerate(example["cells"])}
        lab.run(cells["install"], cells["import"], cells["make"])
        assert lab.call("pyio.exists('indexeddb://my-model')") is False
        view.close()
        view = hosts_browser.open(f"{site.url}/try/marimo/index.html")
        assert len(array(run(view, "edit"))) == 3
        view.close()
    assert not [url for url in asked if "pypi.org/simple/pyio-web" in url]
    assert f"{site.url}/simple/pyio-web/{wheel.name}" in asked
