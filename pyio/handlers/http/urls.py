"""Which address a weights file has, by the rules of URLs (RFC 3986)."""

from __future__ import annotations

import re
from typing import TypeAlias
from urllib.parse import urljoin, urlsplit, urlunsplit

from pyio.addresses import shown
from pyio.browser import fetch
from pyio.errors import WeightsError

Origin: TypeAlias = tuple[str, str, int | None]
"""Scheme, host and port: what browsers take for one server."""

_PORTS = {"http": 80, "https": 443}

_LONGEST_HOST, _LONGEST_LABEL = 253, 63
"""Characters of a name that can be looked up (RFC 1035)."""

_NOT_IN_HOSTS = re.compile(r"[\x00-\x20\x7f\\^|<>{}`\"%]")


def origin(url: str) -> Origin:
    """Return scheme, host and port of an absolute address."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    try:
        port = parts.port
    except ValueError:
        port = None
    return scheme, (parts.hostname or "").rstrip("."), port or _PORTS.get(scheme)


def is_parsable(url: str) -> bool:
    """Whether a text has the parts of an address at all."""
    try:
        _ = urlsplit(url).port
    except ValueError:
        return False
    return True


def problem(url: str) -> str | None:
    """Return what keeps an absolute address from being asked for, in words, or None."""
    try:
        url.encode()  # half a surrogate pair
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        return f"it is not an address: {error}"
    if parts.scheme.lower() not in _PORTS:
        return "it is neither http nor https"
    if not host or port == 0:
        return "it names no server"
    labels = host.removesuffix(".").split(".")
    if ":" not in host and (
        len(host) > _LONGEST_HOST
        or not all(0 < len(label) <= _LONGEST_LABEL for label in labels)
        or _NOT_IN_HOSTS.search(host)
    ):
        return "no server can have such a name"
    if "@" in parts.netloc and fetch.available():
        return (
            "a browser sends no request to an address with a user's name or password; "
            "give them as a header, by request_init"
        )
    return None


def effective_query(requested: str, final: str) -> str:
    """Return the query that goes on from a model.json to its weights.

    It is the query of the final address. If a redirect within the same origin has dropped the
    query, the requested one is used; it is never sent to another origin.
    """
    query = urlsplit(final).query
    if not query and origin(requested) == origin(final):
        query = urlsplit(requested).query
    return query


def joined(base: str, path: str) -> str:
    """Return the address of a weights file `path` at `base`. Raises WeightsError."""
    try:
        url = urljoin(base, path)
        url.encode()  # half a surrogate pair
        why = problem(url) if urlsplit(url).scheme in _PORTS else None
    except ValueError as error:
        why = str(error)
    if why is not None:
        raise WeightsError(f"the weights file {shown(path)!r} has no usable address: {why}")
    return url


def weights_url(path: str, base: str, prefix: str | None, query: str) -> str:
    """Return the absolute address of a weights file.

    Args:
        path: What the manifest says: relative to the model.json, or absolute.
        base: The final address of the model.json.
        prefix: Goes before every path instead, itself relative to `base`.
        query: Added where the path brings none of its own, unless it names another server.

    Raises:
        WeightsError: The address is not http or https, or is no address at all.
    """
    if prefix is not None:
        slash = "" if prefix.endswith("/") or "?" in prefix else "/"
        url = joined(base, prefix + slash + path)
    else:
        url = joined(base, path)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", urlsplit(base).scheme):
        raise WeightsError(
            f"the model.json names the weights file {shown(path)!r}, which is neither "
            "http nor https"
        )
    if prefix is None and origin(url) != origin(base):
        query = ""
    return urlunsplit((*parts[:3], parts.query or query, ""))
