"""``http://`` and ``https://`` as media. Their handlers are imported when they are first used."""

from __future__ import annotations

import importlib.util
from typing import Any

from pyio.browser import fetch
from pyio.handlers.keywords import HTTPOptions
from pyio.handlers.medium import Medium


class HTTP(Medium):
    """Servers, over plain HTTP."""

    scheme = "http"
    options = HTTPOptions.__optional_keys__
    instead = "ask the server"

    def missing(self) -> str | None:
        if fetch.available() or importlib.util.find_spec("httpx") is not None:
            return None
        return "Python needs the package httpx for it; install pyio-web[http]"

    def handler(self, path: str, **options: Any) -> Any:
        from pyio.handlers.http.opening import http  # late: most programs need no server

        return http(f"{self.scheme}://{path}", **options)


class HTTPS(HTTP):
    """The same over HTTPS."""

    scheme = "https"
