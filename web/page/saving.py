"""The form that saves the model in use under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from js import document

import pyio
from web.page import words
from web.page.panels import Messages, Offer, element, listen, operate, working
from web.page.places import remove
from web.page.reasons import PageError, checked_name, enough

if TYPE_CHECKING:
    from collections.abc import Iterable

    from web.page.dialogs import Question
    from web.page.model import ModelInUse
    from web.page.stored import Stored

_FAILED = "The model was not saved."


class Saving:
    """Saves to the places of this browser, and offers downloads."""

    def __init__(self, model: ModelInUse, stored: Stored, question: Question) -> None:
        self._model, self._stored, self._question = model, stored, question
        self._messages = Messages("save")
        self._name = element("save-name")
        self._form = element("save-form")
        listen(self._form, "submit", self._submitted)
        listen(self._form, "change", lambda _: self.show_choice())
        listen(self._name, "input", lambda _: self._name.removeAttribute("aria-invalid"))

    def suggest(self, name: str) -> None:
        """Put `name` into the form."""
        self._name.value = name

    def show_choice(self) -> None:
        """Show which files there are only where a download is chosen."""
        element("save-files").hidden = not element("save-downloads").checked

    def _submitted(self, event: Any) -> None:
        event.preventDefault()
        operate(self._save())

    async def _save(self, removed: Iterable[str] = ()) -> None:
        """Save, after removing models that were offered for it."""
        place = str(document.querySelector("input[name=save-place]:checked").value)
        async with working(self._messages, "Saving …", _FAILED):
            self._name.removeAttribute("aria-invalid")
            try:
                name = checked_name(str(self._name.value))
                for url in removed:
                    await remove(url)
                    self._model.moved(url, None)
                self._messages.say(await self._save_to(place, name))
            except (PageError, pyio.InvalidURLError):
                self._name.setAttribute("aria-invalid", "true")
                raise
            except pyio.QuotaExceededError as error:
                self._messages.fail(_FAILED, error, *self._offers(error))
            finally:
                if removed:
                    await self._stored.refresh()

    def _offers(self, error: pyio.QuotaExceededError) -> list[Offer]:
        chosen = enough(error)
        if not chosen:
            return []
        urls = [url for url, _ in chosen]
        freed = words.size(sum(size for _, size in chosen))
        what = f"“{words.split(urls[0])[1]}”" if len(urls) == 1 else f"{len(urls)} other models"
        return [Offer(f"Remove {what} ({freed}) and save", lambda: self._save(urls))]

    async def _save_to(self, place: str, name: str) -> str:
        """Save, and return a sentence that says what was done."""
        artifacts = self._model.artifacts
        if artifacts is None:
            raise PageError("There is no model to save. Load one first.")
        if place == "downloads":
            chosen = str(element("save-format").value)
            result = await pyio.save_artifacts(artifacts, f"downloads://{name}", format=chosen)
            return f"Offered {words.size(result.model_artifacts_info.total_bytes)} as a download."
        url = f"{place}://{name}"
        if await pyio.exists(url) and not await self._question.ask(
            "Replace the model?",
            f"There is a model {words.described(url)} already. Saving replaces it.",
            "Replace",
        ):
            return "Nothing was saved."
        result = await pyio.save_artifacts(artifacts, url)
        await self._stored.refresh()
        size = words.size(result.model_artifacts_info.total_bytes)
        return f"Saved {words.described(url)}: {size}."
