"""Files of a directory that came from anywhere: odd kinds, links, sizes, locks, journals."""

from __future__ import annotations

import ast
import errno
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pyio
from pyio.handlers.files import folder
from pyio.handlers.files.opening import opened
from tests.support.models import artifacts, model_json, run, same, weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGE = Path(pyio.__file__).parent
OPENING = {"open", "open_code", "fdopen", "read_bytes", "read_text", "write_bytes", "write_text"}
ELSEWHERE = {
    ("browser/ffi.py", "read_text"): "a script of the package itself",
    ("browser/bridge/script.py", "read_text"): "a script of the package itself",
    ("browser/opfs/page_worker.py", "read_text"): "a script of the package itself",
    ("browser/indexed_db/connection.py", "open"): "a database",
    ("browser/indexed_db/layout.py", "open"): "a database",
    ("tensors/lazy.py", "read_bytes"): "the bytes of a stored weight",
    ("testing/page.py", "read_text"): "a script of the package itself",
    ("format/archive.py", "open"): "a member of an archive in memory",
    ("cli.py", "open"): "/dev/null, in place of a closed pipe",
}


def openings() -> Iterator[tuple[str, str]]:
    """Every call in the package that opens a file, or is called like one that does."""
    for file in PACKAGE.rglob("*.py"):
        name = file.relative_to(PACKAGE).as_posix()
        if name == "handlers/files/opening.py":
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func
                word = called.attr if isinstance(called, ast.Attribute) else ""
                word = called.id if isinstance(called, ast.Name) else word
                if word in OPENING:
                    yield name, word


def test_files_are_opened_in_one_place() -> None:
    """Only `pyio.handlers.files.opening` opens files; what else is called so is in the table."""
    assert set(openings()) == set(ELSEWHERE)


def save(place: Path, **options: Any) -> None:
    run(pyio.save_artifacts(artifacts(), f"file://{place}", **options))


def load(place: Path) -> pyio.ModelArtifacts:
    return run(pyio.load_artifacts(f"file://{place}"))


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))


