"""TensorFlow.js side by side: the model in use in both, and the same ten numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from js import Float32Array, Uint8Array, inTensorFlow
from pyodide.ffi import to_js

import pyio
from web.page.panels import Messages, create, element, listen, operate, working
from web.page.reasons import PageError

if TYPE_CHECKING:
    from web.page.drawing import Paper
    from web.page.model import ModelInUse


class SideBySide:
    """The part that shows what TensorFlow.js says to the same drawing."""

    def __init__(self, model: ModelInUse, paper: Paper) -> None:
        self._model, self._paper = model, paper
        self._loaded: Any = None
        self._messages = Messages("compare")
        listen(element("compare"), "click", lambda _: operate(self._compare()))

    async def _compare(self) -> None:
        async with working(self._messages, "Starting TensorFlow.js …", "It was not compared."):
            artifacts = self._model.artifacts
            if artifacts is None or self._model.classifier is None:
                raise PageError("There is no model to compare. Load one first.")
            if not self._paper.drawing:
                raise PageError("Draw something first, or show a sample.")
            version = await inTensorFlow.load(
                pyio.get_model_json(artifacts, ["./weights.bin"]),
                Uint8Array.new(to_js(b"".join(artifacts.weight_data or ()))),
            )
            self._loaded = artifacts
            greatest = self._show()
            self._messages.say(
                f"TensorFlow.js {version} runs beside Python. The greatest difference is "
                f"{greatest:.1g}."
            )

    def drawn(self) -> None:
        """Compare again with what is drawn now, if the same model is in both."""
        if self._loaded is None:
            return
        if self._loaded is not self._model.artifacts or not self._paper.drawing:
            element("compared").hidden = True
            self._messages.say("")
            return
        greatest = self._show()
        self._messages.say(f"The greatest difference is {greatest:.1g}.")

    def _show(self) -> float:
        """Show both results, and return the greatest difference."""
        classifier, drawing = self._model.classifier, self._paper.drawing
        assert classifier is not None
        example = classifier.sight.example(drawing)
        values = Float32Array.new(to_js(example.reshape(-1)))
        theirs = np.array(inTensorFlow.predict(values, to_js(list(example.shape))).to_py())
        ours = classifier.outputs(drawing)
        rows = zip(classifier.labels, ours.tolist(), theirs.tolist(), strict=True)
        element("compared-rows").replaceChildren(
            *(
                create(
                    "tr",
                    "",
                    create("th", label, scope="row"),
                    create("td", f"{one:.8f}", class_="number"),
                    create("td", f"{other:.8f}", class_="number"),
                )
                for label, one, other in rows
            )
        )
        element("compared").hidden = False
        return float(np.abs(ours - theirs).max())
