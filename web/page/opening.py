"""Any model: dropped, picked, stored here or at an address. What it is, and what it says."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from js import document, droppedFiles

import pyio
from web.page import words
from web.page.dissection import show_model
from web.page.panels import Messages, element, listen, operate, working
from web.page.reasons import PageError, checked_name
from web.page.sight import Drawing, NotADigitModelError, classifier_of, model_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from web.page.dialogs import Destination, Question
    from web.page.model import ModelInUse
    from web.page.sight import AnyModel, Classifier
    from web.page.stored import Stored

_FAILED = "This was not opened."
_TOP = 5
"""Outputs that are shown, the highest first."""


class Opened:
    """A model that was opened: its artifacts, and what could be made of them."""

    def __init__(
        self, name: str, found: pyio.Inspection, artifacts: pyio.ModelArtifacts, url: str | None
    ) -> None:
        self.name, self.found, self.artifacts, self.url = name, found, artifacts, url
        self.model: AnyModel | None = None
        self.classifier: Classifier | None = None
        self.problem = ""
        try:
            self.model = model_of(artifacts) if found.layers else None
            self.classifier = classifier_of(artifacts, self.model) if self.model else None
        except NotADigitModelError:
            pass  # it computes, though not from drawings
        except pyio.PyioError as error:
            self.problem = str(error)


class Opening:
    """The panel that opens models of all kinds."""

    def __init__(
        self, use: ModelInUse, stored: Stored, destination: Destination, question: Question
    ) -> None:
        self._use, self._stored = use, stored
        self._destination, self._question = destination, question
        self._messages = Messages("open")
        self._opened: Opened | None = None
        self._drawing: Drawing = Drawing()
        for name in ("files", "folder"):
            picker = element(f"pick-{name}")
            listen(element(f"choose-{name}"), "click", partial(_press, picker))
            listen(picker, "change", self._picked)
        listen(document, "dragover", self._dragged_over)
        listen(document, "dragleave", lambda _: _highlight(on=False))
        listen(document, "drop", self._dropped)
        listen(element("address-form"), "submit", self._addressed)
        listen(element("opened-use"), "click", lambda _: operate(self._take()))
        listen(element("opened-keep"), "click", lambda _: operate(self._keep()))
        listen(element("opened-download"), "click", lambda _: operate(self._download()))

    # ------------------------------------------------------------ what is opened

    def _picked(self, event: Any) -> None:
        files = list(event.target.files)
        event.target.value = ""  # else picking the same files again would be no change
        if files:
            operate(self._open_files(_ready(files)))

    def _dragged_over(self, event: Any) -> None:
        if "Files" in list(event.dataTransfer.types):
            event.preventDefault()
            _highlight(on=True)

    def _dropped(self, event: Any) -> None:
        _highlight(on=False)
        if "Files" in list(event.dataTransfer.types):
            event.preventDefault()
            operate(self._open_files(droppedFiles(event.dataTransfer)))

    def _addressed(self, event: Any) -> None:
        event.preventDefault()
        operate(self.open_address(str(element("address").value).strip()))

    async def _open_files(self, coming: Awaitable[Any]) -> None:
        async with working(self._messages, "Reading the files …", _FAILED):
            files = list(await coming)
            if not files:
                raise PageError("There are no files in it.")
            await self._open(lambda: pyio.browser_files(files), _name_of(files))

    async def open_files(self, files: list[Any], *, use: bool) -> None:
        """Open a model in files, and take it into use if it recognises digits."""
        await self._open_files(_ready(files))
        self._use_opened(wanted=use)

    async def open_address(self, url: str, *, use: bool = False) -> None:
        """Open what is at an address: one of a server, or of a place in this browser."""
        async with working(self._messages, f"Loading {url[:80]} …", _FAILED):
            if not url:
                raise PageError("Type an address first.")
            address = url if "://" in url else f"https://{url}"
            name = address.rstrip("/").rpartition("/")[2]
            stored = words.split(address)[0] in words.PLACES
            await self._open(lambda: address, name, address if stored else None)
        self._use_opened(wanted=use)

    def _use_opened(self, *, wanted: bool) -> None:
        """Take what a link has brought into use, without a click."""
        opened = self._opened
        if wanted and opened and opened.classifier and opened.classifier.is_of_digits:
            name = _plain(opened.name)
            self._use.use(opened.artifacts, opened.url, name=name, origin="came by a link")

    async def _open(self, source: Callable[[], Any], name: str, url: str | None = None) -> None:
        """Show what `source` gives: first what it is, then its weights."""
        found = await pyio.inspect(source())
        artifacts = await pyio.load_artifacts(source())
        self._opened = Opened(name, found, artifacts, url)
        show_model(self._opened)
        self.predict(self._drawing)
        self._messages.say(f"Opened “{name}”.")
        element("opened-heading").scrollIntoView({"block": "nearest"})

    # ------------------------------------------------------------ what is done with it

    def predict(self, drawing: Drawing) -> None:
        """Show what the opened model says to `drawing`, if it takes a picture."""
        self._drawing = drawing
        opened = self._opened
        classifier = opened.classifier if opened else None
        if classifier is None:
            return
        told = element("opened-says")
        if not drawing:
            told.textContent = "Draw something above, and it says here what it sees."
            return
        try:
            values = classifier.outputs(drawing)
        except pyio.PyioError as error:
            told.textContent = f"It cannot run on your drawing: {error}"
            return
        best = sorted(range(len(values)), key=lambda index: -float(values[index]))[:_TOP]
        told.textContent = "For your drawing it says: " + ", ".join(
            f"{classifier.labels[index]} ({float(values[index]):.3g})" for index in best
        )

    async def _take(self) -> None:
        async with working(self._messages, "Taking it into use …", "It was not taken into use."):
            opened = self._require()
            origin = words.place(opened.url) if opened.url else "opened in this page"
            self._use.use(opened.artifacts, opened.url, name=opened.name, origin=origin)
            self._messages.say(f"“{opened.name}” is in use for what you draw.")

    async def _keep(self) -> None:
        failed = "It was not kept."
        async with working(self._messages, "Keeping it …", failed):
            opened = self._require()
            goal = await self._destination.ask(
                f"Keep “{opened.name}”", "indexeddb", _plain(opened.name), moves=False
            )
            if goal is None:
                self._messages.say("Nothing was kept.")
                return
            url = f"{goal.place}://{checked_name(goal.name)}"
            if await pyio.exists(url) and not await self._question.ask(
                "Replace the model?",
                f"There is a model {words.described(url)} already. Keeping this replaces it.",
                "Replace",
            ):
                self._messages.say("Nothing was kept.")
                return
            result = await pyio.save_artifacts(opened.artifacts, url)
            await self._stored.refresh()
            size = words.size(result.model_artifacts_info.total_bytes)
            self._messages.say(f"Kept {words.described(url)}: {size}.")

    async def _download(self) -> None:
        async with working(self._messages, "Making the file …", "The file was not made."):
            opened = self._require()
            chosen = str(element("opened-format").value)
            target = f"downloads://{_plain(opened.name)}"
            await pyio.save_artifacts(opened.artifacts, target, format=chosen)
            self._messages.say("Offered as a download.")

    def _require(self) -> Opened:
        if self._opened is None:
            raise PageError("Open a model first.")
        return self._opened


async def _ready(files: list[Any]) -> list[Any]:
    return files


def _press(picker: Any, _event: Any) -> None:
    picker.click()


def _highlight(*, on: bool) -> None:
    element("drop").classList.toggle("target", on)


def _name_of(files: list[Any]) -> str:
    """Return the name of the folder, or of the file that says most."""
    path = str(getattr(files[0], "webkitRelativePath", "") or "")
    if "/" in path:
        return path.partition("/")[0]
    names = sorted((str(file.name) for file in files), key=lambda name: not name.endswith(".json"))
    return names[0]


def _plain(name: str) -> str:
    """Return a name without the ending of a file."""
    stem, _, ending = name.rpartition(".")
    return stem if stem and len(ending) <= 11 else name
