"""A picture of ratios: bars on a logarithmic scale, as SVG."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, LABELS, MARGIN = 760, 230, 60
BAR, GAP, BETWEEN = 14, 3, 16
"""Heights: of a bar, of the space between two, and between two things that are compared."""

TICKS = (0.25, 0.5, 1, 2, 4, 8, 16, 32)
COLOURS = ("#2f6fdb", "#d9822b", "#7a7a7a")

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #222 } .head { font-weight: 600 }
.line { stroke: #bbb } .one { stroke: #222; stroke-width: 1.5 }
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing that is compared.

    Attributes:
        name: What it is.
        ratios: How many times as long the others take, in the order of their names; None for one
            that does not take part.
    """

    name: str
    ratios: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where ratios are, from `low` to `high`."""

    low: float
    high: float

    def at(self, ratio: float) -> float:
        share = math.log(ratio / self.low) / math.log(self.high / self.low)
        return LABELS + share * (WIDTH - LABELS - MARGIN)


def picture(title: str, others: Sequence[str], things: Sequence[Compared]) -> str:
    """Return the SVG of bars. Above 1 means that the others take longer.

    Args:
        title: What the picture shows.
        others: What is compared with; each has a colour.
        things: What is compared.
    """
    known = [ratio for thing in things for ratio in thing.ratios if ratio is not None]
    scale = _Scale(min([*known, 1]) * 0.9, max([*known, 2]) * 1.1)
    body: list[str] = []
    y = 58.0
    for thing in things:
        bars = _bars(thing, y, scale)
        middle = y + len(bars) * (BAR + GAP) / 2 + 2
        body += [_text(LABELS - 10, middle, thing.name, "end"), *bars]
        y += len(bars) * (BAR + GAP) + BETWEEN
    ticks = [_tick(scale.at(each), y, each) for each in TICKS if scale.low < each < scale.high]
    height = math.ceil(y + 24)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        _text(10, 20, title, kind="head"),
        *_legend(others),
        *ticks,
        *body,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _bars(thing: Compared, y: float, scale: _Scale) -> list[str]:
    """Return the bars of one thing from `y` on, each with its ratio."""
    found: list[str] = []
    for ratio, colour in zip(thing.ratios, COLOURS, strict=False):
        if ratio is not None:
            top = y + len(found) * (BAR + GAP)
            start, end = sorted((scale.at(1), scale.at(ratio)))
            size = f'width="{max(end - start, 1):.1f}" height="{BAR}"'
            bar = f'<rect x="{start:.1f}" y="{top:.1f}" {size} fill="{colour}"/>'
            found.append(bar + _text(end + 4, top + BAR - 3, f"{ratio:.3g}"))
    return found


def _text(x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> str:
    shown = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{shown}>{escape(text)}</text>'


def _tick(x: float, bottom: float, ratio: float) -> str:
    kind = "one" if ratio == 1 else "line"
    line = f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="50" y2="{bottom:.1f}"/>'
    return line + _text(x, bottom + 16, f"{ratio:g}", "middle")


def _legend(others: Sequence[str]) -> list[str]:
    found, x = [], 10
    for name, colour in zip(others, COLOURS, strict=False):
        found.append(f'<rect x="{x}" y="30" width="12" height="12" fill="{colour}"/>')
        found.append(_text(x + 17, 40, name))
        x += 40 + 7 * len(name)
    return found
