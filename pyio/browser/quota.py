"""What the browser says of all that this origin stores, and of how long it keeps it."""

from __future__ import annotations

from pyio.browser.ffi import JsException, js


async def estimate() -> tuple[int, int] | None:
    """Return the bytes that this origin uses and may use, or None where nobody says.

    The second may be far too many: Chromium tells every origin 10 GiB, whatever the quota is. It
    may be far too few: WebKit tells more, up to the quota, as more is stored.
    """
    try:
        estimate_js = await js.navigator.storage.estimate()
        return int(estimate_js.usage), int(estimate_js.quota)
    except (AttributeError, TypeError, JsException):
        return None


def is_a_first_part() -> bool:
    """Whether the room that `estimate` tells is only a part, and grows with what is stored.

    So it is in WebKit, and nothing but the name of the browser tells that: WebKitGTK 2.50 says
    1 MB of a quota of 16 MB, and 1,000 MiB of one of most of the disk.
    """
    agent = str(getattr(js.navigator, "userAgent", ""))
    return "AppleWebKit/" in agent and "Chrome/" not in agent


async def persisted() -> bool | None:
    """Return whether the browser keeps this origin's storage when room gets scarce, or None."""
    try:
        return bool(await js.navigator.storage.persisted())
    except (AttributeError, TypeError, JsException):
        return None
