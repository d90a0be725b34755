"""The model in use: the trained one that comes with the page, or one that was stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyio
from web import words
from web.digits import Classifier, classifier_of
from web.page import Messages, element, listen, operate, working

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyio import ModelArtifacts


class ModelInUse:
    """The model that predicts and that is saved; its panel shows which one that is.

    Args:
        changed: Called after another model is taken into use.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.artifacts: ModelArtifacts | None = None
        self.classifier: Classifier | None = None
        self.url: str | None = None
        self._changed = changed
        self._messages = Messages("model")
        listen(element("use-trained"), "click", lambda _: operate(self.use_trained()))

    async def use_trained(self) -> None:
        """Load the trained model that is served beside the page, and use it."""
        async with working(
            self._messages, "Loading the trained model …", "The trained model was not loaded."
        ):
            self.use(await pyio.load_artifacts(pyio.http("model/model.json")), None)
            self._messages.say("")

    def use(self, artifacts: ModelArtifacts, url: str | None) -> None:
        """Use `artifacts`, which were loaded from `url`; None stands for the trained model.

        Raises NotADigitModelError or PyioError, and then the previous model stays in use.
        """
        self.classifier = classifier_of(artifacts)
        self.artifacts = artifacts
        self._show(url)
        self._changed()

    def moved(self, url: str, to: str | None) -> None:
        """Show that the model of `url` is stored at `to` now, or was removed if `to` is None."""
        if url == self.url:
            self._show(to)
            if to is None:
                element(
                    "model-from"
                ).textContent = (
                    f"was {words.described(url)}, which is removed; it is still in use here"
                )

    def _show(self, url: str | None) -> None:
        assert self.artifacts is not None
        assert self.classifier is not None
        self.url = url
        info = pyio.get_model_artifacts_info_for_json(self.artifacts)
        facts = {
            "name": words.split(url)[1] if url else "Digit recogniser",
            "from": words.place(url) if url else "came with this page",
            "parameters": f"{self.classifier.parameters:,}",
            "size": f"{info.total_bytes:,} bytes",
            "accuracy": _accuracy(self.artifacts.user_defined_metadata),
        }
        for name, fact in facts.items():
            element(f"model-{name}").textContent = fact


def _accuracy(metadata: Any) -> str:
    accuracy = metadata.get("testAccuracy") if isinstance(metadata, dict) else None
    if not isinstance(accuracy, float):
        return "not stated"
    return f"{100 * accuracy:.1f}\N{NO-BREAK SPACE}% of new digits"
