"""Loads with ``cache=``: copies, their freshness, and what happens without the server."""

from __future__ import annotations

import hashlib
import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio import limits
from pyio.handlers.http import client as requests
from tests.support.answers import Answer, Answers
from tests.support.models import artifacts, model_json, run, same, weight

if TYPE_CHECKING:
    from collections.abc import Iterator


OLD, NEW = "Mon, 02 Nov 2026 10:00:00 GMT", "Tue, 03 Nov 2026 10:00:00 GMT"
JSON, WEIGHTS = "/m/model.json", "/m/w.bin"


@pytest.fixture
def server() -> Iterator[Answers]:
    with Answers() as server:
        yield server


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries that do not wait."""
    monkeypatch.setattr(requests, "PAUSE", 0.01)


def put(server: Answers, value: int, text: dict[str, str], weights: dict[str, str]) -> None:
    """Serve a model with one weight, with these header fields for its two files."""
    group = {"paths": ["w.bin"], "weights": [weight("w", 1, "int32")]}
    server.table[JSON] = Answer(model_json([group]), kind="application/json", headers=text)
    server.table[WEIGHTS] = Answer(value.to_bytes(4, "little"), headers=weights)


def load(server: Answers, path: str = JSON, **options: Any) -> tuple[int, list[str]]:
    """Load with a cache; return the weight, and the requests that it took."""
    before = len(server.seen)
    options = {"cache": "memory://", **options}
    arrays = run(pyio.load_arrays(server.url + path, **options))
    asked = [f"{seen.method} {seen.path}" for seen in server.seen[before:]]
    return int(arrays["w"][0]), sorted(asked)


GOT = [f"GET {JSON}", f"GET {WEIGHTS}"]
ASKED = [f"HEAD {JSON}", f"HEAD {WEIGHTS}"]

STAMPS = {
    "etag": ({"ETag": '"1"'}, {"ETag": '"2"'}),
    "weak": ({"ETag": 'W/"1"'}, {"ETag": 'W/"2"'}),
    "date": ({"Last-Modified": OLD}, {"Last-Modified": NEW}),
    "both": ({"ETag": '"1"', "Last-Modified": OLD}, {"ETag": '"2"', "Last-Modified": OLD}),
}


@pytest.mark.parametrize(("old", "new"), STAMPS.values(), ids=STAMPS)
def test_if_newer(server: Answers, old: dict[str, str], new: dict[str, str]) -> None:
    """The first load keeps a copy; a later one asks, and gets the files only if they changed."""
    put(server, 1, old, old)
    assert load(server) == (1, GOT)
    assert load(server) == (1, ASKED)
    put(server, 2, old, new)  # a model that was trained further: its json is the same
    assert load(server) == (2, [*GOT, *ASKED])
    assert load(server) == (2, ASKED)


def test_a_server_that_does_not_say(server: Answers) -> None:
    """Without ETag and date the model is loaded each time: a copy might be old."""
    put(server, 1, {}, {})
    load(server)
    put(server, 2, {}, {})
    assert load(server)[0] == 2
    assert load(server, refresh="never") == (2, [])


def test_a_change_within_a_second(server: Answers) -> None:
    """A date that is as new as the answer does not tell two versions apart."""
    same_time = {"Last-Modified": NEW, "Date": NEW}
    put(server, 1, same_time, same_time)
    load(server)
    put(server, 2, same_time, same_time)
    assert load(server)[0] == 2


def test_never_and_always(server: Answers) -> None:
    """With "never" nothing is asked while there is a copy, with "always" all is loaded again."""
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    assert load(server, refresh="never") == (1, GOT)
    put(server, 2, {"ETag": '"2"'}, {"ETag": '"2"'})
    assert load(server, refresh="never") == (1, [])
    assert load(server, refresh="always") == (2, GOT)
    assert load(server, refresh="never") == (2, [])


def test_offline(server: Answers) -> None:
    """Without its server a load gives the copy with a warning, of which "always" has none."""
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    load(server)
    for status in (503, 429):
        server.table[JSON] = Answer(b"later", status)
        with pytest.warns(pyio.CachedCopyWarning, match=f"copy of .* is used.*{status}"):
            assert load(server)[0] == 1
    url = server.url
    server.shutdown()
    server.server_close()
    server.url = url
    with pytest.warns(pyio.CachedCopyWarning, match="copy of .* is used"):
        assert load(server)[0] == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load(server, refresh="never")[0] == 1
    with pytest.raises(pyio.RequestError):
        load(server, refresh="always")
    with pytest.raises(pyio.RequestError):
        load(server, "/other/model.json")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refusal_is_no_outage(server: Answers, status: int) -> None:
    """A server that answers no is believed, copy or not."""
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    load(server)
    server.table[JSON] = Answer(b"no", status)
    with pytest.raises((pyio.RequestError, pyio.ModelNotFoundError)):
        load(server)


def test_a_server_without_head(server: Answers) -> None:
    """A server that does not know HEAD has its model loaded again."""
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    load(server)
    text, weights = server.table[JSON], server.table[WEIGHTS]
    server.table[JSON] = [Answer(b"", 501), Answer(b"", 501), text]  # type: ignore[list-item]
    server.table[WEIGHTS] = [Answer(b"", 405), weights]  # type: ignore[list-item]
    assert load(server) == (1, sorted([*GOT, *ASKED, ASKED[0]]))


def test_a_pin(server: Answers) -> None:
    """A copy with the pinned digest is given unasked; another is replaced, or refused."""
    one, two = ((value).to_bytes(4, "little") for value in (1, 2))
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    pin = hashlib.sha256(one).hexdigest()
    assert load(server, sha256=pin) == (1, GOT)
    put(server, 2, {"ETag": '"2"'}, {"ETag": '"2"'})
    assert load(server, sha256=pin.upper()) == (1, [])
    assert load(server, sha256=hashlib.sha256(two).hexdigest()) == (2, GOT)
    with pytest.raises(pyio.DamagedModelError, match="SHA-256"):
        load(server, sha256=pin)
    assert load(server, refresh="never")[0] == 2


def test_the_copy_is_a_model(server: Answers) -> None:
    """It is listed with its origin, without a query's secrets; `remove_model` evicts it."""
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    server.table[f"{JSON}?key=secret"] = server.table[JSON]
    server.table[f"{WEIGHTS}?key=secret"] = server.table[WEIGHTS]
    assert load(server, f"{JSON}?key=secret")[0] == 1
    ((address, info),) = run(pyio.list_models()).items()
    assert info.origin == f"{server.url}{JSON}?key=…"
    assert "secret" not in address + repr(run(pyio.list_models()))
    assert "From" in repr(run(pyio.list_models()))
    assert run(pyio.inspect(address)).origin == info.origin
    assert int(run(pyio.load_arrays(address))["w"][0]) == 1
    run(pyio.remove_model(address))
    assert load(server, f"{JSON}?key=secret")[1] == [f"{each}?key=secret" for each in GOT]


