"""Failed attempts leave no trace: weights over http:// from a server that drops connections.

The failed attempts at a shard announce other lengths and send other bytes. The shards arrive in any
order.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pyio
from pyio.handlers.http import client as requests
from tests.support.answers import Answer, Answers
from tests.support.models import model_json, run, weight

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTHS = st.integers(0, 40)
DELAYS = st.sampled_from([0, 0, 0.01, 0.03])


@dataclass(frozen=True)
class Shard:
    """A weights file and the attempts that fail before it arrives."""

    body: bytes
    delay: float
    failing: list[Answer]


@st.composite
def shards(draw: st.DrawFn) -> Shard:
    """A shard of at most 40 bytes, and up to two attempts that break off."""
    body = draw(st.binary(max_size=40))
    failing = []
    for length in draw(st.lists(LENGTHS.filter(bool), max_size=2)):
        cut = draw(st.integers(0, length - 1))
        failing.append(Answer(b"\xee" * length, cut=cut, delay=draw(DELAYS)))
    return Shard(body, draw(DELAYS), failing)


MODELS = st.lists(shards(), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def server() -> Iterator[Answers]:
    with Answers() as server:
        yield server


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries that do not wait."""
    monkeypatch.setattr(requests, "PAUSE", 0.01)


def serve(server: Answers, model: list[Shard], *, crc32: bool = False) -> None:
    """Serve a model of one tensor in these shards."""
    total = sum(len(shard.body) for shard in model)
    paths = [f"{index}.bin" for index in range(len(model))]
    group: Any = {"paths": paths, "weights": [{**weight("w", total), "dtype": "bool"}]}
    if crc32:
        group["crc32"] = [f"{zlib.crc32(shard.body):08x}" for shard in model]
    server.table = {"/model.json": model_json([group])}
    for path, shard in zip(paths, model, strict=True):
        server.table[f"/{path}"] = [*failing(shard, total), Answer(shard.body, delay=shard.delay)]


def failing(shard: Shard, total: int) -> list[Answer]:
    """The attempts that fail; none sends more than all weights take: that is never retried."""
    return [replace(answer, cut=min(answer.cut or 0, total)) for answer in shard.failing]


def load(server: Answers) -> bytes:
    loaded = run(pyio.load_artifacts(f"{server.url}/model.json"))
    return b"".join(loaded.weight_data or ())


quickly = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quickly
@given(model=MODELS, crc32=st.booleans())
def test_failed_attempts_leave_nothing_behind(
    server: Answers, model: list[Shard], crc32: bool
) -> None:
    """The weights come from the last attempts, whatever the failed ones announced or sent."""
    serve(server, model, crc32=crc32)
    assert load(server) == b"".join(shard.body for shard in model)


@quickly
@given(model=MODELS.filter(lambda model: len(model) > 1), data=st.data())
def test_the_right_file_is_named(server: Answers, model: list[Shard], data: st.DataObject) -> None:
    """A shard with wrong bytes or a wrong length raises an error that names only this shard."""
    wrong = data.draw(st.integers(0, len(model) - 1))
    body = model[wrong].body
    same_length = bytes(byte ^ 1 for byte in body)
    other = data.draw(st.sampled_from([same_length, body + b"x"] if body else [b"x"]))
    serve(server, model, crc32=True)
    total = sum(len(shard.body) for shard in model)
    server.table[f"/{wrong}.bin"] = [*failing(model[wrong], total), Answer(other)]
    with pytest.raises(pyio.DamagedModelError) as error:
        load(server)
    named = [index for index in range(len(model)) if f"'{index}.bin'" in str(error.value)]
    assert named == [wrong]


def test_a_longer_second_attempt(server: Answers) -> None:
    """The first response announces 4 bytes and breaks off; the second one has 8.

    The next file was placed after the 4 bytes, and must be moved.
    """
    first, second = bytes(range(8)), bytes(range(8, 16))
    broken = Answer(b"abcd", cut=2, delay=0.1)
    serve(server, [Shard(first, 0, [broken]), Shard(second, 0, [])])
    assert load(server) == first + second


def test_a_compressed_answer_that_is_not_called_so() -> None:
    """A page sees the length of the compressed body, but not that it is compressed.

    The announced length is a hint only: the bytes that arrive decide.
    """

    class Reply:
        status = 200

        def __init__(self, content: bytes, length: int) -> None:
            self.content = content
            self.headers = {"Content-Length": str(length)}

    def fetch(url: str, _init: Any) -> Any:
        if url.endswith("json"):
            paths = ["a.bin", "b.bin", "c.bin"]
            return model_json([{"paths": paths, "weights": [weight("w", 6)]}])
        return {"a": Reply(b"a" * 8, 5), "b": Reply(b"b" * 8, 11), "c": Reply(b"c" * 8, 8)}[url[-5]]

    loaded = run(pyio.load_artifacts("http://x/model.json", fetch_func=fetch))
    assert b"".join(loaded.weight_data or ()) == b"a" * 8 + b"b" * 8 + b"c" * 8
