"""`http`: the handler of an address, with or without a cache, and the defaults of all options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pyio.handlers.http.handler import HTTPHandler

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyio.handlers.http.options import UrlConverter
    from pyio.handlers.http.transport import FetchFunction
    from pyio.handlers.keywords import HTTPOptions, Refresh
    from pyio.progress import OnProgress


def http(
    url: str,
    *,
    request_init: Mapping[str, Any] | None = None,
    fetch_func: FetchFunction | None = None,
    weight_path_prefix: str | None = None,
    weight_url_converter: UrlConverter | None = None,
    field_names: Mapping[str, str] | None = None,
    timeout: float | None = 30.0,
    retries: int = 3,
    parallel: int = 6,
    deadline: float | None = None,
    sha256: str | None = None,
    redirects: bool = True,
    allowed_hosts: Iterable[str] | None = None,
    token: str | None = None,
    cache: bool | str = False,
    refresh: Refresh = "if-newer",
    on_progress: OnProgress | None = None,
) -> HTTPHandler:
    """Return the handler of a model on a server, for saving and for loading.

    Args:
        url: The model.json to load, or where to send a save. On a page it may be relative.
        request_init: As in JavaScript: ``headers`` go with every request; ``method`` is that of a
            save, POST by default; all else (``credentials``, ``mode``, ``cache``) only a browser
            knows. Headers and credentials go to servers that you named here, and not to another
            one on which the weights turn out to lie or to which a redirect leads.
        fetch_func: Used instead of the browser's fetch and of httpx; see
            `pyio.handlers.http.transport.FetchFunction`.
        weight_path_prefix: Goes before the paths in the model.json, instead of its own directory.
        weight_url_converter: Path -> address, as a mapping or a function, instead of all rules.
        field_names: Other names for the form fields "model.json" and "model.weights.bin".
        timeout: Seconds without an answer, or without a byte of it, after which a request failed.
        retries: Further attempts of a load where the failure may pass: no connection, 408, 429,
            5xx. A save is never sent twice.
        parallel: How many weight files are on their way at once.
        deadline: Seconds that the whole load or save may take, or None for no limit.
        sha256: The SHA-256 that the weights must have when they are loaded, in hexadecimal digits:
            of the bytes of all weight files one after another, in the order of the model.json.
        redirects: Whether redirects are followed. A save is never redirected to another server. In
            a browser, requests with headers are not redirected at all.
        allowed_hosts: The only hosts that may be asked, such as "example.com" or "localhost:8000",
            besides those that you named in other options. They get no headers by this.
        token: Sent as ``Authorization: Bearer …`` to servers that you named here.
        cache: Keep a copy of what is loaded: True for IndexedDB, or in CPython for the folder of
            caches; or where copies go, such as "opfs://" or "file:///srv/models". The copy is
            listed, and `pyio.remove_model` removes it.
        refresh: When a copy is there: "if-newer" asks the server and loads what has changed,
            "never" asks nothing, "always" loads again. See `pyio.handlers.http.cached`.
        on_progress: Called with a `pyio.Progress`. A save in a browser counts the bytes that the
            browser has taken over; it does not tell what has left.

    Raises:
        InvalidURLError: The address is empty, or relative where there is no page.
        HandlerError: An option that cannot be used.
    """
    options = cast("HTTPOptions", {**locals()})  # first, before it holds anything else
    if cache is False:
        return HTTPHandler(url, options, on_progress)
    from pyio.handlers.http.cached import CachedHandler  # late: few programs keep copies

    return CachedHandler(url, options, on_progress)
