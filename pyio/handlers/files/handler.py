"""``file://``: a model in a directory, in the layout of TensorFlow.js for Node.

``model.json`` and ``weights.bin`` (tfjs-node ``file_system.ts``), or with `shard_size_bytes` the
converter's files. They are replaced together as `pyio.handlers.files.folder` describes. It works
wherever Python has files: in CPython, in Pyodide's own file system, and on a disk that Pyodide
mounts.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import shutil
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pyio import limits
from pyio.errors import (
    InvalidModelError,
    InvalidURLError,
    ModelNotFoundError,
    QuotaExceededError,
    StorageError,
    StorageRefusedError,
    WeightsError,
)
from pyio.format.archive import zip_pieces
from pyio.format.artifacts import SaveResult
from pyio.format.kinds import LOOKED_AT
from pyio.format.manifest import (
    is_weights_file,
    metadata_names,
    parse_model_json,
    refuse_other_format,
    with_metadata,
)
from pyio.format.model_files import (
    lay_out,
    outline,
    plain_path,
    read_groups,
    read_model,
)
from pyio.format.model_json import FILE_KEYS
from pyio.handlers.contract import Acquired, Loader, Saver
from pyio.handlers.files.folder import Contents, Folder
from pyio.handlers.files.opening import opened, read_file, size_of
from pyio.handlers.registry import require_path
from pyio.progress import Meter, chunks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

    from pyio.converters.files import Files
    from pyio.format.artifacts import ModelArtifacts
    from pyio.format.json_text import JSONValue
    from pyio.format.manifest import Manifest, WeightGroup
    from pyio.format.serialized import Serialized
    from pyio.progress import OnProgress

_JSON, _WEIGHTS = "model.json", "weights.bin"

_FILE_SUFFIXES = (
    ".bin",
    ".json",
    ".onnx",
    ".pb",
    ".tflite",
)
"""What only files are called that pyio does not write: a directory of that name would surprise."""

_WINDOWS_DRIVE = re.compile(r"/[a-zA-Z]:[/\\]")


def local_path(path: str) -> Path:
    """Return where ``file://path`` is. Raises InvalidURLError."""
    url = f"file://{path}"
    require_path(url, path)
    try:
        possible = b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        possible = False
    if not possible:
        raise InvalidURLError(url, "it has a character that no file's name can have")
    return Path(path[1:] if _WINDOWS_DRIVE.match(path) else path)


