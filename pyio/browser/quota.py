"""The browser's own numbers: what this origin stores, may store, and whether it is kept."""

from __future__ import annotations

from pyio.browser.ffi import JsException, js


async def estimate() -> tuple[int, int] | None:
    """Return the bytes that this origin uses and may use, or None where they are not known.

    The second number may be far too high: Chromium reports 10 GiB to every origin, whatever the
    quota is. It may be far too low: WebKit reports more, up to the quota, as more is stored.
    """
    try:
        estimate_js = await js.navigator.storage.estimate()
        return int(estimate_js.usage), int(estimate_js.quota)
    except (AttributeError, TypeError, JsException):
        return None


def estimate_is_partial() -> bool:
    """Whether the quota that `estimate` returns is only a part, and grows with what is stored.

    It is in WebKit: WebKitGTK 2.50 reports 1 MB of a quota of 16 MB, and 1,000 MiB of a quota of
    most of the disk. Only the name of the browser tells the difference.
    """
    agent = str(getattr(js.navigator, "userAgent", ""))
    return "AppleWebKit/" in agent and "Chrome/" not in agent


async def persisted() -> bool | None:
    """Return whether the browser keeps this origin's storage when disk space is low, or None."""
    try:
        return bool(await js.navigator.storage.persisted())
    except (AttributeError, TypeError, JsException):
        return None
