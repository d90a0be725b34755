"""http:// in CPython against a real server, faults included."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import sys
import time
from typing import TYPE_CHECKING, Any, cast

import pytest

import pyio
from pyio.handlers.http import client as requests
from tests.support.answers import Answer, Answers
from tests.support.models import artifacts, graph_model, model_json, run, same, shards, weight
from tests.support.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[Answers]:
    with Answers() as server:
        yield server


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries that do not wait."""
    monkeypatch.setattr(requests, "PAUSE", 0.01)


def load(url: str, **options: Any) -> pyio.ModelArtifacts:
    return run(pyio.load_artifacts(url, **options))


def save(model: pyio.ModelArtifacts, url: str, **options: Any) -> pyio.SaveResult:
    return run(pyio.save_artifacts(model, url, **options))


def put(server: Answers, *sizes: int, folder: str = "/m/") -> bytes:
    """Serve a model with shards of these sizes; return its weights."""
    text, files = shards(*sizes)
    server.table[f"{folder}model.json"] = Answer(text, kind="application/json")
    server.table.update({folder + name: body for name, body in files.items()})
    return b"".join(files.values())


def data(model: pyio.ModelArtifacts) -> bytes:
    return b"".join(model.weight_data or ())


def form(seen: Any) -> dict[str, tuple[str | None, str, bytes]]:
    """The parts of a multipart request: field -> (file name, content type, content)."""
    head = f"Content-Type: {seen.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + seen.body, policy=email.policy.HTTP)
    return {
        str(part.get_param("name", header="content-disposition")): (
            part.get_filename(),
            part.get_content_type(),
            cast("bytes", part.get_payload(decode=True)),
        )
        for part in message.iter_parts()
    }


def test_save_posts_both_files(server: Answers) -> None:
    """One POST, with parts named and typed as TensorFlow.js does; the response is returned."""
    server.table["/upload"] = Answer(b'{"ok":true}', kind="application/json")
    result = save(artifacts(), f"{server.url}/upload")
    (seen,) = server.seen
    parts = form(seen)
    assert seen.method == "POST"
    assert list(parts) == ["model.json", "model.weights.bin"]
    name, kind, text = parts["model.json"]
    assert (name, kind) == ("model.json", "application/json")
    assert text.decode() == pyio.get_model_json(artifacts(), ["./model.weights.bin"])
    name, kind, weights = parts["model.weights.bin"]
    assert (name, kind) == ("model.weights.bin", "application/octet-stream")
    assert weights == data(artifacts())
    assert result.model_artifacts_info.weight_data_bytes == 104
    assert result.responses[0].json() == {"ok": True}


def test_save_to_flask() -> None:
    """The receiver of TensorFlow.js's documentation accepts a post from CPython as from a page."""
    with Receiver() as receiver:
        result = save(artifacts(), f"{receiver.url}/upload")
        assert result.responses[0].status_code == 200
        parts = receiver.uploads[0]["parts"]
        assert [(field, part[0], part[1]) for field, part in parts.items()] == [
            ("model.json", "model.json", "application/json"),
            ("model.weights.bin", "model.weights.bin", "application/octet-stream"),
        ]
        assert same(load(f"{receiver.url}/upload/0/model.json"), artifacts())


def test_save_topology_only(server: Answers) -> None:
    """Without weights there is no second part."""
    server.table["/upload"] = b""
    save(artifacts(weight_specs=None, weight_data=None), f"{server.url}/upload")
    assert list(form(server.seen[0])) == ["model.json"]


def test_save_with_put_and_headers(server: Answers) -> None:
    """The method and the headers of request_init are used; the caller's mapping stays as it is."""
    server.table["/upload"] = b""
    init = {"method": "PUT", "headers": {"X-Token": "secret"}}
    save(artifacts(), f"{server.url}/upload", request_init=init)
    assert server.seen[0].method == "PUT"
    assert server.seen[0].headers["x-token"] == "secret"
    assert json.loads(form(server.seen[0])["model.json"][2])["format"] == "layers-model"
    assert init == {"method": "PUT", "headers": {"X-Token": "secret"}}


