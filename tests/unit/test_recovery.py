"""repair in directories: what it reports, what it removes on request, and what it keeps."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pyio
from pyio.handlers.files import folder
from pyio.handlers.memory import Memory
from tests.support.models import artifacts, run, same
from tests.unit.test_files import _killed_at

if TYPE_CHECKING:
    from pyio.handlers.findings import Found
    from pyio.handlers.medium import Medium


NEW = artifacts(generated_by="new")
SHARDS = ["group1-shard1of2.bin", "group1-shard2of2.bin"]


def repair(place: str | Path, **choices: Any) -> pyio.RepairPlan:
    return run(pyio.repair(place, **choices))


def files(path: Path) -> dict[str, bytes]:
    """Everything in a directory and below it."""
    return {
        str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()
    }


def killed_saves(place: Path) -> tuple[Path, Path]:
    """Two directories with an old model; a new save was killed before its commit, and after it.

    A save is committed by the rename of its journal.
    """
    before, after = place / "before", place / "deep/after"
    for directory, target in ((before, ".pyio-save.json"), (after, "model.json")):
        run(pyio.save_artifacts(artifacts(), f"file://{directory}", shard_size_bytes=60))
        child = os.fork()
        if child == 0:
            sys.addaudithook(partial(_die_before_renaming, directory / target))
            asyncio.run(pyio.save_artifacts(NEW, f"file://{directory}"))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status)
    return before, after


def _die_before_renaming(target: Path, event: str, arguments: tuple[Any, ...]) -> None:
    if event == "os.rename" and Path(arguments[1]) == target:
        os.kill(os.getpid(), signal.SIGKILL)


def load(path: Path) -> pyio.ModelArtifacts:
    return run(pyio.load_artifacts(f"file://{path}"))


def test_interrupted_saves(tmp_path: Path) -> None:
    """A committed save is finished; the files of an uncommitted save are removed."""
    before, after = killed_saves(tmp_path)
    there = files(tmp_path)
    old_temporaries = sorted(before.glob(".*.pyio-tmp"))
    assert len(old_temporaries) == 3  # two files and the unfinished journal
    plan = repair(tmp_path, older_than=0)
    assert files(tmp_path) == there, "nothing is changed without apply"
    journal = next(f for f in plan.findings if f.where == str(after / ".pyio-save.json"))
    assert "interrupted before all files were in place" in journal.problem
    assert journal.action == (
        "finish it: put in place 'model.json', 'weights.bin' and remove "
        "'group1-shard1of2.bin', 'group1-shard2of2.bin'"
    )
    replaced = ("model.json", "group1-shard1of2.bin", "group1-shard2of2.bin")
    assert journal.bytes_freed == sum((after / name).stat().st_size for name in replaced)
    others = [f for f in plan.findings if f is not journal]
    assert [f.where for f in others] == [str(file) for file in old_temporaries]
    assert [f.bytes_freed for f in others] == [file.stat().st_size for file in old_temporaries]
    assert not any(f.done for f in plan.findings)

    done = repair(tmp_path, apply=True, older_than=0)
    assert all(f.done and f.failure is None for f in done.findings)
    assert done.bytes_freed == plan.bytes_freed
    assert sorted(files(after)) == ["model.json", "weights.bin"]
    assert load(after).generated_by == "new"
    assert sorted(files(before)) == [*SHARDS, "model.json"]
    assert same(load(before), artifacts())
    assert repair(tmp_path).findings == ()


def test_after_a_crash_at_any_moment(tmp_path: Path) -> None:
    """Wherever a save was killed, repair keeps the model that loads, and no other file."""
    for number in count(1):
        place = tmp_path / str(number)
        run(pyio.save_artifacts(artifacts(), f"file://{place}", shard_size_bytes=60))
        finished = _killed_at(number, NEW, place)
        found = load(place)
        repair(place, apply=True, older_than=0)
        assert same(load(place), found), number
        weights = ["weights.bin"] if same(found, NEW) else SHARDS
        assert sorted(files(place)) == sorted(["model.json", *weights])
        if finished:
            break
    assert number > 10


def test_a_running_save_is_left_alone(tmp_path: Path) -> None:
    """Temporary files of the last hour are only reported: their save may still be running."""
    before, _ = killed_saves(tmp_path)
    there = files(before)
    plan = repair(before, apply=True)
    assert [f.acts for f in plan.findings] == [False] * 3
    assert "a save may be running" in plan.findings[0].action
    assert "older than 3,600 seconds" in plan.findings[0].action
    assert files(before) == there
    for file in before.glob(".*.pyio-tmp"):
        os.utime(file, (0, time.time() - 3700))
    assert [f.done for f in repair(before, apply=True).findings] == [True] * 3
    assert len(files(before)) == len(there) - 3


def test_what_changes_meanwhile_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A temporary file that changes between the report and the repair is not removed."""
    before, _ = killed_saves(tmp_path)
    removing = folder.Folder.remove_temporary

    async def later(self: folder.Folder, file: Path, written: float) -> bool:
        with file.open("ab") as more:
            more.write(b"more")
        os.utime(file, (written + 1, written + 1))
        return await removing(self, file, written)

    monkeypatch.setattr(folder.Folder, "remove_temporary", later)
    there = sorted(files(before))
    plan = repair(before, apply=True, older_than=0)
    assert [f.done for f in plan.findings] == [False] * 3
    assert plan.findings[0].failure == "it has changed meanwhile, so it was left alone"
    assert "0 of 3 repaired" in str(plan)
    assert sorted(files(before)) == there


