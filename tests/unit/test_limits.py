"""Each limit of `pyio.limits`: values within it pass, values above it raise an error."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio import limits
from pyio.format.archive import unzip
from pyio.format.json_text import dumps, loads, require_length
from pyio.format.manifest import parse_groups
from pyio.format.segments import allocate_weights
from pyio.format.specs import specs_from_json
from pyio.handlers.contract import Damaged
from pyio.models.serialization.topology import model_from_json
from tests.support.answers import Answer, Answers
from tests.support.models import artifacts, model_json, run, weight

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Fail the test if more than 40 MB were allocated."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40e6


def packed(method: int, **files: bytes) -> memoryview:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return memoryview(file.getvalue())


def test_the_readme_has_them_all() -> None:
    """The table of limits names every limit."""
    named = [name for name in vars(limits) if name.isupper()]
    page = Path(__file__).parents[2] / "web/manual/damage-and-limits.md"
    text = page.read_text("utf-8")
    assert named
    assert [name for name in named if f"`{name}`" not in text] == []


@pytest.mark.parametrize("size", [100, 101])
def test_json_bytes(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """JSON longer than JSON_BYTES is refused, as text and as bytes."""
    monkeypatch.setattr("pyio.limits.JSON_BYTES", 100)
    text = '"' + "x" * (size - 2) + '"'
    if size == 100:
        assert loads(text, "it") == loads(text.encode(), "it") == "x" * 98
        return
    for form in (text, text.encode()):
        with pytest.raises(pyio.InvalidModelError, match=r"it has 101 bytes.*limits\.JSON_BYTES"):
            loads(form, "it")


@pytest.mark.usefixtures("little_memory")
def test_a_large_json_is_not_read(tmp_path: Path) -> None:
    """A longer model.json is refused because of its size, without being read."""
    with (tmp_path / "model.json").open("wb") as file:
        file.truncate(limits.JSON_BYTES + 1)  # a sparse file, which takes no space on the disk
    for look in (pyio.load_artifacts, pyio.inspect):
        with pytest.raises(pyio.DamagedModelError, match=r"pyio\.limits\.JSON_BYTES"):
            run(look(f"file://{tmp_path}"))
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}"))
    assert run(pyio.load_artifacts(f"file://{tmp_path}"))


def test_a_json_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading an endless body stops at JSON_BYTES."""
    monkeypatch.setattr(limits, "JSON_BYTES", 1_000_000)
    with (
        Answers({"/m": Answer(b" " * 5_000_000, measured=False)}) as server,
        pytest.raises(pyio.DamagedModelError, match=r"at most 1,000,000 are read"),
    ):
        run(pyio.load_artifacts(f"{server.url}/m"))


def test_json_depth() -> None:
    """Reading allows JSON_DEPTH levels; writing allows fewer."""
    deep = limits.JSON_DEPTH + 1
    with pytest.raises(pyio.InvalidModelError, match=r"500 lists .*pyio\.limits\.JSON_DEPTH"):
        loads("[" * deep + "]" * deep, "it")
    value: Any = 1
    for _ in range(limits.JSON_DEPTH_WRITTEN):
        value = [value]
    assert loads(dumps(value), "it") == value
    with pytest.raises(pyio.InvalidModelError, match="JSON nested deeper than 200"):
        dumps([value])
    with pytest.raises(pyio.InvalidModelError, match="nested deeper than 200"):
        model_from_json({"class_name": "Sequential", "config": {"layers": [value]}})


@pytest.mark.parametrize("depth", [limits.JSON_DEPTH - 1, limits.JSON_DEPTH, limits.JSON_DEPTH + 1])
@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("[", "]"),
        ('{"a":', "}"),
        ('[[],{"[{":"]"},', "]"),
        ('{"\\\\":"\\"}]","b":', "}"),
        ('[[],"\\"[[",', "]"),
    ],
)
def test_json_depth_is_exact(depth: int, opening: str, closing: str) -> None:
    """Brackets in strings, with escapes and without, and siblings change nothing of the depth."""
    text = opening * (depth - 1) + "[7]" + closing * (depth - 1)
    if depth <= limits.JSON_DEPTH:
        assert loads(text, "it")
        return
    with pytest.raises(pyio.InvalidModelError, match=r"500 lists .*pyio\.limits\.JSON_DEPTH"):
        loads(text, "it")


