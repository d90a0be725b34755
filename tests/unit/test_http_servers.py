"""Servers that are not trusted: what they are told, what they may send, and what errors say.

Real servers on loopback. Another port is another server, as it is for browsers.
"""

from __future__ import annotations

import gzip
import hashlib
import time
import traceback
import tracemalloc
import zlib
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio import limits
from pyio.addresses import shown, shown_model, without_secrets
from pyio.handlers.http import client as requests
from tests.support.answers import Answer, Answers
from tests.support.models import artifacts, model_json, run, shards, weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECRETS = {
    "Authorization": "Bearer t",
    "Cookie": "s=1",
    "Private-Token": "glpat",
    "X-Api-Key": "secret",
}


@pytest.fixture
def server() -> Iterator[Answers]:
    with Answers() as server:
        yield server


@pytest.fixture
def other() -> Iterator[Answers]:
    with Answers() as server:
        yield server


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries that do not wait."""
    monkeypatch.setattr(requests, "PAUSE", 0.01)


def load(url: str, **options: Any) -> pyio.ModelArtifacts:
    return run(pyio.load_artifacts(url, **options))


def put(server: Answers, *sizes: int, folder: str = "/m/") -> bytes:
    """Serve a model with shards of these sizes; return its weights."""
    text, files = shards(*sizes)
    server.table[f"{folder}model.json"] = Answer(text, kind="application/json")
    server.table.update({folder + name: body for name, body in files.items()})
    return b"".join(files.values())


def data(model: pyio.ModelArtifacts) -> bytes:
    return b"".join(model.weight_data or ())


def to(url: str, status: int = 302) -> Answer:
    """A redirect."""
    return Answer(b"", status, headers={"Location": url})


def told(server: Answers) -> set[str]:
    """The secret headers that a server has got."""
    return {name for seen in server.seen for name in SECRETS if name.lower() in seen.headers}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_carry_headers_to_named_servers_only(
    server: Answers, other: Answers, status: int
) -> None:
    """The json, and weights, may lie elsewhere; the headers stay with the server of the address."""
    weights = put(other, 4)
    server.table["/latest"] = to("/here", status)
    server.table["/here"] = to(f"{other.url}/m/model.json", status)
    options = {"request_init": {"headers": SECRETS}}
    assert data(load(f"{server.url}/latest", **options)) == weights
    assert all(name.lower() in seen.headers for seen in server.seen for name in SECRETS)
    server.table["/m.json"] = model_json([{"paths": ["w.bin"], "weights": [weight("w", 1)]}])
    server.table["/w.bin"] = to(f"{other.url}/m/group1-shard1of1.bin", status)
    assert data(load(f"{server.url}/m.json", **options)) == weights
    assert told(other) == set()
    # A server that the caller names gets them, by a redirect too.
    converter = {"group1-shard1of1.bin": f"{other.url}/m/group1-shard1of1.bin"}
    put(server, 4)
    load(f"{server.url}/m/model.json", weight_url_converter=converter, **options)
    assert told(other) == set(SECRETS)


def test_a_redirect_back_gets_the_headers_again(server: Answers, other: Answers) -> None:
    """What a server may be told depends on the server alone, and not on the way to it."""
    weights = put(server, 4)
    server.table["/latest"] = to(f"{other.url}/back")
    other.table["/back"] = to(f"{server.url}/m/model.json")
    loaded = load(f"{server.url}/latest", request_init={"headers": SECRETS})
    assert data(loaded) == weights
    assert told(other) == set()
    assert "x-api-key" in server.seen[1].headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_save_goes_to_no_other_server(server: Answers, other: Answers, status: int) -> None:
    """Neither the model nor the headers are sent where only a redirect leads."""
    server.table["/old"] = to(f"{other.url}/new", status)
    with pytest.raises(pyio.RequestError, match="whether it was stored is not known") as caught:
        run(
            pyio.save_artifacts(artifacts(), f"{server.url}/old", request_init={"headers": SECRETS})
        )
    assert f"save to '{other.url}/new' itself" in str(caught.value)
    assert not other.seen


def test_redirects_without_end(server: Answers) -> None:
    """A loop ends soon, and is not tried again."""
    server.table["/m.json"] = to("/m.json")
    with pytest.raises(pyio.RequestError, match="after more than 20 redirects"):
        load(f"{server.url}/m.json")
    assert len(server.seen) == 21


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "http://[x", "ftp://h/x", "http://h:99999/", "javascript:1"]
)
def test_redirects_to_no_server(server: Answers, target: str) -> None:
    """A redirect to what is no server's address is an error at once."""
    server.table["/m.json"] = to(target)
    with pytest.raises(pyio.RequestError, match=r"no usable address|InvalidURL"):
        load(f"{server.url}/m.json")
    assert len(server.seen) == 1


