"""The model server as its clients see it: two processes over one folder, or over one bucket."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import pyio
from pyio import cli
from scripts.support.model_servers import TOKEN, wait_until
from tests.support.models import TOPOLOGY, artifacts, model_json, run, same, weight

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scripts.support.model_servers import Serving
    from tests.server.conftest import Store

WRITE = {"Authorization": f"Bearer {TOKEN}"}

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def servers(store: Store) -> list[Serving]:
    """Two servers over one place, which share nothing but that."""
    return [store.serve("--grace", "0"), store.serve("--grace", "0")]


@pytest.fixture
def server(servers: list[Serving]) -> Serving:
    return servers[0]


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60) as client:
        yield client


def upload(value: int, count: int = 4, **fields: Any) -> dict[str, Any]:
    """The files of a request that saves a vector of int32, all of one value."""
    group = {"paths": ["./model.weights.bin"], "weights": [weight("w", count, "int32")]}
    return {
        "model.json": ("model.json", model_json([group], **fields), "application/json"),
        "model.weights.bin": ("model.weights.bin", value.to_bytes(4, "little") * count),
    }


def put(client: httpx.Client, url: str, value: int, **headers: str) -> httpx.Response:
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    return client.post(url, files=upload(value), headers={**WRITE, **given})


def value_at(client: httpx.Client, url: str) -> int:
    """Load as TensorFlow.js does; raise if the model is not whole."""
    answer = client.get(f"{url}/model.json").raise_for_status()
    (group,) = answer.json()["weightsManifest"]
    (path,) = group["paths"]
    data = client.get(f"{url}/{path}").raise_for_status().content
    values = {data[start : start + 4] for start in range(0, len(data), 4)}
    assert len(data) == 16
    assert len(values) == 1, "torn"
    return int.from_bytes(values.pop(), "little")


def test_pyio_as_a_client(servers: list[Serving]) -> None:
    """Save through one server; list, inspect, load and remove through the other."""
    one, two = servers
    model = artifacts(user_defined_metadata={"labels": ["a", "ж"]})
    url = f"{one.url}/people/ada/digits.v2/model.json"
    result = run(pyio.save_artifacts(model, url, token=TOKEN, checksum=True))
    assert result.responses[0].status_code == 201
    other = url.replace(one.url, two.url)
    loaded = run(pyio.load_artifacts(other))
    assert loaded.checksum
    assert same(loaded, artifacts(user_defined_metadata={"labels": ["a", "ж"]}, checksum=True))
    listed = run(pyio.list_models(two.url))
    info = listed[other]
    assert info.date_saved is not None
    assert info.weight_data_bytes == 104
    assert (run(pyio.inspect(other)).card or pyio.ModelCard()).labels == ("a", "ж")
    assert run(pyio.verify(other)).checksum
    with pytest.raises(pyio.RequestError, match="401"):
        run(pyio.remove_model(other))
    run(pyio.remove_model(other, token=TOKEN))
    assert not run(pyio.exists(url))
    with pytest.raises(pyio.ModelNotFoundError):
        run(pyio.remove_model(url, token=TOKEN))
    assert url not in run(pyio.list_models(one.url))


def test_copies_and_conditions(
    server: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Models are copied to the server, by the command line too; a condition is a header."""
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}/m"))
    url = f"{server.url}/copied/model.json"
    target = pyio.http(url, token=TOKEN)
    assert run(pyio.copy_model(f"file://{tmp_path}/m", target)).weight_data_bytes == 104
    assert same(run(pyio.load_artifacts(url)), artifacts())
    create = pyio.http(url, token=TOKEN, request_init={"headers": {"If-None-Match": "*"}})
    with pytest.raises(pyio.RequestError) as caught:
        run(pyio.save_artifacts(artifacts(), create))
    assert caught.value.status == 412
    arguments = ["copy", str(tmp_path / "m"), f"{server.url}/by-command"]
    assert cli.main(arguments) == 1
    monkeypatch.setenv("PYIO_TOKEN", TOKEN)
    assert cli.main(arguments) == 0
    assert same(run(pyio.load_artifacts(f"{server.url}/by-command")), artifacts())
    info = run(pyio.copy_model(pyio.http(url), "memory://from-server", overwrite=True))
    assert info.weight_data_bytes == 104


