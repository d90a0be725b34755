"""What a copy of a server's model has in it: where it came from, and another program's files.

Of a model of TensorFlow.js the copy is that model. Other files are kept as arrays of bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyio import limits
from pyio.errors import WeightsError
from pyio.format.artifacts import ModelArtifacts, WeightSpec
from pyio.handlers.http.versions import Stamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyio.converters.files import Files
    from pyio.format.json_text import JSONValue


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a copy came from, as it stands in the copy's member ``pyioOrigin``.

    Attributes:
        url: The address, without what may be secret in it.
        stamps: What the server said of each file; that of the address itself is called "".
        files: Of another program's model, the names by which an importer recognises it. The copy
            holds its files then, as arrays of bytes.
        absent: Files that an importer looked for and that were not there.
        fetched: When it was loaded from there.
        places: Path -> where a converter of the caller's said that it is, as a digest.
    """

    url: str
    stamps: Mapping[str, Stamp]
    files: Sequence[str] | None = None
    absent: Sequence[str] = ()
    fetched: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, JSONValue]:
        """Return it as JSON, dated now."""
        from pyio.format.artifacts import now

        members: dict[str, JSONValue] = {
            "url": self.url,
            "fetched": now().isoformat(timespec="seconds"),
            "stamps": {name: [each.etag, each.modified] for name, each in self.stamps.items()},
        }
        if self.files is not None:
            members["files"] = list(self.files)
            members["absent"] = list(self.absent)
        if self.places:
            members["places"] = dict(self.places)
        return members

    @classmethod
    def from_json(cls, value: JSONValue) -> Origin | None:
        """Return what a copy says, or None where it does not say it in this way."""
        if not isinstance(value, dict) or not isinstance(value.get("url"), str):
            return None
        stamps, files, absent = value.get("stamps"), value.get("files"), value.get("absent", [])
        if not isinstance(stamps, dict) or not (files is None or _are_texts(files, None)):
            return None
        if len(stamps) > limits.FILES + 1:  # each is asked for
            return None
        if not _are_texts(absent, None):
            return None
        if not all(_are_texts(each, 2) for each in stamps.values()):
            return None
        places = value.get("places", {})
        if not isinstance(places, dict):
            return None
        read = {name: Stamp(*each) for name, each in stamps.items()}
        fetched = str(value.get("fetched", ""))[:40]
        return cls(value["url"], read, files, absent, fetched, places)


def _are_texts(value: JSONValue, count: int | None) -> bool:
    listed = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return listed and count in (None, len(value))  # type: ignore[arg-type]


class NotKeptError(Exception):
    """The copy does not have what this load needs."""


class Recorded:
    """Files on a server, each read whole so that it can be kept."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.whole: dict[str, memoryview] = {}
        self.absent: set[str] = set()

    @property
    def names(self) -> Sequence[str]:
        """The names that an importer sees."""
        return self._files.names

    def size(self, name: str) -> int:
        return self._files.size(name)

    async def look(self, name: str) -> bool:
        from pyio.converters.files import present

        found = await present(self._files, name)
        if not found:
            self.absent.add(name)
        return found

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        from pyio.converters.files import checked_range

        if name not in self.whole:
            self.whole[name] = await self._files.read(name)
        first, last = checked_range(name, self.whole[name].nbytes, start, stop)
        return self.whole[name][first:last]


class Kept:
    """The files of a copy, of which an importer first sees those that it saw on the server."""

    def __init__(self, files: Mapping[str, memoryview], origin: Origin) -> None:
        self._files = files
        self._absent = origin.absent
        self.names = [name for name in origin.files or () if name in files]
        if not self.names:
            raise NotKeptError

    def size(self, name: str) -> int:
        return self._file(name).nbytes

    async def look(self, name: str) -> bool:
        if name in self._absent:
            return False
        self._file(name)
        return True

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        from pyio.converters.files import checked_range

        file = self._file(name)
        first, last = checked_range(name, file.nbytes, start, stop)
        return file[first:last]

    def _file(self, name: str) -> memoryview:
        if name not in self._files:
            raise NotKeptError
        return self._files[name]


def as_artifacts(files: Mapping[str, memoryview]) -> ModelArtifacts:
    """Return files as arrays of bytes, which every medium keeps."""
    specs = tuple(WeightSpec(name, (each.nbytes,), "uint8") for name, each in files.items())
    return ModelArtifacts(weight_specs=specs, weight_data=tuple(files.values()))


def files_in(copy: ModelArtifacts) -> dict[str, memoryview]:
    """Return what `as_artifacts` was given. Raises WeightsError for what is no array of bytes."""
    from pyio.format.segments import SegmentedBuffer

    data = SegmentedBuffer(copy.weight_data or ())
    files, start = {}, 0
    for spec in copy.weight_specs or ():
        if spec.byte_length is None:
            raise WeightsError(f"the file {spec.name!r} of the copy is no array of bytes")
        files[spec.name] = data.slice(start, start + spec.byte_length)
        start += spec.byte_length
    return files
