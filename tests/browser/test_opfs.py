"""``opfs://``: the three ways to the bytes, generations, repair, and moves to localStorage."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.test_moves import KILL, found, items, move, save, try_everything
from tests.support.tabs import Start, Tab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engines.contract import Browser, Engine

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("files in a further engine", further_engines=True),
]

SOURCE, DESTINATION = "opfs://a", "localstorage://b"

WAYS = {
    ("chromium", "page"): "helper",
    ("chromium", "worker"): "handles",
    ("firefox", "page"): "helper",
    ("firefox", "worker"): "handles",
    ("webkit", "page"): "slices",
    ("webkit", "worker"): "slices",
}
"""The best way that each engine has; WebKitGTK 2.50 refuses synchronous handles."""


@pytest.fixture(scope="module")
def worker(shared_tab: Tab, browser_kept: Browser, wheel: Path) -> Iterator[Tab]:
    """Another tab of the same origin, with Python in a worker."""
    url = shared_tab.js("() => location.href")
    tab = Tab(browser_kept.open(url), wheel.name, Start(thread="module"))
    yield tab
    tab.close()


def names(tab: Tab) -> list[str]:
    """The paths of all files and directories."""
    return [path for path, _ in json.loads(tab.js("() => rawFiles()"))]


async def round_trips(way: str) -> Any:
    """Save and load models of several sizes by one way; return which way was the first choice."""
    import hashlib
    import os
    from importlib import import_module

    import pyio
    from pyio.browser.opfs import files

    first = (await files.way()).__name__.rpartition(".")[2]
    before = files._found[:]
    if way:
        files._found[:] = [import_module(f"pyio.browser.opfs.{way}")]
    try:
        for sizes in (
            *([0], [1], [5, 0, 70_000, 3], [300] * 5_000),
            *([20_000_000, 9, 65_536], [3_000_000, 9_000_001, 7]),
        ):
            specs = [pyio.WeightSpec(f"w{n}", (size,), "bool") for n, size in enumerate(sizes)]
            data = [memoryview(os.urandom(size)) for size in sizes]
            reports: list[Any] = []
            model = pyio.ModelArtifacts({"n": 1}, tuple(specs), tuple(data))
            await pyio.save_artifacts(model, "opfs://trip", on_progress=reports.append)
            loaded = await pyio.load_artifacts("opfs://trip", on_progress=reports.append)
            one, other = (
                hashlib.sha256(b"".join(each.weight_data or ())).hexdigest()
                for each in (model, loaded)
            )
            assert one == other, sizes
            assert reports[-1].bytes_done == sum(sizes)
            handler: Any = pyio.get_load_handlers("opfs://trip")[0]
            some = await handler.load(names=["w2", "w4*9", "absent"])
            wanted = [
                n for n in range(len(sizes)) if n == 2 or (str(n)[0], str(n)[-1]) == ("4", "9")
            ]
            wanted = [n for n in wanted if n == 2 or len(str(n)) > 1]
            assert [spec.name for spec in some.weight_specs] == [f"w{n}" for n in wanted]
            assert b"".join(some.weight_data) == b"".join(data[n] for n in wanted)
        await pyio.remove_model("opfs://trip")
    finally:
        files._found[:] = before
    return first


@pytest.mark.parametrize("way", ["", "slices"])
def test_ways_of_a_page(tab: Tab, engine: Engine, way: str) -> None:
    """What was saved comes back whole, whole and in parts, by each way that a page has."""
    assert tab.python(round_trips, way) == WAYS[engine.name, "page"]
    assert [name for name in names(tab) if name != "pyio-models/"] == []


def test_ways_of_a_worker(tab: Tab, engine: Engine, worker: Tab) -> None:
    """The same in a worker; the page and the worker see each other's models."""
    assert worker.python(round_trips, "") == WAYS[engine.name, "worker"]
    worker.python(save, "opfs://from-worker", 1)
    tab.python(save, "opfs://from-page", 2)
    both = {"opfs://from-page": 2, "opfs://from-worker": 1}
    assert tab.python(found) == both
    in_worker = worker.python(found)  # it has no bridge to its page, and so no localStorage
    assert {url: in_worker[url] for url in both} == both