def test_handlers_list_and_remove(server: Serving) -> None:
    """`pyio.http` of all models lists and removes by name."""
    handler = pyio.http(server.url, token=TOKEN)
    run(pyio.save_artifacts(artifacts(), f"{server.url}/by-name", token=TOKEN))
    assert "by-name" in run(handler.list())
    run(handler.remove("by-name"))
    assert "by-name" not in run(handler.list())


def test_a_model_of_layers(server: Serving) -> None:
    """A model that was saved computes the same when it is loaded."""
    model = pyio.Sequential([pyio.layers.Dense(3, input_shape=(2,))])
    url = f"{server.url}/dense/model.json"
    run(model.save(pyio.http(url, token=TOKEN)))
    again = run(pyio.load_layers_model(url))
    expected = model.predict([[1.0, 2.0]])
    assert (again.predict([[1.0, 2.0]]) == expected).all()


def test_answers(server: Serving, client: httpx.Client) -> None:
    """ETags, dates, 304, HEAD, ranges and what may be cached."""
    url = f"{server.url}/answers"
    saved = put(client, url, 7)
    assert (saved.status_code, saved.headers["location"]) == (201, "/models/answers/model.json")
    content = (7).to_bytes(4, "little") * 4
    assert saved.json()["sha256"] == hashlib.sha256(content).hexdigest()
    redirected = client.get(url)
    assert (redirected.status_code, redirected.headers["location"]) == (
        307,
        "/models/answers/model.json",
    )
    text = client.get(f"{url}/model.json")
    assert text.headers["etag"] == saved.headers["etag"]
    assert text.headers["cache-control"] == "no-cache"
    known = {"If-None-Match": text.headers["etag"]}
    assert client.get(f"{url}/model.json", headers=known).status_code == 304
    weights = f"{url}/{text.json()['weightsManifest'][0]['paths'][0]}"
    whole = client.get(weights)
    assert whole.content == content
    assert "immutable" in whole.headers["cache-control"]
    head = client.head(weights)
    assert (head.headers["content-length"], head.content) == ("16", b"")
    assert head.headers["etag"] == whole.headers["etag"]
    assert client.head(f"{url}/model.json").headers["content-length"] == str(len(text.content))
    known = {"If-None-Match": f'"x", {whole.headers["etag"]}'}
    assert client.get(weights, headers=known).status_code == 304


RANGES = {
    "bytes=0-3": (206, 0, 4),
    "bytes=4-": (206, 4, 16),
    "bytes=-5": (206, 11, 16),
    "bytes=10-99": (206, 10, 16),
    "bytes=-99": (206, 0, 16),
    "bytes=16-": (416, 0, 0),
    "bytes=-0": (416, 0, 0),
    "bytes=5-2": (200, 0, 16),
    "bytes=0-1,3-4": (200, 0, 16),
    "lines=1-2": (200, 0, 16),
    "bytes=": (200, 0, 16),
    "bytes=-": (200, 0, 16),
    f"bytes={10**18}-": (200, 0, 16),
    f"bytes={10**17}-": (416, 0, 0),
}


def test_ranges(server: Serving, client: httpx.Client) -> None:
    """Ranges by RFC 9110: one at a time; what is no range gives the whole file."""
    put(client, f"{server.url}/ranges", 1)
    text = client.get(f"{server.url}/ranges/model.json").json()
    url = f"{server.url}/ranges/{text['weightsManifest'][0]['paths'][0]}"
    whole = client.get(url).content
    for span, (status, start, stop) in RANGES.items():
        answer = client.get(url, headers={"Range": span})
        assert answer.status_code == status, span
        assert answer.content == whole[start:stop], span
        if status == 206:
            assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/16"
        if status == 416:
            assert answer.headers["content-range"] == "bytes */16"


def test_pages_of_other_origins(server: Serving, client: httpx.Client) -> None:
    """A browser is allowed to ask, to save with a token, and to see ETag and Location."""
    asking = {
        "Origin": "https://page.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,if-match,content-type",
    }
    allowed = client.options(f"{server.url}/m", headers=asking)
    assert allowed.status_code == 200
    assert "authorization" in allowed.headers["access-control-allow-headers"].lower()
    answers = [
        client.post(f"{server.url}/c", files=upload(1), headers={**WRITE, **asking}),
        client.get(f"{server.url}/none/model.json", headers=asking),
        client.post(f"{server.url}/c", headers=asking),
    ]
    assert [each.status_code for each in answers] == [201, 404, 401]
    for each in answers:
        assert each.headers["access-control-allow-origin"] == "*"
        assert "etag" in each.headers["access-control-expose-headers"].lower()


