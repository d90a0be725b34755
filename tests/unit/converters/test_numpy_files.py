"""NumPy's .npz and .npy: what NumPy wrote is read, and NumPy reads what is written."""

from __future__ import annotations

import io
import random
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio.converters import numpy_files
from pyio.converters.files import MemoryFiles
from pyio.tensors.encoding import decode_artifacts
from tests.support.models import run

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

ARRAYS: dict[str, NDArray[Any]] = {
    "f4": np.arange(6, dtype=np.float32).reshape(2, 3),
    "big": np.arange(4, dtype=">f8"),
    "fortran/order": np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)),
    ".dot": np.array([True, False]),
    "scalar": np.array(3, np.int64),
    "empty": np.zeros((0, 2), np.uint8),
    "text": np.array([["ab", "c"], ["", "déf"]]),
    "bytes": np.array([b"x", b"yz"]),
    "dates": np.array(["2020-02-29"], "M8[D]"),
    "spans": np.array([25], "m8[25s]"),
    "complex": np.array([1 + 2j]),
    "half": np.ones(2, np.float16),
    "raw": np.zeros(2, "V3"),
}


def npy(array: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def load(content: bytes, **options: Any) -> dict[str, NDArray[Any]]:
    return decode_artifacts(run(numpy_files.artifacts(MemoryFiles({"m": content}), **options)))


def same(found: Any, expected: NDArray[Any]) -> bool:
    little = expected.dtype.newbyteorder("<")
    return bool(
        found.dtype == little and found.shape == expected.shape and (found == expected).all()
    )


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_what_numpy_wrote(save: Any, tmp_path: Path) -> None:
    """Every array comes back with its dtype, its shape and its name, in order."""
    save(tmp_path / "m.npz", **ARRAYS)
    found = run(pyio.load_arrays(f"file://{tmp_path}/m.npz"))
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert same(found[name], array), name
    assert list(run(pyio.load_arrays(f"file://{tmp_path}/m.npz", ["f4", "s*"]))) == [
        "f4",
        "scalar",
        "spans",
    ]


def test_what_numpy_reads(tmp_path: Path) -> None:
    """NumPy reads what is written, without pickles."""
    run(pyio.save_arrays(ARRAYS, f"file://{tmp_path}/m.npz"))
    with np.load(tmp_path / "m.npz", allow_pickle=False) as found:
        assert list(found) == list(ARRAYS)
        for name, array in ARRAYS.items():
            assert same(found[name], array), name


@pytest.mark.parametrize("name", ARRAYS)
def test_one_array(name: str, tmp_path: Path) -> None:
    """A .npy file has one array, which is called "array"; NumPy writes the same bytes."""
    array = ARRAYS[name]
    np.save(tmp_path / "numpy.npy", array)
    found = run(pyio.load_arrays(f"file://{tmp_path}/numpy.npy"))
    assert list(found) == ["array"]
    assert same(found["array"], array)
    run(pyio.save_arrays(found, f"file://{tmp_path}/pyio.npy"))
    little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<")))
    assert (tmp_path / "pyio.npy").read_bytes() == npy(little.reshape(array.shape))


REFUSED = {
    "objects": npy(np.array([{}], object), allow_pickle=True),
    "records": npy(np.zeros(2, [("a", "f4"), ("b", "i4")])),
    "a pickle inside": npy(np.array([print], object), allow_pickle=True),
    "a wide float": npy(np.zeros(2, np.longdouble)),
    "cut off": npy(np.arange(9))[:-1],
    "a byte more": npy(np.arange(9)) + b"x",
    "an expression": npy(np.arange(9)).replace(b"(9,)", b"(8+1,)"),
    "another version": npy(np.arange(9)).replace(b"NUMPY\x01", b"NUMPY\x07"),
    "a huge shape": npy(np.arange(9)).replace(b"(9,), }         ", b"(9999999999,), }"),
    "no header": b"\x93NUMPY\x01\x00\xff\xff",
    "a bool of 2": npy(np.array([True]))[:-1] + b"\x02",
    "no character": npy(np.array(["a"]))[:-4] + b"\xff\xff\xff\x7f",
    "nothing more": b"\x93NUMPY",
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str) -> None:
    """Pickles, records and what breaks the format are errors; nothing is evaluated."""
    with pytest.raises(pyio.InvalidModelError):
        load(REFUSED[case])


def test_other_members() -> None:
    """An archive of arrays that has another file in it is refused: an array could be lost."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.npy", npy(np.ones(1)))
        archive.writestr("b.txt", "x")
    with pytest.raises(pyio.DamagedModelError, match=r"b\.txt"):
        load(file.getvalue())
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.npy", npy(np.ones(2)))
    with pytest.raises(pyio.DamagedModelError):
        load(file.getvalue())


def test_damage() -> None:
    """Of 300 damaged archives each is an error, or has all arrays with their values."""
    file = io.BytesIO()
    np.savez(file, f4=ARRAYS["f4"], text=ARRAYS["text"], scalar=ARRAYS["scalar"])
    sound = file.getvalue()
    expected = sorted(str(array.tolist()) for array in load(sound).values())
    rng = random.Random(5)
    for _ in range(300):
        content = bytearray(sound)
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        try:
            found = load(bytes(content))
        except pyio.PyioError:
            continue
        assert sorted(str(array.tolist()) for array in found.values()) == expected


def test_what_has_no_place(tmp_path: Path) -> None:
    """Several arrays are no .npy; a text too long for its width, and odd names, are refused."""
    with pytest.raises(pyio.WeightsError, match="takes one array, not 2"):
        run(pyio.save_arrays({"a": np.ones(1), "b": np.ones(1)}, f"file://{tmp_path}/m.npy"))
    wide = np.array(["x"] * 9000 + ["y" * 9000], object)
    with pytest.raises(pyio.WeightsError, match="with a fixed width"):
        run(pyio.save_arrays({"a": wide}, f"file://{tmp_path}/m.npz"))
    with pytest.raises(pyio.WeightsError, match="name of a file"):
        run(pyio.save_arrays({"a\0": np.ones(1)}, f"file://{tmp_path}/m.npz"))
    assert list(tmp_path.iterdir()) == []
