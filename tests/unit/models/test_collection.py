"""Python's garbage collection waits while a model is built, and goes on afterwards."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

import pyio

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def collections() -> Iterator[list[int]]:
    """The generations of objects that are collected, which happens often here."""
    found: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            found.append(info["generation"])

    before = gc.get_threshold()
    gc.callbacks.append(note)
    gc.set_threshold(50, *before[1:])
    yield found
    gc.set_threshold(*before)
    gc.callbacks.remove(note)


def large() -> str:
    layers = [pyio.layers.Dense(2, input_shape=[2]) for _ in range(30)]
    return pyio.Sequential(layers).to_json()


def test_nothing_is_collected_while_a_model_is_built(collections: list[int]) -> None:
    """A model of many layers is built without any collection."""
    text = large()
    pyio.model_from_json(text)  # modules are imported
    assert collections, "with this threshold there should be many"
    del collections[:]
    pyio.model_from_json(text)
    assert len(collections) <= 1, "one may come when it is switched on again"


def test_collection_goes_on_afterwards() -> None:
    """After a model, and after an error, it is as it was: on or off."""
    text = large()
    for enabled in (True, False):
        (gc.enable if enabled else gc.disable)()
        try:
            pyio.model_from_json(text)
            assert gc.isenabled() is enabled
            with pytest.raises(pyio.InvalidModelError):
                pyio.model_from_json("{}")
            assert gc.isenabled() is enabled
        finally:
            gc.enable()
