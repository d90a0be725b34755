"""Running pytest in a process of its own, on a file that the suite itself does not collect."""

from __future__ import annotations

import os
import subprocess
import sys

from scripts.support.environment import ROOT


def pytest_in_a_process(file: str, *arguments: str, **environment: str) -> str:
    """Run a file of this folder and return all that pytest printed."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        f"tests/plugins/{file}",
        "-o",
        f"python_files={file}",
    ]
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=280,
    )
    return done.stdout + done.stderr
