"""``python -m pyio``, with output for people and for programs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import pyio
import pyio.bridge
from pyio.display.tables import table
from tests.support import graphs
from tests.support.answers import Answer, Answers
from tests.support.models import artifacts, model_json, run, same, shards, weight


def call(*arguments: str, status: int = 0, cwd: Path | None = None) -> str:
    """Run a command; return its output, or its standard error if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "pyio", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=_environment(),
        check=False,
    )
    assert done.returncode == status, done
    return done.stdout or done.stderr


def _environment() -> dict[str, str]:
    root = str(Path(pyio.__file__).parent.parent)
    return os.environ | {"PYTHONPATH": root, "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "error"}


def as_json(*arguments: str, status: int = 0) -> Any:
    return json.loads(call(*arguments, "--json", status=status))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with a good model, a damaged one and something else."""
    model = artifacts(user_defined_metadata={"author": "Zoë"})
    run(pyio.save_artifacts(model, f"file://{tmp_path}/good"))
    run(pyio.save_artifacts(model, f"file://{tmp_path}/deep/cut", shard_size_bytes=50))
    shard = tmp_path / "deep/cut/group1-shard2of3.bin"
    shard.write_bytes(shard.read_bytes()[:-1])
    (tmp_path / "other.json").write_text("{}")
    return tmp_path


def test_bridge() -> None:
    """The script is printed as it is, and is what pyio.bridge.script() returns."""
    text = call("bridge")
    assert text == pyio.bridge.script()
    assert text.endswith(", null);\n")


def test_list(place: Path) -> None:
    """The models below a directory are listed; an invalid model.json is reported as damaged."""
    assert call("list", ".", cwd=place).splitlines() == [
        "model                format        tensors  parameters  bytes  damage",
        "deep/cut/model.json  layers-model        3          26    104",
        "good/model.json      layers-model        3          26    104",
    ]
    (place / "good/model.json").write_text("<html>")
    rows = as_json("list", str(place), status=1)
    assert [row["damage"] is None for row in rows] == [True, False]
    assert "model.json is not JSON" in rows[1]["damage"]
    assert call("list", str(place / "deep/cut/none"), status=1).count("no model") == 1
    (place / "empty").mkdir()
    assert call("list", str(place / "empty")) == "nothing found\n"


def test_inspect(place: Path) -> None:
    """Layers, tensors and sizes, for people and for programs."""
    text = call("inspect", str(place / "good"))
    for line in (
        "format:           layers-model",
        "parameters:       26",
        "bytes of weights: 104",
        'metadata:         {"author": "Zoë"}',
        "dense  Dense",
        "dense/kernel  [4, 5]  float32                       80",
    ):
        assert line in text, text
    found = as_json("inspect", str(place / "good/model.json"))
    assert found["layers"] == [
        {"name": "dense", "class": "Dense"},
        {"name": "relu", "class": "Activation"},
    ]
    assert found["tensors"][0] == {
        "tensor": "dense/kernel",
        "shape": [4, 5],
        "dtype": "float32",
        "stored as": None,
        "group": None,
        "bytes": 80,
    }
    assert call("inspect", str(place / "absent"), status=1).startswith("error: there is no model")


def test_verify(place: Path) -> None:
    """A damaged model is reported with the reason, and sets the exit status."""
    assert as_json("verify", str(place / "good")) == [
        {"model": str(place / "good"), "tensors": 3, "bytes": 104}
        | {"checksum": "none", "damage": None}
    ]
    rows = as_json("verify", str(place / "good"), str(place / "deep/cut"), status=1)
    assert [row["damage"] is None for row in rows] == [True, False]
    assert "'group1-shard2of3.bin' has 49 bytes" in rows[1]["damage"]
    assert call("verify", "good", cwd=place).splitlines() == [
        "model  tensors  bytes  checksum  damage",
        "good         3    104  none      none",
    ]
    run(pyio.save_artifacts(artifacts(), f"file://{place}/signed", checksum=True))
    assert as_json("verify", str(place / "signed"))[0]["checksum"] == "verified"
    assert "checksum:         yes" in call("inspect", str(place / "signed"))
    (place / "signed/weights.bin").write_bytes(bytes(104))
    rows = as_json("verify", str(place / "signed"), status=1)
    assert "the SHA-256 of its weights is" in rows[0]["damage"]


def test_a_graph_that_is_not_whole(tmp_path: Path) -> None:
    """Bytes may all be there, and the graph refer to what is not; unknown ops are no damage."""
    x = graphs.placeholder("x")
    for name, nodes in {
        "good": [x, graphs.node("Fancy", "y", "x")],
        "cut": [x, graphs.node("Neg", "y", "z")],
        "empty": [x, graphs.node("Const", "w"), graphs.node("Add", "y", "x", "w")],
    }.items():
        run(pyio.save_artifacts(graphs.graph(nodes), f"file://{tmp_path}/{name}"))
    places = [str(tmp_path / name) for name in ("good", "cut", "empty")]
    good, cut, empty = as_json("verify", *places, status=1)
    assert good["damage"] is None
    assert "'z'" in cut["damage"]
    assert "there is no weight" in empty["damage"]
    assert as_json("inspect", places[0])["lackingInPyio"] == ["Fancy"]


def test_copy(place: Path) -> None:
    """A copy equals the model; an existing model is replaced only on request."""
    assert "copied to" in call("copy", str(place / "good"), str(place / "new/copy"))
    model = run(pyio.load_artifacts(f"file://{place}/new/copy"))
    assert same(model, artifacts(user_defined_metadata={"author": "Zoë"}))
    said = call("copy", str(place / "good"), str(place / "new/copy"), status=1)
    assert "add --overwrite" in said
    about = as_json("copy", str(place / "good"), str(place / "new/copy"), "--overwrite")
    assert about["bytes"] > 104
    said = call("copy", str(place / "deep/cut"), str(place / "new/cut"), status=1)
    assert "group1-shard2of3.bin" in said
    assert not (place / "new/cut").exists()


def test_over_http(place: Path) -> None:
    """All commands accept http addresses; a copy to one is a POST."""
    text, files = shards(10, 5)
    with Answers({"/m/model.json": text, "/upload": b"", "/bad": Answer(b"<html>")}) as server:
        server.table.update({f"/m/{name}": content for name, content in files.items()})
        url = f"{server.url}/m/model.json"
        assert as_json("list", url)[0]["bytes"] == 15
        assert as_json("inspect", url)["bytes"] == 15
        assert as_json("verify", url)[0]["damage"] is None
        assert as_json("verify", f"{server.url}/bad", status=1)[0]["tensors"] is None
        call("copy", url, str(place / "fetched"))
        assert (place / "fetched/weights.bin").read_bytes() == b"".join(files.values())
        call("copy", str(place / "good"), f"{server.url}/upload")
        assert server.seen[-1].method == "POST"


def test_names_do_not_command_the_terminal(tmp_path: Path) -> None:
    """Control characters and lone surrogates from a file are printed as escapes."""
    name = "a\x1b[31m\nb\ud800"
    text = model_json([{"paths": ["w.bin"], "weights": [weight(name, 1)]}])
    (tmp_path / "model.json").write_bytes(text)
    last = call("inspect", str(tmp_path)).splitlines()[-1]
    assert last.startswith(r"a\x1b[31m\nb\ud800  [1]")
    assert as_json("inspect", str(tmp_path))["tensors"][0]["tensor"] == name
    (tmp_path / "model.json").write_bytes(text.replace(b"w.bin", rb"\u001b]0;x"))
    assert "\x1b" not in call("verify", str(tmp_path), status=1)


def test_json_does_not_command_the_terminal(tmp_path: Path) -> None:
    """What JSON itself lets through is printed as escapes, and means the same."""
    name = "a\x7f\x9b2J\u202e漢\U0001f600\ud800"
    (tmp_path / "model.json").write_bytes(
        model_json([{"paths": ["w.bin"], "weights": [weight(name, 1)]}])
    )
    text = call("inspect", "--json", str(tmp_path))
    assert r"a\u007f\u009b2J\u202e漢😀\ud800" in text
    assert json.loads(text)["tensors"][0]["tensor"] == name


def test_wide_letters_align() -> None:
    """A Chinese letter takes two columns, an accent of its own takes none."""
    rows = [("漢字", 1), ("e\u0301te", 22), ("abcde", 333)]
    assert table(("name", "n"), rows).splitlines() == [
        "name     n",
        "漢字     1",
        "e\u0301te     22",
        "abcde  333",
    ]


def test_list_finds_models_of_any_name(place: Path) -> None:
    """A json is listed by its content; one of another program is not."""
    (place / "good/model.json").rename(place / "good/Net 2.json")
    (place / "good/cut.json").write_text('{"modelTopology": {"a')
    (place / "package.json").write_text('{"about": "has a \\"modelTopology\\" inside"}')
    (place / "about.json").write_text('{"about": {"modelTopology": 1}}')
    (place / "good/.pyio-save.json").write_text('{"rename": {}, "remove": []}')
    os.mkfifo(place / "pipe.json")
    for where in (str(place), f"file://{place}"):
        rows = as_json("list", where, status=1)
        names = [os.path.relpath(row["model"], place) for row in rows]
        assert names == ["deep/cut/model.json", "good/Net 2.json", "good/cut.json"]
        assert [row["damage"] is None for row in rows] == [True, True, False]


def test_media_that_are_not_here() -> None:
    """An address that cannot be used is an error, and no damage of a model."""
    for command in ("list", "verify"):
        said = call(command, "indexeddb://", status=1)
        assert said.startswith("error: indexeddb:// does not work here")
    assert call("list", "memory://") == "nothing found\n"


def test_copy_into_an_archive(place: Path) -> None:
    """The ending of a file says its format; a directory stays one."""
    call("copy", str(place / "good"), str(place / "out.zip"))
    with zipfile.ZipFile(place / "out.zip") as archive:
        assert archive.namelist() == ["model.json", "weights.bin"]
    said = call("copy", str(place / "good"), str(place / "out.tflite"), status=1)
    assert "a model is saved into a directory" in said
    assert not (place / "out.tflite").exists()
    (place / "v1.zip").mkdir()
    call("copy", str(place / "good"), str(place / "v1.zip"))


def test_version() -> None:
    """The program tells its version."""
    assert call("--version") == f"pyio {pyio.__version__}\n"


def test_another_package_of_this_name(tmp_path: Path) -> None:
    """Where a foreign package has replaced files of pyio, the program says so and what to do."""
    root = Path(pyio.__file__).parent
    shutil.copytree(root, tmp_path / "pyio", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pyio/__init__.py").write_text("# pyio 0.1.1 of 2013\n")
    done = subprocess.run(
        [sys.executable, "-m", "pyio", "list"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": ""},
        check=False,
    )
    assert done.returncode == 1
    assert "This one is called pyio-web" in done.stderr


def test_who_stops_reading(place: Path) -> None:
    """A closed pipe, as with ``head``, ends the command without an error message."""
    command = [sys.executable, "-m", "pyio", "list", str(place)]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as sink:
        done = subprocess.run(
            command, stdout=sink, stderr=subprocess.PIPE, env=_environment(), check=False
        )
    assert (done.returncode, done.stderr) == (1, b"")


def test_usage() -> None:
    """Without a command, or with an unknown one, the usage is printed and the status is 2."""
    assert "usage: python -m pyio" in call(status=2)
    assert "invalid choice" in call("destroy", status=2)


def test_repair(tmp_path: Path) -> None:
    """Remains of a killed save are shown as a table or JSON, and removed on request."""
    place = tmp_path / "deep/model"
    run(pyio.save_artifacts(artifacts(), f"file://{place}"))
    left = place / ".weights.bin.0123abcd.pyio-tmp"
    left.write_bytes(b"12345")
    shown = call("repair", str(tmp_path))
    assert shown.startswith(f"Looked at file://{tmp_path}: nothing that can be repaired here.")
    assert "a save may be running" in shown
    (finding,) = as_json("repair", str(tmp_path), "--older-than", "0")
    assert (finding["where"], finding["bytes_freed"]) == (str(left), 5)
    assert left.exists()
    done = call("repair", "--older-than", "0", "--apply", cwd=tmp_path)
    assert done.startswith("Looked at file://.: 1 of 1 repaired; 5 bytes freed.")
    assert sorted(file.name for file in place.iterdir()) == ["model.json", "weights.bin"]
    assert call("repair", str(place)).endswith("nothing is left over.\n")
    assert "there is no directory" in call("repair", "absent", status=1)
