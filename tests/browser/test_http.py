"""http:// on a page, with the browser's fetch and a server of another origin."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

import pyio
from tests.support.answers import Answer, Answers
from tests.support.models import model_json, run, shards, weight
from tests.support.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.tabs import Tab


pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("requests in a further engine", further_engines=True),
]


@pytest.fixture
def server() -> Iterator[Answers]:
    with Answers() as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def put(server: Answers, *sizes: int, folder: str = "/m/") -> bytes:
    """Serve a model with shards of these sizes; return its weights."""
    text, files = shards(*sizes)
    server.table[f"{folder}model.json"] = Answer(text, kind="application/json")
    server.table.update({folder + name: body for name, body in files.items()})
    return b"".join(files.values())


async def load(url: str, options: dict[str, Any]) -> Any:
    """Load; return [hex of the weights, number of buffers], or [class, message] of an error."""
    import pyio
    import pyio.handlers.http.client

    pyio.handlers.http.client.PAUSE = 0.01
    try:
        artifacts = await pyio.load_artifacts(pyio.http(url, **options))
    except pyio.PyioError as error:
        return [type(error).__name__, str(error)]
    return [b"".join(artifacts.weight_data or ()).hex(), len(artifacts.weight_data or ())]


async def save(url: str, options: dict[str, Any]) -> Any:
    """Save a small model; return [status, body] of the answer, or [class, message]."""
    import numpy as np

    import pyio

    encoded = pyio.encode_weights({"w": np.arange(6, dtype=np.float32)})
    model = pyio.ModelArtifacts(
        model_topology={"é": 1},
        weight_specs=encoded.specs,
        weight_data=encoded.data,
        null_fields=frozenset({"converted_by"}),
    )
    try:
        result = await pyio.save_artifacts(model, url, **options)
    except pyio.PyioError as error:
        return [type(error).__name__, str(error)]
    (response_js,) = result.responses
    return [response_js.status, await response_js.text()]


def test_tensorflow_and_pyio_post_the_same(tab: Tab, receiver: Receiver) -> None:
    """TensorFlow.js and pyio post a model in equal parts, and each loads it again."""

    async def save_again(source: str, destination: str) -> None:
        import pyio

        await pyio.save_artifacts(await pyio.load_artifacts(source), destination)

    async def weights(url: str) -> Any:
        import pyio

        return {name: w.tolist() for name, w in (await pyio.load_arrays(url)).items()}

    tab.tensorflow()
    tab.js("url => interop.saveModel(url)", f"{receiver.url}/upload")
    tab.python(save_again, f"{receiver.url}/upload/0/model.json", f"{receiver.url}/upload")
    theirs, ours = receiver.uploads
    assert list(theirs["parts"].items()) == list(ours["parts"].items())
    assert list(ours["parts"]) == ["model.json", "model.weights.bin"]
    assert theirs["method"] == ours["method"] == "POST"
    kinds = [upload["headers"]["content-type"].partition(";")[0] for upload in (theirs, ours)]
    assert kinds == ["multipart/form-data"] * 2
    url = f"{receiver.url}/upload/1/model.json"
    assert tab.js("url => interop.predictStored(url)", url) == tab.js(
        "() => interop.predictBuilt()"
    )
    first = tab.python(weights, f"{receiver.url}/upload/0/model.json")
    assert first == tab.python(weights, url)
    assert any("kernel" in name for name in first)


def test_put_with_headers(tab: Tab, receiver: Receiver) -> None:
    """Method and headers of request_init are used, and the response is returned unread."""
    init = {"method": "PUT", "headers": {"X-Token": "secret"}}
    answer = tab.python(save, f"{receiver.url}/upload", {"request_init": init})
    assert answer == [200, '{"stored":0}\n']
    (upload,) = receiver.uploads
    assert upload["method"] == "PUT"
    assert upload["headers"]["x-token"] == "secret"
    name, kind, text = upload["parts"]["model.json"]
    assert (name, kind) == ("model.json", "application/json")
    assert json.loads(text)["modelTopology"] == {"é": 1}
    assert len(upload["parts"]["model.weights.bin"][2]) == 24


def test_other_field_names(tab: Tab, receiver: Receiver) -> None:
    """The form fields can be renamed for a framework; the file names stay."""
    names = {"model.json": "model", "model.weights.bin": "weights"}
    tab.python(save, f"{receiver.url}/upload", {"field_names": names})
    parts = receiver.uploads[0]["parts"]
    assert {field: part[0] for field, part in parts.items()} == {
        "model": "model.json",
        "weights": "model.weights.bin",
    }


def test_a_save_that_is_refused(tab: Tab, server: Answers) -> None:
    """A failed save raises an error with status, address and body, and is not sent again."""
    server.table["/upload"] = Answer(b"disk full", 507, "text/plain")
    kind, text = tab.python(save, f"{server.url}/upload", {})
    assert kind == "RequestError"
    assert f"POST '{server.url}/upload' was answered 507" in text
    assert "'disk full'" in text
    assert [seen.method for seen in server.seen] == ["POST"]
    kind, text = tab.python(save, "http://127.0.0.1:9/upload", {})
    assert kind == "RequestError"
    assert "CORS" in text
    assert "TypeError: TypeError" not in text


@pytest.mark.parametrize("status", [302, 307])
def test_a_save_that_is_redirected(tab: Tab, server: Answers, status: int) -> None:
    """The page cannot tell whether a redirect kept the body, so the save fails."""
    server.table["/old"] = Answer(b"", status, headers={"Location": "/new"})
    server.table["/new"] = b"a page"
    kind, message = tab.python(save, f"{server.url}/old", {})
    assert kind == "RequestError"
    assert f"save to '{server.url}/new' itself" in message


def test_a_relative_address(tab: Tab) -> None:
    """On a page an address may be relative to it; a 404 is an absent model."""
    kind, text = tab.python(load, "models/absent.json", {})
    assert kind == "ModelNotFoundError"
    origin = tab.js("() => location.origin")
    assert f"'{origin}/models/absent.json'" in text
    assert "answered 404" in text


@pytest.mark.parametrize("status", [302, 307])
def test_headers_are_not_redirected(tab: Tab, server: Answers, status: int) -> None:
    """A browser hides where a redirect leads, so a request with headers stops there."""
    with Answers() as other:
        weights = put(other, 4)
        final = f"{other.url}/m/model.json"
        server.table["/latest"] = Answer(b"", status, headers={"Location": final})
        options = {"request_init": {"headers": {"X-Api-Key": "secret"}}}
        kind, message = tab.python(load, f"{server.url}/latest", options)
        assert kind == "RequestError"
        assert f"was redirected to '{final}'" in message
        assert "give the final address" in message
        assert server.paths() == ["/latest"] * 2  # the second finds out where it leads
        assert not [seen for seen in other.seen if "x-api-key" in seen.headers]
        assert tab.python(load, f"{server.url}/latest", {}) == [weights.hex(), 1]
        assert tab.python(load, final, options) == [weights.hex(), 1]
        server.table["/m.json"] = model_json([{"paths": ["w.bin"], "weights": [weight("w", 1)]}])
        server.table["/w.bin"] = server.table["/latest"]
        kind, message = tab.python(load, f"{server.url}/m.json", options)
        assert (kind, "'…" in message) == ("RequestError", False)
        assert len([seen for seen in other.seen if "x-api-key" in seen.headers]) == 2


def test_headers_are_not_redirected_by_functions(tab: Tab, server: Answers) -> None:
    """A function of the caller's that passes all members on stops at a redirect as well."""

    async def through(url: str) -> Any:
        import pyodide.http

        import pyio

        async def fetch(url, init):  # type: ignore[no-untyped-def]
            return await pyodide.http.pyfetch(url, **init)

        headers = {"headers": {"X-Api-Key": "secret"}}
        try:
            await pyio.load_artifacts(url, fetch_func=fetch, request_init=headers)
        except pyio.RequestError as error:
            return str(error)

    with Answers() as other:
        put(other, 4)
        final = f"{other.url}/m/model.json"
        server.table["/latest"] = Answer(b"", 302, headers={"Location": final})
        assert f"was redirected to '{final}'" in tab.python(through, f"{server.url}/latest")
        assert not [seen for seen in other.seen if "x-api-key" in seen.headers]


