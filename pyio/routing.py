"""From ``scheme://path`` to the handler that serves it.

Two kinds of registration: a `Medium`, which is a scheme and what is known of it without importing
its module, and routers, functions that look at an address and return a handler or None, as in
TensorFlow.js (``tf.io.registerSaveRouter``). Everything after ``scheme://`` is the path, literally.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from enum import IntEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from pyio.errors import (
    HandlerError,
    InvalidURLError,
    UnknownSchemeError,
    UnsupportedEnvironmentError,
    UnsupportedOperationError,
)

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from pyio.findings import Choices, Found
    from pyio.handlers.contract import DurableManager, LoadHandler, SaveHandler, StoreManager

Router: TypeAlias = Callable[[str, Mapping[str, Any]], Any]
"""Gets an address and the caller's options; returns a handler, or None if it is not its own."""

_URL = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://(.*)", re.DOTALL)


class Durability(IntEnum):
    """How soon what was saved under an address is on disk."""

    NEVER = 0
    """It is gone with the process or the page."""
    LATER = 1
    """The browser writes it to disk later, and does not say when it has."""
    AT_ONCE = 2
    """It is on disk when the save returns."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A scheme and what is known of it before its module is imported.

    Args:
        scheme: What stands before ``://``.
        module: Where the handler lives. It has ``missing()``, which says in words what keeps the
            medium from working in this environment, or None; ``MANAGER`` if it `lists`; and
            ``alone()`` if several tabs share what it stores.
        handler: The name of the handler class, which takes the path and `options` as keywords.
        saves: Whether it can save.
        loads: Whether it can load.
        lists: Whether it can list and remove.
        keeps: Whether what is saved under an address is what is loaded from it later, as a server
            that takes uploads need not do. A medium that lists keeps.
        whole_url: Whether the handler takes the whole address instead of the path.
        options: The names of the options that the handler takes besides ``on_progress``.
        instead: What to do where it cannot do something.
        repairs: The module that finds what interrupted saves have left, with a coroutine function
            ``find(path, choices)`` as `pyio.findings` describes, or "".
    """

    scheme: str
    module: str
    handler: str
    saves: bool = True
    loads: bool = True
    lists: bool = False
    keeps: bool = False
    whole_url: bool = False
    options: frozenset[str] = frozenset()
    instead: str = ""
    repairs: str = ""

    def missing(self) -> str | None:
        """Return what this environment lacks for the medium, in words, or None."""
        return cast("str | None", import_module(self.module).missing())

    def manager(self) -> StoreManager:
        """Return what lists and removes the models of this medium."""
        return cast("StoreManager", import_module(self.module).MANAGER)

    def moving(self, path: str) -> AbstractAsyncContextManager[None]:
        """Give the block of `DurableManager.moving`."""
        return cast("DurableManager", self.manager()).moving(path)

    async def find_leftovers(self, path: str, choices: Choices) -> Found:
        """Return what interrupted saves have left at `path`, or everywhere if that is empty."""
        return cast("Found", await import_module(self.repairs).find(path, choices))

    def durability(self) -> Durability:
        """Return how soon what was saved is on disk in this environment."""
        found = getattr(import_module(self.module), "DURABILITY", Durability.AT_ONCE)
        return cast("Durability", found)

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Keep others who use pyio from changing what the medium stores, inside the block."""
        return cast(
            "AbstractAsyncContextManager[None]",
            getattr(import_module(self.module), "alone", nullcontext)(),
        )

    def open(self, url: str, path: str, options: Mapping[str, Any]) -> Any:
        """Return the handler for `path`, or raise what keeps it from working."""
        self.require()
        known = self.options | {"on_progress"}
        unknown = sorted(set(options) - known)
        if unknown:
            takes = ", ".join(sorted(known))
            raise HandlerError(
                f"{self.scheme}:// has no option {unknown[0]!r} (for {url!r}); its options: {takes}"
            )
        place = url if self.whole_url else path
        return getattr(import_module(self.module), self.handler)(place, **options)

    def require(self) -> None:
        """Raise UnsupportedEnvironmentError if the medium does not work here."""
        missing = self.missing()
        if missing is not None:
            works = ", ".join(f"{medium.scheme}://" for medium in available_media())
            raise UnsupportedEnvironmentError(
                f"{self.scheme}:// does not work here: {missing}. What works here: {works}"
            )


_media: dict[str, Medium] = {}
_save_routers: list[Router] = []
_load_routers: list[Router] = []


def register_medium(medium: Medium) -> None:
    """Add a scheme. Raises HandlerError if it is taken."""
    if medium.scheme in _media:
        raise HandlerError(f"the scheme {medium.scheme!r} is registered already")
    _media[medium.scheme] = medium


def media() -> Mapping[str, Medium]:
    """Return all registered media: scheme -> Medium."""
    return dict(_media)


def available_media() -> list[Medium]:
    """Return the media that work in this environment."""
    return [medium for medium in _media.values() if medium.missing() is None]


def register_save_router(router: Router) -> None:
    """Ask `router` too when something is to be saved; see `Router`."""
    _save_routers.append(router)


def register_load_router(router: Router) -> None:
    """Ask `router` too when something is to be loaded; see `Router`."""
    _load_routers.append(router)


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
        raise InvalidURLError(
            url, f"expected scheme://name with one of {_schemes()}, such as {some}://{name}"
        )
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
        found.append(medium.open(url, path, options))
    found += [router(url, options) for router in routers]
    return [handler for handler in found if handler is not None]


def _only(handlers: list[Any], url: str, verb: str) -> Any:
    if len(handlers) > 1:
        raise HandlerError(
            f"{len(handlers)} handlers want to {verb} {url!r}; give one of them instead of the "
            "address"
        )
    if not handlers:
        medium, _ = medium_of(url)
        raise UnsupportedOperationError(
            f"{medium.scheme}:// cannot {verb} ({url!r}); {medium.instead}"
        )
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
