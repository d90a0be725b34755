"""A whole HDF5 file: its superblock, and all its groups and datasets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyio import limits
from pyio.converters.hdf5.attributes import Heaps, Value, attributes
from pyio.converters.hdf5.content import NOWHERE, Content
from pyio.converters.hdf5.datasets import Dataset, dataset
from pyio.converters.hdf5.headers import LAYOUT, header
from pyio.converters.hdf5.links import links
from pyio.converters.hdf5.lookup3 import checksum
from pyio.converters.hdf5.types import ADVICE
from pyio.errors import InvalidModelError, UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SIGNATURE = b"\x89HDF\r\n\x1a\n"
"""How a file begins. One that begins later, behind a block of a user's, is not read."""


@dataclass(slots=True)
class Group:
    """A group.

    Attributes:
        path: Names from the root, with "/"; "" for the root.
        attributes: What is noted about it.
        members: Name -> what is in it.
    """

    path: str
    attributes: Mapping[str, Value] = field(default_factory=dict)
    members: dict[str, Group | Dataset] = field(default_factory=dict)

    def get(self, path: str) -> Group | Dataset | None:
        """Return what is at a path from here, or None."""
        found: Group | Dataset | None = self
        for name in filter(None, path.split("/")):
            found = found.members.get(name) if isinstance(found, Group) else None
        return found

    def group(self, path: str) -> Group | None:
        """Return the group at a path from here, or None."""
        found = self.get(path)
        return found if isinstance(found, Group) else None

    def datasets(self) -> Iterator[Dataset]:
        """Yield all datasets below, in order."""
        for member in self.members.values():
            if isinstance(member, Dataset):
                yield member
            else:
                yield from member.datasets()


def read_hdf5(data: memoryview) -> Group:
    """Return the root group of a file; everything in it has been looked at.

    Raises:
        InvalidModelError: The file is cut off or contradicts itself.
        UnsupportedModelError: It has a structure that is not read; the message names it.
    """
    content = Content(data)
    root = _root_address(content)
    heaps = Heaps(content)
    group = Group("")
    visited: set[int] = set()
    waiting: list[tuple[Group, str, int, int]] = []
    _enter(content, heaps, group, root, 0, waiting, visited)
    while waiting:
        parent, name, address, depth = waiting.pop()
        path = f"{parent.path}/{name}".lstrip("/")
        kind = header(content, address)
        if kind.only(LAYOUT) is not None:
            _require_new(visited, address, path)
            if links(content, kind) is not None:
                raise InvalidModelError(f"{path!r} is both a group and a dataset")
            found = dataset(content, kind, path, attributes(content, kind, heaps))
            parent.members[name] = found
            continue
        inner = Group(path)
        parent.members[name] = inner
        _enter(content, heaps, inner, address, depth, waiting, visited)
    content.require_apart()
    return group


def _enter(
    content: Content,
    heaps: Heaps,
    group: Group,
    address: int,
    depth: int,
    waiting: list[tuple[Group, str, int, int]],
    visited: set[int],
) -> None:
    """Read a group, and add what is in it to `waiting`."""
    _require_new(visited, address, group.path)
    if depth > limits.HDF5_DEPTH:
        raise InvalidModelError(
            f"groups lie deeper than {limits.HDF5_DEPTH} in one another (pyio.limits.HDF5_DEPTH)"
        )
    messages = header(content, address)
    found = links(content, messages)
    if found is None:
        raise InvalidModelError(f"{group.path!r} is neither a group nor a dataset")
    group.attributes = attributes(content, messages, heaps)
    for name in found:
        if not name or "/" in name or name == ".":
            raise InvalidModelError(f"the group {group.path!r} has a link called {name!r}")
        group.members[name] = Group("")  # keeps the order; replaced when it is read
    waiting += [(group, name, target, depth + 1) for name, target in reversed(found.items())]


def _require_new(visited: set[int], address: int, path: str) -> None:
    if address in visited:
        raise UnsupportedModelError(
            f"{path!r} is a second link to one object, which is not followed; {ADVICE}"
        )
    visited.add(address)
    if len(visited) > limits.HDF5_OBJECTS:
        raise InvalidModelError(
            f"the file has more than {limits.HDF5_OBJECTS:,} objects (pyio.limits.HDF5_OBJECTS)"
        )


def _root_address(content: Content) -> int:
    content.signed(0, SIGNATURE, "an HDF5 file")
    version = content.number(8, 1)
    if version in (0, 1):
        return _old_superblock(content, version)
    if version in (2, 3):
        return _new_superblock(content)
    raise InvalidModelError(f"the superblock has the version {version}; 0 to 3 are known")


def _old_superblock(content: Content, version: int) -> int:
    rest = content.copy(9, 4) + content.copy(15, 1)
    if any(rest) or content.copy(13, 2) != b"\x08\x08":
        raise InvalidModelError("the superblock is of no known kind")
    at = 24 + (4 if version else 0)
    base, free, end, driver = (content.number(at + 8 * index, 8) for index in range(4))
    _require_whole(content, base, end)
    if free != NOWHERE or driver != NOWHERE:
        raise UnsupportedModelError(
            f"the file has a driver of its own, which is not read; {ADVICE}"
        )
    content.claim(0, at + 72, "the superblock")
    return content.number(at + 40, 8)


def _new_superblock(content: Content) -> int:
    if content.copy(9, 2) != b"\x08\x08":
        raise InvalidModelError("the superblock is of no known kind")
    if checksum(content.copy(0, 44)) != content.number(44, 4):
        raise InvalidModelError("the checksum of the superblock is wrong")
    base, extension, end, root = (content.number(12 + 8 * index, 8) for index in range(4))
    _require_whole(content, base, end)
    if extension != NOWHERE:
        raise UnsupportedModelError(f"the superblock has an extension, which is not read; {ADVICE}")
    content.claim(0, 48, "the superblock")
    return root


def _require_whole(content: Content, base: int, end: int) -> None:
    if base:
        raise UnsupportedModelError(f"its addresses begin at {base:,}, which is not read; {ADVICE}")
    if not end:
        raise UnsupportedModelError(
            "it begins as HDF5 does (.h5), and says that it has 0 bytes: there is nothing in it"
        )
    if end != content.data.nbytes:
        raise InvalidModelError(
            f"the file has {content.data.nbytes:,} bytes; by its superblock it has {end:,}, so it "
            "is cut off or damaged"
        )
