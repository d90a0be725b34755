"""Object headers: the messages that describe a group or a dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyio import limits
from pyio.converters.hdf5.lookup3 import checksum
from pyio.converters.hdf5.types import ADVICE
from pyio.errors import InvalidModelError, UnsupportedModelError

if TYPE_CHECKING:
    from pyio.converters.hdf5.content import Content

SPACE, LINK_INFO, TYPE, OLD_FILL, FILL, LINK, EXTERNAL, LAYOUT = 1, 2, 3, 4, 5, 6, 7, 8
GROUP_INFO, FILTERS, ATTRIBUTE, ATTRIBUTE_INFO, TABLE = 10, 11, 12, 21, 17
_NIL, _CONTINUED, _OLD_TIME, _TIME, _REFERENCES = 0, 16, 14, 18, 22
_COMMENT, _BTREE_K, _DRIVER = 13, 19, 20

_KNOWN = frozenset(
    {SPACE, LINK_INFO, TYPE, OLD_FILL, FILL, LINK, EXTERNAL, LAYOUT, GROUP_INFO, FILTERS}
    | {ATTRIBUTE, ATTRIBUTE_INFO, TABLE, _NIL, _CONTINUED, _OLD_TIME, _TIME, _REFERENCES}
    | {_COMMENT, _BTREE_K, _DRIVER}
)
_REPEATED = frozenset({_NIL, _CONTINUED, LINK, ATTRIBUTE})
_SHARED = 2
"""Flag of a message that is stored elsewhere."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its kind, where its data begin, and how many bytes they have."""

    kind: int
    at: int
    size: int


@dataclass(frozen=True, slots=True)
class Header:
    """All messages of an object.

    Attributes:
        padded: Whether data of messages are padded to a multiple of 8 bytes.
        messages: What describes the object, in order.
    """

    padded: bool
    messages: tuple[Message, ...]

    def only(self, kind: int) -> Message | None:
        """Return the message of a kind that occurs once, or None."""
        return next((each for each in self.messages if each.kind == kind), None)

    def all(self, kind: int) -> list[Message]:
        """Return the messages of a kind."""
        return [each for each in self.messages if each.kind == kind]


def header(content: Content, at: int) -> Header:
    """Return the object header at a place."""
    if content.copy(at, 4) == b"OHDR":
        padded, found = False, _version_2(content, at)
    else:
        padded, found = True, _version_1(content, at)
    kinds = [each.kind for each in found]
    for kind in kinds:
        if kind not in _KNOWN:
            raise UnsupportedModelError(
                f"the object at {at:,} has a message of the kind {kind}, which is not read; "
                f"{ADVICE}"
            )
        if kinds.count(kind) > 1 and kind not in _REPEATED:
            raise InvalidModelError(f"the object at {at:,} has two messages of the kind {kind}")
    kept = tuple(each for each in found if each.kind not in (_NIL, _CONTINUED))
    if padded and LINK in kinds:
        _require_empty(content, [each for each in found if each.kind == _NIL])
    return Header(padded, kept)


def _require_empty(content: Content, messages: list[Message]) -> None:
    """Raise InvalidModelError for an empty message that was something else before.

    No header of version 1 has links but those of writers that never remove anything.
    """
    for each in messages:
        if any(content.copy(each.at, each.size)):
            raise InvalidModelError(f"the empty message at {each.at:,} is not empty")


def _version_1(content: Content, at: int) -> list[Message]:
    version, reserved = content.number(at, 1), content.number(at + 1, 1)
    count, size = content.number(at + 2, 2), content.number(at + 8, 4)
    if version != 1 or reserved or content.number(at + 12, 4):
        raise InvalidModelError(f"there is no object header at {at:,}")
    content.claim(at, 16 + size, f"the object header at {at:,}")
    found: list[Message] = []
    blocks = [(at + 16, size)]
    for number, (start, length) in enumerate(blocks):
        if number > limits.HDF5_BLOCKS:
            raise InvalidModelError(
                f"the object header at {at:,} is in more than {limits.HDF5_BLOCKS:,} parts "
                "(pyio.limits.HDF5_BLOCKS)"
            )
        if number:
            content.claim(start, length, f"a part of the object header at {at:,}")
        place, end = start, start + length
        while place + 8 <= end:
            kind, wide = content.number(place, 2), content.number(place + 2, 2)
            flags = content.number(place + 4, 1)
            _add(content, found, kind, flags, place + 8, wide, end, blocks)
            place += 8 + wide
    if len(found) != count:
        raise InvalidModelError(
            f"the object header at {at:,} has {len(found)} messages; it should have {count}"
        )
    return found


def _add(
    content: Content,
    found: list[Message],
    kind: int,
    flags: int,
    at: int,
    size: int,
    end: int,
    blocks: list[tuple[int, int]],
) -> None:
    if at + size > end:
        raise InvalidModelError(f"a message at {at:,} is longer than its object header")
    if flags & _SHARED:
        raise UnsupportedModelError(
            f"the message at {at:,} is stored elsewhere (a named datatype), which is not read; "
            f"{ADVICE}"
        )
    if kind == _CONTINUED:
        if size < 16:
            raise InvalidModelError(f"the continuation at {at:,} leads nowhere")
        blocks.append((content.number(at, 8), content.number(at + 8, 8)))
    found.append(Message(kind, at, size))


def _version_2(content: Content, at: int) -> list[Message]:
    version, flags = content.number(at + 4, 1), content.number(at + 5, 1)
    if version != 2 or flags & ~0x3F:
        raise InvalidModelError(f"there is no object header at {at:,}")
    start = at + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    wide = 1 << (flags & 3)
    size = content.number(start, wide)
    start += wide
    _checked(content, at, start + size - at, "the object header")
    found: list[Message] = []
    blocks = [(start, size)]
    for number, (begin, length) in enumerate(blocks):
        if number > limits.HDF5_BLOCKS:
            raise InvalidModelError(
                f"the object header at {at:,} is in more than {limits.HDF5_BLOCKS:,} parts "
                "(pyio.limits.HDF5_BLOCKS)"
            )
        place, end = begin, begin + length
        if number:  # what continues a header has its own sign and checksum
            content.signed(begin, b"OCHK", "a part of an object header")
            _checked(content, begin, length - 4, "a part of an object header")
            place, end = begin + 4, begin + length - 4
        head = 6 if flags & 4 else 4
        while place + head <= end:
            kind, size = content.number(place, 1), content.number(place + 1, 2)
            _add(
                content, found, kind, content.number(place + 3, 1), place + head, size, end, blocks
            )
            place += head + size
    return found


def _checked(content: Content, at: int, size: int, what: str) -> None:
    content.claim(at, size + 4, f"{what} at {at:,}")
    if size > limits.JSON_BYTES or checksum(content.copy(at, size)) != content.number(at + size, 4):
        raise InvalidModelError(f"the checksum of {what} at {at:,} is wrong")
