"""A site that records which saves have returned, and can refuse or clear a page's storage."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

from scripts.support.server import Site, _Handler

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Place(Site):
    """`Site`, with three addresses more.

    ``/done`` records texts, and ``/clear`` clears the browser's storage of this origin.
    ``/sandboxed.html`` is the test page with an opaque origin, which cannot store anything.

    Attributes:
        done: What was sent to ``/done``: when (of `time.monotonic`), and the text.
    """

    def __init__(self, directories: Mapping[str, Path]) -> None:
        self.done: list[tuple[float, str]] = []
        super().__init__(directories)
        self.RequestHandlerClass = _Answers


class _Answers(_Handler):
    def do_POST(self) -> None:  # noqa: N802 - the name that http.server looks for
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        cast("Place", self.server).done.append((time.monotonic(), text))
        self.send_response(204)
        self.end_headers()

    def translate_path(self, path: str) -> str:
        if path in ("/sandboxed.html", "/clear"):
            path = "/index.html"
        return super().translate_path(path)

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        if self.path == "/clear":
            self.send_header("Clear-Site-Data", '"storage"')
        if self.path == "/sandboxed.html":
            self.send_header("Content-Security-Policy", "sandbox allow-scripts")
        super().end_headers()

    def handle_error(self, *arguments: Any) -> None:
        """A browser that was killed hangs up."""
