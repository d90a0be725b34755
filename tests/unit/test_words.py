"""The words of docstrings, comments, messages and pages, and the length of sentences."""

from __future__ import annotations

import ast
import inspect
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

MOST_WORDS = 30
"""In a sentence of a docstring. The rule is 25; the rest is for code without backticks."""


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


def docstrings(file: Path) -> Iterator[tuple[str, str]]:
    """The docstrings of a Python file, each with the name of what it describes."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield getattr(node, "name", "the module"), ast.get_docstring(node, clean=False) or ""


def sentences(docstring: str) -> Iterator[str]:
    """The sentences of a docstring, without lists, tables, sections of arguments and code blocks.

    Code in backticks counts as one word, and text in parentheses does not count.
    """
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(docstring)):
        if re.search(r"^(\s|[*|-] |\d+\. )", paragraph, re.MULTILINE):
            continue
        text = re.sub(r"``[^`]*``|`[^`]*`", "code", " ".join(paragraph.split()))
        yield from re.split(r"(?<=[.:?!])\s+", re.sub(r"\s*\([^()]*\)", "", text))


def test_short_sentences() -> None:
    """Docstrings of pyio have short sentences, which are understood at the first reading."""
    long = [
        f"{file.relative_to(ROOT)}, {name}: {len(sentence.split())} words: {sentence}"
        for file in sorted((ROOT / "pyio").rglob("*.py"))
        for name, docstring in docstrings(file)
        for sentence in sentences(docstring)
        if len(sentence.split()) > MOST_WORDS
    ]
    assert long == []


def test_sentences_are_counted() -> None:
    """The measure sees sentences over several lines, and leaves out lists and code."""
    docstring = """One `a b` two (not this). Three
        four.

        * a list of words

        Args:
            name: A description.
        """
    assert list(sentences(docstring)) == ["One code two.", "Three four."]
