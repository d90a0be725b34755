"""In every host: full storage, a model of 100 MB, and two tabs at once."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scripts.support.server import Site
from tests.engines.driven import PlaywrightView
from tests.hosts import hosts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Download, Page

    from tests.engines.driven import PlaywrightBrowser
    from tests.hosts.outside import Outside

pytestmark = [
    pytest.mark.stalls("JupyterLite, marimo, PyScript"),
    pytest.mark.repetition("limits in the hosts"),
]

WATCH = """() => {
  window.sawBar = false;
  new MutationObserver(() => { sawBar ||= document.querySelector("progress") !== null; })
    .observe(document.body, { childList: true, subtree: true });
}"""


@pytest.fixture(scope="module", params=hosts.ALL)
def new_python(
    request: pytest.FixtureRequest,
    hosts_browser: PlaywrightBrowser,
    outside: Outside,  # noqa: ARG001 -- it sees to the hosts
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[], hosts.Python]]:
    """Open further tabs of one origin, with Python in them."""
    folder, page = hosts.ALL[request.param](tmp_path_factory.mktemp(request.param))
    tabs: list[hosts.Python] = []
    with Site({"/": folder}) as site:

        def open_tab() -> hosts.Python:
            view = hosts_browser.open(f"{site.url}/{page}")
            tabs.append(hosts.start(request.param, view))
            return tabs[-1]

        yield open_tab
        for tab in tabs:
            tab.view.close()


@pytest.fixture(scope="module")
def python(new_python: Callable[[], hosts.Python]) -> hosts.Python:
    """The first tab of a host."""
    return new_python()


def test_full(python: hosts.Python) -> None:
    """The error is the same as without a bridge, and the old model is kept."""
    message, needed, kept = python.call("full()")
    assert message.startswith("no room to save 'localstorage://kept':")
    assert "what was stored before is untouched" in message
    assert needed > 8_000_000
    assert kept == [1, 1, 1]


def test_large(python: hosts.Python) -> None:
    """100 MB are saved to IndexedDB and as a download, and load again; JupyterLite shows a bar."""
    python.view.js(WATCH)
    said: list[object] = []
    files = python.view.downloads(2, lambda: said.append(python.call("large()")))
    assert said == [[True, 100_000_000, 100_000_000]]
    assert sorted(files) == ["large.json", "large.weights.bin"]
    data = files["large.weights.bin"]
    assert len(data) == 100_000_000
    assert python.view.js("() => window.sawBar") or not isinstance(python, hosts.Notebook)
    assert data[-4:] == bytes.fromhex("20bcbe4b")


def test_files(python: hosts.Python) -> None:
    """Models in the browser's files work, through synchronous handles of a worker."""
    numbers, same, listed, way = python.call("in_files()")
    assert (numbers, same, listed) == ([0, 1, 2], True, True)
    assert way in ("handles", "helper")


def test_nothing_is_left_in_the_notebook(python: hosts.Python) -> None:
    """The output that loads the bridge is not in the notebook that JupyterLite saves."""
    if not isinstance(python, hosts.Notebook):
        pytest.skip("this host saves no notebook")
    assert python.call("full()")  # this loads the bridge into the page
    saved = python.lab.saved()
    outputs = json.dumps([cell.get("outputs") for cell in saved["cells"]])
    assert "no room to save" in outputs  # the saved cells are those that ran
    assert "BroadcastChannel" not in outputs
    assert "application/javascript" not in outputs


def test_two_tabs(python: hosts.Python, new_python: Callable[[], hosts.Python]) -> None:
    """Each tab gets its own response, and its download appears only in that tab."""
    tabs = {"one": python, "another": new_python()}
    offered: dict[str, list[str]] = {}
    for name, tab in tabs.items():
        assert isinstance(tab.view, PlaywrightView)
        offered[name] = note_downloads(tab.view.page)
    for name, tab in tabs.items():
        answers: list[int] = []
        tab.view.downloads(1, partial(answer, tab, name, answers))
        assert answers == [len(name)]
    assert offered == {"one": ["one.zip"], "another": ["another.zip"]}


def answer(tab: hosts.Python, name: str, answers: list[int]) -> None:
    answers.append(tab.call(f"offer({name!r})"))


def note_downloads(page: Page) -> list[str]:
    names: list[str] = []

    def note(download: Download) -> None:
        names.append(download.suggested_filename)

    page.on("download", note)
    return names