class FileHandler(Saver, Loader):
    """Saves to a directory, or to one file of another format; loads from both.

    Args:
        path: The directory, or for loading the json. It is relative to the current directory
            unless it starts with a slash, and taken literally: ``%20`` is no space.
        shard_size_bytes: Cut the weights into files of that many bytes.
        format: One of `pyio.converters.writers.FORMATS`. By default a directory that exists gets
            TensorFlow.js's files, and any other path what its ending says.
        on_progress: Called with a `pyio.Progress` as bytes move.
    """

    def __init__(
        self,
        path: str,
        *,
        shard_size_bytes: int | None = None,
        format: str | None = None,  # noqa: A002 - the name of the option
        on_progress: OnProgress | None = None,
    ) -> None:
        self.url = f"file://{path}"
        self._path = local_path(path)
        self._given_format = format
        self._shard_size_bytes = shard_size_bytes
        self._on_progress = on_progress

    async def _store(self, model: Serialized, acquired: Acquired) -> SaveResult:
        with self._translated("saving"):
            is_directory, is_there = self._path.is_dir(), self._path.exists()
        if self.format != "tfjs":
            return await self._store_file(model, acquired)
        suffix = self._path.suffix.lower()
        if not is_directory and (is_there or suffix in _FILE_SUFFIXES):
            raise InvalidURLError(
                self.url,
                f"a model is saved into a directory, as {_JSON} and {_WEIGHTS}; give the directory",
            )
        files = self._laid_out(model)
        meter = Meter(self._on_progress, "save", self.url, model.info.weight_data_bytes)
        await acquired()
        with self._translated("saving", model.info.total_bytes):
            await Folder(self._path).replace(files, self._weights_files(), meter)
        return SaveResult(model.info)

    @property
    def format(self) -> str:
        """The format in which a save writes now."""
        from pyio.converters.writers import format_of  # late: `import pyio` needs no formats

        named = "" if self._path.is_dir() else self._path.name
        return format_of(named, self._given_format)

    async def _store_file(self, model: Serialized, acquired: Acquired) -> SaveResult:
        """Write one file of another format, whole or not at all."""
        if self._path.is_dir():
            raise InvalidURLError(self.url, f"it is a directory, and {self.format} is one file")
        from pyio.converters.writers import writer_of  # late, as above

        writer = writer_of(self.format)
        if writer is not None:
            pieces = writer.pieces(model.artifacts)
        else:
            pieces = zip_pieces(self._laid_out(model))
        size = sum(piece.nbytes for piece in pieces)
        meter = Meter(self._on_progress, "save", self.url, size)
        await acquired()
        with self._translated("saving", size):
            await Folder(self._path.parent).replace_file(self._path.name, pieces, meter)
        return SaveResult(model.info)

    def _laid_out(self, model: Serialized) -> Mapping[str, Sequence[memoryview]]:
        keys = [key for key in FILE_KEYS if model.specs is not None or key != "weightsManifest"]
        return lay_out(
            model,
            _JSON,
            _WEIGHTS,
            weights_path=_WEIGHTS,
            shard_size_bytes=self._shard_size_bytes,
            keys=keys,
        )

    def _weights_files(self) -> list[str]:
        """Return the weight files of the present model that have names of pyio or TensorFlow.js."""
        try:
            text = self._read_json(_JSON, Folder(self._path).contents())
            groups = parse_model_json(text).groups
        except (OSError, InvalidModelError):
            return []
        return [path for group in groups or () for path in group.paths if is_weights_file(path)]

    async def _fetch(self) -> ModelArtifacts:
        with self._translated("loading"):
            json, folder = self._places()
            async with folder.reading() as contents:
                manifest = self._manifest(json, contents)
                source = _Directory(contents)
                return await read_model(self.url, manifest, source, self._on_progress)

    async def exists(self) -> bool:
        with self._translated("reading"):
            json, folder = self._places()
            async with folder.reading() as contents:
                return contents.has(json) or await self._is_foreign()

    async def _is_foreign(self) -> bool:
        """Whether a directory has something that an importer knows."""
        from pyio.converters.table import recognised  # late: no model of TensorFlow.js needs it

        if not self._path.is_dir():
            return False
        try:
            async with self._files() as files:
                return files is not None and await recognised(files) is not None
        except InvalidModelError:
            return True

    @asynccontextmanager
    async def _files(self) -> AsyncIterator[Files | None]:
        """Give the file, or all files of the directory."""
        from pyio.handlers.files.view import DiskFiles, listed  # late, as above

        with self._translated("loading"):
            meter = Meter(self._on_progress, "load", self.url)
            if self._path.is_dir():
                yield DiskFiles(self._path, listed(self._path), meter.advance)
            elif self._path.is_file():
                yield DiskFiles(self._path.parent, [self._path.name], meter.advance)
            else:
                yield None
            meter.finish()

    async def _outline(self) -> ModelArtifacts:
        with self._translated("reading"):
            json, folder = self._places()
            async with folder.reading() as contents:
                return outline(self._manifest(json, contents))

    async def load_groups(self, groups: Sequence[WeightGroup]) -> tuple[memoryview, ...]:
        """Return the bytes of groups that were parsed elsewhere, from this directory."""
        folder = Folder(self._path)
        with self._translated("loading"):
            async with folder.reading() as contents:
                return await read_groups(groups, _Directory(contents), self._on_progress, self.url)

    def _places(self) -> tuple[str, Folder]:
        if self._path.is_dir():
            return _JSON, Folder(self._path)
        return self._path.name, Folder(self._path.parent)

    def _manifest(self, json: str, contents: Contents) -> Manifest:
        """Return what the json says, and what Teachable Machine or ml5 says in a file beside it.

        Only files of their names are looked at: a directory may hold many others.
        """
        manifest = parse_model_json(self._read_json(json, contents), json)
        names = [name for name in metadata_names(json) if name != json and contents.has(name)]
        found = [self._metadata(name, contents) for name in names]
        metadata = [each for each in found if each is not None]
        return with_metadata(manifest, metadata[0]) if len(metadata) == 1 else manifest

    def _metadata(self, name: str, contents: Contents) -> dict[str, JSONValue] | None:
        from pyio.format.card import METADATA_BYTES, metadata_of  # late: few models have it

        try:
            text = read_file(contents.locate(name), contents.path, METADATA_BYTES)
        except (OSError, InvalidModelError):  # a pipe, a link that leaves the directory, too long
            return None
        return metadata_of(text)

    def _read_json(self, name: str, contents: Contents) -> bytes:
        file = contents.locate(name)
        try:
            with opened(file, contents.path) as content:
                refuse_other_format(content.read(LOOKED_AT), name)
            return read_file(file, contents.path, limits.JSON_BYTES, "pyio.limits.JSON_BYTES")
        except (FileNotFoundError, NotADirectoryError) as error:
            raise ModelNotFoundError(self.url, self._hint()) from error

    def _hint(self) -> str:
        if not self._path.is_dir():
            return f"{str(self._path)!r} does not exist, seen from {str(Path.cwd())!r}"
        if (self._path / "saved_model.pb").is_file():
            return (
                "the directory holds a SavedModel of TensorFlow, which tensorflowjs_converter "
                "makes a model.json of"
            )
        return f"the directory has no {_JSON}; give the json if it is called otherwise"

    @contextmanager
    def _translated(self, doing: str, needed: int = 0) -> Iterator[None]:
        try:
            yield
        except (InvalidModelError, StorageError, ModelNotFoundError):
            raise
        except OSError as error:
            what = f"{doing} {self.url!r} failed: {error}"
            if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
                raise QuotaExceededError(self.url, needed, _free_bytes(self._path)) from error
            if isinstance(error, PermissionError):
                raise StorageRefusedError(what, "PermissionError") from error
            raise StorageError(what, type(error).__name__) from error


