"""The table of everything that is stored in this browser, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from js import document, encodeURIComponent

import pyio
from web import words
from web.dialogs import Destination
from web.page import Messages, create, element, listen, operate, reported, working

if TYPE_CHECKING:
    from pyio import ModelArtifactsInfo
    from web.dialogs import Question
    from web.model import ModelInUse

_ACTIONS = ("Load", "Copy", "Move", "Remove")
_NOTHING = "Nothing is stored here yet. What you save here stays after a reload."
_OTHER = {"indexeddb": "localstorage", "localstorage": "indexeddb"}
_PAST = {"Load": "loaded", "Copy": "copied", "Move": "moved", "Remove": "removed"}
_DOING = {"Load": "Loading", "Copy": "Copying", "Move": "Moving", "Remove": "Removing"}


class Stored:
    """Lists the stored models; loads, copies, moves and removes them."""

    def __init__(self, model: ModelInUse, question: Question) -> None:
        self._model, self._question = model, question
        self._destination = Destination()
        self._messages = Messages("stored")
        self._rows = element("stored-rows")
        listen(self._rows, "click", self._clicked)
        listen(document, "visibilitychange", self._seen_again)

    async def refresh(self) -> None:
        """Show what is stored now, or why it cannot be listed."""
        with reported(self._messages, "What is stored here cannot be listed."):
            self._show(await pyio.list_models())
            await _show_room()

    def _show(self, found: dict[str, ModelArtifactsInfo]) -> None:
        self._rows.replaceChildren(*(self._row(url, info) for url, info in found.items()))
        element("stored-table").hidden = not found
        element("stored-nothing").hidden = bool(found)
        element("stored-nothing").textContent = _NOTHING

    async def start(self) -> None:
        """Show what is stored when the page starts."""
        async with working(self._messages, "", ""):
            await self.refresh()

    def _seen_again(self, _event: Any) -> None:
        # Another tab may have changed what is stored.
        if document.visibilityState == "visible":
            operate(self.start())

    def _row(self, url: str, info: ModelArtifactsInfo) -> Any:
        in_use = url == self._model.url
        row = create("tr", role="row", class_="in-use" if in_use else "")
        name = create("th", scope="row", role="rowheader", data_label="Name")
        name.append(create("span", words.split(url)[1], class_="model-name"))
        if in_use:
            name.append(create("span", "in use", class_="badge"))
        if info.damage is not None:
            name.append(create("span", f"Damaged: {info.damage}", class_="damage"))
        when = create("td", role="cell", data_label="Saved")
        if info.date_saved is None:
            when.textContent = "unknown"
        else:
            iso = info.date_saved.isoformat(timespec="seconds")
            when.append(create("time", words.date(info.date_saved), datetime=iso))
        size = words.size(info.total_bytes) if info.total_bytes else "unknown"
        row.append(
            name,
            create("td", words.place(url), role="cell", data_label="Place"),
            create("td", size, role="cell", data_label="Size", class_="number"),
            when,
            _buttons(url),
        )
        return row

    def _clicked(self, event: Any) -> None:
        button = event.target.closest("button")
        if button:
            operate(self._run(button.dataset.action, button.dataset.url))

    async def _run(self, action: str, url: str) -> None:
        act = {"Load": self._load, "Copy": self._copy, "Move": self._move, "Remove": self._remove}
        what = words.described(url)
        async with working(
            self._messages, f"{_DOING[action]} {what} …", f"{what} was not {_PAST[action]}."
        ):
            done = await act[action](url)
            await self.refresh()
            self._messages.say(done)

    async def _load(self, url: str) -> str:
        self._model.use(await pyio.load_artifacts(url), url)
        return f"{words.described(url)} is in use now."

    async def _copy(self, url: str) -> str:
        return await self._transfer("Copy", url) or "Nothing was copied."

    async def _move(self, url: str) -> str:
        return await self._transfer("Move", url) or "Nothing was moved."

    async def _transfer(self, action: str, url: str) -> str | None:
        """Copy or move to the address that the person chooses; return None if they cancel."""
        scheme, name = words.split(url)
        to = await self._destination.ask(
            f"{action} {words.described(url)}", action, _OTHER.get(scheme, "indexeddb"), name
        )
        if to is None:
            return None
        transfer = pyio.copy_model if action == "Copy" else pyio.move_model
        try:
            await transfer(url, to)
        except pyio.ModelExistsError:
            if not await self._question.ask(
                "Replace the model?",
                f"There is a model {words.described(to)} already. Copying or moving replaces it.",
                "Replace",
            ):
                return None
            await transfer(url, to, overwrite=True)
        if action == "Move":
            self._model.moved(url, to)
        return f"{words.described(url)} was {_PAST[action]} to {words.described(to)}."

    async def _remove(self, url: str) -> str:
        what = words.described(url)
        if not await self._question.ask(
            "Remove the model?", f"{what} will be deleted. This cannot be undone.", "Remove"
        ):
            return "Nothing was removed."
        await pyio.remove_model(url)
        self._model.moved(url, None)
        return f"{what} was removed."


def _buttons(url: str) -> Any:
    cell = create("td", role="cell", class_="actions")
    for action in _ACTIONS:
        button = create(
            "button",
            action,
            type="button",
            id=f"{action}-{encodeURIComponent(url)}",
            aria_label=f"{action} {words.described(url)}",
            class_="quiet danger" if action == "Remove" else "quiet",
        )
        button.dataset.action, button.dataset.url = action, url
        cell.append(button)
    return cell


async def _show_room() -> None:
    """Show the usage and the quota of this origin, as the browser estimates them."""
    room, meter = element("room-words"), element("room-meter")
    report = await pyio.storage_report()
    if report.usage is None or report.quota is None:  # an insecure address, a sandboxed frame
        meter.hidden = True
        room.textContent = "This browser does not say how much space there is."
        return
    meter.hidden = False
    meter.max, meter.value = report.quota, report.usage
    kept = "" if report.persisted else "; it may delete everything when disk space becomes scarce"
    room.textContent = (
        f"{words.size(report.usage)} of {words.size(report.quota)} used, as this browser "
        f"estimates it without localStorage{kept}"
    )
