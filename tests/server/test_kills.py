"""Servers that are killed while they save: no torn model, and no acknowledged save is lost."""

from __future__ import annotations

import os
import random
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from scripts.support.model_servers import TOKEN, wait_until
from tests.support.models import model_json, weight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.support.model_servers import Serving
    from tests.server.conftest import Store

WRITE = {"Authorization": f"Bearer {TOKEN}"}
NAMES = ("a", "b/c")
COUNT = 100_000
"""Elements of the weights: 400 kB, so that a save has stages that take time."""

pytestmark = pytest.mark.timeout(1800)


class Writer:
    """Saves one model over and over, each time with the next number as all its weights.

    Attributes:
        sent: The last number that was begun.
        acknowledged: The last number whose save the server has confirmed.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent = self.acknowledged = 0

    def write(self, url: str, stop: threading.Event) -> None:
        """Save until the server is gone, or the test has enough."""
        with httpx.Client(timeout=60) as client:
            while not stop.is_set():
                self.sent += 1
                data = self.sent.to_bytes(4, "little") * COUNT
                group = {"paths": ["w.bin"], "weights": [weight("w", COUNT, "int32")]}
                files: dict[str, Any] = {
                    "model.json": ("model.json", model_json([group])),
                    "model.weights.bin": ("model.weights.bin", data),
                }
                try:
                    answer = client.post(f"{url}/{self.name}", files=files, headers=WRITE)
                except httpx.TransportError:
                    return
                assert answer.status_code == 201, answer.text
                self.acknowledged = self.sent

    def check(self, url: str) -> None:
        """The model is whole, and none older than the last that was confirmed."""
        answer = httpx.get(f"{url}/{self.name}/model.json", timeout=60)
        if answer.status_code == 404:
            assert self.acknowledged == 0
            return
        (group,) = answer.raise_for_status().json()["weightsManifest"]
        data = httpx.get(f"{url}/{self.name}/{group['paths'][0]}", timeout=60)
        content = data.raise_for_status().content
        assert content == content[:4] * COUNT, "torn"
        assert self.acknowledged <= int.from_bytes(content[:4], "little") <= self.sent, "lost"


def kill_many(store: Store, kills: int, seed: int) -> None:
    """Kill a server at random moments of saves; look through another one, and start it again."""
    chance = random.Random(seed)
    witness = store.serve()
    writers = [Writer(name) for name in NAMES]
    for _ in range(kills):
        server = store.serve("--grace", "0")
        _write_and_kill(server, writers, chance)
        for writer in writers:
            writer.check(witness.url)
        store.servers.remove(server)
    listed = httpx.get(witness.url, timeout=60).raise_for_status().json()["models"]
    assert sorted(listed) == sorted(NAMES)
    assert sum(writer.acknowledged for writer in writers) >= kills


def _write_and_kill(server: Serving, writers: Sequence[Writer], chance: random.Random) -> None:
    stop = threading.Event()
    threads = [threading.Thread(target=writer.write, args=(server.url, stop)) for writer in writers]
    begun = sum(writer.acknowledged for writer in writers)
    wanted = begun + chance.randint(1, 4)
    for thread in threads:
        thread.start()
    wait_until(
        lambda: sum(writer.acknowledged for writer in writers) >= wanted, "saves", server.alive
    )
    time.sleep(chance.uniform(0, 0.1))  # the moment is by chance: that is the test
    server.kill()
    stop.set()
    for thread in threads:
        thread.join()


def test_kills(store: Store) -> None:
    """3 kills at random moments: between and within the writes of a save, and before the answer."""
    kill_many(store, 3, seed=17)


@pytest.mark.repetition("more kills of the server")
def test_many_kills(store: Store) -> None:
    """12 kills; 200 were tried once over a folder and a bucket, and the variable repeats that."""
    kill_many(store, int(os.environ.get("PYIO_SERVER_KILLS", "12")), seed=18)
