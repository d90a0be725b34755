"""The model in use: the trained one that comes with the page, or any other that sees a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyio
from web.page import words
from web.page.panels import Messages, element, listen, operate, working
from web.page.sight import digit_classifier_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyio import ModelArtifacts
    from web.page.sight import Classifier

TRAINED = "Digit recogniser"
"""What the page calls its own model."""


class ModelInUse:
    """The model that predicts and that is saved; its panel shows which one that is.

    Args:
        changed: Called after another model is taken into use.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.artifacts: ModelArtifacts | None = None
        self.classifier: Classifier | None = None
        self.url: str | None = None
        self.name = TRAINED
        self._trained: ModelArtifacts | None = None
        self._changed = changed
        self._messages = Messages("model")
        listen(element("use-trained"), "click", lambda _: operate(self.use_trained()))

    async def use_trained(self) -> None:
        """Load the trained model that is served beside the page, and use it.

        It is loaded once, so that the button works without a network too.
        """
        async with working(
            self._messages, "Loading the trained model …", "The trained model was not loaded."
        ):
            if self._trained is None:
                self._trained = await pyio.load_artifacts(pyio.http("model/model.json"))
            self.use(self._trained)
            self._messages.say("")

    def use(
        self, artifacts: ModelArtifacts, url: str | None = None, *, name: str = "", origin: str = ""
    ) -> None:
        """Use `artifacts`, which were loaded from `url`, or came from elsewhere in words.

        Raises NotADigitModelError or PyioError, and then the previous model stays in use.
        """
        self.classifier = digit_classifier_of(artifacts)
        self.artifacts = artifacts
        self.name = name or (words.split(url)[1] if url else TRAINED)
        self._show(url, origin or (words.place(url) if url else "came with this page"))
        self._changed()

    def moved(self, url: str, to: str | None) -> None:
        """Show that the model of `url` is stored at `to` now, or was removed if `to` is None."""
        if url != self.url:
            return
        if to is None:
            gone = f"was {words.described(url)}, which is removed; it is still in use here"
            self._show(None, gone)
        else:
            self.name = words.split(to)[1]
            self._show(to, words.place(to))

    def saved(self, url: str) -> None:
        """Note that the model in use is stored at `url` now."""
        self.name = words.split(url)[1]
        self._show(url, words.place(url))

    def _show(self, url: str | None, origin: str) -> None:
        assert self.artifacts is not None
        assert self.classifier is not None
        self.url = url
        info = pyio.get_model_artifacts_info_for_json(self.artifacts)
        parameters = sum(
            spec.size for spec in self.artifacts.weight_specs or () if spec.group != "optimizer"
        )
        facts = {
            "name": self.name,
            "from": origin,
            "sees": self.classifier.sight.words,
            "parameters": f"{parameters:,}",
            "size": words.size(info.total_bytes),
            "accuracy": _accuracy(self.artifacts.user_defined_metadata),
        }
        for name, fact in facts.items():
            element(f"model-{name}").textContent = fact


def _accuracy(metadata: Any) -> str:
    """Return what the model says about itself: how often it is right, and what it was taught."""
    given = metadata if isinstance(metadata, dict) else {}
    taught, accuracy = given.get("taught"), given.get("testAccuracy")
    if isinstance(taught, dict) and isinstance(taught.get("right"), int):
        return f"{taught['right']} of {taught.get('drawings')} drawings of your hand"
    if isinstance(accuracy, float):
        return f"{100 * accuracy:.1f}\N{NO-BREAK SPACE}% of new digits"
    return "not stated"
