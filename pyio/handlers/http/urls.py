"""Which address a weights file has, by the rules of URLs (RFC 3986)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit, urlunsplit

from pyio.errors import WeightsError


def origin(url: str) -> tuple[str, str]:
    """Return scheme and host of an absolute address."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


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
        urlsplit(url)
    except ValueError as error:
        raise WeightsError(f"the weights file {path!r} has no usable address: {error}") from error
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
            f"the model.json names the weights file {path!r}, which is neither http nor https"
        )
    if prefix is None and origin(url) != origin(base):
        query = ""
    return urlunsplit((*parts[:3], parts.query or query, ""))
