"""The links of a group: names and addresses, from symbol tables or from link messages."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pyio import limits
from pyio.converters.hdf5.content import NOWHERE, Content
from pyio.converters.hdf5.headers import LINK, LINK_INFO, TABLE, Header, Message
from pyio.converters.hdf5.types import ADVICE
from pyio.errors import InvalidModelError, UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENTRY = 40
"""Bytes of an entry of a symbol table node."""

_NO_BLOCK = 1
"""The offset that ends the list of free blocks of a heap."""

_SOFT, _EXTERNAL = 1, 64


def links(content: Content, header: Header) -> dict[str, int] | None:
    """Return name -> address of the object, or None for an object that is no group."""
    table, info = header.only(TABLE), header.only(LINK_INFO)
    messages = header.all(LINK)
    if table is not None:
        if info is not None or messages:
            raise InvalidModelError("a group has both kinds of links")
        return _of_table(content, table)
    if info is None and not messages:
        return None
    if info is not None:
        _require_compact(content, info)
    found: dict[str, int] = {}
    for message in messages:
        name, address = _link(content, message, header.padded)
        if name in found:
            raise InvalidModelError(f"a group has two links called {name!r}")
        found[name] = address
    return found


def _require_compact(content: Content, info: Message) -> None:
    flags = content.number(info.at + 1, 1)
    if content.number(info.at, 1) or flags & ~3:
        raise InvalidModelError(f"the link info at {info.at:,} is of no known kind")
    at = info.at + 2 + (8 if flags & 1 else 0)
    if content.number(at, 8) != NOWHERE:
        raise UnsupportedModelError(
            f"a group has its links in a fractal heap (dense links), which is not read; {ADVICE}"
        )
    if content.number(at + 8, 8) != NOWHERE:
        raise InvalidModelError(f"the link info at {info.at:,} contradicts itself")


def _link(content: Content, message: Message, padded: bool) -> tuple[str, int]:
    at, flags = message.at + 2, content.number(message.at + 1, 1)
    if content.number(message.at, 1) != 1 or flags & ~0x1F:
        raise InvalidModelError(f"the link at {message.at:,} is of no known kind")
    kind = 0
    if flags & 8:
        kind, at = content.number(at, 1), at + 1
    at += (8 if flags & 4 else 0) + (1 if flags & 0x10 else 0)
    size = 1 << (flags & 3)
    length, at = content.number(at, size), at + size
    if at + length > message.at + message.size:
        raise InvalidModelError(f"the name of the link at {message.at:,} is too long")
    name = _text(content.copy(at, length))
    _refuse_kind(kind, name)
    used = at + length + 8 - message.at
    if not 0 <= message.size - used < (8 if padded else 1):
        raise InvalidModelError(f"the link {name!r} has {message.size} bytes; it needs {used}")
    return name, content.number(at + length, 8)


def _refuse_kind(kind: int, name: str) -> None:
    if kind in (_SOFT, _EXTERNAL):
        what = "another file" if kind == _EXTERNAL else "another path"
        raise UnsupportedModelError(
            f"{name!r} is a link to {what}, which is not followed; save a copy without links"
        )
    if kind:
        raise InvalidModelError(f"the link {name!r} is of the unknown kind {kind}")


def _of_table(content: Content, table: Message) -> dict[str, int]:
    if table.size < 16:
        raise InvalidModelError(f"the symbol table at {table.at:,} is too short")
    heap = _Heap(content, content.number(table.at + 8, 8))
    found: dict[str, int] = {}
    for offset, address in _entries(content, content.number(table.at, 8), heap):
        name = heap.name(offset)
        if name in found:
            raise InvalidModelError(f"a group has two links called {name!r}")
        found[name] = address
    heap.require_used()
    return found


def _entries(content: Content, root: int, heap: _Heap) -> Iterator[tuple[int, int]]:
    """Yield offset of the name and address of each entry, in the order of the B-tree.

    The keys of a node are names as well: each entry of child n is above key n, and the last one is
    key n + 1. So a count that damage has changed does not pass for a smaller group.
    """
    nodes: list[tuple[int, int | None, str]] = [(root, None, "TREE")]
    visited: set[int] = set()
    while nodes:
        at, last, kind = nodes.pop()
        if at in visited or len(visited) > limits.HDF5_OBJECTS:
            raise InvalidModelError(f"the B-tree node at {at:,} is there twice")
        visited.add(at)
        if kind == "TREE":
            nodes += reversed(_children(content, at, last, heap))
            continue
        content.signed(at, b"SNOD", "a node of a symbol table")
        count = content.number(at + 6, 2)
        if content.number(at + 4, 1) != 1 or not count:
            raise InvalidModelError(f"the node of a symbol table at {at:,} is damaged")
        content.claim(at, 8 + _ENTRY * count, f"the node of a symbol table at {at:,}")
        for place in range(at + 8, at + 8 + _ENTRY * count, _ENTRY):
            offset, cached = content.number(place, 8), content.number(place + 16, 4)
            if cached == 2:
                _refuse_kind(_SOFT, heap.name(offset))
            if cached > 2 or content.number(place + 20, 4):
                raise InvalidModelError(f"the entry of a symbol table at {place:,} is damaged")
            yield offset, content.number(place + 8, 8)
        if last is not None and offset != last:
            raise InvalidModelError(f"the node of a symbol table at {at:,} has lost its end")


def _children(
    content: Content, at: int, last: int | None, heap: _Heap
) -> list[tuple[int, int | None, str]]:
    content.signed(at, b"TREE", "a B-tree node")
    kind, level = content.number(at + 4, 1), content.number(at + 5, 1)
    count = content.number(at + 6, 2)
    if kind or level > 32:
        raise InvalidModelError(f"the B-tree node at {at:,} is not that of a group")
    content.claim(at, 24 + 16 * count + 8, f"the B-tree node at {at:,}")
    keys = [content.number(at + 24 + 16 * index, 8) for index in range(count + 1)]
    if count and last is not None and keys[-1] != last:
        raise InvalidModelError(f"the B-tree node at {at:,} has lost its end")
    names = [heap.raw(key) for key in keys] if count else []
    if any(a >= b for a, b in pairwise(names)):
        raise InvalidModelError(f"the keys of the B-tree node at {at:,} are in disorder")
    below = "TREE" if level else "SNOD"
    return [
        (content.number(at + 32 + 16 * index, 8), keys[index + 1], below) for index in range(count)
    ]


class _Heap:
    """The names of a group: a local heap, which accounts for each of its bytes."""

    def __init__(self, content: Content, at: int) -> None:
        content.signed(at, b"HEAP", "a local heap")
        if content.number(at + 4, 4):
            raise InvalidModelError(f"the local heap at {at:,} is of no known kind")
        self._size, free = content.number(at + 8, 8), content.number(at + 16, 8)
        self._start = content.number(at + 24, 8)
        content.claim(at, 32, f"the local heap at {at:,}")
        content.claim(self._start, self._size, f"the names of the local heap at {at:,}")
        self._data = content.copy(self._start, self._size)
        self._at = at
        self._free = self._free_blocks(free)
        self._ends: dict[int, int] = {}

    def _free_blocks(self, offset: int) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        while offset not in (_NO_BLOCK, NOWHERE):
            block = self._data[offset : offset + 16]
            size = int.from_bytes(block[8:], "little")
            if len(block) < 16 or not 16 <= size <= self._size - offset:
                raise self._damaged("its list of free blocks leads outside")
            found.append((offset, offset + size))
            if len(found) > self._size // 16:
                raise self._damaged("its list of free blocks is a circle")
            offset = int.from_bytes(block[:8], "little")
        return sorted(found)

    def raw(self, offset: int) -> bytes:
        """Return the name at an offset."""
        if not 0 <= offset < self._size:
            raise self._damaged(f"a name at {offset:,} is outside")
        end = self._data.find(b"\0", offset)
        if end < 0:
            raise self._damaged(f"the name at {offset:,} does not end")
        return self._data[offset:end]

    def name(self, offset: int) -> str:
        """Return the name of a link, and note that it is used."""
        raw = self.raw(offset)
        if not raw or offset % 8 or any(a <= offset < b for a, b in self._free):
            raise self._damaged(f"there is no name at {offset:,}")
        self._ends[offset] = offset + -(-(len(raw) + 1) // 8) * 8
        return _text(raw)

    def require_used(self) -> None:
        """Raise InvalidModelError for a name that no link uses: then a link has been lost."""
        at = 8  # an empty name comes first
        used = {**self._ends, **dict(self._free)}
        while at < self._size:
            if at in used:
                at = used[at]
                continue
            raw = self._data[at : at + 8].partition(b"\0")[0]
            if raw and raw.isascii() and raw.decode().isprintable():
                raise self._damaged(f"no link has the name {_text(self.raw(at))!r}")
            at += 8  # too small a rest for the list of free blocks

    def _damaged(self, why: str) -> InvalidModelError:
        return InvalidModelError(f"the local heap at {self._at:,} is damaged: {why}")


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise InvalidModelError(f"the name {raw!r:.60} of a link is not UTF-8") from error
