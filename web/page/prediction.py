"""The ten bars, the winner, and the image as the model sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from web.page import words
from web.page.panels import create, element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Prediction:
    """Shows what the model predicts for the drawing."""

    def __init__(self) -> None:
        self._winner = element("winner")
        self._certainty = element("certainty")
        self._spoken = element("prediction-status")
        self._seen = element("seen")
        self._bars = [_bar(digit) for digit in range(10)]
        element("bars").replaceChildren(*(bar for bar, _, _ in self._bars))

    def clear(self, hint: str) -> None:
        _wipe(self._seen)
        self._winner.textContent = "–"
        self._winner.className = "none"
        self._certainty.textContent = hint
        self._spoken.textContent = ""
        self._draw_bars([0.0] * 10, winner=None)

    def show(self, picture: Array, probabilities: Sequence[float], *, final: bool) -> None:
        """Show ten probabilities. Screen readers announce only a `final` prediction."""
        _wipe(self._seen)
        paint(self._seen.getContext("2d"), picture, self._seen.width)
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


def paint(context: Any, picture: Array, side: float) -> None:
    """Fill a square of `side` with the pixels of a picture, 0 for paper and 1 for ink."""
    height, width = picture.shape
    for row, column in np.argwhere(picture > 0.01).tolist():
        context.globalAlpha = float(min(picture[row, column], 1))
        left, top = round(column * side / width), round(row * side / height)
        right, bottom = round((column + 1) * side / width), round((row + 1) * side / height)
        context.fillRect(left, top, right - left, bottom - top)
    context.globalAlpha = 1


def _wipe(canvas: Any) -> None:
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height)


def _bar(digit: int) -> tuple[Any, Any, Any]:
    bar, track = create("li"), create("span", class_="track")
    fill, percent = create("span", class_="fill"), create("span", class_="percent")
    track.append(fill)
    bar.append(create("span", str(digit), class_="digit"), track, percent)
    return bar, fill, percent
