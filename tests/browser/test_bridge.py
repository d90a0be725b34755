"""Python in a web worker, which reaches localStorage, downloads and files over the bridge."""

from __future__ import annotations

import inspect
import json
import textwrap
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

import pyio.bridge
from tests.browser import test_downloads, test_faults, test_moves, test_picked
from tests.contract import promises
from tests.interop import test_tensorflow
from tests.support.tabs import Start, Tab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scripts.support.server import Site
    from tests.engines.contract import Browser

    Open = Callable[[str, Start], Tab]

WORKER = Start(thread="module")
PAGE = Start()
pytestmark = pytest.mark.repetition("the bridge in a further engine", further_engines=True)
"""For tests that depend on pyio's own code more than on the engine, or that start Python often."""

NAMED, UNNAMED, WITHOUT = "bridge.html", "bridge.html?unnamed", "index.html"
"""Pages with the bridge, whose workers know their page or do not, and one without it."""


@pytest.fixture(scope="module")
def shared_tab(browser_kept: Browser, new_site: Callable[[], Site], wheel: Path) -> Iterator[Tab]:
    """A tab with the bridge's script and Python in a worker, for all tests of this module."""
    with new_site() as site:
        tab = Tab(browser_kept.open(f"{site.url}/{NAMED}"), wheel.name, WORKER)
        tab.python(listed)  # so that what is left behind later is not the connection
        yield tab
        tab.close()


@pytest.fixture
def open_tab(browser_kept: Browser, site: Site, wheel: Path) -> Iterator[Open]:
    """Open tabs of one fresh origin: a page of the harness, and where its Python runs."""
    tabs: list[Tab] = []

    def start(page: str, start: Start) -> Tab:
        tabs.append(Tab(browser_kept.open(f"{site.url}/{page}"), wheel.name, start))
        return tabs[-1]

    yield start
    for tab in tabs:
        if tab not in closed:
            tab.close()
    closed.clear()


closed: list[Tab] = []
"""The tabs that their test has closed."""


def close(tab: Tab) -> None:
    """Close a tab before the end of its test."""
    closed.append(tab)
    tab.close()


async def listed() -> Any:
    import pyio

    return {url: info.damage for url, info in (await pyio.list_models()).items()}


async def save(url: str, size: int) -> Any:
    """Save `size` ones; return None, or the exception as [class, message, attributes]."""
    import numpy as np

    import pyio

    try:
        await pyio.save_arrays({"w": np.ones(size, dtype=bool)}, url)
    except pyio.PyioError as error:
        return [type(error).__name__, str(error), error.__dict__]
    return None


async def load(url: str) -> Any:
    import pyio

    return int((await pyio.load_arrays(url))["w"].sum())


def begin(tab: Tab, function: Callable[..., Any], *arguments: Any) -> None:
    """Start a Python function without waiting for it; `end` waits."""
    source = [textwrap.dedent(inspect.getsource(function)), function.__name__]
    tab.js(
        "(args) => { window.begun = callPython(...args); begun.catch(() => {}); }",
        [*source, json.dumps(arguments)],
    )


def end(tab: Tab) -> Any:
    """Wait for the started function and return its result."""
    return json.loads(tab.js("() => begun"))


def served(tab: Tab) -> int:
    """The number of workers that this page serves."""
    return int(tab.js("() => globalThis[Symbol.for('pyio.bridge')]?.size ?? 0"))


@pytest.mark.every_engine
@pytest.mark.parametrize("promise", promises.ALL)
def test_local_storage_keeps_the_contract(tab: Tab, promise: str) -> None:
    """In a worker, ``localstorage://`` keeps its promise."""
    tab.python_module(promises, "keep", "LocalStoragePromises", promise)


@pytest.mark.every_engine
@pytest.mark.parametrize(
    "test",
    [
        test_moves.test_the_source_is_gone_for_pyio,
        test_moves.test_a_kill_brings_the_source_back,
        test_moves.test_after_a_day_the_records_are_removed,
    ],
)
def test_moves_to_local_storage(tab: Tab, test: Callable[[Tab], None]) -> None:
    """In a worker, a move to localStorage keeps its source as one on the page does."""
    test(tab)


