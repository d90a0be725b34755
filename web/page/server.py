"""A server as a place for models: ``server://name``, a router for one that runs ``pyio serve``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

import pyio
from web.page.reasons import PageError

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEME = "server"
_PREFIX = f"{SCHEME}://"


class _Server:
    """The server that was added: its address and the token for writes, while the page lives."""

    address = ""
    token: str | None = None


def chosen() -> str | None:
    """Return the host of the server, if one was added."""
    return urlsplit(_Server.address).netloc or None


async def add(address: str, token: str) -> None:
    """Add a server in place of the one before. Raises what listing its models raises."""
    address = address.strip().rstrip("/")
    if not address.startswith(("https://", "http://")):
        raise PageError("Type the address of all its models, such as https://example.org/models.")
    await pyio.list_models(address)
    _Server.address, _Server.token = address, token.strip() or None


async def models() -> dict[str, pyio.ModelArtifactsInfo]:
    """Return address -> info of each model on the server."""
    found: Mapping[str, pyio.ModelArtifactsInfo] = await pyio.list_models(_Server.address)
    cut, ending = len(_Server.address) + 1, len("/model.json")
    return {f"{_PREFIX}{unquote(url[cut:-ending])}": info for url, info in found.items()}


async def remove(url: str) -> None:
    """Remove a model from the server."""
    await pyio.remove_model(_real(url), **_options())


def _real(url: str) -> str:
    return f"{_Server.address}/{quote(url.removeprefix(_PREFIX))}/model.json"


def _options() -> Any:
    return {} if _Server.token is None else {"token": _Server.token}


def _route(url: Any, _options_given: Any = None) -> Any:
    if isinstance(url, str) and url.startswith(_PREFIX):
        return pyio.http(_real(url), **_options())
    return None


pyio.register_save_router(_route)
pyio.register_load_router(_route)
