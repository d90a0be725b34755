"""The bridge as a package of npm, imported by its name."""

from __future__ import annotations

import subprocess
import tarfile
from typing import TYPE_CHECKING

from scripts.support.packages import bridge_package

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
globalThis.addEventListener = () => {}; // a page has it
await import("pyio-web-bridge");
await import("pyio-web-bridge");
console.log(typeof pyioBridge.workerName);
process.exit();
"""


def test_the_package_is_imported_by_its_name(tmp_path: Path) -> None:
    """An import adds ``pyioBridge`` to the page, as the script does."""
    with tarfile.open(bridge_package(tmp_path)) as tar:
        tar.extractall(tmp_path, filter="data")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "package").rename(tmp_path / "node_modules/pyio-web-bridge")
    program = tmp_path / "program.mjs"
    program.write_text(PROGRAM)
    done = subprocess.run(["node", str(program)], capture_output=True, text=True, timeout=60)
    assert done.stdout == "string\n", done.stderr
