"""Manifests and shards: cutting weights into files, and naming the damaged file."""

from __future__ import annotations

import json
import time
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyio.errors import InvalidModelError, WeightsError
from pyio.format.artifacts import WeightSpec
from pyio.format.manifest import (
    WeightGroup,
    group_to_json,
    is_weights_file,
    parse_groups,
    parse_model_json,
)
from pyio.format.shards import check_checksum, check_sizes, crc32, shard
from pyio.format.specs import specs_to_json
from pyio.limits import FILES

pieces_of_bytes = st.lists(st.binary(max_size=9), max_size=6)


def group(paths: list[str], size: int) -> WeightGroup:
    return WeightGroup(tuple(paths), (WeightSpec("w", (size,), "bool"),))


def blame(paths: list[str], sizes: list[int], size: int, **notes: str) -> str:
    with pytest.raises(WeightsError) as caught:
        check_sizes(group(paths, size), sizes, notes)
    return str(caught.value)


@settings(max_examples=200, deadline=None)
@given(pieces_of_bytes, st.integers(1, 12))
def test_shards_are_equal_but_the_last(parts: list[bytes], size: int) -> None:
    """Buffers of any sizes are cut into full shards and a last one, without copies."""
    data = b"".join(parts)
    cut, files = shard(
        (WeightSpec("w", (len(data),), "bool"),), [memoryview(part) for part in parts], size
    )
    contents = [b"".join(pieces) for pieces in files.values()]
    assert b"".join(contents) == data
    assert [len(content) for content in contents[:-1]] == [size] * (len(contents) - 1)
    assert all(0 < len(content) <= size for content in contents)
    assert len(contents) == -(-len(data) // size)
    assert list(files) == list(cut.paths)
    assert all(is_weights_file(name) for name in files)
    assert cut.checksums == tuple(f"{zlib.crc32(content):08x}" for content in contents)
    check_sizes(cut, list(map(len, contents)), {})
    again: Any = group_to_json(cut.paths, specs_to_json(cut.specs), cut.checksums)
    assert parse_groups([again]) == (cut,)


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("weights.bin", True),
        ("group1-shard1of1.bin", True),
        ("group12-shard3of45.bin", True),
        ("group1-shard1of1", True),
        ("model.weights.bin", False),
        ("notes.txt", False),
        ("sub/weights.bin", False),
        ("mygroup1-shard1of1.bin", False),
    ],
)
def test_whose_files_these_are(name: str, ours: bool) -> None:
    """A save replaces only files whose names pyio, TensorFlow.js or its converter gives."""
    assert is_weights_file(name) is ours


SHARDS = [f"group1-shard{number}of3.bin" for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("sizes", "guilty"),
    [
        ([9, 10, 5], "shard1of3"),
        ([10, 9, 5], "shard2of3"),
        ([10, 10, 4], "shard3of3"),
        ([10, 10, 6], "shard3of3"),
        ([10, 11, 5], "shard2of3"),
        ([0, 10, 5], "shard1of3"),
    ],
)
def test_the_file_that_does_not_fit_is_named(sizes: list[int], guilty: str) -> None:
    """The error names only the file that breaks the rule of equal sizes."""
    said = blame(SHARDS, sizes, 25)
    assert guilty in said
    assert said.count("of3.bin") == 1
    assert f"All 3 files of its group have {sum(sizes)} bytes and the weights take 25" in said


def test_what_looks_strange_is_named_first() -> None:
    """A file with a note is reported as damaged, with the note, whatever the sizes are."""
    said = blame(["a", "b"], [10, 3], 20, a="it is a poem")
    assert said.startswith("'a' has 10 bytes (it is a poem)")
    assert blame(["a"], [3], 20) == "'a' has 3 bytes. Its weights take 20 bytes"
    assert "'no file at all'" in blame([], [], 20)
    said = blame(["a", "b"], [3, 4], 20)
    assert "'a' has 3 bytes; 'b' has 4 bytes" in said