@pytest.mark.parametrize("status", [302, 307])
def test_a_save_goes_to_no_other_server(tab: Tab, server: Answers, status: int) -> None:
    """Neither headers nor the model go to a server that only a redirect names."""
    with Answers({"/new": b"thanks"}) as other:
        where = {"Location": f"{other.url}/new"}
        server.table["/old"] = Answer(b"", status, headers=where)
        options = {"request_init": {"headers": {"X-Api-Key": "secret"}}}
        kind, message = tab.python(save, f"{server.url}/old", options)
        assert kind == "RequestError"
        assert f"save to '{other.url}/new' itself" in message
        assert [(seen.body, seen.headers.get("x-api-key")) for seen in other.seen] == [(b"", None)]


def test_hosts_and_redirects_that_are_not_allowed(tab: Tab, server: Answers) -> None:
    """With allowed_hosts or redirects=False nothing at all goes to another server."""
    with Answers() as other:
        put(other, 4)
        final = f"{other.url}/m/model.json"
        server.table["/latest"] = Answer(b"", 302, headers={"Location": final})
        refusing: list[dict[str, Any]] = [{"allowed_hosts": []}, {"redirects": False}]
        for options in refusing:
            kind, message = tab.python(load, f"{server.url}/latest", options)
            assert (kind, "was redirected" in message) == ("RequestError", True)
        server.table["/m.json"] = model_json(
            [{"paths": [f"{other.url}/m/group1-shard1of1.bin"], "weights": [weight("w", 1)]}]
        )
        kind, message = tab.python(load, f"{server.url}/m.json", {"allowed_hosts": []})
        assert (kind, "is not in allowed_hosts" in message) == ("RequestError", True)
        assert not other.seen
        host = other.url.removeprefix("http://")
        assert len(tab.python(load, f"{server.url}/m.json", {"allowed_hosts": [host]})[0]) == 8


