"""The form that saves the model in use under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from js import document

import pyio
from web import words
from web.page import Messages, element, listen, operate, working

if TYPE_CHECKING:
    from web.dialogs import Question
    from web.model import ModelInUse
    from web.stored import Stored


class Saving:
    """Saves to IndexedDB and localStorage, and offers downloads."""

    def __init__(self, model: ModelInUse, stored: Stored, question: Question) -> None:
        self._model, self._stored, self._question = model, stored, question
        self._messages = Messages("save")
        self._name = element("save-name")
        listen(element("save-form"), "submit", self._submitted)
        listen(self._name, "input", self._typed)

    def _typed(self, _event: Any) -> None:
        self._name.removeAttribute("aria-invalid")

    def _submitted(self, event: Any) -> None:
        event.preventDefault()
        operate(self._save())

    async def _save(self) -> None:
        place = document.querySelector("input[name=save-place]:checked").value
        name = self._name.value.strip()
        self._name.removeAttribute("aria-invalid")
        async with working(self._messages, "Saving …", "The model was not saved."):
            try:
                self._messages.say(await self._save_to(place, name))
            except pyio.InvalidURLError:
                self._name.setAttribute("aria-invalid", "true")
                raise

    async def _save_to(self, place: str, name: str) -> str:
        """Save, and return a sentence that says what was done."""
        if self._model.artifacts is None:
            return "There is no model to save. Load one first."
        if place in ("downloads", "zip"):
            target = f"downloads://{name}"
            result = await pyio.save_artifacts(
                self._model.artifacts, target, single_file=place == "zip"
            )
            size = words.size(result.model_artifacts_info.total_bytes)
            return f"Offered {size} as a download."
        url = f"{place}://{name}"
        if await pyio.exists(url) and not await self._question.ask(
            "Replace the model?",
            f"There is a model {words.described(url)} already. Saving replaces it.",
            "Replace",
        ):
            return "Nothing was saved."
        result = await pyio.save_artifacts(self._model.artifacts, url)
        await self._stored.refresh()
        size = words.size(result.model_artifacts_info.total_bytes)
        return f"Saved {words.described(url)}: {size}."