def test_redirects_that_are_not_wanted(server: Answers) -> None:
    """redirects=False, and RequestInit's own word for it, make a redirect an error."""
    put(server, 4)
    server.table["/latest"] = to("/m/model.json")
    refusing: list[dict[str, Any]] = [
        {"redirects": False},
        {"request_init": {"redirect": "error"}},
    ]
    for options in refusing:
        with pytest.raises(pyio.RequestError, match="redirects=False forbids that"):
            load(f"{server.url}/latest", **options)
    assert server.paths() == ["/latest"] * 2


def test_hosts_that_are_not_allowed(server: Answers, other: Answers) -> None:
    """A model.json, and a redirect, lead to allowed hosts only."""
    weights = put(other, 4)
    shard = f"{other.url}/m/group1-shard1of1.bin"
    server.table["/m.json"] = model_json([{"paths": [shard], "weights": [weight("w", 1)]}])
    server.table["/latest"] = to(f"{other.url}/m/model.json")
    host = other.url.removeprefix("http://")
    for path in ("/m.json", "/latest"):
        for hosts in ([], ["localhost"], ["127.0.0.1:1"]):
            with pytest.raises(pyio.RequestError, match=r"'127\.0\.0\.1' is not in allowed_hosts"):
                load(f"{server.url}{path}", allowed_hosts=hosts)
        assert not other.seen
        for allowed in (host, "127.0.0.1"):
            headers = {"headers": SECRETS}
            url = f"{server.url}{path}"
            assert data(load(url, allowed_hosts={allowed}, request_init=headers)) == weights
        assert told(other) == set()
        other.seen.clear()


def test_a_function_is_told_which_redirects_to_follow(server: Answers, other: Answers) -> None:
    """A fetch_func learns that it must not follow one; pyio follows the one that it returns."""
    import httpx

    weights = put(other, 4)
    server.table["/latest"] = to(f"{other.url}/m/model.json")
    seen = []

    async def fetch(url: str, init: Any) -> Any:
        seen.append((init.get("redirect"), "headers" in init))
        async with httpx.AsyncClient() as client:
            return await client.get(url, headers=init.get("headers"))

    url = f"{server.url}/latest"
    loaded = load(url, fetch_func=fetch, request_init={"headers": SECRETS})
    assert data(loaded) == weights
    assert seen == [("manual", True), (None, False), (None, False)]
    assert told(other) == set()


def compressed(size: int, *, times: int = 1) -> bytes:
    """Zeros, compressed that many times."""
    body = bytes(size)
    for _ in range(times):
        body = gzip.compress(body)
    return body


@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "zstd", "compress", "gzip,deflate"])
def test_codings_that_were_not_asked_for(server: Answers, coding: str) -> None:
    """One coding at most, and one that Python decodes piece by piece."""
    body = compressed(1000, times=2)
    server.table["/m.json"] = Answer(body, headers={"Content-Encoding": coding})
    with pytest.raises(pyio.RequestError, match="was not asked for"):
        load(f"{server.url}/m.json")
    assert len(server.seen) == 1
    assert server.seen[0].headers["accept-encoding"] == "gzip, deflate"
    # What needs no body is not kept from being understood.
    server.table["/m.json"] = Answer(body, 404, headers={"Content-Encoding": coding})
    with pytest.raises(pyio.ModelNotFoundError):
        load(f"{server.url}/m.json")


