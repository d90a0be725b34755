"""Links, limits and completeness of the README and the manual; their examples in CPython."""

from __future__ import annotations

import ast
import asyncio
import re
from inspect import iscoroutine
from typing import TYPE_CHECKING, Any

import pytest

import pyio
import pyio.layers
from tests.conftest import ROOT
from tests.manual.documents import (
    DOCUMENTS,
    IN_CPYTHON,
    MANUAL,
    NOT_RUN,
    PAGES,
    README,
    WITHOUT_LOOP,
    anchors,
    blocks,
    links,
)

if TYPE_CHECKING:
    from pathlib import Path


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document: Path) -> None:
    """Each relative link names a file of the repository; its anchor is a heading in that file."""
    broken = []
    for link in links(document.read_text("utf-8")):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path) if path else document
        if not target.is_file() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            broken.append(link)
    assert broken == []


def test_readme_is_one_page() -> None:
    """The README has at most 120 lines, and 700 words beside its tables."""
    lines = README.read_text("utf-8").splitlines()
    assert len(lines) <= 120
    assert len(" ".join(line for line in lines if not line.startswith("|")).split()) <= 700


def test_the_picture_is_small() -> None:
    """The picture of the page, which scripts/generate/picture.py takes, has at most 60 kB."""
    picture = (MANUAL / "page.webp").read_bytes()
    assert picture[8:12] == b"WEBP"
    assert len(picture) <= 60_000


def test_every_page_is_in_the_contents() -> None:
    """The navigation of the manual lists every page once, and nothing else."""
    listed = re.findall(r'"([\w-]+\.md)"', (MANUAL / "zensical.toml").read_text("utf-8"))
    assert sorted(listed) == sorted(page.name for page in PAGES)


def test_every_public_name_is_in_the_reference() -> None:
    """A name that `pyio` exports is in the API reference; an error has a section of its own."""
    reference = (MANUAL / "api.md").read_text("utf-8")
    documented = set(re.findall(r"^::: pyio\.(\w+)$", reference, re.MULTILINE))
    sections = set(
        re.findall(r"^## (\w+)$", (MANUAL / "errors.md").read_text("utf-8"), re.MULTILINE)
    )
    others = {"Model", "input", "browser_http_request"}  # the head of the page names them
    assert all(f"`pyio.{other}`" in reference for other in others)
    assert set(pyio.__all__) - documented - sections - others == set()


def test_every_layer_is_in_the_reference() -> None:
    """A layer, or another name of `pyio.layers`, is on the page of the layers."""
    page = (MANUAL / "layers.md").read_text("utf-8")
    documented = set(re.findall(r"^::: pyio\.layers\.(\w+)$", page, re.MULTILINE))
    assert set(pyio.layers.__all__) - {"Input"} == documented


def test_every_limit_is_in_the_table() -> None:
    """The table of limits names every constant of `pyio.limits`, and no other."""
    page = (MANUAL / "damage-and-limits.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    documented = {limit for row in rows for limit in re.findall(r"`([A-Z0-9_]+)`", row)}
    assert documented == {limit for limit in vars(pyio.limits) if limit.isupper()}


def test_the_two_tables_of_media_are_one() -> None:
    """The README and the manual have the same table of media."""
    table = re.compile(r"^\| address .*?\n\n", re.MULTILINE | re.DOTALL)
    found = [table.search(path.read_text("utf-8")) for path in (README, MANUAL / "media.md")]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0][0] == found[1][0]


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_commands_exist(document: Path) -> None:
    """Every script that a document names exists."""
    scripts = re.findall(r"\bscripts/[\w/]+\.py\b", document.read_text("utf-8"))
    assert [script for script in scripts if not (ROOT / script).is_file()] == []


@pytest.mark.parametrize("document", [README, *PAGES], ids=name)
def test_examples_in_cpython(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks marked as running in CPython run there, in the order of the page."""
    monkeypatch.chdir(tmp_path)
    values: dict[str, Any] = {"__name__": "example"}
    for block in blocks(document):
        if block.mark in (IN_CPYTHON, WITHOUT_LOOP):
            _run(block.source, values, awaits=block.mark == IN_CPYTHON)
        else:
            assert block.mark is None or NOT_RUN.fullmatch(block.mark), block.mark


def _run(source: str, values: dict[str, Any], *, awaits: bool) -> None:
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if awaits else 0
    result = eval(compile(source, "example", "exec", flags=flags), values)
    if iscoroutine(result):
        asyncio.run(result)


def test_boot_fetches_every_module_of_the_page() -> None:
    """boot.js lists each Python file of web/page/; a page would fail without one of them."""
    script = (ROOT / "web/page/boot.js").read_text("utf-8")
    listing = re.search(r"MODULES = \[(.*?)\]", script, re.DOTALL)
    assert listing is not None
    listed = set(re.findall(r'"(\w+)"', listing[1]))
    files = {file.stem for file in (ROOT / "web/page").glob("*.py")}
    assert files - listed == set(), "boot.js does not list these files of web/page/"
    assert listed - files == set(), "boot.js lists files that web/page/ does not have"