def test_what_is_loaded_is_what_the_server_has(server: Answers, tmp_path: Path) -> None:
    """From the copy comes exactly the model; a file that is saved of it does not tell its origin.

    Several files of weights are asked about each.
    """
    model = artifacts(user_defined_metadata={"a": [1, None]})
    run(pyio.save_artifacts(model, f"file://{tmp_path}/m", shard_size_bytes=40, checksum=True))
    for file in (tmp_path / "m").iterdir():
        server.table[f"/m/{file.name}"] = Answer(file.read_bytes(), headers={"ETag": '"1"'})
    url = server.url + JSON
    plain = run(pyio.load_artifacts(url))
    for _ in range(2):
        cached = run(pyio.load_artifacts(url, cache="memory://"))
        assert same(cached, plain)
        assert cached.checksum
    assert [seen.method for seen in server.seen].count("HEAD") == 4
    run(pyio.save_artifacts(cached, f"file://{tmp_path}/again"))
    assert "Origin" not in (tmp_path / "again" / "model.json").read_text()


def test_copies_are_told_apart(server: Answers) -> None:
    """Addresses that differ in the query, the path or the prefix of weights have own copies."""
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    paths = [JSON, f"{JSON}?v=1", f"{JSON}?v=2", "/m/other.json", "/M/model.json"]
    for path in paths[1:]:
        server.table[path] = server.table[JSON]
    for path in (f"{WEIGHTS}?v=1", f"{WEIGHTS}?v=2", "/M/w.bin", "/p/w.bin"):
        server.table[path] = server.table[WEIGHTS]
    for path in paths:
        load(server, path)
    load(server, weight_path_prefix="/p")
    assert len(run(pyio.list_models())) == len(paths) + 1


def test_weights_from_another_place(server: Answers) -> None:
    """A converter that leads elsewhere gets no copy of other weights; a query makes no change."""
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    other = Answer((7).to_bytes(4, "little"), headers={"ETag": '"1"'})
    server.table |= {"/other/w.bin": other, f"{WEIGHTS}?again": server.table[WEIGHTS]}
    assert load(server)[0] == 1
    elsewhere: Any = {"weight_url_converter": {"w.bin": "/other/w.bin"}}
    for refresh in ("never", "if-newer"):
        assert load(server, refresh=refresh, **elsewhere)[0] == 7
        assert load(server, refresh=refresh)[0] == 1
    here: Any = {"weight_url_converter": lambda path: f"/m/{path}", "refresh": "never"}
    again: Any = {"weight_url_converter": lambda path: f"/m/{path}?again", "refresh": "never"}
    assert load(server, **here) == (1, GOT)
    assert load(server, **again) == (1, [])
    lacking: Any = {"weight_url_converter": {}, "refresh": "never"}
    for _ in range(2):
        with pytest.raises(pyio.HandlerError, match="no address"):
            load(server, **lacking)
        assert load(server, refresh="never")[0] == 1


