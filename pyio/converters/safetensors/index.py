"""A model in several safetensors files, listed in ``model.safetensors.index.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio import limits
from pyio.converters.files import present
from pyio.converters.safetensors.header import Header, read_header
from pyio.converters.safetensors.reader import read_tensors
from pyio.errors import DamagedModelError, UnsupportedModelError, WeightsError
from pyio.format.artifacts import ModelArtifacts, WeightSpec
from pyio.format.json_text import loads
from pyio.tensors.choosing import matching

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyio.converters.files import Files

ENDING = ".safetensors.index.json"
"""How the list of files ends: ``model.safetensors.index.json``."""


async def artifacts(
    files: Files, *, names: Iterable[str] | None = None, **_options: Any
) -> ModelArtifacts:
    """Return the tensors of all files; only files and bytes that hold `names` are read.

    Raises DamagedModelError where the list and a file disagree, UnsupportedModelError for a list of
    Keras's, and what a single file raises.
    """
    index, by_file = await _listed(files)
    wanted = set(matching([tensor for each in by_file.values() for tensor in each], names))
    specs: list[WeightSpec] = []
    data: list[memoryview] = []
    metadata: dict[str, str] = {}
    for file, listed in by_file.items():
        if wanted.isdisjoint(listed):
            continue
        header = await _header(files, index, file, listed)
        tensors = [tensor for tensor in header.tensors if tensor.name in wanted]
        some_specs, some_data = await read_tensors(files, file, tensors)
        specs += some_specs
        data += some_data
        metadata |= header.metadata or {}
    return ModelArtifacts(
        weight_specs=tuple(specs),
        weight_data=tuple(data),
        user_defined_metadata=metadata or None,
    )


async def outline(files: Files, **_options: Any) -> ModelArtifacts:
    """Return what the headers of all files say, without the data."""
    index, by_file = await _listed(files)
    headers = [await _header(files, index, file, listed) for file, listed in by_file.items()]
    specs = [tensor.spec for header in headers for tensor in header.tensors]
    return ModelArtifacts(weight_specs=tuple(specs))


async def _listed(files: Files) -> tuple[str, dict[str, set[str]]]:
    """Return the name of the list, and file -> its tensors.

    The list is ``{"metadata": {...}, "weight_map": {tensor: file}}``; the files lie beside it
    (huggingface_hub, ``serialization/_base.py``).
    """
    name = next((each for each in files.names if each.endswith(ENDING)), files.names[0])
    size = files.size(name)
    if size > limits.JSON_BYTES:
        raise DamagedModelError(name, f"it has {size:,} bytes (pyio.limits.JSON_BYTES)")
    value = loads(bytes(await files.read(name)), name, unique=True)
    places = value.get("weight_map") if isinstance(value, dict) else None
    if not isinstance(places, dict) or not places or len(places) > limits.TENSORS:
        raise WeightsError(
            f"{name} has no weight_map from at most {limits.TENSORS:,} tensors to files"
        )
    if isinstance(next(iter(places.values())), list):  # Keras 3 lists the files of each layer
        raise UnsupportedModelError(
            f"{name} lists weights of Keras in several files, which are not read; save them again "
            "without max_shard_size"
        )
    folder = name.rpartition("/")[0]
    by_file: dict[str, set[str]] = {}
    for tensor, file in places.items():
        if not isinstance(file, str) or not _is_beside(file):
            raise WeightsError(
                f"{name} says that {tensor!r:.80} is in {file!r:.80}, which is no file beside it"
            )
        by_file.setdefault(f"{folder}/{file}" if folder else file, set()).add(tensor)
    return name, by_file


def _is_beside(file: str) -> bool:
    outside = set('/\\:?#%*"<>|\0') & set(file)
    return bool(file) and not outside and not file.startswith(".")


async def _header(files: Files, index: str, file: str, listed: set[str]) -> Header:
    """Return the header of one file. Raises WeightsError unless its tensors are those listed."""
    if not await present(files, file):
        raise WeightsError(f"{index} names the file {file!r}, which is not beside it")
    header = await read_header(files, file)
    odd = {tensor.name for tensor in header.tensors} ^ listed
    if odd:
        name = min(odd)
        where = f"only {index} says" if name in listed else f"{index} does not say"
        raise WeightsError(f"{where} that the tensor {name!r} is in {file!r}")
    return header
