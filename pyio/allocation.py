"""Taking memory for what is read.

`bytearray` raises MemoryError where there is not enough. Conversions of Pyodide's own that allocate
inside of it end the whole runtime instead, so memory is taken here first and filled afterwards.
"""

from __future__ import annotations

from pyio.errors import OutOfMemoryError


def allocate(size: int, what: str) -> memoryview:
    """Return `size` zero bytes for `what`. Raises OutOfMemoryError."""
    try:
        return memoryview(bytearray(size))
    except (MemoryError, OverflowError) as error:
        raise OutOfMemoryError(what, size) from error
