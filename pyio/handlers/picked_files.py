"""Files that a person picked or dropped on a page, in any order: ``browser_files``.

People pick all that an export has given them. So the model.json is found by its content, and what
it does not name is left alone. The metadata of Teachable Machine and ml5 beside it is read. The
json is matched with its weights by name, as in tfjs-core ``browser_files.ts``: the last component
of each path in the manifest, because a picker gives no directories. Where it does, because a folder
was picked, they decide between files of one name. The single ``.zip`` that ``downloads://`` offers
is read too.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from pyio.browser.page import picker as picked
from pyio.errors import HandlerError, InvalidModelError, WeightsError
from pyio.format.archive import is_wanted, unzip
from pyio.format.json_text import require_length
from pyio.format.kinds import LOOKED_AT, kind_of
from pyio.format.manifest import Manifest, parse_model_json, with_metadata
from pyio.format.model_files import outline, read_model
from pyio.handlers.contract import Damaged, imported, require_unchosen
from pyio.progress import Meter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence

    from pyio.converters.files import Files
    from pyio.format.archive import Member
    from pyio.format.artifacts import ModelArtifacts
    from pyio.progress import OnProgress

    AnyFile: TypeAlias = picked.PickedFile | Member

__all__ = ["BrowserFilesHandler", "browser_files", "pick_files"]


_COPY = re.compile(r" ?\(\d+\)(?=\.\w+$)")

_SHOWN = 20
"""Files in a message."""


class BrowserFilesHandler:
    """Loads a model from picked files; see `browser_files`."""

    def __init__(self, files: Iterable[Any], *, on_progress: OnProgress | None = None) -> None:
        self._files = _checked(files)
        self._on_progress = on_progress
        self.url = ", ".join(file.name for file in self._files)

    def __repr__(self) -> str:
        return f"<BrowserFilesHandler of {self.url!r:.200}>"

    async def load(self, **importing: Any) -> ModelArtifacts:
        """Return the whole model; `importing` are options of the importer of other files.

        Raises InvalidModelError if the files are not those of one model, and DamagedModelError if
        they are and one of them is damaged.
        """
        try:
            files, json, manifest = await self._opened()
        except InvalidModelError as error:
            with Damaged(self.url):
                return await imported(self._view(), error, importing)
        require_unchosen(importing)
        weights = self._matched(manifest, json, [file for file in files if file is not json])
        for file in weights.values():
            if not file.size:
                await file.read()  # raises if it is empty because it can no longer be read
        with Damaged(self.url):
            return await read_model(self.url, manifest, _ByPath(weights), self._on_progress)

    async def describe(self, **importing: Any) -> ModelArtifacts:
        """Return what the model.json says; see `load`."""
        try:
            _, _, manifest = await self._opened()
        except InvalidModelError as error:
            with Damaged(self.url):
                return await imported(self._view(), error, importing, weights=False)
        require_unchosen(importing)
        with Damaged(self.url):
            return outline(manifest)

    @asynccontextmanager
    async def _view(self) -> AsyncIterator[Files]:
        """Give the files to importers."""
        meter = Meter(self._on_progress, "load", self.url)
        yield _View(self._files, meter.advance)
        meter.finish()

    async def _opened(self) -> tuple[Sequence[AnyFile], AnyFile, Manifest]:
        """Return the files, the one among them that is the model.json, and what it says."""
        files = await self._unpacked()
        named = [file for file in files if file.name.lower().endswith(".json")]
        if len(named) == 1:
            return files, named[0], parse_model_json(await self._text(named[0]), named[0].name)
        if not named:
            raise InvalidModelError(
                "one of the files should be the model.json; none of them ends in .json "
                f"({await self._described(files)})"
            )
        json, manifest = await self._only_model(named)
        return files, json, await self._with_metadata(manifest, json, named)

    async def _with_metadata(
        self, manifest: Manifest, json: AnyFile, named: Sequence[AnyFile]
    ) -> Manifest:
        """Add what Teachable Machine or ml5 says in a file beside the model.json.

        Several such files are left alone, because which one belongs to the model is not known.
        """
        from pyio.format.card import METADATA_BYTES, is_metadata_name, metadata_of  # late

        folder = _path(json).rpartition("/")[0]
        beside = [file for file in named if _path(file).rpartition("/")[0] == folder]
        small = [file for file in beside if file is not json and file.size <= METADATA_BYTES]
        usual = [file for file in small if is_metadata_name(file.name, json.name)]
        found = [metadata_of(bytes(await file.read())) for file in usual or small[:_SHOWN]]
        metadata = [each for each in found if each is not None]
        return with_metadata(manifest, metadata[0]) if len(metadata) == 1 else manifest

    async def _only_model(self, named: Sequence[AnyFile]) -> tuple[AnyFile, Manifest]:
        """Return the one json that is a model: exports come with metadata in others.

        If a folder was picked that holds models in folders, it is the one that lies above them.
        """
        models: list[tuple[AnyFile, Manifest]] = []
        problems = []
        for file in named:
            try:
                models.append((file, parse_model_json(await self._text(file), file.name)))
            except InvalidModelError as error:
                problems.append(str(error))
        depths = [_path(file).count("/") for file, _ in models]
        outer = [model for model, depth in zip(models, depths, strict=True) if depth == min(depths)]
        if len(outer) == 1:
            return outer[0]
        found = " and ".join(repr(_path(file)) for file, _ in outer) or " and ".join(
            repr(file.name) for file in named[:_SHOWN]
        )
        why = "and one model is loaded at a time" if outer else f"and is no model: {problems[0]}"
        raise InvalidModelError(
            f"one of the files should be the model.json; {found} ends in .json, {why}"
        )

    async def _described(self, files: Sequence[AnyFile]) -> str:
        words = []
        for file in files[:_SHOWN]:
            kind = kind_of(await file.start(LOOKED_AT))
            words.append(f"{file.name} is {kind}" if kind else file.name)
        return ", ".join(words)

    async def _text(self, json: AnyFile) -> bytes:
        with Damaged(self.url):
            require_length(json.size, json.name)
        return bytes(await json.read())

    async def _unpacked(self) -> Sequence[AnyFile]:
        """Return the files that count, or those inside of the archive if there is no json."""
        files = [file for file in self._files if is_wanted(_path(file))] or self._files
        ends = [file.name.lower().rpartition(".")[2] for file in files]
        if ends.count("zip") != 1 or "json" in ends:
            return files
        archive = files[ends.index("zip")]
        return unzip(await archive.read(), archive.name)

    def _matched(
        self, manifest: Manifest, json: AnyFile, files: Sequence[AnyFile]
    ) -> dict[str, AnyFile]:
        """Return the file of each path, or raise InvalidModelError with all that do not match.

        Files that the json does not name are left alone.
        """
        places = _Places(json, files)
        paths = [path for group in manifest.groups or () for path in group.paths]
        choices = {path: places.files(path) for path in paths}
        found = {path: choice[0] for path, choice in choices.items() if len(choice) == 1}
        uses = Counter(file.name for file in found.values())
        named = {_basename(path) for path in paths}
        missing = [_basename(path) for path, choice in choices.items() if not choice]
        problems = {
            f"{json.name} names two weight files of this name": [n for n in uses if uses[n] > 1],
            "picked twice": [_basename(path) for path in paths if len(choices[path]) > 1],
            "missing": missing,
            f"not named in {json.name}": [f.name for f in files if missing and f.name not in named],
        }
        said = [f"{what}: {_listed(names)}" for what, names in problems.items() if names]
        if said:
            raise InvalidModelError(f"the files are not one model: {'; '.join(said)}")
        return found


def browser_files(
    files: Iterable[Any], *, on_progress: OnProgress | None = None
) -> BrowserFilesHandler:
    """Return a handler that loads the model in these files.

    Args:
        files: JavaScript ``File`` objects in any order: those of an ``<input type="file">``
            (``event.target.files``), of a drop (``event.dataTransfer.files``) or of `pick_files`.
            They are a model.json and all its weight files, or one ``.zip`` of them. Other files
            among them are left alone.
        on_progress: Called with a `pyio.Progress` as bytes are read.

    Raises:
        HandlerError: There is no file, or something that is no File.
    """
    return BrowserFilesHandler(files, on_progress=on_progress)


async def pick_files(
    *,
    accept: str = (".json,.bin,.zip,.keras,.h5,.hdf5,.pb,.safetensors,.npz,.npy,.skops"),
    multiple: bool = True,
) -> list[Any]:
    """Let the person at the page pick files, and return them for `browser_files`.

    Browsers open a picker only soon after a click. For Python in a worker, as in notebooks, the
    page shows a button if the last click was too long ago.

    Args:
        accept: Which files the picker shows, as in HTML.
        multiple: Whether more than one may be picked.

    Returns:
        JavaScript ``File`` objects; an empty list if the person cancelled.

    Raises:
        UnsupportedEnvironmentError: There is no page, or Python runs on the page and there was no
            click just before.
    """
    return await picked.pick(accept, multiple)


class _View:
    """The picked files as importers see them."""

    def __init__(self, files: Iterable[AnyFile], moved: Callable[[int], None]) -> None:
        self._files = {_path(file): file for file in files}
        self._moved = moved

    @property
    def names(self) -> Sequence[str]:
        return list(self._files)

    def size(self, name: str) -> int:
        if name not in self._files:
            raise WeightsError(f"the file {name!r} is missing")
        return self._files[name].size

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        from pyio.converters.files import checked_range  # late: few models need it

        first, last = checked_range(name, self.size(name), start, stop)
        content = await self._files[name].read_range(first, last)
        self._moved(content.nbytes)
        return content


class _ByPath:
    """The files of a manifest's paths."""

    def __init__(self, files: Mapping[str, AnyFile]) -> None:
        self._files = files

    def size(self, path: str) -> int:
        return self._file(path).size

    async def read_into(self, path: str, target: memoryview, moved: Callable[[int], None]) -> None:
        await self._file(path).read_into(target, moved)

    async def start(self, path: str) -> bytes:
        return await self._file(path).start(LOOKED_AT)

    def _file(self, path: str) -> AnyFile:
        if path not in self._files:
            raise WeightsError(f"the weights file {path!r} is missing")
        return self._files[path]


