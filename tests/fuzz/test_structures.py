"""Structures from untrusted sources give a PyioError, or exactly the values that they contain.

Hypothesis makes them, the same in every run: most of their values are valid, some hostile.
"""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pyio
from pyio.format.archive import unzip
from pyio.format.info import info_from_json
from pyio.format.json_text import dumps, loads
from pyio.format.manifest import parse_groups
from pyio.format.model_json import verified_artifacts
from pyio.format.specs import specs_from_json
from pyio.handlers.files.folder import Folder
from pyio.handlers.local_storage.handler import LocalStorageHandler
from pyio.handlers.memory import MODELS, StoredModel
from pyio.models.serialization.topology import model_from_json
from tests.fuzz.corpus import KINDS, Artefact, layers
from tests.fuzz.damage import VALUES, change_tree
from tests.support.models import artifacts, run, same

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path
    from random import Random

    from pyio.format.json_text import JSONValue

profile = settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

hostile: st.SearchStrategy[Any] = st.sampled_from([*VALUES, float("inf")])
anything = st.recursive(
    hostile | st.text(max_size=3) | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


def mostly(right: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A valid value four times in five, a hostile one otherwise."""
    return st.one_of(right, right, right, right, hostile)


quantizations = mostly(
    st.fixed_dictionaries(
        {"dtype": mostly(st.sampled_from(["uint8", "uint16", "float16"]))},
        optional={
            "min": mostly(st.floats() | st.integers()),
            "scale": mostly(st.floats() | st.integers()),
            "original_dtype": mostly(st.just("float32")),
        },
    )
)
dtypes = st.sampled_from(
    [
        *("float32", "int32", "bool", "string", "complex64", "float64", "int8", "uint64"),
        *("|S3", "<M8[D]", "<M8[7s]", "|V0", "|S0", "|S999999999", "<m8[generic]", "<M8[foo]"),
        *("object", "O", "|O", "<U4", "float16", "complex128", "i4,i4", "f4"),
    ]
)
entries = st.fixed_dictionaries(
    {
        "name": mostly(st.sampled_from("abcde")),
        "shape": mostly(st.lists(mostly(st.integers(0, 3)), max_size=3)),
        "dtype": mostly(dtypes),
    },
    optional={
        "group": mostly(st.just("optimizer")),
        "quantization": quantizations,
        "numpyDtype": mostly(st.sampled_from(["<U1", "<U9", ">U2", "<U999999999", "O"])),
    },
)
specs = mostly(st.lists(mostly(entries), max_size=4))
data = st.one_of(
    st.binary(max_size=40),
    st.integers(0, 40).map(bytes),  # zeros are empty texts
)


@pytest.fixture(autouse=True)
def memory() -> Iterator[None]:
    """An empty ``memory://`` after each test."""
    yield
    MODELS.clear()


def tolerated(action: Callable[[], Any]) -> Any:
    """The result of `action`, or None if it raises a PyioError."""
    try:
        return action()
    except pyio.PyioError:
        return None


def check_arrays(arrays: dict[str, Any], found: tuple[pyio.WeightSpec, ...], length: int) -> None:
    """Check that decoded arrays match their specs, and that all bytes were used."""
    assert [*arrays] == [spec.name for spec in found]
    for spec in found:
        array = arrays[spec.name]
        assert array.shape == spec.shape
        if spec.dtype != "string":
            assert array.dtype == np.dtype(spec.dtype)
    if all(spec.byte_length is not None for spec in found):
        assert sum(spec.byte_length or 0 for spec in found) == length


@profile
@given(specs, data, st.integers(1, 9))
def test_specs(value: Any, content: bytes, step: int) -> None:
    """Specs are refused, or decode to arrays that match them, at once and as a stream."""
    found = tolerated(lambda: specs_from_json(json.loads(_text(value))))
    if found is None:
        return
    arrays = tolerated(lambda: pyio.decode_weights(content, found))
    if arrays is not None:
        check_arrays(arrays, found, len(content))

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), step):
            yield content[start : start + step]

    streamed = tolerated(lambda: run(pyio.decode_weights_stream(pieces(), found)))
    assert (streamed is None) == (arrays is None)
    for name in arrays or {}:
        np.testing.assert_array_equal(streamed[name], arrays[name])


groups = mostly(
    st.lists(
        mostly(
            st.fixed_dictionaries(
                {"paths": mostly(st.lists(mostly(st.sampled_from(["w", "./v", "u"])), max_size=2))},
                optional={"weights": specs, "crc32": mostly(st.lists(st.text(max_size=8)))},
            )
        ),
        max_size=2,
    )
)
manifests = st.fixed_dictionaries(
    {"weightsManifest": groups},
    optional={
        "modelTopology": mostly(anything),
        "format": mostly(st.text(max_size=3) | st.none()),
        "signature": anything,
        "userDefinedMetadata": anything,
        "pyioChecksum": anything,
    },
)


