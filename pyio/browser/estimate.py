"""What the browser says of all that this origin stores, and of how long it keeps it."""

from __future__ import annotations

from pyio.browser.javascript import JsException, js


async def estimate() -> tuple[int, int] | None:
    """Return the bytes that this origin uses and may use, or None where nobody says.

    The second may be far too many: Chromium tells every origin 10 GiB, whatever the quota is.
    """
    try:
        estimate_js = await js.navigator.storage.estimate()
        return int(estimate_js.usage), int(estimate_js.quota)
    except (AttributeError, TypeError, JsException):
        return None


async def persisted() -> bool | None:
    """Return whether the browser keeps this origin's storage when room gets scarce, or None."""
    try:
        return bool(await js.navigator.storage.persisted())
    except (AttributeError, TypeError, JsException):
        return None
