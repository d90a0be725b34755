"""The order of the writes of a save: whatever comes between them, each reader finds a model."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from datetime import UTC, datetime, timedelta
from typing import IO, TYPE_CHECKING, Any

import pytest

from pyio.server import storage as stores
from pyio.server.folder import FolderStorage
from pyio.server.names import JSON, place_of, weights_path
from pyio.server.storage import Condition, ConditionError, Stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class StoppedError(Exception):
    """The machine has failed."""


class Failing:
    """A storage that fails before, or after, one of its operations."""

    def __init__(self, inner: FolderStorage, at: int, *, after: bool) -> None:
        self._inner = inner
        self._left = at
        self._after = after
        self.done: list[str] = []

    async def _step(self, name: str, work: Any) -> Any:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise StoppedError
        result = await work()
        self.done.append(name)
        if self._left == 0:
            raise StoppedError
        return result

    async def stat(self, path: str) -> Stored | None:
        found: Stored | None = await self._step("stat", lambda: self._inner.stat(path))
        return found

    async def get(self, path: str, most: int) -> Any:
        return await self._step("get", lambda: self._inner.get(path, most))

    def read(self, path: str, start: int, stop: int) -> AsyncIterator[bytes]:
        return self._inner.read(path, start, stop)

    async def put_weights(self, path: str, file: IO[bytes], size: int) -> None:
        await self._step("put", lambda: self._inner.put_weights(path, file, size))

    async def publish(self, path: str, content: bytes, condition: Condition) -> Stored:
        found: Stored = await self._step(
            "publish", lambda: self._inner.publish(path, content, condition)
        )
        return found

    async def remove(self, path: str, condition: Condition) -> bool:
        return bool(await self._step("remove", lambda: self._inner.remove(path, condition)))

    def list(self, name: str = "") -> AsyncIterator[tuple[str, Stored]]:
        return self._inner.list(name)


def sha(number: int) -> str:
    return f"{number:064x}"


def text(number: int) -> bytes:
    return json.dumps({"weightsManifest": [{"paths": [f"weights/{sha(number)}.bin"]}]}).encode()


async def save(
    storage: stores.Storage, number: int, condition: Condition | None = None, size: int = 100
) -> Stored:
    with tempfile.TemporaryFile() as file:
        file.write(bytes([number]) * size)
        file.flush()
        weights = (sha(number), file, size)
        return await stores.save(storage, "m", text(number), weights, condition or Condition())


async def present(storage: FolderStorage) -> int | None:
    """The number of the model that a reader finds, whose weights must be whole."""
    found = await storage.get("m/model.json", 10_000)
    if found is None:
        return None
    path = json.loads(found[0])["weightsManifest"][0]["paths"][0]
    content = b"".join([part async for part in storage.read(f"m/{path}", 0, 100)])
    assert content == content[:1] * 100
    return content[0]


def age(root: Path, seconds: float) -> None:
    """Make all files older."""
    for file in root.rglob("*"):
        if file.is_file():
            written = file.stat().st_mtime - seconds
            os.utime(file, (written, written))


@pytest.mark.parametrize("after", [False, True])
def test_a_failure_between_any_two_steps(tmp_path: Path, after: bool) -> None:
    """A save that ends at any operation leaves the old model or the new one, whole."""

    async def fail(at: int) -> bool:
        root = tmp_path / str(at)
        root.mkdir()
        inner = FolderStorage(root)
        await save(inner, 1)
        failing = Failing(inner, at, after=after)
        try:
            await save(failing, 2)
        except StoppedError:
            assert await present(inner) == (2 if "publish" in failing.done else 1)
            age(root, 10)
            await stores.collect(inner, "m", 5)  # what is left does not stand in the way
            assert await present(inner) in (1, 2)
            await save(inner, 3)
            assert await present(inner) == 3
            return True
        assert await present(inner) == 2
        return False

    steps = 1
    while asyncio.run(fail(steps)):
        steps += 1
    assert steps > 4, "a save reads, writes weights, publishes and looks"


def test_equal_weights_are_written_once(tmp_path: Path) -> None:
    """A second save with the weights of the present model does not write them again."""

    async def check() -> None:
        inner = FolderStorage(tmp_path)
        await save(inner, 1)
        counting = Failing(inner, 99, after=False)
        await save(counting, 1)
        assert "put" not in counting.done

    asyncio.run(check())


def test_weights_that_are_collected_at_the_same_moment(tmp_path: Path) -> None:
    """If the weights vanish between their write and the publication, they are written again."""

    class Collecting(Failing):
        async def publish(self, path: str, content: bytes, condition: Condition) -> Stored:
            await self._inner.remove(weights_path("m", sha(2)), Condition())
            return await super().publish(path, content, condition)

    async def check() -> None:
        inner = FolderStorage(tmp_path)
        await save(Collecting(inner, 99, after=False), 2)
        assert await present(inner) == 2

    asyncio.run(check())


def test_collecting(tmp_path: Path) -> None:
    """Only unused weights go, and only once they and the model.json are older than the grace."""

    async def check() -> None:
        storage = FolderStorage(tmp_path)
        for number in (1, 2, 3):
            await save(storage, number)
        assert await stores.collect(storage, "m", 3600) == 0
        age(tmp_path, 4000)
        await save(storage, 4)  # 3 has been unused since now
        assert await stores.collect(storage, "m", 3600) == 0
        age(tmp_path, 4000)
        await save(storage, 4)
        assert await stores.collect(storage, "m", 0) == 3
        assert await present(storage) == 4
        await storage.remove("m/model.json", Condition())
        assert await stores.names(storage) == {"m"}
        assert await stores.collect(storage, "m", 3600) == 1
        assert await stores.names(storage) == set()

    asyncio.run(check())


def test_collecting_leaves_other_models_alone(tmp_path: Path) -> None:
    """The weights of a model below another one are not its own."""

    async def check() -> None:
        storage = FolderStorage(tmp_path)
        for name in ("m", "m/n"):
            with tempfile.TemporaryFile() as file:
                file.write(b"x")
                file.flush()
                await stores.save(storage, name, text(1), (sha(1), file, 1), Condition())
        (tmp_path / "m" / "notes.txt").write_text("of a person")
        await storage.remove("m/model.json", Condition())
        assert await stores.collect(storage, "m", -1) == 1
        assert (tmp_path / "m" / "n" / "weights" / f"{sha(1)}.bin").exists()
        assert (tmp_path / "m" / "notes.txt").exists()

    asyncio.run(check())


def test_conditions_in_a_folder(tmp_path: Path) -> None:
    """A condition is decided under the lock, so that of 20 writers in threads one wins."""

    async def check() -> None:
        storage = FolderStorage(tmp_path)
        first = await save(storage, 1, Condition(absent=True))
        results = await asyncio.gather(
            *(save(storage, number, Condition(etag=first.etag)) for number in range(2, 22)),
            return_exceptions=True,
        )
        won = [index for index, result in enumerate(results) if isinstance(result, Stored)]
        assert len(won) == 1
        assert sum(isinstance(each, ConditionError) for each in results) == 19
        assert await present(storage) == won[0] + 2

    asyncio.run(check())


def test_what_a_model_json_names_is_used() -> None:
    """Names are found with escapes too, and anywhere: one too many does no harm."""
    escaped = json.dumps({"weightsManifest": [{"paths": [f"weights/{sha(7)}.bin"]}]})
    escaped = escaped.replace("weights/", "w\\u0065ights\\/")
    assert stores._hashes(escaped.encode()) == {sha(7)}
    assert stores._hashes(text(3)) == {sha(3)}
    assert stores._hashes(b"{") == set()
    assert stores._hashes(b"") == set()


def test_file_reads_what_the_server_writes(tmp_path: Path) -> None:
    """A model in the folder is one of ``file://``: pyio loads it from there."""
    import pyio
    from tests.support.models import artifacts, run

    model = artifacts()
    data = b"".join(model.weight_data or ())
    digest = sha(5)

    async def store() -> None:
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.flush()
            body = pyio.get_model_json(model, [f"weights/{digest}.bin"]).encode()
            weights = (digest, file, len(data))
            await stores.save(FolderStorage(tmp_path), "m", body, weights, Condition())

    asyncio.run(store())
    loaded = run(pyio.load_artifacts(f"file://{tmp_path}/m"))
    assert b"".join(loaded.weight_data or ()) == data