def file_system(
    path: str | Path,
    *,
    shard_size_bytes: int | None = None,
    format: str | None = None,  # noqa: A002 - the name of the option
    on_progress: OnProgress | None = None,
) -> FileHandler:
    """Return the handler of ``file://path``; see `FileHandler` for the arguments."""
    return FileHandler(
        str(path), shard_size_bytes=shard_size_bytes, format=format, on_progress=on_progress
    )


class _Directory:
    """The files beside and below a json."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents

    def size(self, path: str) -> int:
        try:
            return size_of(self._file(path), self._contents.path)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise WeightsError(
                f"the weights file {path!r} is named in the json and is not in "
                f"{str(self._contents.path)!r}"
            ) from error

    async def read_into(self, path: str, target: memoryview, moved: Callable[[int], None]) -> None:
        with opened(self._file(path), self._contents.path) as file:
            for chunk in chunks(target):
                if file.readinto(chunk) != chunk.nbytes:
                    raise WeightsError(f"the weights file {path!r} shrank while it was read")
                moved(chunk.nbytes)
                await asyncio.sleep(0)

    async def start(self, path: str) -> bytes:
        with opened(self._file(path), self._contents.path) as file:
            return file.read(LOOKED_AT)

    def _file(self, path: str) -> Path:
        return self._contents.locate(plain_path(path))


def _free_bytes(path: Path) -> int | None:
    while not path.exists() and path != path.parent:
        path = path.parent
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return None
