"""The Python side of ``page.js``: localStorage items and downloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyio.browser.calls import PageFunctions
from pyio.browser.javascript import (
    JsException,
    JSObject,
    array_buffer,
    array_of,
    copy_bytes,
    js,
    optional,
    options,
    storage_error,
    to_js,
    translated,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_URL_LIFETIME = 40_000
"""Milliseconds until the object URL of a download is revoked."""


_PAGE = PageFunctions("page.js", "localstorage:// and downloads://")


async def read(keys: Sequence[str]) -> dict[str, str | None]:
    """Return the localStorage values of `keys`, None where there is none."""
    what = "reading localStorage"
    with translated(what):
        values_js = await _PAGE.call("read", array_of(keys), what=what)
    return {key: optional(value_js) for key, value_js in zip(keys, values_js, strict=True)}


async def lengths(keys: Sequence[str]) -> dict[str, int]:
    """Return the length of each value in UTF-16 code units, -1 where there is none."""
    what = "reading localStorage"
    with translated(what):
        return dict(zip(keys, await _PAGE.call("lengths", array_of(keys), what=what), strict=True))


@dataclass(frozen=True, slots=True)
class Items:
    """Items as they were at one moment.

    Attributes:
        texts: Values, None where there is none.
        has_base64: Whether the item that is kept as base64 is there.
        bytes_js: What that stands for, or the exception that says why it stands for nothing; None
            where it was not asked for.
    """

    texts: dict[str, str | None]
    has_base64: bool
    bytes_js: JSObject | JsException | None

    def decoded(self) -> memoryview:
        """Return a copy of the bytes. Raises ValueError if the value is no base64."""
        if isinstance(self.bytes_js, JsException):
            raise ValueError(str(self.bytes_js)) from self.bytes_js  # noqa: TRY004 - no wrong type
        return copy_bytes(self.bytes_js)


async def read_together(keys: Sequence[str], base64_key: str, *, decode: bool) -> Items:
    """Return the values of `keys` and, if it is to be decoded, what is kept under `base64_key`."""
    what = "reading localStorage"
    calls = [("read", array_of(keys)), ("lengths", array_of([base64_key]))]
    calls += [("readBase64", base64_key)] if decode else []
    values_js, lengths_js, *bytes_js = await _PAGE.together(*calls, what=what)
    for outcome in (values_js, lengths_js):
        if isinstance(outcome, JsException):
            raise storage_error(outcome, what) from outcome
    texts = {key: optional(value_js) for key, value_js in zip(keys, values_js, strict=True)}
    return Items(texts, lengths_js[0] >= 0, bytes_js[0] if decode else None)


async def replace(items: Mapping[str, str | Sequence[memoryview] | None]) -> None:
    """Write all `items` in order or, if the browser refuses one, leave what was there.

    A sequence of buffers is kept as base64, which never enters WebAssembly memory; None removes.
    """
    values = [
        js.Uint8Array.new(array_buffer(value))
        if value is not None and not isinstance(value, str)
        else value
        for value in items.values()
    ]
    what = "writing localStorage"
    with translated(what):
        await _PAGE.call("replace", array_of(list(items)), array_of(values), what=what)


async def overview(start: str, end: str) -> dict[str, str | None]:
    """Return the keys of localStorage that start so, with the values of those that end so."""
    what = "listing localStorage"
    with translated(what):
        pairs_js = await _PAGE.call("overview", start, end, what=what, patient=False)
    return {str(key): optional(value_js) for key, value_js in pairs_js}


async def used() -> int:
    """Return how many UTF-16 code units all of this origin's localStorage takes."""
    what = "measuring localStorage"
    with translated(what):
        return int(await _PAGE.call("used", what=what))


async def download(name: str, pieces: Sequence[memoryview], media_type: str) -> None:
    """Offer a file to the person at the page; nobody learns whether it was accepted."""
    blob_js = js.Blob.new(array_of([to_js(piece) for piece in pieces]), options(type=media_type))
    what = f"offering the download {name!r}"
    await _PAGE.call("download", blob_js, name, _URL_LIFETIME, what=what, once=True)
