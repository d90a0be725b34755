"""Cutting weight data into files, and checking files that were read.

Sizes are compared with the sizes of the weights, and with the converter's rule: all files of a
group but the last have the same length. So an error can name the file that is wrong.
"""

from __future__ import annotations

import zlib
from collections import Counter
from typing import TYPE_CHECKING

from pyio.addresses import shown
from pyio.errors import WeightsError
from pyio.format.manifest import SHARD_NAME, WeightGroup, require_file_count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyio.format.artifacts import WeightSpec


CONVERTER_SHARD_SIZE = 4 * 1024 * 1024
"""Bytes per file that the TensorFlow.js converter writes unless it is told otherwise."""

_TRIED = 20
"""How many candidates are tried for the size that all files but the last should have."""


def shard(
    specs: Sequence[WeightSpec], data: Sequence[memoryview], size: int
) -> tuple[WeightGroup, dict[str, list[memoryview]]]:
    """Return the group that cuts `data` into files of `size` bytes, and the pieces of each file."""
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise WeightsError(f"shard_size_bytes should be a number of bytes from 1, got {size!r}")
    shards: list[list[memoryview]] = []
    room = 0
    for piece in data:
        rest = piece
        while rest.nbytes:
            if not room:
                shards.append([])
                room = size
            shards[-1].append(rest[:room])
            taken = min(room, rest.nbytes)
            room, rest = room - taken, rest[taken:]
    require_file_count(len(shards))
    names = [f"group1-shard{index}of{len(shards)}.bin" for index in range(1, len(shards) + 1)]
    files = dict(zip(names, shards, strict=True))
    return WeightGroup(tuple(files), tuple(specs), tuple(map(crc32, shards))), files


def crc32(pieces: Sequence[memoryview]) -> str:
    """Return the CRC-32 of the pieces one after another in eight hexadecimal digits."""
    value = 0
    for piece in pieces:
        value = zlib.crc32(piece, value)
    return f"{value:08x}"


def check_sizes(group: WeightGroup, sizes: Sequence[int], notes: Mapping[str, str]) -> None:
    """Raise WeightsError unless the files of `group` have the bytes that its weights take.

    Args:
        group: The group.
        sizes: The bytes of each file, in the order of its paths.
        notes: Path -> what an error adds about the file.
    """
    expected, total = group.byte_length, sum(sizes)
    if expected is not None and expected != total:
        one = len(sizes) == 1
        files = "; ".join(
            _describe(path, size, notes) for path, size in _suspects(group, sizes, notes)
        )
        raise WeightsError(
            f"{files}. Its weights take {expected:,} bytes"
            if one
            else f"{files}. All {len(sizes)} files of its group have {total:,} bytes and the "
            f"weights take {expected:,}"
        )
    numbers = _shard_numbers(group.paths)
    if numbers is None:
        return
    if numbers != list(range(1, len(numbers) + 1)):
        raise WeightsError(
            f"the shards are listed in the wrong order: {', '.join(map(shown, group.paths))}"
        )
    odd = _odd_one_out(sizes)
    if odd is not None:
        raise WeightsError(
            f"{_describe(group.paths[odd], sizes[odd], notes)} and the first of its group has "
            f"{sizes[0]:,}; only the last may be shorter, so shards were swapped or one was cut"
        )


def check_checksum(group: WeightGroup, index: int, piece: memoryview) -> None:
    """Raise WeightsError if the CRC-32 of a file differs from the recorded one."""
    if group.checksums is None:
        return
    found, expected = crc32([piece]), group.checksums[index]
    if found != expected:
        raise WeightsError(
            f"{shown(group.paths[index])!r} has the CRC-32 {found} and was written with "
            f"{expected}: it is another shard, or it was changed"
        )


def _shard_numbers(paths: Sequence[str]) -> list[int] | None:
    """Return the numbers in the names, or None where one is not the converter's."""
    matches = [SHARD_NAME.search(path.partition("?")[0]) for path in paths]
    return [int(match[2]) for match in matches if match] if all(matches) and paths else None


def _odd_one_out(sizes: Sequence[int]) -> int | None:
    """Return which file breaks the converter's rule: all equal but the last, which is shorter."""
    for index in range(1, len(sizes) - 1):
        if sizes[index] != sizes[0]:
            return index
    return len(sizes) - 1 if sizes and sizes[-1] > sizes[0] else None


def _suspects(
    group: WeightGroup, sizes: Sequence[int], notes: Mapping[str, str]
) -> list[tuple[str, int]]:
    """Return the files to be named when the sizes do not add up.

    Files with a note (such as "is HTML"). Without any: the files that differ from the shard size
    that most of them have.
    """
    listed = list(zip(group.paths, sizes, strict=True))
    if not listed:
        return [("no file at all", 0)]
    strange = [(path, size) for path, size in listed if notes.get(path)]
    total, count = group.byte_length or 0, len(sizes)
    best: list[tuple[str, int]] = listed
    for size, _ in [(CONVERTER_SHARD_SIZE, 0), *Counter(sizes).most_common(_TRIED)]:
        last = total - (count - 1) * size
        if 0 < last <= size:
            right = [size] * (count - 1) + [last]
            wrong = [file for file, due in zip(listed, right, strict=True) if file[1] != due]
            best = min(best, wrong, key=len)
    return strange or best


def _describe(path: str, size: int, notes: Mapping[str, str]) -> str:
    note = notes.get(path, "")
    return f"{shown(path)!r} has {size:,} bytes" + (f" ({note})" if note else "")
