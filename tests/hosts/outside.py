"""Answers the hosts' requests to CDNs and package indexes with files from the disk.

The hosts are unmodified. Requests to other origins, also from workers, are redirected to a site on
this machine. A request for a file that it does not have fails.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scripts.support.hosts import MARIMO, PYSCRIPT_CORE
from scripts.support.runtime import PYODIDE, VENDOR, WHEELS
from scripts.support.server import Site

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Route

CDN = r"https://cdn\.jsdelivr\.net"
ANSWERS = {
    rf"{re.escape(str(WHEELS.cdn))}([^/]+)": rf"/{PYODIDE.folder}/\1",
    rf"{CDN}/pyodide/v[^/]+/full/([^/]+\.whl)": r"/hosts/wheels/\1",
    rf"{CDN}/pyodide/v([^/]+)/full/pyodide-lock\.json": r"/hosts/locks/pyodide-\1.json",
    rf"{CDN}/pyodide/v([^/]+)/full/([^/]+)": r"/pyodide-\1/\2",
    rf"{re.escape(str(PYSCRIPT_CORE.cdn))}([^/]+)": rf"/{PYSCRIPT_CORE.folder}/\1",
    r"https://wasm\.marimo\.app/pyodide-lock\.json": rf"/hosts/locks/{MARIMO.folder}.json",
    r"https://pypi\.org/simple/(.*)": r"/hosts/simple/\1",
}
"""Address without its query -> the path of the same file on our own site."""


class Outside:
    """A site that replaces all other sites.

    Args:
        index: A folder with pyio's page and wheel for the package index, where pyio is not
            published.

    Attributes:
        unanswered: The requested addresses that are missing here.
    """

    def __init__(self, index: Path) -> None:
        directories = {"/": VENDOR, "/hosts/simple/pyio-web/": index}
        self.site = Site(directories, shared=True)
        self.unanswered: list[str] = []

    def serve(self, context: BrowserContext) -> None:
        """Answer requests to other sites in all tabs of this browser."""
        context.route(re.compile("^https://"), self._answer)

    def _answer(self, route: Route) -> None:
        address = route.request.url.partition("?")[0]
        for pattern, place in ANSWERS.items():
            match = re.fullmatch(pattern, address)
            if match and self.site.locate(match.expand(place)):
                headers = {
                    "Location": self.site.url + match.expand(place),
                    "Access-Control-Allow-Origin": "*",
                    "Cross-Origin-Resource-Policy": "cross-origin",
                }
                route.fulfill(status=302, headers=headers)
                return
        self.unanswered.append(address)
        route.abort()
