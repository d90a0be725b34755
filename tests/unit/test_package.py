"""The wheel's size, and the links of the documents."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from scripts.support.wheel import build_wheel

ROOT = Path(__file__).resolve().parents[2]
WHEEL_BYTES = 1_050_000
"""About 340 kB are storing, loading and the layers of TensorFlow.js; the layers and files of Keras,
graph models with their importers, and training came to them."""


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ +(.+?) *$", page.read_text("utf-8"), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links(name: str) -> None:
    """Every relative link leads to a file of the repository, and every anchor to a heading."""
    page = ROOT / name
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def test_the_wheel_is_small(tmp_path: Path) -> None:
    """The wheel, which every page downloads, contains only the package and stays small."""
    wheel = build_wheel(tmp_path)
    assert wheel.stat().st_size < WHEEL_BYTES
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pyio"}
