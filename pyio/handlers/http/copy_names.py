"""Where the copy of a server's model is kept, and what it is called."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit

from pyio.errors import HandlerError, InvalidURLError, UnknownSchemeError
from pyio.handlers.registry import medium_of

_FOLDER = "cached"
"""What the names of all copies begin with."""

_NAME_BYTES = 120
"""Bytes of an address that the name of its copy shows; a digest keeps it unique."""


def copy_url(cache: bool | str, url: str, prefix: str) -> str:
    """Return the address of the copy of a model.

    Args:
        cache: True for the usual place, or the address below which copies go.
        url: The address of the model.
        prefix: Its ``weight_path_prefix``, or "".

    Raises HandlerError for a place that keeps nothing.
    """
    return f"{_place(cache)}{_name(url, prefix)}"


def _place(cache: bool | str) -> str:
    """Return the address below which copies go, ready for a name."""
    if cache is True:
        return _usual_place()
    if not isinstance(cache, str):
        raise HandlerError(
            f"cache should be True, False or an address such as 'indexeddb://', got {cache!r:.80}"
        )
    try:
        medium, path = medium_of(cache)
    except (InvalidURLError, UnknownSchemeError) as error:
        raise HandlerError(f"cache={cache!r:.80} is no place for copies: {error}") from error
    if not (medium.lists or medium.keeps):
        raise HandlerError(f"cache={cache!r:.80} is no place for copies: it keeps nothing")
    return cache if not path or path.endswith("/") else f"{cache}/"


def _usual_place() -> str:
    if medium_of("indexeddb://")[0].missing() is None:
        return "indexeddb://"
    folder = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return f"file://{Path(folder).absolute().as_posix()}/pyio/"


def _name(url: str, prefix: str) -> str:
    """Return the name of a copy: the address as far as it is readable, and a digest of all of it.

    The query is in the digest only, because it may hold a secret.
    """
    parts = urlsplit(url)
    digest = hashlib.sha256("\n".join((url.partition("#")[0], prefix)).encode()).hexdigest()[:12]
    path = "/".join(part for part in parts.path.split("/") if part not in ("", ".", ".."))
    path = path.removesuffix("/model.json").removesuffix("model.json")
    readable = "".join(
        char if char.isalnum() or char in "-._/" else "_" for char in f"{parts.hostname}/{path}"
    )
    kept = readable.encode()[:_NAME_BYTES].decode("utf-8", "ignore").strip("/")
    return f"{_FOLDER}/{kept}-{digest}"
