"""Finding a page that already has the script, on a channel that all pages of the origin know."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pyio.browser.bridge.script import mark
from pyio.browser.ffi import JSObject, create_proxy, js, options

if TYPE_CHECKING:
    from collections.abc import Callable

_STEP = 0.05
"""Seconds between two requests. All pages that are not busy respond in that time."""


class Meeting:
    """Asks which pages are there, and has one serve the channel `name`.

    It listens until it is closed, and calls `noticed` when a page appears later.
    """

    def __init__(self, name: str, noticed: Callable[[], None]) -> None:
        self._name = name
        self._noticed = noticed
        self._pages: list[JSObject] = []
        self._channel_js: JSObject = None
        self._listener: JSObject = None

    async def claim(self, patience: float) -> str:
        """Have the page of this worker, or the one used last, serve the channel.

        Returns why that failed, or "".
        """
        self._open()
        self._pages.clear()
        worker = str(getattr(js, "name", ""))
        for _ in range(round(patience / _STEP)):
            self._post(asks=self._name, worker=worker)
            await asyncio.sleep(_STEP)
            knows = "pyio-page-" in worker  # and then it waits for that page
            pages = [page_js for page_js in self._pages if page_js.own or not knows]
            if pages:
                return self._take(max(pages, key=lambda page_js: tuple(page_js.rank)))
        return f"no page answered within {patience:.0f} seconds"

    def close(self) -> None:
        """Stop listening."""
        if self._channel_js is not None:
            self._channel_js.close()
            self._listener.destroy()
            self._channel_js = self._listener = None

    def _take(self, page_js: JSObject) -> str:
        if page_js.mark != mark():
            return "the page has the bridge of another version of pyio"
        self._post(claims=self._name, page=page_js.page)
        return ""

    def _open(self) -> None:
        if self._channel_js is None:
            self._channel_js = js.BroadcastChannel.new("pyio")
            self._listener = create_proxy(self._heard)
            self._channel_js.onmessage = self._listener

    def _heard(self, event_js: JSObject) -> None:
        data_js = event_js.data
        if hasattr(data_js, "here"):
            self._noticed()
        elif getattr(data_js, "asked", None) == self._name:
            self._pages.append(data_js)
            self._noticed()

    def _post(self, **message: Any) -> None:
        self._channel_js.postMessage(options(**message))