async def replace_and_load(turns: int) -> Any:
    """Load a model again and again while another task, or another Python, replaces it."""
    import asyncio
    import os

    import pyio

    def model(number: int) -> pyio.ModelArtifacts:
        spec = pyio.WeightSpec("w", (3_000_000,), "bool")
        data = (memoryview(bytes([number]) * 3_000_000),)
        return pyio.ModelArtifacts({"n": number}, (spec,), data)

    async def replace() -> None:
        for _ in range(turns):
            await pyio.save_artifacts(model(os.urandom(1)[0]), "opfs://m")

    await pyio.save_artifacts(model(0), "opfs://m")
    saving = asyncio.ensure_future(replace())
    loads = 0
    while not saving.done():
        found: Any = await pyio.load_artifacts("opfs://m")
        data = b"".join(found.weight_data)
        assert data == bytes([found.model_topology["n"]]) * 3_000_000
        loads += 1
    await saving
    return loads


def test_loads_while_it_is_replaced(tab: Tab, worker: Tab) -> None:
    """Every load gives one save's model, whole, while two Pythons replace it."""
    tab.js(
        """(source) => { window.begun = callPython(source, "replace_and_load", "[6]"); }""",
        inspect.getsource(replace_and_load),
    )
    assert worker.python(replace_and_load, 6) > 0
    assert int(tab.js("() => begun")) > 0
    left = [name for name in names(tab) if name.endswith("weights.bin")]
    assert len(left) == 1, left


async def listed_while(change: str) -> Any:
    """Save or remove the model between the two looks of a listing, and of a look-up."""
    import pyio
    from pyio.browser.opfs import directories
    from pyio.handlers.opfs import store

    files: Any = directories

    def model(size: int) -> pyio.ModelArtifacts:
        spec = pyio.WeightSpec("w", (size,), "bool")
        return pyio.ModelArtifacts({}, (spec,), (memoryview(bytes(size)),))

    answers: list[Any] = []
    size_of = files.size

    async def size_after_the_change(*given: Any) -> Any:
        files.size = size_of
        if change == "save":
            await pyio.save_artifacts(model(7), "opfs://a")
        else:
            await pyio.remove_model("opfs://a")
        return await size_of(*given)

    for look in (store.models, lambda: store.look_up("a")):
        await pyio.save_artifacts(model(5), "opfs://a")
        files.size = size_after_the_change
        found: Any = await look()
        infos = list(found.values()) if isinstance(found, dict) else [found]
        answers.append([info and (info.weight_data_bytes, info.damage) for info in infos])
    return answers


@pytest.mark.parametrize(
    ("change", "left"), [("save", [[[7, None]], [[7, None]]]), ("remove", [[], [None]])]
)
def test_listed_while_it_is_replaced(tab: Tab, change: str, left: Any) -> None:
    """What a save or a removal takes away during a listing is no damage of the model."""
    assert tab.python(listed_while, change) == left


async def read_while_it_is_replaced(removed: bool) -> Any:
    """Load while reading the model.json fails, because a save removes it or for another reason."""
    import pyio
    from pyio.browser.opfs import directories

    files: Any = directories
    read = files.read

    def model(size: int) -> pyio.ModelArtifacts:
        spec = pyio.WeightSpec("w", (size,), "bool")
        return pyio.ModelArtifacts({}, (spec,), (memoryview(bytes(size)),))

    async def aborted(*_given: Any) -> Any:
        files.read = read
        if removed:
            await pyio.save_artifacts(model(7), "opfs://a")
        raise pyio.StorageError("AbortError: The operation was aborted.", "AbortError")

    await pyio.save_artifacts(model(5), "opfs://a")
    files.read = aborted
    try:
        return (await pyio.load_artifacts("opfs://a")).weight_data_bytes
    except pyio.StorageError as error:
        return error.reason


