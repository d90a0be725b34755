"""The example for JupyterLite, run in the real JupyterLite."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts.support.hosts import HOSTS
from scripts.support.server import Site
from tests.hosts.jupyterlite import Lab
from tests.hosts.tensorflow import predictions

if TYPE_CHECKING:
    from tests.engines.driven import PlaywrightBrowser

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("a notebook's host in a further engine", further_engines=True),
    pytest.mark.stalls("JupyterLite"),
    pytest.mark.lacks("webkit", "what its workers ask of other sites cannot be redirected"),
]

EXAMPLE = Path(__file__).resolve().parents[2] / "web/examples/jupyterlite.ipynb"


def numbers(text: str) -> list[float]:
    """The numbers in NumPy's text of an array."""
    return [float(number) for number in re.findall(r"-?\d+\.\d*(?:e[+-]?\d+)?", text)]


def plain(outputs: list[Any]) -> str:
    """The last output of a cell as text."""
    text: str = outputs[-1]["data"]["text/plain"]
    return text


@pytest.mark.parametrize(
    "isolated",
    [
        pytest.param(False, id="plain"),
        pytest.param(
            True, id="isolated", marks=pytest.mark.repetition("the same notebook, isolated")
        ),
    ],
)
def test_example(hosts_browser: PlaywrightBrowser, isolated: bool) -> None:
    """Every cell runs: a trained model is in all media, after a reload, and in TensorFlow.js.

    The reloaded one is trained on, and gets another head, which is trained and saved.
    """
    example = json.loads(EXAMPLE.read_text("utf-8"))
    cell = {entry["id"]: index for index, entry in enumerate(example["cells"])}
    with Site({"/": HOSTS / "jupyterlite"}, isolated=isolated) as site:
        lab = Lab(hosts_browser.open(f"{site.url}/lab/index.html"), "example.ipynb", example)
        assert lab.view.js("() => crossOriginIsolated") is isolated
        beginning = ("install", "import", "make", "predict")
        _, _, trained, made = lab.run(*(cell[name] for name in beginning))
        assert plain(trained).startswith("<History: 10 epochs, loss")
        expected = numbers(plain(made))
        assert len(expected) == 3
        files = lab.view.downloads(2, lambda: lab.run(cell["save"]))
        (listed,) = lab.run(cell["list"])
        assert all(
            f"{scheme}://my-model" in plain(listed) for scheme in ("localstorage", "indexeddb")
        )
        lab.saved()
        lab.reload()
        *_, loaded = lab.run(cell["install"], cell["import"], cell["load"])
        assert numbers(plain(loaded)) == expected
        more, head, listed = lab.run(cell["more"], cell["head"], cell["list"])
        assert plain(more).startswith("<History: 5 epochs, loss")
        assert plain(head).startswith("<History: 10 epochs, loss")
        assert "indexeddb://other-head" in plain(listed)
        assert sorted(files) == ["my-model.json", "my-model.weights.bin"]
        urls = ("localstorage://my-model", "indexeddb://my-model")
        for seen in predictions(lab.view, files, *urls):
            assert seen == pytest.approx(expected, abs=1e-6)
        lab.view.close()