def test_shards_that_nobody_names(tmp_path: Path) -> None:
    """Weight files that no model.json lists are reported and never deleted."""
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}", shard_size_bytes=60))
    (tmp_path / "weights.bin").write_bytes(b"older")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/group1-shard1of1.bin").write_bytes(bytes(4))
    manifest = [
        {
            "paths": ["./parts/group1-shard1of1.bin"],
            "weights": [{"name": "w", "shape": [1], "dtype": "float32"}],
        }
    ]
    (tmp_path / "other.json").write_text(json.dumps({"weightsManifest": manifest}))
    there = files(tmp_path)
    (finding,) = repair(tmp_path, apply=True, older_than=0).findings
    assert finding.where == str(tmp_path / "weights.bin")
    assert not finding.acts
    assert "no model.json that can be read names it" in finding.problem
    assert "delete it yourself" in finding.action
    assert files(tmp_path) == there


def test_a_journal_that_is_none(tmp_path: Path) -> None:
    """A journal without an allowed action is removed, and nothing else."""
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}"))
    there = files(tmp_path)
    (tmp_path / ".pyio-save.json").write_text('{"rename": {}, "remove": ["../secret"]}')
    (finding,) = repair(tmp_path, apply=True).findings
    assert finding.done
    assert finding.action == "remove it"
    assert files(tmp_path) == there


def test_a_repair_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finding that cannot be repaired has the reason; the other findings are repaired."""
    _, after = killed_saves(tmp_path)

    def refuse(self: Path, _target: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "replace", refuse)
    plan = repair(tmp_path, apply=True, older_than=0)
    failed = [f for f in plan.findings if not f.done]
    assert [f.where for f in failed] == [str(after / ".pyio-save.json")]
    assert "Permission denied" in (failed[0].failure or "")
    assert len(plan.findings) == 4


def test_places(tmp_path: Path) -> None:
    """A Path and its address mean the same place; anything but a directory is an error."""
    assert repair(tmp_path).findings == repair(f"file://{tmp_path}").findings == ()
    assert repair(tmp_path).places == (f"file://{tmp_path}",)
    with pytest.raises(pyio.ModelNotFoundError, match=r"there is no directory '.*absent'"):
        repair(tmp_path / "absent")
    with pytest.raises(pyio.InvalidURLError):
        repair("file://")
    with pytest.raises(pyio.InvalidURLError):
        repair("somewhere")
    for url in ("memory://x", "https://host/model.json", "downloads://"):
        with pytest.raises(pyio.UnsupportedOperationError, match="nothing that pyio could repair"):
            repair(url)
    with pytest.raises(pyio.UnsupportedEnvironmentError, match="does not run in one"):
        repair("indexeddb://")


def test_without_a_browser() -> None:
    """Without a directory CPython has no medium to repair; the report says so."""
    plan = run(pyio.repair())
    assert (plan.places, plan.findings) == ((), ())
    assert "give a directory" in str(plan)


def test_a_medium_that_cannot_answer(routes: dict[str, Medium]) -> None:
    """A medium that fails is a finding with the reason; asked for by name, it raises."""

    class Failing(Memory):
        repairs = True

        async def leftovers(self, *_: Any) -> Found:
            raise pyio.StorageError("the disk is on fire")

    routes["memory"] = Failing()
    (finding,) = run(pyio.repair()).findings
    assert (finding.where, finding.problem) == ("memory://", "the disk is on fire")
    assert not finding.acts
    with pytest.raises(pyio.StorageError, match="on fire"):
        repair("memory://")


def test_how_a_plan_prints() -> None:
    """A plan prints as a table in text and in HTML, with escaped names."""
    finding = pyio.Finding("indexeddb://<b>\n", "its info is missing", "write it", bytes_freed=1234)
    plan = pyio.RepairPlan(("indexeddb://",), (finding,), ("<other>",))
    assert str(plan).splitlines() == [
        "Looked at indexeddb://: 1 to repair when told to apply; 1,234 bytes in all.",
        "Databases of other programs, which are left alone: '<other>'",
        "",
        "where              problem              action    bytes  outcome",
        "indexeddb://<b>\\n  its info is missing  write it  1,234",
    ]
    html = plan._repr_html_()
    assert "indexeddb://&lt;b&gt;\\n" in html
    assert "&#x27;&lt;other&gt;&#x27;" in html
    assert "<b>" not in html
