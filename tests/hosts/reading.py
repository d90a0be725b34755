"""Reads the text that a host shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.engines.contract import View

SHOWN = """async (start) => {
  const shown = () => document.body.innerText;
  while (!shown().includes(start)) await new Promise((done) => setTimeout(done, 100));
  return shown();
}"""


def shown(view: View, text: str) -> str:
    """Wait until the page shows `text`, and return all text of the page."""
    everything: str = view.js(SHOWN, text)
    return everything


def array(text: str) -> list[float]:
    """The numbers of the first two-dimensional array in a text, as NumPy shows it."""
    inside = text.partition("[[")[2].partition("]]")[0]
    return [float(number) for number in re.findall(r"-?\d+\.\d*(?:e[+-]?\d+)?", inside)]


def learned(text: str) -> bool:
    """Whether a text has the table of a training of ten epochs, at whose end most is right."""
    rows = [line.split() for line in text.splitlines()]
    numbers = [row for row in rows if len(row) == 3 and row[0].isdecimal()]
    return [row[0] for row in numbers] == [*map(str, range(10))] and float(numbers[-1][2]) > 0.7