def test_a_deadline(tab: Tab, server: Answers) -> None:
    """A load that goes on and on ends after its deadline; one that is quick is not changed."""
    weights = put(server, 10, 5)
    url = f"{server.url}/m/model.json"
    assert tab.python(load, url, {"deadline": 30}) == [weights.hex(), 1]
    server.table["/m/group1-shard2of2.bin"] = Answer(hang=True)
    kind, message = tab.python(load, url, {"deadline": 0.5})
    assert kind == "RequestError"
    assert "took longer than its deadline of 0.5 seconds" in message


def test_a_timeout_beyond_all_timers(tab: Tab, server: Answers) -> None:
    """A browser's timer of more than 24 days would fire at once."""
    weights = put(server, 4)
    options = {"timeout": 1e300, "deadline": 1e9}
    assert tab.python(load, f"{server.url}/m/model.json", options) == [weights.hex(), 1]


def test_no_secrets_in_errors(tab: Tab, server: Answers) -> None:
    """Neither a password nor a token in the address is in an error, its cause included."""

    async def failing(url: str, with_user: str) -> Any:
        import traceback

        import pyio

        said = []
        for address in (url, with_user):
            try:
                await pyio.load_artifacts(address, retries=0)
            except pyio.PyioError as error:
                said.append("".join(traceback.format_exception_only(error)) + repr(error.__cause__))
        return said

    url = f"{server.url}/m.json?token=tok123"
    with_user = server.url.replace("//", "//user:hunter2@") + "/m.json"
    absent, refused = tab.python(failing, url, with_user)
    assert "/m.json?token=…" in absent
    assert "as a header" in refused
    assert not any(secret in absent + refused for secret in ("tok123", "hunter2"))


def test_a_relative_address_without_http(tab: Tab) -> None:
    """A path alone is refused, and the error names what loads it."""

    async def load_path(path: str) -> Any:
        import pyio

        try:
            await pyio.load_layers_model(path)
        except pyio.InvalidURLError as error:
            return str(error)

    for path in ("tm/model.json", "./tm/model.json", "/tm/model.json"):
        assert f"a model beside this page is pyio.http('{path}')" in tab.python(load_path, path)


def test_many_shards_in_one_buffer(tab: Tab, server: Answers) -> None:
    """Thirty files load into one buffer in the right order, at most six at a time."""
    weights = put(server, *[70_000] * 29, 1234)
    assert tab.python(load, f"{server.url}/m/model.json", {}) == [weights.hex(), 1]
    assert server.together <= 6
    assert len(server.seen) == 31


def test_seven_shards_of_four_megabytes(tab: Tab, server: Answers) -> None:
    """TensorFlow.js 4.22 never finishes these in Chromium 156, where a host has six connections."""

    async def digest(url: str) -> Any:
        import hashlib

        import pyio

        artifacts = await pyio.load_artifacts(url, deadline=60)
        return hashlib.sha256(b"".join(artifacts.weight_data or ())).hexdigest()

    weights = put(server, *[4 * 1024 * 1024] * 7)
    expected = hashlib.sha256(weights).hexdigest()
    assert tab.python(digest, f"{server.url}/m/model.json") == expected


