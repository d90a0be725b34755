"""Hostile topologies: a clear error within a second, and no memory taken."""

from __future__ import annotations

import json
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest

import pyio
from pyio.models.serialization.topology import model_from_json
from tests.unit.models.hostile import HOSTILE, called, dense, functional, sequential, start

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def soon_and_small() -> Iterator[None]:
    """Fail the test if it needs more than a second of processor time or 100 MB."""
    tracemalloc.start()
    begin = time.process_time()
    yield
    seconds = time.process_time() - begin
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 1
    assert peak < 100e6


@pytest.mark.usefixtures("soon_and_small")
@pytest.mark.parametrize("what", HOSTILE)
def test_a_clear_error_within_a_second(what: str) -> None:
    """The error is pyio's, and says what is wrong; it takes neither time nor memory."""
    topology, message = HOSTILE[what]
    with pytest.raises(pyio.InvalidModelError, match=message):
        model_from_json(topology)


@pytest.mark.usefixtures("soon_and_small")
def test_text_that_is_nested_deeply() -> None:
    """JSON text a hundred thousand levels deep is refused by the parser already."""
    with pytest.raises(pyio.InvalidModelError, match="nested"):
        model_from_json("[" * 100_000 + "]" * 100_000)


def test_a_long_model_is_no_deep_one() -> None:
    """A chain of two thousand layers is a valid model: nothing recurses along the graph."""
    layers = [dense(f"d{number}") for number in range(2000)]
    layers[0]["config"]["batch_input_shape"] = [None, 2]
    model = model_from_json(json.dumps(sequential(*layers)))
    assert len(model.layers) == 2000
    assert model.predict([[1.0, 2.0]]).shape == (1, 2)


@pytest.mark.usefixtures("soon_and_small")
def test_calls_in_reverse_order() -> None:
    """A functional model whose layers are listed last to first is sorted quickly."""
    count = 800
    layers = [
        called(dense(f"d{n}"), [[f"d{n - 1}" if n else "in", 0, 0, {}]])
        for n in reversed(range(count))
    ]
    model = model_from_json(functional(*layers, start(), out=(f"d{count - 1}", 0, 0)))
    assert len(model.layers) == count + 1


def test_what_is_given_is_not_changed() -> None:
    """Reading a topology leaves the caller's object as it was."""
    topology = functional(start(), called(dense("d"), [["in", 0, 0, {}]]))
    before = json.dumps(topology)
    model_from_json(topology)
    assert json.dumps(topology) == before


@pytest.mark.usefixtures("soon_and_small")
def test_an_object_that_is_its_own_part() -> None:
    """A topology that was put together in Python may contain itself, twice in each level."""
    topology = sequential(dense(batch_input_shape=[None, 2]))
    topology["config"]["layers"] += [topology, topology]
    with pytest.raises(pyio.InvalidModelError, match="nested deeper than 200"):
        model_from_json(topology)
