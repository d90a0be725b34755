"""The panel in which a person teaches the model in use their own hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from js import document

from web.page import words
from web.page.lessons import EPOCHS, Lessons, Progress, Score, scored, teach
from web.page.panels import Messages, create, element, listen, operate, working
from web.page.prediction import paint
from web.page.reasons import PageError
from web.page.sight import Drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from web.page.drawing import Paper
    from web.page.model import ModelInUse
    from web.page.saving import Saving

_SIDE = 24
"""Pixels of a small picture of a drawing."""


class Teaching:
    """Collects drawings with their digits, and trains with them."""

    def __init__(
        self,
        model: ModelInUse,
        paper: Paper,
        saving: Saving,
        samples: Sequence[Sequence[Sequence[int]]],
    ) -> None:
        self._model, self._paper, self._saving, self._samples = model, paper, saving, samples
        self._lessons = Lessons()
        self._messages = Messages("teach")
        listen(element("teach-digits"), "click", self._named)
        listen(element("teach-undo"), "click", lambda _: self._undo())
        listen(element("teach-start"), "click", lambda _: operate(self._teach()))
        self._show()

    def drawn(self) -> None:
        """Ask which digit it is once there is a drawing."""
        ready = bool(self._paper.strokes)
        for button in element("teach-digits").querySelectorAll("button"):
            button.setAttribute("aria-disabled", "false" if ready else "true")

    def _named(self, event: Any) -> None:
        button = event.target.closest("button")
        if not button:
            return
        if not self._paper.strokes:
            self._messages.say("Draw the digit first, on the paper above.")
            return
        self._lessons.add(self._paper.strokes, int(button.value))
        self._paper.clear()
        self._show()
        self._messages.say(self._hint())

    def _undo(self) -> None:
        self._lessons.forget_last()
        self._show()
        self._messages.say("The last drawing is forgotten.")

    def _hint(self) -> str:
        lacking = self._lessons.lacking
        if lacking:
            return f"Kept. {words.count(lacking, 'more drawing')} before it can learn."
        return "Kept. Add more, or let it learn now."

    def _show(self) -> None:
        """Show the drawings that were kept, and how many there are of each digit."""
        counts = self._lessons.counts
        for digit, button in enumerate(element("teach-digits").querySelectorAll("button")):
            button.dataset.count = str(counts[digit] or "")
        element("teach-drawings").replaceChildren(
            *(_small(strokes, digit) for strokes, digit in self._lessons.drawings)
        )
        element("teach-start").disabled = bool(self._lessons.lacking)
        element("teach-undo").hidden = not self._lessons.drawings

    async def _teach(self) -> None:
        async with working(self._messages, "Learning …", "It has learnt nothing."):
            artifacts, classifier = self._model.artifacts, self._model.classifier
            if artifacts is None or classifier is None:
                raise PageError("There is no model to teach. Load one first.")
            before = scored(classifier, self._lessons, self._samples)
            curve = _Curve(before, len(self._lessons.drawings))
            learnt = await teach(artifacts, self._lessons, self._samples, curve.add)
            name = "my-hand"
            self._model.use(learnt, None, name=name, origin="taught in this page")
            self._saving.suggest(name)
            self._messages.say(self._outcome(before.drawings, curve.last.drawings))
        self._show()

    def _outcome(self, before: int, now: int) -> str:
        drawings = words.count(len(self._lessons.drawings), "drawing")
        known = f"It knows {now} of your {drawings} now"
        if before == now:
            return f"{known}; before, it knew {before} too. Teach it a digit that it mistakes."
        return f"{known}; before, it knew {before}. Save it, and it still does after a reload."


class _Curve:
    """The accuracy while it moves: a curve and a sentence."""

    def __init__(self, before: Score, drawings: int) -> None:
        self.last = before
        self._drawings = drawings
        self._points = [(0, before.drawings / drawings)]
        element("teach-progress").hidden = False
        self._draw()

    async def add(self, progress: Progress) -> None:
        self.last = progress.score
        self._points.append((progress.epoch, progress.score.drawings / self._drawings))
        element("teach-words").textContent = (
            f"Round {progress.epoch} of {progress.epochs}: right on {progress.score.drawings} of "
            f"{self._drawings} of your drawings, and on {progress.score.samples} of the samples"
        )
        self._draw()

    def _draw(self) -> None:
        path = " ".join(
            f"{'L' if number else 'M'}{4 + 192 * epoch / EPOCHS:.1f} {44 - 40 * part:.1f}"
            for number, (epoch, part) in enumerate(self._points)
        )
        element("teach-curve").setAttribute("d", path)


def _small(strokes: Any, digit: int) -> Any:
    """Return a small picture of a drawing, with its digit."""
    canvas = document.createElement("canvas")
    canvas.width = canvas.height = _SIDE
    canvas.setAttribute("aria-hidden", "true")
    paint(canvas.getContext("2d"), Drawing(strokes).picture(8, 8), _SIDE)
    return create("li", "", canvas, create("span", str(digit)))