@pytest.mark.parametrize(
    ("path", "name", "file"),
    [
        ("a", "a", ""),
        ("a/", "a", ""),
        ("a/model.json", "a", JSON),
        ("a/b/model.json", "a/b", JSON),
        (f"a/weights/{sha(1)}.bin", "a", f"weights/{sha(1)}.bin"),
    ],
)
def test_places(path: str, name: str, file: str) -> None:
    """Paths of models and of their files."""
    place = place_of(path)
    assert place is not None
    assert (place.name, place.file) == (name, file)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "model.json",
        "weights/x",
        "a/weights/x.bin",
        "a/model.json/b",
        "a/../b",
        "/a",
        "a\n",
        f"{'a' * 80}.{'b' * 80}.{'c' * 80}",
        "/".join([f"{'a' * 80}.{'b' * 80}"] * 6),
    ],
)
def test_no_places(path: str) -> None:
    """Paths that no model can have."""
    assert place_of(path) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes by path here")
def test_odd_files_in_a_folder(tmp_path: Path) -> None:
    """Pipes, and links that lead out, are not read and hide no other file."""
    folder, secret = tmp_path / "models", tmp_path / "secret"
    secret.write_text("{}")
    for name in ("good", "pipe", "link"):
        (folder / name / "weights").mkdir(parents=True)
    (folder / "good" / JSON).write_text("{}")
    os.mkfifo(folder / "pipe" / JSON)
    (folder / "link" / JSON).symlink_to(secret)
    weights = weights_path("link", sha(1))
    (folder / weights).symlink_to(secret)
    storage = FolderStorage(folder)
    assert list(asyncio.run(stores.listing(storage))) == ["good"]

    async def first() -> bytes:
        return await anext(storage.read(weights, 0, 2))

    for work in (storage.stat(weights), storage.stat(f"pipe/{JSON}"), first()):
        with pytest.raises(OSError, match=r"link to|is a pipe"):
            asyncio.run(work)


def test_an_age_is_that_of_utc() -> None:
    """Ages do not depend on the time zone of the storage."""
    then = datetime.now(UTC) - timedelta(seconds=50)
    assert 49 < stores._age(Stored(0, "", then)) < 60
