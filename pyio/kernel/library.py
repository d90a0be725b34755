"""Loads the compiled kernel. It is there in Pyodide only; elsewhere NumPy computes.

``ctypes.CDLL`` opens a side module of WebAssembly like a shared library, on pages and in workers,
in every generation of Pyodide since 0.27. The file is ``kernel.wasm`` and not ``kernel.so``: of a
wheel that it installs, micropip opens each ``.so``.

With ``PYIO_KERNEL=0`` in the environment the kernel stays away, for comparisons and where a fault
of it is suspected.
"""

from __future__ import annotations

import os
import sys
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = Path(__file__).with_name("kernel.wasm")
_IN_PYODIDE = sys.platform == "emscripten"


class Kernel:
    """The functions of an opened library.

    Args:
        path: The file: ``kernel.wasm``, or in tests one compiled for this machine.

    Raises OSError for a file that this runtime does not open, such as where there is no SIMD.
    """

    def __init__(self, path: Path) -> None:
        import ctypes  # it takes a while to import, and only predictions need it

        library = ctypes.CDLL(str(path))
        word, address = ctypes.c_ssize_t, ctypes.c_void_p
        self.run = library.run
        self.run.argtypes, self.run.restype = [address, ctypes.c_int], ctypes.c_int
        self.pack = library.pack
        self.pack.argtypes, self.pack.restype = [address, word, word, address, word, word], None
        self.widen_halves = library.widen_halves
        self.widen_halves.argtypes, self.widen_halves.restype = [address, address, word], None
        self.widen_wholes = library.widen_wholes
        self.widen_wholes.argtypes = [
            address,
            address,
            word,
            word,
            ctypes.c_double,
            ctypes.c_double,
        ]
        self.widen_wholes.restype = None

    def prepared(self, rows: int, count: int) -> Callable[[], int]:
        """Return a function that calls `run` for `count` rows at the address `rows`.

        Its arguments are converted here, once: that is half of the time of a call.
        """
        word, number = self.run.argtypes
        return partial(self.run, word(rows), number(count))


@cache
def kernel() -> Kernel | None:
    """Return the kernel, or None where it is absent or switched off. Opened once."""
    if not _IN_PYODIDE or os.environ.get("PYIO_KERNEL") == "0":
        return None
    try:
        return Kernel(FILE)
    except (OSError, AttributeError):  # an engine without SIMD, or a file that is not there
        return None
