"""safetensors: the library's own bytes, every rule of the format, and single tensors by ranges."""

from __future__ import annotations

import json
import random
import struct
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio.converters.files import MemoryFiles
from pyio.converters.safetensors import header, index, reader, writer
from pyio.tensors.encoding import decode_artifacts
from tests.support.answers import Answer, Answers
from tests.support.models import run

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATA = Path(__file__).resolve().parents[2] / "data/safetensors"
"""Written by the library, version 0.8.0, by ``numpy.save_file`` from what `arrays` returns."""


def arrays() -> dict[str, NDArray[Any]]:
    """Arrays of all dtypes that NumPy and the format share, in no order."""
    random_numbers = np.random.default_rng(7)
    found: dict[str, NDArray[Any]] = {}
    kinds = ["f4", "i1", "u1", "i8", "u8", "f2", "i4", "u4", "f8", "i2", "u2", "c8", "?"]
    for number, kind in enumerate(kinds):
        values = random_numbers.integers(0, 100, (2, number % 4 + 1))
        found[f"t{number % 5}/{kind.strip('?')}"] = values.astype(kind)
        found[f"ä{number}\n"] = values.T.astype(kind)  # in Fortran's order
    found["scalar"] = np.array(2.5)
    found["empty"] = np.zeros((0, 3), np.float32)
    return found


def file(
    tensors: dict[str, Any], data: bytes = b"", *, padding: bytes = b"", text: str | None = None
) -> bytes:
    """A file of any header."""
    told = (json.dumps(tensors) if text is None else text).encode() + padding
    return struct.pack("<Q", len(told)) + told + data


def load(content: bytes, **options: Any) -> dict[str, NDArray[Any]]:
    return decode_artifacts(run(reader.artifacts(MemoryFiles({"m": content}), **options)))


