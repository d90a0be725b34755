"""The model server: requests per second with 1 and 2 workers, and the memory of large models.

Clients are processes of this machine, so they take their share of its cores. The memory is the
server's own (``RssAnon``), at its highest while a large model was saved and loaded.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx

from scripts.support.model_servers import TOKEN, Serving

CLIENTS = 2
"""Processes that ask at once, each over 8 connections."""

SECONDS = 4.0
SIZE = 100_000
"""Bytes of the weights."""

CLIENT = (
    "import asyncio, sys; from scripts.benchmarks.server import ask; "
    "asyncio.run(ask(*sys.argv[1:]))"
)


def _upload(value: int, size: int) -> dict[str, tuple[str, bytes]]:
    spec = {"name": "w", "shape": [size], "dtype": "bool"}
    text = {"modelTopology": {}, "weightsManifest": [{"paths": ["w.bin"], "weights": [spec]}]}
    return {
        "model.json": ("model.json", json.dumps(text).encode()),
        "model.weights.bin": ("model.weights.bin", bytes([value % 256]) * size),
    }


async def ask(method: str, url: str) -> None:
    """Send one kind of request for some seconds, and print how many were answered."""
    done = 0
    end = time.monotonic() + SECONDS
    headers = {"Authorization": f"Bearer {TOKEN}"}

    async def work(client: httpx.AsyncClient, index: int) -> None:
        nonlocal done
        while time.monotonic() < end:
            if method == "GET":
                answer = await client.get(url)
            else:
                name = f"{url}-{os.getpid()}-{index}"
                answer = await client.post(name, files=_upload(done, SIZE), headers=headers)
            answer.raise_for_status()
            done += 1

    async with httpx.AsyncClient(timeout=60) as client:
        await asyncio.gather(*(work(client, index) for index in range(8)))
    print(done)


def _rate(method: str, url: str) -> float:
    command = [sys.executable, "-c", CLIENT, method, url]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(CLIENTS)
    ]
    counts = [int(process.communicate()[0]) for process in processes]
    return sum(counts) / SECONDS


def _memory(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"RssAnon:\s+(\d+) kB", text)
    return int(found[1]) * 1024 if found else 0


def _large(server: Serving, megabytes: int, folder: Path) -> None:
    """Save and load a large model, and print times and the server's memory."""
    size = megabytes * 1_000_000
    weights = folder / "weights"
    with weights.open("wb") as file:
        file.truncate(size)
    text = _upload(0, 0)["model.json"][1].replace(b'"shape": [0]', b'"shape": [%d]' % size)
    highest, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            highest[0] = max(highest[0], _memory(server.pid))

    before = _memory(server.pid)
    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.monotonic()
    with weights.open("rb") as content:
        files: dict[str, Any] = {
            "model.json": ("m", text),
            "model.weights.bin": ("w", content),
        }
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = httpx.post(f"{server.url}/large", files=files, headers=headers, timeout=600)
    answer.raise_for_status()
    saved = time.monotonic()
    path = f"{server.url}/large/weights/{answer.json()['sha256']}.bin"
    with httpx.stream("GET", path, timeout=600) as stream:
        received = sum(len(part) for part in stream.iter_raw())
    loaded = time.monotonic()
    done.set()
    watcher.join()
    assert received == size
    print(
        f"{megabytes:,} MB: saved in {saved - begun:.1f} s, loaded in {loaded - saved:.1f} s; "
        f"memory {before / 1e6:.0f} MB before, {highest[0] / 1e6:.0f} MB at most"
    )


def main(megabytes: int) -> None:
    """Measure and print."""
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place, "models")
            folder.mkdir()
            with Serving(
                str(folder), Path(place, "log"), None, "--workers", str(workers)
            ) as server:
                headers = {"Authorization": f"Bearer {TOKEN}"}
                url = f"{server.url}/m"
                answer = httpx.post(url, files=_upload(1, SIZE), headers=headers)
                weights = f"{url}/weights/{answer.raise_for_status().json()['sha256']}.bin"
                for what, method, address in (
                    ("GET model.json", "GET", f"{url}/model.json"),
                    (f"GET weights of {SIZE:,} bytes", "GET", weights),
                    (f"save of {SIZE:,} bytes", "POST", f"{server.url}/s"),
                ):
                    rate = _rate(method, address)
                    print(f"{workers} workers: {what}: {rate:.0f} per second", flush=True)
                if workers == 1:
                    _large(server, megabytes, Path(place))
