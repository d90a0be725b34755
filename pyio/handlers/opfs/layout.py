"""Where a model lies in the file system, and what its model.json says.

::

    pyio-models/                     one directory in the root of the origin
      my%2dmodel/                    the name of the model, encoded
        1795650000000371/            a generation; the highest whole one is the model
          weights.bin                written first
          model.json                 empty until then: with its bytes the save has happened
        1795650000000371-moved-9f86/ that generation is moving away, see `moves`

A generation is a pair of files as tfjs-node and the converter of TensorFlow.js name them. The
model.json has two members more, which TensorFlow.js skips: the name, and sizes and date.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from pyio.browser.opfs.directories import ROOT as ROOT
from pyio.errors import StorageError
from pyio.format.info import info_from_json, info_to_json
from pyio.format.json_text import dumps
from pyio.format.manifest import group_to_json
from pyio.format.model_json import FILE_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pyio.format.artifacts import ModelArtifactsInfo
    from pyio.format.json_text import JSONValue
    from pyio.format.manifest import Manifest
    from pyio.format.serialized import Serialized

JSON, WEIGHTS = "model.json", "weights.bin"
LOCK = "opfs"
"""The lock of everything that changes a model here."""

NAME, INFO = "pyioName", "pyioInfo"
"""Our members of a model.json."""

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-")
"""Bytes of a name that stand for themselves. Capitals do not: some disks ignore their case."""

_LONGEST, _KEPT = 200, 150
"""Bytes of a directory's name, and how many a longer one keeps before its digest. Disks take 255,
and WebKitGTK refuses more."""

_NUMBER = re.compile(r"[1-9][0-9]{0,15}")
_MARK = re.compile(r"([1-9][0-9]{0,15})-moved-([0-9a-f]+)")
_HIGHEST = 10**16 - 1


def directory(name: str) -> str:
    """Return what the directory of a model is called."""
    raw = name.encode("utf-8", "surrogatepass")
    text = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02x}" for byte in raw)
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_KEPT]}~{hashlib.sha256(raw).hexdigest()[:32]}"


def name_of(text: str, manifest: Manifest | None) -> str | None:
    """Return the name of the model in a directory, or None if the directory is not one of ours.

    A long name is only in the model.json.
    """
    if "~" in text:
        name = None if manifest is None else manifest.fields.get(NAME)
        if manifest is None:
            return text
    else:
        try:
            name = unquote_to_bytes(text).decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return None
    return name if isinstance(name, str) and directory(name) == text else None


def place(name: str, generation: int | None = None) -> tuple[str, ...]:
    """Return the path of a model's directory, or of one of its generations."""
    path = (ROOT, directory(name))
    return path if generation is None else (*path, str(generation))


def numbers(folders: Iterable[str]) -> list[int]:
    """Return the numbers of the generations, the highest first."""
    return sorted([int(each) for each in folders if _NUMBER.fullmatch(each)], reverse=True)


def marks(folders: Iterable[str]) -> dict[int, str]:
    """Return generation -> the move by which it is moving away."""
    found = [_MARK.fullmatch(each) for each in folders]
    return {int(match[1]): match[2] for match in found if match is not None}


def mark(generation: int, move: str) -> str:
    """Return the name of the directory that marks a generation as moving."""
    return f"{generation}-moved-{move}"


def next_number(taken: Iterable[int]) -> int:
    """Return the number of a new generation: the time, so that none ever comes again.

    Its last three digits are random: two tabs whose locks are separate do not choose the same one.

    Raises StorageError if no number is left, which no save of pyio brings about.
    """
    now = time.time_ns() // 1_000_000 * 1000 + int.from_bytes(os.urandom(4), "big") % 1000
    number = max(now, *(number + 1 for number in taken), 1)
    if number > _HIGHEST:
        raise StorageError(
            f"saving the model failed: it has a directory called {number - 1}, and the next number "
            "would not be found again; remove the model first"
        )
    return number


def json_text(model: Serialized, name: str) -> Callable[[], bytes]:
    """Return what makes the model.json of a generation.

    Raises InvalidModelError at once for a part that JSON cannot hold. The text is made later,
    because thousands of specs take milliseconds, in which the weights can be written.
    """
    parts = model.fields([key for key in FILE_KEYS if key != "weightsManifest"])
    dumps(parts)  # before any weights are written: it may raise
    return partial(_json_text, model, name, parts)


def _json_text(model: Serialized, name: str, parts: Mapping[str, JSONValue]) -> bytes:
    members: dict[str, JSONValue] = {NAME: name, INFO: info_to_json(model.info), **parts}
    if model.specs is not None:
        members["weightsManifest"] = [group_to_json([WEIGHTS], model.specs, None)]
    elif model.topology is None:
        members["weightsManifest"] = []
    order = (NAME, INFO, *FILE_KEYS)
    text = dumps({key: members[key] for key in order if key in members})
    return text.encode("utf-8", "surrogatepass")


def info_in(manifest: Manifest) -> ModelArtifactsInfo:
    """Return the info in a model.json."""
    return info_from_json(manifest.fields.get(INFO))
