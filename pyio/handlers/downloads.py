"""``downloads://``: a model offered to the person at the page as files.

Names and bytes are those of tfjs-core ``browser_files.ts``: ``<name>.json`` and
``<name>.weights.bin``. With ``single_file=True`` it is one ``<name>.zip`` that holds the two.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from pyio.artifacts import SaveResult
from pyio.browser import page
from pyio.browser.environment import missing_downloads as missing
from pyio.errors import InvalidURLError
from pyio.handlers.archive import zip_pieces
from pyio.model_json import get_model_artifacts_info_for_json, get_model_json
from pyio.weights.layout import check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.artifacts import ModelArtifacts

__all__ = ["DownloadsHandler", "browser_downloads", "missing"]

_PAUSE = 0.3
"""Seconds between two downloads. Chromium drops the first of two that are clicked at once, and
asks a person only once when the second comes a little later."""

_NOT_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


class DownloadsHandler:
    """Offers a model as downloads; it cannot load.

    Args:
        path: The name of the files without their endings; "model" if it is empty.
        single_file: Offer one ``.zip`` instead of two files.
    """

    def __init__(self, path: str = "", *, single_file: bool = False) -> None:
        self._name = path or "model"
        self._single_file = single_file
        bad = _NOT_IN_FILE_NAMES.search(self._name)
        if bad is not None:
            raise InvalidURLError(
                f"downloads://{path}",
                f"the browser would change {bad[0]!r} in a file's name, and then model.json would "
                "not find its weights; choose a name without it",
            )

    async def save(self, artifacts: ModelArtifacts) -> SaveResult:
        """Offer the files, and return when the browser has been asked for the last of them.

        Whether the person accepts them cannot be known. See `pyio.handlers.contract`.
        """
        check(artifacts)
        weights_name = f"{self._name}.weights.bin"
        text = get_model_json(artifacts, [f"./{weights_name}"])
        files: dict[str, Sequence[memoryview]] = {
            f"{self._name}.json": (memoryview(text.encode("utf-8", "surrogatepass")),)
        }
        if artifacts.weight_data is not None:
            files[weights_name] = artifacts.weight_data
        if self._single_file:
            files = {f"{self._name}.zip": zip_pieces(files)}
        for index, (name, pieces) in enumerate(files.items()):
            if index:
                await asyncio.sleep(_PAUSE)
            await page.download(name, pieces, _media_type(name))
        return SaveResult(get_model_artifacts_info_for_json(artifacts))


def browser_downloads(name: str = "", *, single_file: bool = False) -> DownloadsHandler:
    """Return the handler of ``downloads://name``; see `DownloadsHandler` for the arguments."""
    return DownloadsHandler(name, single_file=single_file)


def _media_type(name: str) -> str:
    endings = {".json": "application/json", ".zip": "application/zip"}
    return next(
        (kind for ending, kind in endings.items() if name.endswith(ending)),
        "application/octet-stream",
    )
