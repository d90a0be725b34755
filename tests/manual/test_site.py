"""The built manual: its links work, and it needs no other site."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import TimeoutError  # noqa: A004 - Playwright's own name

from scripts.support import site as site_script
from scripts.support.server import Site
from scripts.support.site import ManualError, build_manual, write_site
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    Attributes = list[tuple[str, str | None]]


class Document(HTMLParser):
    """The ids of a page, the addresses that it links to, and those that a browser fetches."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = {""}
        self.linked: list[str] = []
        self.fetched: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        values = {key: value or "" for key, value in attrs}
        self.ids |= {values[key] for key in ("id", "name") if key in values}
        if tag == "a" and "href" in values:
            self.linked.append(values["href"])
        elif tag == "link" and values.get("rel") not in ("next", "prev", "canonical"):
            self.fetched.append(values["href"])
        elif "src" in values:
            self.fetched.append(values["src"])


@pytest.fixture(scope="module")
def manual() -> Path:
    """The folder of the built manual."""
    return build_manual()


def test_built_links(manual: Path) -> None:
    """Each link of a built page leads to a file of the site, and to an id in it."""
    documents = {path.name: Document(path) for path in manual.glob("*.html")}
    del documents["404.html"]  # served at any depth, so its links are absolute
    broken = []
    for page, document in documents.items():
        for link in {*document.linked, *document.fetched}:
            parts = urlsplit(link)
            if parts.scheme in ("https", "mailto"):
                continue
            place = os.path.normpath(f"manual/{unquote(parts.path)}") if parts.path else page
            target = place.removeprefix("manual/")
            if target in documents:
                found = unquote(parts.fragment) in documents[target].ids
            elif place.startswith("manual"):
                found = (manual / target).exists()
            else:
                found = (ROOT / "web" / place).exists()
            if not found:
                broken.append(f"{page}: {link}")
    assert broken == []


def test_built_pages_fetch_nothing_elsewhere(manual: Path) -> None:
    """Scripts, styles and pictures of all pages have relative addresses."""
    fetched = {link for path in manual.glob("*.html") for link in Document(path).fetched}
    assert [link for link in fetched if urlsplit(link).scheme not in ("", "data")] == []


def test_the_static_site(manual: Path, tmp_path: Path) -> None:
    """A folder gets the page, the manual and the runtime, and nothing else; no file is replaced."""
    pyodide, folder = tmp_path / "pyodide", tmp_path / "site"
    pyodide.mkdir()
    (pyodide / "pyodide.mjs").write_text("")
    assert write_site(folder, pyodide) == folder / "vendor/wheels"
    expected = {path.name for path in (ROOT / "web").iterdir() if path.name != "__pycache__"}
    assert {path.name for path in folder.iterdir()} == expected | {"vendor"}
    assert {path.name for path in (folder / "vendor").iterdir()} == {"pyodide"}
    assert (folder / "manual/index.html").read_bytes() == (manual / "index.html").read_bytes()
    assert not list((folder / "manual").glob("*.md"))
    with pytest.raises(FileExistsError, match="not empty"):
        write_site(folder, pyodide)


def test_tools_that_cannot_be_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a package index the error says that the tools are missing; demo.py prints it."""
    monkeypatch.setattr(site_script, "_TOOLS", tmp_path / "tools")
    monkeypatch.setattr(site_script, "WORK", tmp_path / "work")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(ManualError, match=r"tools cannot be installed: .*(zensical|mkdocstrings)"):
        build_manual()


def open_search(page: Page) -> None:
    """Press the key of the search until it is open: its script may load after the page."""
    for _ in range(30):
        page.keyboard.press("Control+k")
        with suppress(TimeoutError):
            page.wait_for_function("() => document.activeElement !== document.body", timeout=1000)
            return
    pytest.fail("the search does not open")


def test_the_manual_in_a_browser(browser_context_kept: BrowserContext, manual: Path) -> None:
    """The search and the dark mode work, and no request goes to another site."""
    page = browser_context_kept.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with Site({"/": ROOT / "web", "/manual/": manual}) as site:
        page.goto(f"{site.url}/manual/")
        assert page.evaluate("() => document.images[0].complete && document.images[0].naturalWidth")
        page.emulate_media(color_scheme="light")
        colour = "() => getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(colour)
        page.emulate_media(color_scheme="dark")
        page.wait_for_function(f"(light) => ({colour})() !== light", arg=light)
        page.goto(f"{site.url}/manual/speed.html")
        found = page.get_by_text("ForeignDatabaseError")  # this page does not have it
        assert found.count() == 0
        open_search(page)
        page.keyboard.type("ForeignDatabaseError")
        found.first.wait_for()
        page.close()
        assert [url for url in asked if not url.startswith((site.url, "data:", "blob:"))] == []
    assert complaints == []


def test_the_example_runs_in_the_manual(
    browser_context_kept: BrowserContext, manual: Path, vendor: Path, wheel: Path, tmp_path: Path
) -> None:
    """The button below the first example loads Python and shows what the example prints."""
    shutil.copy(wheel, tmp_path)
    (tmp_path / "index.json").write_text(json.dumps({"pyio": wheel.name}))
    served = {"/manual/": manual, "/vendor/": vendor, "/vendor/wheels/": tmp_path}
    with Site(served) as site:
        page = browser_context_kept.new_page()
        page.goto(f"{site.url}/manual/index.html")
        page.get_by_role("button", name="Run it here").click()
        said = page.locator("#run-here [role=status]")
        said.filter(has_text="indexeddb://my-model").wait_for(timeout=120_000)
        assert "[[" in said.inner_text()
        page.close()
