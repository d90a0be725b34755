"""Installing pyio from the site itself, as the manual shows, in a page that has only Pyodide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.support.demo import add_packages
from scripts.support.server import Site
from tests.browser.test_readme import RUN, START
from tests.manual.documents import MANUAL, blocks

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Route

PUBLIC = "https://pyio.example/"
USE = """
await pyio.save_arrays({"w": np.arange(3)}, "indexeddb://m", cast=True)
assert (await pyio.load_arrays("indexeddb://m"))["w"].tolist() == [0, 1, 2]
"""
UNINSTALL = """
import sys
import micropip
micropip.uninstall("pyio-web")
for name in [name for name in sys.modules if name.split(".")[0] == "pyio"]:
    del sys.modules[name]
"""


def test_the_site_serves_the_wheel(
    browser_context_kept: BrowserContext, vendor: Path, wheel: Path, tmp_path: Path
) -> None:
    """The address of the wheel and the index both install pyio, with NumPy; it then works."""
    add_packages(tmp_path, wheel)
    by_address, by_index = (
        block.source for block in blocks(MANUAL / "getting-started.md") if PUBLIC in block.source
    )
    asked = []

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(PUBLIC)
        file = tmp_path / (f"{path}index.html" if path.endswith("/") else path)
        asked.append(path)
        kind = "text/html" if file.suffix == ".html" else "application/octet-stream"
        headers = {"Access-Control-Allow-Origin": "*", "Content-Type": kind}
        route.fulfill(path=file, headers=headers)

    with Site({"/vendor/": vendor, "/": tmp_path}) as site:
        page = browser_context_kept.new_page()
        page.set_default_timeout(120_000)
        page.route(f"{PUBLIC}**", answer)
        (tmp_path / "plain.html").write_text("<!doctype html><title>plain</title>")
        page.goto(f"{site.url}/plain.html")
        page.evaluate(START)
        load = "import pyodide_js; await pyodide_js.loadPackage('micropip')"
        imports = "import numpy as np\nimport pyio"
        micropip = "import micropip"
        page.evaluate(RUN, [load, micropip, by_address, imports, USE])
        page.evaluate(RUN, [UNINSTALL, micropip, by_index, imports, USE])
        page.close()
    name = wheel.name
    assert asked == [f"simple/pyio-web/{name}", "simple/pyio-web/", f"simple/pyio-web/{name}"]
