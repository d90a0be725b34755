"""The examples of the notebooks under ``/try/`` of the site: JupyterLite and marimo, ready to run.

Both load their own Pyodide from the public CDN, as their users' sites do. pyio comes from the site.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from scripts.support import runtime
from scripts.support.environment import ROOT
from scripts.support.hosts import build_jupyterlite, ensure_hosts, export_marimo

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
    build_jupyterlite(site / "try/jupyterlite", EXAMPLES / "jupyterlite.ipynb", wheel)
    with tempfile.TemporaryDirectory() as folder:
        notebook = Path(folder) / "marimo_notebook.py"
        place = f"{address.rstrip('/')}/simple/pyio-web/{wheel.name}"
        text = (EXAMPLES / notebook.name).read_text("utf-8")
        notebook.write_text(text.replace('"pyio-web"', f'"pyio-web @ {place}"'), "utf-8")
        export_marimo(notebook, site / "try/marimo", "edit")
