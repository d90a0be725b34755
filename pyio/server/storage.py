"""Where a server keeps models: the contract of a place, and the order in which a save writes.

The weights go first, under their SHA-256: ``NAME/weights/SHA256.bin``. Then one write of
``NAME/model.json``, which names them, publishes the model. Folders and object stores replace one
file atomically, so a reader sees the old model or the new one. The reader of an old
model.json still finds its weights: they are collected later.

A condition on the model.json is decided by the storage itself, in the same step as the write. So
it holds across workers and machines.

Weights are *unused* when the model.json of their name does not name them. They are removed once
the model.json and the weights are both older than `GRACE`. That a save is under way shows in the
age of its weights: they are written anew unless the present model.json names them. A load
that began with the old model.json has had the time since the new one was written.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from pyio import limits
from pyio.server.names import JSON, WEIGHTS, place_of, weights_path

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import IO

GRACE = 24 * 3600.0
"""Seconds that unused weights are kept."""

_HASH = re.compile(rb"weights/([0-9a-f]{64})\.bin")


@dataclass(frozen=True, slots=True)
class Stored:
    """What a storage knows of a file: its bytes, its ETag in quotation marks, when it was written.

    An ETag names the content: equal content may have equal ETags at different times.
    """

    size: int
    etag: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold for a model.json to be written or removed.

    Attributes:
        absent: Nothing is stored there.
        etag: What is stored there has this ETag.
    """

    absent: bool = False
    etag: str | None = None

    def holds(self, now: Stored | None) -> bool:
        """Whether it holds for what is stored now."""
        if self.absent:
            return now is None
        return self.etag is None or (now is not None and now.etag == self.etag)


class ConditionError(Exception):
    """A condition does not hold; nothing was changed."""


class Storage(Protocol):
    """A place for files. Paths have been checked (`pyio.server.names`)."""

    async def stat(self, path: str) -> Stored | None:
        """Return what is known of a file, or None if it is not there."""
        ...

    async def get(self, path: str, most: int) -> tuple[bytes, Stored] | None:
        """Return a file whole, with what is known of these very bytes; None if it is not there."""
        ...

    def read(self, path: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Give a range of a file that does not change, a part at a time."""
        ...

    async def put_weights(self, path: str, file: IO[bytes], size: int) -> None:
        """Write a file of weights, whole or not at all; it may be there already."""
        ...

    async def publish(self, path: str, content: bytes, condition: Condition) -> Stored:
        """Replace a model.json in one step, on disk when this returns. Raises ConditionError."""
        ...

    async def remove(self, path: str, condition: Condition) -> bool:
        """Remove a file, and return whether it was there. Raises ConditionError."""
        ...

    def list(self, name: str = "") -> AsyncIterator[tuple[str, Stored]]:
        """Give the paths of all files, or of those of one model, in any order."""
        ...


async def save(
    storage: Storage,
    name: str,
    text: bytes,
    weights: tuple[str, IO[bytes], int] | None,
    condition: Condition,
) -> Stored:
    """Store a model that has been checked. Raises ConditionError if another one came before.

    Args:
        storage: The place.
        name: The model.
        text: Its model.json.
        weights: The SHA-256, the content and the bytes of its weights, if it has any.
        condition: What must hold for the model.json.
    """
    present = await storage.get(f"{name}/{JSON}", limits.JSON_BYTES)
    if not condition.holds(None if present is None else present[1]):
        raise ConditionError  # before a gigabyte is written; `publish` decides
    if weights is None:
        return await storage.publish(f"{name}/{JSON}", text, condition)
    sha256, file, size = weights
    path = weights_path(name, sha256)
    used = _hashes(b"" if present is None else present[0])
    if sha256 not in used or not await _is_there(storage, path, size):
        await storage.put_weights(path, file, size)
    stored = await storage.publish(f"{name}/{JSON}", text, condition)
    if not await _is_there(storage, path, size):  # collected at the same moment
        await storage.put_weights(path, file, size)
    return stored


async def collect(storage: Storage, name: str, grace: float = GRACE) -> int:
    """Remove the unused weights of a model, and return how many files that were."""
    present = await storage.get(f"{name}/{JSON}", limits.JSON_BYTES)
    if present is not None and _age(present[1]) < grace:
        return 0
    used = _hashes(b"" if present is None else present[0])
    removed = 0
    async for path, stored in storage.list(name):
        place = place_of(path)
        if place is None or place.name != name or not place.file.startswith(WEIGHTS):
            continue
        if place.file.removeprefix(f"{WEIGHTS}/").removesuffix(".bin") in used:
            continue
        now = await storage.stat(path) if _age(stored) >= grace else None
        if now is not None and _age(now) >= grace:
            removed += await storage.remove(path, Condition())
    return removed


async def names(storage: Storage) -> set[str]:
    """Return the names of all models, and of those of which only weights are left."""
    places = [place_of(path) async for path, _ in storage.list()]
    return {place.name for place in places if place is not None}


async def listing(storage: Storage) -> dict[str, dict[str, object]]:
    """Return name -> facts of every model, as the server lists them."""
    texts: dict[str, Stored] = {}
    weights: dict[str, int] = {}
    async for path, stored in storage.list():
        place = place_of(path)
        if place is not None and place.file == JSON:
            texts[place.name] = stored
        elif place is not None:
            weights[place.name] = weights.get(place.name, 0) + stored.size
    return {
        name: {
            "etag": stored.etag,
            "saved": stored.modified.astimezone(UTC).isoformat(timespec="milliseconds"),
            "jsonBytes": stored.size,
            "weightsBytes": weights.get(name, 0),
        }
        for name, stored in sorted(texts.items())
    }


async def _is_there(storage: Storage, path: str, size: int) -> bool:
    found = await storage.stat(path)
    return found is not None and found.size == size


def _hashes(text: bytes) -> set[str]:
    """Return the weights that a model.json names. One too many is no harm, one too few is."""
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        value = {}
    found = set(_HASH.findall(text))
    if isinstance(value, dict):  # names with escapes in them
        found |= set(_HASH.findall(json.dumps(value.get("weightsManifest")).encode()))
    return {each.decode() for each in found}


def _age(stored: Stored) -> float:
    return (datetime.now(UTC) - stored.modified).total_seconds()