def test_save_with_other_field_names(server: Answers) -> None:
    """Fields can be called as a framework wants them; the file names stay."""
    server.table["/upload"] = b""
    names = {"model.json": "model", "model.weights.bin": "weights"}
    save(artifacts(), f"{server.url}/upload", field_names=names)
    parts = form(server.seen[0])
    assert {field: part[0] for field, part in parts.items()} == {
        "model": "model.json",
        "weights": "model.weights.bin",
    }


def test_save_refused(server: Answers) -> None:
    """An unsuccessful response raises an error with status, address and start of the body."""
    server.table["/upload"] = Answer(b"disk full" * 100, 507, "text/plain")
    with pytest.raises(
        pyio.RequestError, match="answered 507 Insufficient Storage: 'disk full"
    ) as e:
        save(artifacts(), f"{server.url}/upload")
    assert e.value.status == 507
    assert e.value.url == f"{server.url}/upload"
    assert len(str(e.value)) < 300
    assert len(server.seen) == 1, "a save must not be sent twice"


def test_save_follows_a_redirect_with_its_body(server: Answers) -> None:
    """After a 307 the whole body is sent again."""
    server.table["/old"] = Answer(b"", 307, headers={"Location": "/new"})
    server.table["/new"] = b""
    reports: list[pyio.Progress] = []
    save(artifacts(), f"{server.url}/old", on_progress=reports.append)
    size = len(data(artifacts()))
    assert max(report.bytes_done for report in reports) == size
    assert reports[-1].bytes_done == size
    assert server.seen[1].method == "POST"
    assert form(server.seen[1])["model.weights.bin"][2] == data(artifacts())


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_drops_the_model(server: Answers, status: int) -> None:
    """Such a redirect asks again without the body, so its "200 OK" is no success of the save."""
    server.table["/old"] = Answer(b"", status, headers={"Location": "/new"})
    server.table["/new"] = b"a page"
    with pytest.raises(pyio.RequestError, match="whether it was stored is not known") as caught:
        save(artifacts(), f"{server.url}/old")
    assert f"save to '{server.url}/new' itself" in str(caught.value)


@pytest.mark.parametrize("option", ["body", "signal"])
def test_request_init_that_cannot_be(option: str) -> None:
    """A body would replace the model, and a signal is the task's business."""
    with pytest.raises(pyio.HandlerError, match=option):
        pyio.http("http://x/", request_init={option: "x"})


@pytest.mark.parametrize("url", ["", None])
def test_empty_address(url: Any) -> None:
    """No address is an error at once."""
    with pytest.raises(pyio.InvalidURLError, match=r"address of a model\.json"):
        pyio.http(url)


@pytest.mark.parametrize("url", ["http://[x/model.json", "http://x/\ud800"])
def test_what_is_no_address(url: str) -> None:
    """Text that cannot be an address is refused as such."""
    with pytest.raises(pyio.InvalidURLError, match="it is not an address"):
        pyio.http(url)


def test_relative_address_without_a_page() -> None:
    """In CPython nothing can be relative; and load_artifacts wants a scheme anyway."""
    with pytest.raises(pyio.InvalidURLError, match="no page"):
        pyio.http("model/model.json")
    with pytest.raises(pyio.InvalidURLError, match="expected scheme://name"):
        load("model/model.json")


def test_options_that_cannot_be() -> None:
    """Wrong options are refused when the handler is made."""
    with pytest.raises(pyio.HandlerError, match=r"fetch_func"):
        pyio.http("http://x/", fetch_func="no function")  # type: ignore[arg-type]
    with pytest.raises(pyio.HandlerError, match="parallel"):
        pyio.http("http://x/", parallel=0)
    wrong: dict[str, list[Any]] = {
        "timeout": ["1", 0, -1, float("nan")],
        "weight_url_converter": [3, "x"],
        "weight_path_prefix": [3],
    }
    for name, values in wrong.items():
        for value in values:
            with pytest.raises(pyio.HandlerError, match=f"{name} should be"):
                pyio.http("http://x/", **{name: value})
    with pytest.raises(pyio.HandlerError, match="field_names has 'model'"):
        pyio.http("http://x/", field_names={"model": "x"})
    with pytest.raises(pyio.HandlerError, match="headers should be a mapping, got str"):
        pyio.http("http://x/", request_init={"headers": "x"})
    for value in ("a\nb", "a\0", "Łódź"):
        with pytest.raises(pyio.HandlerError, match="header 'X-A'") as caught:
            pyio.http("http://x/", request_init={"headers": {"X-A": value}})
        assert value not in str(caught.value)  # it may be a secret
    with pytest.raises(pyio.HandlerError, match="no option 'single_file'"):
        load("http://x/", single_file=True)


