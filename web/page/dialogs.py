"""The two dialogs of the page: yes or no, and where a model goes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from js import document

from web.page.panels import element, listen


class _Dialog:
    """A modal ``<dialog>``: its form is submitted with the value "yes", or cancelled."""

    def __init__(self, name: str) -> None:
        self._element = element(name)
        self._answer: asyncio.Future[bool] | None = None
        listen(self._element, "close", self._closed)
        listen(self._element.querySelector(".cancel"), "click", lambda _: self._element.close())

    def _write(self, part: str, text: str) -> None:
        self._element.querySelector(part).textContent = text

    async def _asked(self) -> bool:
        self._answer = asyncio.get_running_loop().create_future()
        self._element.returnValue = ""  # else Escape would return the previous answer
        self._element.showModal()
        return await self._answer

    def _closed(self, _event: Any) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(self._element.returnValue == "yes")


class Question(_Dialog):
    """Yes or no. "No" has the focus."""

    def __init__(self) -> None:
        super().__init__("question")

    async def ask(self, title: str, text: str, yes: str) -> bool:
        self._write("h2", title)
        self._write("p", text)
        self._write(".yes", yes)
        return await self._asked()


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a model goes, and whether it stays where it is as well."""

    place: str
    name: str
    keeps: bool


class Destination(_Dialog):
    """A place and a name, and whether the model is copied or moved."""

    def __init__(self) -> None:
        super().__init__("destination")
        self._moves = True
        listen(self._element, "change", lambda _: self._name_button())

    def _name_button(self) -> None:
        """Let the button say what it does."""
        copies = "Copy" if element("destination-keep").checked else "Move"
        self._write(".yes", copies if self._moves else "Keep it")

    async def ask(self, title: str, place: str, name: str, *, moves: bool = True) -> Goal | None:
        """Return what was chosen, starting from `place` and `name`, or None.

        Without `moves` there is no model yet that could be moved.
        """
        self._write("h2", title)
        self._moves = moves
        element("destination-choice").hidden = not moves
        element("destination-name").value = name
        wanted = element(f"destination-{place}")
        if wanted.disabled:  # this browser refuses that place
            wanted = document.querySelector("input[name=destination-place]:enabled") or wanted
        wanted.checked = True
        element("destination-keep").checked = True
        self._name_button()
        if not await self._asked():
            return None
        chosen = document.querySelector("input[name=destination-place]:checked").value
        name = element("destination-name").value
        return Goal(str(chosen), str(name), bool(element("destination-keep").checked))