@profile
@given(mostly(manifests), data, st.binary(max_size=9), st.booleans())
def test_model_json(value: Any, one: bytes, other: bytes, over_http: bool) -> None:
    """A model.json with any members and any files beside it gives the whole model, or an error."""
    kind = "http://" if over_http else "picked files"
    files = {"model.json": _text(value).encode(), "w": one, "v": other}
    _, load = KINDS[kind]
    stored: Any = Artefact("any", kind, files, load, None)  # type: ignore[arg-type]  # no files
    loaded = tolerated(lambda: asyncio.run(stored.read(files)))
    if loaded is not None and loaded.weight_specs is not None:
        decoded = tolerated(lambda: pyio.decode_weights(loaded.weight_data, loaded.weight_specs))
        if decoded is not None:
            check_arrays(decoded, loaded.weight_specs, loaded.weight_data_bytes)


@profile
@given(anything | groups)
def test_manifests(value: Any) -> None:
    """A manifest of any JSON, also with any paths of files, is read or refused."""
    parsed = tolerated(lambda: parse_groups(json.loads(_text(value))))
    assert parsed is None or all(group.paths is not None for group in parsed)


records = st.fixed_dictionaries(
    {},
    optional={
        "modelTopology": anything,
        "weightSpecs": specs,
        "format": mostly(st.text(max_size=3)),
        "trainingConfig": anything,
        "userDefinedMetadata": anything,
        "pyioChecksum": anything,
    },
)


@profile
@given(mostly(records), st.none() | data)
def test_records(value: Any, content: bytes | None) -> None:
    """A record of any members that loads can be inspected, saved and loaded again."""
    MODELS["m"] = StoredModel(_text(value), content, pyio.ModelArtifactsInfo())
    tolerated(lambda: asyncio.run(pyio.inspect("memory://m")))
    assert "memory://m" in asyncio.run(pyio.list_models())
    loaded = tolerated(lambda: asyncio.run(pyio.load_artifacts("memory://m")))
    if loaded is None:
        return
    if tolerated(lambda: asyncio.run(pyio.save_artifacts(loaded, "memory://n"))) is not None:
        again = asyncio.run(pyio.load_artifacts("memory://n"))
        assert dumps(again.user_defined_metadata) == dumps(loaded.user_defined_metadata)
        assert again.weight_specs == loaded.weight_specs
        assert b"".join(again.weight_data or ()) == b"".join(loaded.weight_data or ())


@profile
@given(
    st.fixed_dictionaries(
        {
            "model_topology": mostly(anything),
            "weight_specs": specs,
            "model_metadata": mostly(records),
        }
    ),
    data,
)
def test_items(values: dict[str, Any], content: bytes) -> None:
    """Any texts of localStorage's items are read or refused."""
    texts: dict[str, str | None] = {part: _text(value) for part, value in values.items()}
    handler = LocalStorageHandler("x")
    tolerated(lambda: verified_artifacts(*handler.parsed(texts), (memoryview(content),)))


@profile
@given(
    mostly(
        st.fixed_dictionaries(
            {
                "dateSaved": mostly(st.just("2026-01-02T03:04:05.678Z") | st.text(max_size=30)),
                "modelTopologyType": mostly(st.just("JSON")),
                "modelTopologyBytes": mostly(st.integers()),
                "weightDataBytes": mostly(st.integers()),
            }
        )
    )
)
def test_infos(value: Any) -> None:
    """An info of any members never raises; its numbers are valid and its damage is described."""
    parsed = tolerated(lambda: loads(_text(value), "the info"))
    info = info_from_json(parsed)
    assert info.total_bytes >= 0
    assert info.damage is None or info.damage
    assert info.date_saved is not None or info.damage is not None


TOPOLOGIES = {name: dumps(model.model_topology).encode() for name, model in layers().items()}


@settings(profile, max_examples=500)
@given(st.sampled_from(sorted(TOPOLOGIES)), st.randoms(use_true_random=False), st.booleans())
@pytest.mark.filterwarnings("ignore::pyio.CompatibilityWarning")
def test_topologies(name: str, random: Random, unknown: bool) -> None:
    """Topologies of every layer, with members changed, moved and dropped, are built or refused.

    A model that is built can be described and saved, or raises an error.
    """
    text = change_tree(random, TOPOLOGIES[name], ())
    model = tolerated(lambda: model_from_json(text, allow_unknown=unknown))
    if model is not None:
        tolerated(model.summary)
        tolerated(model.to_json)


@pytest.mark.parametrize("levels", [5, 60, 600])
def test_models_in_models(levels: int) -> None:
    """Models nested at any depth can be inspected, or the error names the depth."""
    model = '{"class_name":"Sequential","config":{"layers":['
    record = '{"modelTopology":' + model * levels + "]}}" * levels + "}"
    MODELS["m"] = StoredModel(record, None, pyio.ModelArtifactsInfo())
    tolerated(lambda: run(pyio.inspect("memory://m")))
    loaded = tolerated(lambda: run(pyio.load_artifacts("memory://m")))
    if loaded is not None:
        tolerated(lambda: pyio.model_from_artifacts(loaded))


