"""Datasets: where their values lie (message 0x08), and how chunks are packed (0x0B)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pyio import limits
from pyio.allocation import allocate
from pyio.converters.hdf5.content import NOWHERE, Content
from pyio.converters.hdf5.filters import filters_of, undone
from pyio.converters.hdf5.headers import (
    EXTERNAL,
    FILL,
    LAYOUT,
    SPACE,
    TYPE,
    Header,
)
from pyio.converters.hdf5.types import ADVICE, Type, dataspace, datatype
from pyio.errors import InvalidModelError, UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from pyio.converters.hdf5.attributes import Value

_COMPACT, _CONTIGUOUS, _CHUNKED = range(3)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a dataset: where it begins in it, its bytes, and which filters were left out."""

    offsets: tuple[int, ...]
    at: int
    size: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """Values of one type.

    Attributes:
        path: Names from the root, with "/".
        shape: The sides; None for a dataset without any data.
        type: The type of an element.
        attributes: What is noted about it.
        data: The values as they lie in the file, where they lie in one piece.
        chunks: The pieces otherwise.
        sides: The sides of a chunk.
        filters: How chunks are packed, in the order of packing.
        fill: The bytes of an element that was never written.
    """

    path: str
    shape: tuple[int, ...] | None
    type: Type
    attributes: Mapping[str, Value]
    data: memoryview | None = None
    chunks: tuple[Chunk, ...] = ()
    sides: tuple[int, ...] = ()
    filters: tuple[int, ...] = ()
    fill: bytes = b""
    content: Content | None = None

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sides of the array; without any data it has no elements."""
        return (0,) if self.shape is None else self.shape

    @property
    def nbytes(self) -> int:
        """The bytes of all values."""
        return math.prod(self.sizes) * self.type.size

    def array(self) -> NDArray[Any]:
        """Return the values as an array of the file's dtype: a view of the file where possible."""
        import numpy as np  # late: a listing needs none

        if self.type.kind in ("text", "list"):
            raise UnsupportedModelError(
                f"{self.path!r} holds text or lists of any length, which are read in attributes "
                f"only; {ADVICE}"
            )
        shape = self.sizes
        dtype = np.dtype(self.type.numpy)
        if self.data is not None:
            return np.frombuffer(self.data, dtype).reshape(shape)
        target = allocate(self.nbytes, f"the dataset {self.path!r}")
        result = np.frombuffer(target, dtype).reshape(shape)
        if any(self.fill):
            result[...] = np.frombuffer(self.fill, dtype)[0]
        for chunk in self.chunks:
            self._place(result, chunk)
        return result

    def _place(self, result: NDArray[Any], chunk: Chunk) -> None:
        import numpy as np  # late, as above

        block = np.frombuffer(self._unpacked(chunk), result.dtype).reshape(self.sides)
        ends = [
            min(start + side, whole)
            for start, side, whole in zip(chunk.offsets, self.sides, result.shape, strict=True)
        ]
        target = tuple(slice(*pair) for pair in zip(chunk.offsets, ends, strict=True))
        inner = tuple(slice(0, b - a) for a, b in zip(chunk.offsets, ends, strict=True))
        result[target] = block[inner]

    def _unpacked(self, chunk: Chunk) -> bytes | memoryview:
        assert self.content is not None
        wanted = math.prod(self.sides) * self.type.size
        raw: bytes | memoryview = self.content.view(chunk.at, chunk.size)
        for index in reversed(range(len(self.filters))):
            if chunk.left_out >> index & 1:
                continue
            raw = undone(self.filters[index], raw, wanted, self.type.size)
        if len(raw) != wanted:
            raise InvalidModelError(
                f"a chunk of {self.path!r} has {len(raw):,} bytes; it should have {wanted:,}"
            )
        return raw


def dataset(
    content: Content, header: Header, path: str, attributes: Mapping[str, Value]
) -> Dataset:
    """Return the dataset that an object header describes."""
    if header.only(EXTERNAL) is not None:
        raise UnsupportedModelError(
            f"the values of {path!r} are in another file, which is not read"
        )
    parts = {kind: header.only(kind) for kind in (SPACE, TYPE, LAYOUT)}
    space, type_, layout = parts[SPACE], parts[TYPE], parts[LAYOUT]
    if space is None or type_ is None or layout is None:
        raise InvalidModelError(f"{path!r} is neither a group nor a dataset")
    sides, _ = dataspace(content, space.at, space.size)
    kind = datatype(content, type_.at, type_.size)
    if kind.length > type_.size:
        raise InvalidModelError(f"the type of {path!r} is longer than its message")
    found = Dataset(path, sides, kind, attributes)
    if found.nbytes > limits.WEIGHT_BYTES:
        raise InvalidModelError(
            f"{path!r} has {found.nbytes:,} bytes; at most {limits.WEIGHT_BYTES:,} are read "
            "(pyio.limits.WEIGHT_BYTES)"
        )
    return _laid_out(content, header, found, layout.at, layout.size)


