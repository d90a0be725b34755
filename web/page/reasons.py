"""Why something failed, in the page's words: what it means here and what to do. No browser.

The library's messages are for people who write programs: they name functions and options. They stay
below "Details".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyio
from pyio.format.words import size_text
from web.page.sight import NotADigitModelError

if TYPE_CHECKING:
    from collections.abc import Callable

MODELS_KEPT = "What was stored before is unchanged."


class PageError(Exception):
    """Something that a person can put right; the message is shown as it is."""


def reason(error: BaseException) -> str | None:
    """Return sentences that say why, or None for what was not foreseen."""
    if isinstance(error, PageError | NotADigitModelError):
        return sentence(str(error))
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words(error)
    return sentence(str(error)) if isinstance(error, pyio.PyioError) else None


def sentence(text: str) -> str:
    """Return `text` with a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


def _no_room(error: pyio.QuotaExceededError) -> str:
    left = error.bytes_available
    have = "" if left is None else f", and {size_text(left)} are left"
    return f"There is no room for it: it needs {size_text(error.bytes_needed)}{have}. {MODELS_KEPT}"


def _no_answer(error: pyio.RequestError) -> str:
    if error.status is None:
        return "The server gives no answer. It may be down, or you are offline."
    return f"The server refuses it (status {error.status})."


def _not_there(error: pyio.ModelNotFoundError) -> str:
    if error.url.startswith(("http://", "https://")):
        return "The server has nothing at this address."
    return "It is not there any more. Another tab may have moved or removed it."


def _bad_address(error: pyio.InvalidURLError) -> str:
    return sentence(f"This name cannot be used: {str(error).partition('address: ')[2] or error}")


def _damaged(error: pyio.DamagedModelError) -> str:
    return sentence(f"It is damaged: {error.problem}")


def _too_large(error: pyio.OutOfMemoryError) -> str:
    needed = error.bytes_needed
    return "This page has not enough memory for it." + (
        "" if needed is None else f" It needs {size_text(needed)}."
    )


_WORDS: list[tuple[type[pyio.PyioError], Callable[..., str]]] = [
    (pyio.QuotaExceededError, _no_room),
    (
        pyio.StorageRefusedError,
        lambda _: "This browser does not let the page store anything. Downloads still work.",
    ),
    (pyio.LockTimeoutError, lambda _: "Another tab is busy with the models here. Try again."),
    (pyio.RequestError, _no_answer),
    (pyio.ModelNotFoundError, _not_there),
    (pyio.InvalidURLError, _bad_address),
    (pyio.DamagedModelError, _damaged),
    (pyio.OutOfMemoryError, _too_large),
]


def checked_name(name: str) -> str:
    """Return a name without spaces around it. Raises PageError if it is no name."""
    name = name.strip()
    if not name:
        raise PageError("Type a name first.")
    if "://" in name:
        raise PageError("A name cannot have “://” in it.")
    return name


def enough(error: pyio.QuotaExceededError) -> tuple[tuple[str, int], ...]:
    """Return the fewest models whose removal makes room: one if one is enough, or none."""
    lacking = error.bytes_needed - (error.bytes_available or 0)
    alone = [entry for entry in error.removable if entry[1] >= lacking]
    if alone:
        return (alone[-1],)
    freed = 0
    for count, (_, size) in enumerate(error.removable, 1):
        freed += size
        if freed >= lacking:
            return error.removable[:count]
    return ()
