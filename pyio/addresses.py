"""Addresses as messages show them: without passwords, and without what a query may hold.

Errors, progress and logs are read by more people than the address was meant for. An error's ``url``
keeps the address whole.
"""

from __future__ import annotations

import re

_SCHEME = re.compile(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*):")
_USER = re.compile(r"^(\s*(?:[a-zA-Z]+:)?[/\\]{2})[^/\\?#]*@")
_WITHIN = re.compile(r"""https?:[^\s"'<>]+""", re.IGNORECASE)


def shown(address: str) -> str:
    """Return an address of a server, or a path in a manifest, without what may be secret."""
    start, mark, fragment = _USER.sub(r"\1…@", address).partition("#")
    path, question, query = start.partition("?")
    if query:
        query = "&".join(
            name + "=…" if equals else "…"
            for name, equals, _ in (part.partition("=") for part in query.split("&"))
        )
    return path + question + query + mark + ("…" if fragment else "")


def shown_model(address: str) -> str:
    """Return the address of a model in any medium; a name in the browser is no secret."""
    scheme = _SCHEME.match(address)
    of_server = scheme is None or scheme[1].lower() in ("http", "https")
    return shown(address) if of_server else address


def without_secrets(text: str) -> str:
    """Return a text of another program's with its addresses as `shown` gives them."""
    return _WITHIN.sub(lambda match: shown(match[0]), text)
