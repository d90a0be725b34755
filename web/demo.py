"""The demo page: draw a digit, see it recognised, and keep the model that recognises it."""

from __future__ import annotations

from typing import Any

from pyodide.http import pyfetch

from web.dialogs import Question
from web.digits import image_of
from web.drawing import Paper
from web.model import ModelInUse
from web.page import element, listen
from web.prediction import Prediction
from web.saving import Saving
from web.stored import Stored


class Demo:
    """Connects the panels: the drawing and the model in use give the prediction."""

    def __init__(self) -> None:
        self._prediction = Prediction()
        self._paper = Paper(self._predict)
        self.model = ModelInUse(lambda: self._predict(True))
        question = Question()
        self.stored = Stored(self.model, question)
        self._saving = Saving(self.model, self.stored, question)
        self._samples: list[list[list[int]]] = [[] for _ in range(10)]
        self._shown = 0
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
        paper, classifier = self._paper, self.model.classifier
        if classifier is None:
            self._prediction.clear("No model is in use")
        elif paper.sample is None and not paper.strokes:
            self._prediction.clear("Nothing drawn yet")
        else:
            pixels = paper.sample if paper.sample is not None else image_of(paper.strokes).tolist()
            probabilities = classifier.probabilities(pixels).tolist()
            self._prediction.show(pixels, probabilities, final=final)


async def start() -> None:
    """Start the page. boot.js calls this once."""
    demo = Demo()
    await demo.fetch_samples()
    await demo.model.use_trained()
    await demo.stored.start()