def test_router_takes_http_and_https_only() -> None:
    """Both schemes have one handler, which is HTTP's, for saving and for loading."""
    for url in ("http://localhost/model.json", "https://localhost/model.json"):
        for handlers in (pyio.get_load_handlers(url), pyio.get_save_handlers(url)):
            (handler,) = handlers
            assert type(handler) is type(pyio.http(url))
    assert pyio.get_load_handlers("foo://localhost/model.json") == []
    assert pyio.browser_http_request is pyio.http


def test_options_reach_the_handler() -> None:
    """What goes with an address reaches its handler, by identity."""
    calls = []

    def fetch(url: str, _init: Any) -> bytes:
        calls.append(url)
        return model_json([])

    load("http://nowhere.invalid/m.json", fetch_func=fetch)
    assert calls == ["http://nowhere.invalid/m.json"]


def test_everything_comes_back(server: Answers) -> None:
    """What a save posts is, served again, the same model: layers, graph, and without weights."""
    server.table["/m/upload"] = b""
    for model in (artifacts(), graph_model(), artifacts(weight_specs=(), weight_data=())):
        save(model, f"{server.url}/m/upload")
        parts = form(server.seen[-1])
        server.table["/m/model.json"] = parts["model.json"][2]
        server.table["/m/model.weights.bin"] = parts["model.weights.bin"][2]
        assert same(load(f"{server.url}/m/model.json"), model)


def test_http_needs_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without httpx the error says what to install; a function of one's own needs none."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(pyio.UnsupportedEnvironmentError, match=r"install pyio-web\[http\]"):
        load("http://127.0.0.1:9/m.json")
    monkeypatch.setitem(sys.modules, "httpx", None)
    monkeypatch.delitem(sys.modules, "pyio.handlers.http.httpx_transport", raising=False)
    handler = pyio.http("http://x/m.json", fetch_func=lambda _url, _init: model_json([]))
    assert run(pyio.load_artifacts(handler)).weight_specs == ()


def test_one_file_takes_two_requests(server: Answers) -> None:
    """A model of two weights in one file is two requests, the json first, and one buffer."""
    server.table["/m.json"] = model_json(
        [{"paths": ["w.bin"], "weights": [weight("a", 2), weight("b", 1)]}],
        generatedBy="keras v2",
        convertedBy=None,
        userDefinedMetadata={"k": 1},
    )
    server.table["/w.bin"] = b"123456789abc"
    loaded = load(f"{server.url}/m.json")
    assert server.paths() == ["/m.json", "/w.bin"]
    assert data(loaded) == b"123456789abc"
    assert (loaded.format, loaded.generated_by, loaded.converted_by) == (
        "layers-model",
        "keras v2",
        None,
    )
    assert loaded.null_fields == {"converted_by"}
    assert loaded.user_defined_metadata == {"k": 1}


def test_groups_and_paths(server: Answers) -> None:
    """Two groups of two files in other directories, int32 and bool included, in manifest order."""
    server.table["/m/model.json"] = model_json(
        [
            {"paths": ["a/1.bin", "b/1.bin"], "weights": [weight("x", 2), weight("n", 1, "int32")]},
            {"paths": ["c.bin"], "weights": [weight("flag", 3, "bool")]},
        ]
    )
    server.table |= {"/m/a/1.bin": b"12345", "/m/b/1.bin": b"6789abc", "/m/c.bin": b"\x01\x00\x01"}
    loaded = load(f"{server.url}/m/model.json")
    assert data(loaded) == b"123456789abc\x01\x00\x01"
    assert [buffer.nbytes for buffer in loaded.weight_data or ()] == [12, 3]
    assert [spec.name for spec in loaded.weight_specs or ()] == ["x", "n", "flag"]


