"""The examples of the notebooks under ``/try/`` of the site: JupyterLite and marimo, ready to run.

Both load their own Pyodide from the public CDN, as their users' sites do. pyio comes from the site.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from scripts.support import runtime
from scripts.support.environment import ROOT
from scripts.support.hosts import HOSTS, ensure_hosts, export_marimo

EXAMPLES = ROOT / "web/examples"

_PLACE = re.compile(r'<(div|span) id="try-here">\s*</\1>')
"""Where a page has links to the notebooks, if the site has them."""

_LINKS = {
    "Try it in JupyterLite": "try/jupyterlite/lab/index.html?path=jupyterlite.ipynb",
    "Try it in marimo": "try/marimo/index.html",
}

_DATE = "2026-01-01T00:00:00Z"
"""Of the files in JupyterLite; Jupyter wants one."""


def add_notebooks(site: Path, wheel: Path, address: str) -> None:
    """Add ``try/jupyterlite`` and ``try/marimo`` to a site. Raises FetchError.

    Args:
        site: Its folder, with the wheel in ``simple/pyio-web/``.
        wheel: The wheel.
        address: Where the site will be, such as "https://example.org/pyio"; marimo's worker needs
            the whole address of the wheel.
    """
    with runtime.one_at_a_time(runtime.VENDOR):
        ensure_hosts(runtime.VENDOR)
    for name in ("jupyterlite", "marimo"):
        shutil.rmtree(site / "try" / name, ignore_errors=True)
    _build_jupyterlite(site / "try/jupyterlite", wheel)
    with tempfile.TemporaryDirectory() as folder:
        notebook = Path(folder) / "marimo_notebook.py"
        place = f"{address.rstrip('/')}/simple/pyio-web/{wheel.name}"
        text = (EXAMPLES / notebook.name).read_text("utf-8")
        notebook.write_text(text.replace('"pyio-web"', f'"pyio-web @ {place}"'), "utf-8")
        export_marimo(notebook, site / "try/marimo", "edit")
    link_notebooks(site)


def link_notebooks(site: Path) -> None:
    """Link the notebooks from the page and from the manual, where these have a place for it."""
    for file in (site / "index.html", *(site / "manual").glob("*.html")):
        text = file.read_text("utf-8") if file.is_file() else ""
        up = "" if file.parent == site else "../"
        links = " ".join(f'<a href="{up}{place}">{words}</a>' for words, place in _LINKS.items())
        if _PLACE.search(text):
            file.write_text(_PLACE.sub(links if not up else f"<p>{links}</p>", text), "utf-8")


def _build_jupyterlite(folder: Path, wheel: Path) -> None:
    """Build JupyterLite with the example, and with a wheel that ``%pip install`` finds in it."""
    with tempfile.TemporaryDirectory() as source:
        # The first lets a test run the commands of the menus, the second names the listing.
        config = {"exposeAppInBrowser": True, "contentsAllJsonFile": "all.json"}
        whole = json.dumps({"jupyter-config-data": config})
        (Path(source) / "jupyter-lite.json").write_text(whole)
        options = ["--lite-dir", source, "--output-dir", str(folder), "--apps", "lab"]
        python = next((HOSTS / "tools").glob("bin/python")).absolute()
        command = [str(python), "-m", "jupyterlite_core", "build", *options]
        command += ["--piplite-wheels", str(wheel)]
        done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    if done.returncode:
        raise runtime.FetchError(f"JupyterLite was not built: {done.stdout}{done.stderr}")
    _add_file(folder, EXAMPLES / "jupyterlite.ipynb")


def _add_file(folder: Path, notebook: Path) -> None:
    """Add a notebook to JupyterLite's files, and to their listing in the form of Jupyter's API.

    The builder does this with ``--contents``, for which it needs the whole of jupyter-server.
    """
    (folder / "files").mkdir(exist_ok=True)
    shutil.copy(notebook, folder / "files")
    common = {"created": _DATE, "last_modified": _DATE, "mimetype": None, "writable": True}
    entry = {
        **common,
        "name": notebook.name,
        "path": notebook.name,
        "type": "notebook",
        "content": None,
        "format": None,
        "size": notebook.stat().st_size,
    }
    listing = {
        **common,
        "name": "",
        "path": "",
        "type": "directory",
        "content": [entry],
        "format": "json",
        "size": None,
    }
    target = folder / "api/contents/all.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(listing))
