"""Damaged models of TensorFlow end in an error of pyio, soon, and without much memory."""

from __future__ import annotations

import random
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest

import pyio
from tests.support.saved_models import DATA, contents, imported

if TYPE_CHECKING:
    from collections.abc import Iterator

MODELS = {"text": 110, "v1_hub": 90, "control": 40, "frozen": 60, "hub_v2": 30}
MEASURED = ("frozen", "hub_v2")
"""Model -> how many damaged copies are tried. Measuring the memory is slow, so not for all."""

SECONDS = 3.0
MEGABYTES = 64


def damaged(files: dict[str, bytes], chance: random.Random) -> Iterator[dict[str, bytes]]:
    """Copies with one to four changed bytes, cut off, or with a piece written twice."""
    while True:
        name = chance.choice(sorted(files))
        data = bytearray(files[name])
        place = chance.randrange(len(data))
        kind = chance.randrange(6)
        if kind == 0:
            del data[place:]
        elif kind == 1:
            piece = data[place : place + chance.randrange(1, 60)]
            data[place:place] = piece
        else:
            for _ in range(chance.randrange(1, 5)):
                data[chance.randrange(len(data))] = chance.choice(
                    (0, 1, 127, 128, 255, place % 256)
                )
        yield {**files, name: bytes(data)}


@pytest.mark.parametrize("name", MODELS)
def test_damage_ends_in_a_typed_error(name: str) -> None:
    """Hundreds of damaged copies: each is imported, or refused by a PyioError, within bounds."""
    files = contents(DATA / name / "model")
    copies = damaged(files, random.Random(2026))
    imported(files)  # imports what the first run needs
    refused = 0
    if name in MEASURED:
        tracemalloc.start()
    try:
        for number in range(MODELS[name]):
            began = time.monotonic()
            try:
                imported(next(copies), pyio_only=True)
            except pyio.PyioError:
                refused += 1
            assert time.monotonic() - began < SECONDS, number
        assert tracemalloc.get_traced_memory()[1] < MEGABYTES * 2**20
    finally:
        tracemalloc.stop()
    assert refused > MODELS[name] // 5


@pytest.mark.parametrize("name", ["frozen", "hub_v2"])
def test_every_cut_of_a_graph(name: str) -> None:
    """A file that ends early, anywhere in a sample of places, is no whole graph."""
    files = contents(DATA / name / "model")
    main = "frozen.pb" if name == "frozen" else "saved_model.pb"
    step = max(1, len(files[main]) // 120)
    whole = str(imported(files).model_topology)
    for end in range(0, len(files[main]), step):
        try:
            found = imported({**files, main: files[main][:end]})
        except pyio.PyioError:
            continue
        # Protobuf cannot tell that later nodes are missing. What is left must still be a graph.
        assert str(found.model_topology) != whole
