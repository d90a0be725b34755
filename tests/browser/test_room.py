"""The storage report on a real page and in a worker, and requests for persistence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.tabs import Start, Tab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scripts.support.server import Site
    from tests.engines.contract import Browser

LOCAL_LENGTH = """name => Object.entries(localStorage)
  .filter(([key]) => key.startsWith(`tensorflowjs_models/${name}/`))
  .reduce((sum, [key, value]) => sum + key.length + value.length, 0)"""


async def report() -> Any:
    """The storage report as JSON, and its text and HTML."""
    from dataclasses import asdict

    import pyio

    found = await pyio.storage_report()
    about = asdict(found) | {"other": found.other_bytes}
    about["media"] = {medium["scheme"]: medium for medium in about["media"]}
    return [about, str(found), found._repr_html_()]


async def save(url: str, size: int) -> None:
    import os

    import pyio

    spec = pyio.WeightSpec("w", (size,), "bool")
    model = pyio.ModelArtifacts(weight_specs=(spec,), weight_data=(memoryview(os.urandom(size)),))
    await pyio.save_artifacts(model, url)


async def remove(url: str) -> None:
    import pyio

    await pyio.remove_model(url)


async def listed() -> Any:
    import pyio

    return sorted(await pyio.list_models())


async def persist() -> Any:
    import pyio

    try:
        return await pyio.request_persistence()
    except pyio.PyioError as error:
        return [type(error).__name__, str(error)]


def test_looking_makes_no_database(tab: Tab) -> None:
    """In empty storage, listing, reporting and repairing create no database."""

    async def look() -> Any:
        import pyio

        found = await pyio.repair(apply=True)
        return [await pyio.list_models(), found.places, found.findings, found.foreign]

    assert tab.python(look) == [{}, ["localstorage://", "indexeddb://", "opfs://"], [], []]
    assert tab.python(report)[0]["media"]["indexeddb"]["models"] == []
    assert tab.js("() => indexedDB.databases()") == []
    assert tab.js("() => localStorage.length") == 0
    assert tab.js("() => rawFiles()") == "[]"


def test_the_report(tab: Tab) -> None:
    """The report has usage, quota, and each medium's abilities, models and bytes."""
    tab.python(save, "localstorage://small", 1000)
    tab.python(save, "localstorage://larger", 2000)
    tab.python(save, "indexeddb://<b>big</b>", 3_000_000)
    tab.python(save, "memory://m", 10)
    about, text, html = tab.python(report)
    estimate = tab.js("() => navigator.storage.estimate()")
    assert about["quota"] == estimate["quota"]
    assert 3_000_000 < about["usage"] < 4_000_000
    assert 0 < about["other"] < 1_000_000
    assert about["persisted"] == tab.js("() => navigator.storage.persisted()")
    media = about["media"]
    assert [*media] == [
        *("localstorage", "indexeddb", "opfs"),
        *("downloads", "memory", "file", "http", "https"),
    ]
    local = [f"localstorage://{name}" for name in ("larger", "small")]
    assert media["localstorage"]["models"] == [
        [url, tab.js(LOCAL_LENGTH, url.partition("//")[2])] for url in local
    ]
    used = sum(size for _, size in media["localstorage"]["models"])
    assert media["localstorage"]["bytes_available"] == 5 * 2**20 - used
    ((url, size),) = media["indexeddb"]["models"]
    assert url == "indexeddb://<b>big</b>"
    assert 3_000_000 < size < 3_000_200
    assert [media[scheme]["lists"] for scheme in media] == [True] * 3 + [False, True] + [False] * 3
    assert not media["downloads"]["loads"]
    assert all(medium["missing"] is None for medium in media.values())
    assert f"This origin uses {about['usage']:,} of {about['quota']:,} bytes" in text
    assert "request_persistence() asks it not to" in text
    assert f"indexeddb://<b>big</b>  {size:,}\nlocalstorage://larger" in text
    assert "indexeddb://&lt;b&gt;big&lt;/b&gt;" in html
    assert "<b>" not in html
    tab.python(remove, "memory://m")