class _Places:
    """Files by where they are, by name, and by the name that they had before they were copied."""

    def __init__(self, json: AnyFile, files: Sequence[AnyFile]) -> None:
        self._folder = _path(json).rpartition("/")[0]
        self._copy = _COPY.search(json.name)
        self._by_path: dict[str, list[AnyFile]] = {}
        self._by_name: dict[str, list[AnyFile]] = {}
        self._copies: dict[str, list[AnyFile]] = {}
        for file in files:
            self._by_path.setdefault(_path(file), []).append(file)
            self._by_name.setdefault(file.name, []).append(file)
            # "w (1).bin" is what a browser makes of w.bin if there is one already.
            if _COPY.search(file.name):
                self._copies.setdefault(_COPY.sub("", file.name), []).append(file)

    def files(self, path: str) -> list[AnyFile]:
        """Return the files that may be meant by a path of the manifest."""
        name = _basename(path)
        # Where the path says, or beside the json, as in a picker that tells no directories.
        for below in ([part for part in path.split("/") if part != "."], [name]):
            there = self._by_path.get("/".join(filter(None, [self._folder, *below])), [])
            if len(there) == 1:
                return there
        copies = self._copies.get(name, [])
        alike = [file for file in copies if self._copy and self._copy[0] in file.name]
        return self._by_name.get(name) or alike or copies


def _path(file: AnyFile) -> str:
    return file.path or file.name


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _basename(path: str) -> str:
    return path.strip().rstrip("/").rpartition("/")[2]


def _checked(files: Iterable[Any]) -> list[picked.PickedFile]:
    try:
        values = list(files)
    except TypeError as error:
        raise HandlerError(f"browser_files expects files, got {files!r:.80}") from error
    if not values:
        raise HandlerError("browser_files expects at least 1 file, the model.json; got none")
    found = []
    for value in values:
        file = picked.as_picked(value)
        if file is None:
            raise HandlerError(
                f"browser_files expects JavaScript File objects of a page, got {value!r:.80}; "
                "file:// reads files that Python can reach"
            )
        found.append(file)
    return found
