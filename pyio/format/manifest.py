"""The ``weightsManifest`` of a model.json: groups of weights and the files they are cut into.

All weights of a group are put together without padding and cut blindly, so a tensor may straddle
files. The names are those of the TensorFlow.js converter (``write_weights.py``):
``group1-shard1of3.bin``, all files of a group equally long but the last, which may be shorter.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyio.errors import InvalidModelError, WeightsError
from pyio.format.json_text import loads
from pyio.format.specs import require_count, specs_from_json, specs_to_json
from pyio.limits import FILES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyio.format.artifacts import WeightSpec
    from pyio.format.json_text import JSONValue

CONVERTER_SHARD_SIZE = 4 * 1024 * 1024
"""Bytes per file that the TensorFlow.js converter writes unless it is told otherwise."""

_SHARD = re.compile(r"group(\d+)-shard(\d+)of(\d+)(\.bin)?$")

_TRIED = 20
"""How many sizes of files are tried as the one that all but the last should have."""

_CRC32 = "crc32"
"""Beside ``paths``: the CRC-32 of each file in eight hexadecimal digits. pyio writes it with
shards, because nothing else tells two equally long shards apart. TensorFlow.js skips it."""


@dataclass(frozen=True, slots=True)
class WeightGroup:
    """One group of a manifest.

    Attributes:
        paths: Its files in order, relative to the model.json.
        specs: Its tensors in order.
        checksums: The CRC-32 of each file, or None where the writer left them out.
    """

    paths: tuple[str, ...]
    specs: tuple[WeightSpec, ...]
    checksums: tuple[str, ...] | None = None

    @property
    def byte_length(self) -> int | None:
        """How many bytes the files have together; None where strings make that unknown."""
        total = 0
        for spec in self.specs:
            if spec.byte_length is None:
                return None
            total += spec.byte_length
        return total

    def to_json(self) -> JSONValue:
        """Return the group as JSON, members in the order that TensorFlow.js gives them."""
        value: dict[str, JSONValue] = {
            "paths": list(self.paths),
            "weights": specs_to_json(self.specs),
        }
        if self.checksums is not None:
            value[_CRC32] = list(self.checksums)
        return value


@dataclass(frozen=True, slots=True)
class Manifest:
    """A parsed model.json and its groups; `groups` is None for a topology without weights."""

    fields: Mapping[str, JSONValue]
    groups: tuple[WeightGroup, ...] | None

    @property
    def specs(self) -> tuple[WeightSpec, ...] | None:
        """The tensors of all groups in order."""
        if self.groups is None:
            return None
        return tuple(spec for group in self.groups for spec in group.specs)

    @property
    def byte_length(self) -> int | None:
        """The bytes of all groups; None where strings make that unknown."""
        lengths = [group.byte_length for group in self.groups or ()]
        known = [length for length in lengths if length is not None]
        return sum(known) if len(known) == len(lengths) else None


def parse_model_json(text: bytes | str, name: str = "model.json") -> Manifest:
    """Return what a model.json says. Raises InvalidModelError for what is none."""
    fields = loads(text, name)
    if not isinstance(fields, dict):
        raise InvalidModelError(f"{name} is {fields!r:.60}, not an object")
    manifest = fields.get("weightsManifest")
    if fields.get("modelTopology") is None and manifest is None:
        raise InvalidModelError(
            f"{name} has neither modelTopology nor weightsManifest, so it is no TensorFlow.js "
            f"model; its members: {', '.join(fields) or 'none'}"
        )
    return Manifest(fields, None if manifest is None else parse_groups(manifest))


def parse_groups(manifest: JSONValue) -> tuple[WeightGroup, ...] | None:
    """Return the groups of a manifest, or None for the one that goes with no weights at all.

    TensorFlow.js writes ``[{"paths": [...]}]`` for a topology without weights, and no file.
    """
    if not isinstance(manifest, list):
        raise InvalidModelError(f"weightsManifest should be a list, got {manifest!r:.80}")
    groups = [
        _group(entry, f"group {index} of weightsManifest") for index, entry in enumerate(manifest)
    ]
    present = tuple(group for group in groups if group is not None)
    if not present and groups:
        return None
    require_count(sum(len(group.specs) for group in present), "all groups of weightsManifest")
    _require_count(sum(len(group.paths) for group in present))
    _refuse_repeated([path for group in present for path in group.paths])
    return present


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
    _require_count(len(shards))
    names = [f"group1-shard{index}of{len(shards)}.bin" for index in range(1, len(shards) + 1)]
    files = dict(zip(names, shards, strict=True))
    return WeightGroup(tuple(files), tuple(specs), tuple(map(crc32, shards))), files


def is_weights_file(name: str) -> bool:
    """Whether pyio, TensorFlow.js or its converter writes weights under this name beside a json."""
    return name == "weights.bin" or _SHARD.match(name) is not None


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
        notes: What else is known of a file, by path, to be said with its size.
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
        raise WeightsError(f"the shards are listed in the wrong order: {', '.join(group.paths)}")
    odd = _odd_one_out(sizes)
    if odd is not None:
        raise WeightsError(
            f"{_describe(group.paths[odd], sizes[odd], notes)} and the first of its group has "
            f"{sizes[0]:,}; only the last may be shorter, so shards were swapped or one was cut"
        )


def check_checksum(group: WeightGroup, index: int, piece: memoryview) -> None:
    """Raise WeightsError if the bytes of a file are known not to be those that were written."""
    if group.checksums is None:
        return
    found, expected = crc32([piece]), group.checksums[index]
    if found != expected:
        raise WeightsError(
            f"{group.paths[index]!r} has the CRC-32 {found} and was written with {expected}: it is "
            "another shard, or it was changed"
        )


def _group(entry: JSONValue, what: str) -> WeightGroup | None:
    if not isinstance(entry, dict):
        raise InvalidModelError(f"{what} is {entry!r:.60}, not an object")
    paths = entry.get("paths")
    texts = (
        [path for path in paths if isinstance(path, str) and path]
        if isinstance(paths, list)
        else []
    )
    if not isinstance(paths, list) or len(texts) != len(paths):
        raise InvalidModelError(f"the paths of {what} should be a list of texts, got {paths!r:.80}")
    if "weights" not in entry:
        return None
    specs = specs_from_json(entry["weights"], f"the weights of {what}")
    return WeightGroup(tuple(texts), specs, _checksums(entry, len(texts), what))


def _checksums(entry: Mapping[str, JSONValue], count: int, what: str) -> tuple[str, ...] | None:
    values = entry.get(_CRC32)
    if values is None:
        return None
    texts = (
        tuple(value for value in values if isinstance(value, str))
        if isinstance(values, list)
        else ()
    )
    if len(texts) != count:
        raise InvalidModelError(f"{what} has {count} paths and the {_CRC32} {values!r:.80}")
    return texts


def _require_count(files: int) -> None:
    if files > FILES:
        raise WeightsError(
            f"a model in {files:,} files; at most {FILES:,} are read (pyio.limits.FILES)"
        )


def _refuse_repeated(paths: Sequence[str]) -> None:
    repeated = sorted(path for path, count in Counter(paths).items() if count > 1)
    if repeated:
        raise InvalidModelError(f"weightsManifest lists {', '.join(map(repr, repeated))} twice")


def _shard_numbers(paths: Sequence[str]) -> list[int] | None:
    """Return the numbers in the names, or None where one is not the converter's."""
    matches = [_SHARD.search(path.partition("?")[0]) for path in paths]
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

    Those that look strange, or else those that do not fit the shard size that explains the most.
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
    return f"{path!r} has {size:,} bytes" + (f" ({note})" if note else "")