def test_conditions(servers: list[Serving], client: httpx.Client) -> None:
    """If-None-Match creates only, If-Match replaces what was seen; both on either server."""
    one, two = (f"{server.url}/conditions" for server in servers)
    first = put(client, one, 1, if_none_match="*")
    assert first.status_code == 201
    assert put(client, two, 2, if_none_match="*").status_code == 412
    assert put(client, two, 2, if_match='"other"').status_code == 412
    second = put(client, two, 2, if_match=first.headers["etag"])
    assert second.status_code == 201
    assert put(client, one, 3, if_match=first.headers["etag"]).status_code == 412
    assert value_at(client, one) == 2
    assert put(client, one, 4).status_code == 201
    stale = {**WRITE, "If-Match": second.headers["etag"]}
    assert client.delete(one, headers=stale).status_code == 412
    assert client.delete(one, headers=WRITE).status_code == 204
    assert client.delete(two, headers=WRITE).status_code == 404
    assert put(client, one, 5, if_match=second.headers["etag"]).status_code == 412
    for wrong in ({"if_match": "*"}, {"if_match": "bare"}, {"if_none_match": '"x"'}):
        assert put(client, one, 6, **wrong).status_code == 400
    both = {"if_match": '"x"', "if_none_match": "*"}
    assert put(client, one, 6, **both).status_code == 400


@pytest.mark.parametrize("condition", ["If-None-Match", "If-Match"])
def test_racing_writers(servers: list[Serving], condition: str) -> None:
    """Of 20 writers that saw the same version, on two servers, one wins; it is what is stored."""
    name = f"race-{condition.lower()}"
    headers = {**WRITE, condition: "*"}
    with httpx.Client() as client:
        if condition == "If-Match":
            headers[condition] = put(client, f"{servers[0].url}/{name}", 99).headers["etag"]

    async def race() -> list[int]:
        async with httpx.AsyncClient(timeout=60) as client:
            answers = await asyncio.gather(
                *(
                    client.post(
                        f"{servers[value % 2].url}/{name}", files=upload(value), headers=headers
                    )
                    for value in range(20)
                )
            )
        return [answer.status_code for answer in answers]

    statuses = run(race())
    assert sorted(statuses) == [201, *[412] * 19]
    with httpx.Client() as client:
        assert value_at(client, f"{servers[1].url}/{name}") == statuses.index(201)


class Reader(threading.Thread):
    """Loads a model over and over."""

    def __init__(self, url: str, done: threading.Event) -> None:
        super().__init__()
        self._url = url
        self._done = done
        self.count = 0
        self.failures: list[Exception] = []

    def run(self) -> None:
        with httpx.Client(timeout=60) as client:
            while not self._done.is_set():
                try:
                    value_at(client, self._url)
                    self.count += 1
                except Exception as error:  # noqa: BLE001 - shown by the test
                    self.failures.append(error)


def test_no_torn_reads(store: Store, client: httpx.Client) -> None:
    """Two writers without conditions, three readers: each read is one writer's model, whole."""
    # The other servers keep no unused weights, so readers would find some gone.
    servers = [store.serve("--grace", "3600") for _ in range(2)]
    urls = [f"{server.url}/torn" for server in servers]
    put(client, urls[0], 0)
    done = threading.Event()

    def write(url: str, first: int) -> None:
        with httpx.Client(timeout=60) as client:
            for value in range(first, first + 15):
                put(client, url, value).raise_for_status()

    readers = [Reader(urls[index % 2], done) for index in range(3)]
    writers = [
        threading.Thread(target=write, args=(url, first))
        for url, first in zip(urls, (100, 200), strict=True)
    ]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    wait_until(lambda: all(reader.count for reader in readers), "reads", servers[0].alive)
    done.set()
    for reader in readers:
        reader.join()
    assert [reader.failures for reader in readers] == [[], [], []]
    assert value_at(client, urls[0]) in (114, 214)


def test_unused_weights(store: Store, client: httpx.Client) -> None:
    """The reader of an old model.json still finds its weights; after the grace they are removed."""
    patient, hasty = store.serve("--grace", "3600"), store.servers[0]
    url = f"{patient.url}/grace"
    put(client, url, 1)
    old = client.get(f"{url}/model.json").json()["weightsManifest"][0]["paths"][0]
    put(client, url, 2)
    assert client.get(f"{url}/{old}").content == (1).to_bytes(4, "little") * 4
    assert put(client, url, 2).status_code == 201  # the same again is free
    put(client, f"{hasty.url}/grace", 3)
    # The answer comes before the weights are collected.
    for _ in range(600):
        if client.get(f"{url}/{old}").status_code == 404:
            break
        threading.Event().wait(0.05)
    else:
        pytest.fail("the unused weights were never removed")
    assert value_at(client, url) == 3


