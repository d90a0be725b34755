"""Finds links, headings and blocks of Python in the documents of the repository."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

README = ROOT / "README.md"
MANUAL = ROOT / "web/manual"
PAGES = sorted(MANUAL.glob("*.md"))
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *PAGES]

_FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^>]+?) -->\n)?^```python\n(?P<source>.*?)^```$", re.MULTILINE | re.DOTALL
)

IN_CPYTHON = "runs in CPython"
WITHOUT_LOOP = "runs in CPython, without an event loop"
NOT_RUN = re.compile(r"not run: \S.{10,}")
"""A mark in a comment before a block; a block without a mark runs in a page."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of Python, and the mark in the comment before it, if there is one."""

    source: str
    mark: str | None


def links(text: str) -> list[str]:
    """Return the targets of the links and pictures in Markdown, code left out."""
    return _LINK.findall(_INLINE.sub("", _FENCED.sub("", text)))


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings, as GitHub and the manual's generator make them."""
    titles = (re.sub(r"[^\w\s-]", "", title).lower() for title in _headings(text))
    return {re.sub(r"\s+", "-", title.strip()) for title in titles}


def _headings(text: str) -> list[str]:
    return _HEADING.findall(_FENCED.sub("", text))


def blocks(document: Path) -> list[Block]:
    """Return the blocks of Python in a document, in order."""
    found = _BLOCK.finditer(document.read_text("utf-8"))
    return [Block(match["source"], match["mark"]) for match in found]
