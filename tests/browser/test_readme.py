"""The examples of the README and of the manual, run unchanged.

They run in a page that has only Pyodide, as if a reader had pasted them.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from scripts.support.server import Site
from tests.conftest import ROOT
from tests.manual.documents import PAGES, README, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Download, Page, Route

INDEX = "https://**"
START = """async () => {
  const { loadPyodide } = await import("/vendor/pyodide/pyodide.mjs");
  globalThis.pyodide = await loadPyodide();
}"""
RUN = """async (sources) => {
  const globals = pyodide.toPy({ __name__: "__main__" });
  for (const source of sources) await pyodide.runPythonAsync(source, { globals });
  globals.destroy();
}"""
CLEAR = """async () => {
  localStorage.clear();
  for (const { name } of await indexedDB.databases()) {
    await new Promise((done, failed) => {
      const request = indexedDB.deleteDatabase(name);
      [request.onsuccess, request.onerror] = [done, failed];
    });
  }
}"""


@pytest.fixture(scope="module")
def plain_page(browser_context_kept: BrowserContext, vendor: Path, wheel: Path) -> Iterator[Page]:
    """A page with Pyodide and nothing else; the index knows the built wheel as pyio-web."""
    served = {"/": ROOT / "web", "/vendor/": vendor, "/wheels/": wheel.parent}
    with Site(served) as site:
        page = browser_context_kept.new_page()
        page.set_default_timeout(120_000)
        empty = "<!doctype html><title>plain</title>"
        page.route(
            "**/plain.html", lambda route: route.fulfill(body=empty, content_type="text/html")
        )
        page.route(INDEX, lambda route: answer_as_index(route, site.url, wheel))
        page.goto(f"{site.url}/plain.html")
        page.evaluate(START)
        yield page
        page.close()


def answer_as_index(route: Route, site: str, wheel: Path) -> None:
    """Answer a request to the package index, which has no pyio-web yet, with the built wheel."""
    assert "/pyio-web" in route.request.url, route.request.url
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    file = {
        "filename": wheel.name,
        "url": f"{site}/wheels/{wheel.name}",
        "hashes": {"sha256": digest},
    }
    body = {"meta": {"api-version": "1.0"}, "name": "pyio-web", "files": [file]}
    route.fulfill(
        body=json.dumps(body),
        content_type="application/vnd.pypi.simple.v1+json",
        headers={"Access-Control-Allow-Origin": "*"},
    )


def sources(document: Path) -> list[str]:
    """Return the blocks of a document that run in a page: blocks without a mark."""
    return [block.source for block in blocks(document) if block.mark is None]


def test_the_example(plain_page: Page) -> None:
    """The README's example installs pyio, saves, loads, predicts and offers two files."""
    (source,) = sources(README)
    offered: list[Download] = []

    def keep(download: Download) -> None:
        offered.append(download)

    plain_page.on("download", keep)
    plain_page.evaluate(RUN, [source])
    stored = plain_page.evaluate(
        """async () => JSON.parse(await pyodide.runPythonAsync(
          "import json, pyio; json.dumps(sorted(await pyio.list_models()))"))"""
    )
    while len(offered) < 2:
        plain_page.wait_for_timeout(20)
    files = {file.suggested_filename: file.path().read_bytes() for file in offered}
    plain_page.remove_listener("download", keep)
    assert stored == ["indexeddb://my-model"]
    assert sorted(files) == ["my-model.json", "my-model.weights.bin"]
    assert len(files["my-model.weights.bin"]) == 4 * (4 * 3 + 3)
    assert len([line for line in source.splitlines() if line]) <= 12


@pytest.mark.parametrize(
    "document", [page for page in PAGES if sources(page)], ids=lambda path: path.stem
)
def test_examples_of_the_manual(plain_page: Page, document: Path) -> None:
    """The blocks of a page run in order; only blocks excluded by a comment are left out."""
    plain_page.evaluate(
        """async () => {
          await pyodide.loadPackage("micropip", { messageCallback: () => {} });
          await pyodide.runPythonAsync("import micropip; await micropip.install('pyio-web')");
        }"""
    )
    plain_page.evaluate(RUN, sources(document))
    plain_page.evaluate(CLEAR)
