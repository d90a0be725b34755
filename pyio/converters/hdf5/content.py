"""The bytes of an HDF5 file: reads that stay inside it, and a record of who uses which bytes."""

from __future__ import annotations

from pyio.errors import InvalidModelError

NOWHERE = 2**64 - 1
"""The address that stands for no address."""

_SHOWN = 3
"""Pieces in a message."""


class Content:
    """The file.

    Two pieces never share bytes. So an address that damage has changed is found, even if what lies
    there looks right: `claim` notes each piece, and `require_apart` compares them all.
    """

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self._claims: dict[tuple[int, int], str] = {}

    def number(self, at: int, size: int) -> int:
        """Return the unsigned number of `size` bytes at a place."""
        return int.from_bytes(self.copy(at, size), "little")

    def copy(self, at: int, size: int) -> bytes:
        """Return a copy of some bytes."""
        return bytes(self.view(at, size))

    def view(self, at: int, size: int) -> memoryview:
        """Return some bytes. Raises InvalidModelError outside of the file."""
        if at < 0 or size < 0 or at + size > self.data.nbytes:
            raise InvalidModelError(
                f"{size:,} bytes at {at:,} are needed, and the file ends at {self.data.nbytes:,}; "
                "it is cut off or damaged"
            )
        return self.data[at : at + size]

    def signed(self, at: int, sign: bytes, what: str) -> None:
        """Raise InvalidModelError unless `sign` is at a place."""
        found = self.copy(at, len(sign))
        if found != sign:
            raise InvalidModelError(f"{what} at {at:,} begins with {found!r}, not with {sign!r}")

    def claim(self, at: int, size: int, what: str) -> None:
        """Note that `what` is made of some bytes; the same piece may be claimed again."""
        self.view(at, size)
        if size:
            self._claims[at, at + size] = what

    def require_apart(self) -> None:
        """Raise InvalidModelError if two pieces share bytes."""
        before, owner = 0, "the beginning"
        for (start, end), what in sorted(self._claims.items()):
            if start < before:
                raise InvalidModelError(f"{what} at {start:,} lies over {owner}")
            before, owner = end, what
