"""By what files of Keras are recognised; the table of importers asks this without reading them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIG, METADATA = "config.json", "metadata.json"

HDF5 = b"\x89HDF\r\n\x1a\n"
"""How an HDF5 file begins. One that begins later, behind a block of a user's, is not read."""


def is_keras(start: bytes, names: Sequence[str]) -> bool:
    """Whether files are those of Keras: an HDF5 file, or a folder with its topology."""
    return start.startswith(HDF5) or (not start and {CONFIG, METADATA} <= set(names))
