"""The page: draw a digit, see it recognised, teach it your hand, keep and open models."""

from __future__ import annotations

from typing import Any

from pyodide.http import pyfetch

from web.page.dialogs import Destination, Question
from web.page.drawing import Paper
from web.page.model import ModelInUse
from web.page.opening import Opening
from web.page.panels import element, listen
from web.page.prediction import Prediction
from web.page.saving import Saving
from web.page.sharing import Sharing
from web.page.stored import Stored
from web.page.teaching import Teaching
from web.page.tensorflow import SideBySide


class Demo:
    """Connects the panels: the drawing and the model in use give the prediction."""

    def __init__(self) -> None:
        self._prediction = Prediction()
        self.model = ModelInUse(lambda: self._predict(True))
        question, destination = Question(), Destination()
        self.stored = Stored(self.model, destination, question)
        self.saving = Saving(self.model, self.stored, question)
        self.opening = Opening(self.model, self.stored, destination, question)
        self.stored.look = self.opening.open_address
        self._samples: list[list[list[int]]] = [[] for _ in range(10)]
        self._shown = 0
        self._paper = Paper(self._predict)
        self.teaching = Teaching(self.model, self._paper, self.saving, self._samples)
        self.sharing = Sharing(self.model, self.opening)
        self._beside = SideBySide(self.model, self._paper)
        listen(element("clear"), "click", lambda _: self._paper.clear())
        listen(element("samples"), "click", self._sample_chosen)

    async def fetch_samples(self) -> None:
        """Fetch digits that were not used in training, and enable the button of each."""
        response = await pyfetch("./model/examples.json")
        response.raise_for_status()
        for example in await response.json():
            self._samples[example["label"]].append(example["pixels"])
        for digit, button in enumerate(element("samples").querySelectorAll("button")):
            button.disabled = not self._samples[digit]

    def _sample_chosen(self, event: Any) -> None:
        button = event.target.closest("button")
        if button:
            samples = self._samples[int(button.value)]
            again = self._paper.sample in samples
            self._shown = (self._shown + 1) % len(samples) if again else 0
            self._paper.show(samples[self._shown])

    def _predict(self, final: bool) -> None:
        drawing, classifier = self._paper.drawing, self.model.classifier
        if final:
            self.opening.predict(drawing)
            self.teaching.drawn()
            self._beside.drawn()
        if classifier is None:
            self._prediction.clear("No model is in use")
        elif not drawing:
            self._prediction.clear("Nothing drawn yet")
        else:
            sight = classifier.sight
            picture = drawing.picture(sight.height, sight.width)
            probabilities = classifier.probabilities(drawing).tolist()
            self._prediction.show(picture, probabilities, final=final)


async def start() -> None:
    """Start the page. boot.js calls this once."""
    demo = Demo()
    await demo.model.use_trained()  # the first verdict, on what was drawn meanwhile
    await demo.fetch_samples()
    await demo.stored.start()
    await demo.sharing.follow()