@pytest.mark.parametrize(
    "key", ["format", "modelTopology", "weightSpecs", "signature", "pyioChecksum"]
)
def test_deep_values(key: str) -> None:
    """Depths just below the parser's limit do not overflow the stack in messages or on saving."""
    for depth in (*range(150, 900, 150), *range(900, 1000, 6), 1990):
        for start, end in (("[", "]"), ('{"a":', "}")):
            record = f'{{"{key}":{start * depth}1{end * depth}}}'
            MODELS["m"] = StoredModel(record, b"", pyio.ModelArtifactsInfo())
            tolerated(lambda: run(pyio.inspect("memory://m")))
            tolerated(lambda: run(pyio.copy_model("memory://m", "memory://n", overwrite=True)))
            tolerated(lambda: run(pyio.load_layers_model("memory://m")))


journals = st.fixed_dictionaries(
    {
        "rename": mostly(
            st.dictionaries(st.sampled_from(["model.json", "../x", "/x", ""]), hostile)
        ),
        "remove": mostly(st.lists(st.sampled_from(["weights.bin", "../kept", "..", "a/b"]))),
    }
)


@settings(profile, max_examples=30)
@given(mostly(journals))
def test_journals(tmp_path: Path, value: Any) -> None:
    """A journal that pyio did not write reaches no file outside of its directory."""
    place = tmp_path / "models/m"
    kept = tmp_path / "models/kept"
    run(pyio.save_artifacts(artifacts(), f"file://{place}"))
    kept.write_text("kept")
    (place / ".pyio-save.json").write_text(_text(value), "utf-8")
    loaded = tolerated(lambda: run(pyio.load_artifacts(f"file://{place}")))
    assert loaded is None or same(loaded, artifacts())
    run(pyio.save_artifacts(artifacts(), f"file://{place}"))
    assert same(run(pyio.load_artifacts(f"file://{place}")), artifacts())
    assert kept.read_text() == "kept"
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == ["kept", "m"]
    assert Folder(place).contents().locate("model.json") == place / "model.json"


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    """Zip archives of any names, methods and flags, with changed header fields."""
    file = io.BytesIO()
    names = ["m.json", "w.bin", "a/w.bin", "../m.json", "/", ".hidden", "__MACOSX/m.json", "é", ""]
    with zipfile.ZipFile(file, "w") as archive:
        for _ in range(draw(st.integers(0, 3))):
            entry = zipfile.ZipInfo(draw(st.sampled_from(names)))
            methods = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]
            entry.compress_type = draw(st.sampled_from(methods))
            with pytest.warns() if entry.filename in archive.namelist() else _quiet():
                archive.writestr(entry, draw(st.binary(max_size=30)))
    content = bytearray(file.getvalue())
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(content) - 1))
        value = draw(st.sampled_from([b"\0\0", b"\xff\xff", b"\xff\xff\xff\xff", b"\1\0", b"\x08"]))
        content[place : place + len(value)] = value
    return bytes(content[: draw(st.integers(len(content) // 2, len(content) + 1))])


@settings(profile, max_examples=400)
@given(archives())
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_archives(content: bytes) -> None:
    """Archives with false headers are refused, or give files of the sizes in the headers."""
    members = tolerated(lambda: unzip(memoryview(content), "m.zip"))
    assert members is None or all(member.size == len(member.content) for member in members)


@pytest.mark.parametrize("dtype", ["object", "O", "|O8", "(2,)O", "O,O"])
def test_no_object_is_made_of_bytes(dtype: str) -> None:
    """A dtype of Python objects is refused, because bytes would be used as memory addresses."""
    with pytest.raises(pyio.WeightsError, match="which is not one of"):
        pyio.decode_weights(bytes(8), [pyio.WeightSpec("w", (1,), dtype)])


@pytest.mark.parametrize("name", ["Lambda", "builtins.eval", "os.system", "__import__", "Layer"])
def test_no_class_is_looked_up_outside(name: str) -> None:
    """Only registered layers are built; code in a topology (Keras's Lambda) is never read."""
    config = {"name": "x", "function": ["cHJpbnQoMSk=", None, None], "function_type": "lambda"}
    topology = {"class_name": "Sequential", "config": {"layers": [{"class_name": name}]}}
    topology["config"]["layers"][0]["config"] = config  # type: ignore[index]  # made just above
    with pytest.raises(pyio.UnknownLayersError, match="which pyio does not know"):
        model_from_json(topology)


def _text(value: JSONValue) -> str:
    """JSON as careless programs print it, infinities included."""
    return json.dumps(value)


class _quiet:  # noqa: N801 - stands beside pytest.warns
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...
