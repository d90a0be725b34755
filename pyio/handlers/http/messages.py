"""Requests, replies, and the type of the functions that send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager


@dataclass(frozen=True, slots=True)
class FormFile:
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
        span: The first byte that is asked for, and the one behind the last; None for all.
        follow: Whether a browser may follow redirects by itself. Everywhere else, and where it may
            not, the answer is the redirect.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    init: Mapping[str, Any] = field(default_factory=dict, repr=False)
    parts: Sequence[FormFile] = field(default=(), repr=False)
    timeout: float | None = None
    sent: Callable[[int, str], None] = lambda _count, _name: None
    span: tuple[int, int] | None = None
    follow: bool = False


class Reply(Protocol):
    """The answer to a request, its body not read yet.

    Attributes:
        status: Such as 200.
        url: The address after redirects that the transport has followed.
        headers: Header fields in lower case, as far as the environment shows them.
        measured: Whether a Content-Length among them is sure to be that of the body. A page does
            not see that an answer from another server was compressed.
        hidden: Whether it is a redirect of which the browser does not tell where it leads.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    measured: bool
    hidden: bool

    async def read_into(self, target: memoryview, /) -> int:
        """Copy the next bytes of the body to the start of `target` and return how many.

        They may be fewer than fit; 0 means that the body has ended. Raises RequestError.
        """
        ...

    async def target(self) -> str:
        """Return where a hidden redirect leads a request without headers; "" if it is not known."""
        ...

    async def native(self) -> Any:
        """Return the answer as the environment has it: a JavaScript Response, or httpx's."""
        ...


Send: TypeAlias = "Callable[[Request], AbstractAsyncContextManager[Reply]]"
"""Sends a request. Leaving the block by an exception cancels the rest of the reply."""
