"""Offering files to the person at the page; the Python side of ``downloads.js``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.browser.bridge.protocol import Retry
from pyio.browser.ffi import array_of, js, options, own_copy, translated
from pyio.browser.page.functions import PageFunctions
from pyio.progress import chunks

if TYPE_CHECKING:
    from collections.abc import Sequence

_URL_LIFETIME = 40_000
"""Milliseconds until the object URL of a download is revoked."""

_PAGE = PageFunctions("page/downloads.js", "downloads://")


async def download(name: str, pieces: Sequence[memoryview], media_type: str) -> None:
    """Offer a file to the person at the page. Browsers do not report whether it was accepted."""
    what = f"offering the download {name!r}"
    with translated(what):  # the browser may lack the memory
        # A Blob of Blobs, so that there are never two copies of all the bytes.
        parts_js = [
            js.Blob.new(array_of([own_copy(part)])) for piece in pieces for part in chunks(piece)
        ]
        blob_js = js.Blob.new(array_of(parts_js), options(type=media_type))
    await _PAGE.store("download", blob_js, name, _URL_LIFETIME, what=what, retry=Retry.ONCE)
