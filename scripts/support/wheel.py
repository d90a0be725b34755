"""Build the wheel of this source tree: ``python3 scripts/support/wheel.py [FOLDER]``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def build_wheel(folder: Path) -> Path:
    """Build the wheel into `folder`, the only one of pyio there afterwards, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("pyio_web-*.whl"):
        old.unlink()
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder)]
    if find_spec("hatchling") is not None:  # pip fetches it otherwise
        command.append("--no-build-isolation")
    subprocess.run([*command, str(ROOT)], check=True)
    (wheel,) = folder.glob("pyio_web-*.whl")
    return wheel


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build the wheel of this source tree.")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "dist")
    print(build_wheel(parser.parse_args().folder))
