"""``file://`` on disks that are really full, read-only or owned by another user.

What kills, cancelling and callbacks do to files is in ``tests/unit/test_files.py``.
"""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pyio
from tests.faults import inside
from tests.support.models import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOBODY = 65534


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that all may read, with the model to be replaced and the one beside it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        prepare(place)
        yield place


def prepare(place: Path) -> None:
    for name, label in (("m", "old"), ("other", "other")):
        save(place / name, label, 1000)


def save(path: Path, label: str, size: int) -> None:
    run(pyio.save_artifacts(inside.model(label, size), f"file://{path}"))


def load(path: Path) -> str:
    return run(inside.load(f"file://{path}"))


def check(place: Path, tell: Callable[[str, object], None], fault: str, said: str) -> None:
    """Both models are whole, no file is left over, and that is written down."""
    assert (load(place / "m"), load(place / "other")) == ("old", "other")
    found = {file.name for file in place.rglob("*") if file.is_file()}
    assert found == {"model.json", "weights.bin"}
    tell("cell", [fault, "file", "cpython"])
    tell("outcome", f"old 1 · {said}")


@contextmanager
def mounted(path: Path, *options: str) -> Iterator[None]:
    """Mount something at `path`, which takes the rights of root."""
    done = subprocess.run(["mount", *options, str(path)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"this machine does not allow mounting a disk: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(path)], check=True)


def test_a_disk_that_is_full(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """If a model of any size does not fit, the old ones stay; the error has the free bytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted(disk, "-t", "tmpfs", "-o", "size=300k", "tmpfs"):
        prepare(disk)
        refused = []
        # From what fits to what does not: the disk is full in the weights, the json or the journal.
        for size in range(56 * 4096, 76 * 4096, 4096):
            refused.append(refusal(disk / "m", size))
            if refused[-1]:
                check(disk, record_property, "full", "QuotaExceededError")
            else:
                assert load(disk / "m") == "new"
                save(disk / "m", "old", 1000)
        assert refused == sorted(refused)
        assert {*refused} == {False, True}


def refusal(path: Path, size: int) -> bool:
    """Whether there is no room for a model; the error must tell how much there is."""
    try:
        save(path, "new", size)
    except pyio.QuotaExceededError as error:
        return error.bytes_needed > size and error.bytes_available is not None
    return False


def test_a_file_that_may_not_grow(
    place: Path, record_property: Callable[[str, object], None]
) -> None:
    """Where the system limits the size of files, the old model stays."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(pyio.StorageError, match="File too large"):
            save(place / "m", "new", 200_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    check(place, record_property, "too_large", "StorageError")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up root's rights, which allow writing anywhere."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_folder_of_somebody_else(
    place: Path, record_property: Callable[[str, object], None]
) -> None:
    """Without permission to write the old model stays, and the error is one of refusal."""
    (place / "m").chmod(0o555)
    try:
        with as_nobody(), pytest.raises(pyio.StorageRefusedError, match="Permission denied"):
            save(place / "m", "new", 1000)
    finally:
        (place / "m").chmod(0o755)
    check(place, record_property, "permission", "StorageRefusedError")


def test_a_read_only_disk(place: Path, record_property: Callable[[str, object], None]) -> None:
    """On a file system that is mounted read-only the old model stays and can be loaded."""
    with (
        mounted(place / "m", "--bind", "-o", "ro", str(place / "m")),
        pytest.raises(pyio.StorageError, match="Read-only file system"),
    ):
        save(place / "m", "new", 1000)
    check(place, record_property, "read_only", "StorageError")