def test_topology_only_and_weights_only(server: Answers) -> None:
    """Either part alone is a model; neither is an error that says so."""
    server.table["/t.json"] = b'{"modelTopology":{"a":1}}'
    loaded = load(f"{server.url}/t.json")
    assert loaded.model_topology == {"a": 1}
    assert loaded.weight_specs is None
    assert loaded.weight_data is None
    # TensorFlow.js names a file that it does not send when there are no weights.
    server.table["/u.json"] = b'{"modelTopology":{},"weightsManifest":[{"paths":["./w.bin"]}]}'
    assert load(f"{server.url}/u.json").weight_specs is None
    server.table["/w.json"] = b'{"weightsManifest":[{"paths":[],"weights":[]}]}'
    loaded = load(f"{server.url}/w.json")
    assert loaded.model_topology is None
    assert loaded.weight_specs == ()
    server.table["/n.json"] = b'{"format":"x"}'
    with pytest.raises(pyio.DamagedModelError, match="neither modelTopology nor weightsManifest"):
        load(f"{server.url}/n.json")


def test_headers_reach_every_request(server: Answers) -> None:
    """The JSON and each weights file are asked for with the caller's headers."""
    put(server, 10, 5)
    load(f"{server.url}/m/model.json", request_init={"headers": {"Authorization": "Bearer t"}})
    assert [seen.headers.get("authorization") for seen in server.seen] == ["Bearer t"] * 3
    assert {seen.method for seen in server.seen} == {"GET"}


def test_headers_are_latin_1(server: Answers) -> None:
    """A header is sent as a browser does it, a byte per character."""
    put(server, 4)
    load(f"{server.url}/m/model.json", request_init={"headers": {"X-Key": "é"}})
    assert [seen.headers["x-key"] for seen in server.seen] == ["é", "é"]


def test_what_only_a_browser_knows_is_warned_about(server: Answers) -> None:
    """`credentials` does nothing in CPython, so it is refused with an error."""
    server.table["/t.json"] = b'{"modelTopology":{"a":1}}'
    with pytest.warns(pyio.CompatibilityWarning, match="credentials"):
        load(f"{server.url}/t.json", request_init={"credentials": "include"})


def test_custom_fetch_is_used_for_all(server: Answers) -> None:
    """fetch_func gets every address with request_init, may be async, may return httpx's answer."""
    put(server, 10, 5)
    calls = []

    async def fetch(url: str, init: Any) -> Any:
        import httpx

        calls.append((url.removeprefix(server.url), init.get("credentials"), init["method"]))
        async with httpx.AsyncClient() as client:
            return await client.get(url)

    loaded = load(
        f"{server.url}/m/model.json",
        fetch_func=fetch,
        request_init={"credentials": "include"},
    )
    assert loaded.weight_data_bytes == 15
    assert sorted(calls) == [
        ("/m/group1-shard1of2.bin", "include", "GET"),
        ("/m/group1-shard2of2.bin", "include", "GET"),
        ("/m/model.json", "include", "GET"),
    ]


def test_custom_fetch_that_fails() -> None:
    """Exceptions of the caller's function are not changed; a wrong return value is named."""

    def fails(_url: str, _init: Any) -> bytes:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        load("http://x/m.json", fetch_func=fails)
    with pytest.raises(pyio.RequestError, match=r"fetch_func returned 7"):
        load("http://x/m.json", fetch_func=lambda _url, _init: 7, retries=0)


def test_query_goes_on_to_the_weights(server: Answers) -> None:
    """A query of the model.json is kept for its weights, a slash in it included."""
    text, files = shards(4)
    server.table["/m/model.json?key=a/b&t=1"] = text
    server.table["/m/group1-shard1of1.bin?key=a/b&t=1"] = files["group1-shard1of1.bin"]
    assert load(f"{server.url}/m/model.json?key=a/b&t=1").weight_data_bytes == 4


