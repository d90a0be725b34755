"""What every panel of the page needs: elements, listeners, messages, and one operation at a time.

Listeners live as long as the page does. Elements that are replaced have no listeners of their own:
the table has one for all of its buttons, so nothing is left behind when its rows are made again.
"""

from __future__ import annotations

import asyncio
import traceback
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from js import document
from pyodide.ffi.wrappers import add_event_listener

from web.page.reasons import reason

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

_tasks: set[asyncio.Future[None]] = set()  # asyncio itself does not keep a running task alive


def element(name: str) -> Any:
    """Return the element of index.html whose id is `name`."""
    return document.getElementById(name)


def create(tag: str, text: str = "", *children: Any, **attributes: str) -> Any:
    """Return a new element; `class_` and `aria_label` become class and aria-label."""
    made = document.createElement(tag)
    made.textContent = text
    for name, value in attributes.items():
        made.setAttribute(name.rstrip("_").replace("_", "-"), value)
    made.append(*children)
    return made


def listen(target: Any, event: str, handler: Callable[[Any], None]) -> None:
    """Call `handler` with every `event` of `target` for as long as the page lives."""
    add_event_listener(target, event, handler)


@dataclass(frozen=True, slots=True)
class Offer:
    """A button in a message: what it says, and what it starts."""

    label: str
    start: Callable[[], Coroutine[Any, Any, None]]


class Messages:
    """The part of a panel that shows what was done and what failed."""

    def __init__(self, panel: str) -> None:
        self._heading = element(f"{panel}-heading") or element("model-heading")
        self._status = element(f"{panel}-status")
        self._alerts = element(f"{panel}-alerts")
        self._offers: list[Offer] = []
        listen(self._alerts, "click", self._clicked)

    def say(self, text: str) -> None:
        self._status.textContent = text

    def clear(self) -> None:
        self.say("")
        self._alerts.replaceChildren()

    def fail(self, what: str, error: BaseException, *offers: Offer) -> None:
        """Show `what` failed and why, with a button for each of `offers`."""
        self.say("")
        why = reason(error)
        said = "".join(traceback.format_exception(error)) if why is None else str(error)
        details = "" if said == why else said
        box = self._box(what, why or f"This was not foreseen: {error!r}", details)
        self._offers = list(offers)
        for offer in offers:
            box.querySelector(".offers").append(
                create("button", offer.label, type="button", class_="offer")
            )
        self._alerts.replaceChildren(box)

    def warn(self, what: str, why: str, details: str = "") -> None:
        """Show a message that is no failure of what was just done."""
        self._alerts.replaceChildren(self._box(what, why, details))

    def bring_into_view(self) -> None:
        """Scroll to a message: the button that was pressed may be far below it."""
        box = self._alerts.firstElementChild
        if box:
            box.scrollIntoView(block="nearest")

    def _box(self, what: str, why: str, details: str) -> Any:
        box = element("alert-template").content.firstElementChild.cloneNode(True)
        box.querySelector(".what").textContent = what
        box.querySelector(".why").textContent = why
        box.querySelector("details").hidden = not details
        box.querySelector("pre").textContent = details
        return box

    def _clicked(self, event: Any) -> None:
        offer = event.target.closest(".offer")
        if offer:
            buttons = list(self._alerts.querySelectorAll(".offer"))
            operate(self._offers[buttons.index(offer)].start())
        elif event.target.closest(".dismiss"):
            self._alerts.replaceChildren()
            self._heading.focus()


class _Controls:
    """All buttons and fields of the page. They are disabled while an operation runs."""

    def __init__(self) -> None:
        self._focused: Any = None

    def off(self) -> None:
        self._focused = document.activeElement
        self._switch(on=False)

    def on(self) -> None:
        """Enable the controls and restore the focus, or focus the heading if its row is gone."""
        self._switch(on=True)
        focused = self._focused
        if not focused.isConnected:
            focused = element(focused.id) or element("stored-heading")
        focused.focus()

    def _switch(self, *, on: bool) -> None:
        for fieldset in document.querySelectorAll("fieldset.controls"):
            fieldset.disabled = not on
        document.body.dataset.state = "ready" if on else "working"


_controls = _Controls()


def operate(work: Coroutine[Any, Any, None]) -> None:
    """Start `work`, which uses `working`, as a task, unless another operation is running."""
    if document.body.dataset.state != "ready":
        work.close()
        return
    _controls.off()
    task = asyncio.ensure_future(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


@contextmanager
def reported(messages: Messages, failed: str) -> Iterator[None]:
    """Show an exception in the block as a message with the headline `failed`."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - every failure is shown
        messages.fail(failed, error)


@asynccontextmanager
async def working(messages: Messages, doing: str, failed: str) -> AsyncIterator[None]:
    """Disable all controls while the block runs, and show an exception as `reported` does.

    The status line shows `doing` meanwhile, unless that is empty.
    """
    if document.body.dataset.state != "working":
        _controls.off()
    if doing:
        messages.clear()
        messages.say(doing)
    try:
        with reported(messages, failed):
            yield
    finally:
        _controls.on()
        if doing:
            messages.bring_into_view()
