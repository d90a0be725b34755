"""List, copy, move and remove, with memory:// and with failures."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

import pyio
from pyio.errors import (
    DamagedModelError,
    HandlerError,
    InvalidURLError,
    ModelExistsError,
    ModelNotFoundError,
    StorageError,
    UnknownSchemeError,
    UnsupportedEnvironmentError,
    UnsupportedOperationError,
)
from pyio.handlers.memory import Memory, MemoryHandler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    from pyio.handlers.medium import Medium
    from pyio.handlers.memory import StoredModel

    Models = MutableMapping[str, StoredModel]
    Transfer = Callable[..., Awaitable[pyio.ModelArtifactsInfo]]

pytestmark = pytest.mark.usefixtures("routes")
transfers = pytest.mark.parametrize("transfer", [pyio.copy_model, pyio.move_model])

MODEL = pyio.ModelArtifacts(
    model_topology={"t": 1},
    weight_specs=(pyio.WeightSpec("w", (2,), "float32"),),
    weight_data=(memoryview(bytes(8)),),
    null_fields=frozenset({"converted_by"}),
)


def put(*paths: str) -> None:
    async def save() -> None:
        for index, path in enumerate(paths):
            artifacts = pyio.ModelArtifacts(model_topology={"i": index})
            await pyio.save_artifacts(artifacts, f"memory://{path}")

    asyncio.run(save())


def topology(path: str) -> Any:
    return asyncio.run(pyio.load_artifacts(f"memory://{path}")).model_topology


def run(awaitable: Awaitable[pyio.ModelArtifactsInfo]) -> pyio.ModelArtifactsInfo:
    async def wait() -> pyio.ModelArtifactsInfo:
        return await awaitable

    return asyncio.run(wait())


def listed() -> dict[str, pyio.ModelArtifactsInfo]:
    return asyncio.run(pyio.list_models())


def test_listing() -> None:
    """Nothing, one and several models are listed by address, slashes included, with their sizes."""
    assert listed() == {}
    result = asyncio.run(pyio.save_artifacts(MODEL, "memory://a"))
    assert listed() == {"memory://a": result.model_artifacts_info}
    put("b/c", "b")
    assert list(listed()) == ["memory://a", "memory://b/c", "memory://b"]
    assert listed()["memory://a"].weight_data_bytes == 8
    assert listed()["memory://b"].model_topology_bytes == len('{"i":1}')


def test_removing(memory: Models) -> None:
    """Removing returns the info and removes only that model."""
    put("a", "a/b")
    info = run(pyio.remove_model("MEMORY://a"))
    assert info.model_topology_bytes == len('{"i":0}')
    assert list(memory) == ["a/b"]
    with pytest.raises(ModelNotFoundError, match="'memory://a'; list_models"):
        run(pyio.remove_model("memory://a"))


@pytest.mark.parametrize(
    ("url", "error", "text"),
    [
        ("memory://", InvalidURLError, "is empty"),
        ("a", InvalidURLError, "expected scheme://name"),
        ("ftp://a", UnknownSchemeError, "nothing is registered for ftp://"),
        ("downloads://a", UnsupportedOperationError, "downloads:// cannot remove"),
        ("indexeddb://a", UnsupportedEnvironmentError, "does not work here"),
        (None, InvalidURLError, "None is not a usable model address"),
    ],
    ids=range(6),
)
def test_removing_what_cannot_be(url: Any, error: type[Exception], text: str) -> None:
    """Each reason why a removal is impossible has its own error, and nothing is removed."""
    put("a")
    with pytest.raises(error, match=text):
        run(pyio.remove_model(url))
    assert list(listed()) == ["memory://a"]


def test_copying() -> None:
    """A copy has all of the model, null fields included, and the source stays."""
    asyncio.run(pyio.save_artifacts(MODEL, "memory://a"))
    info = run(pyio.copy_model("memory://a", "memory://b"))
    assert listed()["memory://b"] == info
    found = asyncio.run(pyio.load_artifacts("memory://b"))
    assert found == asyncio.run(pyio.load_artifacts("memory://a")) == MODEL


def test_moving(memory: Models) -> None:
    """A moved model is at its destination only."""
    put("a")
    info = run(pyio.move_model("memory://a", "memory://b"))
    assert list(memory) == ["b"]
    assert listed() == {"memory://b": info}
    assert topology("b") == {"i": 0}


@transfers
def test_nothing_is_replaced_unasked(transfer: Transfer) -> None:
    """If the destination exists, the error says how to replace it, and that replaces it."""
    put("a", "b")
    with pytest.raises(ModelExistsError, match="'memory://b'; pass overwrite=True") as caught:
        run(transfer("memory://a", "memory://b"))
    assert isinstance(caught.value, FileExistsError)
    assert (topology("a"), topology("b")) == ({"i": 0}, {"i": 1})
    run(transfer("memory://a", "memory://b", overwrite=True))
    assert topology("b") == {"i": 0}


@transfers
@pytest.mark.parametrize("again", ["memory://a", "MEMORY://a", "Memory://a"])
def test_a_model_is_never_moved_onto_itself(transfer: Transfer, again: str) -> None:
    """Equal source and destination are refused, whatever the case of the scheme."""
    put("a")
    for overwrite in (False, True):
        with pytest.raises(InvalidURLError, match="source and destination are the same"):
            run(transfer("memory://a", again, overwrite=overwrite))
        assert topology("a") == {"i": 0}


@transfers
@pytest.mark.parametrize(
    ("source", "destination", "error"),
    [
        ("memory://absent", "memory://b", ModelNotFoundError),
        ("ftp://a", "memory://b", UnknownSchemeError),
        ("memory://a", "ftp://b", UnknownSchemeError),
        ("memory://a", "memory://", InvalidURLError),
        ("memory://", "memory://b", InvalidURLError),
        ("memory://a", "memory://b://c", InvalidURLError),
        ("memory://a", "b", InvalidURLError),
        ("a", "memory://b", InvalidURLError),
        (None, "memory://b", InvalidURLError),
        ("memory://a", None, InvalidURLError),
        (None, None, InvalidURLError),
        ("downloads://a", "memory://b", UnsupportedOperationError),
        ("memory://a", "indexeddb://b", UnsupportedEnvironmentError),
        ("localstorage://a", "memory://b", UnsupportedEnvironmentError),
    ],
    ids=range(14),
)
def test_a_transfer_that_fails_changes_nothing(
    transfer: Transfer, memory: Models, source: Any, destination: Any, error: type[Exception]
) -> None:
    """Each problem with an address has its own error, and both places stay unchanged."""
    put("a", "kept")
    before = dict(memory)
    for overwrite in (False, True):
        with pytest.raises(error):
            run(transfer(source, destination, overwrite=overwrite))
        assert dict(memory) == before


def test_a_bad_destination_is_told_before_a_missing_source() -> None:
    """The destination is checked before anything is loaded."""
    with pytest.raises(UnknownSchemeError, match="ftp"):
        run(pyio.copy_model("memory://absent", "ftp://b"))


def test_an_unreadable_source_is_told_before_a_stored_destination() -> None:
    """If the source cannot be read, the error says so, and does not ask for overwrite=True."""
    put("kept")
    with pytest.raises(UnsupportedOperationError, match="downloads:// cannot load"):
        run(pyio.copy_model("downloads://a", "memory://kept"))


@transfers
def test_sameness_is_told_first(transfer: Transfer) -> None:
    """Equal source and destination are reported before anything that the medium cannot do."""
    with pytest.raises(InvalidURLError, match="the same"):
        run(transfer("downloads://a", "downloads://a"))


def test_moving_to_a_download_is_refused() -> None:
    """A move to downloads is refused: it cannot confirm the file, so the source could be lost."""
    put("a")
    with pytest.raises(
        UnsupportedOperationError, match=r"cannot move to 'downloads://b'.*copy_mod"
    ):
        run(pyio.move_model("memory://a", "downloads://b"))
    assert topology("a") == {"i": 0}


@transfers
def test_a_damaged_source_is_not_copied(transfer: Transfer, memory: Models) -> None:
    """A damaged source raises an error that names it; the destination stays unchanged."""
    asyncio.run(pyio.save_artifacts(MODEL, "memory://a"))
    memory["a"] = type(memory["a"])(memory["a"].record, b"cut", memory["a"].info)
    put("b")
    with pytest.raises(DamagedModelError, match="'memory://a' is damaged"):
        run(transfer("memory://a", "memory://b", overwrite=True))
    assert topology("b") == {"i": 0}
    assert "a" in memory


@transfers
def test_a_save_that_fails_loses_nothing(
    transfer: Transfer, memory: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the destination cannot be stored, the source is still there."""

    async def fail(*_: object) -> None:
        raise StorageError("the disk is on fire")

    put("a")
    before = dict(memory)
    monkeypatch.setattr(MemoryHandler, "save", fail)
    with pytest.raises(StorageError, match="on fire"):
        run(transfer("memory://a", "memory://b"))
    assert dict(memory) == before


