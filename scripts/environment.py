"""A virtual environment with the pinned test tools, and a browser: `prepare`."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
CHROMIUM = (
    "from playwright.sync_api import sync_playwright as start\n"
    "with start() as playwright: print(playwright.chromium.executable_path)"
)


def prepare(*, browser: bool) -> Path:
    """Make ``.venv`` with pyio and its test tools, and see to a browser; return its Python.

    A second call finds everything there, until ``pyproject.toml`` changes.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this may have an older one
        sys.exit(f"pyio needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    made_for = VENV / "made-for"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if not made_for.exists() or made_for.read_text() != wanted:
        print("making .venv with the test tools")
        _make_venv()
        run(PYTHON, "-m", "pip", "install", "--quiet", "-e", f"{ROOT}[test]")
        made_for.write_text(wanted)
    if browser:
        _see_to_browser()
    return PYTHON


def run(*command: str | Path) -> None:
    """Run a command, and end this program with its exit code if it fails."""
    code = subprocess.run([str(part) for part in command], cwd=ROOT).returncode
    if code:
        sys.exit(code)


def _make_venv() -> None:
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0:
        return
    # Debian keeps venv in a package of its own.
    if not _may_use_apt():
        sys.exit("python3 -m venv failed; install your system's venv package (python3-venv)")
    _apt_install("python3-venv")
    run(*command)


def _see_to_browser() -> None:
    found = subprocess.run([PYTHON, "-c", CHROMIUM], capture_output=True, text=True)
    if Path(found.stdout.strip() or "/-").exists() or shutil.which("chromium"):
        return
    print("installing Chromium")
    if _may_use_apt():
        _apt_install("chromium")
    else:
        run(PYTHON, "-m", "playwright", "install", "chromium")


def _may_use_apt() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def _apt_install(package: str) -> None:
    run("apt-get", "-qq", "update")
    run("apt-get", "-qq", "install", "--yes", "--no-install-recommends", package)