def test_the_token(server: Serving, client: httpx.Client) -> None:
    """Writes need the token; reads do not."""
    url = f"{server.url}/token"
    for headers in (
        {},
        {"Authorization": TOKEN},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer \xe9"},
    ):
        raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
        assert client.post(url, files=upload(1), headers=raw).status_code == 401
        assert client.delete(url, headers=raw).status_code == 401
    assert client.get(f"{url}/model.json").status_code == 404
    lower = {"Authorization": f"bearer {TOKEN}"}
    assert client.post(url, files=upload(1), headers=lower).status_code == 201


NAMES = {
    "a": 201,
    "A-b_c.d2/e/f": 201,
    "a/b/c/d/e/f": 201,
    "a/b/c/d/e/f/g": 400,
    "": 400,
    "%2e%2e/x": 400,
    "a%2f..%2fb": 400,
    "a/%2e%2e/b": 400,
    "a%00b": 400,
    "a%5cb": 400,
    "a//b": 400,
    ".hidden": 400,
    "a.": 400,
    "a..b": 400,
    "weights": 400,
    "a/weights/b": 400,
    "m.bin": 400,
    "m.json": 400,
    "caf%C3%A9": 400,
    "a%20b": 400,
    "C:": 400,
    "x" * 300: 400,
}


@pytest.mark.parametrize(("name", "status"), NAMES.items())
def test_names(server: Serving, client: httpx.Client, name: str, status: int) -> None:
    """Names of safe words are taken, all others refused: no path leaves the place of its model."""
    url = httpx.URL(server.url, raw_path=f"/models/{name}".encode())
    request = client.build_request("POST", url, files=upload(1), headers=WRITE)
    assert client.send(request).status_code == status


def test_weights_cannot_be_written_alone(server: Serving, client: httpx.Client) -> None:
    """A file of weights is neither saved nor removed by its own address."""
    url = f"{server.url}/a/weights/{'0' * 64}.bin"
    assert client.post(url, files=upload(1), headers=WRITE).status_code == 400
    assert client.delete(url, headers=WRITE).status_code == 400


def test_a_topology_alone(server: Serving, client: httpx.Client) -> None:
    """A model without weights is saved as TensorFlow.js sends it, and one of no bytes too."""
    text = json.dumps(
        {"modelTopology": TOPOLOGY, "weightsManifest": [{"paths": ["./model.weights.bin"]}]}
    ).encode()
    files = {"model.json": ("model.json", text, "application/json")}
    url = f"{server.url}/topology"
    assert client.post(url, files=files, headers=WRITE).status_code == 201
    assert run(pyio.load_artifacts(f"{url}/model.json")).weight_data is None
    empty = upload(1, count=0)
    assert client.post(url, files=empty, headers=WRITE).status_code == 201
    assert run(pyio.load_artifacts(f"{url}/model.json")).weight_data_bytes == 0


def test_several_groups_become_one(server: Serving, client: httpx.Client) -> None:
    """All weights are one file here, in the order of the groups."""
    groups = [
        {"paths": ["a.bin", "b.bin"], "weights": [weight("x", 2, "int32")], "crc32": ["0" * 8] * 2},
        {"paths": ["c.bin"], "weights": [weight("y", 1, "int32")]},
    ]
    data = bytes(range(12))
    files: dict[str, Any] = {
        "model.json": ("model.json", model_json(groups), "application/json"),
        "model.weights.bin": ("model.weights.bin", data),
    }
    url = f"{server.url}/groups"
    client.post(url, files=files, headers=WRITE).raise_for_status()
    loaded = run(pyio.load_artifacts(f"{url}/model.json"))
    assert b"".join(loaded.weight_data or ()) == data
    assert [spec.name for spec in loaded.weight_specs or ()] == ["x", "y"]


def test_another_server_does_not_list(server: Serving) -> None:
    """A model's own address is no list, and the error says which address is one."""
    run(pyio.save_artifacts(artifacts(), f"{server.url}/listed", token=TOKEN))
    with pytest.raises(pyio.UnsupportedOperationError, match=r"https://example\.org/models"):
        run(pyio.list_models(f"{server.url}/listed/model.json"))