def test_a_medium_that_cannot_answer_hides_no_other(tab: Tab) -> None:
    """The report has the reason why a database cannot be used, and the models of other media."""
    tab.python(save, "localstorage://m", 10)
    tab.js(
        """() => new Promise(done => {
          indexedDB.open("tensorflowjs", 2).onsuccess = ({target}) => done(target.result.close());
        })"""
    )
    about, text, _ = tab.python(report)
    assert "newer version" in about["media"]["indexeddb"]["problem"]
    assert "newer version" in text
    assert [url for url, _ in about["media"]["localstorage"]["models"]] == ["localstorage://m"]


def test_a_damaged_model_has_no_known_size(tab: Tab) -> None:
    """If a listed model is missing, the sizes in its info do not count."""
    tab.python(save, "indexeddb://ghost", 1_000_000)
    tab.js("() => rawDelete('models_store', 'ghost')")
    about, text, _ = tab.python(report)
    assert about["media"]["indexeddb"]["models"] == [["indexeddb://ghost", None]]
    assert "indexeddb://ghost  unknown" in text


def test_where_the_browser_says_nothing(tab: Tab) -> None:
    """Without navigator.storage the report has None for its values, and persistence is refused."""
    tab.js(
        """() => Object.defineProperty(navigator, "storage",
          { value: undefined, configurable: true }) && null"""
    )
    try:
        about, text, _ = tab.python(report)
        refused = tab.python(persist)
    finally:
        tab.js("() => { delete navigator.storage; }")
    assert [about[key] for key in ("usage", "quota", "persisted", "other")] == [None] * 4
    assert text.startswith("The storage quota is not known here.\n\nmedium")
    assert refused[0] == "UnsupportedEnvironmentError"
    assert "navigator.storage.persist()" in refused[1]


def test_asking_for_persistence(new_tab: Callable[[], Tab]) -> None:
    """On the page the browser's response is returned: False, and True with the permission."""
    tab = new_tab()
    assert tab.python(persist) is False
    assert tab.python(report)[0]["persisted"] is False
    origin = tab.js("() => location.origin")
    session = tab.page.context.new_cdp_session(tab.page)
    session.send("Browser.grantPermissions", {"permissions": ["durableStorage"], "origin": origin})
    assert tab.python(persist) is True
    about, text, _ = tab.python(report)
    assert about["persisted"] is True
    assert "It is persisted" in text


def in_a_worker(browser: Browser, site: Site, wheel: Path, page: str) -> Tab:
    return Tab(browser.open(f"{site.url}/{page}"), wheel.name, Start(thread="module"))


def test_in_a_worker(browser_kept: Browser, site: Site, wheel: Path) -> None:
    """A worker has the report as well, and its page requests persistence for it."""
    worker = in_a_worker(browser_kept, site, wheel, "bridge.html")
    worker.python(save, "indexeddb://m", 1000)
    worker.python(save, "localstorage://m", 1000)
    about, *_ = worker.python(report)
    assert about["quota"] == worker.js("() => navigator.storage.estimate()")["quota"]
    assert about["persisted"] is worker.js("() => navigator.storage.persisted()")
    for scheme in ("indexeddb", "localstorage"):
        assert [url for url, _ in about["media"][scheme]["models"]] == [f"{scheme}://m"]
    assert worker.python(persist) is worker.js("() => navigator.storage.persisted()")
    worker.close()


def test_in_a_worker_that_reaches_no_page(browser_kept: Browser, site: Site, wheel: Path) -> None:
    """Media that need the page have the reason, and the rest of the report is complete."""
    worker = in_a_worker(browser_kept, site, wheel, "index.html")
    worker.python(save, "indexeddb://m", 1000)
    about, text, _ = worker.python(report)
    ((url, _),) = about["media"]["indexeddb"]["models"]
    assert url == "indexeddb://m"
    assert "page" in about["media"]["localstorage"]["problem"]
    assert about["media"]["localstorage"]["problem"].splitlines()[0][:40] in text
    kind, message = worker.python(persist)
    assert kind == "UnsupportedEnvironmentError"
    assert message.startswith("asking for persistent storage")
    worker.close()