@pytest.mark.parametrize(("removed", "seen"), [(True, 7), (False, "AbortError")])
def test_read_while_it_is_replaced(tab: Tab, removed: bool, seen: Any) -> None:
    """A model.json that a save removes while it is read is no error; any other failure is."""
    assert tab.python(read_while_it_is_replaced, removed) == seen


async def taken_away(file: str, times: int) -> Any:
    """Save while another tab, which has another lock, removes the new generation.

    It does so just before a file is written, and is refused where the files are open by then.
    """
    from dataclasses import replace

    import pyio
    from pyio.browser.opfs import directories, files

    way: Any = files
    write = way.write
    done: list[Any] = []
    refused = 0

    async def lose() -> None:
        nonlocal refused
        numbers = await directories.entries(("pyio-models", "a"), "looking")
        assert numbers is not None
        try:
            newest = max(numbers.folders, key=int)
            await directories.remove(("pyio-models", "a"), newest, "removing")
        except pyio.StorageError:
            refused += 1

    async def late(piece: Any) -> Any:
        await lose()
        return piece

    async def write_and_lose(path: Any, new: Any, what: str) -> None:
        nonlocal times
        if times:
            times -= 1
            if file == "weights.bin":
                await lose()
            else:
                content = new[1].content
                content = replace(content, pieces=[late(piece) for piece in content.pieces])
                new = [new[0], replace(new[1], content=content)]
        await write(path, new, what)

    size = 9_000_000  # two pieces
    spec = pyio.WeightSpec("w", (size,), "bool")
    model = pyio.ModelArtifacts({}, (spec,), (memoryview(bytes(size)),))
    way.write = write_and_lose
    try:
        await pyio.save_artifacts(model, "opfs://a", on_progress=done.append)
    except pyio.StorageError as error:
        said = "removed while they were written, 5 times" in str(error)
        assert said and error.reason == "NotFoundError"  # noqa: PT017, PT018 - no pytest on the page
    finally:
        way.write = write
    found = await pyio.load_artifacts("opfs://a")
    reports = [report.bytes_done for report in done]
    bytes_found = sum(map(len, found.weight_data or ()))
    return bytes_found, reports == sorted(reports), max(reports), refused


@pytest.mark.parametrize("file", ["weights.bin", "model.json"])
def test_a_generation_that_another_tab_removes(tab: Tab, file: str) -> None:
    """It is written again; after some attempts the save fails, and what was there stays.

    Where it has synchronous handles, nothing is removed once the files are open.
    """
    tab.python(save, "opfs://a", 1)
    size, _, _, refused = tab.python(taken_away, file, 5)
    if refused:
        assert (file, size, refused) == ("model.json", 9_000_000, 1)
    else:
        assert size != 9_000_000
        assert tab.python(found) == {"opfs://a": 1}
    assert tab.python(taken_away, file, 4) == [9_000_000, True, 9_000_000, refused]
    left = [name for name in names(tab) if name.endswith("weights.bin")]
    assert len(left) == 1, left


async def saved_after_the_clock_was_set_back() -> Any:
    """Save a model whose generation has a later number than the present time gives."""
    import pyio
    from pyio.handlers.opfs import generations

    def model(size: int) -> pyio.ModelArtifacts:
        spec = pyio.WeightSpec("w", (size,), "bool")
        return pyio.ModelArtifacts({}, (spec,), (memoryview(bytes(size)),))

    way: Any = generations
    next_number = way.next_number
    way.next_number = lambda taken: next_number([*taken, 9 * 10**15])
    try:
        await pyio.save_artifacts(model(5), "opfs://a")
    finally:
        way.next_number = next_number
    await pyio.save_artifacts(model(7), "opfs://a")
    return (await pyio.load_artifacts("opfs://a")).weight_data_bytes


def test_the_clock_was_set_back(tab: Tab) -> None:
    """The new model counts, and nothing is left of a number that was too low."""
    assert tab.python(saved_after_the_clock_was_set_back) == 7
    numbers = {name.split("/")[2] for name in names(tab) if name.endswith(("json", "bin"))}
    assert numbers == {str(9 * 10**15 + 2)}
    assert sum(name.endswith("/") for name in names(tab)) == 3


