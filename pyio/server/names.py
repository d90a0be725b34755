"""Which paths the server knows: names of models, and the files of one."""

from __future__ import annotations

import re
from dataclasses import dataclass

JSON = "model.json"
WEIGHTS = "weights"

_WORD = r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}(?:\.[A-Za-z0-9_-]{1,80}){0,3}"
_NAME = re.compile(rf"{_WORD}(?:/{_WORD}){{0,5}}")
_FILE = re.compile(r"weights/[0-9a-f]{64}\.bin")

_LONGEST_WORD, _LONGEST_NAME = 200, 900
"""Characters that every file system and object store takes, with the names of files behind them."""

EXPECTED = (
    "a model's name is 1 to 6 words with slashes between, each of letters of ASCII, digits and "
    "-_. inside, up to 200 characters each and 900 in all; 'weights' and words that end in .json "
    "or .bin are taken"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A path below ``/models/``.

    Attributes:
        name: The model.
        file: "model.json", a file of weights, or "" for the model itself.
    """

    name: str
    file: str = ""

    @property
    def path(self) -> str:
        """Where the file is in a storage; that of the model.json for the model itself."""
        return f"{self.name}/{self.file or JSON}"


def place_of(path: str) -> Place | None:
    """Return what a path means, or None for one that no model can have."""
    name, file = path.rstrip("/"), ""
    if name.endswith(f"/{JSON}"):
        name, file = name.removesuffix(f"/{JSON}"), JSON
    else:
        start, mark, last = name.rpartition(f"/{WEIGHTS}/")
        if mark and _FILE.fullmatch(f"{WEIGHTS}/{last}"):
            name, file = start, f"{WEIGHTS}/{last}"
    words = name.lower().split("/")
    taken = any(word == WEIGHTS or word.endswith((".json", ".bin")) for word in words)
    if len(name) > _LONGEST_NAME or max(map(len, words)) > _LONGEST_WORD:
        return None
    return None if taken or not _NAME.fullmatch(name) else Place(name, file)


def weights_path(name: str, sha256: str) -> str:
    """Return where the weights of a model are."""
    return f"{name}/{WEIGHTS}/{sha256}.bin"
