"""Finding a page that already has the script.

A worker that was created with the name of its page asks on the page's own channel, whose name both
know and no other script is told. Others ask on the channel "pyio", which every script of the origin
can hear: it could answer in place of a page. It could as well write localStorage itself, so the
bridge is no border of security; still, what no page with the same script answers is ignored.
"""

from __future__ import annotations

import asyncio
import re
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from pyio.browser.bridge.script import mark
from pyio.browser.ffi import JSObject, create_proxy, js, options

if TYPE_CHECKING:
    from collections.abc import Callable

_STEP = 0.05
"""Seconds between two requests. All pages that are not busy respond in that time."""

_PAGE = re.compile(r"pyio-page(?:-\d+){4}")
"""The name of a page, and of its own channel, within the name of its worker."""


class Meeting:
    """Asks which pages are there, and has one serve the channel `name`.

    It listens until it is closed, and calls `noticed` when a page appears later.
    """

    def __init__(self, name: str, noticed: Callable[[], None]) -> None:
        self._name = name
        self._noticed = noticed
        self._question = token_hex(16)
        self._pages: list[JSObject] = []
        self._channel_js: JSObject = None
        self._listener: JSObject = None
        page = _PAGE.search(str(getattr(js, "name", "")))
        self._channel = page[0] if page else "pyio"

    async def claim(self, patience: float) -> str:
        """Have the page of this worker, or the one used last, serve the channel.

        Returns why that failed, or "".
        """
        self._open()
        self._pages.clear()
        for _ in range(round(patience / _STEP)):
            self._post(asks=self._question)
            await asyncio.sleep(_STEP)
            pages = [page_js for page_js in self._pages if page_js.mark == mark()]
            if pages:
                self._post(claims=self._name, page=max(pages, key=_rank).page)
                return ""
        if self._pages:
            return "the page has the bridge of another version of pyio"
        return f"no page answered within {patience:.0f} seconds"

    def close(self) -> None:
        """Stop listening."""
        if self._channel_js is not None:
            self._channel_js.close()
            self._listener.destroy()
            self._channel_js = self._listener = None

    def _open(self) -> None:
        if self._channel_js is None:
            self._channel_js = js.BroadcastChannel.new(self._channel)
            self._listener = create_proxy(self._heard)
            self._channel_js.onmessage = self._listener

    def _heard(self, event_js: JSObject) -> None:
        data_js = event_js.data
        if hasattr(data_js, "here"):
            self._noticed()
        elif getattr(data_js, "asked", None) == self._question and _is_answer(data_js):
            self._pages.append(data_js)
            self._noticed()

    def _post(self, **message: Any) -> None:
        self._channel_js.postMessage(options(**message))


def _is_answer(data_js: JSObject) -> bool:
    return all(hasattr(data_js, member) for member in ("mark", "page", "rank"))


def _rank(page_js: JSObject) -> tuple[float, ...]:
    """Return how likely the person sees a page; least of all one that does not tell it so."""
    try:
        return tuple(float(part) for part in page_js.rank)
    except (TypeError, ValueError):
        return ()