async def cancelled_while_files_are_opened() -> bool:
    """Cancel a save while its files are being opened; return whether it was cancelled."""
    import asyncio

    import pyio
    from pyio.browser.ffi import options as options_of
    from pyio.browser.opfs import files, handles

    await files.way()  # it opens a file of its own
    way: Any = handles
    opened = way._open

    async def cancelling(folder_js: Any, name: str, **_options: Any) -> Any:
        file_js = await folder_js.getFileHandle(name, options_of(create=True))
        coming_js = file_js.createSyncAccessHandle()  # it comes, whether awaited or not
        saving.cancel()
        return await coming_js

    spec = pyio.WeightSpec("w", (9,), "bool")
    model = pyio.ModelArtifacts({}, (spec,), (memoryview(bytes(9)),))
    way._open = cancelling
    saving = asyncio.ensure_future(pyio.save_artifacts(model, "opfs://a"))
    try:
        await asyncio.wait([saving])
    finally:
        way._open = opened
    return saving.cancelled()


@pytest.mark.lacks("webkit", "WebKitGTK 2.50 refuses synchronous handles")
def test_cancelled_while_files_are_opened(tab: Tab, worker: Tab) -> None:
    """Their handles are closed, so that the files can be removed and nothing is left."""
    tab.python(save, "opfs://a", 1)
    before = names(tab)
    assert worker.python(cancelled_while_files_are_opened) is True
    assert names(tab) == before


async def moved_before_the_specs(size: int) -> Any:
    """Save `size` bytes; return how many had moved when the text of the specs was made."""
    import pyio
    from pyio.format import serialized

    module: Any = serialized
    specs_text = module.specs_text
    reports: list[Any] = []
    seen: list[int] = []

    def noted(specs: Any) -> Any:
        seen.append(reports[-1].bytes_done)
        return specs_text(specs)

    spec = pyio.WeightSpec("w", (size,), "bool")
    model = pyio.ModelArtifacts({}, (spec,), (memoryview(bytes(size)),))
    module.specs_text = noted
    try:
        await pyio.save_artifacts(model, "opfs://a", on_progress=reports.append)
    finally:
        module.specs_text = specs_text
    return seen


def test_texts_are_made_while_weights_are_written(tab: Tab) -> None:
    """The specs are written as text once the weights are on their way to the disk."""
    assert tab.python(moved_before_the_specs, 9_000_000) == [9_000_000]


async def seen_while_it_is_written(slow: str) -> Any:
    """List, inspect and load the model while a save waits for its first or its last bytes."""
    from dataclasses import replace

    import pyio
    from pyio.browser.opfs import files

    way: Any = files
    write = way.write
    seen: list[Any] = []

    async def look() -> None:
        listed = await pyio.list_models()
        inspection = await pyio.inspect("opfs://a")
        loaded = await pyio.load_artifacts("opfs://a")
        seen.extend([listed["opfs://a"].weight_data_bytes, inspection.weight_bytes])
        seen.append(sum(map(len, loaded.weight_data or ())))

    async def late(piece: Any) -> Any:
        await look()
        return piece

    async def write_late(path: Any, new: Any, what: str) -> None:
        def held(file: Any) -> Any:
            if file.name != slow:
                return file
            pieces = [late(piece) for piece in file.content.pieces]
            return replace(file, content=replace(file.content, pieces=pieces))

        await write(path, [held(file) for file in new], what)

    spec = pyio.WeightSpec("w", (9_000_000,), "bool")
    model = pyio.ModelArtifacts({}, (spec,), (memoryview(bytes(9_000_000)),))
    way.write = write_late
    try:
        await pyio.save_artifacts(model, "opfs://a")
    finally:
        way.write = write
    await look()
    return seen


