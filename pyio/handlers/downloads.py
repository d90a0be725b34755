"""``downloads://``: a model offered to the person at the page as files.

Names and bytes are those of tfjs-core ``browser_files.ts``: ``<name>.json`` and
``<name>.weights.bin``. With ``single_file=True`` it is one ``<name>.zip`` that holds the two. A
name such as ``my-model.keras`` gives that one file, in the format of its ending.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from pyio.browser.environment import missing_downloads
from pyio.browser.page.downloads import download
from pyio.errors import InvalidURLError
from pyio.format.artifacts import SaveResult
from pyio.handlers.contract import Acquired, Saver
from pyio.handlers.medium import Medium
from pyio.progress import Meter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyio.format.serialized import Serialized
    from pyio.progress import OnProgress

_PAUSE = 0.3
"""Seconds between two downloads. Chromium drops the first of two that are clicked at once, and
asks the user only once if the second comes a little later."""

_NOT_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|~]|^[. ]')

_NOT_IN_ADDRESSES = re.compile("[#%]")
"""What an address takes for something else than a part of a file's name. A manifest that encodes it
is right for a server and wrong for files that a person picks."""

_ENDING = re.compile(r"(?<=.)\.(?:json|zip)$", re.IGNORECASE)
"""What the files get anyway."""

_LONGEST_NAME = 200
"""Bytes: file systems end at 255, and the browser may put a number behind the name."""


class DownloadsHandler(Saver):
    """Offers a model as downloads; it cannot load.

    Args:
        path: The name of the files without their endings; "model" if it is empty.
        single_file: Offer one ``.zip`` instead of several files; the same as ``format="zip"``.
        shard_size_bytes: Cut the weights into files of that many bytes.
        format: One of `pyio.converters.writers.FORMATS`; what the ending of the name says by
            default.
        on_progress: Called with a `pyio.Progress` as bytes are handed to the browser.
    """

    def __init__(
        self,
        path: str = "",
        *,
        single_file: bool = False,
        shard_size_bytes: int | None = None,
        format: str | None = None,  # noqa: A002 - the name of the option
        on_progress: OnProgress | None = None,
    ) -> None:
        from pyio.converters.writers import format_of  # late: `import pyio` needs no formats

        self._name = path or "model"
        self.format = format_of(self._name, "zip" if single_file and format is None else format)
        self._shard_size_bytes = shard_size_bytes
        self._on_progress = on_progress
        bad = _NOT_IN_FILE_NAMES.search(self._name)
        if bad is not None:
            raise InvalidURLError(
                f"downloads://{path}",
                f"the browser would change {bad[0]!r} in a file's name, and then model.json would "
                "not find its weights; choose a name without it",
            )
        bad = _NOT_IN_ADDRESSES.search(self._name)
        if bad is not None:
            raise InvalidURLError(
                f"downloads://{path}",
                f"{bad[0]!r} has a meaning of its own in the address of a file, so on a server "
                "model.json would not find its weights; choose a name without it",
            )
        if len(self._name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME:
            raise InvalidURLError(
                f"downloads://{path}",
                f"the browser would cut a file's name of more than {_LONGEST_NAME} bytes; choose a "
                "shorter one",
            )

    async def _store(self, model: Serialized, acquired: Acquired) -> SaveResult:
        """Offer the files, and return once the browser has the last of them.

        Whether the person accepts them is not known.
        """
        await acquired()
        files = self._files(model)
        sizes = {name: sum(piece.nbytes for piece in pieces) for name, pieces in files.items()}
        size = model.info.weight_data_bytes
        if len(files) == 1:
            sizes = dict.fromkeys(files, size)
        else:
            sizes[next(iter(files))] = 0  # the model.json
        meter = Meter(self._on_progress, "save", list(files)[-1], size)
        for index, (name, pieces) in enumerate(files.items()):
            if index:
                await asyncio.sleep(_PAUSE)
            meter.advance(sizes[name], name)
            await download(name, pieces, _media_type(name))
        return SaveResult(model.info)

    def _files(self, model: Serialized) -> Mapping[str, Sequence[memoryview]]:
        """Return the files to offer: name -> pieces."""
        # Late, as above: each medium is imported with the others, and few saves are downloads.
        from pyio.converters.writers import writer_of
        from pyio.format.archive import zip_pieces
        from pyio.format.model_files import lay_out

        writer = writer_of(self.format)
        if writer is not None:
            ending = "" if self._name.lower().endswith(writer.endings) else writer.endings[0]
            return {f"{self._name}{ending}": writer.pieces(model.artifacts)}
        name = _ENDING.sub("", self._name)
        weights_name = f"{name}.weights.bin"
        files = lay_out(
            model,
            f"{name}.json",
            weights_name,
            weights_path=f"./{weights_name}",
            shard_size_bytes=self._shard_size_bytes,
        )
        return {f"{name}.zip": zip_pieces(files)} if self.format == "zip" else files


class Downloads(Medium):
    """Files that the browser downloads."""

    scheme = "downloads"
    loads = False
    options = frozenset({"single_file", "shard_size_bytes", "format"})
    instead = (
        "a page cannot read downloads back; let the person pick the files, and load "
        "browser_files(await pick_files())"
    )

    def missing(self) -> str | None:
        return missing_downloads()

    def handler(self, path: str, **options: Any) -> Any:
        return DownloadsHandler(path, **options)

    def format_of(self, path: str, given: str | None) -> str:
        return DownloadsHandler(path, format=given).format


def browser_downloads(
    name: str = "",
    *,
    single_file: bool = False,
    shard_size_bytes: int | None = None,
    format: str | None = None,  # noqa: A002 - the name of the option
    on_progress: OnProgress | None = None,
) -> DownloadsHandler:
    """Return the handler of ``downloads://name``; see `DownloadsHandler` for the arguments."""
    return DownloadsHandler(
        name,
        single_file=single_file,
        shard_size_bytes=shard_size_bytes,
        format=format,
        on_progress=on_progress,
    )


def _media_type(name: str) -> str:
    endings = {".json": "application/json", ".zip": "application/zip"}
    return next(
        (kind for ending, kind in endings.items() if name.endswith(ending)),
        "application/octet-stream",
    )
