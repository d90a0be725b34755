"""The kernel compiled for this machine, so that CPython can test it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "pyio/kernel/kernel.c"
FLAGS = ("-O2", "-std=gnu11", "-fPIC", "-shared", "-fno-strict-aliasing", "-ffp-contract=off")


def compiler() -> str | None:
    """The path of a C compiler that is installed, or None."""
    return next(filter(None, map(shutil.which, ("gcc", "clang", "cc"))), None)


def compiled(folder: Path) -> Path:
    """Compile the kernel into `folder` and return the library's path."""
    found = compiler()
    assert found is not None
    target = folder / "kernel.so"
    warnings = ("-Wall", "-Wextra", "-Werror")
    subprocess.run([found, *FLAGS, *warnings, str(SOURCE), "-o", str(target)], check=True)
    return target
