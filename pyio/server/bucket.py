"""Models in a bucket of an object store, through obstore.

A condition becomes a conditional put (``If-None-Match: *``, ``If-Match``), which the store decides.
Amazon S3, Google Cloud Storage, Azure, Cloudflare R2, MinIO and SeaweedFS have it.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PreconditionError,
)
from obstore.store import from_url

from pyio.server.storage import Condition, ConditionError, Stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_PART = 8 * 1024 * 1024
"""Bytes of each part of an upload to the store; it takes at most 10,000 parts."""

_AT_ONCE = 4
"""Parts of one upload that are on their way, and so in memory, at once."""

_READ = 1024 * 1024

_ABSENT = (FileNotFoundError, NotFoundError)


class BucketStorage:
    """A bucket, or what is below a prefix in it; see `pyio.server.storage.Storage`.

    Args:
        url: Such as "s3://bucket/prefix". Credentials and the endpoint come from the environment,
            as obstore reads them (``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL``, …).
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._store: Any = from_url(url)

    def __repr__(self) -> str:
        return f"the bucket {self._url!r}"

    async def stat(self, path: str) -> Stored | None:
        try:
            with _failures():
                return _stored(await obstore.head_async(self._store, path))
        except _ABSENT:
            return None

    async def get(self, path: str, most: int) -> tuple[bytes, Stored] | None:
        try:
            with _failures():
                found = await obstore.get_async(self._store, path)
        except _ABSENT:
            return None
        if found.meta["size"] > most:
            raise OSError(f"{path} has {found.meta['size']:,} bytes; at most {most:,} are read")
        with _failures():
            return bytes(await found.bytes_async()), _stored(found.meta)

    async def read(self, path: str, start: int, stop: int) -> AsyncIterator[bytes]:
        if start >= stop:
            return
        with _failures():
            found = await obstore.get_async(self._store, path, options={"range": (start, stop)})
            async for part in found.stream(min_chunk_size=_READ):
                yield bytes(part)

    async def put_weights(self, path: str, file: IO[bytes], size: int) -> None:
        file.seek(0)
        large = size > _PART
        content = file if large else file.read()
        with _failures():
            await obstore.put_async(
                self._store,
                path,
                content,
                use_multipart=large,
                chunk_size=_PART,
                max_concurrency=_AT_ONCE,
            )

    async def publish(self, path: str, content: bytes, condition: Condition) -> Stored:
        mode: Any = "overwrite"
        if condition.absent:
            mode = "create"
        elif condition.etag is not None:
            mode = {"e_tag": condition.etag}
        try:
            with _failures():
                done = await obstore.put_async(
                    self._store, path, content, mode=mode, use_multipart=False
                )
        except (AlreadyExistsError, PreconditionError, *_ABSENT) as error:
            raise ConditionError from error
        found = await self.stat(path)
        etag = done["e_tag"] or ""
        if found is None or found.etag != etag:  # another save or a removal came right after it
            return Stored(len(content), etag, datetime.now(UTC))
        return found

    async def remove(self, path: str, condition: Condition) -> bool:
        found = await self.stat(path)
        if not condition.holds(found):
            raise ConditionError
        if found is None:
            return False
        with contextlib.suppress(*_ABSENT), _failures():
            await obstore.delete_async(self._store, path)
        return True

    async def list(self, name: str = "") -> AsyncIterator[tuple[str, Stored]]:
        with _failures():
            async for batch in obstore.list(self._store, name or None, chunk_size=1000):
                for each in batch:
                    yield each["path"], _stored(each)


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    """Raise OSError for what the store refuses, but for what a caller handles by name."""
    try:
        yield
    except (AlreadyExistsError, PreconditionError, *_ABSENT):
        raise
    except BaseError as error:
        raise OSError(f"the object store failed: {error}") from error


def _stored(meta: Any) -> Stored:
    return Stored(meta["size"], meta["e_tag"] or "", meta["last_modified"])
