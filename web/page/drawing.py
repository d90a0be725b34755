"""The paper: drawing with a mouse, a finger, a pen or the keyboard."""

from __future__ import annotations

from math import dist
from typing import TYPE_CHECKING, Any

import numpy as np
from js import Path2D, earlyPaper, requestAnimationFrame
from pyodide.ffi import create_proxy

from web.page.digits import SIDE
from web.page.panels import element, listen
from web.page.prediction import paint
from web.page.sight import Drawing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from web.page.digits import Stroke

_LINE = 0.085  # width of the pen, in parts of the paper's side
_FINE = 0.01  # shorter movements are drawn, but do not become points of the stroke
_STEP = 1 / 24  # how far an arrow key moves the pen
_ARROWS = {"ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, -1), "ArrowDown": (0, 1)}


class Paper:
    """A canvas with the strokes of a drawing, or with the 8 x 8 pixels of a sample.

    Args:
        changed: Called with True when a stroke or sample is complete, with False while it grows;
            at most once per frame.
    """

    def __init__(self, changed: Callable[[bool], None]) -> None:
        self.strokes: list[Stroke] = []
        self.sample: Sequence[int] | None = None
        self._changed = changed
        self._paths: list[Any] = []
        self._pointer: int | None = None
        self._cursor: tuple[float, float] | None = None
        self._pen_down = False
        self._frame_due = False
        self._frame = create_proxy(self._draw)
        self._canvas = element("paper")
        self._context = self._canvas.getContext("2d")
        for event, handler in {
            "pointerdown": self._down,
            "pointermove": self._move,
            "pointerup": self._up,
            "pointercancel": self._up,
            "keydown": self._key,
            "blur": self._left,
        }.items():
            listen(self._canvas, event, handler)
        self._take_over()

    def _take_over(self) -> None:
        """Go on with what was drawn before Python was there."""
        early = earlyPaper.handOver().to_py()
        self._pointer = early["pointer"]
        for points in early["strokes"]:
            self._begin(*points[0])
            for x, y in points[1:]:
                self._line_to(x, y)

    @property
    def drawing(self) -> Drawing:
        """What is on the paper."""
        return Drawing(self.strokes, self.sample)

    def clear(self) -> None:
        self.show(None)

    def show(self, sample: Sequence[int] | None) -> None:
        """Replace what is on the paper by a sample, or clear it."""
        self.strokes, self._paths, self.sample = [], [], sample
        self._pointer, self._pen_down = None, False
        self._refresh()

    def _refresh(self) -> None:
        if not self._frame_due:
            self._frame_due = True
            requestAnimationFrame(self._frame)

    def _draw(self, _time: float) -> None:
        self._frame_due = False
        side, context = self._canvas.width, self._context
        context.clearRect(0, 0, side, side)
        if self.sample is not None:
            paint(context, np.array(self.sample).reshape(SIDE, SIDE) / 16, side)
        context.lineWidth = _LINE * side
        context.lineCap = context.lineJoin = "round"
        for path in self._paths:
            context.stroke(path)
        if self._cursor is not None:
            self._draw_cursor(side)
        self._changed(self._pointer is None)

    def _draw_cursor(self, side: int) -> None:
        x, y = (part * side for part in self._cursor or (0, 0))
        circle = Path2D.new()
        circle.arc(x, y, _LINE * side / 2 + 4, 0, 7)
        self._context.lineWidth = 8 if self._pen_down else 3
        self._context.globalAlpha = 0.55
        self._context.stroke(circle)
        self._context.globalAlpha = 1

    def _begin(self, x: float, y: float) -> None:
        if self.sample is not None:
            self.show(None)
        self.strokes.append([])
        self._paths.append(Path2D.new())
        self._paths[-1].moveTo(x * self._canvas.width, y * self._canvas.width)
        self._line_to(x, y)

    def _line_to(self, x: float, y: float) -> None:
        stroke = self.strokes[-1]
        if not stroke or dist(stroke[-1], (x, y)) > _FINE:
            stroke.append((x, y))
        self._paths[-1].lineTo(x * self._canvas.width, y * self._canvas.width)
        self._refresh()

    def _place(self, event: Any) -> tuple[float, float]:
        return event.offsetX / self._canvas.clientWidth, event.offsetY / self._canvas.clientHeight

    def _down(self, event: Any) -> None:
        if self._pointer is None and event.button == 0:
            self._canvas.setPointerCapture(event.pointerId)
            self._cursor, self._pen_down = None, False
            self._begin(*self._place(event))
            self._pointer = event.pointerId

    def _move(self, event: Any) -> None:
        if event.pointerId == self._pointer:
            self._line_to(*self._place(event))

    def _up(self, event: Any) -> None:
        if event.pointerId == self._pointer:
            self._pointer = None
            self._refresh()

    def _key(self, event: Any) -> None:
        if event.ctrlKey or event.metaKey or event.altKey or self._pointer is not None:
            return
        if event.key in _ARROWS:
            self._step(*_ARROWS[event.key])
        elif event.key == " ":
            self._toggle_pen()
        elif event.key in ("Delete", "Backspace"):
            self.clear()
        elif event.key == "Escape" and self._pen_down:
            self._toggle_pen()
        else:
            return
        event.preventDefault()

    def _step(self, right: int, down: int) -> None:
        x, y = self._cursor or (0.5, 0.25)
        x, y = x + right * _STEP, y + down * _STEP
        self._cursor = min(max(x, 0.05), 0.95), min(max(y, 0.05), 0.95)
        if self._pen_down:
            self._line_to(*self._cursor)
        self._refresh()

    def _toggle_pen(self) -> None:
        self._cursor = self._cursor or (0.5, 0.25)
        if not self._pen_down:
            self._begin(*self._cursor)
        self._pen_down = not self._pen_down
        element("pen-status").textContent = "Pen down" if self._pen_down else "Pen up"
        self._refresh()

    def _left(self, _event: Any) -> None:
        self._cursor, self._pen_down = None, False
        self._refresh()
