"""The parts of the table of stored models: one for each place, and a row for each model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from js import encodeURIComponent

import pyio
from web.page import computer, server, words
from web.page.panels import create
from web.page.sight import named_outputs

if TYPE_CHECKING:
    from pyio import ModelArtifactsInfo
    from web.page.places import Shelf

_ACTIONS = {
    "Load": "Load",
    "Look": "Look inside",
    "Copy": "Copy or move",
    "Remove": "Remove",
}
_LOOKED_INTO = 5_000_000
"""Bytes of a model up to which the table says what is in it."""
_LABELS = 12
_WORTH_A_BAR = 1 / 50
"""What the models take of the room that is left, from which a bar shows something."""


class Contents:
    """What is in the stored models, in a few words; each is looked into once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, object, int], str] = {}

    async def look_into(self, shelves: list[Shelf]) -> None:
        """Remember the words for the models of `shelves`, where they are not known."""
        for shelf in shelves:
            for url, info in shelf.models.items():
                if info.damage is None and (info.total_bytes or 0) < _LOOKED_INTO:
                    key = _key(url, info)
                    if key not in self._known:
                        self._known[key] = await _words(url)

    def words(self, url: str, info: ModelArtifactsInfo) -> str:
        """Return the words, or nothing for a model that was not looked into."""
        return self._known.get(_key(url, info), "")


def _key(url: str, info: ModelArtifactsInfo) -> tuple[str, object, int]:
    return url, info.date_saved, info.total_bytes or 0


async def _words(url: str) -> str:
    try:
        found = await pyio.inspect(url)
    except pyio.PyioError:  # the table is no place for it; loading says what is wrong
        return ""
    parts = [
        words.count(len(found.layers), "node" if found.ops else "layer")
        if found.layers
        else words.count(len(found.tensors), "array"),
        words.count(found.parameters, "parameter"),
    ]
    labels = named_outputs(found.user_defined_metadata)
    if labels:
        shown = ", ".join(label[:30] for label in labels[:_LABELS])
        parts.append(f"labels {shown}{' …' if len(labels) > _LABELS else ''}")
    return " · ".join(parts)


def group(shelf: Shelf, contents: Contents, in_use: str | None) -> Any:
    """Return the part of the table for one place, which models can be dropped on."""
    body = create("tbody", role="rowgroup")
    body.dataset.place = shelf.scheme
    head = create("th", scope="rowgroup", colspan="4", role="rowheader", class_="place")
    head.append(
        create("span", _title(shelf.scheme), class_="place-name"),
        create("span", _room_words(shelf), class_="room-words"),
        *_picture(shelf),
    )
    body.append(create("tr", "", head, role="row", class_="shelf"))
    body.append(*(_row(url, info, contents, in_use) for url, info in shelf.models.items()))
    return body


def _title(scheme: str) -> str:
    folder = computer.chosen()
    if scheme == computer.SCHEME and folder:
        return f"Folder “{folder}” on this computer"
    if scheme == server.SCHEME:
        return f"Server {server.chosen()}"
    return words.PLACES[scheme]


def _room_words(shelf: Shelf) -> str:
    count = words.count(len(shelf.models), "model")
    left = shelf.bytes_left
    if shelf.refused is not None:
        return shelf.refused
    if shelf.scheme in (computer.SCHEME, server.SCHEME):
        return f"{count}, {words.size(shelf.bytes)}"
    more = "the browser does not say how much room is left"
    if left is not None:
        more = f"room for {words.size(left)} more, as the browser estimates"
    return f"{count}, {words.size(shelf.bytes)} taken; {more}"


def _picture(shelf: Shelf) -> list[Any]:
    """Return a bar of the room with a part for each model, or nothing where it would look empty."""
    left = shelf.bytes_left
    if left is None or shelf.bytes <= left * _WORTH_A_BAR:
        return []
    bar = create("span", class_="room", aria_hidden="true")
    sizes = {url: info.total_bytes or 0 for url, info in shelf.models.items()}
    # A place may count more for a model than the model has: letters of 16 bits, and their keys.
    taken, total = shelf.bytes / (shelf.bytes + left), sum(sizes.values()) or 1
    for url, size in sizes.items():
        part = create("span", title=f"{words.split(url)[1]}: {words.size(size)}")
        part.style.width = f"{100 * taken * size / total:.2f}%"
        bar.append(part)
    return [bar]


def _row(url: str, info: ModelArtifactsInfo, contents: Contents, in_use: str | None) -> Any:
    row = create("tr", role="row", draggable="true", class_="in-use" if url == in_use else "model")
    row.dataset.url = url
    name = create("th", scope="row", role="rowheader")
    name.append(create("span", words.split(url)[1], class_="model-name", dir="auto"))
    if url == in_use:
        name.append(create("span", "in use", class_="badge"))
    said = contents.words(url, info)
    if info.damage is not None:
        name.append(create("span", f"Damaged: {info.damage}", class_="damage"))
    elif said:
        name.append(create("span", said, class_="contents"))
    when = create("td", role="cell", data_label="Saved", class_="when")
    if info.date_saved is None:
        when.textContent = "unknown"
    else:
        iso = info.date_saved.isoformat(timespec="seconds")
        when.append(create("time", words.date(info.date_saved), datetime=iso))
    size = words.size(info.total_bytes) if info.total_bytes else "unknown"
    row.append(
        name,
        create("td", size, role="cell", data_label="Size", class_="number"),
        when,
        _buttons(url),
    )
    return row


def _buttons(url: str) -> Any:
    cell = create("td", role="cell", class_="actions")
    for action, label in _ACTIONS.items():
        button = create(
            "button",
            label,
            type="button",
            id=f"{action}-{encodeURIComponent(url)}",
            aria_label=f"{label} {words.described(url)}",
            class_="quiet danger" if action == "Remove" else "quiet",
        )
        button.dataset.action, button.dataset.url = action, url
        cell.append(button)
    return cell