def test_token_per_file(server: Answers) -> None:
    """Paths with queries of their own, and addresses from a mapping or a function, are used."""
    server.table["/m/model.json?k=1"] = model_json(
        [{"paths": ["a.bin?t=1", "b.bin?t=2"], "weights": [weight("w", 4, "bool")]}]
    )
    server.table |= {"/m/a.bin?t=1": b"12", "/m/b.bin?t=2": b"34", "/x?1": b"56", "/x?2": b"78"}
    url = f"{server.url}/m/model.json?k=1"
    assert data(load(url)) == b"1234"
    mapping = {"a.bin?t=1": "/x?1", "b.bin?t=2": f"{server.url}/x?2"}
    assert data(load(url, weight_url_converter=mapping)) == b"5678"

    async def convert(path: str) -> str:
        await asyncio.sleep(0)
        return mapping[path]

    headers = {"headers": {"X": "y"}}
    loaded = load(url, weight_url_converter=convert, request_init=headers)
    assert data(loaded) == b"5678"
    assert server.seen[-1].headers["x"] == "y"
    with pytest.raises(pyio.HandlerError, match=r"no address for 'b\.bin\?t=2'"):
        load(url, weight_url_converter={"a.bin?t=1": "/x?1"})


def test_weight_path_prefix(server: Answers) -> None:
    """The prefix takes the place of the directory, with or without a slash, relative or not."""
    put(server, 4)
    server.table["/cdn/group1-shard1of1.bin"] = b"cdn!"
    server.table["/get?f=group1-shard1of1.bin"] = b"get!"
    url = f"{server.url}/m/model.json"
    for prefix in (f"{server.url}/cdn/", f"{server.url}/cdn", "/cdn", "../cdn/"):
        assert data(load(url, weight_path_prefix=prefix)) == b"cdn!", prefix
    assert data(load(url, weight_path_prefix=f"{server.url}/get?f=")) == b"get!"


def test_redirect(server: Answers) -> None:
    """Weights are looked for beside the place where the model.json really was."""
    weights = put(server, 10, 5, folder="/v2/deep/")
    server.table["/latest?k=1"] = Answer(b"", 302, headers={"Location": "/v2/deep/model.json"})
    text = server.table["/v2/deep/model.json"]
    assert isinstance(text, Answer)
    for name in ("group1-shard1of2.bin", "group1-shard2of2.bin"):
        server.table[f"/v2/deep/{name}?k=1"] = server.table.pop(f"/v2/deep/{name}")
    assert data(load(f"{server.url}/latest?k=1")) == weights


def test_other_servers_do_not_get_the_headers(server: Answers) -> None:
    """A model.json may name files elsewhere; the caller's headers and query do not go there."""
    with Answers({"/w.bin": b"1234"}) as other:
        server.table["/m.json?token=t"] = model_json(
            [{"paths": [f"{other.url}/w.bin"], "weights": [weight("w", 1)]}]
        )
        headers = {"headers": {"Authorization": "Bearer t"}}
        url = f"{server.url}/m.json?token=t"
        other.table["/w.bin?token=t"] = Answer(b"told", 500)
        assert data(load(url, request_init=headers)) == b"1234"
        assert "authorization" not in other.seen[0].headers
        converter = {f"{other.url}/w.bin": f"{other.url}/w.bin"}
        load(url, request_init=headers, weight_url_converter=converter)
        assert other.seen[1].headers["authorization"] == "Bearer t"


def test_a_scheme_that_is_not_http(server: Answers) -> None:
    """A model.json cannot send the loader to a file of this computer."""
    server.table["/m.json"] = model_json(
        [{"paths": ["file:///etc/passwd"], "weights": [weight("w", 1)]}]
    )
    with pytest.raises(pyio.DamagedModelError, match=r"neither http nor https"):
        load(f"{server.url}/m.json")


@pytest.mark.parametrize("path", ["http://[x", "//[", "\ud800", "http://a\ud800/x"])
def test_a_path_that_is_no_address(server: Answers, path: str) -> None:
    """A path that no request can name is damage, and it is named."""
    server.table["/m.json"] = model_json([{"paths": [path], "weights": [weight("w", 1)]}])
    with pytest.raises(pyio.DamagedModelError, match="has no usable address") as caught:
        load(f"{server.url}/m.json")
    assert repr(path) in str(caught.value)
    put(server, 4)
    with pytest.raises(pyio.DamagedModelError, match="has no usable address"):
        load(f"{server.url}/m/model.json", weight_url_converter=lambda _: path)


