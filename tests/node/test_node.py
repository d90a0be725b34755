"""Pyodide in Node: files on a real disk, and HTTP by Node's fetch."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import pyio
from tests.answers import Answers
from tests.models import artifacts, run, shards

HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_files_and_http_under_node(tmp_path: Path, vendor: Path, wheel: Path) -> None:
    """A model is saved to and loaded from the real disk and a server; no NumPy is needed."""
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}/from-cpython"))
    text, files = shards(1000, 500)
    with Answers({"/m/model.json": text, "/upload": b""}) as server:
        server.table.update({f"/m/{name}": content for name, content in files.items()})
        arguments = map(str, [vendor / "pyodide", wheel, tmp_path, HERE / "inside.py", server.url])
        done = subprocess.run(
            ["node", str(HERE / "run.mjs"), *arguments], capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout
    seen = json.loads(done.stdout)
    assert seen["progress"][-1] == ["weights.bin", 5]
    assert seen["names"] == [*(f"group1-shard{n}of3.bin" for n in (1, 2, 3)), "model.json"]
    assert seen["exists"] == [True, False]
    assert seen["from CPython"] == b"".join(artifacts().weight_data or ()).hex()
    assert seen["from HTTP"] == b"".join(files.values()).hex()
    assert seen["uploaded"] == 200
    assert b'name="model.weights.bin"; filename="model.weights.bin"' in server.seen[-1].body
    indexed_db, relative = seen["refused"]
    assert "Pyodide in Node has none" in indexed_db
    assert "file://" in indexed_db
    assert "no page that it could be relative to" in relative
    assert seen["numpy"] is False
    loaded = run(pyio.load_artifacts(f"file://{tmp_path}/new/m"))
    assert b"".join(loaded.weight_data or ()) == b"12345"
