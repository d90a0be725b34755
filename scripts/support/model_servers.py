"""Real processes: servers as ``python -m pyio serve`` starts them, and SeaweedFS as their store."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

    from obstore.store import S3Store

TOKEN = "a-token-of-the-tests"  # noqa: S105 - of servers on this machine
PATIENCE = 120.0
"""Seconds to wait for a process that is to answer, on a machine that is busy."""

BUCKET = "models"


def free_port() -> int:
    """Return a port that is free now.

    It is below those that systems give to programs that ask for any, so that it stays free until
    the process that is started with it has opened it.
    """
    while True:
        port = random.randrange(18_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(holds: Callable[[], bool], what: str, alive: Callable[[], object]) -> None:
    """Wait for a condition. Raises AssertionError if the process ends or it never holds."""
    begun = time.monotonic()
    while not holds():
        assert alive() is None, f"the process ended before {what}"
        assert time.monotonic() - begun < PATIENCE, f"no sign of {what}"
        time.sleep(0.05)


class Process:
    """A process with all that it starts, and a file of what it prints."""

    def __init__(self, command: list[str], log: Path, env: Mapping[str, str]) -> None:
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **env},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def alive(self) -> object:
        """None while the process runs."""
        return self._process.poll()

    def kill(self) -> None:
        """End the process and all that it started at once, as a failing machine does."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Serving(Process):
    """``python -m pyio serve`` of a store.

    Attributes:
        url: The address of all models, without a slash at its end.
    """

    def __init__(
        self,
        store: str,
        log: Path,
        env: Mapping[str, str] | None = None,
        *options: str,
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/models"
        command = [sys.executable, "-m", "pyio", "serve", store, "--port", str(self.port)]
        super().__init__([*command, *options], log, {"PYIO_TOKEN": TOKEN, **(env or {})})
        try:
            wait_until(self._answers, f"an answer of {self.url}", self.alive)
        except AssertionError as error:
            self.kill()
            raise AssertionError(f"{error}\n{self.log.read_text()}") from error

    def _answers(self) -> bool:
        try:
            return httpx.get(self.url, timeout=10).status_code == 200
        except httpx.TransportError:
            return False


class Seaweed(Process):
    """SeaweedFS with one bucket, in a directory.

    Attributes:
        store: The address of the bucket.
        env: What obstore reads from the environment to get there.
    """

    store = f"s3://{BUCKET}"

    def __init__(self, place: Path) -> None:
        self.port = free_port()
        identity = {
            "name": "tests",
            "credentials": [{"accessKey": "tests", "secretKey": "secret"}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        (place / "s3.json").write_text(json.dumps({"identities": [identity]}))
        self.env = {
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ALLOW_HTTP": "true",
        }
        super().__init__([weed(), "mini", *self._options(place)], place / "weed.log", {})
        try:
            wait_until(self._is_ready, "the bucket", self.alive)
        except AssertionError as error:
            self.kill()
            raise AssertionError(f"{error}\n{self.log.read_text()[-4000:]}") from error

    def _options(self, place: Path) -> list[str]:
        ports = [f"-s3.port={self.port}"]
        ports += [f"-s3.port.{catalog}={free_port()}" for catalog in ("iceberg", "lance")]
        for part in ("master", "volume", "filer", "admin"):
            ports += [f"-{part}.port={free_port()}", f"-{part}.port.grpc={free_port()}"]
        return [
            f"-dir={place}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-admin.ui=false",
            "-webdav=false",
            "-master.telemetry=false",
            f"-s3.config={place / 's3.json'}",
            f"-bucket={BUCKET}",
            *ports,
        ]

    def _is_ready(self) -> bool:
        """Whether the bucket takes a file: it answers before it can."""
        import obstore
        from obstore.exceptions import BaseError

        try:
            obstore.put(self.bucket(), "ready", b"yes")
        except (BaseError, OSError):
            return False
        return True

    def bucket(self) -> S3Store:
        """Return the bucket, to look behind the server."""
        from obstore.store import S3Store

        return S3Store(
            BUCKET,
            access_key_id="tests",
            secret_access_key="secret",  # noqa: S106 - as above
            region="us-east-1",
            endpoint=f"http://127.0.0.1:{self.port}",
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )


def weed() -> str:
    """Return the program of SeaweedFS; "" where it is not installed."""
    beside = Path(sys.executable).parent / "weed"
    return str(beside) if beside.exists() else shutil.which("weed") or ""
