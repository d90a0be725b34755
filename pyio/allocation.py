"""Taking memory for what is read.

`bytearray` raises MemoryError where there is not enough. Conversions of Pyodide's own that allocate
inside of it end the whole runtime instead, so memory is taken here first and filled afterwards.
"""

from __future__ import annotations

import sys

from pyio.errors import OutOfMemoryError


def allocate(size: int, what: str, *, zeros: bool = True) -> memoryview:
    """Return `size` bytes for `what`. Raises OutOfMemoryError.

    Without `zeros` they may have any values. All of them must be overwritten then, or an exception
    raised. That saves a third of a load's time where NumPy is there already.
    """
    empty = None if zeros else getattr(sys.modules.get("numpy"), "empty", None)
    try:
        return memoryview(bytearray(size) if empty is None else empty(size, "u1"))
    except (MemoryError, OverflowError, ValueError) as error:
        raise OutOfMemoryError(what, size) from error
