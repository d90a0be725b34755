"""The reader of HDF5: what it reads, what it refuses by name, and 1,000 damaged files."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from pyio.converters.hdf5.datasets import Dataset
from pyio.converters.hdf5.file import read_hdf5
from pyio.converters.hdf5.lookup3 import checksum
from pyio.errors import InvalidModelError, PyioError

DATA = Path(__file__).parents[2] / "data" / "keras"
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


def test_what_is_no_hdf5() -> None:
    """A file that is cut off, or is another, says so."""
    data = FILES["mlp_adam.h5"]
    with pytest.raises(
        InvalidModelError, match=r"has 1,000 bytes; by its superblock it has 44,384"
    ):
        read_hdf5(memoryview(data[:1000]))
    with pytest.raises(InvalidModelError, match="begins with"):
        read_hdf5(memoryview(b"nonsense" * 100))
