"""The ``weightsManifest`` of a model.json: groups of weights and the files they are cut into.

All weights of a group are put together without padding and cut blindly, so a tensor may straddle
files. The names are those of the TensorFlow.js converter (``write_weights.py``):
``group1-shard1of3.bin``, all files of a group equally long but the last, which may be shorter.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyio import limits
from pyio.errors import InvalidModelError, OtherFormatError, WeightsError
from pyio.format.checksum import MEMBER
from pyio.format.json_text import loads, require_length
from pyio.format.kinds import LOOKED_AT, kind_of, other_format
from pyio.format.specs import require_count, specs_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyio.format.artifacts import WeightSpec
    from pyio.format.json_text import JSONValue


SHARD_NAME = re.compile(r"group(\d+)-shard(\d+)of(\d+)(\.bin)?$")


_CRC32 = "crc32"
"""Beside ``paths``: the CRC-32 of each file in eight hexadecimal digits. pyio writes it with
shards, because nothing else tells two equally long shards apart. TensorFlow.js skips it."""


_METADATA, _ML5 = "userDefinedMetadata", "ml5Specs"


class NoModelJSONError(InvalidModelError):
    """A text is not a model.json of any kind. It may be a file that an importer knows."""


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
        """The bytes of its files together; None where strings make that unknown."""
        total = 0
        for spec in self.specs:
            if spec.byte_length is None:
                return None
            total += spec.byte_length
        return total


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
        return total_bytes(self.groups or ())


def total_bytes(groups: Sequence[WeightGroup]) -> int | None:
    """Return the bytes of some groups; None where strings make that unknown."""
    lengths = [group.byte_length for group in groups]
    known = [length for length in lengths if length is not None]
    return sum(known) if len(known) == len(lengths) else None


def group_to_json(
    paths: Sequence[str], specs: JSONValue, checksums: Sequence[str] | None
) -> dict[str, JSONValue]:
    """Return a group as JSON, members in the order that TensorFlow.js gives them.

    Args:
        paths: Its files.
        specs: Its tensors as JSON, or None for a topology without weights.
        checksums: The CRC-32 of each file, or None to leave them out.
    """
    group: dict[str, JSONValue] = {"paths": list(paths)}
    if specs is not None:
        group["weights"] = specs
    if checksums is not None:
        group[_CRC32] = list(checksums)
    return group


def parse_model_json(text: bytes | str, name: str = "model.json") -> Manifest:
    """Return what a model.json says. Raises InvalidModelError for any other text."""
    if isinstance(text, bytes):
        refuse_other_format(text[:LOOKED_AT], name)
    require_length(len(text), name)
    try:
        fields = loads(text, name)
    except InvalidModelError as error:
        kind = kind_of(text[:LOOKED_AT]) if isinstance(text, bytes) else None
        if kind is None:
            raise NoModelJSONError(str(error)) from error
        start = text[:40]
        raise NoModelJSONError(
            f"{name} is not JSON but {kind}; it starts with {start!r}"
        ) from error
    if _is_bare(fields):
        raise OtherFormatError(name, "a weights manifest alone, as tensorflowjs wrote before 1.0")
    if not isinstance(fields, dict):
        raise NoModelJSONError(f"{name} is {fields!r:.60}, not an object")
    manifest = fields.get("weightsManifest")
    if fields.get("modelTopology") is None and manifest is None:
        raise NoModelJSONError(
            f"{name} has neither modelTopology nor weightsManifest, so it is not a TensorFlow.js "
            f"model; its members: {', '.join(fields) or 'none'}"
        )
    return Manifest(
        _with_specs_of_ml5(fields), None if manifest is None else parse_groups(manifest)
    )


def metadata_names(json_name: str) -> tuple[str, ...]:
    """Return how files beside a json are called that may hold metadata; see `pyio.format.card`.

    Teachable Machine writes ``metadata.json``, and ml5 ``NAME_meta.json``.
    """
    stem = json_name[: -len(".json")] if json_name.lower().endswith(".json") else json_name
    return "metadata.json", f"{stem}_meta.json", f"{stem}-meta.json"


def with_metadata(manifest: Manifest, beside: Mapping[str, JSONValue]) -> Manifest:
    """Return a manifest with metadata that stood in a file beside it; its own comes first.

    One with digests is left as it is, because they are those of all that its writer knew.
    """
    own = manifest.fields.get(_METADATA)
    if MEMBER in manifest.fields or not isinstance(own, dict | None):
        return manifest
    return replace(manifest, fields={**manifest.fields, _METADATA: {**beside, **(own or {})}})


def _with_specs_of_ml5(fields: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """Return the members, those that only ml5 has as metadata; see `pyio.format.card`."""
    specs = fields.get(_ML5)
    if not isinstance(specs, dict) or fields.get(_METADATA) is not None or MEMBER in fields:
        return fields
    return {**fields, _METADATA: {_ML5: specs}}


def refuse_other_format(start: bytes, name: str) -> None:
    """Raise OtherFormatError if a file begins as those of another program do."""
    other = other_format(start)
    if other is not None:
        raise OtherFormatError(name, other)


def _is_bare(fields: JSONValue) -> bool:
    return (
        isinstance(fields, list)
        and bool(fields)
        and all(isinstance(group, dict) and "paths" in group for group in fields)
    )


def parse_groups(manifest: JSONValue) -> tuple[WeightGroup, ...] | None:
    """Return the groups of a manifest, or None for the manifest of a model without weights.

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
    require_file_count(sum(len(group.paths) for group in present))
    _refuse_repeated([path for group in present for path in group.paths])
    return present


def is_weights_file(name: str) -> bool:
    """Whether pyio, TensorFlow.js or its converter writes weights under this name beside a json."""
    return name == "weights.bin" or SHARD_NAME.match(name) is not None


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


def require_file_count(files: int) -> None:
    """Raise WeightsError for more files than are read."""
    if files > limits.FILES:
        raise WeightsError(
            f"a model in {files:,} files; at most {limits.FILES:,} are read (pyio.limits.FILES)"
        )


def _refuse_repeated(paths: Sequence[str]) -> None:
    repeated = sorted(path for path, count in Counter(paths).items() if count > 1)
    if repeated:
        raise InvalidModelError(f"weightsManifest lists {', '.join(map(repr, repeated))} twice")
