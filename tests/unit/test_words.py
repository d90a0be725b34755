"""The words of docstrings, comments, messages and pages."""

from __future__ import annotations

import io
import re
import subprocess
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]

WORDS = ("nobody", "whoever", "somebody", "is none", "are none", "so many", "be had")
MAY_SAY: dict[str, str] = {
    "tests/unit/test_words.py": "the list itself",
}
"""File -> why its words stay."""


def prose(file: Path) -> Iterator[tuple[int, str]]:
    """Comments and text literals of a Python file, or the lines of any other."""
    text = file.read_text("utf-8")
    if file.suffix != ".py":
        yield from enumerate(text.splitlines(), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            yield token.start[0], token.string


def spoken() -> Iterator[str]:
    pattern = re.compile(rf"\b({'|'.join(WORDS)})\b")
    for folder in ("pyio", "scripts", "tests", "web"):
        listed = ["git", "ls-files", "-z", folder]
        names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, names.split("\0")):
            file = ROOT / name
            if file.suffix not in {".py", ".js", ".mjs", ".html", ".md"} or name in MAY_SAY:
                continue
            for line, text in prose(file) if file.is_file() else ():
                for found in pattern.finditer(" ".join(text.split())):
                    yield f"{name}:{line}: {found[0]}"


def test_plain_words() -> None:
    """Docstrings, comments and messages name things, and not persons that stand for them."""
    assert list(spoken()) == []
