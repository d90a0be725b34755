"""The one table of importers: what recognises the files of other programs, and what reads them.

An importer is a row here and a module. The row tells the files by content, never by an ending. The
module is imported when first needed. It has::

    async def artifacts(files: Files, **options) -> ModelArtifacts
    async def outline(files: Files, **options) -> ModelArtifacts  # optional: without weight data

An option that an importer does not take is left out: `for_tfjs`, False where a model is loaded and
not copied, or the `names` of arrays. A choice that it does not take is an error
(`pyio.converters.options`). No importer knows a medium. It raises InvalidModelError for
damage, which the media turn into one that names the address, and UnsupportedModelError for what is
sound and cannot be read here.
"""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pyio import limits
from pyio.converters.files import Below, Leading, present, wanted
from pyio.converters.keras.kinds import is_keras
from pyio.converters.options import TFJS, require_no_choice
from pyio.converters.saved_model.recognise import is_graph_def, is_saved_model
from pyio.converters.zip_files import open_zip
from pyio.errors import InvalidModelError
from pyio.format.kinds import LOOKED_AT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyio.converters.files import Files
    from pyio.format.artifacts import ModelArtifacts

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_SAFETENSORS_LIST = ".safetensors.index.json"

_SEARCHED = 200
"""Files of a folder whose beginnings are looked at. A folder with more has its model by name."""

_OPENED = 20
"""Files of a folder up to which the zip archives among them are opened: that reads them whole."""

_DEPTH = 2
"""Zip archives in one another that are opened: a .keras file is one, and people pack it again."""

_FOLDERS = 30
"""Folders around a model that are gone into, each alone in the one before."""

_SHOWN = 5
"""Files in a message."""


@dataclass(frozen=True, slots=True)
class Importer:
    """One kind of files.

    Attributes:
        name: What the files are, in words.
        module: Where `artifacts` is.
        recognises: Gets the first bytes of one file and its name in a list; or no bytes and all
            names of a folder (a directory, a zip archive, several picked files).
        beside: Files by which a folder is recognised where the medium cannot list it.
    """

    name: str
    module: str
    recognises: Callable[[bytes, Sequence[str]], bool]
    beside: tuple[str, ...] = ()

    async def artifacts(self, files: Files, **options: Any) -> ModelArtifacts:
        """Return the model in `files`."""
        found: ModelArtifacts = await self._called(self._function("artifacts"), files, options)
        return found

    async def outline(self, files: Files, **options: Any) -> ModelArtifacts:
        """Return the model without its weight data, which is not read if the kind allows it."""
        function = self._function("outline")
        if function is not None:
            found: ModelArtifacts = await self._called(function, files, options)
            return found
        return replace(await self.artifacts(files, **options), weight_data=None)

    def _function(self, name: str) -> Any:
        return getattr(importlib.import_module(self.module), name, None)

    def _called(self, function: Any, files: Files, options: Mapping[str, Any]) -> Any:
        """Call a function with those of the options that it has."""
        require_no_choice(options, self.name, _parameters(self._function("artifacts")))
        takes = _parameters(function)
        open_ended = any(each.kind is each.VAR_KEYWORD for each in takes.values())
        given = {key: value for key, value in options.items() if open_ended or key in takes}
        return function(files, **given)


def _parameters(function: Any) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(function).parameters


def _is_safetensors(start: bytes, _names: Sequence[str]) -> bool:
    length = int.from_bytes(start[:8], "little")
    return start[8:9] == b"{" and 2 <= length <= limits.SAFETENSORS_HEADER


def _lists_safetensors(start: bytes, names: Sequence[str]) -> bool:
    if not start:  # a folder: the files that the list names are in it as well
        return sum(name.endswith(_SAFETENSORS_LIST) for name in names) == 1
    named = b'"weight_map"' in start or names[0].endswith(_SAFETENSORS_LIST)
    return named and start.lstrip().startswith(b"{")


def _is_numpy(start: bytes, _names: Sequence[str]) -> bool:
    if start.startswith(_ZIP):  # the name of the first file stands at byte 30 (APPNOTE 4.3.7)
        first = start[30 : 30 + int.from_bytes(start[26:28], "little")]
        return first.endswith(b".npy") or first == b"schema.json"
    return start.startswith((b"\x93NUMPY", _EMPTY_ZIP))


