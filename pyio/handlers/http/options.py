"""Checks of the options of `pyio.http`: each returns the value or raises HandlerError."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pyio.errors import HandlerError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    UrlConverter: TypeAlias = (
        Mapping[str, str] | Callable[[str], str] | Callable[[str], Awaitable[str]]
    )

T = TypeVar("T")

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a method or the name of a header may be (RFC 9110)."""

_BEARER = re.compile(r"[A-Za-z0-9._~+/-]+=*")

_SHA256 = re.compile(r"[0-9a-f]{64}")


def init(value: Mapping[str, Any]) -> dict[str, Any]:
    """The members of ``RequestInit`` that are not null; the body and the signal are ours."""
    if not isinstance(value, Mapping):
        raise HandlerError(f"request_init should be a mapping, got {type(value).__name__}")
    if value.get("body") is not None:
        raise HandlerError("request_init must not have a body: the model is the body")
    if value.get("signal") is not None:
        raise HandlerError("request_init cannot have a signal; cancel the task instead")
    if value.get("redirect") not in (None, "follow", "error"):
        raise HandlerError("request_init can have redirect 'follow' or 'error'; or use redirects=")
    return {key: member for key, member in value.items() if member is not None}


def headers(value: Any) -> dict[str, str]:
    """Header fields that a request can carry."""
    try:
        found = {str(name): str(text) for name, text in dict(value).items()}
    except (TypeError, ValueError) as error:
        raise HandlerError(f"headers should be a mapping, got {type(value).__name__}") from error
    for name, text in found.items():
        if not _TOKEN.fullmatch(name):
            raise HandlerError(f"no request can carry a header called {name!r:.80}")
        both = name + text
        if max(both, default="") > "\xff" or {*both} & {*"\r\n\0"}:
            raise HandlerError(  # without the text, which may be a secret
                f"the header {name!r} holds what no request can carry: a line break, or a "
                "character beyond Latin-1"
            )
    return found


def with_token(fields: dict[str, str], token: str | None) -> dict[str, str]:
    """Header fields with a bearer token (RFC 6750) among them."""
    if token is None:
        return fields
    if not isinstance(token, str) or not _BEARER.fullmatch(token):
        raise HandlerError(  # without the text, which is a secret
            "token should be a text of letters, digits and -._~+/= that a header can carry"
        )
    if any(name.lower() == "authorization" for name in fields):
        raise HandlerError("request_init has a header Authorization already; leave out token")
    return {**fields, "Authorization": f"Bearer {token}"}


def function(value: T | None, name: str) -> T | None:
    """A function, or None."""
    if value is not None and not callable(value):
        raise HandlerError(f"{name} should be a function, got {value!r}")
    return value


def method(value: Any) -> str:
    """The method of a request."""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise HandlerError(f"method should be one such as 'POST', got {value!r:.80}")
    return value


def yes_or_no(value: bool, name: str) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise HandlerError(f"{name} should be True or False, got {value!r:.80}")
    return value


def hosts(value: Iterable[str] | None, name: str) -> frozenset[str] | None:
    """Names of hosts, with a port or without, or None."""
    if value is None:
        return None
    hosts = value if isinstance(value, Iterable) and not isinstance(value, str) else (value,)
    found = {host.lower() if isinstance(host, str) else "" for host in hosts}
    if isinstance(value, str) or any(not host or {*host} & {*"/@?#"} for host in found):
        raise HandlerError(
            f"{name} should be a list of hosts such as 'example.com' or 'localhost:8000', got "
            f"{value!r:.80}"
        )
    return frozenset(found)


def sha256(value: str | None, name: str) -> str | None:
    """A SHA-256 in hexadecimal digits, or None."""
    if value is None:
        return None
    if not isinstance(value, str) or not _SHA256.fullmatch(value.lower()):
        raise HandlerError(f"{name} should be 64 hexadecimal digits, got {value!r:.80}")
    return value.lower()


def text(value: str | None, name: str) -> str | None:
    """A text, or None."""
    if value is not None and not isinstance(value, str):
        raise HandlerError(f"{name} should be text, got {value!r:.80}")
    return value


def converter(value: UrlConverter | None, name: str) -> UrlConverter | None:
    """A mapping or a function, or None."""
    if not (value is None or isinstance(value, Mapping) or callable(value)):
        raise HandlerError(f"{name} should be a mapping or a function, got {value!r:.80}")
    return value


def names(value: Mapping[str, str], known: Iterable[str], option: str) -> dict[str, str]:
    """Other names for some of those `known`; the rest keep their own."""
    if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
        raise HandlerError(f"{option} should be a mapping of texts, got {value!r:.80}")
    known = list(known)
    unknown = sorted(set(value) - set(known), key=str)
    if unknown:
        raise HandlerError(
            f"{option} has {unknown[0]!r}; the files are {' and '.join(map(repr, known))}"
        )
    return {**dict(zip(known, known, strict=True)), **value}


def seconds(value: float | None, name: str) -> float | None:
    """A time above zero, or None for no limit."""
    if value is not None and (
        isinstance(value, bool) or not isinstance(value, int | float) or not value > 0
    ):
        raise HandlerError(f"{name} should be seconds above 0 or None, got {value!r:.80}")
    return value


def whole(value: int, name: str, least: int) -> int:
    """A whole number from `least`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise HandlerError(f"{name} should be a whole number from {least}, got {value!r}")
    return value
