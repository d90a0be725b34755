"""``TABLE.md``: read, filled and written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tests.faults.catalogue import COLUMNS, FAULTS, NOT_HERE, cells

if TYPE_CHECKING:
    from collections.abc import Mapping

Cell: TypeAlias = tuple[str, str, str]

PATH = Path(__file__).with_name("TABLE.md")
TITLES = {
    "localstorage": "localStorage",
    "indexeddb": "IndexedDB",
    "opfs": "Origin private file system",
    "file": "Files",
    "chromium": "Chromium",
    "firefox": "Firefox",
    "webkit": "WebKitGTK",
    "cpython": "CPython",
    "tfjs": "TensorFlow.js 4.22",
}
HEAD = """# What is left after a fault

Filled by `python3 -m tests.faults table`, `kills` and `storm`; each cell is what
a run has found. "old" is the model that was there before, whole, "new" the one that was being
saved, whole, and the number says how often; after both the model beside it was whole, the listing
true and nothing left behind. What comes after "·" is how the saves ended. A dash says why there is
no run. TensorFlow.js ran in Chromium, through the same scenarios.
"""
ROW = re.compile(r"\| `(\w+)`")


def read() -> dict[Cell, str]:
    """Return what the table says, cell by cell."""
    found: dict[Cell, str] = {}
    medium = ""
    media = {TITLES[name]: name for name in COLUMNS}
    for line in PATH.read_text("utf-8").splitlines() if PATH.exists() else ():
        if line.startswith("## "):
            medium = media.get(line[3:], "")
        row = ROW.match(line)
        if medium and row:
            texts = [text.strip() for text in line.strip("|").split("|")][2:]
            for column, text in zip(COLUMNS[medium], texts, strict=True):
                found[row[1], medium, column] = text
    return found


def update(new: Mapping[Cell, str]) -> None:
    """Write the table anew with these cells changed."""
    found = read() | {cell: text.replace("|", "/").replace("\n", " ") for cell, text in new.items()}
    found |= {cell: f"– {reason}" for cell, reason in NOT_HERE.items()}
    PATH.write_text(_text({cell: found.get(cell, "") for cell in cells()}), "utf-8")


def _text(found: Mapping[Cell, str]) -> str:
    parts = [HEAD]
    for medium, columns in COLUMNS.items():
        titles = ["fault", "promised", *(TITLES[column] for column in columns)]
        parts += [f"\n## {TITLES[medium]}\n", _row(titles), _row(["---"] * len(titles))]
        for fault in FAULTS:
            if medium in fault.media:
                texts = [found[fault.key, medium, column] for column in columns]
                parts.append(_row([f"`{fault.key}` {fault.what}", fault.promise, *texts]))
    return "\n".join(parts) + "\n"


def _row(texts: list[str]) -> str:
    return f"| {' | '.join(texts)} |"