FAULTS: dict[str, tuple[dict[int, Answer], str, str]] = {
    "404": ({2: Answer(b"", 404)}, "DamagedModelError", "shard2of3.bin' was answered 404"),
    "page": (
        {2: Answer(b"<html>login</html>", kind="text/html")},
        "DamagedModelError",
        "'group1-shard2of3.bin' is a web page",
    ),
    "cut short": (
        {2: Answer(b"123")},
        "DamagedModelError",
        "'group1-shard2of3.bin' has 3 bytes",
    ),
    "too long": (
        {2: Answer(b"x" * 1000, measured=False)},
        "DamagedModelError",
        "'group1-shard2of3.bin' has 1,000 bytes",
    ),
    "swapped": (
        {1: Answer(b"12345"), 3: Answer(b"1234567890")},
        "DamagedModelError",
        "swapped",
    ),
    "forbidden": ({3: Answer(b"no", 403)}, "RequestError", "shard3of3.bin' was answered 403"),
    "busy": ({3: Answer(b"no", 503)}, "RequestError", "shard3of3.bin' was answered 503"),
    "hanging": ({1: Answer(hang=True)}, "RequestError", "no answer within 0.3 seconds"),
    "dropping": ({1: Answer(b"1234567890", cut=5)}, "RequestError", "shard1of3.bin' failed"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_shards(tab: Tab, server: Answers, fault: str) -> None:
    """Each fault of a shard is an error that names the file and says why."""
    put(server, 10, 10, 5)
    answers, kind, text = FAULTS[fault]
    for number, answer in answers.items():
        server.table[f"/m/group1-shard{number}of3.bin"] = answer
    options = {"timeout": 0.3 if fault == "hanging" else 30, "retries": 1}
    found, message = tab.python(load, f"{server.url}/m/model.json", options)
    assert found == kind
    assert text in message


def test_a_connection_that_drops_twice(tab: Tab, server: Answers) -> None:
    """After two attempts that break off half-way, the third loads the whole model."""
    weights = put(server, 300_000, 300_000, 5)
    whole = weights[300_000:600_000]
    broken = [Answer(whole, cut=100_000), Answer(whole, cut=200_000), Answer(whole)]
    server.table["/m/group1-shard2of3.bin"] = broken
    assert tab.python(load, f"{server.url}/m/model.json", {}) == [weights.hex(), 1]
    assert server.paths().count("/m/group1-shard2of3.bin") == 3


def test_a_second_attempt_of_another_length(tab: Tab, server: Answers) -> None:
    """A shard that was announced shorter, and broke off, does not shift the shards behind it."""
    weights = put(server, 300_000, 300_000, 5)
    shard = "/m/group1-shard1of3.bin"
    broken = Answer(b"x" * 150_000, cut=100_000, delay=0.3)
    server.table[shard] = [broken, Answer(weights[:300_000])]
    assert tab.python(load, f"{server.url}/m/model.json", {}) == [weights.hex(), 1]
    assert server.paths().count(shard) == 2


def test_redirect_query_prefix_and_mapping(tab: Tab, server: Answers) -> None:
    """Weights follow redirects and keep the query; a prefix or a mapping replaces that rule."""
    weights = put(server, 10, folder="/v2/").hex()
    server.table["/v2/group1-shard1of1.bin?k=a/b"] = bytes.fromhex(weights)
    server.table["/latest?k=a/b"] = Answer(b"", 302, headers={"Location": "/v2/model.json?k=a/b"})
    text = server.table["/v2/model.json"]
    server.table["/v2/model.json?k=a/b"] = text
    assert tab.python(load, f"{server.url}/latest?k=a/b", {}) == [weights, 1]
    server.table["/cdn/group1-shard1of1.bin"] = b"from cdn!!"
    url = f"{server.url}/v2/model.json"
    prefix = {"weight_path_prefix": f"{server.url}/cdn"}
    assert tab.python(load, url, prefix) == [b"from cdn!!".hex(), 1]
    server.table["/signed?1"] = b"signed 10!"
    mapping = {"weight_url_converter": {"group1-shard1of1.bin": f"{server.url}/signed?1"}}
    assert tab.python(load, url, mapping) == [b"signed 10!".hex(), 1]


def test_sizes_that_the_browser_does_not_tell(tab: Tab, server: Answers) -> None:
    """Files that are compressed or have no length are loaded into one buffer as well."""
    import gzip

    weights = put(server, 1000, 1000, 1000, 700)
    server.table["/m/group1-shard2of4.bin"] = Answer(weights[1000:2000], measured=False)
    server.table["/m/group1-shard3of4.bin"] = Answer(
        gzip.compress(weights[2000:3000]), headers={"Content-Encoding": "gzip"}
    )
    assert tab.python(load, f"{server.url}/m/model.json", {}) == [weights.hex(), 1]


def test_credentials_only_where_asked(tab: Tab, server: Answers) -> None:
    """Headers are sent with the JSON and the weights to the caller's server only."""
    with Answers({"/w.bin": b"1234"}) as other:
        server.table["/m.json"] = model_json(
            [{"paths": [f"{other.url}/w.bin", "v.bin"], "weights": [weight("w", 2)]}]
        )
        server.table["/v.bin"] = b"5678"
        options = {"request_init": {"headers": {"Authorization": "Bearer t"}}}
        assert tab.python(load, f"{server.url}/m.json", options) == [b"12345678".hex(), 1]
        assert [seen.headers.get("authorization") for seen in server.seen] == ["Bearer t"] * 2
        assert "authorization" not in other.seen[0].headers
        assert "cookie" not in server.seen[0].headers


def test_functions_instead_of_fetch(tab: Tab, server: Answers) -> None:
    """pyfetch, the browser's own fetch, and a function that gives bytes all work."""

    async def through(url: str, how: str) -> Any:
        import js
        import pyodide.http
        from pyodide.ffi import to_js

        import pyio

        calls = []

        async def fetch(url, init):  # type: ignore[no-untyped-def]
            calls.append(init["credentials"])
            if how == "pyfetch":
                return await pyodide.http.pyfetch(url)
            if how == "fetch":
                return await js.fetch(url, to_js(init, dict_converter=js.Object.fromEntries))
            return await (await pyodide.http.pyfetch(url)).bytes()

        artifacts = await pyio.load_artifacts(
            url, fetch_func=fetch, request_init={"credentials": "omit"}
        )
        return [b"".join(artifacts.weight_data or ()).hex(), calls]

    weights = put(server, 10, 5)
    for how in ("pyfetch", "fetch", "bytes"):
        found = tab.python(through, f"{server.url}/m/model.json", how)
        assert found == [weights.hex(), ["omit"] * 3], how


def test_progress_and_its_exceptions(tab: Tab, server: Answers, receiver: Receiver) -> None:
    """Progress rises to the total for load and save; an exception of the callback ends either."""

    async def watch(url: str, upload: str) -> Any:
        import pyio

        reports: list[pyio.Progress] = []
        artifacts = await pyio.load_artifacts(url, on_progress=reports.append)
        await pyio.save_artifacts(artifacts, upload, on_progress=reports.append)
        raised = []

        def stop(progress: pyio.Progress) -> None:
            if progress.bytes_done:
                raise ZeroDivisionError(progress.action)

        for action in (
            pyio.load_artifacts(url, on_progress=stop),
            pyio.save_artifacts(artifacts, upload, on_progress=stop),
        ):
            try:
                await action
            except ZeroDivisionError as error:
                raised.append(str(error))
        return [[(r.action, r.what, r.bytes_done, r.bytes_total) for r in reports], raised]

    put(server, 200_000, 100_000)
    reports, raised = tab.python(watch, f"{server.url}/m/model.json", f"{receiver.url}/upload")
    assert raised == ["load", "save"]
    assert len(receiver.uploads) == 1, "a save was sent although its callback had raised"
    for action in ("load", "save"):
        done = [report[2] for report in reports if report[0] == action]
        assert done == sorted(done)
        assert (done[0], done[-1]) == (0, 300_000)
    assert {report[3] for report in reports} == {300_000}
    assert reports[-1][1] == "model.weights.bin"
    assert {report[1] for report in reports} > {"group1-shard1of2.bin", "group1-shard2of2.bin"}


def test_cancelling(tab: Tab, server: Answers) -> None:
    """A cancelled load ends at once, and the server sees its connections closed."""

    async def cancel(url: str) -> Any:
        import asyncio

        import pyio

        task = asyncio.ensure_future(pyio.load_artifacts(url))
        await asyncio.sleep(0.5)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return "cancelled"

    put(server, *[10] * 20)
    server.table |= {f"/m/group1-shard{n}of20.bin": Answer(hang=True) for n in range(1, 21)}
    assert tab.python(cancel, f"{server.url}/m/model.json") == "cancelled"
    assert len(server.seen) == 7


def test_exists_and_inspect(tab: Tab, server: Answers) -> None:
    """Exists and inspect request only the model.json."""

    async def look(url: str) -> Any:
        import pyio

        found = await pyio.inspect(url)
        absent = await pyio.exists(url.replace("model.json", "absent.json"))
        return [await pyio.exists(url), absent, found.weight_bytes, found.format]

    put(server, 10, 5)
    assert tab.python(look, f"{server.url}/m/model.json") == [True, False, 15, "layers-model"]
    paths = {seen.path for seen in server.seen}
    assert paths == {"/m/model.json", "/m/absent.json"}


def test_what_pyio_shards_tensorflow_loads(tab: Tab, server: Answers, tmp_path: Any) -> None:
    """A model that pyio wrote in shards gives equal predictions in TensorFlow.js over HTTP."""
    tab.tensorflow()
    with Receiver() as receiver:
        tab.js("url => interop.saveModel(url)", f"{receiver.url}/upload")

        async def reshard() -> None:
            model = await pyio.load_artifacts(f"{receiver.url}/upload/0/model.json")
            await pyio.save_artifacts(model, f"file://{tmp_path}", shard_size_bytes=100)

        run(reshard())
    for file in tmp_path.iterdir():
        server.table[f"/{file.name}"] = file.read_bytes()
    assert len(server.table) > 4
    found = tab.js("url => interop.predictStored(url)", f"{server.url}/model.json")
    assert found == tab.js("() => interop.predictBuilt()")


def test_a_javascript_stream(tab: Tab, server: Answers) -> None:
    """decode_weights_stream reads the body of a fetch as a stream."""

    async def decode(url: str) -> Any:
        import js

        import pyio

        spec = pyio.WeightSpec("w", (50_000,), "float32")
        response_js = await js.fetch(url)
        arrays = await pyio.decode_weights_stream(response_js.body, [spec])
        return float(arrays["w"].sum())

    server.table["/w"] = bytes.fromhex("0000803f") * 50_000
    assert tab.python(decode, f"{server.url}/w") == 50_000


def test_some_weights_from_beside_the_page(tab: Tab) -> None:
    """load_weights takes a prefix relative to the page, and names a missing file."""

    async def some() -> Any:
        import pyio

        weights: Any = [{"name": "w", "shape": [1], "dtype": "bool"}]
        manifest: Any = [{"paths": ["w.bin"], "weights": weights}]
        try:
            await pyio.load_weights(manifest, "weights")
        except pyio.RequestError as error:
            return [error.status, error.url]

    origin = tab.js("() => location.origin")
    assert tab.python(some) == [404, f"{origin}/weights/w.bin"]


IN_A_WORKER = """
import json
import pyio

artifacts = await pyio.load_artifacts(pyio.http(URL))
await pyio.save_artifacts(artifacts, "file:///tmp/model")
copy = await pyio.load_artifacts("file:///tmp/model")
json.dumps([copy.weight_data_bytes, pyio.http("beside.json").url])
"""


def test_in_a_worker(tab: Tab, server: Answers, wheel: Path) -> None:
    """HTTP and Pyodide's own files work in a worker; a Blob worker uses its page's origin."""
    put(server, 1000, 500)
    found = tab.js(
        """([code, wheel]) => new Promise((resolve) => {
          const source = `
            import { loadPyodide } from "${location.origin}/vendor/pyodide/pyodide.mjs";
            try {
              const indexURL = "${location.origin}/vendor/pyodide/";
              const pyodide = await loadPyodide({ indexURL });
              await pyodide.loadPackage("micropip", { messageCallback: () => {} });
              const micropip = pyodide.pyimport("micropip");
              await micropip.install("${location.origin}/wheels/${wheel}");
              postMessage(await pyodide.runPythonAsync(${JSON.stringify(code)}));
            } catch (error) {
              postMessage(String(error));
            }`;
          const blob = new Blob([source], { type: "text/javascript" });
          const worker = new Worker(URL.createObjectURL(blob), { type: "module" });
          worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
          worker.onerror = ({ message }) => resolve(message);
        })""",
        [IN_A_WORKER.replace("URL", repr(f"{server.url}/m/model.json")), wheel.name],
    )
    origin = tab.js("() => location.origin")
    assert json.loads(found) == [1500, f"{origin}/beside.json"]
