"""A small plot of a few curves, as SVG in the page: no library and no image."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 360, 150, 48, 22, 8
_COLOURS = ("#3b78c3", "#d1731f", "#3d9141", "#a34fb5")
"""Readable on white and on black."""


def line_plot(places: Sequence[float], curves: Mapping[str, Sequence[float]]) -> str:
    """Return an SVG element with `curves` over `places`. Values that are not finite leave gaps."""
    finite = [value for values in curves.values() for value in values if math.isfinite(value)]
    if not finite or len(places) < 2:
        return ""
    low, high = min(finite), max(finite)
    low, high = (low, high) if high > low else (low - 0.5, high + 0.5)
    first, last = places[0], places[-1]

    def across(place: float) -> float:
        return _LEFT + (place - first) / (last - first) * (_WIDTH - _LEFT - 8)

    def down(value: float) -> float:
        return _TOP + (high - value) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    parts = _axes(low, high, first, last)
    for number, (name, values) in enumerate(curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        for points in _unbroken(places, values):
            text = " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in points)
            parts.append(
                f'<polyline points="{text}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
            )
        parts.append(
            f'<text x="{_WIDTH - 8}" y="{_TOP + 12 + 14 * number}" text-anchor="end" '
            f'fill="{colour}">{escape(name)}</text>'
        )
    words = escape(", ".join(curves))
    return (
        f'<svg role="img" aria-label="{words} by epoch" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" xmlns="http://www.w3.org/2000/svg" '
        f'style="font:11px sans-serif;display:block">{"".join(parts)}</svg>'
    )


_LINE = 'stroke="currentColor" opacity="0.4"'


def _axes(low: float, high: float, first: float, last: float) -> list[str]:
    floor = _HEIGHT - _BOTTOM
    label = 'fill="currentColor" opacity="0.8"'
    return [
        f'<path d="M{_LEFT} {_TOP}V{floor}H{_WIDTH - 8}" fill="none" {_LINE}/>',
        f'<text x="{_LEFT - 4}" y="{_TOP + 8}" text-anchor="end" {label}>{high:.3g}</text>',
        f'<text x="{_LEFT - 4}" y="{floor}" text-anchor="end" {label}>{low:.3g}</text>',
        f'<text x="{_LEFT}" y="{_HEIGHT - 6}" {label}>{first:g}</text>',
        f'<text x="{_WIDTH - 8}" y="{_HEIGHT - 6}" text-anchor="end" {label}>{last:g}</text>',
    ]


def _unbroken(places: Sequence[float], values: Sequence[float]) -> list[list[tuple[float, float]]]:
    """Return the points of a curve, in pieces where a value is not finite."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for place, value in zip(places, values, strict=False):
        if math.isfinite(value):
            pieces[-1].append((place, value))
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if piece]