def test_a_removal_that_fails_leaves_two_models(
    memory: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the source cannot be removed, the move fails with both models whole."""

    async def fail(*_: object) -> None:
        raise StorageError("cannot remove")

    put("a")
    monkeypatch.setattr(Memory, "remove", fail)
    with pytest.raises(StorageError, match="cannot remove"):
        run(pyio.move_model("memory://a", "memory://b"))
    assert sorted(memory) == ["a", "b"]
    assert topology("a") == topology("b")


def test_copying_to_and_from_a_router_of_the_users() -> None:
    """Models can be copied to and from a scheme that only a router knows; it is not listed."""
    kept: list[pyio.ModelArtifacts] = []

    def keep(artifacts: pyio.ModelArtifacts) -> pyio.SaveResult:
        kept.append(artifacts)
        return pyio.SaveResult(pyio.ModelArtifactsInfo(model_topology_bytes=1))

    pyio.register_save_router(
        lambda url, _: pyio.with_save_handler(keep) if url.startswith("my://") else None
    )
    pyio.register_load_router(
        lambda url, _: pyio.from_memory(kept[0]) if url.startswith("my://") else None
    )
    put("a")
    assert run(pyio.copy_model("memory://a", "my://x")).model_topology_bytes == 1
    run(pyio.copy_model("my://x", "memory://b"))
    assert topology("b") == {"i": 0}
    assert list(listed()) == ["memory://a", "memory://b"]
    with pytest.raises(UnknownSchemeError):
        run(pyio.move_model("memory://a", "my://x"))


def test_an_ambiguous_destination_is_refused() -> None:
    """If two handlers accept the destination, nothing is loaded and nothing is saved."""
    put("a")
    pyio.register_save_router(lambda _url, _options: pyio.with_save_handler(lambda _: never()))
    with pytest.raises(HandlerError, match="2 handlers want to save 'memory://b'"):
        run(pyio.copy_model("memory://a", "memory://b"))


def test_an_option_of_a_medium_is_no_option_of_a_copy() -> None:
    """The error names the option, those that there are, and where the medium's options belong."""
    put("a")
    wrong: Any = {"timeout": 60}
    with pytest.raises(HandlerError, match=r"no option 'timeout'.*overwrite.*signature.*pyio.http"):
        run(pyio.copy_model("memory://a", "memory://b", **wrong))
    assert list(listed()) == ["memory://a"]


def never() -> pyio.SaveResult:
    raise AssertionError


def test_models_are_moved_between_media(routes: dict[str, Medium]) -> None:
    """A model can be moved to another scheme, and each scheme lists its own models."""

    class Other(Memory):
        scheme = "other"

    routes["other"] = Other()
    put("a")
    assert sorted(listed()) == ["memory://a", "other://a"]
    run(pyio.move_model("memory://a", "other://b"))
    assert sorted(listed()) == ["memory://b", "other://b"], "the two media share their content"
    assert topology("b") == {"i": 0}


def test_what_is_stored_is_nobody_elses() -> None:
    """Changing saved arrays or a loaded model's specs leaves the stored model unchanged."""
    array = np.zeros(2, np.float32)

    async def save() -> dict[str, Any]:
        await pyio.save_arrays({"w": array}, "memory://a")
        array[:] = 7
        return await pyio.load_arrays("memory://a")

    assert asyncio.run(save())["w"].tolist() == [0, 0]


def test_a_binary_topology_keeps_the_old_model(memory: Models) -> None:
    """A save that is refused leaves the model that was stored before."""
    put("a")
    before = dict(memory)
    binary: Any = b"graph"
    with pytest.raises(pyio.InvalidModelError, match="binary"):
        asyncio.run(pyio.save_artifacts(pyio.ModelArtifacts(model_topology=binary), "memory://a"))
    assert dict(memory) == before


def test_copying_to_a_handler_that_returns_nothing() -> None:
    """A copy works and returns its sizes, whatever a user's handler returns."""
    saved: list[Any] = []

    def router(url: str, _options: Mapping[str, Any]) -> Any:
        return pyio.with_save_handler(cast("Any", saved.append)) if url == "mine://x" else None

    async def copy() -> pyio.ModelArtifactsInfo:
        await pyio.save_artifacts(pyio.ModelArtifacts(model_topology={"a": 1}), "memory://a")
        return await pyio.copy_model("memory://a", "mine://x")

    pyio.register_save_router(router)
    try:
        assert asyncio.run(copy()).model_topology_bytes == len('{"a":1}')
    finally:
        pyio.unregister_router(router)
    assert saved[0].model_topology == {"a": 1}