def test_no_model(server: Answers) -> None:
    """404 on the model.json is an absent model; a page or a GraphDef in its place is named."""
    with pytest.raises(pyio.ModelNotFoundError, match="answered 404"):
        load(f"{server.url}/absent.json")
    server.table["/page"] = Answer(b"<!doctype html><p>login", kind="text/html")
    with pytest.raises(pyio.DamagedModelError, match=r"is not JSON.*<!doctype html>"):
        load(f"{server.url}/page")
    server.table["/graph.pb"] = b"\x0a\x80\x01binary"
    with pytest.raises(pyio.DamagedModelError, match=r"graph\.pb is not JSON"):
        load(f"{server.url}/graph.pb")
    with pytest.raises(pyio.RequestError, match="Connect"):
        load("http://127.0.0.1:9/m.json", retries=1)


FAULTS: dict[str, tuple[dict[int, Answer], str]] = {
    "404": (
        {2: Answer(b"gone", 404)},
        r"missing: GET .*shard2of3\.bin' was answered 404 Not Found",
    ),
    "page": (
        {2: Answer(b"<html>login</html>", kind="text/html")},
        "'group1-shard2of3.bin' is a web page of 18 bytes instead of weights: b'<html>login",
    ),
    "page of the right length": (
        {3: Answer(b"<html", kind="text/html")},
        "'group1-shard3of3.bin' is a web page of 5 bytes",
    ),
    "JSON": (
        {2: Answer(b'{"error":1}', kind="application/json")},
        r"shard2of3.bin' has 11 bytes \(it is application/json and starts with b'{\"error",
    ),
    "cut short": ({2: Answer(b"123456789")}, "'group1-shard2of3.bin' has 9 bytes.* take 25"),
    "last cut short": ({3: Answer(b"1234")}, "'group1-shard3of3.bin' has 4 bytes"),
    "too long": ({2: Answer(b"12345678901")}, "'group1-shard2of3.bin' has 11 bytes"),
    "too long, unmeasured": (
        {2: Answer(b"x" * 1000, measured=False)},
        "'group1-shard2of3.bin' has 1,000 bytes",
    ),
    "swapped": (
        {1: Answer(b"12345"), 3: Answer(b"1234567890")},
        "'group1-shard2of3.bin' has 10 bytes and the first of its group has 5.*swapped",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_shards(server: Answers, fault: str) -> None:
    """Each fault of a shard is an error that names the file and says why."""
    put(server, 10, 10, 5)
    answers, text = FAULTS[fault]
    for number, answer in answers.items():
        server.table[f"/m/group1-shard{number}of3.bin"] = answer
    with pytest.raises(pyio.DamagedModelError, match=text) as error:
        load(f"{server.url}/m/model.json")
    assert f"{server.url}/m/model.json" in str(error.value)


def test_swapped_shards_of_one_length(server: Answers, tmp_path: Any) -> None:
    """Shards that pyio wrote carry checksums, so that a swap is found whatever their lengths."""
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}", shard_size_bytes=52))
    one, two = (tmp_path / f"group1-shard{number}of2.bin" for number in (1, 2))
    server.table = {
        "/model.json": (tmp_path / "model.json").read_bytes(),
        "/group1-shard1of2.bin": one.read_bytes(),
        "/group1-shard2of2.bin": two.read_bytes(),
    }
    assert same(load(f"{server.url}/model.json"), artifacts())
    server.table["/group1-shard1of2.bin"] = two.read_bytes()
    server.table["/group1-shard2of2.bin"] = one.read_bytes()
    with pytest.raises(pyio.DamagedModelError, match=r"shard1of2\.bin' has the CRC-32"):
        load(f"{server.url}/model.json")


def test_shards_listed_in_the_wrong_order(server: Answers) -> None:
    """A manifest that names shard 2 before shard 1 is refused, not decoded."""
    paths = ["group1-shard2of2.bin", "group1-shard1of2.bin"]
    server.table["/m/model.json"] = model_json([{"paths": paths, "weights": [weight("w", 2)]}])
    server.table |= {f"/m/{path}": b"1234" for path in paths}
    with pytest.raises(pyio.DamagedModelError, match="wrong order"):
        load(f"{server.url}/m/model.json")


def test_a_connection_that_drops_twice(server: Answers) -> None:
    """Broken off half-way twice, then answered: the model is whole, and progress never falls."""
    weights = put(server, 1000, 1000, 500)
    whole = weights[1000:2000]
    broken = [Answer(whole, cut=500), Answer(whole, cut=700), Answer(whole)]
    server.table["/m/group1-shard2of3.bin"] = broken
    reports: list[pyio.Progress] = []
    loaded = load(f"{server.url}/m/model.json", on_progress=reports.append)
    assert data(loaded) == weights
    assert server.paths().count("/m/group1-shard2of3.bin") == 3
    done = [report.bytes_done for report in reports]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 2500)
    assert {report.bytes_total for report in reports} == {2500}


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_may_pass_is_tried_again(server: Answers, status: int) -> None:
    """These responses are retried, for the JSON and for weights, until the attempts are used up."""
    weights = put(server, 10)
    for path in ("/m/model.json", "/m/group1-shard1of1.bin"):
        server.table[path] = [Answer(b"", status), server.answer(path)]
    assert data(load(f"{server.url}/m/model.json")) == weights
    assert len(server.seen) == 4
    server.table["/m/group1-shard1of1.bin"] = Answer(b"busy", status)
    with pytest.raises(pyio.RequestError, match=f"shard1of1.bin' was answered {status}"):
        load(f"{server.url}/m/model.json", retries=2)
    assert len(server.seen) == 4 + 1 + 3