def test_shards_that_were_swapped() -> None:
    """Files or names in the wrong order are found, although the total size is right."""
    assert "only the last may be shorter" in blame(SHARDS, [5, 10, 10], 25)
    assert "only the last may be shorter" in blame(SHARDS, [10, 5, 10], 25)
    assert "wrong order" in blame(SHARDS[::-1], [10, 10, 5], 25)
    assert "wrong order" in blame([f"{path}?v=1" for path in SHARDS[::-1]], [10, 10, 5], 25)
    check_sizes(group(SHARDS, 25), [10, 10, 5], {})
    check_sizes(group(["b", "a"], 25), [5, 20], {})  # other names follow no rule


def test_checksums() -> None:
    """A changed byte is found with a checksum, and is not noticed without one."""
    data = memoryview(b"1234")
    known = WeightGroup(("w",), (), (crc32([data]),))
    check_checksum(known, 0, data)
    check_checksum(group(["w"], 4), 0, memoryview(b"????"))
    with pytest.raises(WeightsError, match="'w' has the CRC-32 "):
        check_checksum(known, 0, memoryview(b"1235"))


@pytest.mark.parametrize(
    ("manifest", "text"),
    [
        (None, "should be a list"),
        ("x", "should be a list"),
        ([None], "group 0 of weightsManifest is None"),
        ([{"paths": None, "weights": []}], "should be a list of texts"),
        ([{"weights": []}], "should be a list of texts"),
        ([{"paths": [1], "weights": []}], "should be a list of texts"),
        ([{"paths": [""], "weights": []}], "should be a list of texts"),
        ([{"paths": ["a"], "weights": None}], "the weights of group 0"),
        ([{"paths": ["a"], "weights": [{}]}], "entry 0 of the weights of group 0"),
        ([{"paths": ["a"], "weights": []}] * 2, "lists 'a' twice"),
        ([{"paths": list("abcb"), "weights": []}], "lists 'b' twice"),
        ([{"paths": ["a"], "weights": [], "crc32": "x"}], "has 1 paths and the crc32"),
    ],
)
def test_manifests_that_are_none(manifest: Any, text: str) -> None:
    """The error names each malformed part and its place."""
    with pytest.raises(InvalidModelError, match=text):
        parse_groups(manifest)


def test_large_manifests_take_no_time() -> None:
    """Parsing is quick for many files and for a shape with a huge product."""
    names = [str(number) for number in range(FILES)]
    manifest: Any = [{"paths": names, "weights": []}]
    start = time.process_time()
    groups = parse_groups(manifest)
    assert groups is not None
    assert len(groups[0].paths) == FILES
    with pytest.raises(WeightsError, match="the weights take 0"):
        check_sizes(groups[0], range(1, FILES + 1), {})
    for sides in (65, 60_000):
        spec: Any = {"name": "w", "shape": [2**53] * sides, "dtype": "float32"}
        with pytest.raises(InvalidModelError, match=r"'w' has the shape .* at most 64"):
            parse_groups([{"paths": ["a"], "weights": [spec]}])
    assert time.process_time() - start < 5


def test_groups_without_weights() -> None:
    """A manifest may have no weights: TensorFlow.js writes one for a topology alone."""
    assert parse_groups([{"paths": ["./model.weights.bin"]}]) is None
    assert parse_groups([]) == ()
    text = json.dumps({"modelTopology": {}, "weightsManifest": [{"paths": ["w"]}]})
    assert parse_model_json(text).specs is None
    assert parse_model_json('{"modelTopology":{}}').byte_length == 0


def test_bytes_of_strings_are_unknown() -> None:
    """With one string tensor, the sizes of its group and of the model are unknown."""
    text = WeightSpec("s", (2,), "string")
    assert WeightGroup(("a",), (text,)).byte_length is None
    weights = [
        {"paths": ["a"], "weights": [{"name": "s", "shape": [2], "dtype": "string"}]},
        {"paths": ["b"], "weights": [{"name": "w", "shape": [2], "dtype": "int32"}]},
    ]
    assert parse_model_json(json.dumps({"weightsManifest": weights})).byte_length is None
    weights.pop(0)
    assert parse_model_json(json.dumps({"weightsManifest": weights})).byte_length == 8