@pytest.mark.every_engine
@pytest.mark.parametrize(
    "test",
    [
        test_tensorflow.test_localstorage_items_equal,
        pytest.param(
            test_tensorflow.test_downloaded_files_equal,
            marks=pytest.mark.lacks("webkit", "it takes one of two files that are offered at once"),
        ),
        test_tensorflow.test_tensorflow_opens_what_pyio_offered,
        test_tensorflow.test_tensorflow_lists_and_removes_what_pyio_saved,
        lambda tab: test_tensorflow.test_tensorflow_opens_what_pyio_wrote(tab, "localstorage"),
        lambda tab: test_tensorflow.test_everything_is_kept_on_saving_again(tab, "localstorage"),
    ],
    ids=["items", "files", "opens files", "lists", "opens items", "keeps"],
)
def test_tensorflow_on_the_page(tab: Tab, test: Callable[[Tab], None]) -> None:
    """TensorFlow.js on the page opens models saved by Python in a worker; the bytes are equal."""
    tab.tensorflow()
    test(tab)


@pytest.mark.every_engine
@pytest.mark.parametrize("name", ["", "модель.v1"])
def test_two_downloads(tab: Tab, name: str) -> None:
    """Both files of a model are offered on the page."""
    test_downloads.test_two_files(tab, name)


@pytest.mark.parametrize(
    "test",
    [
        test_downloads.test_single_file,
        test_downloads.test_clicks_are_spaced_and_urls_revoked,
        test_faults.test_localstorage_quota,
    ],
)
def test_as_on_the_page(tab: Tab, test: Callable[[Tab], None]) -> None:
    """A test of the page passes in a worker as well."""
    test(tab)


@pytest.mark.every_engine
@pytest.mark.lacks("webkit", "under its driver this waits for ever, why is not known; see the next")
def test_picking(tab: Tab, tmp_path: Path) -> None:
    """The page opens the picker, and the files reach Python in the worker."""
    test_picked.test_picking(tab, tmp_path)


@pytest.mark.every_engine
def test_picking_long_after_a_click(tab: Tab, tmp_path: Path) -> None:
    """If the browser blocks the picker, the page shows a button, which can be cancelled."""
    (tmp_path / "a.json").write_text("{}")

    async def pick() -> Any:
        import pyio

        return [[file.name, await file.text()] for file in await pyio.pick_files()]

    tab.js("""() => Object.defineProperty(navigator, "userActivation",
      { value: { isActive: false }, configurable: true }) && null""")
    try:
        begin(tab, pick)
        tab.wait("() => document.querySelector('dialog[open]') !== null")
        tab.view.pick("dialog button:first-of-type", [tmp_path / "a.json"])
        assert end(tab) == [["a.json", "{}"]]
        begin(tab, pick)
        tab.wait("() => document.querySelector('dialog[open]') !== null")
        tab.view.click("dialog button:last-of-type")
        assert end(tab) == []
        assert tab.js("() => document.querySelectorAll('dialog, input').length") == 0
    finally:
        tab.js("() => { delete navigator.userActivation; }")


@pytest.mark.every_engine
def test_errors_equal_those_on_the_page(open_tab: Open) -> None:
    """A quota that is exceeded, and storage that is refused, have class, text and attributes."""
    page, worker = open_tab(WITHOUT, PAGE), open_tab(NAMED, WORKER)
    assert worker.python(save, "localstorage://old", 1_000_000) is None
    for size in (4_500_000, 300_000_000):
        there = page.python(save, "localstorage://old", size)
        assert there[0] == "QuotaExceededError"
        assert worker.python(save, "localstorage://old", size) == there
    for tab in (page, worker):
        tab.js("""() => {
          Storage.prototype.getItem = () => { throw new DOMException("denied", "SecurityError"); };
        }""")
    there = page.python(save, "localstorage://old", 1)
    assert there[0] == "StorageRefusedError"
    assert worker.python(save, "localstorage://old", 1) == there