def test_json_that_is_refused_costs_little() -> None:
    """A text is read once, even if a string or the levels in it have no end."""
    few = limits.JSON_DEPTH * "[],"
    for text in (f'[{few}"' + '\\"' * 1_000_000, "[" * 20_000_000):
        with pytest.raises(pyio.InvalidModelError):
            loads(text, "it")


def test_tensors() -> None:
    """A hundred thousand tensors are read, in one group or in several; one more is not."""
    entry: Any = {"name": "w", "shape": [], "dtype": "bool"}
    assert len(specs_from_json([entry] * limits.TENSORS)) == limits.TENSORS
    with pytest.raises(pyio.WeightsError, match=r"100,001 tensors.*pyio\.limits\.TENSORS"):
        specs_from_json([entry] * (limits.TENSORS + 1))
    group: Any = {"paths": [], "weights": [entry] * (limits.TENSORS // 2 + 1)}
    with pytest.raises(pyio.WeightsError, match=r"100,002 tensors.*pyio\.limits\.TENSORS"):
        parse_groups([group, group])


def test_files() -> None:
    """Ten thousand files are read, one more is not."""
    paths: Any = [str(number) for number in range(limits.FILES + 1)]
    group: Any = {"paths": paths[1:], "weights": []}
    assert parse_groups([group]) is not None
    with pytest.raises(pyio.InvalidModelError, match=r"10,001 files.*pyio\.limits\.FILES"):
        parse_groups([group | {"paths": paths}])


def test_sides() -> None:
    """A tensor has at most 64 dimensions of at most 2**53."""
    entry: Any = {"name": "w", "dtype": "bool"}
    assert specs_from_json([entry | {"shape": [limits.SIDE] * limits.SIDES}])
    for shape in ([1] * (limits.SIDES + 1), [limits.SIDE + 1]):
        with pytest.raises(pyio.WeightsError, match="at most 64 whole numbers from 0 to"):
            specs_from_json([entry | {"shape": shape}])


def test_text_characters() -> None:
    """A width that the texts do not need is refused before the array is allocated."""
    spec = pyio.WeightSpec("w", (2,), "string", numpy_dtype="<U9")
    data = b"\1\0\0\0a\2\0\0\0bc"
    assert pyio.decode_weights(data, [spec])["w"].dtype == "<U9"
    wide = pyio.WeightSpec("w", (2,), "string", numpy_dtype=f"<U{limits.TEXT_CHARACTERS}")
    with pytest.raises(pyio.WeightsError, match="would take 32,000,000 bytes"):
        pyio.decode_weights(data, [wide])
    assert limits.TEXT_RATIO > 1


def test_what_could_not_be_read_again_is_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many shards, too much JSON, or too wide a text array is refused by the save already."""
    url = f"file://{tmp_path}/m"
    large = pyio.ModelArtifacts(
        weight_specs=(pyio.WeightSpec("w", (limits.FILES + 1,), "bool"),),
        weight_data=(memoryview(bytes(limits.FILES + 1)),),
    )
    with pytest.raises(pyio.WeightsError, match=r"in 10,001 files.*pyio\.limits\.FILES"):
        run(pyio.save_artifacts(large, url, shard_size_bytes=1))
    wide = np.array(["abc"] * 5, f"<U{limits.TEXT_CHARACTERS}")
    with pytest.raises(pyio.WeightsError, match=r"astype\('<U3'\) makes it smaller"):
        run(pyio.save_arrays({"w": wide}, url))
    monkeypatch.setattr("pyio.limits.JSON_BYTES", 300)
    with pytest.raises(pyio.InvalidModelError, match=r"of the model has .*limits\.JSON_BYTES"):
        run(pyio.save_artifacts(artifacts(), url))
    assert not (tmp_path / "m").exists()


def test_files_that_nobody_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of strings without a known length is read up to the limit."""
    monkeypatch.setattr(limits, "UNTOLD_BYTES", 1_000_000)
    strings = weight("w", 1, "string")
    for size in (1_000_000, 1_000_001):
        content = (size - 4).to_bytes(4, "little") + bytes(size - 4)
        table: Any = {
            "/m/model.json": model_json([{"paths": ["w"], "weights": [strings]}]),
            "/m/w": Answer(content, measured=False),
        }
        with Answers(table) as server:
            if size == 1_000_000:
                assert run(pyio.load_artifacts(f"{server.url}/m/model.json")).weight_data
                continue
            with pytest.raises(pyio.DamagedModelError, match=r"pyio\.limits\.UNTOLD_BYTES"):
                run(pyio.load_artifacts(f"{server.url}/m/model.json"))


def test_memory_that_is_not_there(tmp_path: Path) -> None:
    """If a large file of weights does not fit into memory, the error is one of pyio's."""
    with pytest.raises(pyio.OutOfMemoryError, match="in w: 9,007,199,254,740,992 bytes are needed"):
        allocate_weights(2**53, ["w"])
    size = 2**43
    (tmp_path / "model.json").write_bytes(
        model_json([{"paths": ["w"], "weights": [weight("w", size, "bool")]}])
    )
    with (tmp_path / "w").open("wb") as file:
        file.truncate(size)
    with pytest.raises(pyio.OutOfMemoryError, match="not enough memory for the weights in w:"):
        run(pyio.load_artifacts(f"file://{tmp_path}"))


def test_zip_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive of more files is refused before any of them is read."""
    monkeypatch.setattr(limits, "ZIP_MEMBERS", 2)
    assert len(unzip(packed(zipfile.ZIP_STORED, a=b"", b=b""), "m.zip")) == 2
    with pytest.raises(pyio.DamagedModelError, match=r"3 files.*pyio\.limits\.ZIP_MEMBERS"):
        unzip(packed(zipfile.ZIP_STORED, a=b"", b=b"", c=b""), "m.zip")


@pytest.mark.usefixtures("little_memory")
def test_zip_bytes() -> None:
    """A file that would expand to far more than the archive's size is not expanded."""
    zeros = packed(zipfile.ZIP_DEFLATED, a=bytes(limits.ZIP_BYTES + 1))
    tracemalloc.reset_peak()
    with pytest.raises(pyio.DamagedModelError, match=r"expand to 67,108,865; .*limits\.ZIP_RATIO"):
        unzip(zeros, "m.zip")


def test_zip_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large archive may expand by ZIP_RATIO, and a small one to a few MB."""
    monkeypatch.setattr(limits, "ZIP_BYTES", 0)
    content = json.dumps([*range(2000)]).encode()
    unzip(packed(zipfile.ZIP_DEFLATED, a=content), "m.zip")
    with pytest.raises(pyio.DamagedModelError, match=r"limits\.ZIP_RATIO"):
        unzip(packed(zipfile.ZIP_DEFLATED, a=bytes(1_000_000)), "m.zip")
    assert unzip(packed(zipfile.ZIP_STORED, a=bytes(1_000_000)), "m.zip")[0].size == 1_000_000


@pytest.mark.usefixtures("little_memory")
def test_a_zip_that_lies_about_its_size() -> None:
    """Expanding stops at the size in the entry, even if the file has more data."""
    bomb = bytearray(packed(zipfile.ZIP_DEFLATED, a=bytes(60_000_000)))
    entry = bomb.index(b"PK\1\2") + 24
    bomb[entry : entry + 4] = (1000).to_bytes(4, "little")
    tracemalloc.reset_peak()
    with pytest.raises(pyio.DamagedModelError, match="the archive cannot be read"):
        unzip(memoryview(bytes(bomb)), "m.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_methods(method: int) -> None:
    """Compression methods that Python can only expand all at once are refused."""
    with pytest.raises(pyio.DamagedModelError, match=f"compressed by method {method}; stored"):
        unzip(packed(method, a=b"abc"), "m.zip")


def test_sides_of_layers() -> None:
    """A layer's numbers and the bytes of one weight are limited, above TensorFlow.js's limits."""
    layer = pyio.layers.Dense(limits.LAYER_SIDE, input_shape=[1])
    with pytest.raises(pyio.InvalidModelError, match="4,294,967,296 is the most"):
        pyio.Sequential([layer])
    assert limits.WEIGHT_BYTES == 4_294_967_296
    with pytest.raises(pyio.InvalidModelError, match="from 1 to 2147483647"):
        pyio.layers.Dense(limits.LAYER_SIDE + 1)


def test_sizes_of_picked_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sizes of picked files are checked before they are read, like files on a disk."""
    found = pytest.raises(pyio.DamagedModelError, match=r"m\.json has 268,435,457 bytes")
    with found, Damaged("m"):
        require_length(limits.JSON_BYTES + 1, "m.json")
    monkeypatch.setattr("pyio.limits.JSON_BYTES", 3)
    with pytest.raises(pyio.DamagedModelError, match="at most 3 are read"), Damaged("m"):
        require_length(4, "m.json")