def test_a_damaged_copy_is_replaced(server: Answers, tmp_path: Path) -> None:
    """A copy that is damaged is loaded again and does not stop the load."""
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    place = f"file://{tmp_path}"
    load(server, cache=place)
    (weights,) = tmp_path.rglob("weights.bin")
    weights.write_bytes(b"x")
    assert load(server, cache=place) == (1, [*GOT, *ASKED])
    assert load(server, cache=place) == (1, ASKED)
    (text,) = tmp_path.rglob("model.json")
    value = json.loads(text.read_text())
    for origin in (None, 3, {}, {"url": "x"}, {"url": "x", "stamps": {"": [1, 2]}}, {"url": 7}):
        text.write_text(json.dumps({**value, "pyioOrigin": origin}))
        assert load(server, cache=place) == (1, GOT)


def test_a_damaged_copy_is_not_described(server: Answers, tmp_path: Path) -> None:
    """`inspect` goes to the server where the copy is damaged, or lacks files that it should have.

    A copy that names files which no server has is replaced, and no server is asked for them.
    """
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    options: dict[str, Any] = {"cache": f"file://{tmp_path}", "refresh": "never"}
    load(server, **options)
    (weights,), (text,) = tmp_path.rglob("weights.bin"), tmp_path.rglob("model.json")
    good, value = weights.read_bytes(), json.loads(text.read_text())
    url = server.url + JSON
    weights.write_bytes(b"x")
    assert run(pyio.inspect(url, **options)).origin is None
    weights.write_bytes(good)
    origin = {**value["pyioOrigin"], "files": ["gone"]}
    text.write_text(json.dumps({**value, "pyioOrigin": origin}))
    assert len(run(pyio.inspect(url, **options)).tensors) == 1
    assert [seen.path for seen in server.seen] == [JSON, WEIGHTS, JSON, JSON]
    odd = {"ftp://other/x": ["1", ""], "http://[::1": ["1", ""], "\ud800": ["1", ""]}
    for name, stamp in odd.items():
        origin = {**value["pyioOrigin"], "stamps": {name: stamp}}
        text.write_text(json.dumps({**value, "pyioOrigin": origin}))
        assert load(server, cache=options["cache"]) == (1, GOT)


def test_a_model_that_can_be_read_and_not_written(server: Answers) -> None:
    """It is loaded, with a warning that it could not be kept."""
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    deep: Any = 1
    for _ in range(limits.JSON_DEPTH_WRITTEN + 1):
        deep = [deep]
    group = {"paths": ["w.bin"], "weights": [weight("w", 1, "int32")]}
    server.table[JSON] = Answer(model_json([group], userDefinedMetadata={"a": deep}))
    with pytest.warns(pyio.CachedCopyWarning, match="no copy could be kept.*nested deeper"):
        assert load(server) == (1, GOT)


