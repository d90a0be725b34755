"""The examples for a page, for a page with a worker, and for PyScript, run as they are."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pyio.bridge
from scripts.support.server import Site
from tests.hosts.reading import array, learned, shown
from tests.hosts.tensorflow import predictions

if TYPE_CHECKING:
    from tests.engines.driven import PlaywrightBrowser

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("a notebook's host in a further engine", further_engines=True),
    pytest.mark.stalls("PyScript"),
    pytest.mark.lacks("webkit", "what its workers ask of other sites cannot be redirected"),
]

EXAMPLES = Path(__file__).resolve().parents[2] / "web/examples"
URLS = ("localstorage://my-model", "indexeddb://my-model")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The examples with the bridge's script beside them, as on a real site."""
    shutil.copytree(EXAMPLES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "pyio-bridge.js").write_text(pyio.bridge.script())
    return tmp_path


IN_A_WORKER = pytest.mark.repetition("the same example, in a worker")


@pytest.mark.parametrize(
    ("file", "isolated"),
    [
        ("page.html", False),
        ("pyscript.html", False),
        pytest.param("pyscript_worker.html", True, marks=IN_A_WORKER),
        pytest.param("worker.html", False, marks=IN_A_WORKER),
    ],
)
def test_example(hosts_browser: PlaywrightBrowser, folder: Path, file: str, isolated: bool) -> None:
    """The first visit trains and saves to all media, the second loads; TensorFlow.js opens all."""
    with Site({"/": folder}, isolated=isolated) as site:
        view = hosts_browser.open(f"{site.url}/{file}")
        files = view.downloads(2, lambda: shown(view, "]]"))
        text = shown(view, "]]")
        assert all(url in text for url in URLS)
        assert learned(text)
        view.reload()
        assert array(shown(view, "]]")) == array(text)
        assert len(array(text)) == 3
        assert sorted(files) == ["my-model.json", "my-model.weights.bin"]
        for seen in predictions(view, files, *URLS):
            assert seen == pytest.approx(array(text), abs=1e-6)
        view.close()
