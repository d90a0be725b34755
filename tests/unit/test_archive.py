"""A zip archive made of the given buffers."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pyio
from pyio.format.archive import unzip, zip_pieces


def opened(pieces: list[memoryview]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


def views(*parts: bytes) -> tuple[memoryview, ...]:
    return tuple(memoryview(part) for part in parts)


def test_python_reads_it() -> None:
    """Zipfile finds both files whole, in order, stored, with right sizes and checksums."""
    files = {"m.json": views(b'{"a":1}'), "m.weights.bin": views(b"\0\1", b"", b"\2" * 1000)}
    with opened(zip_pieces(files)) as archive:
        assert archive.namelist() == ["m.json", "m.weights.bin"]
        assert archive.testzip() is None
        for name, parts in files.items():
            content, entry = b"".join(parts), archive.getinfo(name)
            assert archive.read(name) == content
            assert entry.compress_type == zipfile.ZIP_STORED
            assert entry.file_size == entry.compress_size == len(content)
            assert zlib.crc32(content) == entry.CRC


def test_the_pieces_are_the_buffers_given() -> None:
    """Weights are not copied: the archive holds views of the caller's memory."""
    weights = np.arange(1000, dtype=np.float32)
    second = np.ones(3, np.uint8)
    pieces = zip_pieces({"w": (weights.view(np.uint8).data, second.data)})
    for array in (weights, second):
        assert sum(np.shares_memory(np.frombuffer(piece, np.uint8), array) for piece in pieces) == 1
    own = sum(piece.nbytes for piece in pieces) - weights.nbytes - second.nbytes
    assert own < 250, "headers and a directory, and nothing else"


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0/\\"), min_size=1, max_size=9),
        st.lists(st.binary(max_size=9), max_size=4),
        max_size=4,
    )
)
def test_any_files_come_back(files: dict[str, list[bytes]]) -> None:
    """Any names, Unicode included, and any cutting into pieces, empty ones too, come back."""
    with opened(zip_pieces({name: views(*parts) for name, parts in files.items()})) as archive:
        assert archive.namelist() == list(files)
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in files} == {
            name: b"".join(parts) for name, parts in files.items()
        }


def test_the_date_is_now() -> None:
    """Files are dated with the present, not with 1980."""
    before = time.localtime(time.time() - 2)[:6]
    with opened(zip_pieces({"a": views(b"x")})) as archive:
        assert before <= archive.getinfo("a").date_time <= time.localtime()[:6]


def test_a_clock_before_1980_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zip has no year before 1980; with an unset clock saving works all the same."""
    then = time.gmtime(0)
    monkeypatch.setattr(time, "localtime", lambda *_: then)
    with opened(zip_pieces({"a": views(b"x")})) as archive:
        assert archive.getinfo("a").date_time == (1980, 1, 1, 0, 0, 0)


def test_large_files_are_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beyond zip's 32-bit limit is written with the 64-bit extension, and read back."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    with opened(zip_pieces({"a": views(b"x" * 6, b"y" * 6), "b": views(b"z")})) as archive:
        assert archive.testzip() is None
        assert archive.read("a") == b"x" * 6 + b"y" * 6
        assert archive.getinfo("a").extract_version == zipfile.ZIP64_VERSION
        assert archive.read("b") == b"z"


def test_too_many_members_cost_nothing() -> None:
    """An archive that lists 200,000 files is refused before an object is made of each."""
    count = 200_000
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, *[0] * 7, 1, 0) + b"w"
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, *[0] * 7, 1, *[0] * 6) + b"w"
    listed = entry * count
    end = struct.pack(
        "<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(listed), len(local)
    )
    end += struct.pack("<4sIQI", b"PK\6\7", 0, len(local) + len(listed), 1)
    end += struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    begun = time.process_time()
    with pytest.raises(pyio.DamagedModelError, match=r"200,000 files; .*ZIP_MEMBERS"):
        unzip(memoryview(local + listed + end), "m.zip")
    assert time.process_time() - begun < 0.3


def test_members_that_lie_over_one_another() -> None:
    """Files that are together larger than their archive are refused before they are read."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a", bytes(1000))
        archive.filelist.extend(archive.infolist() * 3)
    with pytest.raises(pyio.DamagedModelError, match="lie over one another"):
        unzip(memoryview(sink.getvalue()), "m.zip")


def test_no_file_is_an_empty_archive() -> None:
    """An archive of nothing is still an archive."""
    files: dict[str, Any] = {}
    with opened(zip_pieces(files)) as archive:
        assert archive.namelist() == []


def test_an_encrypted_member_is_called_so() -> None:
    """The bit of the general flags that tells it (APPNOTE 4.4.4) is in both headers."""
    data = bytearray(b"".join(zip_pieces({"model.json": views(b"{}")})))
    for signature, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(signature) + place] |= 1
    with pytest.raises(
        pyio.InvalidModelError, match=r"'model\.json' is encrypted; pack it without"
    ):
        unzip(memoryview(data), "m.zip")