@pytest.mark.every_engine
def test_two_tabs(open_tab: Open) -> None:
    """Each worker has its own page: its answers come from there, and so do its downloads."""
    one, two = open_tab(NAMED, WORKER), open_tab(NAMED, WORKER)
    begin(one, save, "localstorage://one", 1_000)
    assert two.python(save, "localstorage://two", 2_000) is None
    assert end(one) is None
    assert [one.python(load, "localstorage://one"), two.python(load, "localstorage://two")] == [
        1_000,
        2_000,
    ]
    for tab in (one, two):
        tab.js("""() => {
          window.offered = [];
          const keep = ({ target }) => { if (target.download) offered.push(target.download); };
          window.addEventListener("click", keep, true);
        }""")
    for here, other, name in ((one, two, "m1"), (two, one, "m2")):
        other.view.click("html")
        assert list(here.downloads(2, partial(here.python, save, f"downloads://{name}", 3)))
    assert one.js("() => offered") == ["m1.json", "m1.weights.bin"]
    assert two.js("() => offered") == ["m2.json", "m2.weights.bin"]
    assert [served(one), served(two)] == [1, 1]


def test_the_tab_that_was_used_last(open_tab: Open) -> None:
    """A worker that does not know its page takes the tab that was clicked last."""
    one, two, three = (open_tab(UNNAMED, WORKER) for _ in range(3))
    two.view.click("html")
    files = two.downloads(2, lambda: one.python(save, "downloads://m", 3))
    assert sorted(files) == ["m.json", "m.weights.bin"]
    assert [served(tab) for tab in (one, two, three)] == [0, 1, 0]


@pytest.mark.every_engine
def test_a_page_that_goes_away(open_tab: Open) -> None:
    """When the page of another tab is closed or reloaded, the next request finds one again."""
    one, two, three = (open_tab(UNNAMED, WORKER) for _ in range(3))
    three.view.click("html")
    assert one.python(save, "localstorage://m", 10) is None
    assert served(three) == 1
    close(three)
    two.view.click("html")
    assert one.python(load, "localstorage://m") == 10
    assert [served(one), served(two)] == [0, 1]
    two.view.reload()
    assert one.python(load, "localstorage://m") == 10


def test_a_page_that_goes_away_before_it_answers(open_tab: Open) -> None:
    """Repeatable requests go to another page; for others the error says the outcome is unknown."""

    async def pick() -> Any:
        import pyio

        try:
            await pyio.pick_files()
        except pyio.StorageError as error:
            return [str(error), error.reason]

    worker, page = open_tab(WITHOUT, WORKER), open_tab(NAMED, PAGE)
    assert worker.python(save, "localstorage://m", 10) is None
    with page.page.expect_file_chooser():
        page.js("() => null")  # which counts as a click
        begin(worker, pick)
    close(page)
    text, reason = end(worker)
    assert "picking files failed: the page went away before it answered" in text
    assert reason == "lost"
    kind, text, _ = worker.python(save, "localstorage://m", 10)
    assert kind == "UnsupportedEnvironmentError"
    open_tab(NAMED, PAGE)
    assert worker.python(load, "localstorage://m") == 10


def test_a_page_that_goes_away_while_it_saves(open_tab: Open) -> None:
    """A save whose page closes is repeated on another page, or its outcome is unknown."""
    worker, busy = open_tab(WITHOUT, WORKER), open_tab(NAMED, PAGE)
    for open_another in (True, False):
        assert worker.python(save, "localstorage://m", 10) is None
        other = open_tab(NAMED, PAGE) if open_another else None
        busy.js("() => { setTimeout(() => { for (;;); }, 100); }")
        worker.js("() => new Promise((resolve) => setTimeout(resolve, 500))")
        begin(worker, save, "localstorage://m", 20)
        worker.js("() => new Promise((resolve) => setTimeout(resolve, 500))")
        close(busy)
        if other is not None:
            assert end(worker) is None
            assert worker.python(load, "localstorage://m") == 20
            busy = other
    kind, text, about = end(worker)
    assert kind == "StorageError"
    assert "writing localStorage failed: the page went away before it answered" in text
    assert about["reason"] == "lost"
    open_tab(NAMED, PAGE)
    assert worker.python(load, "localstorage://m") == 10


