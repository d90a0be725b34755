"""``downloads://``: a model offered to the person at the page as files.

Names and bytes are those of tfjs-core ``browser_files.ts``: ``<name>.json`` and
``<name>.weights.bin``. With ``single_file=True`` it is one ``<name>.zip`` that holds the two.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from pyio.browser.environment import missing_downloads
from pyio.browser.page.downloads import download
from pyio.errors import InvalidURLError
from pyio.format.archive import zip_pieces
from pyio.format.artifacts import SaveResult
from pyio.format.model_files import lay_out
from pyio.handlers.contract import Acquired, Saver
from pyio.handlers.medium import Medium
from pyio.progress import Meter

if TYPE_CHECKING:
    from pyio.format.serialized import Serialized
    from pyio.progress import OnProgress

_PAUSE = 0.3
"""Seconds between two downloads. Chromium drops the first of two that are clicked at once, and
asks the user only once if the second comes a little later."""

_NOT_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|~]|^[. ]')

_NOT_IN_ADDRESSES = re.compile("[#%]")
"""What an address takes for something else than a part of a file's name. A manifest that encodes it
is right for a server and wrong for files that a person picks."""

_LONGEST_NAME = 200
"""Bytes: file systems end at 255, and the browser may put a number behind the name."""


class DownloadsHandler(Saver):
    """Offers a model as downloads; it cannot load.

    Args:
        path: The name of the files without their endings; "model" if it is empty.
        single_file: Offer one ``.zip`` instead of several files.
        shard_size_bytes: Cut the weights into files of that many bytes.
        on_progress: Called with a `pyio.Progress` as bytes are handed to the browser.
    """

    def __init__(
        self,
        path: str = "",
        *,
        single_file: bool = False,
        shard_size_bytes: int | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._name = path or "model"
        self._single_file = single_file
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
        weights_name = f"{self._name}.weights.bin"
        files = lay_out(
            model,
            f"{self._name}.json",
            weights_name,
            weights_path=f"./{weights_name}",
            shard_size_bytes=self._shard_size_bytes,
        )
        sizes = {name: sum(piece.nbytes for piece in pieces) for name, pieces in files.items()}
        sizes[f"{self._name}.json"] = 0
        size = model.info.weight_data_bytes
        meter = Meter(self._on_progress, "save", weights_name, size)
        if self._single_file:
            name = f"{self._name}.zip"
            files, sizes = {name: zip_pieces(files)}, {name: size}
        for index, (name, pieces) in enumerate(files.items()):
            if index:
                await asyncio.sleep(_PAUSE)
            meter.advance(sizes[name], name)
            await download(name, pieces, _media_type(name))
        return SaveResult(model.info)


class Downloads(Medium):
    """Files that the browser downloads."""

    scheme = "downloads"
    loads = False
    options = frozenset({"single_file", "shard_size_bytes"})
    instead = (
        "a page cannot read downloads back; let the person pick the files, and load "
        "browser_files(await pick_files())"
    )

    def missing(self) -> str | None:
        return missing_downloads()

    def handler(self, path: str, **options: Any) -> Any:
        return DownloadsHandler(path, **options)


def browser_downloads(
    name: str = "",
    *,
    single_file: bool = False,
    shard_size_bytes: int | None = None,
    on_progress: OnProgress | None = None,
) -> DownloadsHandler:
    """Return the handler of ``downloads://name``; see `DownloadsHandler` for the arguments."""
    return DownloadsHandler(
        name,
        single_file=single_file,
        shard_size_bytes=shard_size_bytes,
        on_progress=on_progress,
    )


def _media_type(name: str) -> str:
    endings = {".json": "application/json", ".zip": "application/zip"}
    return next(
        (kind for ending, kind in endings.items() if name.endswith(ending)),
        "application/octet-stream",
    )
