"""Pyodide in Node: files on a real disk, and HTTP by Node's fetch."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pyio
from tests.support.answers import Answers
from tests.support.models import artifacts, run, shards

HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
@pytest.mark.parametrize("pyodide", ["pyodide", "pyodide-0.29.3", "pyodide-0.27.7"])
@pytest.mark.usefixtures("older_pyodides")
def test_files_and_http_under_node(tmp_path: Path, vendor: Path, wheel: Path, pyodide: str) -> None:
    """A model is saved to and loaded from the real disk and a server; no NumPy is needed."""
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}/from-cpython"))
    text, files = shards(1000, 500)
    with Answers({"/m/model.json": text, "/upload": b""}) as server:
        server.table.update({f"/m/{name}": content for name, content in files.items()})
        arguments = map(str, [vendor / pyodide, wheel, tmp_path, HERE / "inside.py", server.url])
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
    indexed_db, relative, *waiting = seen["refused"]
    assert "Pyodide in Node has none" in indexed_db
    assert "file://" in indexed_db
    assert "no page that it could be relative to" in relative
    assert seen["room"] == [None] * 3
    assert seen["works"] == ["memory", "file", "http", "https"]
    assert seen["repaired"] == ["/disk/new/m/.pyio-save.json"]
    for message in waiting:  # no such flag in a Node that has JSPI
        assert "this Node has no JavaScript Promise Integration" in message
    assert seen["numpy"] is False
    loaded = run(pyio.load_artifacts(f"file://{tmp_path}/new/m"))
    assert b"".join(loaded.weight_data or ()) == b"12345"


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_file_handler_of_tfjs_node(tmp_path: Path, vendor: Path) -> None:
    """Files of tfjs-node's handler load in pyio and are saved byte for byte, and the reverse."""

    def node(action: str, directory: str) -> dict[str, Any]:
        command = ["node", str(HERE / "file_system.js"), str(vendor), action]
        done = subprocess.run(
            [*command, str(tmp_path / directory)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    written = node("write", "theirs")
    assert len(written["optimizer"]) == 1 + 2 * 4
    model = run(pyio.load_layers_model(f"file://{tmp_path}/theirs"))
    batch = np.array([[1, 2, 3, 4], [-1, 0, 1, 0.5]], np.float32)
    np.testing.assert_allclose(model.predict(batch), written["predicted"], rtol=1e-5)

    stored = run(pyio.load_artifacts(f"file://{tmp_path}/theirs"))
    run(pyio.save_artifacts(stored, f"file://{tmp_path}/again"))
    for name in ("model.json", "weights.bin"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "theirs" / name).read_bytes()
    run(model.save(f"file://{tmp_path}/ours", include_optimizer=True))
    assert node("read", "again") == node("read", "ours") == written
