"""The ten bars, the winner, and the image as the model sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from web import words
from web.digits import SIDE
from web.page import create, element

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Prediction:
    """Shows what the model predicts for the drawing."""

    def __init__(self) -> None:
        self._winner = element("winner")
        self._certainty = element("certainty")
        self._spoken = element("prediction-status")
        self._seen = element("seen").getContext("2d")
        self._bars = [_bar(digit) for digit in range(10)]
        element("bars").replaceChildren(*(bar for bar, _, _ in self._bars))

    def clear(self, hint: str) -> None:
        self._seen.clearRect(0, 0, SIDE, SIDE)
        self._winner.textContent = "–"
        self._winner.className = "none"
        self._certainty.textContent = hint
        self._spoken.textContent = ""
        self._draw_bars([0.0] * 10, winner=None)

    def show(self, pixels: Sequence[float], probabilities: Sequence[float], *, final: bool) -> None:
        """Show ten probabilities. Screen readers announce only a `final` prediction."""
        self._seen.clearRect(0, 0, SIDE, SIDE)
        paint_pixels(self._seen, pixels, SIDE)
        winner = max(range(10), key=lambda digit: probabilities[digit])
        certainty = words.percent(probabilities[winner])
        self._winner.textContent = str(winner)
        self._winner.className = ""
        self._certainty.textContent = f"{certainty} sure"
        if final:
            self._spoken.textContent = f"This looks like a {winner}, {certainty} sure."
        self._draw_bars(probabilities, winner)

    def _draw_bars(self, probabilities: Sequence[float], winner: int | None) -> None:
        for digit, (bar, fill, percent) in enumerate(self._bars):
            probability = probabilities[digit]
            bar.className = "winner" if digit == winner else ""
            bar.dataset.probability = repr(probability)
            fill.style.transform = f"scaleX({probability:.4f})"
            percent.textContent = "" if winner is None else words.percent(probability)


def paint_pixels(context: Any, pixels: Iterable[float], side: float) -> None:
    """Fill a square of `side` with 8 x 8 pixels of 0 to 16."""
    pixel_side = side / SIDE
    for index, pixel in enumerate(pixels):
        if pixel > 0:
            row, column = divmod(index, SIDE)
            context.globalAlpha = pixel / 16
            context.fillRect(column * pixel_side, row * pixel_side, pixel_side, pixel_side)
    context.globalAlpha = 1


def _bar(digit: int) -> tuple[Any, Any, Any]:
    bar, track = create("li"), create("span", class_="track")
    fill, percent = create("span", class_="fill"), create("span", class_="percent")
    track.append(fill)
    bar.append(create("span", str(digit), class_="digit"), track, percent)
    return bar, fill, percent
