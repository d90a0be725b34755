"""Names, numbers and pieces of ``opfs://``, which need no browser."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

import pyio
from pyio.browser.opfs.pieces import Content, require_read, require_written
from pyio.errors import InvalidModelError
from pyio.format.manifest import parse_model_json
from pyio.format.serialized import serialize
from pyio.handlers.opfs import layout, weights
from pyio.progress import joined
from tests.support.models import artifacts


@pytest.mark.parametrize(
    ("name", "directory"),
    [
        ("my-model_2", "my-model_2"),
        ("My Model", "%4dy%20%4dodel"),
        ("a/b", "a%2fb"),
        ("..", "%2e%2e"),
        ("%41", "%2541"),
        ("é", "%c3%a9"),
        ("\ud800", "%ed%a0%80"),
        ("x" * 200, "x" * 200),
    ],
)
def test_directories_of_names(name: str, directory: str) -> None:
    """Each name has a directory of its own, which says the name again."""
    assert layout.directory(name) == directory
    assert layout.name_of(directory, None) == name


def test_long_names() -> None:
    """A long name is cut, has a digest, and stands in the model.json."""
    names = ["x" * 201, "x" * 202, "é" * 100]
    directories = [layout.directory(name) for name in names]
    assert len(set(directories)) == 3
    assert all(len(directory) == 150 + 1 + 32 for directory in directories)
    for name, directory in zip(names, directories, strict=True):
        manifest = parse_model_json(layout.json_text(serialize(artifacts()), name)())
        assert layout.name_of(directory, manifest) == name
        assert layout.name_of(directory, replace(manifest, fields={"pyioName": "y"})) is None


@pytest.mark.parametrize("directory", ["Model", "%4D", "%zz", "a b", "%ff", "é"])
def test_directories_of_others(directory: str) -> None:
    """A directory that pyio would have called otherwise is another program's."""
    assert layout.name_of(directory, None) is None


def test_numbers_never_come_again() -> None:
    """A generation has the time as its number, or one more than the highest there."""
    first = layout.next_number([])
    assert first > 1_700_000_000_000_000
    assert len({layout.next_number([]) for _ in range(100)}) > 50, "two tabs have the same"
    assert layout.next_number([9 * 10**15, 3]) == 9 * 10**15 + 1
    folders = ["12", "7", "012", "0", "x", "-3", "12-moved-ab", "7-moved-", "7-moved-AB"]
    folders += ["1\u0663", "2\u0663-moved-ab"]  # digits of other scripts
    assert layout.numbers(folders) == [12, 7]
    assert layout.marks(folders) == {12: "ab"}
    assert layout.marks([layout.mark(5, "0f")]) == {5: "0f"}


def test_numbers_end() -> None:
    """A number that would not be found again is an error, and no save that nothing shows."""
    assert layout.numbers([str(layout.next_number([10**16 - 2]))]) == [10**16 - 1]
    with pytest.raises(pyio.StorageError, match="9999999999999999"):
        layout.next_number([10**16 - 1])


def test_the_json_is_one_of_tensorflow() -> None:
    """The model.json is that of tfjs-node, with a name and an info more."""
    model = serialize(artifacts())
    members = json.loads(layout.json_text(model, "m")())
    assert list(members)[:2] == ["pyioName", "pyioInfo"]
    assert members["weightsManifest"][0]["paths"] == ["weights.bin"]
    assert layout.info_in(parse_model_json(layout.json_text(model, "m")())) == model.info
    nothing = parse_model_json(layout.json_text(serialize(pyio.ModelArtifacts()), "m")())
    assert nothing.groups == ()


def test_what_json_cannot_hold_is_told_before_weights_are_written() -> None:
    """The text is made when the weights are on their way; its errors come before."""
    metadata: Any = {"a": object()}
    model = serialize(replace(artifacts(), user_defined_metadata=metadata))
    with pytest.raises(InvalidModelError, match=r"\$\.userDefinedMetadata\.a"):
        layout.json_text(model, "m")


def test_pieces() -> None:
    """Small buffers are joined up to a megabyte, large ones cut; no byte is lost or moved."""
    sizes = [0, 3, 70_000, 5, 5, 20_000_000, *[1000] * 3000, 65_536]
    buffers = [memoryview(bytes([n % 251]) * size) for n, size in enumerate(sizes)]
    pieces = list(joined(buffers))
    assert b"".join(pieces) == b"".join(buffers)
    assert max(piece.nbytes for piece in pieces) <= 8 * 2**20
    assert len(pieces) < 15


def test_missing_bytes_are_errors() -> None:
    """A handle that moved fewer bytes than asked is an error: of the quota where it wrote."""
    require_written(3, 3)
    require_read(0, 0)
    with pytest.raises(pyio.StorageError, match="only 2 of 3 bytes were written") as caught:
        require_written(2, 3)
    assert caught.value.reason == "QuotaExceededError"
    with pytest.raises(pyio.StorageError, match="cut") as caught:
        require_read(2, 3)
    assert caught.value.reason == ""


def test_buffers_are_cut_between_tensors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights beyond the largest buffer are cut where a tensor ends, if one ends in time."""
    monkeypatch.setattr(weights, "LARGEST", 100)

    def cuts(*lengths: int, dtype: str = "bool") -> list[int]:
        specs = tuple(pyio.WeightSpec(f"w{n}", (size,), dtype) for n, size in enumerate(lengths))
        model = pyio.ModelArtifacts({"a": 1}, specs)
        manifest = parse_model_json(layout.json_text(serialize(model), "m")())
        return weights.cuts(manifest, sum(lengths))

    assert cuts(40, 60) == [100]
    assert cuts(40, 50, 30) == [90, 120]
    assert cuts(100, 100, 1) == [100, 200, 201]
    assert cuts(90, 250, 20) == [100, 200, 300, 360]
    assert cuts(150, dtype="string") == [100, 150]


def test_near_tensors_are_read_together() -> None:
    """A few kilobytes between two tensors are read too, and never too much at once."""
    far, large = 70_000, 9_000_000
    assert weights._spans([]) == []
    assert weights._spans([(0, 5), (5, 9), (100, 200)]) == [[(0, 5), (5, 9), (100, 200)]]
    assert weights._spans([(0, 5), (far, far + 1)]) == [[(0, 5)], [(far, far + 1)]]
    assert weights._spans([(0, large), (large, large + 1)]) == [[(0, large)], [(large, large + 1)]]


def test_a_late_text_is_made_when_it_is_written() -> None:
    """It is not made before, and measuring it makes it once."""
    made: list[int] = []

    def text() -> bytes:
        made.append(1)
        return b"abc"

    assert Content.made_late(text).size == 0
    assert made == []
    assert [bytes(piece) for piece in Content.made_late(text).pieces] == [b"abc"]  # type: ignore[arg-type]
    measured = asyncio.run(Content.made_late(text).measured())
    assert (measured.size, made) == (3, [1, 1])
    assert asyncio.run(measured.measured()) is measured