@pytest.mark.every_engine
def test_no_page(open_tab: Open) -> None:
    """The error names what is missing and what works; a listing gives the reason and asks once."""
    tab = open_tab(WITHOUT, WORKER)
    tab.js("""() => {
      window.asked = 0;
      new BroadcastChannel("pyio").onmessage = () => { asked += 1; };
    }""")
    assert tab.python(save, "indexeddb://m", 10) is None
    infos = tab.python(listed)
    assert list(infos) == ["localstorage://", "indexeddb://m"]
    assert "no page answered" in infos["localstorage://"]
    for url in ("localstorage://m", "downloads://m"):
        kind, text, _ = tab.python(save, url, 10)
        assert kind == "UnsupportedEnvironmentError"
        assert "needs the page, which this Python in a worker does not reach" in text
        assert "`python -m pyio bridge`" in text
        assert "indexeddb:// needs no page" in text
    tab.js("() => { asked = 0; }")
    assert "none answered before" in tab.python(listed)["localstorage://"]
    assert tab.js("() => asked") == 0
    # A page that includes the script later is noticed.
    tab.js("""() => new Promise((resolve) => {
      const script = document.createElement("script");
      script.src = "/wheels/pyio-bridge.js";
      script.onload = () => setTimeout(resolve, 100);
      document.head.append(script);
    })""")
    assert tab.python(listed) == {"indexeddb://m": None}


@pytest.mark.every_engine
def test_the_bridge_of_another_version(open_tab: Open) -> None:
    """A page whose script has other functions is not asked for anything, and the error says so."""
    tab = open_tab(WITHOUT, WORKER)
    from pyio.browser.bridge.script import mark

    tab.js("(text) => { (0, eval)(text); }", pyio.bridge.script().replace(mark(), "other"))
    kind, text, _ = tab.python(save, "localstorage://m", 10)
    assert kind == "UnsupportedEnvironmentError"
    assert "another version of pyio" in text
    assert served(tab) == 0


@pytest.mark.every_engine
def test_several_workers_of_one_page(open_tab: Open, wheel: Path) -> None:
    """Several workers are served at the same time, and a terminated one is forgotten."""
    tab = open_tab(NAMED, WORKER)
    tab.js(
        """async (wheel) => {
          window.other = await startWorker("module", [wheel, "pyodide", true]);
        }""",
        wheel.name,
    )
    source = textwrap.dedent(inspect.getsource(save))
    other = ["callPython", source, "save", '["localstorage://other", 20]']
    assert json.loads(tab.js("(args) => other(...args)", other)) is None
    assert tab.python(load, "localstorage://other") == 20
    assert served(tab) == 2
    tab.js("() => other.terminate()")
    tab.wait("() => globalThis[Symbol.for('pyio.bridge')].size === 1")


@pytest.mark.every_engine
def test_concurrent_saves(open_tab: Open) -> None:
    """Eight saves at once, the first use of the bridge, are stored over one connection."""

    async def saves() -> Any:
        import asyncio

        import numpy as np

        import pyio

        await asyncio.gather(
            *(
                pyio.save_arrays({"w": np.full(1_000, n, np.int32)}, f"localstorage://{n}")
                for n in range(8)
            )
        )
        loaded = await asyncio.gather(*(pyio.load_arrays(f"localstorage://{n}") for n in range(8)))
        return [int(arrays["w"].sum()) for arrays in loaded]

    tab = open_tab(NAMED, WORKER)
    assert tab.python(saves) == [1_000 * n for n in range(8)]
    assert served(tab) == 1


@pytest.mark.every_engine
def test_a_page_that_is_busy(tab: Tab) -> None:
    """A request waits longer for a busy page than for a page that is gone."""
    begin(tab, save, "localstorage://m", 10)
    tab.js("() => { const end = Date.now() + 4_000; while (Date.now() < end); }")
    assert end(tab) is None
    assert tab.python(load, "localstorage://m") == 10


@pytest.mark.every_engine
def test_without_web_locks(open_tab: Open) -> None:
    """Without Web Locks the bridge works, and notices when a page closes."""
    one, two = open_tab(UNNAMED, WORKER), open_tab(UNNAMED, WORKER)

    async def unlock() -> Any:
        import js

        js.Reflect.deleteProperty(js.WorkerNavigator.prototype, "locks")
        return hasattr(js.navigator, "locks")

    for tab in (one, two):
        tab.js("() => { delete Navigator.prototype.locks; }")
    assert one.python(unlock) is False
    two.view.click("html")
    assert one.python(save, "localstorage://m", 10) is None
    assert served(two) == 1
    close(two)
    assert one.python(load, "localstorage://m") == 10
    assert served(one) == 1