ODD: dict[str, Callable[[Path], Any]] = {
    "a pipe": os.mkfifo,
    "a socket": bind,
    "a directory": Path.mkdir,
    "a link to '/dev/zero'": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("name", ["model.json", "weights.bin"])
@pytest.mark.parametrize("kind", ODD)
def test_odd_files(tmp_path: Path, kind: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no file is an error that says what it is; nothing waits for it, and repair ends."""
    save(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).unlink()
    ODD[kind](tmp_path / name)
    with pytest.raises(pyio.DamagedModelError, match=rf"'{name}' is {kind}"):
        load(tmp_path)
    assert run(pyio.exists(f"file://{tmp_path}"))
    run(pyio.repair(tmp_path, apply=True, older_than=0))


@pytest.mark.parametrize("kind", ODD)
def test_odd_journals(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are no journals: loads look past them, a save and a repair work."""
    save(tmp_path)
    monkeypatch.chdir(tmp_path)
    ODD[kind](tmp_path / folder._JOURNAL)
    assert same(load(tmp_path), artifacts())
    run(pyio.repair(tmp_path, apply=True, older_than=0))
    if kind != "a directory":
        save(tmp_path)
        assert not os.path.lexists(tmp_path / folder._JOURNAL)
    assert same(load(tmp_path), artifacts())


class Full:
    """``os.open`` in a process that has too many open files at one call."""

    def __init__(self, real: Callable[..., int], at: int) -> None:
        self.real, self.left = real, at

    def __call__(self, *args: Any, **options: Any) -> int:
        self.left -= 1
        if self.left == 0:
            raise OSError(errno.EMFILE, "too many open files")
        return self.real(*args, **options)


@pytest.mark.parametrize("unfinished", [False, True])
def test_no_more_open_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unfinished: bool
) -> None:
    """A file that cannot be opened now is an error, and no model that was saved is lost by it.

    With an `unfinished` save, only its journal says which files are the model's.
    """
    url = f"file://{tmp_path}/m"
    first, second = artifacts(), artifacts(weight_data=(memoryview(bytes(104)),))
    for at in range(1, 50):
        shutil.rmtree(tmp_path / "m", ignore_errors=True)
        run(pyio.save_artifacts(second, url))
        if unfinished:
            with monkeypatch.context() as crash:
                crash.setattr(folder.Folder, "_complete", lambda _self: None)
                run(pyio.save_artifacts(first, url))
            assert (tmp_path / "m" / folder._JOURNAL).exists()
        else:
            run(pyio.save_artifacts(first, url))
        expected, full = first, Full(os.open, at)
        with monkeypatch.context() as process:
            process.setattr(os, "open", full)
            with suppress(pyio.StorageError):
                assert same(run(pyio.load_artifacts(url)), first)
            with suppress(pyio.StorageError):
                run(pyio.save_artifacts(second, url))
                expected = second
        assert same(run(pyio.load_artifacts(url)), expected)
        if full.left > 0:
            return
    pytest.fail("it opens ever more files")


def test_a_pipe_as_directory(tmp_path: Path) -> None:
    """A path through a pipe is no directory, and nothing waits for it."""
    os.mkfifo(tmp_path / "p")
    with pytest.raises(pyio.PyioError):
        load(tmp_path / "p/model.json")
    with pytest.raises(pyio.PyioError):
        save(tmp_path / "p/m")
    with pytest.raises(pyio.PyioError):
        save(tmp_path / "p")


def test_a_pipe_that_comes_after_the_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe that takes the file's place between the look and the opening is refused as well."""
    (tmp_path / "w").write_bytes(b"1")
    stat = Path.stat

    def swap(self: Path, **options: Any) -> os.stat_result:
        about = stat(self, **options)
        if self.name == "w":
            self.unlink()
            os.mkfifo(self)
        return about

    monkeypatch.setattr(Path, "stat", swap)
    with pytest.raises(pyio.WeightsError, match="'w' is a pipe"), opened(tmp_path / "w", tmp_path):
        pass


def test_links(tmp_path: Path) -> None:
    """Links inside the directory are followed, those that leave it are not, whatever they name."""
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(104))
    place = tmp_path / "m"
    save(place)
    (place / "weights.bin").rename(place / "real")
    (place / "weights.bin").symlink_to("real")
    assert same(load(place), artifacts())
    for target in (secret, Path("../secret")):
        (place / "weights.bin").unlink()
        (place / "weights.bin").symlink_to(target)
        with pytest.raises(pyio.DamagedModelError, match=r"is a link to '.*secret', which is outs"):
            load(place)
    (place / "below").symlink_to(tmp_path)
    text = model_json([{"paths": ["below/secret"], "weights": [weight("w", 26)]}])
    (place / "model.json").write_bytes(text)
    with pytest.raises(pyio.DamagedModelError, match="which is outside"):
        load(place)
    (place / "model.json").unlink()
    (place / "model.json").symlink_to("/etc/passwd")
    with pytest.raises(pyio.DamagedModelError, match=r"is a link to '/etc/passwd'") as error:
        run(pyio.inspect(f"file://{place}"))
    assert "root:" not in str(error.value)
    (place / "model.json").unlink()
    (place / "model.json").symlink_to("model.json")
    with pytest.raises(pyio.PyioError):
        load(place)


def test_sparse_files(tmp_path: Path) -> None:
    """A json and a journal of 6 GiB that take no disk are refused by size, and not read."""
    save(tmp_path)
    for name in ("big.json", folder._JOURNAL):
        with (tmp_path / name).open("wb") as file:
            file.truncate(6 << 30)
    code = (
        "import asyncio, sys, tracemalloc, pyio\n"
        "tracemalloc.start()\n"
        "print(asyncio.run(pyio.repair(sys.argv[1])).findings)\n"
        "asyncio.run(pyio.load_artifacts(sys.argv[1]))\n"
        "try: asyncio.run(pyio.load_artifacts(sys.argv[1] + '/big.json'))\n"
        "except pyio.DamagedModelError as error: print(error)\n"
        "print(tracemalloc.get_traced_memory()[1])\n"
    )
    command = [sys.executable, "-c", code, f"file://{tmp_path}"]
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    *_, refused, peak = done.stdout.splitlines()
    assert "big.json has 6,442,450,944 bytes; at most" in refused
    assert int(peak) < 40_000_000


