"""pyio's output in the real JupyterLite and PyScript: bars, tables, errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scripts.support.hosts import HOSTS, PYSCRIPT_CORE
from scripts.support.server import Site
from tests.hosts.jupyterlite import Lab, notebook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engines.driven import PlaywrightBrowser

pytestmark = [
    pytest.mark.stalls("JupyterLite, PyScript"),
    pytest.mark.repetition("the outputs of the hosts' cells"),
]

CELLS = [
    "%pip install pyio-web",
    "import pyio, numpy as np",
    """
import asyncio
bar = pyio.progress_bar()
async def slowly():
    for done in (0, 3_000_000, 12_000_000):
        bar(pyio.Progress("load", "indexeddb://<i>big</i>", done, 12_000_000))
        await asyncio.sleep(0.5)
await slowly()
""",
    """
data = {"w": np.zeros(30_000_000, bool)}
await pyio.save_arrays(data, "indexeddb://big", on_progress=pyio.progress_bar())
print("saved")
""",
    "await pyio.list_models()",
    """
def plain():
    pyio.sync.save_arrays({"w": np.arange(3, dtype=np.float32)}, "localstorage://<b>small</b>")
    return pyio.sync.load_arrays("localstorage://<b>small</b>")["w"].tolist()
plain()
""",
    "pyio.sync.list_models()",
    "await pyio.load_layers_model('indexeddb://absent')",
]
BAR_SEEN = """() => {
  window.bars = new Set();
  new MutationObserver(() => {
    const bar = document.querySelector("progress");
    if (bar) bars.add(`${bar.value.toFixed(2)} ${bar.parentElement.textContent.trim()}`);
  }).observe(document.body, { childList: true, subtree: true, attributes: true });
}"""


@pytest.fixture(scope="module")
def lab(hosts_browser: PlaywrightBrowser) -> Iterator[Lab]:
    """An open notebook with pyio installed and imported."""
    with Site({"/": HOSTS / "jupyterlite"}) as site:
        lab = Lab(hosts_browser.open(f"{site.url}/lab/index.html"), "seen.ipynb", notebook(CELLS))
        lab.run(0, 1)
        yield lab
        lab.view.close()


def shown(lab: Lab, cell: int) -> list[Any]:
    """Run a cell and return its final output."""
    outputs: list[Any]
    (outputs,) = lab.run(cell)
    return outputs


def test_a_bar_that_moves(lab: Lab) -> None:
    """The page shows a bar while a cell runs, and afterwards one line of text."""
    lab.view.js(BAR_SEEN)
    (output,) = shown(lab, 2)
    assert output["data"]["text/html"] == "load indexeddb://&lt;i&gt;big&lt;/i&gt;: 12.0 MB"
    assert output["data"]["text/plain"] == "load indexeddb://<i>big</i>: 12.0 MB"
    seen = lab.view.js("() => [...bars]")
    assert "0.25 load indexeddb://<i>big</i>: 3.0 MB of 12.0 MB" in seen, seen


def test_the_bar_of_a_save(lab: Lab) -> None:
    """A real save leaves its line in the output, and nothing on standard error."""
    bar, said = shown(lab, 3)
    assert bar["data"]["text/plain"] == "save indexeddb://big: 30.0 MB"
    assert (said["name"], said["text"]) == ("stdout", "saved\n")


def test_a_table(lab: Lab) -> None:
    """list_models() is a table on the page, with await and without; names are shown literally."""
    shown(lab, 3)
    *_, awaited = shown(lab, 4)  # after the bridge's output, which is invisible
    assert "<table>" in awaited["data"]["text/html"]
    *_, value = shown(lab, 5)
    assert value["data"]["text/plain"] == "[0.0, 1.0, 2.0]"
    shown(lab, 6)
    rows = lab.view.js(
        """() => [...document.querySelectorAll(".jp-OutputArea-output table")].at(-1)
          .innerText.split("\\n").map((row) => row.split("\\t").slice(0, 2))"""
    )
    assert rows[0] == ["Model", "Size"]
    assert sorted(rows[1:]) == [
        ["indexeddb://big", "30.0 MB"],
        ["localstorage://<b>small</b>", "56 bytes"],
    ]


def test_an_error_in_words(lab: Lab) -> None:
    """The last line of the traceback is the message; the traceback has no JavaScript lines."""
    with pytest.raises(AssertionError) as caught:
        shown(lab, 7)
    text = str(caught.value)
    last = text.strip().splitlines()[-1]
    assert "ModelNotFoundError" in last
    assert "there is no model at 'indexeddb://absent'; list_models() says what is stored" in last
    assert ".mjs" not in text
    assert "wasm" not in text


PYSCRIPT = """
import asyncio
import js
from pyscript import display
import pyio

bar = pyio.progress_bar()
for done in (0, 3_000_000, 12_000_000):
    bar(pyio.Progress("load", "indexeddb://<i>big</i>", done, 12_000_000))
    await asyncio.sleep(0.5)
model = pyio.ModelArtifacts(model_topology={"a": 1})
await pyio.save_artifacts(model, "indexeddb://m", on_progress=pyio.progress_bar())
display(await pyio.list_models())
js.document.title = "done"
"""
PAGE = """<!doctype html>
<script>(BAR)()</script>
<script type="module" src="CORE"></script>
<script type="py" config='{"packages": ["pyio-web"]}'>SOURCE</script>
"""


def test_in_pyscript(hosts_browser: PlaywrightBrowser, tmp_path: Path) -> None:
    """The bar and the table appear in the script's place; the bar ends as a line of text."""
    core = f"{PYSCRIPT_CORE.cdn}core.js"
    watch = BAR_SEEN.replace("document.body", "document")
    page = PAGE.replace("BAR", watch).replace("CORE", core).replace("SOURCE", PYSCRIPT)
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    with Site({"/": tmp_path}) as site:
        view = hosts_browser.open(f"{site.url}/index.html")
        view.js(
            """async () => {
              while (document.title !== "done") await new Promise((end) => setTimeout(end, 100));
            }"""
        )
        seen = view.js("() => [...bars]")
        assert "0.25 load indexeddb://<i>big</i>: 3.0 MB of 12.0 MB" in seen, seen
        text = view.js("() => document.body.innerText")
        assert "load indexeddb://<i>big</i>: 12.0 MB" in text
        assert "save indexeddb://m: 0 bytes" in text
        assert view.js("() => document.querySelectorAll('progress').length") == 0
        cells = "() => [...document.querySelectorAll('table td')].map((cell) => cell.innerText)"
        assert view.js(cells)[:2] == ["indexeddb://m", "7 bytes"]
        view.close()
