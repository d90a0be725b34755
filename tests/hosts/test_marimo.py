"""The example for marimo, exported and opened as its users do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.support.hosts import export_marimo
from scripts.support.server import Site
from tests.hosts.reading import array, shown
from tests.hosts.tensorflow import predictions

if TYPE_CHECKING:
    from tests.engines.contract import View
    from tests.engines.driven import PlaywrightBrowser

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("a notebook's host in a further engine", further_engines=True),
    pytest.mark.stalls("marimo"),
    pytest.mark.lacks("webkit", "what its workers ask of other sites cannot be redirected"),
]

EXAMPLE = Path(__file__).resolve().parents[2] / "web/examples/marimo_notebook.py"
URLS = ("localstorage://my-model", "indexeddb://my-model")


# The last button runs all cells. A click before Python has started has no effect.
CLICK = """async () => {
  while (!document.body.innerText.includes("]]")) {
    [...document.querySelectorAll("[data-testid=run-button]")].at(-1)?.click();
    await new Promise((done) => setTimeout(done, 3000));
  }
}"""


def run(view: View, mode: str) -> str:
    """Run all cells, and return the text of the page afterwards."""
    if mode == "edit":
        view.js(CLICK)
    shown(view, "]]")
    return shown(view, "indexeddb://my-model")


@pytest.mark.parametrize(
    "mode",
    ["run", pytest.param("edit", marks=pytest.mark.repetition("the same notebook, to be edited"))],
)
def test_example(hosts_browser: PlaywrightBrowser, tmp_path: Path, mode: str) -> None:
    """The first visit saves, the second loads; a click downloads; TensorFlow.js opens all."""
    export_marimo(EXAMPLE, tmp_path, mode)
    with Site({"/": tmp_path}) as site:
        view = hosts_browser.open(f"{site.url}/index.html")
        text = run(view, mode)
        assert len(array(text)) == 3
        files = view.downloads(2, lambda: view.click('button:has-text("Download the model")'))
        view.reload()
        assert array(run(view, mode)) == array(text)
        assert sorted(files) == ["my-model.json", "my-model.weights.bin"]
        for seen in predictions(view, files, *URLS):
            assert seen == pytest.approx(array(text), abs=1e-6)
        view.close()
