"""An upload: the multipart body of TensorFlow.js, received with bounds, and checked as a model.

The body is that of tfjs-core ``http.ts``: the files ``model.json`` and ``model.weights.bin``. Large
files go to unnamed temporary files, which the system removes with the process. Nothing is stored
before the JSON, the specs, every byte that they account for, and the digests have been checked.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import mmap
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from pyio import limits
from pyio.errors import InvalidModelError
from pyio.format.json_text import dumps
from pyio.format.manifest import Manifest, parse_model_json
from pyio.format.model_files import assemble
from pyio.format.specs import require_readable
from pyio.server.names import JSON, WEIGHTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.types import Message

    from pyio.format.json_text import JSONValue

_WEIGHTS_FILE = "model.weights.bin"

STALL_SECONDS = 60.0
"""Seconds without a byte, after which an upload is ended."""

_DRAIN_SECONDS, _DRAIN_PAUSE = 30.0, 2.0
"""Seconds that the rest of a refused body may take, and those between two parts of it."""

_PART = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A model that was checked.

    Attributes:
        text: The model.json, with the path that its weights have here.
        sha256: The digest of the weights, or None for a topology alone.
        file: The weights, or None.
        size: Their bytes.
    """

    text: bytes
    sha256: str | None
    file: IO[bytes] | None
    size: int


@asynccontextmanager
async def received(request: Request, most: int) -> AsyncIterator[Upload]:
    """Give the model in a request of at most `most` bytes. Raises HTTPException."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 18 or int(announced) > most):
        raise _too_large(most)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise HTTPException(415, "expected multipart/form-data, as TensorFlow.js sends it")
    _bound(request, most)
    async with request.form(max_files=2, max_fields=0) as form:
        files = dict(form.multi_items())
        unknown = sorted(set(files) - {JSON, _WEIGHTS_FILE})
        if unknown or len(files) != len(form.multi_items()):
            raise HTTPException(400, f"expected one {JSON} and one {_WEIGHTS_FILE} at most")
        text, weights = files.get(JSON), files.get(_WEIGHTS_FILE)
        if not isinstance(text, UploadFile) or not isinstance(weights, UploadFile | None):
            raise HTTPException(400, f"the form has no file {JSON}")
        if (text.size or 0) > limits.JSON_BYTES:
            raise HTTPException(413, f"a {JSON} of at most {limits.JSON_BYTES:,} bytes is taken")
        file: Any = None if weights is None else weights.file
        try:
            upload = await asyncio.to_thread(_checked, await text.read(), file)
        except (InvalidModelError, UnicodeError, RecursionError) as error:
            raise HTTPException(422, str(error)[:2000]) from error
        yield upload


async def drain(request: Request, most: int) -> bool:
    """Receive the rest of a body that is refused, and drop it; return whether that was all.

    A client reads the answer only once it has sent all. If the connection were closed before, it
    would see a lost connection and not the reason.
    """
    receive = getattr(request.state, "receive", None) or request.receive
    seen = 0
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            while not getattr(request.state, "is_received", False) and seen <= most:
                message = await asyncio.wait_for(receive(), _DRAIN_PAUSE)
                if message["type"] != "http.request" or not message.get("more_body"):
                    return True
                seen += len(message.get("body", b""))
    except TimeoutError:
        return False
    return seen <= most


def _bound(request: Request, most: int) -> None:
    """Let a request end with an error once its body is too long, or does not go on."""
    receive = request._receive  # noqa: SLF001 - Starlette has no other way to count a body
    request.state.receive = receive
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        try:
            message = await asyncio.wait_for(receive(), STALL_SECONDS)
        except TimeoutError as error:
            raise HTTPException(408, f"no byte came for {STALL_SECONDS:.0f} seconds") from error
        request.state.is_received = not message.get("more_body")
        seen += len(message.get("body", b""))
        if seen > most:
            raise _too_large(most)
        return message

    request._receive = counted  # noqa: SLF001


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"at most {most:,} bytes are taken")


def _checked(text: bytes, file: IO[bytes] | None) -> Upload:
    """Return what is stored of an upload. Raises InvalidModelError."""
    manifest = parse_model_json(text)
    require_readable(manifest.specs or ())
    if file is None:
        if manifest.byte_length != 0:
            raise InvalidModelError(f"the model.json lists weights, and {_WEIGHTS_FILE} is missing")
        file = io.BytesIO()
    size = _check_weights(manifest, file)
    if manifest.groups is None:
        return Upload(text, None, None, 0)
    digest = _sha256(file)
    return Upload(_renamed(manifest, f"{WEIGHTS}/{digest}.bin"), digest, file, size)


def _check_weights(manifest: Manifest, file: IO[bytes]) -> int:
    """Compare the weights with what the model.json says of them; return their bytes."""
    size = file.seek(0, 2)
    if not size:
        assemble(manifest, () if manifest.groups is not None else None)
        return 0
    number = file.fileno()  # which moves a small file from memory to disk
    file.flush()
    # Text in tensors and digests need every byte; of others the system reads none of it. The
    # memory is not closed here: an error on its way up may still refer to a part of it.
    assemble(manifest, (memoryview(mmap.mmap(number, size, access=mmap.ACCESS_READ)),))
    return size


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while part := file.read(_PART):
        digest.update(part)
    return digest.hexdigest()


def _renamed(manifest: Manifest, path: str) -> bytes:
    """Return the model.json with all weights in one group and one file."""
    groups: Any = manifest.fields["weightsManifest"]
    specs: list[JSONValue] = [spec for group in groups for spec in group.get("weights", ())]
    whole: list[JSONValue] = [{"paths": [path], "weights": specs}]
    members: dict[str, JSONValue] = {**manifest.fields, "weightsManifest": whole}
    return dumps(members).encode("utf-8", "surrogatepass")