def test_no_room(server: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that cannot be kept is a warning; the model is loaded."""
    from pyio.handlers.memory import MemoryHandler

    async def full(*_: Any) -> Any:
        raise pyio.QuotaExceededError("memory://m", 10, 5)

    monkeypatch.setattr(MemoryHandler, "_store", full)
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    with pytest.warns(pyio.CachedCopyWarning, match="no copy could be kept.*10 bytes"):
        assert load(server) == (1, GOT)


def test_files_of_other_programs(server: Answers, tmp_path: Path) -> None:
    """Of other formats the files are kept, and imported each time with the load's own options."""
    arrays: dict[str, Any] = {"w": np.array([5], np.int64), "v": np.zeros(3, np.float16)}
    run(pyio.save_arrays(arrays, f"file://{tmp_path}/a.safetensors"))
    content = (tmp_path / "a.safetensors").read_bytes()
    server.table["/a.safetensors"] = Answer(content, headers={"ETag": '"1"'})
    url = f"{server.url}/a.safetensors"
    first = run(pyio.load_arrays(url, ["w"], cache="memory://"))
    assert (list(first), int(first["w"][0])) == (["w"], 5)
    before = len(server.seen)
    found = run(pyio.load_arrays(url, cache="memory://"))
    assert {name: array.dtype.name for name, array in found.items()} == {
        "w": "int64",
        "v": "float16",
    }
    assert [seen.method for seen in server.seen[before:]] == ["HEAD"]
    (info,) = run(pyio.list_models()).values()
    assert info.origin == url
    server.table["/a.safetensors"] = Answer(b"nonsense", headers={"ETag": '"2"'})
    with pytest.raises(pyio.InvalidModelError):
        run(pyio.load_arrays(url, cache="memory://"))
    assert list(run(pyio.load_arrays(url, cache="memory://", refresh="never"))) == ["w", "v"]


def test_parts_that_were_not_needed_before(server: Answers, tmp_path: Path) -> None:
    """A list of safetensors, of which one file was loaded, has the other one loaded later."""
    for name in ("a", "b"):
        run(pyio.save_arrays({name: np.ones(2)}, f"file://{tmp_path}/{name}.safetensors"))
        content = (tmp_path / f"{name}.safetensors").read_bytes()
        server.table[f"/{name}.safetensors"] = Answer(content, headers={"ETag": f'"{name}"'})
    index = {"weight_map": {"a": "a.safetensors", "b": "b.safetensors"}}
    server.table["/m.safetensors.index.json"] = Answer(
        json.dumps(index).encode(), headers={"ETag": '"i"'}
    )
    url = f"{server.url}/m.safetensors.index.json"
    for names in (["a"], ["b"], ["a"], ["a", "b"]):
        assert list(run(pyio.load_arrays(url, names, cache="memory://"))) == names
    before = len(server.seen)
    assert sorted(run(pyio.load_arrays(url, cache="memory://"))) == ["a", "b"]
    assert {seen.method for seen in server.seen[before:]} == {"HEAD"}


def test_a_model_of_keras(server: Answers) -> None:
    """A .keras file is kept as it is, and computes the same from the copy."""
    file = next((Path(__file__).parents[1] / "data" / "keras").rglob("*.keras"))
    server.table["/m.keras"] = Answer(file.read_bytes(), headers={"ETag": '"1"'})
    url = f"{server.url}/m.keras"
    one, two = (run(pyio.load_model(url, cache="memory://")) for _ in range(2))
    assert isinstance(one, pyio.LayersModel)
    assert isinstance(two, pyio.LayersModel)
    assert one.writer == two.writer
    for first, second in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert [seen.method for seen in server.seen][-1] == "HEAD"


def test_the_usual_place(server: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``cache=True`` keeps copies in the user's folder of caches, where there is no browser."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    assert load(server, cache=True) == (1, GOT)
    assert load(server, cache=True) == (1, ASKED)
    (text,) = tmp_path.rglob("model.json")
    assert text.is_relative_to(tmp_path / "pyio" / "cached")


def test_inspect_asks_as_a_load_does(server: Answers) -> None:
    """`inspect` and `exists` use the copy as well, and work without the server."""
    put(server, 1, {"ETag": '"1"'}, {"ETag": '"1"'})
    load(server)
    before = len(server.seen)
    url = server.url + JSON
    found = run(pyio.inspect(url, cache="memory://"))
    assert (len(found.tensors), found.origin) == (1, None)
    assert run(pyio.exists(url, cache="memory://", refresh="never"))
    assert {seen.method for seen in server.seen[before:]} == {"HEAD"}


WRONG: dict[str, dict[str, Any]] = {
    "refresh": {"refresh": "often"},
    "a name": {"cache": "models"},
    "a number": {"cache": 1},
    "downloads": {"cache": "downloads://"},
    "a server": {"cache": "https://example.org/"},
    "an unknown scheme": {"cache": "tape://"},
}


@pytest.mark.parametrize("options", WRONG.values(), ids=WRONG)
def test_wrong_options(server: Answers, options: dict[str, Any]) -> None:
    """What cannot be a cache is refused before anything is asked."""
    with pytest.raises(pyio.HandlerError):
        load(server, **options)
    assert server.seen == []


def test_a_save_has_no_cache(server: Answers) -> None:
    """A save with ``cache`` is an error, and nothing is sent."""
    for target, options in (
        (server.url, {"cache": "memory://"}),
        (pyio.http(server.url, cache="memory://"), {}),
    ):
        with pytest.raises(pyio.HandlerError, match="cache"):
            run(pyio.save_artifacts(artifacts(), target, **options))  # type: ignore[arg-type]
    assert server.seen == []


def test_a_folder_of_tensorflow(server: Answers) -> None:
    """The files of a SavedModel are kept, and those that were looked for and are not there."""
    root = next(
        (Path(__file__).parents[1] / "data" / "saved_models").rglob("saved_model.pb")
    ).parent
    for file in root.rglob("*"):
        if file.is_file():
            path = f"/saved/{file.relative_to(root).as_posix()}"
            server.table[path] = Answer(file.read_bytes(), headers={"ETag": '"1"'})
    url = f"{server.url}/saved/"
    one, two = (run(pyio.load_artifacts(url, cache="memory://")) for _ in range(2))
    assert same(one, two)
    before = len(server.seen)
    assert same(run(pyio.load_artifacts(url, cache="memory://")), one)
    assert {seen.method for seen in server.seen[before:]} == {"HEAD"}