def test_a_path_that_no_file_can_have(tmp_path: Path) -> None:
    """A lone surrogate in a manifest is an error of pyio."""
    text = model_json([{"paths": ["\ud800"], "weights": [weight("w", 1)]}])
    (tmp_path / "model.json").write_bytes(text)
    with pytest.raises(pyio.DamagedModelError, match="no file's name can have that"):
        load(tmp_path)


def test_a_lock_that_is_not_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A load and a save end with an error that says which directory is locked, and how long."""
    save(tmp_path)
    monkeypatch.setattr(folder, "_HURRY", 0.1)
    monkeypatch.setattr(folder, "_PATIENCE", 0.3)
    number = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        for work in (load, save, lambda place: run(pyio.repair(place))):
            with pytest.raises(pyio.LockTimeoutError, match=r"another program .* has not released"):
                work(tmp_path)
    finally:
        os.close(number)
    assert same(load(tmp_path), artifacts())
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model.json", "weights.bin"]


@pytest.mark.parametrize(
    "plan",
    [
        {"rename": {}, "remove": ["thesis.docx"]},
        {"rename": {"thesis.docx": ".thesis.docx.00.pyio-tmp"}, "remove": []},
        {"rename": {"model.json": ".thesis.docx.00.pyio-tmp"}, "remove": []},
        {"rename": {"weights.bin": "thesis.docx"}, "remove": []},
    ],
)
def test_a_journal_of_a_downloaded_directory(tmp_path: Path, plan: Any) -> None:
    """It removes and replaces no file but those of a model, neither in a save nor in a repair."""
    for work in (save, lambda place: run(pyio.repair(place, apply=True, older_than=0))):
        (tmp_path / "thesis.docx").write_text("mine")
        (tmp_path / ".thesis.docx.00.pyio-tmp").write_text("evil")
        (tmp_path / folder._JOURNAL).write_text(json.dumps(plan))
        work(tmp_path)
        assert (tmp_path / "thesis.docx").read_text() == "mine"
        assert not (tmp_path / folder._JOURNAL).exists()


def test_repair_beside_running_saves(tmp_path: Path) -> None:
    """However often the files change under its eyes, a repair ends without an error."""
    code = (
        "import asyncio, sys, pyio\n"
        "spec = pyio.WeightSpec('w', (200,), 'bool')\n"
        "model = pyio.ModelArtifacts({}, (spec,), (bytes(200),))\n"
        "for i in range(100):\n"
        "    handler = pyio.file_system(sys.argv[1], shard_size_bytes=[7, 40, 100][i % 3])\n"
        "    asyncio.run(pyio.save_artifacts(model, handler))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], env=environment) as saving:
        while saving.poll() is None:
            for finding in run(pyio.repair(tmp_path)).findings:
                assert "no model.json" not in finding.problem, "a save was seen half done"
    assert saving.returncode == 0
    assert run(pyio.repair(tmp_path)).findings == ()


def test_a_folder_that_may_not_be_read() -> None:
    """It is a finding, and hides nothing of the others."""
    code = (
        "import asyncio, os, sys, pyio, pyio.operations.repair\n"
        "import pyio.handlers.files.repair\n"  # now: another user may not read the library
        "os.getuid() or os.setuid(65534)\n"  # no permission holds for root
        "for found in asyncio.run(pyio.repair(sys.argv[1], older_than=0)).findings:\n"
        "    print(found.where, found.problem)\n"
    )
    # Not tmp_path, which only its owner may enter.
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        save(place / "m")
        (place / "m/.weights.bin.00.pyio-tmp").write_bytes(b"1")
        (place / "closed").mkdir()
        place.chmod(0o755)
        (place / "closed").chmod(0)
        environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
        command = [sys.executable, "-c", code, f"file://{place}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        (place / "closed").chmod(0o700)
        assert done.returncode == 0, done.stderr
        temporary, refused = done.stdout.splitlines()
        assert "a save that is not done wrote it" in temporary
        assert refused.startswith(f"{place / 'closed'} it cannot be read")
