"""From an address to its handler: media, routers, options, and users' own handlers."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

import pytest

import pyio
from pyio.errors import (
    HandlerError,
    InvalidURLError,
    PyioError,
    UnknownSchemeError,
    UnsupportedEnvironmentError,
    UnsupportedOperationError,
)
from pyio.handlers.keywords import HTTPOptions, SaveOptions
from pyio.handlers.memory import Memory, MemoryHandler
from pyio.handlers.registry import (
    available_media,
    load_handler,
    media,
    medium_of,
    register_medium,
    require_path,
    save_handler,
    split_url,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyio.handlers.medium import Medium
    from pyio.handlers.registry import Router

pytestmark = pytest.mark.usefixtures("routes")

MODEL = pyio.ModelArtifacts(model_topology={"t": 1})
RESULT = pyio.SaveResult(pyio.ModelArtifactsInfo(model_topology_bytes=7))


class Both:
    """A user's handler that records its arguments."""

    def __init__(self) -> None:
        self.saved: list[pyio.ModelArtifacts] = []

    def save(self, artifacts: pyio.ModelArtifacts) -> pyio.SaveResult:
        self.saved.append(artifacts)
        return RESULT

    def load(self) -> pyio.ModelArtifacts:
        return MODEL


ANYWHERE = ["memory", "file", "http", "https"]
"""The media that need no browser."""


def router_for(prefix: str, handler: object) -> Router:
    return lambda url, _options: handler if url.startswith(prefix) else None


def save(target: Any, **options: Any) -> pyio.SaveResult:
    return asyncio.run(pyio.save_artifacts(MODEL, target, **options))


def load(source: Any, **options: Any) -> pyio.ModelArtifacts:
    return asyncio.run(pyio.load_artifacts(source, **options))


def handlers(url: str) -> list[object]:
    return [*pyio.get_save_handlers(url), *pyio.get_load_handlers(url)]


# Addresses


@pytest.mark.parametrize(
    ("url", "scheme", "path"),
    [
        ("memory://x", "memory", "x"),
        ("MEMORY://X", "memory", "X"),
        ("memory://", "memory", ""),
        ("memory:///x", "memory", "/x"),
        ("memory://a/b?c=d#e", "memory", "a/b?c=d#e"),
        ("memory://a://b", "memory", "a://b"),
        ("memory://a%20b c", "memory", "a%20b c"),
        ("memory://имя\n\0", "memory", "имя\n\0"),
        ("a+b-c.1://x", "a+b-c.1", "x"),
    ],
)
def test_an_address_is_scheme_and_path(url: str, scheme: str, path: str) -> None:
    """The scheme is case-insensitive; everything after ``://`` is the path, unchanged."""
    assert split_url(url) == (scheme, path)


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "/x", "memory:x", "memory:/x", "://x", " memory://x", "1x://x", "ä://x"),
        *("a b://x", None, 5, b"memory://x", ["memory://x"]),
    ],
    ids=range(14),
)
def test_what_is_no_address(url: Any) -> None:
    """An address without a scheme is an error that quotes it and gives an example."""
    with pytest.raises(InvalidURLError) as caught:
        split_url(url)
    message = str(caught.value)
    assert repr(url) in message
    assert "expected scheme://name with one of" in message
    assert all(f"{scheme}://" in message for scheme in media())
    assert caught.value.url == url


def test_an_example_that_fits() -> None:
    """The example in the error is the given name with a scheme before it."""
    with pytest.raises(InvalidURLError, match=r"such as localstorage://my-name$"):
        save("my-name")
    with pytest.raises(InvalidURLError, match=r"such as localstorage://my-model$"):
        load("")


@pytest.mark.parametrize("use", [save, load])
def test_an_empty_name_is_refused(use: Callable[[str], object]) -> None:
    """A scheme without a name is refused."""
    with pytest.raises(InvalidURLError, match="the name after '://' is empty"):
        use("memory://")
    assert require_path("memory://x", "x") == "x"


