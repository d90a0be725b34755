"""The README's example is run as it stands there."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.tabs import Tab

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_example(tab: Tab) -> None:
    """Every line runs on the page, but for the installation: the built wheel is there already."""
    block = re.search(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert block is not None
    lines = [line for line in block[1].splitlines() if "micropip.install(" not in line]
    assert len(lines) < len(block[1].splitlines())
    body = textwrap.indent("\n".join(lines), "    ")
    source = f"async def example():\n{body}\n    return sorted(await pyio.list_models())\n"
    stored: list[list[str]] = []
    files = tab.downloads(2, lambda: stored.append(tab.python_source(source, "example")))
    assert stored == [["indexeddb://my-model"]]
    assert sorted(files) == ["my-model.json", "my-model.weights.bin"]
    assert len(files["my-model.weights.bin"]) == 4 * (4 * 16 + 16 + 16 * 3 + 3)
