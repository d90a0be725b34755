"""HDF5 files that are written: the strict reader finds everything, and h5py does if installed."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

import pyio
from pyio.converters.hdf5.file import read_hdf5
from pyio.converters.hdf5.writer import ATTRIBUTE_BYTES, Group, pieces, text_lists


def tree() -> Group:
    """Groups with all that files of Keras have, and with much of it."""
    root = Group(attributes={"long": "ä" * 100_000, "short": "x", "number": np.array(3)})
    many = root.group(("many",))
    for number in range(700):
        many.members[f"w{number}"] = np.full(number % 5, number, np.float32)
    deep = root.group(("a", "b", "c"))
    members = {
        "f2": np.arange(3, dtype=np.float16),
        "f8": np.arange(6, dtype=">f8").reshape(2, 3),
        "i8": np.array(-5),
        "u1": np.arange(256, dtype=np.uint8),
        "empty": np.zeros((0, 4), np.int32),
        "bytes": np.array([b"ab", b"cd"]),
        "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    }
    deep.members.update(members)
    deep.attributes.update(text_lists("names", [f"layer_{number}" for number in range(9000)]))
    deep.attributes.update(text_lists("none", []))
    return root


def test_the_own_reader() -> None:
    """Every group, array and attribute comes back."""
    found = read_hdf5(memoryview(b"".join(pieces(tree()))))
    _compare(found, tree())


def _compare(found: Any, expected: Group) -> None:
    assert set(found.attributes) == set(expected.attributes)
    assert list(found.members) == list(expected.members)
    for name, member in expected.members.items():
        if isinstance(member, Group):
            _compare(found.members[name], member)
        else:
            array = found.members[name].array()
            assert array.dtype == member.dtype.newbyteorder("<")
            assert np.array_equal(array, member)


def test_h5py() -> None:
    """So does h5py, which is libhdf5."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(io.BytesIO(b"".join(pieces(tree()))), "r") as file:
        assert file.attrs["long"] == "ä" * 100_000
        assert len(file["many"]) == 700
        for name, member in tree().group(("a", "b", "c")).members.items():
            array = file["a/b/c"][name][()]
            assert np.array_equal(array, member), name  # type: ignore[arg-type]
        names = [value for key, value in file["a/b/c"].attrs.items() if key.startswith("names")]
        assert len(names) > 1
        assert [n.decode() for part in names for n in part] == [f"layer_{i}" for i in range(9000)]


def test_nothing_is_copied() -> None:
    """An array is a piece of the file as it is."""
    array = np.ones(10, np.float32)
    found = pieces(Group({"x": array}))
    assert any(np.shares_memory(np.frombuffer(piece, np.uint8), array) for piece in found)


def test_what_is_refused() -> None:
    """Text arrays, long attributes, and an array where a group has to be."""
    with pytest.raises(pyio.WeightsError, match="'x' is <U1"):
        pieces(Group({"x": np.array(["a"])}))
    with pytest.raises(pyio.WeightsError, match=r"'x' has .* bytes"):
        pieces(Group(attributes={"x": np.zeros(ATTRIBUTE_BYTES // 8 + 1)}))
    with pytest.raises(pyio.WeightsError, match="has to be a group"):
        Group({"x": np.ones(1)}).group(("x", "y"))