def test_a_busy_file_does_not_hold_up_the_others(server: Answers) -> None:
    """While one file waits for its second attempt, the others are loaded."""
    weights = put(server, 1000, 1000, 500)
    server.table["/m/group1-shard1of3.bin"] = [
        Answer(b"", 503, headers={"Retry-After": "1"}),
        Answer(weights[:1000]),
    ]
    reports: list[pyio.Progress] = []
    assert data(load(f"{server.url}/m/model.json", on_progress=reports.append)) == weights
    assert reports[-1].what == "group1-shard1of3.bin"
    assert {report.what for report in reports[1:-1]} == {
        "group1-shard2of3.bin",
        "group1-shard3of3.bin",
    }


def test_an_answer_that_lies_about_its_length() -> None:
    """A body longer than announced is an error, and is not read to its end."""

    class Lying:
        status = 200
        headers = {"Content-Length": "4"}  # noqa: RUF012 - as httpx has it
        content = b"12345678"

    def fetch(url: str, _init: Any) -> Any:
        manifest = [{"paths": ["w"], "weights": [weight("w", 1)]}]
        return Lying() if url.endswith("/w") else model_json(manifest)

    with pytest.raises(pyio.DamagedModelError, match=r"'w' has 5 bytes. Its weights take 4 bytes"):
        load("http://x/m.json", fetch_func=fetch)


def test_the_server_says_when(server: Answers) -> None:
    """Retry-After is waited for."""
    server.table["/t.json"] = [
        Answer(b"", 429, headers={"Retry-After": "1"}),
        Answer(b'{"modelTopology":{"a":1}}'),
    ]
    start = time.monotonic()
    load(f"{server.url}/t.json")
    assert time.monotonic() - start > 0.9


def test_what_will_not_pass_is_not_tried_again(server: Answers) -> None:
    """403 is an error at once, with its status, and it ends the other files too."""
    put(server, *[10] * 40)
    server.table["/m/group1-shard1of40.bin"] = Answer(b"no", 403)
    server.table |= {f"/m/group1-shard{n}of40.bin": Answer(hang=True) for n in range(2, 40)}
    with pytest.raises(pyio.RequestError, match=r"shard1of40\.bin' was answered 403") as error:
        load(f"{server.url}/m/model.json")
    assert error.value.status == 403
    assert server.paths().count("/m/group1-shard1of40.bin") == 1
    assert len(server.seen) <= 8, "files were still asked for after the failure"


