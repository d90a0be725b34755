"""Virtual environments with the pinned test tools, and browsers: `prepare`, `enter`, `make`."""

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
PYTHON = Path("Scripts/python.exe" if os.name == "nt" else "bin/python")
"""The interpreter, in the folder of a virtual environment."""
OWN = (
    "import sys\n"
    "from playwright.sync_api import sync_playwright as start\n"
    "with start() as playwright: print(getattr(playwright, sys.argv[1]).executable_path)"
)
"""Prints the path of Playwright's own build of a browser, installed or not."""
GI = ("/usr/bin/python3", "-c", 'import gi; gi.require_version("WebKit2", "4.1")')
ENGINES = {
    "chromium": (("chromium",), ("chromium",)),
    "firefox": (("firefox-esr",), ("firefox-esr",)),
    "webkit": (
        ("WebKitWebDriver", "Xvfb"),
        ("webkit2gtk-driver", "xvfb", "python3-gi", "gir1.2-webkit2-4.1"),
    ),
}
"""Engine -> the commands of the system's browser, and the Debian packages that have it."""


def prepare(engines: Iterable[str] = (), *, optional: bool = False) -> Path:
    """Make ``.venv`` with pyio and its test tools, and install browsers; return its Python.

    A second call changes nothing, until ``pyproject.toml`` changes. If a browser cannot be
    installed, the program ends, unless browsers are `optional`.
    """
    python = make(VENV, "-e", str(ROOT), *group("test"))
    for engine in engines:
        if not _installed(engine):
            print(f"installing {engine}")
            code = _install(engine)
            if code and not optional:
                sys.exit(code)
    return python


def enter(
    *requirements: str, folder: Path = VENV, engines: Iterable[str] = (), optional: bool = False
) -> None:
    """Continue this program in an environment: ``.venv``, or one of its own with `requirements`.

    Call it after the arguments were parsed, so that ``--help`` works on a fresh machine, and
    before anything is imported that the environment provides.
    """
    if Path(sys.prefix).resolve() == folder.resolve():
        return
    python = make(folder, *requirements) if requirements else prepare(engines, optional=optional)
    # Keep the current folder: a module run by -m is looked for there.
    try:
        sys.exit(subprocess.run([python, *sys.orig_argv[1:]]).returncode)
    except KeyboardInterrupt:  # Ctrl-C reaches both processes
        sys.exit(130)


def group(name: str) -> tuple[str, ...]:
    """Return the requirements of a dependency group; pip itself knows them from 25.1 on."""
    _require_python()
    import tomllib  # late: an older Python lacks it

    text = (ROOT / "pyproject.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["dependency-groups"][name])


def make(folder: Path, *requirements: str, python: str = sys.executable) -> Path:
    """Make a virtual environment with `requirements`, if it is not there; return its Python.

    Args:
        folder: Where it goes. Its file ``made-for`` has a hash of what it was made from.
        requirements: Arguments of ``pip install``.
        python: The interpreter to make it with.
    """
    _require_python()
    inside = folder / PYTHON
    made_for = folder / "made-for"
    made_from = ((ROOT / "pyproject.toml").read_text("utf-8"), python, *requirements)
    wanted = hashlib.sha256(repr(made_from).encode()).hexdigest()
    if not made_for.exists() or made_for.read_text() != wanted:
        print(f"making {folder.name} with {len(requirements)} requirements", flush=True)
        _make_venv(folder, python)
        run(inside, "-m", "pip", "install", "--quiet", *requirements)
        made_for.write_text(wanted)
    return inside


def _require_python() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - users may start this with an older one
        sys.exit(f"pyio needs Python 3.11 or newer; this is {sys.version.split()[0]}")


def run(*command: str | Path) -> None:
    """Run a command, and end this program with its exit code if it fails."""
    if code := call(*command):
        sys.exit(code)


def call(*command: str | Path) -> int:
    """Run a command in the repository's folder and return its exit code."""
    return subprocess.run([str(part) for part in command], cwd=ROOT).returncode


def _make_venv(folder: Path, python: str) -> None:
    command = [python, "-m", "venv", "--clear", str(folder)]
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0:
        return
    # Debian keeps venv in a package of its own.
    if not _may_use_apt():
        sys.exit("python3 -m venv failed; install your system's venv package (python3-venv)")
    if code := _apt_install("python3-venv"):
        sys.exit(code)
    run(*command)


def _installed(engine: str) -> bool:
    found = subprocess.run([VENV / PYTHON, "-c", OWN, engine], capture_output=True, text=True)
    if Path(found.stdout.strip() or "/-").exists():
        return True
    if not all(shutil.which(command) for command in ENGINES[engine][0]):
        return False
    return engine != "webkit" or subprocess.run(GI, capture_output=True).returncode == 0


def _install(engine: str) -> int:
    if _may_use_apt():
        return _apt_install(*ENGINES[engine][1])
    return call(VENV / PYTHON, "-m", "playwright", "install", engine)


def _may_use_apt() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def _apt_install(*packages: str) -> int:
    install = ("apt-get", "-qq", "install", "--yes", "--no-install-recommends", *packages)
    return call("apt-get", "-qq", "update") or call(*install)
