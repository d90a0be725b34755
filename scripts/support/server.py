"""A static web server for development and tests: `Site`."""

from __future__ import annotations

import io
import posixpath
import sys
from email.utils import formatdate
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from scripts.support.compression import Compressor

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

REVALIDATED = "/vendor/"
"""Below this path browsers may cache files and must revalidate them; nothing else is cached."""

MIME_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".py": "text/x-python; charset=utf-8",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".whl": "application/octet-stream",
}


class Site(ThreadingHTTPServer):
    """Serves directories under URL prefixes on 127.0.0.1 until it is closed.

    Every new site has a new port, hence a new origin, whose storage in a browser is empty.

    Args:
        directories: URL prefix, which starts and ends with "/", -> directory. The longest prefix
            that matches wins. Nothing outside of these directories is served.
        port: 0 takes a free one.
        isolated: Send the headers that make a page cross-origin isolated.
        shared: Let pages of every origin read the files, as a CDN does.
        compressed: Compress what is sent, as far as the browser takes it.

    Attributes:
        url: "http://localhost:PORT", without a slash at the end.
        offline: While True, connections are closed without an answer, as if the server had stopped.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self,
        directories: Mapping[str, Path],
        *,
        port: int = 0,
        isolated: bool = False,
        shared: bool = False,
        compressed: bool = False,
    ) -> None:
        longest_first = sorted(directories, key=len, reverse=True)
        self.directories = {prefix: directories[prefix].resolve() for prefix in longest_first}
        self.isolated = isolated
        self.shared = shared
        self.offline = False
        self.compressor = Compressor() if compressed else None
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://localhost:{self.server_port}"
        self._thread = Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving and free the port."""
        self.shutdown()
        self.server_close()
        self._thread.join()

    def __exit__(self, *_: object) -> None:
        self.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error in a handler, except for a closed connection."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def locate(self, url_path: str) -> Path | None:
        """Return the file or folder at `url_path` (no query), or None; "/" ends in index.html."""
        path = "/" + posixpath.normpath("/" + unquote(url_path)).lstrip("/")
        if url_path.endswith("/"):
            path = posixpath.join(path, "index.html")
        prefix = next((prefix for prefix in self.directories if path.startswith(prefix)), None)
        if prefix is None:
            return None
        directory = self.directories[prefix]
        try:
            place = (directory / path.removeprefix(prefix)).resolve(strict=True)
        except (OSError, ValueError):  # missing, or not a valid path
            return None
        return place if place.is_relative_to(directory) else None


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | MIME_TYPES
    path = "/"

    def parse_request(self) -> bool:
        self.close_connection = cast("Site", self.server).offline
        return not self.close_connection and super().parse_request()

    def translate_path(self, path: str) -> str:
        return str(cast("Site", self.server).locate(path.partition("?")[0]) or "")

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        place = self.translate_path(self.path)  # which sites of tests override
        if not place:
            self.send_error(404)
            return None
        return self._compressed(Path(place)) or super().send_head()

    def _compressed(self, place: Path) -> io.BytesIO | None:
        """Answer with a compressed file, or return None where it goes out as it is."""
        compressor = cast("Site", self.server).compressor
        if compressor is None or not place.is_file() or "Range" in self.headers:
            return None
        encoding = compressor.encoding(place, self.headers.get("Accept-Encoding", ""))
        modified = formatdate(place.stat().st_mtime, usegmt=True)
        if encoding is None or self.headers.get("If-Modified-Since") == modified:
            return None  # the second is answered with 304
        content = compressor.content(place, encoding)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(place)))
        self.send_header("Content-Encoding", encoding)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Last-Modified", modified)
        self.end_headers()
        return io.BytesIO(content)

    def end_headers(self) -> None:
        kept = self.path.startswith(REVALIDATED)
        self.send_header("Cache-Control", "no-cache" if kept else "no-store")
        if cast("Site", self.server).isolated:
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        if cast("Site", self.server).shared:
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
        super().end_headers()

    def log_message(self, *args: Any) -> None:
        pass