@pytest.mark.parametrize("file", ["weights.bin", "model.json"])
def test_seen_while_it_is_written(tab: Tab, file: str) -> None:
    """The older model is there until the last byte of a save is written, with its files open."""
    tab.python(save, "opfs://a", 1)
    *before, _, _, _ = seen = tab.python(seen_while_it_is_written, file)
    assert before
    assert seen == [8] * len(before) + [9_000_000] * 3


async def replace_large(turns: int) -> Any:
    """Save large models under one name, at once one after another, with a lazy one open."""
    import pyio

    size = 17_000_000
    spec = pyio.WeightSpec("w", (size,), "bool")
    opened: Any = None
    for turn in range(1, turns + 1):
        data = (memoryview(bytes([turn]) * size),)
        model = pyio.ModelArtifacts({"n": turn}, (spec,), data)
        await pyio.save_artifacts(model, "opfs://large")
        loaded: Any = await pyio.load_artifacts("opfs://large")
        assert b"".join(loaded.weight_data) == data[0]
        if opened is not None:
            try:
                assert await opened.weight_data.read_range(5, 9) == bytes([turn - 1]) * 4
            except pyio.StorageError as error:
                assert error.reason == "gone"  # noqa: PT017 - pytest is not on the page
        opened = await pyio.load_artifacts("opfs://large", lazy=True)
    return list(await pyio.list_models())


def test_large_models_are_replaced(tab: Tab) -> None:
    """A save of a large model need not wait until the older one is removed; the lock does."""
    assert tab.python(replace_large, 3) == ["opfs://large"]
    tab.js("() => navigator.locks.request('pyio opfs', () => {})")
    left = [name for name in names(tab) if name.endswith("weights.bin")]
    assert len(left) == 1, left
    tab.python(replace_large, 1)
    tab.python(remove, "opfs://large")
    assert names(tab) == ["pyio-models/"]


async def remove(url: str) -> None:
    import pyio

    await pyio.remove_model(url)


LEFT = """async () => {
  let root = await navigator.storage.getDirectory();
  const make = async (path, text) => {
    const names = path.split("/");
    let folder = root;
    for (const name of names.slice(0, -1)) {
      folder = await folder.getDirectoryHandle(name, { create: true });
    }
    if (!names.at(-1)) return;
    const file = await folder.getFileHandle(names.at(-1), { create: true });
    const stream = await file.createWritable();
    await stream.write(text);
    await stream.close();
  };
  root = await root.getDirectoryHandle("pyio-models", { create: true });
  await make("a/9000000000000/weights.bin", "x".repeat(50));     // killed before its json
  await make("a/9000000000001/model.json", "");
  await make("a/5/weights.bin", "old");                          // killed while it was removed
  await make("never/1/weights.bin", "x");
  await make("empty/", "");
  await make("probe-77", "");
  await make("Foreign/1/model.json", "{}");
  await make("broken/1/model.json", "{no json");
}"""


async def repaired(apply: bool) -> Any:
    import pyio

    plan = await pyio.repair("opfs://", apply=apply)
    return [sorted([f.where, f.acts, f.done] for f in plan.findings), plan.bytes_freed]


async def damages() -> Any:
    import pyio

    return {url: info.damage is None for url, info in (await pyio.list_models()).items()}


def test_what_kills_leave(tab: Tab) -> None:
    """A save that was killed never happened; repair removes its files, and nothing else."""
    tab.python(save, SOURCE, 1)
    tab.js(LEFT)
    assert tab.python(damages) == {SOURCE: True, "opfs://broken": False}
    assert tab.python(found) == {SOURCE: 1, "opfs://broken": None}
    before = tab.js("() => rawFiles()")
    plan, freed = tab.python(repaired, False)
    assert tab.js("() => rawFiles()") == before
    assert freed == 54
    assert [[where, acts] for where, acts, _ in plan] == [
        ["opfs://a (generation 5)", True],
        ["opfs://a (generation 9000000000000)", True],
        ["opfs://a (generation 9000000000001)", True],
        ["opfs://broken", False],
        ["opfs://empty", True],
        ["opfs://never (generation 1)", True],
        ["pyio-models/Foreign", False],
        ["pyio-models/probe-77", True],
    ]
    done, _ = tab.python(repaired, True)
    assert all(acts == done for _, acts, done in done)
    plan, _ = tab.python(repaired, False)
    assert [where for where, _, _ in plan] == ["opfs://broken", "pyio-models/Foreign"]
    assert tab.python(found) == {SOURCE: 1, "opfs://broken": None}
    tab.js(LEFT)
    tab.python(save, SOURCE, 2)
    left = [name for name in names(tab) if name.startswith("pyio-models/a/")]
    assert len(left) == 4, "a save removes what earlier ones have left"


