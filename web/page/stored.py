"""Everything that is stored, place by place, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from js import document

import pyio
from web.page import computer, server, words
from web.page.panels import Messages, Offer, element, listen, operate, reported, working
from web.page.places import (
    OTHER,
    PLACES,
    is_outside,
    offer,
    offer_outside,
    refusal_words,
    remove,
    shelves,
)
from web.page.reasons import PageError, checked_name, enough
from web.page.rows import Contents, group

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from web.page.dialogs import Destination, Goal, Question
    from web.page.model import ModelInUse
    from web.page.places import Shelf

_NOTHING = "Nothing is stored here yet. What you save here stays after a reload."
_REFUSED = "Nothing can be stored here."
_PAST = {"Load": "loaded", "Copy": "copied", "Remove": "removed"}
_DOING = {"Load": "Loading", "Copy": "Copying", "Remove": "Removing"}
_KEPT = "The browser keeps all of this, even when the disk is nearly full."
_NOT_KEPT = "When the disk is nearly full, the browser may delete all of this."


class Stored:
    """Lists the stored models; loads, copies, moves and removes them.

    Attributes:
        look: Shows what is in the model of an address; another panel does that.
    """

    def __init__(self, model: ModelInUse, destination: Destination, question: Question) -> None:
        self._model, self._destination, self._question = model, destination, question
        self.look: Callable[[str], Coroutine[Any, Any, None]] | None = None
        self._messages = Messages("stored")
        self._contents = Contents()
        self._table = element("stored-table")
        self._dragged = ""
        for event, handler in {
            "click": self._clicked,
            "dragstart": self._drag_started,
            "dragover": self._dragged_over,
            "dragleave": lambda _: self._mark(None),
            "dragend": lambda _: self._mark(None),
            "drop": self._dropped,
        }.items():
            listen(self._table, event, handler)
        listen(document, "visibilitychange", self._seen_again)
        listen(element("keep"), "click", lambda _: operate(self._keep()))
        listen(element("folder"), "click", lambda _: operate(self._add_folder()))
        listen(element("server-form"), "submit", self._server_named)

    async def refresh(self) -> None:
        """Show what is stored now, or why it cannot be listed."""
        with reported(self._messages, "What is stored here cannot be listed."):
            found, report = await shelves()
            await self._contents.look_into(found)
            self._show(found)
            self._show_persistence(report)

    def _show(self, found: list[Shelf]) -> None:
        refused = [shelf for shelf in found if shelf.refused and shelf.scheme in PLACES]
        offer(refused)
        offer_outside()
        element("save-form").dispatchEvent(_change())
        told = refusal_words(refused)
        if told is not None:
            self._messages.warn(*told)
        in_use = self._model.url
        for old in list(self._table.tBodies):
            old.remove()
        self._table.append(
            *(group(shelf, self._contents, in_use) for shelf in found if shelf not in refused)
        )
        anything = any(shelf.models or shelf.scheme not in PLACES for shelf in found)
        self._table.hidden = not anything
        element("stored-nothing").hidden = anything
        element("stored-nothing").textContent = (
            _REFUSED if len(refused) == len(PLACES) else _NOTHING
        )

    def _show_persistence(self, report: pyio.StorageReport) -> None:
        element("kept").hidden = report.persisted is None or self._table.hidden
        element("kept-words").textContent = _KEPT if report.persisted else _NOT_KEPT
        element("keep").hidden = report.persisted is not False

    async def _keep(self) -> None:
        async with working(self._messages, "Asking the browser …", "The browser was not asked."):
            if await pyio.request_persistence():
                done = "The browser keeps what is stored here from now on."
            else:
                done = (
                    "The browser does not promise it now. It may after you have used the page "
                    "more often, or installed it."
                )
            await self.refresh()
            self._messages.say(done)

    async def _add_folder(self) -> None:
        async with working(self._messages, "Waiting for a folder …", "There is no folder."):
            chosen = await computer.choose()
            await self.refresh()
            self._messages.say("" if chosen else "No folder was chosen.")

    def _server_named(self, event: Any) -> None:
        event.preventDefault()
        operate(self._add_server(str(element("server").value), str(element("token").value)))

    async def _add_server(self, address: str, token: str) -> None:
        async with working(self._messages, "Asking the server …", "The server was not added."):
            await server.add(address, token)
            await self.refresh()
            self._messages.say(f"The models of {server.chosen()} are shown below.")

    async def start(self) -> None:
        """Show what is stored when the page starts."""
        async with working(self._messages, "", ""):
            await self.refresh()

    def _seen_again(self, _event: Any) -> None:
        # Another tab may have changed what is stored.
        if document.visibilityState == "visible":
            operate(self.start())

    # ------------------------------------------------------------ dragging

    def _drag_started(self, event: Any) -> None:
        row = event.target.closest("tr")
        self._dragged = str(row.dataset.url) if row and row.dataset.url else ""
        event.dataTransfer.setData("text/plain", self._dragged)
        event.dataTransfer.effectAllowed = "copyMove"

    def _place_below(self, event: Any) -> Any:
        """Return the part of the table below the pointer, if the dragged model is not in it."""
        body = event.target.closest("tbody")
        elsewhere = body and not self._dragged.startswith(f"{body.dataset.place}://")
        return body if self._dragged and elsewhere else None

    def _dragged_over(self, event: Any) -> None:
        body = self._place_below(event)
        self._mark(body)
        if body:
            event.preventDefault()

    def _mark(self, body: Any) -> None:
        for each in self._table.tBodies:
            each.classList.toggle("target", body is not None and each.isSameNode(body))

    def _dropped(self, event: Any) -> None:
        body = self._place_below(event)
        self._mark(None)
        if body:
            event.preventDefault()
            event.stopPropagation()
            operate(self._run("Copy", self._dragged, str(body.dataset.place)))

    # ------------------------------------------------------------ actions

    def _clicked(self, event: Any) -> None:
        button = event.target.closest("button")
        if button and button.dataset.action == "Look" and self.look is not None:
            operate(self.look(str(button.dataset.url)))
        elif button:
            operate(self._run(str(button.dataset.action), str(button.dataset.url)))

    async def _run(self, action: str, url: str, place: str = "") -> None:
        act = {"Load": self._load, "Copy": self._transfer, "Remove": self._remove}
        what = words.described(url)
        failed = f"{what} was not {_PAST[action]}."
        async with working(self._messages, f"{_DOING[action]} {what} …", failed):
            try:
                done = await act[action](url, place)
            except pyio.QuotaExceededError as error:
                self._messages.fail(failed, error, *self._offers(error, url, place))
                return
            await self.refresh()
            self._messages.say(done)

    def _offers(self, error: pyio.QuotaExceededError, url: str, place: str) -> list[Offer]:
        chosen = [(other, size) for other, size in enough(error) if other != url]
        freed = words.size(sum(size for _, size in chosen))
        urls = [other for other, _ in chosen]
        what = f"“{words.split(urls[0])[1]}”" if len(urls) == 1 else f"{len(urls)} other models"
        again = lambda: self._after_removal(urls, url, place)  # noqa: E731 - shorter than a method
        return [Offer(f"Remove {what} ({freed}) and try again", again)] if urls else []

    async def _after_removal(self, removed: Iterable[str], url: str, place: str) -> None:
        for each in removed:
            await remove(each)
            self._model.moved(each, None)
        await self._run("Copy", url, place)

    async def _load(self, url: str, _place: str) -> str:
        self._model.use(await pyio.load_artifacts(url), url)
        element("save-name").value = self._model.name  # a save must not aim at another model
        return f"{words.described(url)} is in use now."

    async def _transfer(self, url: str, place: str) -> str:
        """Copy or move to the place and name that the person chooses."""
        scheme, name = words.split(url)
        goal = await self._destination.ask(
            f"Copy or move {words.described(url)}", place or OTHER.get(scheme, "indexeddb"), name
        )
        if goal is None:
            return "Nothing was copied or moved."
        to = f"{goal.place}://{checked_name(goal.name)}"
        if not await self._send(url, to, goal):
            return "Nothing was copied or moved."
        if not goal.keeps:
            self._model.moved(url, to)
        verb = "copied" if goal.keeps else "moved"
        return f"{words.described(url)} was {verb} to {words.described(to)}."

    async def _send(self, url: str, to: str, goal: Goal) -> bool:
        if to == url:
            raise PageError("It is there already. Choose another name or place.")
        if await pyio.exists(to) and not await self._question.ask(
            "Replace the model?",
            f"There is a model {words.described(to)} already. Copying or moving replaces it.",
            "Replace",
        ):
            return False
        outside = is_outside(url) or is_outside(to)
        if goal.keeps or outside:
            await pyio.copy_model(url, to, overwrite=True)
        else:
            await pyio.move_model(url, to, overwrite=True)
        if outside and not goal.keeps:
            await remove(url)
        return True

    async def _remove(self, url: str, _place: str) -> str:
        what = words.described(url)
        if not await self._question.ask(
            "Remove the model?", f"{what} will be deleted. This cannot be undone.", "Remove"
        ):
            return "Nothing was removed."
        await remove(url)
        self._model.moved(url, None)
        return f"{what} was removed."


def _change() -> Any:
    from js import Event

    return Event.new("change")
