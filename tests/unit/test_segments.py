"""Several buffers read as one, and the objects that are accepted as buffers."""

from __future__ import annotations

import array
import ctypes
import mmap
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyio.errors import InvalidModelError, WeightsError
from pyio.format.artifacts import ModelArtifacts, flat_buffers
from pyio.format.segments import SegmentedBuffer

chunks = st.lists(st.binary(max_size=6), max_size=6)


@settings(max_examples=200, deadline=None)
@given(chunks, st.integers(-3, 40), st.integers(-3, 40))
def test_slices_are_those_of_the_joined_bytes(parts: list[bytes], start: int, end: int) -> None:
    """Any slice equals the slice of the joined bytes; positions are clamped to their range."""
    whole = b"".join(parts)
    buffer = SegmentedBuffer(parts)
    assert len(buffer) == buffer.byte_length == len(whole)
    assert bytes(buffer.slice(start, end)) == whole[max(start, 0) : max(end, 0)]
    assert bytes(buffer.slice(start)) == whole[max(start, 0) :]
    assert bytes(buffer.slice()) == whole


@settings(max_examples=100, deadline=None)
@given(chunks, st.integers(0, 40), st.integers(0, 40))
def test_pieces_join_to_the_slice(parts: list[bytes], start: int, end: int) -> None:
    """The pieces of a range are its bytes in order, none of them empty inside the data."""
    whole = b"".join(parts)
    pieces = list(SegmentedBuffer(parts).pieces(start, end))
    if start < end:
        assert b"".join(pieces) == whole[start:end]
        assert all(piece.nbytes for piece in pieces)


@pytest.mark.parametrize("cut", [[4, 4, 4], [4, 4, 2, 8], [1, 11], [12], [2] * 6, [12, 1, 1]])
def test_uniform_and_uneven_segments(cut: list[int]) -> None:
    """Slices within, across and out of order are right whatever the sizes."""
    whole = bytes(range(sum(cut)))
    ends = np.cumsum(cut).tolist()
    buffer = SegmentedBuffer([whole[end - size : end] for size, end in zip(cut, ends, strict=True)])
    for start, end in ((0, 5), (3, 9), (9, 12), (1, 2), (0, len(whole)), (11, 12)):
        assert bytes(buffer.slice(start, end)) == whole[start:end]


def test_a_slice_inside_one_segment_is_a_view() -> None:
    """A slice within one segment is a view; a slice over two segments is a copy."""
    first, second = bytearray(4), bytearray(4)
    buffer = SegmentedBuffer([first, b"", second])
    inside, across = buffer.slice(4, 8), buffer.slice(2, 6)
    second[:] = b"abcd"
    assert bytes(inside) == b"abcd"
    assert bytes(across) == bytes(4)


@pytest.mark.parametrize(
    "data", [b"", [], (), [b"", b""], iter([]), np.zeros((0, 3))], ids=range(6)
)
def test_nothing_is_empty(data: Any) -> None:
    """No buffers, or only empty ones, give an empty sequence."""
    buffer = SegmentedBuffer(data)
    assert (buffer.byte_length, buffer.segments, bytes(buffer.slice(0, 9))) == (0, (), b"")


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(12)),
        bytearray(range(12)),
        memoryview(bytes(range(12))),
        memoryview(bytes(range(12))).cast("i"),
        array.array("B", range(12)),
        array.array("i", np.frombuffer(bytes(range(12)), np.int32)),
        (ctypes.c_ubyte * 12)(*range(12)),
        np.arange(12, dtype=np.uint8).reshape(3, 4),
        np.frombuffer(bytes(range(12)), np.float32),
        np.frombuffer(bytes(range(12)), ">i4"),
        np.frombuffer(bytes(range(8)) * 3, np.complex64)[:1],
    ],
    ids=range(11),
)
def test_buffers_of_every_kind_are_one_flat_view(data: Any) -> None:
    """Any object with a buffer becomes one flat view of bytes on the same memory."""
    (view,) = flat_buffers(data)
    assert (view.format, view.ndim) == ("B", 1)
    assert bytes(view) == bytes(range(view.nbytes))
    assert view.nbytes in (8, 12)
    assert flat_buffers([data, data])[1] == view


def test_an_mmap_is_one_buffer() -> None:
    """A mapped file is one piece, not one for each of its bytes."""
    with mmap.mmap(-1, 4096) as mapped:
        views = flat_buffers(mapped)
        assert [view.nbytes for view in views] == [4096]
        views[0].release()


def test_views_leak_no_neighbours() -> None:
    """The view of a part of an array contains only that part."""
    whole = np.arange(10, dtype=np.float32)
    (view,) = flat_buffers(whole[2:5])
    assert bytes(view) == whole[2:5].tobytes()
    whole[3] = -1
    assert bytes(view) == whole[2:5].tobytes(), "it is the same memory"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (None, "got NoneType"),
        (5, "got int"),
        ("text", "got str"),
        (object(), "got object"),
        ([b"a", None], "got NoneType"),
        ([[b"a"]], "got list"),
        ([1, 2], "got int"),
        ({"a": b"x"}, "got str"),
        (np.array(["2024"], "M8[s]"), "got ndarray"),
        (np.arange(6).reshape(2, 3).T, "C-contiguous"),
        (np.arange(6)[::2], "C-contiguous"),
        (np.arange(6, dtype=">i4"), "little-endian"),
        ([memoryview(bytes(6))[::2]], "C-contiguous"),
    ],
    ids=range(13),
)
def test_what_is_no_buffer_is_refused(data: Any, text: str) -> None:
    """An object without contiguous bytes is refused, also by ModelArtifacts."""
    with pytest.raises(InvalidModelError, match=text):
        flat_buffers(data)
    if data is not None:
        with pytest.raises(InvalidModelError, match=text):
            ModelArtifacts(weight_data=data)


def test_artifacts_keep_buffers_as_they_are() -> None:
    """ModelArtifacts takes one buffer or several and neither joins nor copies them."""
    first, second = bytearray(b"ab"), np.arange(3, dtype=np.uint8)
    raw: Any = [first, second]
    artifacts = ModelArtifacts(weight_data=raw)
    assert artifacts.weight_data is not None
    first[0] = second[0] = 9
    assert [bytes(view) for view in artifacts.weight_data] == [b"\x09b", b"\x09\x01\x02"]
    assert artifacts.weight_data_bytes == 5
    assert ModelArtifacts().weight_data_bytes == 0


def test_artifacts_refuse_specs_that_are_none() -> None:
    """Dicts in place of WeightSpecs are refused where the artifacts are made."""
    bad: Any = [{"name": "w", "shape": [1], "dtype": "float32"}]
    with pytest.raises(WeightsError, match=r"should hold WeightSpecs, got .*'name': 'w'"):
        ModelArtifacts(weight_specs=bad)