def test_a_server_that_hangs(server: Answers) -> None:
    """A timeout raises an error with the number of seconds without a response."""
    server.table["/m.json"] = Answer(hang=True)
    start = time.monotonic()
    with pytest.raises(pyio.RequestError, match=r"no answer within 0\.2 seconds"):
        load(f"{server.url}/m.json", timeout=0.2, retries=1)
    assert 0.4 <= time.monotonic() - start < 5


def test_cancelling(server: Answers) -> None:
    """A cancelled load ends at once, and all its requests with it."""
    put(server, *[10] * 20)
    server.table |= {f"/m/group1-shard{n}of20.bin": Answer(hang=True) for n in range(1, 21)}

    async def cancel() -> None:
        task = asyncio.create_task(pyio.load_artifacts(f"{server.url}/m/model.json"))
        while len(server.seen) < 4:  # noqa: ASYNC110 - the server is another thread
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(asyncio.all_tasks()) == 1

    run(cancel())
    assert len(server.seen) <= 7


def test_a_callback_that_raises_ends_the_load(server: Answers) -> None:
    """What on_progress raises comes out as it is."""
    put(server, *[10] * 10)

    def stop(progress: pyio.Progress) -> None:
        if progress.bytes_done >= 20:
            raise ZeroDivisionError("enough")

    with pytest.raises(ZeroDivisionError, match="enough"):
        load(f"{server.url}/m/model.json", on_progress=stop)


def test_bounded_parallelism(server: Answers) -> None:
    """Never more files at once than allowed, and in one buffer whatever order they come in."""
    weights = put(server, *[1000] * 30)
    for parallel, most in ((6, 6), (1, 1)):
        server.together = 0
        loaded = load(f"{server.url}/m/model.json", parallel=parallel)
        assert data(loaded) == weights
        assert len(loaded.weight_data or ()) == 1
        assert server.together <= most


def test_sizes_that_the_server_does_not_tell(server: Answers) -> None:
    """Unmeasured and compressed files are put together all the same, in one buffer."""
    import gzip

    weights = put(server, 1000, 1000, 1000, 700)
    server.table["/m/group1-shard2of4.bin"] = Answer(weights[1000:2000], measured=False)
    server.table["/m/group1-shard3of4.bin"] = Answer(
        gzip.compress(weights[2000:3000]), headers={"Content-Encoding": "gzip"}
    )
    loaded = load(f"{server.url}/m/model.json")
    assert data(loaded) == weights
    assert len(loaded.weight_data or ()) == 1


def test_strings_have_no_known_size(server: Answers) -> None:
    """A group with a string tensor is loaded too, over several files, and checked to the byte."""
    body = b"\x02\x00\x00\x00ab\x03\x00\x00\x00cde" + b"1234"
    server.table["/m.json"] = model_json(
        [{"paths": ["1", "2"], "weights": [weight("s", 2, "string"), weight("w", 1)]}]
    )
    server.table |= {"/1": body[:9], "/2": body[9:]}
    reports: list[pyio.Progress] = []
    assert data(load(f"{server.url}/m.json", on_progress=reports.append)) == body
    assert [report.fraction for report in reports] == [None, None, None, 1.0]
    server.table["/2"] = body[9:] + b"x"
    with pytest.raises(pyio.DamagedModelError, match="18 bytes and the specs account for 17"):
        load(f"{server.url}/m.json")


def test_exists_and_inspect(server: Answers) -> None:
    """Both ask for the model.json alone."""
    put(server, 10, 5)
    url = f"{server.url}/m/model.json"
    assert run(pyio.exists(url)) is True
    assert run(pyio.exists(f"{server.url}/absent.json")) is False
    found = run(pyio.inspect(url))
    assert found.weight_bytes == 15
    assert [(layer.name, layer.class_name) for layer in found.layers] == [
        ("dense", "Dense"),
        ("relu", "Activation"),
    ]
    assert server.paths() == ["/m/model.json", "/absent.json", "/m/model.json"]
    server.table["/m/model.json"] = Answer(b"", 401)
    with pytest.raises(pyio.RequestError, match="401 Unauthorized"):
        run(pyio.exists(url))
