"""The manual, built from ``web/manual/`` and the docstrings, and the whole static site."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.support.environment import group

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "web/manual"
WORK = ROOT / "build/manual"
"""The folder in which the manual is built; it is not part of the repository."""

MANUAL = WORK / "site"
"""The built manual."""

_TOOLS = ROOT / "build/manual-tools"
_ZENSICAL = "from zensical.main import cli; cli()"
_INCLUDE = re.compile(r"^<!-- include: (\S+) -->$", re.MULTILINE)


class ManualError(Exception):
    """The manual could not be built; the text gives the reason."""


def build_manual() -> Path:
    """Build the manual unless it is up to date, and return its folder. Raises ManualError."""
    stamp, wanted = WORK / "built-from", _fingerprint()
    if MANUAL.is_dir() and stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return MANUAL
    _install_tools()
    shutil.rmtree(WORK, ignore_errors=True)
    _write_pages(WORK / "pages")
    shutil.copyfile(PAGES / "zensical.toml", WORK / "zensical.toml")
    # Zensical reports a broken link as a warning; --strict makes it an error.
    command = [sys.executable, "-c", _ZENSICAL, "build", "--strict", "-f", "zensical.toml"]
    environment = os.environ | {"PYTHONPATH": str(_TOOLS)}
    done = subprocess.run(command, cwd=WORK, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise ManualError(f"{done.stdout}{done.stderr}".strip())
    for page in MANUAL.glob("*.html"):
        page.write_text(_without_literal_marks(page.read_text("utf-8")), "utf-8")
    stamp.write_text(wanted, "utf-8")
    return MANUAL


def write_site(folder: Path, pyodide: Path) -> Path:
    """Write the static site, the demo page and the manual, to `folder`.

    Args:
        folder: A new or an empty folder.
        pyodide: The folder with Pyodide and NumPy.

    Returns:
        The folder for the wheel, which the page loads as well.

    Raises:
        ManualError: The manual was not built.
        FileExistsError: There is something in `folder`.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; choose a new folder")
    manual = build_manual()
    skipped = shutil.ignore_patterns("vendor", "manual", "__pycache__")
    shutil.copytree(ROOT / "web", folder, ignore=skipped, dirs_exist_ok=True)
    shutil.copytree(manual, folder / "manual")
    shutil.copytree(pyodide, folder / "vendor/pyodide")
    if (tensorflow := pyodide.parent / "tfjs").is_dir():  # the page compares itself with it
        shutil.copytree(tensorflow, folder / "vendor/tfjs")
    return folder / "vendor/wheels"


def _sources() -> Iterator[Path]:
    yield from sorted(PAGES.iterdir())
    yield from sorted(path for path in (ROOT / "pyio").rglob("*.py*") if path.suffix != ".pyc")
    yield ROOT / "pyproject.toml"
    for page in sorted(PAGES.glob("*.md")):
        for name in _INCLUDE.findall(page.read_text("utf-8")):
            yield ROOT / name


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in _sources():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _install_tools() -> None:
    """Install the generator into its own folder, so that the tests' environment stays small.

    A folder needs only pip. On Debian a virtual environment needs a separate package.
    """
    wanted = group("docs")
    made_for = f"{sys.version}\n" + "\n".join(wanted)
    stamp = _TOOLS / "made-for"
    if stamp.is_file() and stamp.read_text("utf-8") == made_for:
        return
    print("Installing the tools that build the manual ...", flush=True)
    shutil.rmtree(_TOOLS, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(_TOOLS), *wanted]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        reasons = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise ManualError(f"its tools cannot be installed: {' '.join(reasons[-1:])}")
    stamp.write_text(made_for, "utf-8")


def _write_pages(folder: Path) -> None:
    """Copy the pages to `folder` and insert the files that they include."""
    shutil.copytree(PAGES, folder, ignore=shutil.ignore_patterns("*.toml"))
    for page in folder.glob("*.md"):
        page.write_text(_INCLUDE.sub(_included, page.read_text("utf-8")), "utf-8")


def _without_literal_marks(html: str) -> str:
    """Remove the "::" before a block of code in a docstring; Markdown has no such mark."""
    return re.sub(r"\s*<p>::</p>", "", html).replace("::</p>", ":</p>")


def _included(match: re.Match[str]) -> str:
    text = (ROOT / match[1]).read_text("utf-8")
    # The page has a title already, so headings of the included file move down one level.
    return re.sub(r"^# .*\n", "", text).replace("\n## ", "\n### ").strip()