IMPORTERS: list[Importer] = [
    Importer("a model of Keras", "pyio.models.keras_files.importing", is_keras),
    Importer(
        "a SavedModel",
        "pyio.converters.saved_model.importer",
        is_saved_model,
        beside=("saved_model.pb",),
    ),
    Importer("a frozen graph", "pyio.converters.saved_model.graph_def", is_graph_def),
    Importer("safetensors", "pyio.converters.safetensors.reader", _is_safetensors),
    Importer("a list of safetensors", "pyio.converters.safetensors.index", _lists_safetensors),
    Importer("arrays of NumPy", "pyio.converters.numpy_files", _is_numpy),
]
"""Asked in this order. A file of which none knows anything keeps the error of its medium."""

_PACKED = Importer(
    TFJS,
    "pyio.converters.model_json",
    lambda _start, names: "model.json" in names,
)
"""For archives and for folders in folders: elsewhere the medium itself has found no model.json."""


async def recognised(files: Files) -> tuple[Importer, Files] | None:
    """Return which importer reads `files`, and the files as it gets them, or None.

    Of one file the content decides. A zip archive counts as the folder that it holds. Of a folder
    the names decide, and otherwise the one file in it that an importer recognises. The importer
    gets that file as the first of the names.

    Raises InvalidModelError for a folder with several such files.
    """
    if len(files.names) != 1:
        return await _of_folder(files, _DEPTH)
    (name,) = files.names
    start = await _start(files, name)
    found = _row(start, [name])
    if found is not None:
        return found, files
    if start.startswith(_ZIP):
        return await _of_folder(await open_zip(files, name), _DEPTH - 1, packed=True)
    return None


async def beside(files: Files) -> list[str]:
    """Return which files exist by which the table knows a folder that cannot be listed."""
    asked = dict.fromkeys(name for row in IMPORTERS for name in row.beside)
    return [name for name in asked if await present(files, name)]


async def _of_folder(
    files: Files, depth: int, *, packed: bool = False
) -> tuple[Importer, Files] | None:
    found = _row(b"", files.names, packed=packed)
    for _ in range(_FOLDERS):
        folder = None if found is not None else _only_folder(wanted(files.names))
        if folder is None:
            break
        files = Below(files, folder)
        found = _row(b"", files.names, packed=True)
    return await _only_file(files, depth) if found is None else (found, files)


async def _only_file(files: Files, depth: int) -> tuple[Importer, Files] | None:
    """Return the importer of the one file of a folder that is recognised by its beginning."""
    found: dict[str, tuple[Importer, Files]] = {}
    names = wanted(files.names)
    opens = depth > 0 and len(names) <= _OPENED
    for name in names[:_SEARCHED]:
        start = await _start(files, name)
        row = _row(start, [name])
        if row is not None:
            found[name] = row, Leading(files, name)
        elif opens and start.startswith(_ZIP):
            inner = await _of_folder(await open_zip(files, name), depth - 1, packed=True)
            if inner is not None:
                found[name] = inner
    if len(found) > 1:
        shown = ", ".join(map(repr, list(found)[:_SHOWN])) + (" …" if len(found) > _SHOWN else "")
        raise InvalidModelError(
            f"several of the files are models: {shown}; one is loaded at a time"
        )
    return next(iter(found.values()), None)


def _row(start: bytes, names: Sequence[str], *, packed: bool = False) -> Importer | None:
    rows = [_PACKED, *IMPORTERS] if packed else IMPORTERS
    return next((row for row in rows if row.recognises(start, names)), None)


def _only_folder(names: Sequence[str]) -> str | None:
    """Return the folder in which all files lie, or None."""
    tops = {name.partition("/")[0] for name in names}
    if len(tops) != 1 or not all("/" in name for name in names):
        return None
    return tops.pop() or None  # a name that begins with a slash is in no folder


async def _start(files: Files, name: str) -> bytes:
    return bytes(await files.read(name, 0, min(LOOKED_AT, files.size(name))))
