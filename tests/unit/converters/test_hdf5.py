"""The reader of HDF5: what it reads, what it refuses by name, and 1,000 damaged files."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pyio.converters.hdf5.datasets import Dataset
from pyio.converters.hdf5.file import read_hdf5
from pyio.converters.hdf5.lookup3 import checksum
from pyio.errors import InvalidModelError, PyioError, UnsupportedModelError

DATA = Path(__file__).parents[2] / "data" / "keras"
OTHERS = DATA.parent / "hdf5"
"""Files of h5py 3.14, which writes what Keras does not: chunks, filters, newer structures."""

FILES = {file.name: file.read_bytes() for file in sorted(DATA.glob("*.h5"))}


def extents(data: bytes) -> Counter[tuple[object, ...]]:
    """Shape, dtype, place and bytes of each dataset, without the names."""
    base = np.frombuffer(data, np.uint8).ctypes.data
    found: Counter[tuple[object, ...]] = Counter()
    for each in read_hdf5(memoryview(data)).datasets():
        values = each.array()
        place = values.ctypes.data - base if values.nbytes else None
        found[each.shape, each.type.numpy, place, values.nbytes] += 1
    return found


def test_the_checksum() -> None:
    """The two values that Bob Jenkins gives for his hash."""
    assert checksum(b"") == 0xDEADBEEF
    assert checksum(b"Four score and seven years ago") == 0x17770551


def test_a_file_of_keras() -> None:
    """Groups, attributes of text, lists and nothing, and arrays that are views of the file."""
    data = bytearray(FILES["mlp_adam.h5"])
    root = read_hdf5(memoryview(data))
    assert root.attributes["keras_version"] == "3.15.1"
    weights = root.group("model_weights")
    assert weights is not None
    names = ["dense", "batch_normalization", "dropout", "dense_1", "leaky_re_lu", "dense_2"]
    assert weights.attributes["layer_names"] == names
    dropout = weights.group("dropout")
    assert dropout is not None
    assert dropout.attributes["weight_names"] == []
    kernel = weights.get("dense/mlp/dense/kernel")
    assert isinstance(kernel, Dataset)
    array = kernel.array()
    assert (array.shape, array.dtype.str) == ((10, 16), "<f4")
    assert np.shares_memory(array, np.frombuffer(data, np.uint8))
    assert len(list(root.datasets())) == 28


DAMAGES = ("bit", "byte", "cut", "zeros", "swap", "insert")


def damaged(data: bytes, seed: int) -> bytes:
    """A copy with one thing wrong: a bit, a byte, an end, zeros, two words swapped, more bytes."""
    chance = random.Random(seed)
    result = bytearray(data)
    kind, at = chance.choice(DAMAGES), chance.randrange(len(result))
    if kind == "bit":
        result[at] ^= 1 << chance.randrange(8)
    elif kind == "byte":
        result[at] = chance.randrange(256)
    elif kind == "cut":
        del result[at:]
    elif kind == "zeros":
        size = chance.choice([1, 8, 64, 512])
        result[at : at + size] = bytes(len(result[at : at + size]))
    elif kind == "swap":
        one, two = (chance.randrange(len(result) // 8) * 8 for _ in range(2))
        result[one : one + 8], result[two : two + 8] = (
            result[two : two + 8],
            result[one : one + 8],
        )
    else:
        result[at:at] = chance.randbytes(chance.choice([1, 8, 100]))
    return bytes(result)


def test_damaged_files() -> None:
    """Of 1,000 damaged files each gives a typed error, or every dataset from its own place.

    Damage to the values themselves, or to a letter of a name, is not visible: the format has no
    checksum. No dataset is ever left out.
    """
    sound = {name: extents(data) for name, data in FILES.items()}
    names = list(FILES)
    refused = 0
    for seed in range(1000):
        name = names[seed % len(names)]
        try:
            found = extents(damaged(FILES[name], seed))
        except PyioError:
            refused += 1
        else:
            assert found == sound[name], (seed, name)
    assert 300 < refused < 800


def arrays(name: str) -> dict[str, Any]:
    """The arrays of a file of h5py."""
    root = read_hdf5(memoryview((OTHERS / name).read_bytes()))
    return {each.path: each.array() for each in root.datasets()}


def test_chunks_and_filters() -> None:
    """Chunks in every packing, with sides that do not divide the array."""
    found = arrays("chunks.h5")
    assert np.array_equal(found["all"], np.arange(1000, dtype="f4").reshape(10, 10, 10))
    assert np.array_equal(found["sh"], np.arange(600).reshape(30, 20))
    assert np.array_equal(found["fl"], np.arange(100, dtype="f4"))
    assert np.array_equal(found["many"], np.arange(4000, dtype="f4"))
    assert np.array_equal(found["plain"], np.arange(100, dtype="f8"))
    assert found["gz"].shape == (30, 20)


def test_kinds_of_values() -> None:
    """Numbers of every size and order, text, bool, nothing at all; attributes likewise."""
    found = arrays("basic.h5")
    dtypes = {"f2": "<f2", "f8": "<f8", "be": ">f4", "i8": "|i1", "i64": "<i8", "u16be": ">u2"}
    assert {key: found[key].dtype.str for key in dtypes} == dtypes
    assert np.array_equal(found["be"], found["f4"])
    assert found["bool"].tolist() == [1, 0, 1]
    assert found["scalar"] == np.float32(3.5)
    assert found["empty"].shape == (0, 3)
    assert found["null"].size == 0
    assert found["S"].tolist() == [b"ab", b"cde"]
    assert found["g/h/i"].tolist() == [0, 1, 2]
    attributes = read_hdf5(memoryview((OTHERS / "basic.h5").read_bytes())).attributes
    expected = {"s": "text", "b": "bytes", "n": 3, "l": ["a", "bc"], "sl": ["x", "yz"]}
    expected |= {"fl": 1.5, "e": [], "x": [0, 1, 2], "t": 1, "nul": None}
    assert attributes == expected


def test_newer_structures() -> None:
    """Headers of version 2 are read and their checksums compared."""
    found = arrays("few_latest.h5")
    assert {key: len(value) for key, value in found.items()} == {f"d{i:04d}": i for i in range(6)}
    data = bytearray((OTHERS / "few_latest.h5").read_bytes())
    data[data.index(b"OHDR") + 8] ^= 1
    with pytest.raises(InvalidModelError, match="checksum of the object header"):
        read_hdf5(memoryview(data))


REFUSED = {
    "track.h5": "dense links",
    "external.h5": "'b' is a link to another file",
    "soft.h5": "'b' is a link to another path",
    "lzf.h5": "'z' is packed with the filter 32000",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    """A structure that is not read is named, and never passes for an empty group."""
    with pytest.raises(UnsupportedModelError, match=REFUSED[name]):
        arrays(name)


def test_chunks_that_are_not_there() -> None:
    """A dataset with fewer chunks than it needs is refused: they may be lost."""
    with pytest.raises(InvalidModelError, match="'p' has 2 chunks of 4"):
        arrays("partly.h5")


@pytest.mark.parametrize("name", ["chunks.h5", "basic.h5", "few_latest.h5"])
def test_damaged_files_of_h5py(name: str) -> None:
    """Damage to other structures ends in a typed error, or in every dataset with its shape."""
    data = (OTHERS / name).read_bytes()

    def shapes(content: bytes) -> Counter[tuple[object, ...]]:
        root = read_hdf5(memoryview(content))
        return Counter(
            (each.shape, each.type.numpy, each.array().nbytes) for each in root.datasets()
        )

    sound = shapes(data)
    for seed in range(200):
        try:
            found = shapes(damaged(data, seed))
        except PyioError:
            continue
        assert found == sound, seed


def test_what_is_no_hdf5() -> None:
    """A file that is cut off, or is another, says so."""
    data = FILES["mlp_adam.h5"]
    with pytest.raises(
        InvalidModelError, match=r"has 1,000 bytes; by its superblock it has 44,384"
    ):
        read_hdf5(memoryview(data[:1000]))
    with pytest.raises(InvalidModelError, match="begins with"):
        read_hdf5(memoryview(b"nonsense" * 100))
    begun = bytearray(data[:96])
    begun[24:] = bytes(72)
    with pytest.raises(UnsupportedModelError, match=r"as HDF5 does \(\.h5\), .* 0 bytes"):
        read_hdf5(memoryview(begun))
