"""From ``scheme://path`` to the handler that serves it.

Two kinds of registration: a `Medium` for each scheme, and routers, functions that look at an
address and return a handler or None, as in TensorFlow.js (``tf.io.registerSaveRouter``). Everything
after ``scheme://`` is the path, literally.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from pyio.addresses import shown
from pyio.browser import fetch
from pyio.errors import (
    HandlerError,
    InvalidURLError,
    UnknownSchemeError,
    UnsupportedEnvironmentError,
)

if TYPE_CHECKING:
    from pyio.handlers.contract import LoadHandler, SaveHandler
    from pyio.handlers.medium import Medium

Router: TypeAlias = Callable[[str, Mapping[str, Any]], Any]
"""Gets an address and the caller's options; returns a handler, or None for an address of others."""

_URL = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://(.*)", re.DOTALL)


_media: dict[str, Medium] = {}
_save_routers: list[Router] = []
_load_routers: list[Router] = []


def register_medium(medium: Medium) -> None:
    """Add a scheme. Raises HandlerError if it is taken."""
    if medium.scheme in _media:
        raise HandlerError(f"the scheme {medium.scheme!r} is registered already")
    _media[medium.scheme] = medium


def require_available(medium: Medium) -> None:
    """Raise UnsupportedEnvironmentError if a medium does not work here."""
    missing = medium.missing()
    if missing is not None:
        works = ", ".join(f"{other.scheme}://" for other in available_media())
        raise UnsupportedEnvironmentError(
            f"{medium.scheme}:// does not work here: {missing}. What works here: {works}"
        )


def media() -> Mapping[str, Medium]:
    """Return all registered media: scheme -> Medium."""
    return dict(_media)


def available_media() -> list[Medium]:
    """Return the media that work in this environment."""
    return [medium for medium in _media.values() if medium.missing() is None]


def register_save_router(router: Router) -> None:
    """Add a router for saving; see `Router`."""
    _save_routers.append(_callable(router))


def register_load_router(router: Router) -> None:
    """Add a router for loading; see `Router`."""
    _load_routers.append(_callable(router))


def _callable(router: Router) -> Router:
    if not callable(router):
        raise HandlerError(f"a router is a function of an address and options, got {router!r:.60}")
    return router


def unregister_router(router: Router) -> None:
    """Forget a router that was registered for saving, loading or both."""
    for routers in (_save_routers, _load_routers):
        while router in routers:
            routers.remove(router)


def get_save_handlers(url: str, **options: Any) -> list[SaveHandler]:
    """Return every handler that would save to `url`; the list is empty for an unknown scheme."""
    return _handlers(url, options, _save_routers, saving=True)


def get_load_handlers(url: str, **options: Any) -> list[LoadHandler]:
    """Return every handler that would load from `url`; the list is empty for an unknown scheme."""
    return _handlers(url, options, _load_routers, saving=False)


def save_handler(target: str | SaveHandler, options: Mapping[str, Any]) -> SaveHandler:
    """Return the one handler that saves to `target`, an address or already a handler.

    Raises InvalidURLError, UnknownSchemeError, UnsupportedOperationError,
    UnsupportedEnvironmentError or HandlerError.
    """
    if not isinstance(target, str):
        return cast("SaveHandler", _checked(target, "save", options))
    scheme, path = split_url(target)
    if "://" in path and scheme in _media and _media[scheme].lists:
        raise InvalidURLError(
            target,
            "a model's name must not contain '://', because TensorFlow.js could list it and never "
            "remove it; choose a name without",
        )
    return cast("SaveHandler", _only(get_save_handlers(target, **options), target, "save"))


def load_handler(source: str | LoadHandler, options: Mapping[str, Any]) -> LoadHandler:
    """Return the one handler that loads from `source`; errors as in `save_handler`."""
    if not isinstance(source, str):
        return cast("LoadHandler", _checked(source, "load", options))
    return cast("LoadHandler", _only(get_load_handlers(source, **options), source, "load"))


def split_url(url: str) -> tuple[str, str]:
    """Return scheme and path of an address. Raises InvalidURLError if it has none."""
    match = _URL.fullmatch(url) if isinstance(url, str) else None
    if match is None:
        some = next(iter(_media), "indexeddb")
        name = url if isinstance(url, str) and url else "my-model"
        expected = f"expected scheme://name with one of {_schemes()}"
        if name.endswith(".json") or "/" in name.strip("/"):
            example = f"a model on this computer is file://{name}"
            if fetch.base_url() is not None:
                example = f"a model beside this page is pyio.http({shown(name)!r})"
            raise InvalidURLError(url, f"{expected}; {example}")
        raise InvalidURLError(url, f"{expected}, such as {some}://{name}")
    return match[1].lower(), match[2]


def medium_of(url: str) -> tuple[Medium, str]:
    """Return the medium and the path of an address. Raises UnknownSchemeError."""
    scheme, path = split_url(url)
    if scheme not in _media:
        raise UnknownSchemeError(url, f"nothing is registered for {scheme}://; use {_schemes()}")
    return _media[scheme], path


def require_path(url: str, path: str) -> str:
    """Return `path`, or raise InvalidURLError if it is empty."""
    if not path:
        raise InvalidURLError(
            url, f"the name after '://' is empty; choose one, as in {url}my-model"
        )
    return path


def _schemes() -> str:
    return ", ".join(f"{scheme}://" for scheme in _media)


def _handlers(
    url: str, options: Mapping[str, Any], routers: list[Router], *, saving: bool
) -> list[Any]:
    scheme, path = split_url(url)
    medium = _media.get(scheme)
    found = []
    if medium is not None and (medium.saves if saving else medium.loads):
        found.append(_handler(medium, url, path, options, saving=saving))
    found += [router(url, options) for router in routers]
    return [handler for handler in found if handler is not None]


def _handler(
    medium: Medium, url: str, path: str, options: Mapping[str, Any], *, saving: bool
) -> Any:
    """Return the handler for `path`, or raise an error that says why it cannot work."""
    require_available(medium)
    known = medium.options | {"on_progress"}
    unknown = sorted(set(options) - known)
    if unknown:
        takes = ", ".join(sorted(known)) + ("; every save takes checksum too" if saving else "")
        raise HandlerError(
            f"{medium.scheme}:// has no option {unknown[0]!r} (for {url!r}); its options: {takes}"
        )
    return medium.handler(path, **options)


def _only(handlers: list[Any], url: str, verb: str) -> Any:
    if len(handlers) > 1:
        raise HandlerError(
            f"{len(handlers)} handlers want to {verb} {url!r}; give one of them instead of the "
            "address"
        )
    if not handlers:
        medium, path = medium_of(url)
        raise medium.cannot(verb, path)
    return _checked(handlers[0], verb, {})


def _checked(handler: object, verb: str, options: Mapping[str, Any]) -> object:
    if not callable(getattr(handler, verb, None)):
        raise HandlerError(
            f"{handler!r} has no method {verb!r}, so it cannot {verb} a model; give an address "
            f"such as 'indexeddb://my-model' or an object with {verb}()"
        )
    if options:
        raise HandlerError(
            f"the options {', '.join(sorted(options))} go with an address; {handler!r} is a "
            "handler already, so give them to it where it is made"
        )
    return handler
