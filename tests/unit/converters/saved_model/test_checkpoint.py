"""Checkpoints: checksums, Snappy, sorted tables, and variables whole and in parts."""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pyio import limits
from pyio.converters.files import MemoryFiles
from pyio.converters.saved_model.checkpoint.bundle import Checkpoint
from pyio.converters.saved_model.checkpoint.crc32c import masked_crc
from pyio.converters.saved_model.checkpoint.slices import (
    indices,
    part_from_text,
    part_key,
)
from pyio.converters.saved_model.checkpoint.snappy import unpack
from pyio.errors import InvalidModelError
from tests.support.protobuf import encode, varint

if TYPE_CHECKING:
    from collections.abc import Iterable


def masked(crc: int) -> int:
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),  # RFC 3720, appendix B.4
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_known_checksums(data: bytes, crc: int) -> None:
    """The CRC-32C of RFC 3720's examples, and of the usual nine digits."""
    assert masked_crc(data) == masked(crc)


def test_long_and_divided_data_have_the_same_checksum() -> None:
    """From 32 KiB on lanes are computed at once; that and any division change nothing."""
    data = np.random.default_rng(1).integers(0, 256, 100_003, np.uint8).tobytes()
    short = [data[start : start + 1_000] for start in range(0, len(data), 1_000)]
    assert masked_crc(data) == masked_crc(*short) == masked_crc(data[:70_000], data[70_000:])
    assert masked_crc(data) != masked_crc(data[:-1] + b"\0" if data[-1] else b"\1")


def test_snappy() -> None:
    """Bytes that follow, and copies of each kind, also of what they write themselves."""
    copies = b"\x04abc"[:0] + bytes([2 << 2]) + b"abc"
    copies += bytes([1 | (4 - 4) << 2 | 0 << 5, 3])  # 4 bytes from 3 back
    copies += bytes([2 | (5 - 1) << 2, 7, 0])  # 5 from 7 back
    copies += bytes([3 | (2 - 1) << 2, 1, 0, 0, 0])  # 2 from 1 back
    assert unpack(varint(14) + copies) == b"abcabcaabcabbb"
    long = bytes(range(200))
    assert unpack(varint(200) + bytes([60 << 2, 199]) + long) == long


@pytest.mark.parametrize(
    "data",
    [
        varint(3) + bytes([2 << 2]) + b"ab",
        varint(9) + bytes([2 << 2]) + b"abc",
        varint(4) + bytes([1, 3]),
        varint(limits.INDEX_BYTES + 1) + b"\0",
        varint(2) + bytes([0]) + b"a" + bytes([2 | 63 << 2, 1, 0]) * 3,
        b"\xff",
    ],
)
def test_damaged_snappy(data: bytes) -> None:
    """Elements that are cut off, or copy from before the begin, and wrong lengths."""
    with pytest.raises(InvalidModelError):
        unpack(data)


def block(entries: Iterable[tuple[bytes, bytes]], *, packed: bool = False) -> bytes:
    """A block of a sorted table, with kind and checksum."""
    data, last = b"", b""
    for key, value in entries:
        shared = next(
            (i for i, (a, b) in enumerate(zip(key, last, strict=False)) if a != b),
            min(len(key), len(last)),
        )
        data += varint(shared) + varint(len(key) - shared) + varint(len(value))
        data += key[shared:] + value
        last = key
    data += struct.pack("<II", 0, 1)
    if packed:  # Snappy without any copy
        data = varint(len(data)) + bytes([61 << 2]) + struct.pack("<H", len(data) - 1) + data
    body = data + bytes([packed])
    return body + struct.pack("<I", masked_crc(body))


def table(entries: dict[bytes, bytes], *, packed: bool = False) -> bytes:
    """A sorted table of one block."""
    first = block(sorted(entries.items()), packed=packed)
    index = block([(b"z", varint(0) + varint(len(first) - 5))])
    handles = varint(0) + varint(0) + varint(len(first)) + varint(len(index) - 5)
    return first + index + handles.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)


def stored(array: Any, offset: int, shard: int = 0, **changes: Any) -> bytes:
    """The entry of an array of float32."""
    entry = {
        "dtype": 1,
        "shape": {"dim": [{"size": side} for side in array.shape]},
        "shard_id": shard,
        "offset": offset,
        "size": array.nbytes,
        "crc32c": masked_crc(array.tobytes()),
        **changes,
    }
    return encode("BundleEntry", entry)


HEADER = encode("BundleHeader", {"num_shards": 2})
A = np.arange(6, dtype=np.float32).reshape(2, 3)
B = np.arange(100, 104, dtype=np.float32)


def read(index: bytes, *keys: str, **files: bytes) -> dict[str, Any]:
    """Variables of a checkpoint whose files have these contents."""
    names = {
        f"v/variables.data-0000{shard}-of-00002": data
        for shard, data in enumerate((files.get("first", b""), files.get("second", b"")))
    }
    checkpoint = Checkpoint(MemoryFiles(names), "v/variables", memoryview(index))
    return asyncio.run(checkpoint.read(keys))


