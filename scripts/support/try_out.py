"""The examples of the notebooks under ``/try/`` of the site: JupyterLite and marimo, ready to run.

Both load their own Pyodide from the public CDN, as their users' sites do. pyio comes from the site.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from scripts.support import runtime
from scripts.support.environment import ROOT
from scripts.support.hosts import HOSTS, ensure_hosts, export_marimo

EXAMPLES = ROOT / "web/examples"


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


def _build_jupyterlite(folder: Path, wheel: Path) -> None:
    """Build JupyterLite with the example, and with a wheel that ``%pip install`` finds in it."""
    with tempfile.TemporaryDirectory() as source:
        contents = Path(source) / "content"
        contents.mkdir()
        shutil.copy(EXAMPLES / "jupyterlite.ipynb", contents)
        # With it a test can run the commands of the menus.
        config = {"jupyter-config-data": {"exposeAppInBrowser": True}}
        (Path(source) / "jupyter-lite.json").write_text(json.dumps(config))
        options = ["--lite-dir", source, "--output-dir", str(folder), "--apps", "lab"]
        options += ["--contents", str(contents), "--piplite-wheels", str(wheel)]
        python = next((HOSTS / "tools").glob("bin/python")).absolute()
        command = [str(python), "-m", "jupyterlite_core", "build", *options]
        done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    if done.returncode:
        raise runtime.FetchError(f"JupyterLite was not built: {done.stdout}{done.stderr}")