def _laid_out(content: Content, header: Header, found: Dataset, at: int, size: int) -> Dataset:
    version, kind = content.number(at, 1), content.number(at + 1, 1)
    if version in (1, 2) or (version == 4 and kind >= _CHUNKED):
        raise UnsupportedModelError(
            f"{found.path!r} is stored in layout {version}, which is not read; {ADVICE}"
        )
    if version not in (3, 4) or kind > _CHUNKED:
        raise InvalidModelError(f"the layout of {found.path!r} is of no known kind")
    filters = filters_of(content, header, found.path)
    if kind != _CHUNKED and filters:
        raise InvalidModelError(f"{found.path!r} is packed and not in chunks")
    if kind == _COMPACT:
        length = content.number(at + 2, 2)
        if length > size - 4 or length != found.nbytes:
            raise _wrong_size(found, length)
        return replace(found, data=content.view(at + 4, length))
    fill = _fill(content, header, found.type.size)
    if kind == _CONTIGUOUS:
        start, length = content.number(at + 2, 8), content.number(at + 10, 8)
        if length != found.nbytes:
            raise _wrong_size(found, length)
        if start == NOWHERE or not length:  # nothing was ever written
            _require_small(found, header_bytes=size)
            return replace(found, fill=fill, sides=found.shape or ())
        content.claim(start, length, f"the values of {found.path!r}")
        return replace(found, data=content.view(start, length))
    return _in_chunks(content, replace(found, filters=filters, fill=fill, content=content), at)


def _require_small(found: Dataset, header_bytes: int) -> None:
    """Raise InvalidModelError for far more values than bytes that are stored for them."""
    stored = header_bytes + sum(chunk.size for chunk in found.chunks)
    if found.nbytes > max(limits.ZIP_BYTES, limits.HDF5_RATIO * stored):
        raise InvalidModelError(
            f"{found.path!r} would expand from {stored:,} bytes to {found.nbytes:,}; at most "
            f"{limits.HDF5_RATIO} times (pyio.limits.HDF5_RATIO)"
        )


def _wrong_size(found: Dataset, length: int) -> InvalidModelError:
    return InvalidModelError(
        f"{found.path!r} has {length:,} bytes of values; its shape {list(found.shape or ())} "
        f"needs {found.nbytes:,}"
    )


def _fill(content: Content, header: Header, size: int) -> bytes:
    message = header.only(FILL)
    if message is None:
        return bytes(size)
    version = content.number(message.at, 1)
    if version in (1, 2):
        defined, at = content.number(message.at + 3, 1), message.at + 4
        if version == 2 and not defined:
            return bytes(size)
    elif version == 3:
        if not content.number(message.at + 1, 1) & 0x20:
            return bytes(size)
        at = message.at + 2
    else:
        raise InvalidModelError(f"the fill value at {message.at:,} is of no known kind")
    length = content.number(at, 4)
    if length not in (0, size) or at + 4 + length > message.at + message.size:
        raise InvalidModelError(f"the fill value at {message.at:,} has {length} bytes")
    return content.copy(at + 4, length) if length else bytes(size)


def _in_chunks(content: Content, found: Dataset, at: int) -> Dataset:
    rank, root = content.number(at + 2, 1) - 1, content.number(at + 3, 8)
    shape = found.shape or ()
    sides = tuple(content.number(at + 11 + 4 * index, 4) for index in range(rank))
    element = content.number(at + 11 + 4 * rank, 4)
    if rank != len(shape) or element != found.type.size or not all(sides):
        raise InvalidModelError(f"the chunks of {found.path!r} do not fit its shape {list(shape)}")
    if math.prod(sides) * element > limits.WEIGHT_BYTES:
        raise InvalidModelError(f"a chunk of {found.path!r} has the sides {list(sides)}")
    chunks = tuple(_chunks(content, root, found, rank)) if root != NOWHERE else ()
    result = replace(found, chunks=chunks, sides=sides)
    for chunk in chunks:
        if any(start % side for start, side in zip(chunk.offsets, sides, strict=True)):
            raise InvalidModelError(f"a chunk of {found.path!r} begins at {list(chunk.offsets)}")
    if len({chunk.offsets for chunk in chunks}) < len(chunks):
        raise InvalidModelError(f"{found.path!r} has two chunks in one place")
    expected = math.prod(-(-whole // side) for whole, side in zip(shape, sides, strict=True))
    if found.nbytes and len(chunks) not in (0, expected):
        raise InvalidModelError(
            f"{found.path!r} has {len(chunks)} chunks of {expected}; the others were never "
            "written, or are lost"
        )
    _require_small(result, header_bytes=0)
    if math.prod(sides) * element > max(
        limits.ZIP_BYTES, limits.HDF5_RATIO * min([c.size for c in chunks], default=0)
    ):
        raise InvalidModelError(f"a chunk of {found.path!r} would expand too far")
    return result


def _chunks(content: Content, root: int, found: Dataset, rank: int) -> Iterator[Chunk]:
    width = 8 + 8 * (rank + 1)
    nodes, visited = [root], set[int]()
    while nodes:
        at = nodes.pop()
        if at in visited or len(visited) > limits.HDF5_OBJECTS:
            raise InvalidModelError(f"the B-tree node at {at:,} is there twice")
        visited.add(at)
        content.signed(at, b"TREE", "a B-tree node")
        count = content.number(at + 6, 2)
        if content.number(at + 4, 1) != 1:
            raise InvalidModelError(f"the B-tree node at {at:,} is not that of chunks")
        content.claim(at, 24 + (width + 8) * count + width, f"the B-tree node at {at:,}")
        for key in range(at + 24, at + 24 + (width + 8) * count, width + 8):
            address = content.number(key + width, 8)
            if content.number(at + 5, 1):
                nodes.append(address)
                continue
            offsets = tuple(content.number(key + 8 + 8 * index, 8) for index in range(rank))
            size = content.number(key, 4)
            content.claim(address, size, f"a chunk of {found.path!r}")
            shape = found.shape or ()
            if any(start >= side for start, side in zip(offsets, shape, strict=True)):
                raise InvalidModelError(f"a chunk of {found.path!r} begins at {list(offsets)}")
            yield Chunk(offsets, address, size, content.number(key + 4, 4))