async def odd_names() -> Any:
    import pyio

    urls = [f"opfs://{name}" for name in ("Model", "model", "é" * 400, "x" * 300, "%41", "~", ".")]
    for number, url in enumerate(urls):
        await pyio.save_artifacts(pyio.ModelArtifacts({"number": number}), url)
    for number, url in enumerate(urls):
        assert (await pyio.load_artifacts(url)).model_topology == {"number": number}
    assert set(await pyio.list_models()) == set(urls)
    for url in urls:
        await pyio.remove_model(url)
    return list(await pyio.list_models())


def test_odd_names(tab: Tab) -> None:
    """Names that differ in case alone, or are too long for a file, are names like others."""
    assert tab.python(odd_names) == []


def test_the_source_of_a_move_is_gone(tab: Tab) -> None:
    """After a move to localStorage no function of pyio finds the source; its files are kept."""
    tab.python(save, SOURCE, 1)
    assert tab.python(move, SOURCE, DESTINATION) is None
    assert tab.python(try_everything, SOURCE) == [False] * 3 + ["ModelNotFoundError"] * 5
    assert tab.python(found) == {DESTINATION: 1}
    assert any(name.endswith("/weights.bin") for name in names(tab))
    tab.js("""() => {
      const moves = JSON.parse(localStorage.getItem("pyio_moves"));
      Object.values(moves).forEach((move) => { move.begun -= 25 * 3600; });
      localStorage.setItem("pyio_moves", JSON.stringify(moves));
    }""")
    assert tab.python(found) == {DESTINATION: 1}
    assert names(tab) == ["pyio-models/"], "after a day the browser has written localStorage"
    assert "pyio_moves" not in items(tab)


def test_a_kill_brings_the_source_back(tab: Tab) -> None:
    """A kill that takes the destination of a move loses neither it nor what was saved since."""
    tab.python(save, SOURCE, 1)
    before, files = items(tab), tab.js("() => rawFiles()")
    assert tab.python(move, SOURCE, DESTINATION) is None
    tab.js(KILL, before)
    assert tab.python(found) == {SOURCE: 1}
    assert (items(tab), tab.js("() => rawFiles()")) == (before, files)
    assert tab.python(move, SOURCE, DESTINATION) is None
    assert tab.python(move, DESTINATION, SOURCE) is None
    tab.js(KILL, before)
    assert tab.python(found) == {SOURCE: 1}, "it has come back, and is there once"
    assert tab.python(move, SOURCE, DESTINATION) is None
    tab.python(save, SOURCE, 2)
    assert tab.python(found) == {SOURCE: 2, DESTINATION: 1}
    tab.js(KILL, before)
    tab.python(save, SOURCE, 3)
    for _ in range(2):
        assert tab.python(found) == {SOURCE: 3, "opfs://a (recovered 1)": 1}


def test_moves_between_files_and_databases(tab: Tab) -> None:
    """Media that are both on disk at once move models to each other, and keep nothing."""
    tab.python(save, SOURCE, 1)
    assert tab.python(move, SOURCE, "indexeddb://b") is None
    assert tab.python(found) == {"indexeddb://b": 1}
    assert tab.python(move, "indexeddb://b", SOURCE) is None
    assert tab.python(found) == {SOURCE: 1}
    assert tab.python(move, SOURCE, "memory://c") is None
    assert tab.python(found) == {"memory://c": 1}
    assert names(tab) == ["pyio-models/"]
