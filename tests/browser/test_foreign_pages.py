"""Pages of other programs: changed prototypes, a database of their own version, little memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engines.contract import Engine
    from tests.support.tabs import Tab


async def save(name: str) -> None:
    import pyio

    spec = pyio.WeightSpec("w", (2, 2), "float32")
    topology: Any = {"layers": [{"shape": [None, 2], "deep": [[1.5, {"a": []}]]}], "t": None}
    data = (memoryview(bytes(range(16))),)
    model = pyio.ModelArtifacts(topology, (spec,), data, user_defined_metadata={"m": [1, "2"]})
    for medium in ("indexeddb", "localstorage"):
        await pyio.save_artifacts(model, f"{medium}://{name}")


async def state(name: str) -> Any:
    """What is loaded from both media, what is listed as damaged or undated, what repair finds."""
    import pyio

    loaded = []
    for medium in ("indexeddb", "localstorage"):
        model = await pyio.load_artifacts(f"{medium}://{name}")
        data = b"".join(model.weight_data or ()).hex()
        loaded.append([model.model_topology, model.user_defined_metadata, data])
    listed = await pyio.list_models()
    wrong = [url for url, info in listed.items() if info.damage or info.date_saved is None]
    info = await pyio.copy_model(f"indexeddb://{name}", "memory://copy", overwrite=True)
    plan = await pyio.repair()
    return [loaded, wrong, info.weight_data_bytes, [str(one) for one in plan.findings]]


CHANGES = {
    "Array": "Array.prototype.toJSON = function () { return `[${this.join()}]`; }",
    "Object": """Object.defineProperty(Object.prototype, "toJSON",
      { value() { return "object"; }, configurable: true, writable: true })""",
    "Date": "Date.prototype.toJSON = function () { return this.toString(); }",
}


@pytest.mark.every_engine
@pytest.mark.repetition("a page of other people, in a further engine", further_engines=True)
@pytest.mark.parametrize("name", CHANGES)
def test_a_page_that_changes_to_json(new_tab: Callable[[], Tab], engine: Engine, name: str) -> None:
    """Scripts of some age give prototypes a toJSON; models are stored and read without it."""
    if engine.name == "webkit" and name != "Date":
        pytest.skip("WebKit's driver itself sends results by the JSON.stringify of the page")
    tab = new_tab()
    tab.python(save, "before")
    plain = tab.python(state, "before")
    assert plain[1:] == [[], 16, []]
    tab.js(f"() => {{ {CHANGES[name]}; }}")
    tab.python(save, "after")
    assert tab.python(state, "before") == plain
    assert tab.python(state, "after") == plain


async def use(url: str) -> Any:
    """What can be done with a model in a database of a newer version, and what cannot."""
    import pyio

    found: dict[str, Any] = {}
    listed = await pyio.list_models()
    found["listed"] = [url in listed, listed[url].damage]
    found["loaded"] = (await pyio.load_artifacts(url)).model_topology
    found["inspected"] = (await pyio.inspect(url)).tensors[0].shape
    await pyio.copy_model(url, "localstorage://out", overwrite=True)
    found["copied"] = (await pyio.load_artifacts("localstorage://out")).model_topology
    model = pyio.ModelArtifacts({"t": 1})
    actions: dict[str, Any] = {
        "save": lambda: pyio.save_artifacts(model, "indexeddb://new"),
        "remove": lambda: pyio.remove_model(url),
        "move": lambda: pyio.move_model(url, "localstorage://moved"),
    }
    for name, action in actions.items():
        try:
            await action()
        except pyio.ForeignDatabaseError as error:
            found[name] = str(error)
    plan = await pyio.repair("indexeddb://")
    found["repair"] = [finding.action for finding in plan.findings]
    found["still"] = await pyio.exists(url)
    return found


@pytest.mark.every_engine
@pytest.mark.repetition("a page of other people, in a further engine", further_engines=True)
def test_a_database_of_a_newer_version(new_tab: Callable[[], Tab]) -> None:
    """Its models are listed, loaded and copied out; nothing is written to it."""
    tab = new_tab()
    tab.python(save, "m")
    tab.js(
        """() => new Promise((done) => {
          const request = indexedDB.open("tensorflowjs", 10);
          request.onupgradeneeded = () => request.result.createObjectStore("other");
          request.onsuccess = () => done(request.result.close());
        })"""
    )
    for _ in range(2):
        found = tab.python(use, "indexeddb://m")
        assert found["listed"] == [True, None]
        assert found["loaded"] == found["copied"]
        assert found["inspected"] == [2, 2]
        for name in ("save", "remove", "move"):
            assert "has version 10 and not 1" in found[name]
            assert "Once they are copied, delete it" in found[name]
        assert "copy its models to another medium with copy_model(); then" in found["repair"][0]
        assert found["still"]
        tab.reload()
    versions = "async () => (await indexedDB.databases()).map(({ version }) => version)"
    assert tab.js(versions) == [10]


async def fill_memory() -> Any:
    """Load and save a model of 200 MB while about 100 MB of memory are left."""
    import pyio

    size = 200_000_000
    spec = pyio.WeightSpec("w", (size,), "bool")
    model = pyio.ModelArtifacts({"t": 1}, (spec,), (memoryview(bytes(size)),))
    await pyio.save_artifacts(model, "indexeddb://big")
    del model
    held = []
    found: list[Any] = []
    try:
        while True:
            held.append(bytearray(64 << 20))
    except MemoryError:
        held.pop()
    try:
        await pyio.load_artifacts("indexeddb://big")
    except pyio.OutOfMemoryError as error:
        found.append([error.bytes_needed, str(error)])
    held.clear()
    found.append((await pyio.load_artifacts("indexeddb://big")).model_topology)
    return found


def test_a_model_larger_than_the_memory_that_is_left(new_tab: Callable[[], Tab]) -> None:
    """It is refused with the bytes that it needs, and Python goes on."""
    tab = new_tab()
    (needed, text), loaded = tab.python(fill_memory)
    assert needed == 200_000_000
    assert "200,000,000 bytes are needed" in text
    assert loaded == {"t": 1}
    assert tab.js("async () => (await navigator.locks.query()).held.length") == 0
