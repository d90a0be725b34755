"""Where each tensor lies in the weight data, and whether specs and data agree. Needs no NumPy.

The format has no header and no alignment: the tensors stand one after another in the order of
their specs (tfjs-core ``io_utils.ts``, ``decodeWeights``). A string tensor is, per element in
row-major order, a uint32 byte length in little-endian order and that many bytes of UTF-8.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from pyio.errors import WeightsError
from pyio.format.segments import SegmentedBuffer
from pyio.format.specs import stored_length

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Protocol

    from pyio.format.artifacts import ModelArtifacts, WeightSpec

    class Sliced(Protocol):
        """Bytes of a known number; those of texts are looked at."""

        @property
        def byte_length(self) -> int:
            """The number of bytes."""
            ...

        def slice(self, start: int, end: int, /) -> memoryview:
            """Return the bytes from `start` to `end`."""
            ...


_LENGTH = struct.Struct("<I")


def locate(specs: Iterable[WeightSpec], data: Sliced) -> Iterator[tuple[WeightSpec, int, int]]:
    """Yield each spec with the start and end of its bytes in `data`.

    Raises WeightsError, naming the tensor, where the data ends too early or is left over.
    """
    start = 0
    last = None
    size = data.byte_length
    for spec in specs:
        length = stored_length(spec)
        end = _string_end(spec, data, start) if length is None else start + length
        if end > size:
            raise WeightsError(
                f"the weight data ends inside {spec.name!r}: its shape {list(spec.shape)} and "
                f"dtype {spec.dtype} want the bytes {start:,} to {end:,}, and there are "
                f"{size:,}"
            )
        yield spec, start, end
        start, last = end, spec.name
    if start != size:
        after = "no weight is specified" if last is None else f"the last weight {last!r} ends there"
        raise WeightsError(
            f"the weight data has {size:,} bytes and the specs account for "
            f"{start:,} ({after}): the specs and the data do not belong together"
        )


def require_sizes_match(artifacts: ModelArtifacts) -> None:
    """Raise WeightsError unless the specs account for every byte of the weight data.

    What was loaded, or saved before, is not checked again: specs do not change and buffers keep
    their lengths. Texts tell their own lengths, which a user may have changed.
    """
    specs = artifacts.weight_specs
    if artifacts.ends is None or "string" in [spec.dtype for spec in specs or ()]:
        artifacts.remember_ends(tensor_ends(specs, artifacts.weight_data or ()))


def tensor_ends(
    specs: Sequence[WeightSpec] | None, weight_data: Sequence[memoryview]
) -> tuple[int, ...]:
    """Return where each tensor ends in `weight_data`.

    Raises WeightsError unless `specs` account for every byte.
    """
    data = SegmentedBuffer(weight_data)
    if specs is None and data.byte_length:
        raise WeightsError(
            f"there are {data.byte_length:,} bytes of weight data and no weight specs to read "
            "them by"
        )
    return tuple([end for _, _, end in locate(specs or (), data)])


def _string_end(spec: WeightSpec, data: Sliced, start: int) -> int:
    for _ in range(spec.size):
        length = data.slice(start, start + 4)
        if length.nbytes < 4:
            raise WeightsError(
                f"the weight data ends inside the string tensor {spec.name!r}, at byte {start:,}"
            )
        start += 4 + int(_LENGTH.unpack(length)[0])
    return start
