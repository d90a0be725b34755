"""A virtual environment with the pinned test tools, and browsers: `prepare`."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OWN = (
    "import sys\n"
    "from playwright.sync_api import sync_playwright as start\n"
    "with start() as playwright: print(getattr(playwright, sys.argv[1]).executable_path)"
)
"""Prints where Playwright's own build of a browser is, or would be."""
GI = ("/usr/bin/python3", "-c", 'import gi; gi.require_version("WebKit2", "4.1")')
ENGINES = {
    "chromium": (("chromium",), ("chromium",)),
    "firefox": (("firefox-esr",), ("firefox-esr",)),
    "webkit": (
        ("WebKitWebDriver", "Xvfb"),
        ("webkit2gtk-driver", "xvfb", "python3-gi", "gir1.2-webkit2-4.1"),
    ),
}
"""Engine -> the commands by which the system's own is known, and Debian's packages of it."""


def prepare(engines: Iterable[str] = (), *, optional: bool = False) -> Path:
    """Make ``.venv`` with pyio and its test tools, and see to browsers; return its Python.

    Where a browser cannot be installed, this program ends, unless it is `optional`.

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
    for engine in engines:
        if not _installed(engine):
            print(f"installing {engine}")
            code = _install(engine)
            if code and not optional:
                sys.exit(code)
    return PYTHON


def run(*command: str | Path) -> None:
    """Run a command, and end this program with its exit code if it fails."""
    if code := _code(*command):
        sys.exit(code)


def _code(*command: str | Path) -> int:
    return subprocess.run([str(part) for part in command], cwd=ROOT).returncode


def _make_venv() -> None:
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0:
        return
    # Debian keeps venv in a package of its own.
    if not _may_use_apt():
        sys.exit("python3 -m venv failed; install your system's venv package (python3-venv)")
    if code := _apt_install("python3-venv"):
        sys.exit(code)
    run(*command)


def _installed(engine: str) -> bool:
    found = subprocess.run([PYTHON, "-c", OWN, engine], capture_output=True, text=True)
    if Path(found.stdout.strip() or "/-").exists():
        return True
    if not all(shutil.which(command) for command in ENGINES[engine][0]):
        return False
    return engine != "webkit" or subprocess.run(GI, capture_output=True).returncode == 0


def _install(engine: str) -> int:
    if _may_use_apt():
        return _apt_install(*ENGINES[engine][1])
    return _code(PYTHON, "-m", "playwright", "install", engine)


def _may_use_apt() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def _apt_install(*packages: str) -> int:
    install = ("apt-get", "-qq", "install", "--yes", "--no-install-recommends", *packages)
    return _code("apt-get", "-qq", "update") or _code(*install)
