"""A small model with digests; every byte of it is damaged in turn, in every medium."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

import pyio
from tests.fuzz.corpus import KINDS, Artefact, difference

if TYPE_CHECKING:
    from pathlib import Path

WEIGHTS = {"w": np.array([1.5, -2], np.float32), "t": np.array(["é"], dtype=object)}


def small(checksum: bool) -> pyio.ModelArtifacts:
    """A model with every kind of part, in few bytes."""
    encoded = pyio.encode_weights(WEIGHTS, quantization={"uint8": "w"})
    return pyio.ModelArtifacts(
        model_topology={"class_name": "Sequential", "config": {"layers": [], "n": [1.5, None]}},
        weight_specs=encoded.specs,
        weight_data=encoded.data,
        format="layers-model",
        user_defined_metadata={"a": 1},
        null_fields=frozenset({"converted_by"}),
        checksum=checksum,
    )


def artefact(kind: str, place: Path, model: pyio.ModelArtifacts) -> Artefact:
    lay, load = KINDS[kind]
    return Artefact("small", kind, lay(model), load, place)


async def outcomes(stored: Artefact, masks: tuple[int, ...]) -> Counter[str]:
    """Flip bits of each byte in turn, load, and count the outcomes."""
    whole = await stored.read(stored.parts)
    found: Counter[str] = Counter()
    for name, content in stored.parts.items():
        for place in range(len(content)):
            for mask in masks:
                changed = bytearray(content)
                changed[place] ^= mask
                found[await _outcome(stored, {**stored.parts, name: bytes(changed)}, whole)] += 1
    return found


async def _outcome(stored: Artefact, parts: dict[str, bytes], whole: pyio.ModelArtifacts) -> str:
    try:
        loaded = await stored.read(parts)
        pyio.decode_weights(loaded.weight_data or (), loaded.weight_specs or ())
    except pyio.PyioError:
        return "typed error"
    changed = difference(whole, loaded)
    return "same model" if changed is None else f"other {changed}"


@pytest.mark.parametrize("kind", KINDS)
def test_with_digests_no_byte_goes_unseen(kind: str, tmp_path: Path) -> None:
    """With digests, any flipped bit gives a PyioError or exactly the same model."""
    masks = (1,) if ":" in kind else (1, 4, 64)  # files and requests are slow
    found = asyncio.run(outcomes(artefact(kind, tmp_path, small(True)), masks))
    assert set(found) == {"typed error", "same model"}
    assert found["typed error"] > 400


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("file")])
def test_what_goes_unseen_without_them(kind: str, tmp_path: Path) -> None:
    """Without digests a flipped bit in the weights, or in a JSON value, gives other values.

    Zips have their own checksums, and shards have checksums of the weights.
    """
    found = asyncio.run(outcomes(artefact(kind, tmp_path, small(False)), (1,)))
    expected = {"typed error", "same model", "other weights", "other description"}
    if "zip" in kind:
        expected -= {"other weights", "other description"}
    elif "shards" in kind:
        expected -= {"other weights"}
    assert set(found) - {"same model"} == expected - {"same model"}


def test_the_corpus_tells_models_apart() -> None:
    """The comparison that the tests above use sees other values, other specs and other fields."""
    model = small(True)
    assert difference(model, small(False)) is None
    assert difference(model, replace(model, weight_data=(memoryview(bytes(8)),))) == "weights"
    assert difference(model, replace(model, weight_specs=())) == "description"
    assert difference(model, replace(model, null_fields=frozenset())) == "description"