def test_a_bomb_is_not_unpacked(server: Answers) -> None:
    """Weights that expand take the memory that the weights should have, and no more."""
    put(server, 1000)
    bomb = Answer(compressed(200_000_000), headers={"Content-Encoding": "gzip"})
    server.table["/m/group1-shard1of1.bin"] = bomb
    tracemalloc.start()
    try:
        with pytest.raises(pyio.DamagedModelError, match="Its weights take 1,000 bytes"):
            load(f"{server.url}/m/model.json")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_bomb_that_answers_a_save(server: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a server answers to a save is read no further than a model.json would be."""
    monkeypatch.setattr(pyio.limits, "JSON_BYTES", 1000)
    bomb = Answer(compressed(100_000_000), headers={"Content-Encoding": "gzip"})
    server.table["/upload"] = bomb
    (answer,) = run(pyio.save_artifacts(artifacts(), f"{server.url}/upload")).responses
    assert len(answer.content) < 1_000_000
    server.table["/upload"] = Answer(compressed(50), headers={"Content-Encoding": "gzip"})
    (answer,) = run(pyio.save_artifacts(artifacts(), f"{server.url}/upload")).responses
    assert answer.content == bytes(50)


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


CODED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "two members": ("gzip", lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:])),
    "padded": ("X-GZIP", lambda body: gzip.compress(body) + bytes(100)),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", _raw_deflate),
    "identity": ("identity", bytes),
}


@pytest.mark.parametrize("how", CODED)
@pytest.mark.parametrize("size", [4, 400_000])
def test_what_servers_compress(server: Answers, how: str, size: int) -> None:
    """Every form of the two codings is decoded, whatever pieces it comes in."""
    weights = put(server, size)
    coding, encode = CODED[how]
    server.table["/m/group1-shard1of1.bin"] = Answer(
        encode(weights), headers={"Content-Encoding": coding}
    )
    assert data(load(f"{server.url}/m/model.json")) == weights


@pytest.mark.parametrize("cut", [1, 20, 390])
def test_a_compressed_body_that_ends_early(server: Answers, cut: int) -> None:
    """Compressed data that stop are an error, though their length is as announced."""
    weights = put(server, 4000)
    half = gzip.compress(hashlib.shake_256(weights).digest(4000))[:cut]
    server.table["/m/group1-shard1of1.bin"] = Answer(half, headers={"Content-Encoding": "gzip"})
    with pytest.raises(pyio.RequestError, match="ends before its compressed data do"):
        load(f"{server.url}/m/model.json", retries=0)


def test_a_part_that_was_not_asked_for(server: Answers) -> None:
    """206 says that the body is a part of the file, so it is no whole one."""
    put(server, 4)
    headers = {"Content-Range": "bytes 0-3/64"}
    server.table["/m/group1-shard1of1.bin"] = Answer(b"1234", 206, headers=headers)
    with pytest.raises(pyio.RequestError, match="206 Partial Content") as caught:
        load(f"{server.url}/m/model.json")
    assert caught.value.status == 206
    assert len(server.seen) == 2


@dataclass
class Ranged:
    """Sends ranges of a file, and from the third answer on those of another one.

    The first two are for the file's kind and for its beginning.
    """

    files: tuple[bytes, bytes]
    headers: tuple[dict[str, str], dict[str, str]] = ({}, {})
    ranges: bool = True
    count: int = 0

    def __call__(self, url: str, init: Any) -> Any:
        self.count += 1
        later = int(self.count > 2)
        body, headers = self.files[later], dict(self.headers[later])
        asked = init.get("headers", {}).get("range")
        if asked is None or (later and not self.ranges):
            headers["Content-Length"] = str(len(body))
            return SimpleNamespace(status=200, content=body, headers=headers, url=url)
        start, last = map(int, asked.removeprefix("bytes=").split("-"))
        part = body[start : last + 1]
        headers["Content-Range"] = f"bytes {start}-{start + len(part) - 1}/{len(body)}"
        return SimpleNamespace(status=206, content=part, headers=headers, url=url)


def changed(day: int) -> dict[str, str]:
    return {
        "Date": "Thu, 26 Nov 2026 10:00:00 GMT",
        "Last-Modified": f"{('Mon', 'Tue')[day - 2]}, 0{day} Nov 2026 10:00:00 GMT",
    }


PARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "tag": ("ETag", {"headers": ({"ETag": '"1"'}, {"ETag": '"2"'})}),
    "date": ("another Last-Modified", {"headers": (changed(2), changed(3))}),
    "size": ("another size", {"longer": True}),
    "size and whole": ("longer than", {"longer": True, "ranges": False}),
    "whole": ("begins otherwise", {"ranges": False}),
}


@pytest.mark.parametrize(("message", "how"), PARTS.values(), ids=PARTS)
def test_parts_of_two_versions(tmp_path: Path, message: str, how: dict[str, Any]) -> None:
    """A file that is read in ranges, and replaced meanwhile, is not put together of both."""
    whole = []
    for factor in (1, -1):
        arrays: dict[str, Any] = {name: factor * np.arange(50_000.0) for name in "ab"}
        run(pyio.save_arrays(arrays, f"file://{tmp_path}/x.safetensors"))
        whole.append((tmp_path / "x.safetensors").read_bytes())
    how = dict(how)
    more = bytes(8) if how.pop("longer", False) else b""
    url = "http://host/x.safetensors"
    server = Ranged((whole[0], whole[1] + more), **how)
    with pytest.raises(pyio.DamagedModelError, match=message):
        run(pyio.load_arrays(url, ["b"], fetch_func=server))
    headers = ({"ETag": '"1"', **changed(2)}, {"ETag": '"1"', **changed(3)})  # two machines
    again = Ranged((whole[0], whole[0]), headers)
    loaded = run(pyio.load_arrays(url, ["b"], fetch_func=again))
    assert loaded["b"][-1] == 49_999


def test_a_file_without_end(server: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program's file of unknown size takes memory up to a limit."""
    monkeypatch.setattr(limits, "UNTOLD_BYTES", 1_000_000)
    body = (8).to_bytes(8, "little") + b'{"a": 1}' + bytes(3_000_000)
    coded = Answer(gzip.compress(body), headers={"Content-Encoding": "gzip"})
    for answer in (Answer(body, measured=False), coded):
        server.table["/m.safetensors"] = answer
        with pytest.raises(pyio.DamagedModelError, match=r"1,000,000 bytes.*UNTOLD_BYTES"):
            run(pyio.load_arrays(f"{server.url}/m.safetensors"))


def tagged(body: bytes, tag: str, **more: Any) -> Answer:
    return Answer(body, headers={"ETag": tag}, **more)


def test_files_of_two_versions(server: Answers) -> None:
    """A server whose ETags are those of a version shows when it has changed during a load."""
    text, files = shards(8, 8)
    first, second = files.values()
    server.table = {
        "/model.json": tagged(text, '"v1"'),
        "/group1-shard1of2.bin": tagged(first, '"v1"'),
        "/group1-shard2of2.bin": tagged(second, '"v2"'),
    }
    with pytest.raises(pyio.DamagedModelError, match="changed the model during the load"):
        load(f"{server.url}/model.json")
    server.table["/group1-shard2of2.bin"] = tagged(second, 'W/"v1"')
    assert data(load(f"{server.url}/model.json")) == first + second


def test_etags_of_files_are_no_versions(server: Answers) -> None:
    """Most ETags are made of a file's time and size, so files of equal size share them."""
    text, files = shards(8, 8, 5)
    server.table = {"/model.json": tagged(text, '"65a1-200"')}
    for name, body in files.items():
        server.table[f"/{name}"] = tagged(body, f'"65a1-{len(body)}"')
    assert data(load(f"{server.url}/model.json")) == b"".join(files.values())


def dated(body: bytes, sent: str, changed: str) -> Answer:
    day = "Thu, 26 Nov 2026"
    headers = {"Date": f"{day} {sent} GMT", "Last-Modified": f"{day} {changed} GMT"}
    return Answer(body, headers=headers)


@pytest.mark.parametrize(
    ("sent", "changed", "mixed"),
    [
        ("10:00:02", "10:00:01", True),
        ("10:00:02", "09:00:00", False),
        ("10:00:00", "10:00:00", False),
        ("10:00:02", "10:00:02", False),  # made for each request
        ("10:30:00", "10:20:00", False),  # the model.json came out of a cache
        ("10:00:02", "10:00:61", False),  # no time
    ],
)
def test_a_file_that_changed_after_the_json(
    server: Answers, sent: str, changed: str, mixed: bool
) -> None:
    """The dates of a server whose ETags are those of files show that it changed during a load."""
    text, files = shards(8)
    ((name, weights),) = files.items()
    server.table = {
        "/model.json": dated(text, "10:00:00", "09:00:00"),
        f"/{name}": dated(weights, sent, changed),
    }
    if mixed:
        with pytest.raises(pyio.DamagedModelError, match=r"was changed after 'model.json' had"):
            load(f"{server.url}/model.json")
    else:
        assert data(load(f"{server.url}/model.json")) == weights


def test_a_file_that_changes_between_attempts(server: Answers) -> None:
    """A further attempt with another ETag belongs to another version than the files before."""
    text, files = shards(8)
    (weights,) = files.values()
    server.table["/model.json"] = text
    again = [tagged(weights, '"a"', cut=3), tagged(weights, '"b"')]
    server.table["/group1-shard1of1.bin"] = list(again)
    with pytest.raises(pyio.DamagedModelError, match=r'the ETag "a" at the first attempt and "b"'):
        load(f"{server.url}/model.json")
    again[1] = tagged(weights, '"a"')
    server.table["/group1-shard1of1.bin"] = list(again)
    assert data(load(f"{server.url}/model.json")) == weights


def test_sha256_of_the_caller(server: Answers) -> None:
    """The digest is that of all weight files one after another; another one is an error."""
    weights = put(server, 10, 10, 5)
    url = f"{server.url}/m/model.json"
    digest = hashlib.sha256(weights).hexdigest()
    assert data(load(url, sha256=digest.upper())) == weights
    server.table["/m/group1-shard2of3.bin"] = b"0123456789"
    with pytest.raises(pyio.DamagedModelError, match=f"sha256= asks for {digest}"):
        load(url, sha256=digest)
    server.table["/t.json"] = b'{"modelTopology":{"a":1}}'
    with pytest.raises(pyio.DamagedModelError, match="sha256= asks for"):
        load(f"{server.url}/t.json", sha256=digest)
    with pytest.raises(pyio.HandlerError, match="a save takes checksum=True"):
        run(pyio.save_artifacts(artifacts(), url, sha256=digest))
    manifest: Any = [{"paths": ["w.bin"], "weights": [weight("w", 1)]}]
    with pytest.raises(pyio.HandlerError, match="reads some of them"):
        run(pyio.load_weights(manifest, server.url, sha256=digest))


def test_a_deadline(server: Answers) -> None:
    """Bytes that drip keep a request alive; the deadline ends the whole load or save."""
    put(server, 10, 5)
    url = f"{server.url}/m/model.json"
    assert len(data(load(url, deadline=30))) == 15
    server.table["/m/group1-shard1of2.bin"] = Answer(b"", 503, headers={"Retry-After": "20"})
    server.table["/m/group1-shard2of2.bin"] = Answer(hang=True)
    server.table["/upload"] = Answer(hang=True)
    start = time.monotonic()
    with pytest.raises(pyio.RequestError, match=r"its deadline of 0\.3 seconds$"):
        load(url, deadline=0.3)
    with pytest.raises(pyio.RequestError, match="so whether it was stored is not known"):
        run(pyio.save_artifacts(artifacts(), f"{server.url}/upload", deadline=0.3))
    assert time.monotonic() - start < 10


def test_a_callers_own_time_limit_stays(server: Answers) -> None:
    """A TimeoutError that is not the deadline's is not called so."""

    def converter(_path: str) -> str:
        raise TimeoutError("mine")

    put(server, 4)
    with pytest.raises(TimeoutError, match="mine"):
        load(f"{server.url}/m/model.json", deadline=30, weight_url_converter=converter)


BAD = [
    *("http://[::1", "http://h:99999999/x", "//", "///etc/passwd", "http://\u202e/"),
    *("http://xn--/", "http://a..b/", f"http://{'a' * 300}.com/x", "\ud800.bin", "a\0b"),
    *("HTTP://127.0.0.1:1/x", "http://127.0.0.1:0/x", "http:///x", "http:a.bin", "a" * 70_000),
    *("http://user:pass@127.0.0.1:1/", "?", "#", "http://a b/", "http://%/", "http://\ud83d/"),
]


@pytest.mark.parametrize("path", BAD, ids=range(len(BAD)))
def test_bad_addresses_are_errors_of_pyio(server: Answers, path: str) -> None:
    """Whatever a model.json names, only errors of pyio's tree come out."""
    server.table["/m.json"] = model_json([{"paths": [path], "weights": [weight("w", 1)]}])
    with pytest.raises(pyio.PyioError):
        load(f"{server.url}/m.json", timeout=3, retries=0)
    with pytest.raises(pyio.PyioError):
        load(path if "://" in path else f"http://{path}/m.json", timeout=3, retries=0)
    server.table["/old.json"] = to(path.encode("ascii", "ignore").decode().replace("\0", ""))
    with pytest.raises(pyio.PyioError):
        load(f"{server.url}/old.json", timeout=3, retries=0)


ODD: list[dict[str, Any]] = [
    {"request_init": "x"},
    {"request_init": {"method": "GE T"}},
    {"request_init": {"headers": {"X A": "y"}}},
    {"request_init": {"headers": {"": "y"}}},
    {"request_init": {"redirect": "manual"}},
    {"field_names": 3},
    {"field_names": {"model.json": 3}},
    {"weight_path_prefix": "http://[x"},
    {"deadline": 0},
    {"deadline": True},
    {"sha256": "abc"},
    {"sha256": 5},
    {"redirects": 1},
    {"allowed_hosts": "example.com"},
    {"allowed_hosts": 3},
    {"allowed_hosts": [None]},
    {"allowed_hosts": ["http://x"]},
]


@pytest.mark.parametrize("options", ODD, ids=range(len(ODD)))
def test_odd_options_are_errors_of_pyio(options: dict[str, Any]) -> None:
    """An option that cannot be used is a HandlerError when the handler is made."""
    with pytest.raises(pyio.HandlerError):
        pyio.http("http://x/", **options)


@pytest.mark.parametrize("address", [None, 3, b"http://x/"])
def test_a_converter_that_gives_no_address(server: Answers, address: Any) -> None:
    """What a converter returns is looked at before it is used."""
    put(server, 4)
    with pytest.raises(pyio.HandlerError, match="weight_url_converter should give an address"):
        load(f"{server.url}/m/model.json", weight_url_converter=lambda _path: address)


@pytest.mark.parametrize("odd", [{"url": "http://["}, {"url": 5}, {"headers": 5}, {"headers": "x"}])
def test_odd_answers_of_functions(odd: dict[str, Any]) -> None:
    """What a function's answer has besides its status and its body may be anything."""

    class Reply:
        status = 200
        content = memoryview(model_json([]) + b" ")[::1]

    for name, value in odd.items():
        setattr(Reply, name, value)
    loaded = load("http://x/m.json", fetch_func=lambda _url, _init: Reply())
    assert loaded.weight_specs == ()


def test_no_secrets_in_errors_and_progress(server: Answers) -> None:
    """Passwords and tokens are in no message, no repr, no progress and no cause."""
    with_user = server.url.replace("//", "//user:hunter2@")
    url = f"{with_user}/m.json?token=tok123&part=a"
    path = "/m.json?token=tok123&part=a"
    shard = "w.bin?sig=tok123"
    right = model_json([{"paths": [shard], "weights": [weight("w", 1)]}])
    what: list[str] = []

    def watch(progress: pyio.Progress) -> None:
        what.append(progress.what)

    answers: list[dict[str, Answer | list[Answer] | bytes]] = [
        {},
        {path: Answer(b"", 500)},
        {path: b"{"},
        {path: Answer(hang=True)},
        {path: to("ftp://user:hunter2@h/?tok123")},
        {path: right},
        {path: right, f"/{shard}": b"12345"},
        {path: right, f"/{shard}": Answer(b"<p>", kind="text/html")},
        {path: right, f"/{shard}": Answer(hang=True)},
        {path: right, f"/{shard}": to("http://[?tok123")},
        {path: model_json([{"paths": ["http://u:hunter2@[/?tok123"], "weights": []}])},
        {path: model_json([{"paths": ["ftp:x?tok123"], "weights": []}])},
    ]
    for table in answers:
        server.table = table
        with pytest.raises(pyio.PyioError) as caught:
            load(url, retries=1, timeout=0.3, on_progress=watch)
        text = "".join(traceback.format_exception_only(caught.value)) + repr(caught.value.__cause__)
        assert "hunter2" not in text, table
        assert "tok123" not in text, table
    server.table = {path: right, f"/{shard}": b"1234"}
    handler = pyio.http(url, on_progress=watch)
    assert data(run(pyio.load_artifacts(handler))) == b"1234"
    assert repr(handler) == f"pyio.http('{shown(url)}')"
    assert not [text for text in what if "hunter2" in text or "tok123" in text]
    server.table = {path: Answer(b"", 500)}
    with pytest.raises(pyio.RequestError) as refused:
        run(pyio.save_artifacts(artifacts(), url))
    assert "tok123" not in str(refused.value)
    assert refused.value.url.endswith("?token=tok123&part=a"), "the attribute is whole"
    with pytest.raises(pyio.InvalidURLError) as invalid:
        pyio.http("http://user:hunter2@[/?token=tok123")
    assert "hunter2" not in str(invalid.value)
    assert "tok123" not in str(invalid.value)


def test_no_secrets_in_errors_of_other_parts() -> None:
    """Whatever part of pyio quotes the address of a server, its secrets are not in the message."""
    url = "http://user:hunter2@127.0.0.1:9/m.json?token=tok123"

    def twice(_url: str, _options: Any) -> Any:
        return pyio.http(url)

    async def attempts() -> list[str]:
        said = []
        for attempt in (
            lambda: pyio.load_artifacts(url, no_option=1),  # type: ignore[call-arg]
            lambda: pyio.remove_model(url),
            lambda: pyio.move_model(url, "memory://x"),
            lambda: pyio.repair(url),
            lambda: pyio.load_artifacts(pyio.http(url), timeout=3),
            lambda: pyio.load_artifacts(url, retries=0),
            lambda: pyio.copy_model(url, url),
        ):
            pyio.register_load_router(twice)
            with pytest.raises(pyio.PyioError) as caught:
                await attempt()
            pyio.unregister_router(twice)
            said.append(repr(caught.value) + str(caught.value))
        return said

    for text in run(attempts()):
        assert "hunter2" not in text
        assert "tok123" not in text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://h/m.json", "http://h/m.json"),
        ("https://u:p@h:1/a?b=c&d&e=f=g#h", "https://…@h:1/a?b=…&…&e=…#…"),
        ("HTTP://u@p@h/", "HTTP://…@h/"),
        ("//u:p@h/?", "//…@h/?"),
        ("a/b.bin?sig=1", "a/b.bin?sig=…"),
        ("http://h/a@b", "http://h/a@b"),
        ("ftp://u:p@h/?x", "ftp://…@h/?…"),
    ],
)
def test_addresses_as_they_are_shown(address: str, expected: str) -> None:
    """Scheme, server, path and the names in a query stay."""
    assert shown(address) == expected
    assert shown(expected) == expected
    if address.lower().startswith("http"):
        assert without_secrets(f"cannot get '{address}'.") == f"cannot get '{expected}'."


@pytest.mark.parametrize("name", ["indexeddb://what?a=b", "file://u:p@h/x#1", "memory://?x"])
def test_names_of_models_are_no_secrets(name: str) -> None:
    """What a person has called a model stands in errors as it is."""
    assert shown_model(name) == name
    assert name in str(pyio.ModelNotFoundError(name))
