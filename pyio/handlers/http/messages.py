"""What is asked of a server, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyio.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Part:
    """A file within a multipart/form-data request."""

    field: str
    file_name: str
    media_type: str
    pieces: Sequence[memoryview]


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        method: "GET", "POST", …
        url: An absolute address.
        headers: Header fields.
        init: Further members of ``RequestInit``, which only a browser knows.
        parts: The files of a multipart/form-data body; no body without any.
        timeout: Seconds without an answer, or without a byte of it, after which it has failed.
        sent: Told how many bytes of the parts have been handed over, and the name of the file; a
            negative number where a redirect makes them go once more.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    init: Mapping[str, Any] = field(default_factory=dict)
    parts: Sequence[Part] = ()
    timeout: float | None = None
    sent: Callable[[int, str], None] = lambda _count, _name: None


def lost_on_the_way(request: Request, url: str) -> RequestError:
    """Return the error of a save whose body a redirect to `url` has, or may have, dropped."""
    return RequestError(
        f"{request.method} {request.url!r} was redirected to {url!r}, and the model may not have "
        f"gone with it, so whether it was stored is not known; save to {url!r} itself",
        request.url,
    )