@pytest.mark.parametrize("packed", [False, True])
def test_two_files(packed: bool) -> None:
    """Variables lie in several files; an index may be compressed."""
    index = table({b"": HEADER, b"a": stored(A, 3), b"ab": stored(B, 0, 1)}, packed=packed)
    found = read(index, "a", "ab", first=b"xyz" + A.tobytes(), second=B.tobytes())
    assert found["a"].tolist() == A.tolist()
    assert found["ab"].tolist() == B.tolist()


def test_parts_are_put_together() -> None:
    """A variable in parts is whole again; the keys of parts are TensorFlow's ordered code."""
    parts = [((0, 1), (0, -1)), ((1, 1), (0, -1))]
    slices = [
        {"extent": [{"start": 0, "length": 1}, {}]},
        {"extent": [{"start": 1, "length": 1}, {}]},
    ]
    whole = encode(
        "BundleEntry", {"dtype": 1, "shape": {"dim": [{"size": 2}, {"size": 3}]}, "slices": slices}
    )
    index = {b"": HEADER, b"a": whole}
    index |= {part_key("a", part): stored(A[i : i + 1], 12 * i) for i, part in enumerate(parts)}
    assert read(table(index), "a", first=A.tobytes())["a"].tolist() == A.tolist()
    del index[part_key("a", parts[1])]
    with pytest.raises(InvalidModelError, match="a part of a"):
        read(table(index), "a", first=A.tobytes())


@pytest.mark.parametrize(
    ("part", "key"),
    [
        (((0, 5), (0, -1)), b"\x00v\x00\x01\x01\x02\x80\x85\x80\x7f"),
        (((63, 64), (8191, 8192)), b"\x00v\x00\x01\x01\x02\xbf\xc0\x40\xdf\xff\xe0\x20\x00"),
    ],
)
def test_keys_of_parts(part: tuple[tuple[int, int], ...], key: bytes) -> None:
    """Numbers take one byte below 64, two below 8,192, and three above."""
    assert part_key("v", part) == key


def test_what_restore_ops_ask_for() -> None:
    """The text of a part: sides of the whole, then the slices."""
    assert part_from_text("") is None
    part = part_from_text("10 4 0,5:-")
    assert part == ((0, 5), (0, -1))
    assert np.zeros((10, 4))[indices(part)].shape == (5, 4)
    with pytest.raises(InvalidModelError):
        part_from_text("10 4 a:b")


def texts(values: list[bytes], **changes: int) -> tuple[bytes, bytes]:
    """The data and the entry of a text variable."""
    lengths = b"".join(struct.pack("<I", len(each)) for each in values)
    check = struct.pack("<I", masked_crc(lengths))
    data = b"".join(varint(len(each)) for each in values) + check + b"".join(values)
    entry = {
        "dtype": 7,
        "shape": {"dim": [{"size": len(values)}]},
        "size": len(data),
        "crc32c": masked_crc(lengths, check, *values),
        **changes,
    }
    return data, encode("BundleEntry", entry)


def test_texts() -> None:
    """Texts of any length and content come back as bytes."""
    values = [b"", b"ab", b"\xff\x00", b"x" * 300]
    data, entry = texts(values)
    found = read(table({b"": HEADER, b"t": entry}), "t", first=data)
    assert found["t"].tolist() == values


@pytest.mark.parametrize(
    ("entry", "data", "message"),
    [
        (stored(A, 0), bytes(24), "checksum"),
        (stored(A, 0), A.tobytes()[:-1], "has 23 bytes"),
        (stored(A, 2**62), A.tobytes(), "to lie at"),
        (stored(A, -1), A.tobytes(), "to lie at"),
        (stored(A, 0, 5), A.tobytes(), "missing"),
        (stored(A, 0, size=20), A.tobytes(), "takes 24 bytes"),
        (stored(A, 0, shape={"dim": [{"size": 2**50}] * 9}), A.tobytes(), "bytes"),
        (stored(A, 0, dtype=20), A.tobytes(), "RESOURCE"),
        (stored(A, 0, dtype=77), A.tobytes(), "type 77"),
        (texts([b"ab"], crc32c=1)[1], texts([b"ab"])[0], "checksum"),
        (texts([b"ab"], size=6)[1], texts([b"ab"])[0], "another length"),
        (stored(A, 0, dtype=7, shape={"dim": [{"size": 2**40}]}), A.tobytes(), "texts in"),
        (b"\xff", A.tobytes(), "number"),
    ],
)
def test_damaged_entries(entry: bytes, data: bytes, message: str) -> None:
    """Entries that lie outside of their file, contradict it or have another checksum."""
    index = table({b"": HEADER, b"a": entry})
    with pytest.raises(InvalidModelError, match=message):
        read(index, "a", first=data)


def test_every_changed_byte_of_an_index_is_found() -> None:
    """Checksums cover the blocks; what is outside of them is checked or has no meaning."""
    index = table({b"": HEADER, b"a": stored(A, 0), b"b": stored(B, 24)})
    for place in range(len(index)):
        changed = bytearray(index)
        changed[place] ^= 0x41
        try:
            found = read(bytes(changed), "a", first=A.tobytes() + B.tobytes())
        except InvalidModelError:
            continue
        assert found["a"].tolist() == A.tolist(), place
        assert place >= len(index) - 48, place
    for end in range(len(index)):
        with pytest.raises(InvalidModelError):
            read(index[:end], "a")
