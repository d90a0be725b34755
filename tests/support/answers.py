"""A server whose responses, faults included, are given by the test."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to one request.

    Attributes:
        body: The body.
        status: The status.
        kind: The content type.
        headers: Further header fields.
        cut: Close the connection after this number of bytes of the body.
        measured: Send the length of the body; otherwise the body ends with the connection.
        hang: Never answer.
        delay: Seconds between the head of the answer and its body.
    """

    body: bytes = b""
    status: int = 200
    kind: str = "application/octet-stream"
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    measured: bool = True
    hang: bool = False
    delay: float = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A received request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Answers(ThreadingHTTPServer):
    """Answers requests on a loopback port from a table, and allows every origin (CORS).

    Attributes:
        url: "http://127.0.0.1:PORT", without a slash at the end.
        table: Path with query -> response, or a list of responses, of which the last one is
            repeated.
        seen: Every request, in order.
        together: The largest number of simultaneous requests.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, table: dict[str, Answer | list[Answer] | bytes] | None = None) -> None:
        self.table: dict[str, Answer | list[Answer] | bytes] = table or {}
        self.seen: list[Seen] = []
        self.together = 0
        self.now = 0
        self.lock = Lock()
        self.closing = Event()
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._thread = Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
        self._thread.join()

    def paths(self) -> list[str]:
        """The requested paths, in order."""
        return [seen.path for seen in self.seen]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore closed connections, which are part of many tests."""

    def answer(self, path: str) -> Answer:
        answer = self.table.get(path, Answer(b"nothing here", 404, "text/plain"))
        if isinstance(answer, bytes):
            return Answer(answer)
        if isinstance(answer, list):
            return answer.pop(0) if len(answer) > 1 else answer[0]
        return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        server = cast("Answers", self.server)
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        with server.lock:
            server.seen.append(Seen(self.command, self.path, headers, body))
            answer = server.answer(self.path)
            server.now += 1
            server.together = max(server.together, server.now)
        try:
            if answer.hang:
                server.closing.wait(60)
                self.close_connection = True
                return
            self._write(answer)
        finally:
            with server.lock:
                server.now -= 1

    do_GET = do_HEAD = do_POST = do_PUT = _answer  # noqa: N815 - names that http.server looks for

    def do_OPTIONS(self) -> None:
        """Allow all cross-origin requests."""
        self._write(Answer(b"", 204))

    def _write(self, answer: Answer) -> None:
        if "Date" in answer.headers:
            self.send_response_only(answer.status)  # without the date of today
        else:
            self.send_response(answer.status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.send_header("Access-Control-Allow-Methods", "*")
        self.send_header("Content-Type", answer.kind)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.measured:
            self.send_header("Content-Length", str(len(answer.body)))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command == "HEAD":
            return
        if answer.delay:
            self.wfile.flush()
            time.sleep(answer.delay)
        self.wfile.write(answer.body[: answer.cut])
        if answer.cut is not None:
            self.wfile.flush()
            self.close_connection = True
            with contextlib.suppress(OSError):  # end with a reset, like a lost connection
                option = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
                self.connection.close()

    def log_message(self, *_: Any) -> None:
        pass