def about(dtype: str, shape: list[int], begin: int, end: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


@pytest.mark.parametrize("metadata", [None, {"format": "np"}], ids=["plain", "metadata"])
def test_the_same_bytes_as_the_library(metadata: dict[str, str] | None) -> None:
    """What is written is equal to the byte to what the library writes, and is read back."""
    written = b"".join(writer.written(arrays(), metadata))
    name = "plain" if metadata is None else "metadata"
    assert written == (DATA / f"{name}.safetensors").read_bytes()
    found = load(written)
    assert found.keys() == arrays().keys()
    for key, array in arrays().items():
        assert found[key].dtype == array.dtype, key
        assert np.array_equal(found[key], array), key


def test_views(tmp_path: Path) -> None:
    """A file is in memory once: tensors are views of the bytes that were read."""
    size = 4_000_000
    content: dict[str, NDArray[Any]] = {"a": np.ones(size, np.float32), "b": np.arange(10)}
    url = f"file://{tmp_path}/m.safetensors"
    run(pyio.save_arrays(content, url))
    tracemalloc.start()
    found = run(pyio.load_arrays(url))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.array_equal(found["a"], content["a"])
    assert peak < 1.1 * 4 * size


def brain(code: int) -> float:
    """The number of a BF16: the upper half of a float32."""
    return float(struct.unpack("<f", struct.pack("<I", code << 16))[0])


def e4m3(code: int) -> float:
    """The number of an F8_E4M3, from its definition."""
    sign = -1.0 if code & 128 else 1.0
    exponent, fraction = code >> 3 & 15, code & 7
    if code & 127 == 127:
        return float("nan")
    if exponent == 0:
        return sign * fraction * 2.0**-9
    return sign * (1 + fraction / 8) * 2.0 ** (exponent - 7)


def e5m2(code: int) -> float:
    """The number of an F8_E5M2: the upper half of a float16."""
    return float(struct.unpack("<e", struct.pack("<H", code << 8))[0])


@pytest.mark.parametrize(
    ("dtype", "number", "size"),
    [("BF16", brain, 2), ("F8_E4M3", e4m3, 1), ("F8_E5M2", e5m2, 1)],
)
def test_short_floats(dtype: str, number: Any, size: int) -> None:
    """Every bit pattern of the short floats becomes the float32 that it stands for."""
    codes = range(256**size)
    raw = b"".join(code.to_bytes(size, "little") for code in codes)
    found = load(file({"x": about(dtype, [len(codes)], 0, len(raw))}, raw))["x"]
    assert found.dtype == np.float32
    expected = np.array([number(code) for code in codes], np.float32)
    assert np.array_equal(found, expected, equal_nan=True)
    known = ~np.isnan(expected)
    assert np.array_equal(np.signbit(found[known]), np.signbit(expected[known]))


BROKEN = {
    "a hole": file({"x": about("U8", [1], 0, 1), "y": about("U8", [1], 2, 3)}, b"abc"),
    "an overlap": file({"x": about("U8", [2], 0, 2), "y": about("U8", [2], 1, 3)}, b"abc"),
    "bytes behind": file({"x": about("U8", [1], 0, 1)}, b"ab"),
    "cut off": file({"x": about("U8", [3], 0, 3)}, b"ab"),
    "another size": file({"x": about("F32", [2], 0, 4)}, b"abcd"),
    "no end": file({"x": about("F32", [1], 4, 0)}, b"abcd"),
    "a name twice": file(
        {}, b"ab", text='{"x":%s,"x":%s}' % ((json.dumps(about("U8", [2], 0, 2)),) * 2)
    ),
    "an unknown dtype": file({"x": about("F31", [1], 0, 4)}, b"abcd"),
    "a negative side": file({"x": about("U8", [-1, -2], 0, 2)}, b"ab"),
    "a broken side": file({"x": about("U8", [1.0], 0, 1)}, b"a"),  # type: ignore[list-item]
    "a true side": file({"x": about("U8", [True], 0, 1)}, b"a"),
    "a huge side": file({"x": about("U8", [2**63, 0], 0, 0)}),
    "a further member": file({"x": about("U8", [1], 0, 1) | {"y": 1}}, b"a"),
    "metadata of numbers": file({"__metadata__": {"a": 1}}),
    "a space first": struct.pack("<Q", 3) + b" {}",
    "not JSON": struct.pack("<Q", 3) + b"{]}",
    "not UTF-8": struct.pack("<Q", 8) + b'{"\xff":1}',
    "a list": struct.pack("<Q", 2) + b"[]",
    "too long a header": struct.pack("<Q", 10**9) + b"{}",
    "a header behind the end": struct.pack("<Q", 10) + b"{}",
    "nothing": b"",
    "deep": struct.pack("<Q", 4000) + b'{"a":' + b"[" * 3995,
    "bool of 2": file({"x": about("BOOL", [2], 0, 2)}, b"\x01\x02"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files(case: str) -> None:
    """What breaks a rule of the format is refused, and the error names what it is."""
    with pytest.raises(pyio.InvalidModelError):
        load(BROKEN[case])


@pytest.mark.parametrize("dtype", ["F4", "F6_E2M3", "F8_E8M0", "F8_E4M3FNUZ"])
def test_dtypes_without_numbers(dtype: str) -> None:
    """A dtype that NumPy has nothing for is named; the other tensors of the file can be read."""
    content = file(
        {"x": about("U8", [1], 0, 1), "odd": about(dtype, [8], 1, 1 + bits(dtype))},
        bytes(1 + bits(dtype)),
    )
    with pytest.raises(pyio.UnsupportedModelError, match=f"'odd' is {dtype}"):
        load(content)
    assert load(content, names=["x"])["x"].tolist() == [0]


def bits(dtype: str) -> int:
    """Bytes of eight elements."""
    return {"F4": 4, "F6": 6}.get(dtype[:2], 8)


def test_damage() -> None:
    """Of 1,000 damaged copies each is an error, or has all arrays with their values."""
    sound = (DATA / "metadata.safetensors").read_bytes()
    expected = sorted(array.tobytes() for array in load(sound).values())
    rng = random.Random(13)
    read = 0
    start = 8 + struct.unpack_from("<Q", sound)[0]
    for number in range(1000):
        content = bytearray(sound)
        place = rng.randrange(start)  # nothing in the format tells a changed number
        if number % 3 == 0:
            content[place] ^= 1 << rng.randrange(8)
        elif number % 3 == 1:
            del content[place : place + rng.randrange(1, 40)]
        else:
            content[place:place] = rng.randbytes(rng.randrange(1, 9))
        try:
            found = load(bytes(content))
        except pyio.PyioError:
            continue
        read += 1
        assert sorted(array.tobytes() for array in found.values()) == expected
    assert read < 200


def test_the_header_alone(tmp_path: Path) -> None:
    """`inspect` reads no tensor: the data may even be missing behind a sparse file's end."""
    content = file({"x": about("F32", [250, 1000], 0, 10**6), "__metadata__": {"a": "b"}})
    (tmp_path / "m.st").write_bytes(content + bytes(10**6))
    run(pyio.inspect(f"file://{tmp_path}/m.st"))  # modules that are imported now are not measured
    tracemalloc.start()
    found = run(pyio.inspect(f"file://{tmp_path}/m.st"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(spec.name, spec.shape, spec.dtype) for spec in found.tensors] == [
        ("x", (250, 1000), "float32")
    ]
    assert found.user_defined_metadata == {"a": "b"}
    assert peak < 900_000


class Counted(MemoryFiles):
    """Notes which ranges are read."""

    def __init__(self, files: Any) -> None:
        super().__init__(files)
        self.read_bytes: list[tuple[str, int, int]] = []

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        found = await super().read(name, start, stop)
        self.read_bytes.append((name, start, start + found.nbytes))
        return found


def test_single_tensors_by_ranges() -> None:
    """With `names`, neighbours are read in one range, and nothing else but the header."""
    content = {f"t{number}": np.full(50_000, number, np.float32) for number in range(6)}
    files = Counted({"m": b"".join(writer.written(content))})
    found = decode_artifacts(run(reader.artifacts(files, names=["t1", "t[2]", "t5", "nothing*"])))
    assert list(found) == ["t1", "t2", "t5"]
    assert all((found[name] == content[name]).all() for name in found)
    spans = [stop - start for _, start, stop in files.read_bytes]
    assert spans == [header.FIRST, 400_000, 200_000]


def test_names_over_http() -> None:
    """`load_arrays` takes names and patterns; the error for an unknown one has the nearest."""
    content = {"encoder/a": np.arange(4), "encoder/b": np.arange(5.0), "head": np.ones(2, "f4")}
    raw = b"".join(writer.written(content))
    with Answers({"/m.safetensors": Answer(raw)}) as server:
        url = f"{server.url}/m.safetensors"
        found = run(pyio.load_arrays(url, ["encoder/*"]))
        assert {name: array.tolist() for name, array in found.items()} == {
            "encoder/a": [0, 1, 2, 3],
            "encoder/b": [0.0, 1.0, 2.0, 3.0, 4.0],
        }
        with pytest.raises(pyio.WeightsError, match=r"called 'haed'.*nearest are 'head'"):
            run(pyio.load_arrays(url, ["encoder/a", "haed"]))
    with pytest.raises(pyio.WeightsError, match="expected a list"):
        run(pyio.load_arrays(url, "head"))


def sharded() -> dict[str, bytes]:
    """A model in two files, and the list of them."""
    parts: dict[str, dict[str, NDArray[Any]]] = {
        "model-00001-of-00002.safetensors": {"a": np.arange(3), "b": np.ones(2, np.float32)},
        "model-00002-of-00002.safetensors": {"c": np.zeros((2, 2))},
    }
    places = {name: part for part, content in parts.items() for name in content}
    listed = {"metadata": {"total_size": 64}, "weight_map": places}
    files = {part: b"".join(writer.written(content)) for part, content in parts.items()}
    return {"model.safetensors.index.json": json.dumps(listed).encode(), **files}


def test_several_files(tmp_path: Path) -> None:
    """The list, its folder, and a server give all tensors; `names` reads only what is needed."""
    for name, content in sharded().items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "config.json").write_text("{}")
    with Answers({f"/{name}": Answer(content) for name, content in sharded().items()}) as server:
        for place in (
            f"file://{tmp_path}/model.safetensors.index.json",
            f"file://{tmp_path}",
            f"{server.url}/model.safetensors.index.json",
        ):
            found = run(pyio.load_arrays(place))
            assert {name: array.shape for name, array in found.items()} == {
                "a": (3,),
                "b": (2,),
                "c": (2, 2),
            }
            assert len(run(pyio.inspect(place)).tensors) == 3
    files = Counted(sharded())
    assert list(decode_artifacts(run(index.artifacts(files, names=["c"])))) == ["c"]
    assert {name for name, *_ in files.read_bytes} == {
        "model.safetensors.index.json",
        "model-00002-of-00002.safetensors",
    }


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"c": "model-00002', '"d": "model-00002', "(says|does not say) that the tensor"),
        ("model-00002", "model-00003", "which is not beside it"),
        ('"c": "', '"c": "../', "no file beside it"),
        ('"c": "', '"c": "x/', "no file beside it"),
        ('"a": ', '"b": ', "twice"),
        ('"weight_map"', '"weights"', "no weight_map"),
    ],
)
def test_a_list_that_does_not_fit(old: str, new: str, problem: str) -> None:
    """A list and its files have to agree, and the files lie beside it."""
    files = sharded()
    name = next(iter(files))
    text = files[name].decode()
    assert old in text
    files[name] = text.replace(old, new).encode()
    with pytest.raises(pyio.InvalidModelError, match=problem):
        run(index.artifacts(MemoryFiles(files)))


def test_what_the_format_has_no_place_for(tmp_path: Path) -> None:
    """Text, metadata other than texts, and the layers of a model are refused when saving."""
    url = f"file://{tmp_path}/m.safetensors"
    with pytest.raises(pyio.WeightsError, match="'x' is <U1"):
        run(pyio.save_arrays({"x": np.array(["a"])}, url))
    with pytest.raises(pyio.WeightsError, match="texts by name"):
        run(pyio.save_arrays({"x": np.ones(1)}, url, metadata={"a": 1}))
    with pytest.raises(pyio.WeightsError, match="__metadata__"):
        run(pyio.save_arrays({"__metadata__": np.ones(1)}, url))
    model = pyio.Sequential([pyio.layers.Dense(1, input_shape=(1,))])
    with pytest.raises(pyio.InvalidModelError, match="no place for the layers"):
        run(model.save(url))
    assert list(tmp_path.iterdir()) == []


def test_a_list_of_keras_is_named(tmp_path: Path) -> None:
    """Weights of Keras in several files have a list like that of safetensors; they are refused."""
    listed = {
        "metadata": {"total_size": 8},
        "weight_map": {"/layers/dense/vars": ["m_0.weights.h5"]},
    }
    (tmp_path / "m.weights.json").write_text(json.dumps(listed))
    with pytest.raises(pyio.UnsupportedModelError, match="of Keras in several files"):
        run(pyio.load_arrays(f"file://{tmp_path}/m.weights.json"))