def test_a_name_with_a_scheme_in_it_is_not_saved() -> None:
    """TensorFlow.js could never remove such a model; the error says what to do."""
    with pytest.raises(InvalidURLError, match=r"must not contain '://'.*choose a name without"):
        save("memory://a://b")


@pytest.mark.parametrize("use", [save, load])
def test_an_unknown_scheme_lists_the_known_ones(use: Callable[[str], object]) -> None:
    """An unknown scheme raises a LookupError that lists the known schemes."""
    with pytest.raises(UnknownSchemeError, match="nothing is registered for ftp://") as caught:
        use("ftp://x")
    assert isinstance(caught.value, LookupError)
    assert "memory://, " in str(caught.value) or str(caught.value).endswith("memory://")


def test_medium_of() -> None:
    """The medium of an address is found without regard to the scheme's case."""
    medium, path = medium_of("Memory://x")
    assert (medium.scheme, path) == ("memory", "x")
    with pytest.raises(UnknownSchemeError):
        medium_of("ftp://x")


# Media


def test_media_cannot_be_changed_through_the_view() -> None:
    """The mapping that media() returns is a copy."""
    view: Any = media()
    view.clear()
    assert "memory" in media()
    assert [medium.scheme for medium in available_media()] == ANYWHERE


def test_a_scheme_is_registered_once() -> None:
    """A second medium for a scheme is refused and the first stays."""
    first = media()["memory"]
    with pytest.raises(HandlerError, match="'memory' is registered already"):
        register_medium(Memory())
    assert media()["memory"] is first


@pytest.mark.parametrize("scheme", ["localstorage", "indexeddb", "downloads"])
def test_what_needs_a_browser_says_so(scheme: str) -> None:
    """In CPython the errors of browser media say what is missing, and what works instead."""
    with pytest.raises(UnsupportedEnvironmentError) as caught:
        save(f"{scheme}://x")
    message = str(caught.value)
    assert message.startswith(f"{scheme}:// does not work here: ")
    assert message.endswith("What works here: memory://, file://, http://, https://")


def test_downloads_cannot_be_read_back() -> None:
    """Loading from a save-only medium raises an error that says what to do instead."""
    with pytest.raises(
        UnsupportedOperationError, match=r"downloads:// cannot load .*pick the file"
    ):
        load("downloads://x")
    assert pyio.get_load_handlers("downloads://x") == []


@pytest.mark.parametrize("use", [save, load])
def test_unknown_options_are_named(use: Callable[..., object]) -> None:
    """An option that a medium does not accept is refused; the error lists the accepted ones."""
    with pytest.raises(
        HandlerError, match=r"memory:// has no option 'fast'.*its options: on_progress"
    ):
        use("memory://x", fast=1, slow=2)


def test_the_options_of_a_save_name_checksum() -> None:
    """It is no option of a medium, and a misspelling is answered with it."""
    with pytest.raises(HandlerError, match=r"no option 'cheksum'.*every save takes checksum"):
        save("memory://x", cheksum=True)


def test_keywords_have_the_options_of_all_media() -> None:
    """What type checkers and editors know are the options that media take, and no fewer."""
    for medium in media().values():
        assert medium.options <= SaveOptions.__annotations__.keys(), medium.scheme


def test_options_reach_the_handler(routes: dict[str, Medium]) -> None:
    """The options that a medium accepts are passed to its handler unchanged."""
    got: dict[str, Any] = {}

    class Handler(MemoryHandler):
        def __init__(self, path: str, **options: Any) -> None:
            super().__init__(path)
            got.update(options)

    class Other(Memory):
        scheme = "other"
        options = frozenset({"a", "b"})

        def handler(self, path: str, **options: Any) -> Any:
            return Handler(path, **options)

    routes["other"] = Other()
    marker = object()
    save("other://x", a=marker)
    assert got == {"a": marker}
    with pytest.raises(HandlerError, match=r"'c'.*its options: a, b"):
        save("other://x", c=1)


