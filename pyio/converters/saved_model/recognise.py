"""Tells SavedModels and frozen graphs by names and first bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MODEL_FILE = "saved_model.pb"

_SAVED_MODEL = b"\x08\x01\x12"
"""A SavedModel begins with its version, which is 1, and a graph."""

_NODE = re.compile(
    rb"\x0a([\x00-\x7f]|[\x80-\xff]{1,4}[\x00-\x7f])\x0a[\x01-\xff]{1,2}[A-Za-z0-9._]"
)
"""A GraphDef begins with a node, and a node with its name (``graph.proto``, ``node_def.proto``)."""

_OP = re.compile(rb"\x12([\x01-\x40])([A-Z_][A-Za-z0-9_>]*)")


def is_saved_model(start: bytes, names: Sequence[str]) -> bool:
    """Whether this is a directory with a saved_model.pb, or that file."""
    if start:
        return start.startswith(_SAVED_MODEL)
    return saved_model_folder(names) is not None


def saved_model_folder(names: Iterable[str]) -> str | None:
    """Return the folder (with "/" at its end, or "") of the outermost saved_model.pb, or None."""
    folders = [
        name.removesuffix(MODEL_FILE)
        for name in names
        if name == MODEL_FILE or name.endswith(f"/{MODEL_FILE}")
    ]
    return min(folders, key=lambda folder: (folder.count("/"), folder), default=None)


def saved_model_file(names: Sequence[str]) -> tuple[str, str]:
    """Return the folder and the file of a SavedModel.

    Where no file is called saved_model.pb, it is the first one: its content was recognised.
    """
    folder = saved_model_folder(names)
    if folder is not None:
        return folder, folder + MODEL_FILE
    first = names[0]
    return first[: first.rfind("/") + 1], first


def is_graph_def(start: bytes, _names: Sequence[str]) -> bool:
    """Whether a file begins with a node: its name and then its op, with their lengths."""
    begin = _NODE.match(start)
    if begin is None:
        return False
    place = begin.end(1) + 1
    length, shift = 0, 0
    while place < len(start):  # the length of the name, a varint
        length |= (start[place] & 127) << shift
        shift += 7
        place += 1
        if start[place - 1] < 128:
            break
    op = _OP.match(start, place + length)
    return op is not None and len(op[2]) >= op[1][0]
