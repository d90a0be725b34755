"""Files that a person picked or dropped on a page, in any order: ``browser_files``.

A model.json is matched with its weights by name alone, as in tfjs-core ``browser_files.ts``: the
last component of each path in the manifest, because a picker gives no directories. The single
``.zip`` that ``downloads://`` offers is read too.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

from pyio.browser.page import picker as picked
from pyio.errors import HandlerError, InvalidModelError, WeightsError
from pyio.format.archive import unzip
from pyio.format.json_text import require_length
from pyio.format.manifest import Manifest, parse_model_json
from pyio.format.model_files import outline, read_model
from pyio.handlers.contract import damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyio.format.archive import Member
    from pyio.format.artifacts import ModelArtifacts
    from pyio.progress import OnProgress

    AnyFile: TypeAlias = picked.PickedFile | Member

__all__ = ["BrowserFilesHandler", "browser_files", "pick_files"]


class BrowserFilesHandler:
    """Loads a model from picked files; see `browser_files`."""

    def __init__(self, files: Iterable[Any], *, on_progress: OnProgress | None = None) -> None:
        self._files = _checked(files)
        self._on_progress = on_progress
        self.url = ", ".join(file.name for file in self._files)

    async def load(self) -> ModelArtifacts:
        """Return the whole model.

        Raises InvalidModelError if the files are not those of one model, and DamagedModelError if
        they are and one of them is damaged.
        """
        files = await self._unpacked()
        json = self._json(files)
        manifest = parse_model_json(await self._text(json), json.name)
        weights = [file for file in files if file is not json]
        self._match(manifest, json.name, weights)
        with damaged(self.url):
            return await read_model(self.url, manifest, _ByName(weights), self._on_progress)

    async def describe(self) -> ModelArtifacts:
        """Return what the model.json says; see `load`."""
        text = await self._text(self._json(await self._unpacked()))
        with damaged(self.url):
            return outline(parse_model_json(text))

    async def _text(self, json: AnyFile) -> bytes:
        with damaged(self.url):
            require_length(json.size, json.name)
        return bytes(await json.read())

    async def _unpacked(self) -> Sequence[AnyFile]:
        """Return the files, or those inside if it is one archive."""
        if len(self._files) > 1 or not self._files[0].name.lower().endswith(".zip"):
            return self._files
        return unzip(await self._files[0].read(), self.url)

    def _json(self, files: Sequence[AnyFile]) -> AnyFile:
        named = [file for file in files if file.name.lower().endswith(".json")]
        if len(named) != 1:
            found = "none of them" if not named else " and ".join(repr(file.name) for file in named)
            raise InvalidModelError(
                f"one of the files should be the model.json; {found} ends in .json"
                + (f" ({self.url})" if not named else ", and one model is loaded at a time")
            )
        return named[0]

    def _match(self, manifest: Manifest, name: str, weights: Sequence[AnyFile]) -> None:
        """Raise InvalidModelError, which names surplus and missing files, unless all match."""
        groups = manifest.groups or ()
        wanted = Counter(_basename(path) for group in groups for path in group.paths)
        there = Counter(file.name for file in weights)
        problems = {
            f"{name} names two weight files of this name": [n for n in wanted if wanted[n] > 1],
            "picked twice": [n for n in there if there[n] > 1],
            "missing": [n for n in wanted if n not in there],
            f"not named in {name}": [n for n in there if n not in wanted],
        }
        said = [f"{what}: {', '.join(names)}" for what, names in problems.items() if names]
        if said:
            raise InvalidModelError(f"the files are not one model: {'; '.join(said)}")


def browser_files(
    files: Iterable[Any], *, on_progress: OnProgress | None = None
) -> BrowserFilesHandler:
    """Return a handler that loads the model in these files.

    Args:
        files: JavaScript ``File`` objects in any order: those of an ``<input type="file">``
            (``event.target.files``), of a drop (``event.dataTransfer.files``) or of `pick_files`.
            They are a model.json and all its weight files, or one ``.zip`` of them.
        on_progress: Called with a `pyio.Progress` as bytes are read.

    Raises:
        HandlerError: There is no file, or something that is no File.
    """
    return BrowserFilesHandler(files, on_progress=on_progress)


async def pick_files(*, accept: str = ".json,.bin,.zip", multiple: bool = True) -> list[Any]:
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


class _ByName:
    """Weight files by the last component of their paths."""

    def __init__(self, files: Iterable[AnyFile]) -> None:
        self._files = {file.name: file for file in files}

    def size(self, path: str) -> int:
        return self._file(path).size

    async def read_into(self, path: str, target: memoryview, moved: Callable[[int], None]) -> None:
        await self._file(path).read_into(target, moved)

    def _file(self, path: str) -> AnyFile:
        name = _basename(path)
        if name not in self._files:
            raise WeightsError(f"the weights file {name!r} is missing")
        return self._files[name]


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