# Routers


def test_handlers_of_an_address() -> None:
    """Each address has the handler of its medium; an unknown scheme has none."""
    (saver,) = pyio.get_save_handlers("memory://x")
    (loader,) = pyio.get_load_handlers("memory://x")
    assert isinstance(saver, MemoryHandler)
    assert isinstance(loader, MemoryHandler)
    assert handlers("ftp://x") == []


def test_save_and_load_routers_do_not_cross() -> None:
    """A save router is never called for a load, and a load router never for a save."""
    saver, loader = Both(), Both()
    pyio.register_save_router(router_for("s://", saver))
    pyio.register_load_router(router_for("l://", loader))
    assert pyio.get_save_handlers("s://x") == [saver]
    assert pyio.get_load_handlers("s://x") == []
    assert pyio.get_load_handlers("l://x") == [loader]
    assert pyio.get_save_handlers("l://x") == []
    assert save("s://x") is RESULT
    assert saver.saved == [MODEL]
    assert load("l://x") is MODEL
    with pytest.raises(UnknownSchemeError):
        load("s://x")


def test_options_reach_routers_by_identity() -> None:
    """A router gets the address unchanged, and the caller's option objects themselves."""
    marker = object()
    seen: list[tuple[str, Mapping[str, Any]]] = []

    def router(url: str, options: Mapping[str, Any]) -> Both:
        seen.append((url, options))
        return Both()

    pyio.register_load_router(router)
    load("My://X?y", token=marker)
    ((url, options),) = seen
    assert url == "My://X?y"
    assert options["token"] is marker


def test_several_handlers_are_ambiguous() -> None:
    """If two handlers accept an address, saving is an error; a list has both of them."""
    first, second = Both(), Both()
    pyio.register_save_router(router_for("my://", first))
    pyio.register_save_router(router_for("my://x", second))
    assert pyio.get_save_handlers("my://x") == [first, second]
    with pytest.raises(HandlerError, match="2 handlers want to save 'my://x'; give one of them"):
        save("my://x")
    assert save("my://y") is RESULT
    pyio.register_load_router(router_for("memory://", first))
    with pytest.raises(HandlerError, match="2 handlers want to load 'memory://x'"):
        load("memory://x")


def test_a_router_is_forgotten() -> None:
    """unregister_router forgets a router in both lists, however often it was registered."""
    router = router_for("my://", Both())
    for _ in range(2):
        pyio.register_save_router(router)
        pyio.register_load_router(router)
    pyio.unregister_router(router)
    assert handlers("my://x") == []
    pyio.unregister_router(router)


@pytest.mark.parametrize("handler", [object(), "memory://y", 5, {"save": 1}])
def test_a_router_that_gives_no_handler(handler: object) -> None:
    """The value that a router returns is checked before it is used."""
    pyio.register_save_router(router_for("my://", handler))
    with pytest.raises(HandlerError, match="has no method 'save'"):
        save("my://x")


# Handlers in place of addresses


class Plain:
    def save(self, artifacts: pyio.ModelArtifacts) -> pyio.SaveResult:
        assert artifacts is MODEL
        return RESULT

    def load(self) -> pyio.ModelArtifacts:
        return MODEL


class Coroutines:
    async def save(self, artifacts: pyio.ModelArtifacts) -> pyio.SaveResult:
        await asyncio.sleep(0)
        assert artifacts is MODEL
        return RESULT

    async def load(self) -> pyio.ModelArtifacts:
        await asyncio.sleep(0)
        return MODEL


@pytest.mark.parametrize("handler", [Plain(), Coroutines()], ids=["plain", "coroutines"])
def test_handlers_may_be_plain_or_coroutines(handler: Any) -> None:
    """A user's handler gets the same artifacts object, and its result is returned unchanged."""
    assert save(handler) is RESULT
    assert load(handler) is MODEL
    assert isinstance(handler, pyio.SaveHandler)
    assert isinstance(handler, pyio.LoadHandler)
    assert isinstance(handler, pyio.IOHandler)
    assert not isinstance(object(), pyio.IOHandler)


