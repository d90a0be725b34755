"""The places for models: in this browser, and a folder on this computer; and which work here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from js import document

import pyio
from web.page import computer, server, words
from web.page.panels import element
from web.page.reasons import reason

if TYPE_CHECKING:
    from pyio import ModelArtifactsInfo

PLACES = ("indexeddb", "localstorage", "opfs")
"""The schemes that the page offers, in the order in which it shows them."""

FURTHER = ("opfs",)
"""Those that a browser may lack, as it does in some private windows: they are then left out."""

OTHER = {"indexeddb": "localstorage", "localstorage": "indexeddb", "opfs": "indexeddb"}


@dataclass(frozen=True, slots=True)
class Shelf:
    """One place and what it holds.

    Attributes:
        scheme: Which place.
        models: Address -> info.
        refused: Why the place cannot be used, in the browser's words; None if it can.
        bytes: What its models take of the room.
        bytes_left: How much more it takes, or None where that is not known.
    """

    scheme: str
    models: dict[str, ModelArtifactsInfo]
    refused: str | None
    bytes: int
    bytes_left: int | None


async def shelves() -> tuple[list[Shelf], pyio.StorageReport]:
    """Return what is stored in each place, and what the browser says about the room."""
    found, report = await pyio.list_models(), await pyio.storage_report()
    reports = {medium.scheme: medium for medium in report.media}
    made = []
    for scheme in PLACES:
        medium = reports[scheme]
        # A place that cannot be listed has one entry, its scheme without a name.
        refusal = found.get(f"{scheme}://")
        models = {
            url: info
            for url, info in found.items()
            if url.startswith(f"{scheme}://") and url != f"{scheme}://"
        }
        refused = medium.missing or (refusal.damage if refusal is not None else None)
        made.append(Shelf(scheme, models, refused, medium.bytes, medium.bytes_available))
    if computer.chosen() is not None:
        models = await computer.models()
        size = sum(info.total_bytes for info in models.values())
        made.append(Shelf(computer.SCHEME, models, None, size, None))
    if server.chosen() is not None:
        made.append(await _of_server())
    return made, report


async def _of_server() -> Shelf:
    """Return what is on the server; one that gives no answer hides nothing of the other places."""
    try:
        models, refused = await server.models(), None
    except pyio.PyioError as error:
        models, refused = {}, reason(error) or str(error)
    size = sum(info.total_bytes for info in models.values())
    return Shelf(server.SCHEME, models, refused, size, None)


async def remove(url: str) -> None:
    """Remove a model, wherever it is."""
    outside = {computer.SCHEME: computer.remove, server.SCHEME: server.remove}
    await outside.get(words.split(url)[0], pyio.remove_model)(url)


def is_outside(url: str) -> bool:
    """Whether a model is not in this browser's storage, so that it cannot be moved at one go."""
    return words.split(url)[0] in (computer.SCHEME, server.SCHEME)


def offer_outside() -> None:
    """Offer a folder on this computer and a server as places, once they are chosen."""
    name = computer.chosen()
    element("folder").hidden = not computer.possible()
    element("folder").textContent = (
        "Choose another folder" if name else "Add a folder on this computer"
    )
    for scheme, chosen in ((computer.SCHEME, name), (server.SCHEME, server.chosen())):
        for choice in (element(f"save-{scheme}"), element(f"destination-{scheme}")):
            choice.disabled = chosen is None
            choice.closest("label").hidden = chosen is None


def offer(refused: list[Shelf]) -> None:
    """Let nothing be saved in places that are refused; a download is always possible."""
    schemes = {shelf.scheme for shelf in refused}
    for scheme in PLACES:
        for choice in (element(f"save-{scheme}"), element(f"destination-{scheme}")):
            choice.disabled = scheme in schemes
            choice.closest("label").hidden = scheme in schemes and scheme in FURTHER
    chosen = document.querySelector("input[name=save-place]:checked")
    if chosen is None or chosen.disabled:
        free = next((scheme for scheme in PLACES if scheme not in schemes), "downloads")
        element(f"save-{free}").checked = True


_INSTEAD = (
    "Cookies and site data may be blocked for it, or this is a frame of another site. "
    "You can still draw, teach and open models, and keep them as downloads."
)


def refusal_words(refused: list[Shelf]) -> tuple[str, str, str] | None:
    """Return a headline, the reason and details for refused places, if that needs to be said."""
    details = "\n".join(f"{words.PLACES[shelf.scheme]}: {shelf.refused}" for shelf in refused)
    if len(refused) == len(PLACES):
        return "This browser lets the page store nothing.", _INSTEAD, details
    missed = [shelf for shelf in refused if shelf.scheme not in FURTHER]
    if not missed:
        return None
    names = " and ".join(words.PLACES[shelf.scheme] for shelf in missed)
    why = "The browser does not let the page use it. The other places work."
    return f"{names} cannot be used here.", why, details
