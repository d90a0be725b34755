"""The browser's own numbers: what this origin stores, may store, and whether it is kept."""

from __future__ import annotations

from pyio.browser.ffi import JsException, js


async def estimate() -> tuple[int, int] | None:
    """Return this origin's usage and quota in bytes, None where they are not known.

    The quota may be far too high: Chromium reports 10 GiB to every origin. It may be far too low:
    WebKit first reports a part of the quota, and more as the usage grows.
    """
    try:
        estimate_js = await js.navigator.storage.estimate()
        return int(estimate_js.usage), int(estimate_js.quota)
    except (AttributeError, TypeError, JsException):
        return None


def estimate_is_partial() -> bool:
    """Whether the quota that `estimate` returns is only a part, which grows with the usage.

    This is so in WebKit: WebKitGTK 2.50 reports 1 MB of a quota of 16 MB, and 1,000 MiB if the
    quota is most of the disk. Only the browser's name shows the difference.
    """
    agent = str(getattr(js.navigator, "userAgent", ""))
    return "AppleWebKit/" in agent and "Chrome/" not in agent


async def persisted() -> bool | None:
    """Return whether the browser keeps this origin's storage when disk space is low, or None."""
    try:
        return bool(await js.navigator.storage.persisted())
    except (AttributeError, TypeError, JsException):
        return None