def test_with_save_handler() -> None:
    """A plain or a coroutine function is called with the artifacts; anything else is refused."""
    got: list[pyio.ModelArtifacts] = []

    def plain(artifacts: pyio.ModelArtifacts) -> pyio.SaveResult:
        got.append(artifacts)
        return RESULT

    async def coroutine(artifacts: pyio.ModelArtifacts) -> pyio.SaveResult:
        await asyncio.sleep(0)
        return plain(artifacts)

    assert save(pyio.with_save_handler(plain)) is RESULT
    assert save(pyio.with_save_handler(coroutine)) is RESULT
    assert got == [MODEL, MODEL]
    assert not hasattr(pyio.with_save_handler(plain), "load")
    bad: Any = 5
    with pytest.raises(HandlerError, match="expects a function, got 5"):
        pyio.with_save_handler(bad)


@pytest.mark.parametrize(
    "artifacts",
    [
        MODEL,
        pyio.ModelArtifacts(user_defined_metadata={"a": 1}),
        pyio.ModelArtifacts(weight_specs=(), weight_data=()),
    ],
    ids=["topology", "metadata", "weights"],
)
def test_from_memory_gives_the_very_artifacts(artifacts: pyio.ModelArtifacts) -> None:
    """load() of from_memory returns the given object; the handler cannot save."""
    handler = pyio.from_memory(artifacts)
    assert load(handler) is artifacts
    with pytest.raises(HandlerError, match="has no method 'save'"):
        save(handler)


@pytest.mark.parametrize("target", [None, 5, object(), b"memory://x", {"save": 1}, ["memory://x"]])
def test_what_is_no_handler(target: Any) -> None:
    """An object with neither save() nor load() is refused; the error says what is accepted."""
    with pytest.raises(HandlerError, match=r"has no method 'save'.*'indexeddb://my-model'"):
        save_handler(target, {})
    with pytest.raises(HandlerError, match="has no method 'load'"):
        load_handler(target, {})


def test_options_go_with_an_address() -> None:
    """Options beside a ready-made handler are refused, because they would have no effect."""
    with pytest.raises(HandlerError, match="the options a, b go with an address"):
        save(Both(), b=1, a=2)
    with pytest.raises(HandlerError, match="the options a go with an address"):
        load(Both(), a=2)


@pytest.mark.parametrize("artifacts", [None, {}, {"w": 1}, "memory://x", b"x"])
def test_only_artifacts_are_saved(artifacts: Any) -> None:
    """Arrays or a dict are refused by type, with the function that takes them."""
    with pytest.raises(HandlerError, match=f"got {type(artifacts).__name__}; use save_arrays"):
        asyncio.run(pyio.save_artifacts(artifacts, "memory://x"))


@pytest.mark.parametrize("loaded", [None, {}, "model", 5])
def test_only_artifacts_are_loaded(loaded: Any) -> None:
    """A handler that returns something other than artifacts is named in an error at once."""
    with pytest.raises(HandlerError, match=r"gave .* not ModelArtifacts"):
        load(pyio.from_memory(loaded))
    with pytest.raises(HandlerError, match=r"gave .* not ModelArtifacts"):
        asyncio.run(pyio.load_arrays(pyio.from_memory(loaded)))


def test_errors_of_a_handler_are_passed_on() -> None:
    """An exception of a user's handler is raised unchanged, and is not a PyioError."""

    class Failing:
        def load(self) -> pyio.ModelArtifacts:
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine") as caught:
        load(Failing())
    assert not isinstance(caught.value, PyioError)


def test_the_options_of_http_are_those_that_addresses_take() -> None:
    """`pyio.http` has each option by name, with its default; editors know them from a TypedDict."""
    own = inspect.signature(pyio.http).parameters.keys() - {"url", "on_progress"}
    assert own == HTTPOptions.__optional_keys__
