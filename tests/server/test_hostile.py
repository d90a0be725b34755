"""Uploads that are no model, or that would take all memory, disk or time."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from scripts.support.model_servers import TOKEN
from tests.support.models import TOPOLOGY, model_json, weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.support.model_servers import Serving
    from tests.server.conftest import Store

WRITE = {"Authorization": f"Bearer {TOKEN}"}
MOST = 3_000_000


@pytest.fixture(scope="module")
def server(store: Store) -> Serving:
    return store.serve("--max-bytes", str(MOST))


def files(text: Any, data: bytes | None = bytes(16)) -> dict[str, Any]:
    body = text if isinstance(text, bytes) else json.dumps(text).encode()
    found: dict[str, Any] = {"model.json": ("model.json", body, "application/json")}
    if data is not None:
        found["model.weights.bin"] = ("model.weights.bin", data, "application/octet-stream")
    return found


def manifest(*specs: dict[str, Any], **fields: Any) -> bytes:
    return model_json([{"paths": ["w.bin"], "weights": list(specs)}], **fields)


GOOD = manifest(weight("w", 4))
DIGEST = {"algorithm": "sha256", "description": "0" * 64, "weights": "0" * 64}

NO_MODELS: dict[str, tuple[dict[str, Any], int]] = {
    "not JSON": (files(b"{"), 422),
    "a list": (files([]), 422),
    "no model": (files({"a": 1}), 422),
    "an HDF5 file": (files(b"\x89HDF\r\n\x1a\n" + bytes(100)), 422),
    "bytes of no text": (files(b"\xff\xfe{}"), 422),
    "deeply nested": (files(b"[" * 100_000), 422),
    "a deep topology": (files(b'{"modelTopology":' + b"[" * 5000 + b"]" * 5000 + b"}"), 422),
    "weights cut": (files(GOOD, bytes(15)), 422),
    "weights too long": (files(GOOD, bytes(17)), 422),
    "weights missing": (files(GOOD, None), 422),
    "weights unannounced": (files({"modelTopology": TOPOLOGY}, b"abc"), 422),
    "a huge shape": (files(manifest({"name": "w", "shape": [2**40] * 3, "dtype": "int32"})), 422),
    "a negative side": (files(manifest({"name": "w", "shape": [-4], "dtype": "int32"})), 422),
    "an unknown dtype": (files(manifest(weight("w", 4, "float3"))), 422),
    "a name of no text": (files(manifest({"name": 1, "shape": [4], "dtype": "int32"})), 422),
    "text cut": (files(manifest(weight("w", 2, "string")), b"\xff\xff\xff\x7f" + bytes(12)), 422),
    "a wrong digest": (files(manifest(weight("w", 4), pyioChecksum=DIGEST)), 422),
    "infinity": (files(b'{"modelTopology":{"a":1e999}}', None), 201),
    "a third file": ({**files(GOOD), "more": ("more", b"x")}, 400),
    "another file": ({"model": ("model.json", GOOD)}, 400),
    "no file": ({"model.weights.bin": ("w", bytes(16))}, 400),
}


@pytest.mark.parametrize(("form", "status"), NO_MODELS.values(), ids=NO_MODELS)
def test_what_is_no_model(server: Serving, form: dict[str, Any], status: int) -> None:
    """It is refused with a reason, and nothing is stored."""
    answer = httpx.post(f"{server.url}/hostile", files=form, headers=WRITE, timeout=60)
    assert answer.status_code == status, answer.text
    if status != 201:
        assert answer.json()["error"]
        assert httpx.get(f"{server.url}/hostile/model.json").status_code == 404
    httpx.delete(f"{server.url}/hostile", headers=WRITE)


BODIES: dict[str, tuple[dict[str, str], bytes, int]] = {
    "no form": ({"Content-Type": "application/json"}, b"{}", 415),
    "no type": ({}, b"{}", 415),
    "no boundary": ({"Content-Type": "multipart/form-data"}, b"x", 400),
    "a wrong boundary": ({"Content-Type": "multipart/form-data; boundary=a"}, b"--b\r\n", 400),
    "an empty body": ({"Content-Type": "multipart/form-data; boundary=a"}, b"", 400),
    "a part without a name": (
        {"Content-Type": "multipart/form-data; boundary=a"},
        b"--a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a--\r\n",
        400,
    ),
    "a field": (
        {"Content-Type": "multipart/form-data; boundary=a"},
        b'--a\r\nContent-Disposition: form-data; name="model.json"\r\n\r\n{}\r\n--a--\r\n',
        400,
    ),
    "endless headers of a part": (
        {"Content-Type": "multipart/form-data; boundary=a"},
        b"--a\r\nX: " + b"x" * 1_000_000,
        400,
    ),
    "the end of the form missing": (
        {"Content-Type": "multipart/form-data; boundary=a"},
        b'--a\r\nContent-Disposition: form-data; name="model.json"; filename="m"\r\n\r\n{"mod',
        422,
    ),
}


@pytest.mark.parametrize(("headers", "body", "status"), BODIES.values(), ids=BODIES)
def test_bodies(server: Serving, headers: dict[str, str], body: bytes, status: int) -> None:
    """Bodies that are no upload are refused, and the server goes on."""
    answer = httpx.post(
        f"{server.url}/hostile", content=body, headers={**WRITE, **headers}, timeout=60
    )
    assert answer.status_code in (status, 400), answer.text
    assert httpx.get(server.url).status_code == 200


def test_too_large(server: Serving) -> None:
    """A body beyond the limit is refused by its announcement, and otherwise where it passes it."""
    large = files(manifest(weight("w", MOST // 4)), bytes(MOST))
    answer = httpx.post(f"{server.url}/large", files=large, headers=WRITE, timeout=60)
    assert answer.status_code == 413
    sent = [0]

    def endless() -> Iterator[bytes]:
        yield b'--a\r\nContent-Disposition: form-data; name="model.json"; filename="m"\r\n\r\n'
        while sent[0] < 100 * MOST:
            sent[0] += 65536
            yield b" " * 65536

    kind = {"Content-Type": "multipart/form-data; boundary=a"}
    try:
        answer = httpx.post(
            f"{server.url}/large", content=endless(), headers={**WRITE, **kind}, timeout=60
        )
    except httpx.TransportError:
        pass  # the server has closed the connection while the body was still being sent
    else:
        assert answer.status_code == 413
    assert sent[0] < 50 * MOST, "the body was not taken to its end"
    assert httpx.get(f"{server.url}/large/model.json").status_code == 404


def test_lost_in_the_middle(server: Serving, store: Store) -> None:
    """Uploads whose connection is lost leave nothing behind, and no file open for ever."""
    url = httpx.URL(server.url)
    request = httpx.Request("POST", f"{server.url}/lost", files=files(GOOD), headers=WRITE)
    body = request.read()
    lines = [f"POST {url.path}/lost HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    head = "\r\n".join([*lines, "", ""]).encode()
    for cut in range(0, len(body), 97):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(head + body[:cut])
    assert httpx.get(f"{server.url}/lost/model.json").status_code == 404
    if "://" not in store.address:
        assert not [file for file in Path(store.address).rglob("*") if "lost" in file.parts]
    assert httpx.post(f"{server.url}/lost", files=files(GOOD), headers=WRITE).status_code == 201


def test_refusals_arrive(server: Serving) -> None:
    """A client that sends all of a body before it reads learns why it was refused."""
    large = files(manifest(weight("w", MOST // 4)), bytes(MOST // 4 * 4))
    for headers, status in (({}, 401), (WRITE, 413)):
        answer = httpx.post(f"{server.url}/refused", files=large, headers=headers, timeout=60)
        assert answer.status_code == status
    for path, status in (("weights", 400), (f"m/weights/{'0' * 64}.bin", 400)):
        answer = httpx.post(f"{server.url}/{path}", files=large, headers=WRITE, timeout=60)
        assert answer.status_code == status


def test_refusals_do_not_wait_for_ever(server: Serving) -> None:
    """Without the token, a body that does not go on is answered soon, and the connection ends."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(
            b"POST /models/m HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; "
            b"boundary=a\r\nContent-Length: 1000000\r\n\r\n--a\r\n"
        )
        answer = b""
        while part := connection.recv(10_000):
            answer += part
        assert answer.startswith(b"HTTP/1.1 401")
