"""``http://`` and ``https://`` as media. Their handlers are imported when they are first used."""

from __future__ import annotations

import importlib.util
from typing import Any

from pyio.browser import fetch
from pyio.handlers.medium import Medium


class HTTP(Medium):
    """Servers, over plain HTTP."""

    scheme = "http"
    options = frozenset(
        {
            "request_init",
            "fetch_func",
            "weight_path_prefix",
            "weight_url_converter",
            "field_names",
            "timeout",
            "retries",
            "parallel",
            "deadline",
            "sha256",
            "redirects",
            "allowed_hosts",
            "token",
            "cache",
            "refresh",
        }
    )
    instead = "ask the server"

    def missing(self) -> str | None:
        if fetch.available() or importlib.util.find_spec("httpx") is not None:
            return None
        return "Python needs the package httpx for it; install pyio-web[http]"

    def handler(self, path: str, **options: Any) -> Any:
        from pyio.handlers.http.opening import handler_for  # late: most programs need no server

        return handler_for(f"{self.scheme}://{path}", **options)


class HTTPS(HTTP):
    """The same over HTTPS."""

    scheme = "https"
