"""Sharing the model in use by a link, and opening a page by such a link."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from js import File, URLSearchParams, history, location, navigator
from pyodide.ffi import JsException, to_js

from web.page import words
from web.page.links import name_in, packed, unpacked
from web.page.panels import Messages, element, listen, operate, working
from web.page.reasons import PageError

if TYPE_CHECKING:
    from web.page.model import ModelInUse
    from web.page.opening import Opening


class Sharing:
    """The button that makes a link, and the links that lead here."""

    def __init__(self, model: ModelInUse, opening: Opening) -> None:
        self._model, self._opening = model, opening
        self._messages = Messages("share")
        listen(element("share"), "click", lambda _: operate(self._share()))

    async def _share(self) -> None:
        async with working(self._messages, "Making a link …", "There is no link."):
            if self._model.artifacts is None:
                raise PageError("There is no model to share. Load one first.")
            name = re.sub(r"[^\w-]+", "-", self._model.name).strip("-")[:40] or "model"
            link = f"{location.href.partition('#')[0].partition('?')[0]}"
            link += packed(self._model.artifacts, name)
            field = element("share-link")
            field.value = link
            element("share-part").hidden = False
            size = words.size(len(link))
            try:
                await navigator.clipboard.writeText(link)
                self._messages.say(f"The link is copied ({size}). The model is in it.")
            except (AttributeError, JsException):  # no permission, or an insecure address
                field.select()
                self._messages.say(f"Copy the link ({size}). The model is in it.")

    async def follow(self) -> None:
        """Open what the page's own address names: ``#model=…`` or ``?model=ADDRESS``."""
        address = URLSearchParams.new(location.search).get("model")
        if address:
            await self._opening.open_address(str(address), use=True)
        elif location.hash:
            try:
                archive = unpacked(str(location.hash))
            except PageError as error:
                self._messages.fail("The model of this link was not opened.", error)
                return
            if archive is not None:
                await self._opening.open_files([_file(archive)], use=True)
                # A reload should not open it again, after something else was taken into use.
                history.replaceState(None, "", location.href.partition("#")[0])


def _file(archive: bytes) -> Any:
    return File.new(to_js([to_js(archive)]), f"{name_in(archive)}.zip")
