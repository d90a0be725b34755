"""What every panel of the page needs: elements, listeners, messages, and one operation at a time.

Listeners live as long as the page does; what changes has none of its own (the table has one
listener for all of its buttons), so nothing is left behind when it is built anew.
"""

from __future__ import annotations

import asyncio
import traceback
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from js import document
from pyodide.ffi.wrappers import add_event_listener

import pyio
from web.digits import NotADigitModelError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

_tasks: set[asyncio.Future[None]] = set()  # asyncio itself does not keep a running task alive


def element(name: str) -> Any:
    """Return the element whose id is `name`, which index.html has."""
    return document.getElementById(name)


def create(tag: str, text: str = "", **attributes: str) -> Any:
    """Return a new element; `class_` and `aria_label` become class and aria-label."""
    made = document.createElement(tag)
    made.textContent = text
    for name, value in attributes.items():
        made.setAttribute(name.rstrip("_").replace("_", "-"), value)
    return made


def listen(target: Any, event: str, handler: Callable[[Any], None]) -> None:
    """Call `handler` with every `event` at `target`, as long as the page lives."""
    add_event_listener(target, event, handler)


def start(work: Coroutine[Any, Any, None]) -> None:
    """Let `work` run on its own."""
    task = asyncio.ensure_future(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


class Messages:
    """The place in a panel where it says what it did and what went wrong."""

    def __init__(self, panel: str) -> None:
        self._heading = element(f"{panel}-heading")
        self._status = element(f"{panel}-status")
        self._alerts = element(f"{panel}-alerts")
        listen(self._alerts, "click", self._clicked)

    def say(self, text: str) -> None:
        self._status.textContent = text

    def clear(self) -> None:
        self.say("")
        self._alerts.replaceChildren()

    def fail(self, what: str, error: BaseException) -> None:
        """Show that `what` happened, and why."""
        self.say("")
        box = element("alert-template").content.firstElementChild.cloneNode(True)
        box.querySelector(".what").textContent = what
        expected = isinstance(error, pyio.PyioError | NotADigitModelError)
        box.querySelector(".why").textContent = (
            _sentence(str(error)) if expected else f"This was not foreseen: {error!r}"
        )
        if not expected:
            box.querySelector("details").hidden = False
            box.querySelector("pre").textContent = "".join(traceback.format_exception(error))
        self._alerts.replaceChildren(box)

    def _clicked(self, event: Any) -> None:
        if event.target.closest(".dismiss"):
            self._alerts.replaceChildren()
            self._heading.focus()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


@asynccontextmanager
async def working(messages: Messages, doing: str, failed: str) -> AsyncIterator[None]:
    """Switch all controls off while the block runs; an exception in it becomes a message.

    `doing` is what the status line says meanwhile, `failed` the headline of the message.
    """
    focused = document.activeElement
    messages.clear()
    messages.say(doing)
    _switch(on=False)
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, the person has to read of it
        messages.fail(failed, error)
    finally:
        _switch(on=True)
        _focus_again(focused)


def idle() -> bool:
    """Whether no operation runs."""
    return bool(document.body.dataset.state == "ready")


def _switch(*, on: bool) -> None:
    for fieldset in document.querySelectorAll("fieldset.controls"):
        fieldset.disabled = not on
    document.body.dataset.state = "ready" if on else "working"


def _focus_again(focused: Any) -> None:
    """Put the focus back where it was, or on the heading of its panel if that is gone."""
    if not focused.isConnected:
        focused = element(focused.id) or element("stored-heading")
    focused.focus()