@pytest.mark.every_engine
def test_100_mb(tab: Tab) -> None:
    """A localStorage save of 100 MB is refused; IndexedDB and a download take it uncopied."""

    async def offer() -> Any:
        import numpy as np
        import pyodide_js

        import pyio

        size = 100 * 2**20
        array = np.ones(size, dtype=bool)
        before = pyodide_js._module.HEAPU8.length
        said = ""
        try:
            await pyio.save_arrays({"w": array}, "localstorage://big")
        except pyio.QuotaExceededError as error:
            said = str(error)
        await pyio.save_arrays({"w": array}, "indexeddb://big")
        await pyio.save_arrays({"w": array}, "downloads://big")
        return [said, (pyodide_js._module.HEAPU8.length - before) / size]

    result: list[Any] = []
    files = tab.downloads(2, lambda: result.append(tab.python(offer)))
    ((said, grown),) = result
    assert "indexeddb:// has far more room" in said
    weights = files["big.weights.bin"]
    assert len(weights) == 100 * 2**20
    assert weights.count(1) == len(weights)
    # A copy is 1 or more. Without one, WebAssembly still grows by a fifth of its memory at once.
    assert grown < 0.5
    assert tab.python(listed) == {"indexeddb://big": None}


@pytest.mark.every_engine
def test_a_page_that_allows_no_eval(browser_kept: Browser, site: Site, wheel: Path) -> None:
    """The script needs no ``eval``, so localStorage works on a page whose policy forbids it."""
    view = browser_kept.open(f"{site.url}/strict_bridge.html?wheel={wheel.name}")
    deadline = time.monotonic() + 120
    while not view.title().startswith('"[') and time.monotonic() < deadline:
        time.sleep(0.1)
    *stored, _ = json.loads(json.loads(view.title()))
    view.close()
    assert stored == [{"a": 1}] * 3, "IndexedDB, OPFS and localStorage"


@pytest.mark.every_engine
def test_nothing_is_loaded_on_a_page(open_tab: Open) -> None:
    """Python on the page does not use the bridge, even if the page offers it to workers."""

    async def modules() -> Any:
        import sys

        import numpy as np

        import pyio

        await pyio.save_arrays({"w": np.ones(3)}, "localstorage://m")
        return [name for name in sys.modules if name.startswith("pyio.browser.")]

    tab = open_tab(NAMED, PAGE)
    tab.js("""() => {
      window.channels = 0;
      window.BroadcastChannel = class { constructor() { channels += 1; } };
    }""")
    loaded = tab.python(modules)
    assert "pyio.browser.page.local_storage" in loaded
    assert not {
        "pyio.browser.bridge.worker",
        "pyio.browser.hosts",
        "pyio.browser.bridge.handshake",
    } & set(loaded)
    assert tab.js("() => channels") == 0


LISTEN = """() => {
  // Another script of the origin, which answers every question as if it were a page.
  window.heard = [];
  const meeting = new BroadcastChannel("pyio");
  meeting.onmessage = ({ data }) => {
    if (data?.here) return;
    heard.push(data);
    for (const odd of [null, 1, "text", [], {}, { asks: 1 }, { claims: 1 }, { asked: data.asks }]) {
      meeting.postMessage(odd);
    }
    if (!data.asks) return;
    const answer = { asked: data.asks, own: true, page: "x", mark: "x", rank: [9, 9, 9e15] };
    meeting.postMessage(answer);
    meeting.postMessage({ ...answer, rank: null });
    const channel = new BroadcastChannel(data.asks);
    channel.onmessage = ({ data: { id, calls } }) => {
      channel.postMessage({ id, answers: calls?.map(() => ({ result: [] })) });
    };
    channel.postMessage({ hello: true });
  };
}"""


@pytest.mark.every_engine
@pytest.mark.parametrize("page", [NAMED, UNNAMED])
def test_another_script_that_answers(open_tab: Open, page: str) -> None:
    """A page with pyio's script serves, and a worker that knows its page asks it alone."""
    listener = open_tab(WITHOUT, PAGE)
    listener.js(LISTEN)
    tab = open_tab(page, WORKER)
    assert tab.python(save, "localstorage://m", 10) is None
    assert tab.python(load, "localstorage://m") == 10
    assert listener.js("() => Object.keys(localStorage).length") == 5
    heard = listener.js("() => heard")
    if page == NAMED:
        assert heard == []
    else:
        assert {"asks", "claims"} <= {name for message in heard for name in message}
        channels = {message["claims"] for message in heard if "claims" in message}
        assert not channels & {message.get("asks") for message in heard}
